// What the meters of each run said beside its total, and how well they were read.

/** `name: message` of each caution of a run, a line each. */
const cautionsOf = (run) => (run.cautions.length === 0 ? ''
  : element('div', {class: 'caution-text'}, run.cautions.map(({name, message}) => `${name}: ${message}`).join('\n')));

const watts = (value) => `${significant(value)} W`;
const runColumns = [
  {title: 'run', cell: ({run}) => run.run_id},
  {title: 'what', cell: ({run}) => run.what},
  {title: 'rep.', number: true, cell: ({run}) => String(run.repetition)},
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
  return laterTable(`Phases of ${runs.length} concurrent run${runs.length === 1 ? '' : 's'}`, () => [
    table('Time and energy of each phase of the concurrent runs', [
      ...runColumns,
      {title: 'phase', cell: ({phase}) => phase.name},
      {title: 'from', number: true, cell: ({phase}) => seconds(phase.begin_s)},
      {title: 'length', number: true, cell: ({phase}) => seconds(phase.end_s - phase.begin_s)},
      {title: 'GPU energy', number: true, cell: ({phase}) => shownEnergy(phase.gpu_energy_joules)},
      {title: 'CPU energy', number: true, cell: ({phase}) => shownEnergy(phase.cpu_energy_joules)},
    ], runs.flatMap((run) => run.measured.phases.map((phase) => ({run, phase})))),
    element('p', {class: 'note'}, 'head: until both are training; overlap: until one has ended; tail: until the other has. When A is sustained, overlap ends with B: A’s reload between its rounds lies within it, although overlap_fraction leaves it out.'),
    gpuNote(analysis),
  ]);
}

function metersTable(analysis) {
  const rows = analysis.runs.filter((run) => run.measured).map((run) => ({run, said: run.measured}));
  if (rows.length === 0) return '';
  const temperatures = ({said: {gpu}}) => (gpu
    ? [gpu.at_start.temperature_c, gpu.temperature_peak_c, gpu.at_end.temperature_c].map((value) => (isNumber(value) ? significant(value) : '–')).join(' / ') : '');
  const sampling = ({said}) => said.sampling.map((sampler) =>
    `${sampler.name}: ${seconds(sampler.largest_gap_s)}, ${sampler.missed_deadlines} of ${sampler.ticks + sampler.missed_deadlines}${sampler.problem ? ` (${sampler.problem})` : ''}`).join('\n');
  const ofCpu = (format, source) => (value) => format(value) + sourceMark(source);
  return laterTable(`What the meters of ${rows.length} run${rows.length === 1 ? '' : 's'} said`, () => [
    table('Meters, idle power and sampling of each run', [
      ...runColumns,
      {title: 'GPU energy', number: true, cell: ({said}) => shownEnergy(said.gpu_energy_total_joules)},
      {title: 'cross-check', number: true, cell: ({said}) => shownEnergy(said.gpu_energy_cross_check_joules)},
      {title: 'difference', number: true, cell: ({said}) => shown(said.gpu_cross_check_difference_percent, percent)},
      {title: 'GPU above idle', number: true, cell: ({said}) => shown(said.gpu_energy_above_idle_joules, joules)},
      {title: 'GPU idle', number: true, cell: ({said}) => shown(said.idle.gpu_power_watts, watts)},
      {title: 'CPU energy', number: true, cell: ({said}) => shownEnergy(said.cpu_energy_total_joules)},
      {title: 'CPU above idle', number: true, cell: ({said}) => shown(said.cpu_energy_above_idle_joules, ofCpu(joules, said.cpu_energy_total_joules.energy_source))},
      {title: 'CPU idle', number: true, cell: ({said}) => shown(said.idle.cpu_power_watts, ofCpu(watts, said.idle.cpu_energy_source))},
      {title: 'DRAM', number: true, cell: ({said}) => shown(said.dram_energy_joules, joules)},
      {title: '°C start / peak / end', cell: temperatures},
      {title: 'sampling: largest gap, missed', cell: sampling},
    ], rows),
    element('p', {class: 'note'}, 'Cross-check: the GPU’s power integrated; it is set beside the total, never added to it. Above idle: the energy less idle power × makespan, idle power as last measured before the run. DRAM lies within the CPU’s energy. Missed: samples that were skipped because the one before took too long, of all that were due.'),
    gpuNote(analysis),
  ]);
}
