// Forest plot: how concurrency changes what each hyperparameter does.

function forestFigure(analysis) {
  const tests = analysis.sensitivity_tests;
  const label = (test) => `${shorten(test.hyperparameter, 30)} → ${word(test.response)}`;
  const isShown = (test) => isNumber(test.adjusted_p) && test.adjusted_p < 0.05;

  function option(colours, narrow) {
    const drawn = tests.filter((test) => isNumber(test.difference));
    if (drawn.length === 0) return null;
    const rows = drawn.map(label);
    return {
      grid: {left: 8, right: 24, top: 12, bottom: 40, containLabel: true},
      legend: {show: false},
      tooltip: {
        ...baseOption(colours).tooltip,
        formatter: ({data: {test}}) => fill(texts.forest.tip, {
          label: label(test), solo: significant(test.solo), concurrent: significant(test.concurrent), difference: significant(test.difference),
          count: counted(catalogue.units[test.block], test.n), p: isNumber(test.adjusted_p) ? pValue(test.adjusted_p) : '–',
        }),
      },
      xAxis: axis(colours, {type: 'value', name: texts.forest.axis, nameGap: 28, splitNumber: narrow ? 3 : 6}),
      yAxis: axis(colours, {
        type: 'category', inverse: true, data: rows,
        axisLabel: {color: colours.text, interval: 0, width: narrow ? 120 : 230, overflow: 'truncate'},
      }),
      series: [
        {
          type: 'scatter', symbol: 'rect', symbolSize: 12, z: 6,
          markLine: {silent: true, symbol: 'none', label: {show: false}, lineStyle: {color: colours.text, type: 'solid'}, data: [{xAxis: 0}]},
          data: drawn.map((test, index) => ({
            value: [test.difference, index], test,
            itemStyle: isShown(test) ? {color: colours.together} : {color: colours.card, borderColor: colours.together, borderWidth: 2},
          })),
        },
        {
          ...whiskers(colours.text, {horizontal: true}), encode: {x: [1, 2], y: 0},
          data: drawn.flatMap((test, index) => (test.difference_interval ? [[index, ...test.difference_interval]] : [])),
        },
      ],
    };
  }

  const numbers = () => table(texts.forest.table, [
    textColumn('hyperparameter', (test) => test.hyperparameter),
    wordColumn('response', (test) => test.response),
    countColumn('n', (test) => test.n),
    wordColumn('block', (test) => test.block),
    readingColumn('alone', (test) => test.solo),
    readingColumn('beside_a', (test) => test.concurrent),
    ...estimateColumns('difference', (test) => ({mean: test.difference, interval: test.difference_interval}), significant),
    readingColumn('adjusted_p', (test) => test.adjusted_p, pValue),
  ], tests);

  return figure({
    id: 'forest', title: texts.forest.title, caption: texts.forest.caption, flags: flagsOf(analysis), controls: [], option, numbers,
    height: () => 80 + 38 * Math.max(tests.length, 2),
  }).node;
}
