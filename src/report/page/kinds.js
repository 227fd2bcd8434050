// Heat maps: every effect of every pair, and the change of sensitivity by kind of pair.

/** The option that both have in common: cells {x, y, share (−1 to 1), text, tip}. */
function heatOption(colours, narrow, columns, rows, cells) {
  const inks = [colours.text, colours.card];
  return {
    legend: {show: false},
    grid: {left: 8, right: 16, top: 8, bottom: 8, containLabel: true},
    tooltip: {...baseOption(colours).tooltip, formatter: ({data}) => data.tip},
    xAxis: axis(colours, {
      type: 'category', data: columns, splitArea: {show: false},
      axisLabel: {color: colours.text, interval: 0, rotate: narrow || columns.length > 6 ? 45 : 0, width: 130, overflow: 'truncate'},
    }),
    yAxis: axis(colours, {
      type: 'category', inverse: true, data: rows,
      axisLabel: {color: colours.text, interval: 0, width: narrow ? 92 : 230, overflow: 'truncate'},
    }),
    visualMap: {show: false, min: -1, max: 1, dimension: 2, inRange: {color: [colours.worse, colours.neutral, colours.better]}},
    series: [{
      type: 'heatmap',
      data: cells.map(({x, y, share, text, tip}) => ({
        value: [x, y, share], text, tip,
        label: {color: readableInk(colours.neutral, share < 0 ? colours.worse : colours.better, Math.abs(share), inks)},
      })),
      label: {show: true, fontSize: narrow ? 9 : 12, formatter: ({data}) => data.text},
      itemStyle: {borderColor: colours.card, borderWidth: 2, borderRadius: 4},
      emphasis: {itemStyle: {borderColor: colours.text}},
    }],
  };
}

function pairMetricsFigure(analysis) {
  const effects = Object.keys(effectNames);

  function option(colours, narrow) {
    const cells = effects.flatMap((effect, x) => {
      const known = analysis.pairs.map((pair, y) => ({pair, y, summary: summaryOf(pair.summaries, effect)}))
        .filter(({summary}) => isNumber(summary.percent));
      const limit = Math.max(1, ...known.map(({summary}) => Math.abs(summary.percent)));
      return known.map(({pair, y, summary}) => ({
        x, y, share: (moreIsBetter(effect) ? 1 : -1) * summary.percent / limit,
        text: signed(summary.percent, narrow ? 0 : 1),
        tip: `${shorten(pairLabel(pair), 60)}\n${effect} ${shownSummary(summary)}\nn = ${summary.n}`,
      }));
    });
    if (cells.length === 0) return null;
    return heatOption(colours, narrow, effects.map((effect) => texts.short_effects[effect]), analysis.pairs.map(pairLabel), cells);
  }

  const numbers = () => table(texts.pair_metrics.table, [
    textColumn('pair', pairLabel),
    ...effects.map((effect) => summaryColumn(effect, (pair) => summaryOf(pair.summaries, effect))),
  ], analysis.pairs);

  return figure({
    id: 'pair-metrics', title: texts.pair_metrics.title, caption: texts.pair_metrics.caption, flags: flagsOf(analysis), controls: [],
    option, numbers, height: () => 120 + 36 * Math.max(analysis.pairs.length, 2),
  }).node;
}

function kindsFigure(analysis) {
  const groupings = analysis.sensitivity_groupings;
  const distinct = (values) => [...new Set(values)];
  const kinds = distinct(groupings.map((grouping) => grouping.by));
  const responses = distinct(groupings.map((grouping) => grouping.response));
  let by = kinds[0];
  let response = responses.includes('energy') ? 'energy' : responses[0];
  const chosen = () => groupings.filter((grouping) => grouping.by === by && grouping.response === response);
  const levels = () => distinct(chosen().flatMap((grouping) => grouping.groups.map((group) => group.level)));
  const crossed = () => analysis.kind_interactions.find((interaction) => (
    interaction.by === by && interaction.response === response && interaction.term.endsWith('× hyperparameter')));
  const rows = () => chosen().flatMap((grouping) => grouping.groups.map((group) => ({grouping, group})));

  function option(colours, narrow) {
    const known = rows().filter(({group}) => isNumber(group.change.mean));
    if (known.length === 0) return null;
    const limit = Math.max(...known.map(({group}) => Math.abs(group.change.mean))) || 1;
    const hyperparameters = chosen().map((grouping) => grouping.hyperparameter);
    return heatOption(colours, narrow, hyperparameters.map((name) => shorten(name, 40)), levels().map(word), known.map(({grouping, group}) => ({
      x: hyperparameters.indexOf(grouping.hyperparameter), y: levels().indexOf(group.level), share: group.change.mean / limit,
      text: `${minus(group.change.mean.toFixed(3))} (${group.change.n})`,
      tip: fill(texts.kinds.tip, {
        level: word(group.level), hyperparameter: shorten(grouping.hyperparameter, 40), response: word(response), change: significant(group.change.mean), n: group.change.n,
      }),
    })));
  }

  const numbers = () => table(fill(texts.kinds.table, {response: word(response ?? '–')}), [
    textColumn('hyperparameter', ({grouping}) => grouping.hyperparameter),
    wordColumn('response', ({grouping}) => grouping.response),
    wordColumn('kind', ({group}) => group.level),
    countColumn('n', ({group}) => group.change.n),
    ...estimateColumns('difference', ({group}) => group.change, significant),
    readingColumn('adjusted_p_anova', ({grouping}) => grouping.adjusted_p, pValue),
    readingColumn('interaction_f', () => crossed().anova.statistic),
    readingColumn('interaction_p', () => crossed().adjusted_p, pValue),
    readingColumn('interaction_omega', () => crossed().omega_squared.value),
  ], rows());

  const made = figure({
    id: 'kinds', title: texts.kinds.title, caption: texts.kinds.caption, flags: flagsOf(analysis), option, numbers,
    controls: groupings.length === 0 ? [] : [
      choice(texts.kinds.choice, kinds.map((kind) => [kind, texts.kinds.by[kind] ?? kind]), (value) => { by = value; made.update(); }),
      choice(texts.kinds.response, [response, ...responses.filter((name) => name !== response)].map((name) => [name, word(name)]), (value) => { response = value; made.update(); }),
    ],
    height: () => 110 + 46 * Math.max(levels().length, 2),
  });
  return made.node;
}
