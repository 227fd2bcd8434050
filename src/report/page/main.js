// Builds the page from the analysis that travels in it.

async function buildPage() {
  const analysis = JSON.parse(new TextDecoder().decode(await unpacked('analysis')));
  const figures = analysis.pairs.length === 0 || analysis.quality.ok === 0
    ? [element('p', {}, 'No run ended ok, so there is nothing to draw.')]
    : [comparisonFigure, pairMetricsFigure, heatMapFigure, forestFigure, kindsFigure, scatterFigure, tradeOffFigure, learningCurvesFigure, sessionFigure].map((make) => make(analysis));
  document.getElementById('report').replaceChildren(
    headerOf(analysis),
    section('findings', 'Findings', analysis.quality.ok > 0 ? [headline(analysis), shortSummary(analysis)] : [], findingsOf(analysis)),
    section('answers', 'Answers to the study’s questions', answersOf(analysis)),
    section('quality', texts.quality.title, qualityOf(analysis)),
    section('figures', 'Figures', figures),
    section('pairs', texts.pairs.title, analysis.quality.ok > 0 ? pairsOf(analysis) : []),
    section('effects', 'Effects of each pair', effectsTable(analysis), sharesTable(analysis)),
    section('tests', 'Tests of H0', testsTable(analysis)),
    section('runs', 'All runs', runsTable(analysis), trainingsTable(analysis), phasesTable(analysis), metersTable(analysis)),
    section('method', 'Machine and method', methodOf(analysis)),
    element('footer', {}, 'Made by tandem. Figures drawn with Apache ECharts 5 (Copyright The Apache Software Foundation, Apache License 2.0), whose notices are kept in this file’s source.'));
  document.documentElement.dataset.built = 'true';
}

buildPage().catch((error) => {
  document.getElementById('report').replaceChildren(element('p', {}, `${texts.notBuilt} (${error.message})`));
});
