// Gantt chart of the session: which run was made when, on what.

function sessionFigure(analysis) {
  const started = (run) => Date.parse(run.started_at) / 1000;
  const device = (run) => run.device || run.measured?.gpu?.device.name || analysis.study.device;
  const runs = analysis.runs.filter((run) => isNumber(run.makespan_seconds) && Number.isFinite(started(run)))
    .sort((left, right) => started(left) - started(right));
  const rows = [...new Set(runs.map(device))];
  const first = runs.length > 0 ? started(runs[0]) : 0;
  const kindOf = (run) => (run.status === 'ok' ? run.mode : 'bad');

  function option(colours, narrow) {
    if (runs.length === 0) return null;
    const end = Math.max(...runs.map((run) => started(run) - first + run.makespan_seconds));
    const [scale, unit] = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']].find(([size]) => end >= 2 * size) ?? [1, 's'];
    const colour = {solo: colours.solo, concurrent: colours.together, bad: colours.muted};
    return {
      grid: {left: 8, right: 24, top: 36, bottom: 76, containLabel: true},
      tooltip: {
        ...baseOption(colours).tooltip,
        formatter: ({data: {run}}) => fill(texts.session.tip, {
          what: shorten(run.what, 80), repetition: run.repetition, status: word(run.status), started_at: run.started_at, duration: seconds(run.makespan_seconds),
        }),
      },
      dataZoom: [{type: 'inside', filterMode: 'weakFilter'}, {type: 'slider', height: 18, bottom: 8, filterMode: 'weakFilter', textStyle: {color: colours.muted}}],
      xAxis: axis(colours, {type: 'value', min: 0, max: end / scale, name: fill(texts.session.axis, {unit}), nameGap: 26, splitNumber: narrow ? 3 : 6, axisLabel: {color: colours.muted, formatter: (value) => significant(value), hideOverlap: true}}),
      yAxis: axis(colours, {type: 'category', data: rows, inverse: true, axisLabel: {color: colours.text, width: narrow ? 80 : 160, overflow: 'truncate'}}),
      series: Object.entries(texts.session.kinds).map(([kind, name]) => ({
        type: 'custom', name, color: colour[kind], encode: {x: [0, 1], y: 2}, progressive: 400,
        renderItem(_, api) {
          const [left, middle] = api.coord([api.value(0), api.value(2)]);
          const [right] = api.coord([api.value(1), api.value(2)]);
          const height = Math.min(44, api.size([0, 1])[1] * 0.6);
          const style = {fill: colour[kind], stroke: colours.card, lineWidth: right - left > 3 ? 1 : 0};
          return {type: 'rect', shape: {x: left, y: middle - height / 2, width: Math.max(right - left, 1), height}, style};
        },
        data: runs.filter((run) => kindOf(run) === kind).map((run) => {
          const begin = started(run) - first;
          return {value: [begin / scale, (begin + run.makespan_seconds) / scale, rows.indexOf(device(run))], run};
        }),
      })),
    };
  }

  const numbers = () => table(texts.session.table, [
    textColumn('run', (run) => run.run_id),
    textColumn('device', device),
    textColumn('started', (run) => run.started_at),
    readingColumn('since_first_seconds', (run) => started(run) - first),
    readingColumn('makespan_seconds', (run) => run.makespan_seconds),
    wordColumn('status', (run) => run.status),
  ], runs);

  return figure({
    id: 'session', title: texts.session.title, caption: texts.session.caption, flags: [], controls: [], option, numbers,
    height: () => 150 + 60 * Math.max(rows.length, 1),
  }).node;
}
