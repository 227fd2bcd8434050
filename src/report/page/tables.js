// The tables: effects, tests, runs, trainings.

function effectsTable(analysis) {
  return element('div', {class: 'block'}, table(texts.tables.effects, [
    {title: texts.columns.pair, cell: (pair) => pairLabel(pair)},
    {title: texts.columns.type, cell: (pair) => word(pair.type)},
    {title: texts.columns.gpu_use, cell: (pair) => word(pair.complementarity)},
    {title: texts.columns.n, number: true, cell: (pair) => String(summaryOf(pair.summaries, 'makespan_overhead').n)},
    ...Object.keys(effectNames).map((effect) => ({
      title: effect, number: true, cell: (pair) => shownSummary(summaryOf(pair.summaries, effect)),
    })),
  ], analysis.pairs),
  element('p', {class: 'note'}, texts.tables.effects_note));
}

// Each way to divide a pair's energy is a model; they are shown side by side, so that nobody takes one for a measurement.
function sharesTable(analysis) {
  const rows = analysis.pairs.flatMap((pair) => pair.effects.flatMap((block) =>
    block.energy_shares.map((shares) => ({pair, block, shares}))));
  if (rows.length === 0) return '';
  const details = element('details', {}, element('summary', {}, texts.tables.shares),
    table(texts.tables.shares_table, [
      {title: texts.columns.pair, cell: ({pair}) => pairLabel(pair)},
      {title: texts.columns.setting, cell: ({block}) => block.setting},
      {title: texts.columns.repetition, number: true, cell: ({block}) => String(block.repetition)},
      {title: texts.columns.pair_energy, number: true, cell: ({block}) => shown(block.pair_energy_joules, joules)},
      {title: texts.columns.model, cell: ({shares}) => shares.model},
      {title: texts.columns.a, number: true, cell: ({shares}) => shown(shares.a, joules)},
      {title: texts.columns.b, number: true, cell: ({shares}) => shown(shares.b, joules)},
    ], rows),
    element('p', {class: 'note'}, texts.tables.shares_note));
  return element('div', {class: 'block'}, details);
}

function testsTable(analysis) {
  const interval = (test) => (test.difference_interval ? rangeText(test.difference_interval.map((value) => significant(value))) : '–');
  return element('div', {class: 'block'}, table(texts.tables.tests, [
    {title: texts.columns.hyperparameter, cell: (test) => test.hyperparameter},
    {title: texts.columns.response, cell: (test) => word(test.response)},
    {title: texts.columns.n, number: true, cell: (test) => counted(catalogue.units[test.block], test.n)},
    {title: texts.columns.alone, number: true, cell: (test) => shown(test.solo)},
    {title: texts.columns.beside_a, number: true, cell: (test) => shown(test.concurrent)},
    {title: texts.columns.difference, number: true, cell: (test) => shown(test.difference)},
    {title: texts.columns.interval, number: true, cell: interval},
    {title: texts.columns.hedges_g, number: true, cell: (test) => shown(test.hedges_g)},
    {title: texts.columns.p_paired_t, number: true, cell: (test) => shown(test.t_test.p_value, pValue)},
    {title: texts.columns.p_holm, number: true, cell: (test) => shown(test.adjusted_p, pValue)},
    {title: texts.columns.p_wilcoxon, number: true, cell: (test) => shown(test.wilcoxon_test.p_value, pValue)},
    {title: texts.columns.family, cell: (test) => (test.confirmatory ? texts.tables.confirmatory : texts.tables.exploratory)},
  ], analysis.sensitivity_tests),
  element('p', {class: 'note'}, texts.tables.tests_note));
}

/** `failed: timeout`; of a run that counts its status alone. */
const statusOf = (run) => (run.outcome && run.status !== 'ok'
  ? fill(texts.tables.status, {status: word(run.status), outcome: word(run.outcome)}) : word(run.status));

