// What came out, in plain words: the short summary, and the answer to each question of the study.

/** One sentence a quantity: shown, equivalent, can't be told, or missing. */
function plainSentences(analysis) {
  const said = texts.in_short;
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  return Object.entries(said.quantities).map(([effect, words]) => {
    const overall = analysis.overall.find((entry) => entry.summary.effect === effect);
    const {percent: change, interval_percent, n} = overall.summary;
    if (!isNumber(change)) return fill(said.missing, {what: words.same, reason: change.missing});
    const interval = percentInterval(interval_percent);
    const sentence = () => {
      const amount = fill(catalogue.number.percent, {number: Math.abs(change).toFixed(1)});
      return fill(analysis.pairs.length === 1 ? said.share_pair : said.share, {said: fill(change < 0 ? words.less : words.more, {percent: amount})});
    };
    if (!interval_percent) return fill(n === 1 ? said.single_value : said.single_pair, {sentence: sentence()});
    if (isNumber(overall.adjusted_p) && overall.adjusted_p < 0.05) return fill(said.shown, {sentence: sentence(), interval, n});
    if (overall.equivalence.claimed) return fill(said.equivalent, {what: capital(words.same), bound: overall.equivalence.bound_percent, interval, n});
    if (!isNumber(overall.adjusted_p)) return fill(said.no_test, {what: words.same, change: percent(change), n});
    return fill(said.no_evidence, {what: words.same, change: percent(change), interval, n});
  });
}

function shortSummary(analysis) {
  const tested = analysis.sensitivity_tests.filter((test) => isNumber(test.adjusted_p));
  const changed = tested.filter((test) => test.adjusted_p < 0.05);
  const hypothesis = tested.length === 0 ? texts.in_short.not_tested
    : fill(changed.length === 0 ? texts.in_short.none_shown : texts.in_short.rejected, {shown: changed.length, tests: tested.length});
  const sentences = [...plainSentences(analysis), hypothesis];
  return element('div', {class: 'block'}, element('h3', {}, texts.in_short.title),
    element('p', {}, flagsOf(analysis).map((flag) => element('span', {class: 'flag'}, flag))),
    element('ul', {}, sentences.map((text) => element('li', {}, unbroken(text)))));
}

/** A finding with its verdict before it, where it has one. */
function findingItem(finding) {
  const verdict = finding.verdict ? element('span', {class: 'verdict'}, texts.verdicts[finding.verdict] ?? finding.verdict) : null;
  return element('li', {}, verdict, unbroken(finding.text));
}

function answersOf(analysis) {
  return Object.entries(catalogue.questions).map(([question, title]) => {
    const answers = analysis.findings.filter((finding) => finding.question === question);
    return element('div', {class: 'block', id: `answer-${question}`}, element('h3', {}, title),
      answers.length > 0 ? element('ul', {}, answers.map(findingItem)) : element('p', {}, texts.no_answer));
  });
}
