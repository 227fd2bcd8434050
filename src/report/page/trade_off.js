// Energy against performance of B, alone and beside A, with the Pareto fronts.

function tradeOffFigure(analysis) {
  let pair = analysis.pairs[0];

  function option(colours, narrow) {
    const drawn = pair.trade_off.points.filter((point) => isNumber(point.energy_joules) && isNumber(point.performance));
    if (drawn.length === 0) return null;
    const value = (point) => [point.energy_joules, point.performance];
    const series = [['solo', 'alone', colours.solo, 'circle'], ['concurrent', 'beside A', colours.together, 'diamond']]
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
        formatter: ({data, seriesName}) => `${data.point.setting}, ${seriesName}\nenergy ${joules(data.point.energy_joules)}\nperformance ${significant(data.point.performance, 4)}\nn = ${data.point.n}`,
      },
      xAxis: axis(colours, {type: 'value', scale: true, name: 'energy of B', nameGap: 28, splitNumber: narrow ? 3 : 5, axisLabel: {color: colours.muted, formatter: joules, hideOverlap: true}}),
      yAxis: axis(colours, {type: 'value', scale: true, name: metricName(analysis, pair), nameGap: 44}),
      series,
    };
  }

  function numbers() {
    return element('div', {},
      table(`B of ${pairLabel(pair)}`, [
        {title: 'setting', cell: (point) => point.setting},
        {title: 'mode', cell: (point) => point.mode},
        countColumn('n', (point) => point.n),
        readingColumn('energy', (point) => point.energy_joules, joules),
        readingColumn(metricName(analysis, pair), (point) => point.performance, (value) => significant(value, 4)),
        readingColumn('marginal_efficiency (1/J)', (point) => point.marginal_efficiency),
        readingColumn('energy–delay product (J s)', (point) => point.energy_delay_product),
        {title: 'Pareto front', cell: (point) => (point.on_pareto_front ? 'yes' : 'no')},
      ], pair.trade_off.points),
      table('Best setting for each objective', [
        {title: 'objective', cell: (best) => best.objective},
        {title: 'alone', cell: (best) => best.solo || '–'},
        {title: 'beside A', cell: (best) => best.concurrent || '–'},
        {title: 'differs', cell: (best) => (best.known ? (best.moves ? 'yes' : 'no') : 'unknown')},
        readingColumn('differs in resamples', (best) => best.moves_probability, (share) => `${Math.round(100 * share)} %`),
      ], pair.trade_off.best));
  }

  const made = figure({
    id: 'trade-off', title: 'Energy and performance of B',
    caption: 'Means over the repetitions, one point a setting. Dashed: the Pareto front of each mode. Beside A, the energy is B’s share of the pair’s.',
    flags: flagsOf(analysis), option, numbers,
    controls: [pairChoice(analysis, (chosen) => { pair = chosen; made.update(); })],
  });
  return made.node;
}
