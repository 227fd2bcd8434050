// Heat map: one effect of every pair at every setting.

function heatMapFigure(analysis) {
  const settings = settingNames(analysis);
  let effect = 'makespan_overhead';

  const cells = () => analysis.pairs.flatMap((pair, y) => pair.setting_summaries.map((entry) => ({
    pair, y, x: settings.indexOf(entry.setting), setting: entry.setting,
    summary: summaryOf(entry.summaries, effect),
  })));

  function option(colours, narrow) {
    const drawn = cells().filter((cell) => isNumber(cell.summary.percent));
    if (drawn.length === 0) return null;
    const limit = Math.max(1, ...drawn.map((cell) => Math.abs(cell.summary.percent)));
    const [low, high] = moreIsBetter(effect) ? ['worse', 'better'] : ['better', 'worse'];
    return {
      legend: {show: false},
      grid: {left: 8, right: 16, top: 8, bottom: 64, containLabel: true},
      tooltip: {
        ...baseOption(colours).tooltip,
        formatter: ({data}) => `${shorten(pairLabel(data.cell.pair), 60)}\n${data.cell.setting}\n${effect} ${shownSummary(data.cell.summary)}\nn = ${data.cell.summary.n}`,
      },
      xAxis: axis(colours, {
        type: 'category', data: settings, splitArea: {show: false},
        axisLabel: {color: colours.text, interval: 0, rotate: narrow ? 55 : 0, width: narrow ? 120 : 140, overflow: 'truncate'},
      }),
      yAxis: axis(colours, {
        type: 'category', inverse: true, data: analysis.pairs.map(pairLabel),
        axisLabel: {color: colours.text, interval: 0, width: narrow ? 92 : 230, overflow: 'truncate'},
      }),
      visualMap: {
        min: -limit, max: limit, dimension: 2, calculable: false, orient: 'horizontal', left: 'center', bottom: 0,
        itemHeight: 140, text: [percent(limit), percent(-limit)], textStyle: {color: colours.muted},
        inRange: {color: [colours[low], colours.neutral, colours[high]]},
      },
      series: [{
        type: 'heatmap',
        data: drawn.map((cell) => ({
          value: [cell.x, cell.y, cell.summary.percent], cell,
          label: {color: readableInk(colours.neutral, colours[cell.summary.percent < 0 ? low : high],
            Math.abs(cell.summary.percent) / limit, [colours.text, colours.card])},
        })),
        label: {show: true, fontSize: narrow ? 10 : 12, formatter: ({value}) => signed(value[2], narrow ? 0 : 1)},
        itemStyle: {borderColor: colours.card, borderWidth: 2, borderRadius: 4},
        emphasis: {itemStyle: {borderColor: colours.text}},
      }],
    };
  }

  function numbers() {
    return table(fill(texts.heat_map.table, {effect: effectNames[effect]}), [
      textColumn('pair', pairLabel),
      ...settings.map((setting) => summaryColumn(setting, (pair) => {
        const entry = pair.setting_summaries.find((candidate) => candidate.setting === setting);
        return entry && summaryOf(entry.summaries, effect);
      })),
      countColumn('n_a_cell', () => analysis.study.repetitions),
    ], analysis.pairs);
  }

  const made = figure({
    id: 'heat-map', title: texts.heat_map.title, caption: texts.heat_map.caption,
    flags: flagsOf(analysis), option, numbers,
    height: () => 130 + 42 * Math.max(analysis.pairs.length, 2),
    controls: [choice(texts.choices.effect, effectOptions, (value) => { effect = value; made.update(); })],
  });
  return made.node;
}
