// Learning curves of B, alone and beside A.

function learningCurvesFigure(analysis) {
  let pair = analysis.pairs[0];
  let setting = 'default';

  /** The trainings of B behind the chosen pair and setting, with their mode. */
  function trainings() {
    return pair.effects.filter((block) => block.setting === setting).flatMap((block) => {
      const find = (run_id, role) => analysis.trainings.find((training) => training.run_id === run_id && training.role === role);
      return [['solo', find(block.solo_b_run, 'solo')], ['concurrent', find(block.concurrent_run, 'b')]]
        .filter(([, training]) => training && training.learning_curve.length > 0)
        .map(([mode, training]) => ({mode, training, repetition: block.repetition}));
    });
  }

  function option(colours) {
    const drawn = trainings();
    if (drawn.length === 0) return null;
    return {
      grid: {left: 36, right: 24, top: 44, bottom: 36, containLabel: true},
      tooltip: {...baseOption(colours).tooltip, trigger: 'axis', valueFormatter: (value) => (isNumber(value) ? significant(value, 4) : '–')},
      xAxis: axis(colours, {type: 'value', min: 'dataMin', max: 'dataMax', minInterval: 1, name: texts.learning_curves.axis, nameGap: 28}),
      yAxis: axis(colours, {type: 'value', scale: true, name: metricName(analysis, pair), nameGap: 44}),
      series: drawn.map(({mode, training}) => ({
        type: 'line', name: mode === 'solo' ? texts.columns.alone : texts.columns.beside_a,
        symbolSize: 7, showSymbol: training.learning_curve.length <= 25,
        symbol: mode === 'solo' ? 'circle' : 'diamond', lineStyle: {width: 2, type: mode === 'solo' ? 'solid' : 'dashed'},
        color: mode === 'solo' ? colours.solo : colours.together, data: training.learning_curve,
      })),
    };
  }

  function numbers() {
    const rows = trainings();
    const epochs = [...new Set(rows.flatMap(({training}) => training.learning_curve.map(([epoch]) => epoch)))].sort((left, right) => left - right);
    return table(fill(texts.learning_curves.table, {metric: metricName(analysis, pair), pair: pairLabel(pair), setting}), [
      wordColumn('mode', (row) => row.mode),
      {...countColumn('repetition', (row) => row.repetition), title: texts.columns.repetition_long},
      readingColumn('convergence_epoch', (row) => row.training.convergence_epoch),
      ...epochs.map((epoch) => ({
        id: `epoch_${epoch}`, title: fill(texts.columns.epoch, {epoch}), number: true,
        cell: (row) => {
          const point = row.training.learning_curve.find(([number]) => number === epoch);
          return point ? significant(point[1], 4) : '–';
        },
      })),
    ], rows);
  }

  const made = figure({
    id: 'learning-curves', title: texts.learning_curves.title, caption: texts.learning_curves.caption,
    flags: flagsOf(analysis, {with_energy: false}), option, numbers,
    controls: [
      pairChoice(analysis, (chosen) => { pair = chosen; made.update(); }),
      choice(texts.choices.setting, settingNames(analysis).map((name) => [name, name]), (value) => { setting = value; made.update(); }),
    ],
  });
  return made.node;
}
