// Power and use over the time of a run, with the ends of epochs and the phases.

/** The traces of a run as curves [[t, value], …]; null where a sample is missing. */
function curvesOf(run, numbers) {
  return run.series.map((series) => {
    const {at, kept, low, high} = series;
    let time = 0;
    const points = Array.from({length: kept}, (_, index) => {
      time = (time + numbers[at + index]) & 0xffff;
      const value = numbers[at + kept + index];
      return [run.begin_s + (run.length_s - run.begin_s) * time / 65535, value === 65535 ? null : low + (high - low) * value / 65534];
    });
    return {...series, points};
  });
}

function traceName({quantity, role}) {
  const name = texts.traces.quantities[quantity] ?? quantity;
  return role === 'a' || role === 'b' ? fill(texts.traces.of_role, {name, role: role.toUpperCase()}) : name;
}

/** `runs` is [[label, traced run], …]; `numbers` holds the samples of all runs. */
function traceFigure(analysis, pair, runs, numbers) {
  let [, run] = runs[0];
  const recorded = () => analysis.runs.find((entry) => entry.run_id === run.run_id);
  const note = element('p', {class: 'note'});
  const plotHeight = 150;
  const gap = 42;
  const units = () => [...new Set(run.series.map((series) => series.unit))];

  function marks(colours) {
    const lines = run.epochs.flatMap(({role, ends_s}) => ends_s.map((xAxis) => ({
      xAxis, lineStyle: {color: role === 'b' ? colours.together : colours.solo, type: role === 'b' ? 'dashed' : 'dotted', width: 1, opacity: 0.7},
    })));
    const phases = recorded()?.measured?.phases ?? [];
    const areas = phases.filter((phase) => phase.name !== 'overlap')
      .map((phase) => [{xAxis: phase.begin_s, name: texts.pairs.phases.names[phase.name]}, {xAxis: phase.end_s}]);
    return {
      markLine: {silent: true, symbol: 'none', animation: false, label: {show: false}, data: lines},
      markArea: {silent: true, itemStyle: {color: colours.neutral, opacity: 0.8}, label: {color: colours.muted, position: 'insideTop'}, data: areas},
    };
  }

  function option(colours, narrow) {
    const palette = [colours.together, colours.solo, colours.third, colours.worse, colours.text];
    const shownUnits = units();
    const top = (index) => 58 + index * (plotHeight + gap);
    const curves = curvesOf(run, numbers);
    return {
      legend: {...baseOption(colours).legend, type: 'scroll'},
      tooltip: {...baseOption(colours).tooltip, trigger: 'axis', valueFormatter: (value) => (isNumber(value) ? significant(value) : '–')},
      axisPointer: {link: [{xAxisIndex: 'all'}]},
      grid: shownUnits.map((_, index) => ({left: 64, right: 16, top: top(index), height: plotHeight})),
      xAxis: shownUnits.map((_, index) => axis(colours, {
        type: 'value', gridIndex: index, min: run.begin_s, max: run.length_s, splitNumber: narrow ? 3 : 8,
        name: index === shownUnits.length - 1 ? texts.traces.time : '', nameGap: 24,
        axisLabel: {color: colours.muted, hideOverlap: true, formatter: (value) => significant(value)},
      })),
      yAxis: shownUnits.map((unit, index) => axis(colours, {type: 'value', gridIndex: index, name: unit, nameGap: 44, splitNumber: 3, min: ({min}) => Math.min(0, min)})),
      dataZoom: [
        {type: 'inside', xAxisIndex: shownUnits.map((_, index) => index), filterMode: 'none'},
        {type: 'slider', xAxisIndex: shownUnits.map((_, index) => index), filterMode: 'none', height: 18, bottom: 6, textStyle: {color: colours.muted}},
      ],
      series: curves.map((series, index) => {
        const place = shownUnits.indexOf(series.unit);
        const isFirst = curves.findIndex((other) => other.unit === series.unit) === index;
        return {
          type: 'line', name: traceName(series), xAxisIndex: place, yAxisIndex: place, symbol: 'none', animation: false,
          sampling: 'minmax', color: palette[index % palette.length], lineStyle: {width: 1.25}, data: series.points,
          ...(isFirst ? marks(colours) : {}),
        };
      }),
    };
  }

  function samplesTable() {
    const kept = (series) => fill(series.kept < series.recorded ? texts.traces.kept : texts.traces.kept_all, {
      name: traceName(series), kept: series.kept, recorded: series.recorded,
    });
    const marked = ({role, every}) => fill(role === 'solo' ? texts.traces.every_epoch : texts.traces.every_epoch_of, {role: role.toUpperCase(), every});
    const notes = [...run.series.map(kept), ...run.epochs.filter((epochs) => epochs.every > 1).map(marked)];
    note.textContent = fill(texts.traces.note, {notes: clauses(notes), precision: texts.traces.precision});
    return table(fill(texts.traces.table, {run: run.run_id}), [
      {...textColumn('what', ({series}) => traceName(series)), csv: [['quantity', ({series}) => series.quantity], ['role', ({series}) => series.role]]},
      readingColumn('t_s', ({point}) => point[0], (value) => significant(value, 5)),
      readingColumn('value', ({point}) => point[1] ?? {missing: texts.traces.no_sample}, (value) => significant(value, 4)),
      textColumn('unit', ({series}) => series.unit),
    ], curvesOf(run, numbers).flatMap((series) => series.points.map((point) => ({series, point}))));
  }

  const cautions = element('span');
  const tellCautions = () => {
    const names = (recorded()?.cautions ?? []).map((caution) => caution.name);
    cautions.replaceChildren(...names.map((name) => element('span', {class: 'flag'}, word(name))));
  };
  const made = figure({
    id: `pair-${pair.number}-traces`, title: fill(texts.traces.title, {pair: pairLabel(pair)}), caption: texts.traces.caption,
    flags: flagsOf(analysis, {with_energy: false}), option, numbers: samplesTable,
    controls: [choice(texts.choices.run, runs.map(([label], index) => [String(index), label]), (value) => {
      run = runs[Number(value)][1];
      tellCautions();
      made.update();
    })],
    height: () => 58 + units().length * (plotHeight + gap) + 40,
  });
  tellCautions();
  made.node.querySelector('figcaption').append(' ', cautions);
  made.node.querySelector('.chart').after(note);
  return made.node;
}
