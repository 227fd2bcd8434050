// The tables: effects, tests, runs, trainings.

function effectsTable(analysis) {
  return element('div', {class: 'block'}, table('Mean effects of each pair, in percent, with 95 % intervals over n values', [
    {title: 'pair', cell: (pair) => pairLabel(pair)},
    {title: 'type', cell: (pair) => pair.type},
    {title: 'GPU use', cell: (pair) => pair.complementarity},
    {title: 'n', number: true, cell: (pair) => String(summaryOf(pair.summaries, 'makespan_overhead').n)},
    ...Object.keys(effectNames).map((effect) => ({
      title: effect, number: true, cell: (pair) => shownSummary(summaryOf(pair.summaries, effect)),
    })),
  ], analysis.pairs),
  element('p', {class: 'note'}, 'Durations and energies are averaged as logarithms of ratios. Effects on A have one value a repetition, because all settings of a repetition are compared with one solo run of A.'));
}

// Each way to divide a pair's energy is a model; they are shown side by side, so that nobody takes one for a measurement.
function sharesTable(analysis) {
  const rows = analysis.pairs.flatMap((pair) => pair.effects.flatMap((block) =>
    block.energy_shares.map((shares) => ({pair, block, shares}))));
  if (rows.length === 0) return '';
  const details = element('details', {}, element('summary', {}, 'How a pair’s energy can be divided between its two models'),
    table('Shares of the pair’s energy, each by a model (none of them is measured); the parts add up to the whole', [
      {title: 'pair', cell: ({pair}) => pairLabel(pair)},
      {title: 'setting of B', cell: ({block}) => block.setting},
      {title: 'rep.', number: true, cell: ({block}) => String(block.repetition)},
      {title: 'pair', number: true, cell: ({block}) => shown(block.pair_energy_joules, joules)},
      {title: 'model', cell: ({shares}) => shares.model},
      {title: 'A', number: true, cell: ({shares}) => shown(shares.a, joules)},
      {title: 'B', number: true, cell: ({shares}) => shown(shares.b, joules)},
    ], rows),
    element('p', {class: 'note'}, 'marginal_of_a: A came to B and bears what it added; marginal_of_b: the other way round; shapley: the mean of both. The others divide by what the two processes used while they ran.'));
  return element('div', {class: 'block'}, details);
}

function testsTable(analysis) {
  const interval = (test) => (test.difference_interval ? test.difference_interval.map((value) => significant(value)).join(' to ') : '–');
  return element('div', {class: 'block'}, table('Sensitivity alone and beside A: ln(y / y at default) / ln(x / x at default)', [
    {title: 'hyperparameter', cell: (test) => test.hyperparameter},
    {title: 'response', cell: (test) => test.response},
    {title: 'n', number: true, cell: (test) => `${test.n} ${test.block}${test.n === 1 ? '' : 's'}`},
    {title: 'alone', number: true, cell: (test) => shown(test.solo)},
    {title: 'beside A', number: true, cell: (test) => shown(test.concurrent)},
    {title: 'difference', number: true, cell: (test) => shown(test.difference)},
    {title: '95 % interval', number: true, cell: interval},
    {title: 'Hedges g', number: true, cell: (test) => shown(test.hedges_g)},
    {title: 'p (paired t)', number: true, cell: (test) => shown(test.t_test.p_value, pValue)},
    {title: 'p (Holm)', number: true, cell: (test) => shown(test.adjusted_p, pValue)},
    {title: 'p (Wilcoxon)', number: true, cell: (test) => shown(test.wilcoxon_test.p_value, pValue)},
    {title: 'family', cell: (test) => (test.confirmatory ? 'confirmatory' : 'exploratory')},
  ], analysis.sensitivity_tests),
  element('p', {class: 'note'}, 'A p-value above 0.05 is no evidence of a change; it is not evidence of no change.'));
}

