// The top of the page: what was studied, how far to trust it, what came out.

function headerOf({study, quality}) {
  const {overview, sections, links} = texts;
  const cautions = [
    ...flagsOf({study, quality}),
    quality.ok < quality.planned ? fill(catalogue.flags.runs_count, {ok: quality.ok, planned: quality.planned}) : null,
  ].filter(Boolean);
  const facts = [
    fill(overview.scale, {scale: word(study.scale)}), fill(overview.device, {device: word(study.device)}),
    fill(overview.overlap, {overlap: word(study.overlap)}), fill(overview.solo_runs, {solo_runs: word(study.solo_runs)}),
  ];
  return element('header', {},
    element('h1', {}, study.name),
    element('p', {class: 'muted'}, fill(overview.question, {
      pairs: counted(catalogue.units.pair, study.pairs), repetitions: counted(catalogue.units.repetition, study.repetitions),
      runs: counted(catalogue.units.run, quality.planned), mutated: study.mutated.join(overview.and) || overview.nothing,
    })),
    element('ul', {class: 'flags', 'aria-label': overview.flags_label},
      cautions.map((text) => element('li', {class: 'caution'}, text)),
      facts.map((text) => element('li', {}, text))),
    element('nav', {'aria-label': texts.sections_label}, element('ul', {}, Object.entries({...sections, ...links}).map(([id, text]) =>
      element('li', {}, element('a', {href: `#${id}`}, text))))));
}

/** Headline numbers: overall effects over the pairs, or the one pair's own. */
function headline(analysis) {
  return element('div', {class: 'headline'}, Object.entries(texts.overview.cards).map(([effect, text]) => {
    const overall = analysis.overall.map((entry) => entry.summary).find((summary) => summary.effect === effect);
    const over_pairs = overall.n > 1;
    const summary = over_pairs ? overall
      : analysis.pairs.map((pair) => summaryOf(pair.summaries, effect)).find((entry) => isNumber(entry.percent)) ?? overall;
    const known = isNumber(summary.percent);
    const unit = texts.overview.units[over_pairs ? 'pairs' : summary.n === 1 ? 'value' : 'values'];
    return element('div', {class: 'card'},
      element('p', {class: 'figure'}, known ? percent(summary.percent) : '–'),
      element('p', {}, text),
      element('p', {class: 'note'}, known ? unbroken(fill(texts.overview.card_note, {interval: percentInterval(summary.interval_percent), n: summary.n, unit})) : fill(texts.missing_because, {reason: summary.percent.missing})),
      isEnergyEffect(effect) && known && analysis.quality.energy_estimated ? element('span', {class: 'flag'}, energyFlag(analysis.quality)) : null);
  }));
}

/** The findings that answer none of the study's questions, by topic. */
function findingsOf(analysis) {
  const others = analysis.findings.filter((finding) => !finding.question);
  const topics = [...new Set(others.map((finding) => finding.topic))];
  const {cautions} = analysis.quality;
  return [
    cautions.length > 0 ? element('div', {class: 'block cautions'},
      element('h3', {}, texts.overview.cautions),
      element('ul', {}, cautions.map((text) => element('li', {}, text)))) : null,
    element('div', {class: 'block'}, topics.map((topic) => [
      element('h3', {}, texts.topics[topic] ?? topic),
      element('ul', {}, others.filter((finding) => finding.topic === topic).map(findingItem))]).flat()),
  ];
}

// What several figures ask of the analysis.
const pairLabel = (pair) => `${pair.number} ${shorten(pair.title, 80)}`;
const settingNames = (analysis) =>
  [...new Set(analysis.pairs.flatMap((pair) => pair.setting_summaries.map((entry) => entry.setting)))];
const metricName = (analysis, pair) =>
  shorten(analysis.trainings.find((training) => training.workload === pair.b && training.performance_metric)?.performance_metric ?? texts.overview.performance, 40);
const pairChoice = (analysis, changed) =>
  choice(texts.choices.pair, analysis.pairs.map((pair, index) => [String(index), pairLabel(pair)]), (value) => changed(analysis.pairs[Number(value)]));
/** Runs that count although something makes their figures doubtful. */
const doubtfulRuns = (quality) => new Set(Object.values(quality.runs_with_caution).flat()).size;
const energyFlag = (quality) =>
  (quality.energy_partly_measured ? catalogue.flags.energy_partly_estimated : catalogue.flags.energy_estimated);
/** What to know about every figure; it stands beside each. */
const flagsOf = ({quality, study}, {with_energy = true} = {}) => [
  with_energy && quality.energy_estimated ? energyFlag(quality) : null,
  quality.data_synthetic ? (quality.data.length > 1 ? catalogue.flags.data_partly_synthetic : catalogue.flags.data_synthetic) : null,
  study.scale === 'quick' ? catalogue.flags.quick : null,
  doubtfulRuns(quality) > 0 ? counted(catalogue.flags.doubtful, doubtfulRuns(quality)) : null,
].filter(Boolean);