/** The status, with the number of cautions: that is in sight however narrow the screen. */
function outcomeOf(run) {
  const count = run.cautions.length;
  return element('div', {}, element('span', {class: `status-${run.status.replace(' ', '-')}`}, statusOf(run)),
    count > 0 ? counted(texts.tables.with_cautions, count) : null);
}

function runsTable(analysis) {
  const place = element('div');
  const show = (only_problems) => place.replaceChildren(table(texts.tables.runs, [
    {title: texts.columns.run, cell: (run) => run.run_id},
    {title: texts.columns.what, cell: (run) => run.what},
    {title: texts.columns.repetition, number: true, cell: (run) => String(run.repetition)},
    {title: texts.columns.outcome, cell: outcomeOf},
    {title: texts.columns.cautions, cell: cautionsOf},
    {title: texts.columns.reason, cell: (run) => [run.message, run.advice].filter(Boolean).join(' → ')},
    {title: texts.columns.attempts, number: true, cell: (run) => String(run.attempts)},
    {title: texts.columns.makespan, number: true, cell: (run) => shown(run.makespan_seconds, seconds)},
    {title: texts.columns.energy, number: true, cell: (run) => shownEnergy(run.total_energy_joules)},
    {title: texts.columns.energy_source, cell: ({total_energy_joules: {energy_source, model}}) => word(model ? `${energy_source} (${model})` : energy_source)},
    {title: texts.columns.overlap_fraction, number: true, cell: (run) => (run.mode === 'solo' ? '' : shown(run.overlap_fraction))},
    {title: texts.columns.started, cell: (run) => run.started_at.replace('T', ' ').replace(/\.\d+Z$/, '')},
  ], analysis.runs.filter((run) => !only_problems || run.status !== 'ok')));
  const checkbox = element('input', {type: 'checkbox', onchange: () => show(checkbox.checked)});
  show(false);
  return element('div', {class: 'block'},
    element('div', {class: 'controls'}, element('label', {}, checkbox, texts.tables.only_problems)), place);
}

function trainingsTable(analysis) {
  const metric = (name, format) => ({title: name, number: true, cell: (row) => shown(row[name], format)});
  const hyperparameters = (row) => Object.entries(row.hyperparameters).map(([name, value]) => `${name}=${value}`).join(' ');
  const body = element('div');
  const details = element('details', {ontoggle: () => {
    if (!details.open || body.hasChildNodes()) return;
    body.append(table(texts.tables.trainings, [
      {title: texts.columns.run, cell: (row) => row.run_id},
      {title: texts.columns.training, cell: (row) => row.workload},
      {title: texts.columns.role, cell: (row) => word(row.role)},
      {title: texts.columns.hyperparameters, cell: hyperparameters},
      {title: texts.columns.training_success, cell: (row) => (row.training_success ? texts.tables.true : fill(texts.tables.false, {outcome: word(row.outcome)}))},
      metric('performance', (value) => significant(value, 4)), {title: texts.columns.metric, cell: (row) => row.performance_metric},
      metric('duration_seconds', seconds), metric('time_per_epoch', seconds),
      metric('gpu_energy_total_joules', joules), metric('cpu_energy_total_joules', joules), metric('total_energy_joules', joules),
      metric('energy_per_epoch', joules), metric('energy_efficiency'), metric('convergence_speed'), metric('convergence_epoch'),
      metric('gpu_util_avg_percent'), metric('gpu_power_avg_watts'), metric('gpu_memory_peak'),
      metric('gpu_memory_peak_mib'), metric('gpu_sm_util_avg_percent'), metric('memory_peak_mib'), metric('memory_pss_peak_mib'), metric('tensor_memory_peak_mib'),
      metric('io_read_mib'), metric('io_written_mib'),
      {title: texts.columns.energy_source, cell: (row) => word(row.total_energy_source)}, {title: texts.columns.data, cell: (row) => word(row.data) || texts.data_not_stated},
    ], analysis.trainings),
    element('p', {class: 'note'}, texts.tables.trainings_note));
  }}, element('summary', {}, fill(texts.tables.all_metrics, {n: analysis.trainings.length})), body);
  return element('div', {class: 'block'}, details);
}
