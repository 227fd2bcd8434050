// What came out, in plain words: the short summary, and the answer to each question of the study.

/** One sentence a quantity: shown, equivalent, can't be told, or missing. */
function plainSentences(analysis) {
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  return Object.entries(texts.summary.quantities).map(([effect, words]) => {
    const overall = analysis.overall.find((entry) => entry.summary.effect === effect);
    const {percent: change, interval_percent, n} = overall.summary;
    if (!isNumber(change)) return texts.summary.missing(words.same, change.missing);
    const interval = percentInterval(interval_percent);
    const sentence = () => {
      const said = (change < 0 ? words.less : words.more).replace('%s', `${Math.abs(change).toFixed(1)} %`);
      return `${analysis.pairs.length === 1 ? texts.summary.sharePair : texts.summary.share} ${said}`;
    };
    if (!interval_percent) return texts.summary.single(sentence(), n);
    if (isNumber(overall.adjusted_p) && overall.adjusted_p < 0.05) return texts.summary.shown(sentence(), interval, n);
    if (overall.equivalence.claimed) return texts.summary.equivalent(capital(words.same), overall.equivalence.bound_percent, interval, n);
    if (!isNumber(overall.adjusted_p)) return texts.summary.noTest(words.same, percent(change), n);
    return texts.summary.noEvidence(words.same, percent(change), interval, n);
  });
}

function shortSummary(analysis) {
  const tested = analysis.sensitivity_tests.filter((test) => isNumber(test.adjusted_p));
  const changed = tested.filter((test) => test.adjusted_p < 0.05);
  const sentences = [...plainSentences(analysis), texts.summary.hypothesis(changed.length, tested.length)];
  return element('div', {class: 'block'}, element('h3', {}, texts.summary.title),
    element('p', {}, flagsOf(analysis).map((flag) => element('span', {class: 'flag'}, flag))),
    element('ul', {}, sentences.map((text) => element('li', {}, unbroken(text)))));
}

/** A finding with its verdict before it, where it has one. */
function findingItem(finding) {
  const verdict = finding.verdict ? element('span', {class: 'verdict'}, texts.verdicts[finding.verdict] ?? finding.verdict) : null;
  return element('li', {}, verdict, unbroken(finding.text));
}

function answersOf(analysis) {
  return Object.entries(texts.questions).map(([question, title]) => {
    const answers = analysis.findings.filter((finding) => finding.question === question);
    return element('div', {class: 'block', id: `answer-${question}`}, element('h3', {}, title),
      answers.length > 0 ? element('ul', {}, answers.map(findingItem)) : element('p', {}, texts.noAnswer));
  });
}
