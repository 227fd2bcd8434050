// Builds the page from the analysis that travels in it.

async function buildPage() {
  const analysis = JSON.parse(new TextDecoder().decode(await unpacked('analysis')));
  const figures = analysis.pairs.length === 0 || analysis.quality.ok === 0
    ? [element('p', {}, texts.nothing_ok)]
    : [comparisonFigure, pairMetricsFigure, heatMapFigure, forestFigure, kindsFigure, scatterFigure, tradeOffFigure, learningCurvesFigure, sessionFigure].map((make) => make(analysis));
  document.getElementById('report').replaceChildren(
    headerOf(analysis),
    section('findings', texts.sections.findings, analysis.quality.ok > 0 ? [headline(analysis), shortSummary(analysis)] : [], findingsOf(analysis)),
    section('answers', texts.sections.answers, answersOf(analysis)),
    section('quality', texts.sections.quality, qualityOf(analysis)),
    section('figures', texts.sections.figures, figures),
    section('pairs', texts.sections.pairs, analysis.quality.ok > 0 ? pairsOf(analysis) : []),
    section('effects', texts.sections.effects, effectsTable(analysis), sharesTable(analysis)),
    section('tests', texts.sections.tests, testsTable(analysis)),
    section('runs', texts.sections.runs, runsTable(analysis), trainingsTable(analysis), phasesTable(analysis), metersTable(analysis)),
    section('method', texts.sections.method, methodOf(analysis)),
    element('footer', {}, texts.footer));
  document.documentElement.dataset.built = 'true';
}

buildPage().catch((error) => {
  document.getElementById('report').replaceChildren(element('p', {}, `${texts.not_built} (${error.message})`));
});
