// A section for each pair: design, experiments, time and energy, phases, traces.

/** The experiments of a pair: {name, ids: the runs' ids}. A alone, B alone and both at each setting. */
function experimentsOf(pair) {
  const settings = [...new Set(pair.effects.map((block) => block.setting))];
  const ids = (blocks, key) => [...new Set(blocks.map((block) => block[key]).filter(Boolean))];
  const at = (setting) => pair.effects.filter((block) => block.setting === setting);
  return [
    {name: texts.pairs.a_alone, mode: 'a', ids: ids(pair.effects, 'solo_a_run')},
    ...settings.map((setting) => ({name: fill(texts.pairs.b_alone, {setting}), mode: 'b', setting, ids: ids(at(setting), 'solo_b_run')})),
    ...settings.map((setting) => ({name: fill(texts.pairs.together, {setting}), mode: 'both', setting, ids: ids(at(setting), 'concurrent_run')})),
  ];
}

/** What was asked and what came of it, one row an experiment. */
function experimentsTable(analysis, pair, lookup) {
  const runs = (experiment) => experiment.ids.map((id) => lookup.runs.get(id)).filter(Boolean);
  const countedRuns = (experiment) => runs(experiment).filter((run) => run.status === 'ok');
  const meanOf = (values) => (values.length === 0 ? {missing: texts.pairs.no_run} : values.reduce((sum, value) => sum + value, 0) / values.length);
  const performance = (experiment, role) => meanOf(countedRuns(experiment)
    .map((run) => lookup.trainings.get(`${run.run_id} ${role}`)?.performance).filter(isNumber));
  const problems = (experiment) => [
    ...runs(experiment).filter((run) => run.status !== 'ok').map((run) => statusOf(run)),
    ...runs(experiment).flatMap((run) => run.cautions.map((caution) => word(caution.name))),
  ];
  return table(fill(texts.pairs.experiments_table, {pair: pairLabel(pair)}), [
    {title: texts.columns.experiment, cell: (experiment) => experiment.name},
    {title: texts.columns.runs, number: true, cell: (experiment) => fill(texts.of, {part: countedRuns(experiment).length, whole: experiment.ids.length})},
    readingColumn('duration', (experiment) => meanOf(countedRuns(experiment).map((run) => run.makespan_seconds).filter(isNumber)), seconds),
    readingColumn('energy', (experiment) => meanOf(countedRuns(experiment).map((run) => run.total_energy_joules.joules).filter(isNumber)), joules),
    readingColumn('performance_a', (experiment) => performance(experiment, {a: 'solo', b: 'none', both: 'a'}[experiment.mode]), (value) => significant(value, 4)),
    readingColumn('performance_b', (experiment) => performance(experiment, {a: 'none', b: 'solo', both: 'b'}[experiment.mode]), (value) => significant(value, 4)),
    {title: texts.columns.overlap_fraction, number: true, cell: (experiment) => (experiment.mode === 'both' ? shown(meanOf(countedRuns(experiment).map((run) => run.overlap_fraction).filter(isNumber))) : '')},
    {title: texts.columns.problems, cell: (experiment) => clauses(problems(experiment))},
  ], experimentsOf(pair));
}

