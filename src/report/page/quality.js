// How far the figures can be trusted: what is missing and why, noise, order and temperature.

function qualityOf(analysis) {
  const {quality, missing, noise_floors, covariates} = analysis;
  const counts = [['planned', quality.planned], ['ok', quality.ok], ['failed', quality.failed], ['invalid', quality.invalid],
    ['not run', quality.not_run], [texts.quality.doubtful, quality.runs_with_caution]];
  return element('div', {class: 'block'},
    element('h3', {}, texts.quality.counts),
    element('dl', {}, counts.flatMap(([name, count]) => [element('dt', {}, name), element('dd', {}, String(count))])),
    element('h3', {}, texts.quality.missing),
    missing.length === 0 ? element('p', {}, texts.quality.none) : table(texts.quality.missing, [
      {title: 'table', cell: (row) => row.table},
      {title: 'figure', cell: (row) => row.figure},
      {title: 'missing', number: true, cell: (row) => `${row.missing} of ${row.of}`},
      {title: 'why', cell: (row) => row.reasons.join('; ')},
    ], missing),
    element('h3', {}, texts.quality.noise),
    noise_floors.every((floor) => floor.experiments === 0) ? element('p', {}, texts.quality.noNoise) : table(texts.quality.noise, [
      {title: 'response', cell: (floor) => floor.response},
      {title: 'mode', cell: (floor) => floor.mode},
      countColumn('experiments', (floor) => floor.experiments),
      countColumn('runs', (floor) => floor.n),
      readingColumn('noise floor (%)', (floor) => floor.percent),
    ], noise_floors),
    covariates.length === 0 ? null : [element('h3', {}, texts.quality.covariates), table(texts.quality.covariates, [
      {title: 'covariate', cell: (effect) => effect.covariate},
      {title: 'response', cell: (effect) => effect.response},
      {title: 'change (%) a step', number: true, cell: (effect) => shown(effect.percent?.value ?? effect.percent)},
      {title: 'step', cell: (effect) => `${significant(effect.step)} ${effect.unit}`},
      readingColumn('adjusted p', (effect) => effect.adjusted_p, pValue),
    ], covariates)]);
}
