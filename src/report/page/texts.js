// The texts of the sections and figures, in one place. What a measured quantity is called stands
// where it is measured; findings come as sentences from the analysis.

const texts = {
  notBuilt: 'This report could not be shown: it needs a browser from 2023 or later. All of its numbers: tandem report --json.',
  interval: '95 % interval',
  download: 'Download',
  nothingToDraw: 'No run has the figures for this.',
  numbersOfFigure: 'Numbers of this figure',
  pair: 'pair', setting: 'setting of B', repetition: 'rep.', n: 'n',
  alone: 'alone', besideA: 'beside A', difference: 'difference',
  summary: {
    title: 'In short',
    share: 'Over the pairs',
    sharePair: 'In this study’s one pair',
    quantities: {
      makespan_overhead: {less: 'training both together takes %s less time than one after the other', more: 'training both together takes %s more time than one after the other', same: 'the time for both together'},
      energy_saving: {more: 'running together saves %s of the energy', less: 'running together costs %s more energy', same: 'the energy of both together'},
      concurrent_overhead_b: {more: 'B takes %s longer beside A than alone', less: 'B takes %s less time beside A than alone', same: 'the duration of B beside A'},
      performance_change_b: {more: 'B performs %s better beside A', less: 'B performs %s worse beside A', same: 'the performance of B beside A'},
    },
    shown: (sentence, interval, n) => `${sentence} (95 %: ${interval}, n = ${n}).`,
    equivalent: (what, bound, interval, n) => `${what} is the same within ±${bound} % (95 % of the change: ${interval}, n = ${n}).`,
    noEvidence: (what, change, interval, n) => `Whether ${what} changes can’t be told from these runs: ${change} (95 %: ${interval}, n = ${n}). That is not evidence of no change.`,
    noTest: (what, change, n) => `About ${what} (${change}, n = ${n}) no test is possible; the findings below say why.`,
    single: (sentence, n) => `${sentence}; ${n === 1 ? 'one value' : 'values of one pair'}, so there is no test.`,
    missing: (what, reason) => `Nothing can be said about ${what}: ${reason}.`,
    hypothesis: (shown, tests) => (tests === 0 ? 'H0 could not be tested: no hyperparameter has the figures in both modes for two blocks.'
      : shown === 0 ? `In none of ${tests} tests of H0 was a changed sensitivity shown. That is not evidence that nothing changes.`
        : `H0 is rejected in ${shown} of ${tests} tests: there, concurrency changes what a hyperparameter does.`),
  },
  questions: {
    H0: 'H0: concurrency does not change the sensitivity to hyperparameters',
    RQ1: 'RQ1: is another setting the best under concurrency?',
    RQ2: 'RQ2: what does B’s setting do to A?',
    RQ3: 'RQ3: does the kind of pair matter?',
    RQ4: 'RQ4: energy against performance',
  },
  noAnswer: 'The study has no runs that answer this.',
  verdicts: {
    difference: 'difference', equivalent: 'equivalent', 'difference within the bound': 'small difference',
    'no evidence': 'no evidence', 'no test': 'no test', 'no value': 'no value',
  },
  forest: {
    title: 'Sensitivity to hyperparameters, beside A less alone',
    caption: 'Mean difference of ln(y / y at default) / ln(x / x at default) with its 95 % interval. Right of the line, the sensitivity is larger (more positive) beside A than alone. Filled: adjusted p below 0.05; hollow: not shown to differ.',
    axis: 'difference of sensitivity (log form)',
    table: 'Sensitivity alone and beside A',
  },
  pairMetrics: {
    title: 'All effects of each pair',
    caption: 'In percent of alone, mean over settings and repetitions. Each column has its own scale; blue is better, orange worse, an empty cell has no runs that count.',
    table: 'Effects of each pair, in percent',
    short: {
      makespan_overhead: 'makespan', energy_saving: 'energy saved', concurrent_overhead_a: 'duration A', concurrent_overhead_b: 'duration B',
      energy_change_a: 'energy A', energy_change_b: 'energy B', performance_change_a: 'performance A', performance_change_b: 'performance B',
      interference_a: 'interference A', interference_b: 'interference B',
    },
  },
  kinds: {
    title: 'Change of sensitivity by kind of pair',
    caption: 'Sensitivity of B beside A less alone (log form), mean over the pairs of a kind; in the cells the difference and, in brackets, how many pairs stand behind it. Exploratory.',
    by: {type: 'memory classes (A + B)', complementarity: 'GPU use', memory_class: 'larger memory class'},
    choice: 'Kind', response: 'Response',
    table: 'Change of sensitivity by kind of pair',
  },
  scatter: {
    fit: 'line of least squares',
    slope: ({slope, step, adjusted_p, r_squared}, unit) => `Slope ${signed(slope.value, 2)} percentage points a ${step} ${unit}` +
      `${slope.interval ? ` (95 %: ${slope.interval.map((value) => signed(value, 2)).join(' to ')})` : ''}, n = ${slope.n} pairs` +
      `${isNumber(adjusted_p) ? `, adjusted p ${pValue(adjusted_p)}` : ''}${isNumber(r_squared) ? `, R² ${r_squared.toFixed(2)}` : ''}.`,
    noFit: (reason) => `No line: ${reason}.`,
  },
  session: {
    title: 'The session',
    caption: 'When each run of the study that has a result was made. A run’s start is wall-clock time, its length was measured by the monotonic clock.',
    axis: 'since the first run',
    table: 'Runs in the order of their starts',
    kinds: {solo: 'one training', concurrent: 'a pair', bad: 'does not count'},
    row: 'device',
  },
  quality: {
    title: 'Data quality',
    counts: 'Runs', missing: 'Missing figures', noise: 'Noise floor: how far two runs of one experiment differ',
    covariates: 'Order and temperature', none: 'No figure is missing.', noNoise: 'No experiment was made twice, so the noise floor is not known.',
    doubtful: 'runs whose figures are doubtful',
  },
  pairs: {
    title: 'Each pair',
    aAlone: 'A alone', bAlone: 'B alone', together: 'together', noRun: 'no run that counts',
    design: 'Design', experiments: 'Experiments',
    experimentsCaption: 'A alone, B alone at each setting, both together at each setting; durations and energies are means of the runs that count',
    figure: {
      title: (label) => `Time and energy of ${label}`,
      caption: 'One after the other and together at each setting of B. Whiskers: 95 % intervals of the mean where a setting was repeated.',
    },
    phases: {
      title: (label) => `Phases of ${label}`,
      caption: 'Head: until both are training; overlap: until one has ended; tail: until the other has. One bar a concurrent run.',
      names: {head: 'head', overlap: 'overlap', tail: 'tail'},
      axis: 'since the start signal',
    },
  },
  traces: {
    title: (label) => `Power and use over time, ${label}`,
    caption: 'Vertical lines: ends of epochs (dotted A, dashed B). Zoom with the slider, the wheel or a pinch.',
    run: 'Run',
    kept: (series) => (series.kept < series.recorded
      ? `${series.kept} of ${series.recorded} samples, smallest and largest of each interval kept` : `all ${series.recorded} samples`),
    none: 'This report was made without the samples of this pair’s runs.',
    time: 'since the start signal (s)',
    precision: 'Values are shown to 1/65,534 of each curve’s range, times to 1/65,535 of the run’s length',
    everyEpoch: ({role, every}) => `of ${role === 'solo' ? 'the training' : role.toUpperCase()} one epoch in ${every} is marked`,
    noSample: 'no sample',
    quantities: {gpu_power: 'GPU power', gpu_utilisation: 'GPU utilisation', cpu_power: 'CPU power', cpu_cores: 'CPU use'},
    table: (run) => `Samples of ${run}, as drawn`,
  },
  moreRows: (shown, all) => `Show all ${all} rows (${shown} are shown)`,
};
