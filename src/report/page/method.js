// Machine, boards, meters and statistics.

/** The boards of the runs, each once, with the temperatures of its runs. */
function boardsOf(runs) {
  const gpus = runs.map((run) => run.measured?.gpu).filter(Boolean);
  const boards = [...new Set(gpus.map((gpu) => gpu.device.uuid))]
    .map((uuid) => gpus.filter((gpu) => gpu.device.uuid === uuid));
  const range = (readings, unit) => {
    const values = readings.filter(isNumber);
    if (values.length === 0) return texts.unknown;
    const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => significant(value));
    return `${low === high ? low : rangeText([low, high])} ${unit}`;
  };
  const fact = (reading, format) => (isNumber(reading) ? format(reading) : fill(texts.unknown_because, {reason: reading.missing}));
  return boards.map((of_board) => {
    const {device} = of_board[0];
    const drivers = listed([...new Set(of_board.map((gpu) => gpu.device.driver_version))]);
    const sharing = listed([...new Set(of_board.map((gpu) => word(gpu.device.sharing)))]);
    const limit = fact(device.power_limit_w, (value) => `${significant(value)} W`);
    const period = fact(device.energy_counter_period_s, (value) => `${significant(value * 1e3)} ms`);
    const temperature = (pattern, read) => fill(pattern, {range: range(of_board.map(read), '°C')});
    return listed([device.name, device.uuid, fill(texts.method.driver, {drivers}), fill(texts.method.shared_by, {sharing}),
      fill(texts.method.power_limit, {limit}), fill(texts.method.counter, {period}),
      temperature(texts.method.at_start, (gpu) => gpu.at_start.temperature_c),
      temperature(texts.method.at_peak, (gpu) => gpu.temperature_peak_c),
      temperature(texts.method.at_end, (gpu) => gpu.at_end.temperature_c)]);
  });
}

function methodOf({study, quality, machines, runs}) {
  const {names} = texts.method;
  const entries = (facts) => element('dl', {}, facts.filter(([, text]) => text).map(([name, text]) => [element('dt', {}, name), element('dd', {}, text)]).flat());
  const machine = (one) => listed([one.cpu_model, fill(texts.method.cpus, {n: one.logical_cpus}), `${significant(one.memory_mib / 1024)} GiB`, one.gpu || texts.method.no_gpu,
    one.hypervisor ? fill(texts.method.under, {hypervisor: one.hypervisor}) : '', one.kernel].filter(Boolean));
  const sources = (sources_of_runs, reasons) => (reasons.length === 0 ? listed(sources_of_runs.map(word))
    : fill(texts.method.sources, {sources: listed(sources_of_runs.map(word)), reasons: clauses(reasons)}));
  const order = study.order === 'randomised' ? fill(texts.method.randomised, {seed: study.order_seed}) : texts.method.as_listed;
  const cpu = fill(texts.method.cpu_use, {
    threads: counted(texts.method.threads, study.threads), policy: study.wait_policy,
    cores: study.cores.length > 0 ? fill(texts.method.pinned, {cores: listed(study.cores)}) : texts.method.not_pinned,
  });
  return element('div', {class: 'block'}, entries([
    [names.machine, clauses(machines.map(machine))],
    [names.gpu, clauses(boardsOf(runs))],
    [names.gpu_energy, sources(quality.gpu_energy_sources, quality.gpu_energy_missing)],
    [names.gpu_sensors, quality.gpu_energy_note],
    [names.cpu_energy, sources(quality.cpu_energy_sources, quality.cpu_energy_missing)],
    [names.why_estimated, clauses(quality.estimated_instead_of)],
    [names.shares, listed(quality.energy_share_models.map(word))],
    [names.data, listed(quality.data.map(word))],
    [names.start, listed(quality.barriers.map(word))],
    [names.order, order],
    [names.cpu, cpu],
    [names.sampling, fill(texts.method.hz, {hz: study.sampling_hz})],
    [names.study_file, study.file],
    [names.unit, texts.method.unit],
    [names.intervals, texts.method.intervals],
    [names.tests, texts.method.tests],
    [names.sensitivity, texts.method.sensitivity],
  ]));
}
