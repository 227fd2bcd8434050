// Machine, boards, meters and statistics.

/** The boards of the runs, each once, with the temperatures of its runs. */
function boardsOf(runs) {
  const gpus = runs.map((run) => run.measured?.gpu).filter(Boolean);
  const boards = [...new Set(gpus.map((gpu) => gpu.device.uuid))]
    .map((uuid) => gpus.filter((gpu) => gpu.device.uuid === uuid));
  const range = (readings, unit) => {
    const values = readings.filter(isNumber);
    if (values.length === 0) return 'unknown';
    const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => significant(value));
    return `${low === high ? low : `${low} to ${high}`} ${unit}`;
  };
  const fact = (reading, format) => (isNumber(reading) ? format(reading) : `unknown (${reading.missing})`);
  return boards.map((of_board) => {
    const {device} = of_board[0];
    const drivers = [...new Set(of_board.map((gpu) => gpu.device.driver_version))].join(', ');
    const sharing = [...new Set(of_board.map((gpu) => gpu.device.sharing))].join(', ');
    return [device.name, device.uuid, `driver ${drivers}`, `shared by ${sharing}`,
      `power limit ${fact(device.power_limit_w, (value) => `${significant(value)} W`)}`,
      `energy counter changes every ${fact(device.energy_counter_period_s, (value) => `${significant(value * 1e3)} ms`)}`,
      `at the start of a run ${range(of_board.map((gpu) => gpu.at_start.temperature_c), '°C')}`,
      `at its peak ${range(of_board.map((gpu) => gpu.temperature_peak_c), '°C')}`,
      `at its end ${range(of_board.map((gpu) => gpu.at_end.temperature_c), '°C')}`].join(', ');
  });
}

function methodOf({study, quality, machines, runs}) {
  const entries = (facts) => element('dl', {}, facts.filter(([, text]) => text).map(([name, text]) => [element('dt', {}, name), element('dd', {}, text)]).flat());
  const machine = (one) => [one.cpu_model, `${one.logical_cpus} CPUs`, `${significant(one.memory_mib / 1024)} GiB`, one.gpu || 'no NVIDIA GPU', one.hypervisor ? `under ${one.hypervisor}` : '', one.kernel].filter(Boolean).join(', ');
  const sources = (names, reasons) => names.join(', ') + (reasons.length > 0 ? `; missing: ${reasons.join('; ')}` : '');
  return element('div', {class: 'block'}, entries([
    ['Machine', machines.map(machine).join('; ')],
    ['GPU', boardsOf(runs).join('; ')],
    ['GPU energy', sources(quality.gpu_energy_sources, quality.gpu_energy_missing)],
    ['GPU sensors', quality.gpu_energy_note],
    ['CPU energy', sources(quality.cpu_energy_sources, quality.cpu_energy_missing)],
    ['Why estimated', quality.estimated_instead_of.join('; ')],
    ['Shares of a pair’s energy', quality.energy_share_models.join(', ')],
    ['Data', quality.data.join(', ')],
    ['Start', quality.barriers.join(', ')],
    ['Order', study.order === 'randomised' ? `randomised within each repetition, seed ${study.order_seed}` : 'as listed'],
    ['CPU of each training', `${study.threads} thread${study.threads === 1 ? '' : 's'}, wait policy ${study.wait_policy}, ${study.cores.length > 0 ? `pinned to cores ${study.cores.join(', ')}` : 'not pinned'}`],
    ['Sampling', `${study.sampling_hz} Hz`],
    ['Study file', study.file],
    ['Unit', 'The run. A concurrent run is compared with the solo runs of the same repetition and setting; runs that failed are left out, none is imputed.'],
    ['Intervals', '95 %, Student’s t, of log-ratios for durations and energies; over pairs, one mean a pair.'],
    ['Tests', 'Paired t-test; beside it Wilcoxon’s signed-rank test. Holm within the family. Benjamini–Hochberg where a family is exploratory. Equivalence by two one-sided tests; it is not claimed where the bound is finer than the noise floor.'],
    ['Sensitivity', '(Δy / y) / (Δx / x) and ln(y/y₀) / ln(x/x₀) against the default; for performance, positive is better.'],
  ]));
}
