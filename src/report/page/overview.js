// The top of the page: what was studied, how far to trust it, what came out.

function headerOf({study, quality}) {
  const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
  const cautions = [
    ...flagsOf({study, quality}),
    quality.ok < quality.planned ? `${quality.ok} of ${quality.planned} runs count` : null,
  ].filter(Boolean);
  const facts = [`${study.scale} scale`, `device ${study.device}`, `overlap ${study.overlap}`, `${study.solo_runs} solo runs`];
  const links = [['findings', 'Findings'], ['answers', 'Answers'], ['quality', 'Data quality'], ['figures', 'Figures'], ['pairs', 'Pairs'], ['effects', 'Effects'], ['tests', 'Tests of H0'], ['runs', 'Runs'], ['method', 'Method']];
  return element('header', {},
    element('h1', {}, study.name),
    element('p', {class: 'muted'},
      `Does training two models side by side change what their hyperparameters do to energy and performance? ` +
      `${plural(study.pairs, 'pair')}, ${plural(study.repetitions, 'repetition')}, ${plural(quality.planned, 'run')}; model B varies in ${study.mutated.join(' and ') || 'nothing'}.`),
    element('ul', {class: 'flags', 'aria-label': 'What to know about the figures'},
      cautions.map((text) => element('li', {class: 'caution'}, text)),
      facts.map((text) => element('li', {}, text))),
    element('nav', {'aria-label': 'Sections'}, element('ul', {}, links.map(([id, text]) =>
      element('li', {}, element('a', {href: `#${id}`}, text))))));
}

/** Headline numbers: overall effects over the pairs, or the one pair's own. */
function headline(analysis) {
  const cards = [
    ['makespan_overhead', 'time for both, against one after the other'],
    ['energy_saving', 'energy saved by running together'],
    ['concurrent_overhead_b', 'duration of B beside A, against alone'],
    ['performance_change_b', 'performance of B beside A, against alone'],
  ];
  return element('div', {class: 'headline'}, cards.map(([effect, text]) => {
    const overall = analysis.overall.map((entry) => entry.summary).find((summary) => summary.effect === effect);
    const over_pairs = overall.n > 1;
    const summary = over_pairs ? overall
      : analysis.pairs.map((pair) => summaryOf(pair.summaries, effect)).find((entry) => isNumber(entry.percent)) ?? overall;
    const known = isNumber(summary.percent);
    const unit = over_pairs ? 'pairs' : summary.n === 1 ? 'value of one pair' : 'values of one pair';
    return element('div', {class: 'card'},
      element('p', {class: 'figure'}, known ? percent(summary.percent) : '–'),
      element('p', {}, text),
      element('p', {class: 'note'}, known ? unbroken(`95 %: ${percentInterval(summary.interval_percent)}, n = ${summary.n} ${unit}`) : `missing: ${summary.percent.missing}`),
      isEnergyEffect(effect) && known && analysis.quality.energy_estimated ? element('span', {class: 'flag'}, 'energy estimated') : null);
  }));
}

/** The findings that answer none of the study's questions, by topic. */
function findingsOf(analysis) {
  const others = analysis.findings.filter((finding) => !finding.question);
  const topics = [...new Set(others.map((finding) => finding.topic))];
  const titles = {data: 'Data', time: 'Time', energy: 'Energy', performance: 'Performance', 'noise floor': 'Noise floor', covariates: 'Order and temperature', 'marked runs': 'Doubtful runs', advice: 'What to run together', jobs: 'Your jobs'};
  const {cautions} = analysis.quality;
  return [
    cautions.length > 0 ? element('div', {class: 'block cautions'},
      element('h3', {}, 'Before reading the figures'),
      element('ul', {}, cautions.map((text) => element('li', {}, text)))) : null,
    element('div', {class: 'block'}, topics.map((topic) => [
      element('h3', {}, titles[topic] ?? topic),
      element('ul', {}, others.filter((finding) => finding.topic === topic).map(findingItem))]).flat()),
  ];
}

// What several figures ask of the analysis.
const pairLabel = (pair) => `${pair.number} ${shorten(pair.title, 80)}`;
const settingNames = (analysis) =>
  [...new Set(analysis.pairs.flatMap((pair) => pair.setting_summaries.map((entry) => entry.setting)))];
const metricName = (analysis, pair) =>
  shorten(analysis.trainings.find((training) => training.workload === pair.b && training.performance_metric)?.performance_metric ?? 'performance', 40);
const pairChoice = (analysis, changed) =>
  choice('Pair', analysis.pairs.map((pair, index) => [String(index), pairLabel(pair)]), (value) => changed(analysis.pairs[Number(value)]));
/** What to know about every figure; it stands beside each. */
const flagsOf = ({quality, study}) => [
  quality.energy_estimated ? 'energy estimated' : null,
  quality.data_synthetic ? 'synthetic data' : null,
  study.scale === 'quick' ? 'quick scale' : null,
  quality.runs_with_caution > 0 ? `${quality.runs_with_caution} runs doubtful` : null,
].filter(Boolean);
