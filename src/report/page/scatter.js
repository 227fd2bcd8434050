// Scatter plot: does what a pair needs foretell what running together costs?

function scatterFigure(analysis) {
  const needs = {
    memory_mb: 'memory of both models (MB, catalogue)',
    gpu_util_percent: 'GPU utilisation of both models (%, catalogue)',
  };
  const kinds = [['complementary', 'third', 'triangle'], ['competing', 'together', 'diamond'], ['neutral', 'solo', 'circle']];
  let need = 'memory_mb';
  let effect = 'interference_b';
  const relation = () => analysis.relations.find((entry) => entry.effect === effect && entry.predictor === need);
  const fitText = element('p', {class: 'note'});

  /** Both ends of the line of least squares over the points; empty where there is none. */
  function lineEnds() {
    const fit = relation();
    if (!fit || !isNumber(fit.slope.value) || !isNumber(fit.intercept.value)) return [];
    const x = fit.points.map((point) => point.x);
    return [Math.min(...x), Math.max(...x)].map((at) => [at, fit.intercept.value + fit.slope.value * at / fit.step]);
  }

  const points = () => analysis.pairs.map((pair) => ({pair, summary: summaryOf(pair.summaries, effect)}));

  function option(colours) {
    const drawn = points().filter((point) => isNumber(point.summary.percent));
    if (drawn.length === 0) return null;
    const with_interval = drawn.filter((point) => point.summary.interval_percent);
    return {
      grid: {left: 36, right: 24, top: 44, bottom: 36, containLabel: true},
      tooltip: {
        ...baseOption(colours).tooltip,
        formatter: ({data}) => `${shorten(pairLabel(data.point.pair), 60)}\n${data.point.pair.type}, ${data.point.pair.complementarity}\n${effect} ${shownSummary(data.point.summary)}\nn = ${data.point.summary.n}`,
      },
      xAxis: axis(colours, {type: 'value', scale: true, name: needs[need], nameGap: 28}),
      yAxis: axis(colours, {type: 'value', scale: true, name: `${effect} (%)`, nameGap: 40, axisLabel: {color: colours.muted, formatter: (value) => signed(value, 0)}}),
      series: [
        ...kinds.map(([kind, colour, symbol]) => ({
          type: 'scatter', name: kind, symbol, symbolSize: 14, itemStyle: {color: colours[colour], borderColor: colours.card},
          label: {show: true, position: 'right', color: colours.muted, formatter: ({data}) => String(data.point.pair.number)},
          labelLayout: {hideOverlap: true},
          data: drawn.filter((point) => point.pair.complementarity === kind)
            .map((point) => ({value: [point.pair[need], point.summary.percent], point})),
        })).filter((series) => series.data.length > 0),
        {type: 'line', name: texts.scatter.fit, symbol: 'none', silent: true, tooltip: {show: false}, color: colours.text, lineStyle: {color: colours.text, width: 1.5, type: 'dashed'}, data: lineEnds()},
        {...whiskers(colours.muted), z: 1, data: with_interval.map((point) => [point.pair[need], ...point.summary.interval_percent])},
      ],
    };
  }

  function numbers() {
    const fit = relation();
    fitText.textContent = fit && isNumber(fit.slope.value)
      ? texts.scatter.slope(fit, need === 'memory_mb' ? 'MB' : '%') : texts.scatter.noFit(fit?.slope.value?.missing ?? 'no pair has the figures');
    return table(`${effectNames[effect]} and what the pair needs`, [
      {title: 'pair', cell: (point) => pairLabel(point.pair)},
      {title: 'type', cell: (point) => point.pair.type},
      {title: 'GPU use', cell: (point) => point.pair.complementarity},
      readingColumn('memory (MB)', (point) => point.pair.memory_mb, (value) => significant(value, 4)),
      readingColumn('GPU (%)', (point) => point.pair.gpu_util_percent, (value) => significant(value, 4)),
      summaryColumn(effect, (point) => point.summary),
      {title: 'n', number: true, cell: (point) => String(point.summary.n)},
    ], points());
  }

  const made = figure({
    id: 'scatter', title: 'Effect against what the pair needs',
    caption: 'One point a pair, labelled with its number; whiskers are 95 % intervals over its n values. The needs are the catalogue’s figures, not measured here.',
    flags: flagsOf(analysis), option, numbers,
    controls: [
      choice('Needs', Object.entries(needs), (value) => { need = value; made.update(); }),
      choice('Effect', [...effectOptions].sort(([left], [right]) => (right === effect) - (left === effect)), (value) => { effect = value; made.update(); }),
    ],
  });
  made.node.querySelector('.chart').after(fitText);
  return made.node;
}
