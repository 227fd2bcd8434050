// Comparison bars: each pair one after the other and together.

function comparisonFigure(analysis) {
  const quantities = {
    duration: {
      solo: 'solo_duration_seconds', together: 'makespan_seconds', format: seconds,
      units: [[3600, 'h'], [60, 'min'], [1, 's']],
    },
    energy: {
      solo: 'solo_energy_joules', together: 'pair_energy_joules', format: joules,
      units: [[1e6, 'MJ'], [1e3, 'kJ'], [1, 'J']],
    },
  };
  const settings = settingNames(analysis);
  let quantity = 'duration';
  let setting = settings[0];

  const rows = () => analysis.pairs.map((pair) => {
    const comparison = pair.comparisons.find((entry) => entry.setting === setting);
    const {solo, together} = quantities[quantity];
    const none = {n: 0, mean: {missing: texts.comparison.not_a_setting}, interval: null};
    return {pair, solo: comparison?.[solo] ?? none, together: comparison?.[together] ?? none};
  });

  function option(colours, narrow) {
    const drawn = rows();
    const {format, units} = quantities[quantity];
    if (!drawn.some((row) => isNumber(row.solo.mean) || isNumber(row.together.mean))) return null;
    // The axis counts in the largest unit that leaves the longest bar above 2.
    const longest = Math.max(...drawn.flatMap((row) => [numberOr(row.solo.mean, 0), numberOr(row.together.mean, 0)]));
    const [scale, unit] = units.find(([size]) => longest >= 2 * size) ?? units.at(-1);
    const bars = (key, name, colour) => ({
      type: 'bar', name, barMaxWidth: 22, barGap: '12%', itemStyle: {color: colour, borderRadius: [0, 3, 3, 0]},
      data: drawn.map((row) => (isNumber(row[key].mean) ? row[key].mean / scale : null)),
      tooltip: {valueFormatter: (value) => (isNumber(value) ? format(value * scale) : catalogue.number.missing)},
    });
    const width = (api) => Math.min(22, api.size([0, 1])[1] * 0.7 / 2.12) * 1.12 / 2;
    const bounds = (key, sign) => ({
      ...whiskers(colours.text, {horizontal: true, offset: (api) => sign * width(api)}),
      encode: {x: [1, 2], y: 0},
      data: drawn.flatMap((row, index) => (row[key].interval ? [[index, ...row[key].interval.map((value) => value / scale)]] : [])),
    });
    return {
      tooltip: {...baseOption(colours).tooltip, trigger: 'axis', axisPointer: {type: 'shadow'}},
      grid: {...baseOption(colours).grid, bottom: 36},
      xAxis: axis(colours, {type: 'value', min: 0, splitNumber: narrow ? 3 : 5, name: fill(texts.comparison.axis, {quantity: texts.comparison.quantities[quantity], unit}), nameGap: 28}),
      yAxis: axis(colours, {
        type: 'category', inverse: true, data: drawn.map((row) => pairLabel(row.pair)),
        axisLabel: {color: colours.text, width: narrow ? 110 : 230, overflow: 'truncate'},
      }),
      series: [
        {...bars('solo', texts.comparison.one_after_the_other, colours.solo), barCategoryGap: '30%'},
        bars('together', texts.comparison.together, colours.together),
        bounds('solo', -1), bounds('together', 1),
      ],
    };
  }

  function numbers() {
    const {format, ...ids} = quantities[quantity];
    const estimate = (key, title) => estimateColumns(ids[key], (row) => row[key], format, title);
    return table(fill(texts.comparison.table, {quantity: texts.comparison.quantities[quantity], setting}), [
      textColumn('pair', (row) => pairLabel(row.pair)),
      countColumn('n', (row) => row.together.n),
      ...estimate('solo', texts.comparison.one_after_the_other), ...estimate('together', texts.comparison.together),
    ], rows());
  }

  const made = figure({
    id: 'comparison', title: texts.comparison.title, caption: texts.comparison.caption,
    flags: flagsOf(analysis), option, numbers,
    height: () => 90 + 58 * Math.max(analysis.pairs.length, 2),
    controls: [
      choice(texts.choices.quantity, Object.entries(texts.comparison.quantities), (value) => { quantity = value; made.update(); }),
      choice(texts.choices.setting, settings.map((name) => [name, name]), (value) => { setting = value; made.update(); }),
    ],
  });
  return made.node;
}