function pairBarsFigure(analysis, pair) {
  const quantities = {
    duration: {solo: 'solo_duration_seconds', together: 'makespan_seconds', format: seconds, units: [[3600, 'h'], [60, 'min'], [1, 's']]},
    energy: {solo: 'solo_energy_joules', together: 'pair_energy_joules', format: joules, units: [[1e6, 'MJ'], [1e3, 'kJ'], [1, 'J']]},
  };

  function option(colours, narrow) {
    const drawn = Object.entries(quantities).filter(([, {solo, together}]) =>
      pair.comparisons.some((entry) => isNumber(entry[solo].mean) || isNumber(entry[together].mean)));
    if (drawn.length === 0) return null;
    const width = (index) => (drawn.length === 1 || narrow ? {left: 8, right: 16} : index === 0 ? {left: 8, right: '52%'} : {left: '52%', right: 16});
    const rowHeight = 30 + 34 * pair.comparisons.length;
    const top = (index) => (narrow ? 40 + index * (rowHeight + 60) : 40);
    const scales = drawn.map(([, {solo, together, units}]) => {
      const most = Math.max(...pair.comparisons.flatMap((entry) => [numberOr(entry[solo].mean, 0), numberOr(entry[together].mean, 0)]));
      return units.find(([size]) => most >= 2 * size) ?? units.at(-1);
    });
    return {
      tooltip: {...baseOption(colours).tooltip, trigger: 'item'},
      grid: drawn.map((_, index) => ({...width(index), top: top(index), height: rowHeight, containLabel: true})),
      xAxis: drawn.map(([name], index) => axis(colours, {type: 'value', min: 0, gridIndex: index, splitNumber: 3, name: fill(texts.comparison.axis, {quantity: texts.comparison.quantities[name], unit: scales[index][1]}), nameGap: 26})),
      yAxis: drawn.map((_, index) => axis(colours, {
        type: 'category', inverse: true, gridIndex: index, data: pair.comparisons.map((entry) => entry.setting),
        axisLabel: {color: colours.text, interval: 0, width: 130, overflow: 'truncate'},
      })),
      series: drawn.flatMap(([, {solo, together, format}], index) => {
        const [scale] = scales[index];
        const place = {xAxisIndex: index, yAxisIndex: index};
        const bar = (api) => Math.min(12, api.size([0, 1])[1] * 0.7 / 2.12) * 1.12 / 2;
        return [[solo, texts.comparison.one_after_the_other, colours.solo, -1], [together, texts.comparison.together, colours.together, 1]].flatMap(([key, name, colour, sign]) => [
          {
            type: 'bar', ...place, name, barMaxWidth: 12, barGap: '12%', itemStyle: {color: colour, borderRadius: [0, 3, 3, 0]},
            data: pair.comparisons.map((entry) => (isNumber(entry[key].mean) ? entry[key].mean / scale : null)),
            tooltip: {valueFormatter: (value) => (isNumber(value) ? format(value * scale) : catalogue.number.missing)},
          },
          {
            ...whiskers(colours.text, {horizontal: true, offset: (api) => sign * bar(api)}), ...place, encode: {x: [1, 2], y: 0},
            data: pair.comparisons.flatMap((entry, at) => (entry[key].interval ? [[at, ...entry[key].interval.map((value) => value / scale)]] : [])),
          },
        ]);
      }),
    };
  }

  const numbers = () => table(fill(texts.pairs.bars.title, {pair: pairLabel(pair)}), [
    textColumn('setting', (entry) => entry.setting),
    countColumn('n', (entry) => entry.makespan_seconds.n),
    ...Object.entries(quantities).flatMap(([name, {solo, together, format}]) => [
      ...estimateColumns(solo, (entry) => entry[solo], format, fill(texts.pairs.bars.solo_column, {quantity: texts.comparison.quantities[name]})),
      ...estimateColumns(together, (entry) => entry[together], format, fill(texts.pairs.bars.together_column, {quantity: texts.comparison.quantities[name]})),
    ]),
  ], pair.comparisons);

  const made = figure({
    id: `pair-${pair.number}-bars`, title: fill(texts.pairs.bars.title, {pair: pairLabel(pair)}), caption: texts.pairs.bars.caption,
    flags: flagsOf(analysis), controls: [], option, numbers,
    height: () => (made.node.clientWidth < 560 ? 2 : 1) * (90 + 34 * pair.comparisons.length) + 44,
  });
  return made.node;
}