/** The status, with the number of cautions: that is in sight however narrow the screen. */
function outcomeOf(run) {
  const status = run.outcome && run.status !== 'ok' ? `${run.status}: ${run.outcome}` : run.status;
  const count = run.cautions.length;
  return element('div', {}, element('span', {class: `status-${run.status.replace(' ', '-')}`}, status),
    count > 0 ? ` with ${count} caution${count === 1 ? '' : 's'}` : null);
}

function runsTable(analysis) {
  const place = element('div');
  const show = (only_problems) => place.replaceChildren(table('All planned runs in the order of the plan', [
    {title: 'run', cell: (run) => run.run_id},
    {title: 'what', cell: (run) => run.what},
    {title: 'rep.', number: true, cell: (run) => String(run.repetition)},
    {title: 'outcome', cell: outcomeOf},
    {title: 'cautions', cell: cautionsOf},
    {title: 'reason', cell: (run) => [run.message, run.advice].filter(Boolean).join(' → ')},
    {title: 'attempts', number: true, cell: (run) => String(run.attempts)},
    {title: 'makespan', number: true, cell: (run) => shown(run.makespan_seconds, seconds)},
    {title: 'energy', number: true, cell: (run) => shownEnergy(run.total_energy_joules)},
    {title: 'energy source', cell: ({total_energy_joules: {energy_source, model}}) => (model ? `${energy_source} (${model})` : energy_source)},
    {title: 'overlap_fraction', number: true, cell: (run) => (run.mode === 'solo' ? '' : shown(run.overlap_fraction))},
    {title: 'started (UTC)', cell: (run) => run.started_at.replace('T', ' ').replace(/\.\d+Z$/, '')},
  ], analysis.runs.filter((run) => !only_problems || run.status !== 'ok')));
  const checkbox = element('input', {type: 'checkbox', onchange: () => show(checkbox.checked)});
  show(false);
  return element('div', {class: 'block'},
    element('div', {class: 'controls'}, element('label', {}, checkbox, 'only runs that don’t count')), place);
}

function trainingsTable(analysis) {
  const metric = (name, format) => ({title: name, number: true, cell: (row) => shown(row[name], format)});
  const hyperparameters = (row) => Object.entries(row.hyperparameters).map(([name, value]) => `${name}=${value}`).join(' ');
  const body = element('div');
  const details = element('details', {ontoggle: () => {
    if (!details.open || body.hasChildNodes()) return;
    body.append(table('One row a training; in a pair its energies are its share of the pair’s', [
      {title: 'run', cell: (row) => row.run_id},
      {title: 'training', cell: (row) => row.workload},
      {title: 'role', cell: (row) => row.role},
      {title: 'hyperparameters', cell: hyperparameters},
      {title: 'training_success', cell: (row) => (row.training_success ? 'true' : `false: ${row.outcome}`)},
      metric('performance', (value) => significant(value, 4)), {title: 'metric', cell: (row) => row.performance_metric},
      metric('duration_seconds', seconds), metric('time_per_epoch', seconds),
      metric('gpu_energy_total_joules', joules), metric('cpu_energy_total_joules', joules), metric('total_energy_joules', joules),
      metric('energy_per_epoch', joules), metric('energy_efficiency'), metric('convergence_speed'), metric('convergence_epoch'),
      metric('gpu_util_avg_percent'), metric('gpu_power_avg_watts'), metric('gpu_memory_peak'),
      metric('gpu_memory_peak_mib'), metric('gpu_sm_util_avg_percent'), metric('memory_peak_mib'), metric('memory_pss_peak_mib'), metric('tensor_memory_peak_mib'),
      metric('io_read_mib'), metric('io_written_mib'),
      {title: 'energy source', cell: (row) => row.total_energy_source}, {title: 'data', cell: (row) => row.data || 'not stated'},
    ], analysis.trainings),
    element('p', {class: 'note'}, 'gpu_util_avg_percent, gpu_power_avg_watts and gpu_memory_peak are of the whole board; the other memory, SM and I/O figures are of the training’s own processes. memory_pss_peak_mib counts pages that processes share once.'));
  }}, element('summary', {}, `All metrics of all ${analysis.trainings.length} trainings`), body);
  return element('div', {class: 'block'}, details);
}
