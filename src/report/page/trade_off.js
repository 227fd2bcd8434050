// Energy against performance of B, alone and beside A, with the Pareto fronts.

function tradeOffFigure(analysis) {
  let pair = analysis.pairs[0];

  function option(colours, narrow) {
    const drawn = pair.trade_off.points.filter((point) => isNumber(point.energy_joules) && isNumber(point.performance));
    if (drawn.length === 0) return null;
    const value = (point) => [point.energy_joules, point.performance];
    const series = [['solo', texts.columns.alone, colours.solo, 'circle'], ['concurrent', texts.columns.beside_a, colours.together, 'diamond']]
      .flatMap(([mode, name, colour, symbol]) => {
        const points = drawn.filter((point) => point.mode === mode);
        const front = points.filter((point) => point.on_pareto_front).sort((left, right) => left.energy_joules - right.energy_joules);
        return [
          {
            type: 'scatter', name, symbol, symbolSize: 13, itemStyle: {color: colour},
            label: {show: !narrow, position: 'top', color: colours.muted, fontSize: 11, formatter: ({data}) => data.point.setting},
            labelLayout: {hideOverlap: true},
            data: points.map((point) => ({value: value(point), point})),
          },
          {
            type: 'line', name, step: 'end', symbol: 'none', silent: true, tooltip: {show: false}, itemStyle: {color: colour},
            lineStyle: {color: colour, type: 'dashed', width: 1.5}, data: front.map(value),
          },
        ];
      });
    return {
      grid: {left: 36, right: 40, top: 44, bottom: 36, containLabel: true},
      tooltip: {
        ...baseOption(colours).tooltip,
        formatter: ({data: {point}, seriesName}) => fill(texts.trade_off.tip, {
          setting: point.setting, mode: seriesName, energy: joules(point.energy_joules), performance: significant(point.performance, 4), n: point.n,
        }),
      },
      xAxis: axis(colours, {type: 'value', scale: true, name: texts.trade_off.axis, nameGap: 28, splitNumber: narrow ? 3 : 5, axisLabel: {color: colours.muted, formatter: joules, hideOverlap: true}}),
      yAxis: axis(colours, {type: 'value', scale: true, name: metricName(analysis, pair), nameGap: 44}),
      series,
    };
  }

  function numbers() {
    return element('div', {},
      table(fill(texts.trade_off.table, {pair: pairLabel(pair)}), [
        {...textColumn('setting', (point) => point.setting), title: texts.columns.setting_short},
        wordColumn('mode', (point) => point.mode),
        countColumn('n', (point) => point.n),
        readingColumn('energy_joules', (point) => point.energy_joules, joules, texts.columns.energy),
        readingColumn('performance', (point) => point.performance, (value) => significant(value, 4), metricName(analysis, pair)),
        readingColumn('marginal_efficiency', (point) => point.marginal_efficiency),
        readingColumn('energy_delay_product', (point) => point.energy_delay_product),
        truthColumn('pareto_front', (point) => point.on_pareto_front),
      ], pair.trade_off.points),
      table(texts.trade_off.best_table, [
        wordColumn('objective', (best) => best.objective),
        textColumn('alone', (best) => best.solo || '–'),
        textColumn('beside_a', (best) => best.concurrent || '–'),
        truthColumn('differs', (best) => (best.known ? best.moves : null)),
        readingColumn('differs_in_resamples', (best) => best.moves_probability, (share) => fill(catalogue.number.percent, {number: Math.round(100 * share)})),
      ], pair.trade_off.best));
  }

  const made = figure({
    id: 'trade-off', title: texts.trade_off.title, caption: texts.trade_off.caption,
    flags: flagsOf(analysis), option, numbers,
    controls: [pairChoice(analysis, (chosen) => { pair = chosen; made.update(); })],
  });
  return made.node;
}
