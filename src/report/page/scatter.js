// Scatter plot: does what a pair needs foretell what running together costs?

function slopeText({slope, step, adjusted_p, r_squared}, unit) {
  const interval = slope.interval?.map((value) => signed(value, 2));
  return fill(texts.scatter.slope, {
    slope: signed(slope.value, 2), step, unit, n: slope.n,
    interval: interval ? fill(texts.scatter.slope_interval, {low: interval[0], high: interval[1]}) : '',
    p: isNumber(adjusted_p) ? fill(texts.scatter.slope_p, {p: pValue(adjusted_p)}) : '',
    r_squared: isNumber(r_squared) ? fill(texts.scatter.slope_r_squared, {r_squared: r_squared.toFixed(2)}) : '',
  });
}

function scatterFigure(analysis) {
  const {needs} = texts.scatter;
  const kinds = [['complementary', 'third', 'triangle'], ['competing', 'together', 'diamond'], ['neutral', 'solo', 'circle']];
  let need = 'memory_mb';
  let effect = 'interference_b';
  const relation = () => analysis.relations.find((entry) => entry.effect === effect && entry.predictor === need);
  const fitText = element('p', {class: 'note'});

  /** Both ends of the line of least squares over the points; empty where there is none. */
  function lineEnds() {
    const fit = relation();
    if (!fit || !isNumber(fit.slope.value) || !isNumber(fit.intercept.value)) return [];
    const x = fit.points.map((point) => point.x);
    return [Math.min(...x), Math.max(...x)].map((at) => [at, fit.intercept.value + fit.slope.value * at / fit.step]);
  }

  const points = () => analysis.pairs.map((pair) => ({pair, summary: summaryOf(pair.summaries, effect)}));

  function option(colours) {
    const drawn = points().filter((point) => isNumber(point.summary.percent));
    if (drawn.length === 0) return null;
    const with_interval = drawn.filter((point) => point.summary.interval_percent);
    return {
      grid: {left: 36, right: 24, top: 44, bottom: 36, containLabel: true},
      tooltip: {
        ...baseOption(colours).tooltip,
        formatter: ({data}) => `${shorten(pairLabel(data.point.pair), 60)}\n${listed([word(data.point.pair.type), word(data.point.pair.complementarity)])}\n${effect} ${shownSummary(data.point.summary)}\nn = ${data.point.summary.n}`,
      },
      xAxis: axis(colours, {type: 'value', scale: true, name: needs[need], nameGap: 28}),
      yAxis: axis(colours, {type: 'value', scale: true, name: fill(texts.scatter.axis, {effect}), nameGap: 40, axisLabel: {color: colours.muted, formatter: (value) => signed(value, 0)}}),
      series: [
        ...kinds.map(([kind, colour, symbol]) => ({
          type: 'scatter', name: word(kind), symbol, symbolSize: 14, itemStyle: {color: colours[colour], borderColor: colours.card},
          label: {show: true, position: 'right', color: colours.muted, formatter: ({data}) => String(data.point.pair.number)},
          labelLayout: {hideOverlap: true},
          data: drawn.filter((point) => point.pair.complementarity === kind)
            .map((point) => ({value: [point.pair[need], point.summary.percent], point})),
        })).filter((series) => series.data.length > 0),
        {type: 'line', name: texts.scatter.fit, symbol: 'none', silent: true, tooltip: {show: false}, color: colours.text, lineStyle: {color: colours.text, width: 1.5, type: 'dashed'}, data: lineEnds()},
        {...whiskers(colours.muted), z: 1, data: with_interval.map((point) => [point.pair[need], ...point.summary.interval_percent])},
      ],
    };
  }

  function numbers() {
    const fit = relation();
    fitText.textContent = fit && isNumber(fit.slope.value)
      ? slopeText(fit, need === 'memory_mb' ? 'MB' : '%') : fill(texts.scatter.no_fit, {reason: fit?.slope.value?.missing ?? texts.scatter.no_pair});
    return table(fill(texts.scatter.table, {effect: effectNames[effect]}), [
      textColumn('pair', (point) => pairLabel(point.pair)),
      wordColumn('type', (point) => point.pair.type),
      wordColumn('gpu_use', (point) => point.pair.complementarity),
      readingColumn('memory_mb', (point) => point.pair.memory_mb, (value) => significant(value, 4)),
      readingColumn('gpu_percent', (point) => point.pair.gpu_util_percent, (value) => significant(value, 4)),
      summaryColumn(effect, (point) => point.summary),
      countColumn('n', (point) => point.summary.n),
    ], points());
  }

  const made = figure({
    id: 'scatter', title: texts.scatter.title, caption: texts.scatter.caption,
    flags: flagsOf(analysis), option, numbers,
    controls: [
      choice(texts.choices.needs, Object.entries(needs), (value) => { need = value; made.update(); }),
      choice(texts.choices.effect, [...effectOptions].sort(([left], [right]) => (right === effect) - (left === effect)), (value) => { effect = value; made.update(); }),
    ],
  });
  made.node.querySelector('.chart').after(fitText);
  return made.node;
}
