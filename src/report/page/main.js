// Builds the page from the analysis that travels in it.

{
  const analysis = JSON.parse(document.getElementById('analysis').textContent);
  const figures = analysis.pairs.length === 0 || analysis.quality.ok === 0
    ? [element('p', {}, 'No run ended ok, so there is nothing to draw.')]
    : [comparisonFigure, heatMapFigure, scatterFigure, tradeOffFigure, learningCurvesFigure].map((make) => make(analysis));
  document.getElementById('report').replaceChildren(
    headerOf(analysis),
    section('findings', 'Findings', analysis.quality.ok > 0 ? headline(analysis) : null, findingsOf(analysis)),
    section('figures', 'Figures', figures),
    section('effects', 'Effects of each pair', effectsTable(analysis), sharesTable(analysis)),
    section('tests', 'Tests of H0', testsTable(analysis)),
    section('runs', 'All runs', runsTable(analysis), trainingsTable(analysis), phasesTable(analysis), metersTable(analysis)),
    section('method', 'Machine and method', methodOf(analysis)),
    element('footer', {}, 'Made by tandem. Figures drawn with Apache ECharts 5 (Copyright The Apache Software Foundation, Apache License 2.0), whose notices are kept in this file’s source.'));
}
