// Curves over the time since a run's start, each figure a plot with its newest values beside it.

const plots = new Set();
// Of the time axis, in seconds.
const increments = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
const inks = ['solo', 'together', 'third'];

function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(['text', 'muted', 'line', ...inks].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** `12:05` of minutes and seconds, `1:02:05` from an hour on. */
function clock(time) {
  const [hours, minutes, rest] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, Math.floor(time) % 60];
  const two = (number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/**
 * A figure of curves. `show(curves)` takes [{name, estimated, points: [[s, lowest, mean, highest]]}];
 * where a point stands for many samples, their range is shaded. Drag to zoom, double-click to go back.
 */
function liveFigure({title, unit, fromZero, firstInk = 0}) {
  const inkOf = (index) => (index + firstInk) % inks.length;
  const plot = element('div', {class: 'plot', role: 'img', 'aria-label': title});
  const legend = element('ul', {class: 'legend'});
  const node = element('figure', {}, element('h3', {}, element('bdi', {}, title)), legend, plot);
  let curves = [];
  let drawn = null;
  let drawnAs = '';
  let isZoomed = false;

  const withUnit = (value) => `${significant(value)}${unit === '' || unit === '%' ? unit && '\u00a0%' : `\u00a0${unit}`}`;

  function tell(at = null) {
    const values = curves.map(({points}) => {
      const point = at === null ? points.at(-1) : points.findLast(([time]) => time <= at);
      return point ? withUnit(point[2]) : '–';
    });
    legend.replaceChildren(...curves.map(({name, estimated}, index) =>
      element('li', {class: `ink-${inkOf(index)}${estimated ? ' dashed' : ''}`},
        element('bdi', {}, name), estimated ? ' (estimated) ' : ' ', element('b', {}, values[index]))));
    if (at === null) {
      plot.setAttribute('aria-label', `${title}: ${curves.map(({name, estimated}, index) =>
        `${name}${estimated ? ', estimated' : ''} ${values[index]}`).join('; ') || 'nothing yet'}`);
    }
  }

  /** Mean, lowest and highest of each curve over the times of all. */
  const data = () => uPlot.join(curves.map(({points}) => [0, 2, 1, 3].map((column) => points.map((point) => point[column]))));

  function make() {
    const palette = colours();
    const axis = {stroke: palette.muted, grid: {stroke: palette.line, width: 1}, ticks: {show: false}, font: '12px system-ui, sans-serif'};
    const series = curves.flatMap(({estimated}, index) => {
      const ink = palette[inks[inkOf(index)]];
      const edge = {stroke: 'transparent', width: 0, spanGaps: true, points: {show: false}};
      return [{stroke: ink, width: 2, spanGaps: true, dash: estimated ? [6, 4] : undefined,
        points: {show: (_, __, from, to) => to - from < 30, size: 6, fill: ink}}, edge, edge];
    });
    const bands = curves.map((_, index) => ({series: [3 * index + 3, 3 * index + 2], fill: `${palette[inks[inkOf(index)]]}33`}));
    return new uPlot({
      width: plot.clientWidth, height: plot.clientHeight, legend: {show: false}, series: [{}, ...series], bands,
      scales: {x: {time: false, range: (_, from, to) => (from === to ? [Math.max(0, from - 1), to + 1] : [from, to])}, y: fromZero ? {range: (_, __, most) => [0, most > 0 ? 1.08 * most : 1]} : {}},
      axes: [{...axis, size: 28, incrs: increments, values: (_, times) => times.map(clock)}, {...axis, size: 56, values: (_, values) => values.map((value) => significant(value, 4))}],
      cursor: {y: false, points: {show: false}},
      hooks: {
        setCursor: [(made) => tell(made.cursor.idx === null || made.cursor.idx === undefined ? null : made.data[0][made.cursor.idx])],
        setSelect: [(made) => { if (made.select.width > 0) isZoomed = true; }],
      },
    }, data(), plot);
  }

  function draw() {
    const points = curves.reduce((sum, curve) => sum + curve.points.length, 0);
    if (points === 0 || plot.clientWidth === 0) return;
    const as = JSON.stringify(curves.map(({name, estimated}) => [name, estimated]));
    if (drawn === null || as !== drawnAs) {
      redraw(as);
    } else {
      drawn.setData(data(), !isZoomed);
      if (isZoomed) drawn.redraw();
    }
  }

  function redraw(as = drawnAs) {
    drawn?.destroy();
    isZoomed = false;
    drawnAs = as;
    drawn = make();
  }

  plot.addEventListener('dblclick', () => { isZoomed = false; });
  const resized = new ResizeObserver(() => {
    if (drawn && plot.clientWidth > 0) drawn.setSize({width: plot.clientWidth, height: plot.clientHeight});
    else draw();
  });
  resized.observe(plot);
  const recolour = () => { if (drawn) redraw(); };
  plots.add(recolour);
  return {
    node,
    show(newCurves) {
      curves = newCurves;
      tell();
      draw();
    },
    remove() {
      resized.disconnect();
      plots.delete(recolour);
      drawn?.destroy();
      node.remove();
    },
  };
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plots.forEach((recolour) => recolour()));
