// What the meters of each run said beside its total, and how well they were read.

/** `name: message` of each caution of a run, a line each. */
const cautionsOf = (run) => (run.cautions.length === 0 ? ''
  : element('div', {class: 'caution-text'}, run.cautions.map(({name, message}) => fill(texts.measurements.caution, {name: word(name), message})).join('\n')));

const watts = (value) => `${significant(value)} W`;
const runColumns = [
  {title: texts.columns.run, cell: ({run}) => run.run_id},
  {title: texts.columns.what, cell: ({run}) => run.what},
  {title: texts.columns.repetition, number: true, cell: ({run}) => String(run.repetition)},
];

/** A closed block whose table is made when it is opened first. */
function laterTable(summary, make) {
  const body = element('div');
  const details = element('details', {ontoggle: () => {
    if (details.open && !body.hasChildNodes()) body.append(...make().filter(Boolean));
  }}, element('summary', {}, summary), body);
  return element('div', {class: 'block'}, details);
}

const gpuNote = ({quality}) => (quality.gpu_energy_note ? element('p', {class: 'note'}, quality.gpu_energy_note) : null);

function phasesTable(analysis) {
  const runs = analysis.runs.filter((run) => run.measured && run.measured.phases.length > 0);
  if (runs.length === 0) return '';
  return laterTable(counted(texts.measurements.phases, runs.length), () => [
    table(texts.measurements.phases_table, [
      ...runColumns,
      {title: texts.columns.phase, cell: ({phase}) => texts.pairs.phases.names[phase.name] ?? phase.name},
      {title: texts.columns.from, number: true, cell: ({phase}) => seconds(phase.begin_s)},
      {title: texts.columns.length, number: true, cell: ({phase}) => seconds(phase.end_s - phase.begin_s)},
      {title: texts.columns.gpu_energy, number: true, cell: ({phase}) => shownEnergy(phase.gpu_energy_joules)},
      {title: texts.columns.cpu_energy, number: true, cell: ({phase}) => shownEnergy(phase.cpu_energy_joules)},
    ], runs.flatMap((run) => run.measured.phases.map((phase) => ({run, phase})))),
    element('p', {class: 'note'}, texts.measurements.phases_note),
    gpuNote(analysis),
  ]);
}

function metersTable(analysis) {
  const rows = analysis.runs.filter((run) => run.measured).map((run) => ({run, said: run.measured}));
  if (rows.length === 0) return '';
  const temperatures = ({said: {gpu}}) => (gpu
    ? [gpu.at_start.temperature_c, gpu.temperature_peak_c, gpu.at_end.temperature_c].map((value) => (isNumber(value) ? significant(value) : '–')).join(' / ') : '');
  const sampling = ({said}) => said.sampling.map((sampler) =>
    fill(sampler.problem ? texts.measurements.sampler_problem : texts.measurements.sampler, {
      name: sampler.name, gap: seconds(sampler.largest_gap_s), missed: sampler.missed_deadlines,
      due: sampler.ticks + sampler.missed_deadlines, problem: sampler.problem,
    })).join('\n');
  const ofCpu = (format, source) => (value) => format(value) + sourceMark(source);
  return laterTable(counted(texts.measurements.meters, rows.length), () => [
    table(texts.measurements.meters_table, [
      ...runColumns,
      {title: texts.columns.gpu_energy, number: true, cell: ({said}) => shownEnergy(said.gpu_energy_total_joules)},
      {title: texts.columns.cross_check, number: true, cell: ({said}) => shownEnergy(said.gpu_energy_cross_check_joules)},
      {title: texts.columns.difference, number: true, cell: ({said}) => shown(said.gpu_cross_check_difference_percent, percent)},
      {title: texts.columns.gpu_above_idle, number: true, cell: ({said}) => shown(said.gpu_energy_above_idle_joules, joules)},
      {title: texts.columns.gpu_idle, number: true, cell: ({said}) => shown(said.idle.gpu_power_watts, watts)},
      {title: texts.columns.cpu_energy, number: true, cell: ({said}) => shownEnergy(said.cpu_energy_total_joules)},
      {title: texts.columns.cpu_above_idle, number: true, cell: ({said}) => shown(said.cpu_energy_above_idle_joules, ofCpu(joules, said.cpu_energy_total_joules.energy_source))},
      {title: texts.columns.cpu_idle, number: true, cell: ({said}) => shown(said.idle.cpu_power_watts, ofCpu(watts, said.idle.cpu_energy_source))},
      {title: texts.columns.dram, number: true, cell: ({said}) => shown(said.dram_energy_joules, joules)},
      {title: texts.columns.temperatures, cell: temperatures},
      {title: texts.columns.sampling, cell: sampling},
    ], rows),
    element('p', {class: 'note'}, texts.measurements.meters_note),
    gpuNote(analysis),
  ]);
}
