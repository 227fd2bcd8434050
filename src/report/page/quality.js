// How far the figures can be trusted: what is missing and why, noise, order and temperature.

function qualityOf(analysis) {
  const {quality, missing, noise_floors, covariates} = analysis;
  const counts = ['planned', 'ok', 'failed', 'invalid', 'not_run'].map((name) => [texts.quality.counts[name], quality[name]]);
  counts.push([texts.quality.counts.doubtful, doubtfulRuns(quality)]);
  return element('div', {class: 'block'},
    element('h3', {}, texts.quality.runs),
    element('dl', {}, counts.flatMap(([name, count]) => [element('dt', {}, name), element('dd', {}, String(count))])),
    element('h3', {}, texts.quality.missing),
    missing.length === 0 ? element('p', {}, texts.quality.none) : table(texts.quality.missing, [
      {title: texts.columns.table, cell: (row) => word(row.table)},
      {title: texts.columns.figure, cell: (row) => row.figure},
      {title: texts.columns.missing, number: true, cell: (row) => fill(texts.of, {part: row.missing, whole: row.of})},
      {title: texts.columns.why, cell: (row) => clauses(row.reasons)},
    ], missing),
    element('h3', {}, texts.quality.noise),
    noise_floors.every((floor) => floor.experiments === 0) ? element('p', {}, texts.quality.no_noise) : table(texts.quality.noise, [
      {title: texts.columns.response, cell: (floor) => word(floor.response)},
      {title: texts.columns.mode, cell: (floor) => word(floor.mode)},
      countColumn('experiments', (floor) => floor.experiments),
      countColumn('runs', (floor) => floor.n),
      readingColumn('noise_floor', (floor) => floor.percent),
    ], noise_floors),
    covariates.length === 0 ? null : [element('h3', {}, texts.quality.covariates), table(texts.quality.covariates, [
      {title: texts.columns.covariate, cell: (effect) => word(effect.covariate)},
      {title: texts.columns.response, cell: (effect) => word(effect.response)},
      {title: texts.columns.change_a_step, number: true, cell: (effect) => shown(effect.percent?.value ?? effect.percent)},
      {title: texts.columns.step, cell: (effect) => `${significant(effect.step)} ${word(effect.unit)}`},
      readingColumn('adjusted_p', (effect) => effect.adjusted_p, pValue),
    ], covariates)]);
}