function phasesFigure(analysis, pair, lookup) {
  const runs = pair.effects.map((block) => ({block, run: lookup.runs.get(block.concurrent_run)}))
    .filter(({run}) => run?.measured?.phases.length > 0);
  const label = ({block: {setting, repetition}}) => (analysis.study.repetitions > 1 ? fill(texts.pairs.with_repetition, {name: setting, repetition}) : setting);
  const names = Object.keys(texts.pairs.phases.names);
  const rows = runs.flatMap((entry) => entry.run.measured.phases.map((phase) => ({...entry, phase})));

  function option(colours, narrow) {
    if (runs.length === 0) return null;
    const colour = {head: colours.third, overlap: colours.together, tail: colours.solo};
    return {
      grid: {left: 8, right: 24, top: 36, bottom: 36, containLabel: true},
      xAxis: axis(colours, {type: 'value', min: 0, name: texts.pairs.phases.axis, nameGap: 26, splitNumber: narrow ? 3 : 6, axisLabel: {color: colours.muted, formatter: seconds, hideOverlap: true}}),
      yAxis: axis(colours, {type: 'category', inverse: true, data: runs.map(label), axisLabel: {color: colours.text, width: narrow ? 100 : 200, overflow: 'truncate'}}),
      tooltip: {...baseOption(colours).tooltip, valueFormatter: (value) => (isNumber(value) ? seconds(value) : '–')},
      series: names.map((name) => ({
        type: 'bar', stack: 'phases', name: texts.pairs.phases.names[name], barMaxWidth: 18, itemStyle: {color: colour[name], borderColor: colours.card},
        data: runs.map(({run}) => run.measured.phases.filter((phase) => phase.name === name)
          .reduce((sum, phase) => sum + phase.end_s - phase.begin_s, 0)),
      })),
    };
  }

  const numbers = () => table(fill(texts.pairs.phases.title, {pair: pairLabel(pair)}), [
    textColumn('setting', ({block}) => block.setting),
    countColumn('repetition', ({block}) => block.repetition),
    {...textColumn('phase', ({phase}) => texts.pairs.phases.names[phase.name] ?? phase.name), csv: [['phase', ({phase}) => phase.name]]},
    readingColumn('from_s', ({phase}) => phase.begin_s, seconds),
    readingColumn('length_s', ({phase}) => phase.end_s - phase.begin_s, seconds),
    {title: texts.columns.gpu_energy, number: true, cell: ({phase}) => shownEnergy(phase.gpu_energy_joules), csv: [['gpu_energy_joules', ({phase}) => (isNumber(phase.gpu_energy_joules.joules) ? phase.gpu_energy_joules.joules : '')]]},
    {title: texts.columns.cpu_energy, number: true, cell: ({phase}) => shownEnergy(phase.cpu_energy_joules), csv: [['cpu_energy_joules', ({phase}) => (isNumber(phase.cpu_energy_joules.joules) ? phase.cpu_energy_joules.joules : '')]]},
  ], rows);

  return figure({
    id: `pair-${pair.number}-phases`, title: fill(texts.pairs.phases.title, {pair: pairLabel(pair)}), caption: texts.pairs.phases.caption,
    flags: flagsOf(analysis), controls: [], option, numbers, height: () => 100 + 24 * Math.max(runs.length, 2),
  }).node;
}

function pairsOf(analysis) {
  const lookup = {
    runs: new Map(analysis.runs.map((run) => [run.run_id, run])),
    trainings: new Map(analysis.trainings.map((training) => [`${training.run_id} ${training.role}`, training])),
    traces: new Map(analysis.traces.map((run) => [run.run_id, run])),
  };
  // Unpacked once, soon after the page is there, so that printing, which can't wait, has them.
  let samples = null;
  const allSamples = unpacked('samples').then((bytes) => { samples = new Uint16Array(bytes); });

  function tracesOf(pair, place) {
    const runs = experimentsOf(pair).sort((left, right) => (right.mode === 'both') - (left.mode === 'both'))
      .flatMap(({name, ids}) => ids.map((id, index) => [ids.length > 1 ? fill(texts.pairs.with_repetition, {name, repetition: index + 1}) : name, lookup.traces.get(id)]))
      .filter(([, run]) => run);
    if (runs.length === 0) {
      place.replaceChildren(element('p', {class: 'note'}, texts.traces.none));
      return;
    }
    const show = () => place.replaceChildren(traceFigure(analysis, pair, runs, samples));
    if (samples) show();
    else allSamples.then(show);
  }

  function build(pair, body) {
    const names = texts.pairs.facts;
    const facts = [[names.classes, word(pair.type)], [names.gpu_use, word(pair.complementarity)],
      [names.memory, fill(texts.pairs.catalogue_memory, {memory: significant(pair.memory_mb, 4)})],
      [names.utilisation, fill(texts.pairs.catalogue_utilisation, {utilisation: significant(pair.gpu_util_percent, 4)})],
      [names.makespan, shownSummary(summaryOf(pair.summaries, 'makespan_overhead'))], [names.energy_saved, shownSummary(summaryOf(pair.summaries, 'energy_saving'))]];
    const traces = element('div');
    body.replaceChildren(
      element('div', {class: 'block'}, element('h4', {}, texts.pairs.design),
        element('dl', {}, facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
        element('h4', {}, texts.pairs.experiments), experimentsTable(analysis, pair, lookup)),
      pairBarsFigure(analysis, pair), phasesFigure(analysis, pair, lookup), traces);
    body.classList.remove('waiting');
    tracesOf(pair, traces);
  }

  return analysis.pairs.map((pair) => {
    const body = element('div', {class: 'waiting'});
    whenNear(body, () => build(pair, body));
    return element('article', {id: `pair-${pair.number}`}, element('h3', {class: 'pair'}, pairLabel(pair)), body);
  });
}
