// Figures: a frame with controls, a chart that is drawn when it comes into view, and its numbers.

const undrawn = new Set();  // the first drawing of each figure that was not in view yet
const charts = new Set();   // the redrawing of each other figure
let isPrinting = false;       // what is printed is drawn at once
const wantsLessMotion = matchMedia('(prefers-reduced-motion: reduce)');

function theme() {
  const style = getComputedStyle(document.documentElement);
  const names = ['page', 'card', 'text', 'muted', 'line', 'solo', 'together', 'third', 'better', 'neutral', 'worse'];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** What all charts have in common. Tooltips are drawn as text, not as HTML. */
function baseOption(colours) {
  return {
    animation: !wantsLessMotion.matches && !isPrinting,
    animationDuration: 300,
    textStyle: {fontFamily: getComputedStyle(document.body).fontFamily, color: colours.text},
    tooltip: {
      renderMode: 'richText', confine: true, backgroundColor: colours.card,
      borderColor: colours.line, textStyle: {color: colours.text, fontSize: 13},
    },
    legend: {top: 0, left: 0, textStyle: {color: colours.text}, itemGap: 18, itemWidth: 16, itemHeight: 12},
    grid: {left: 8, right: 16, top: 44, bottom: 8, containLabel: true},
  };
}

function axis(colours, options) {
  return {
    axisLine: {lineStyle: {color: colours.line}},
    axisTick: {show: false},
    axisLabel: {color: colours.muted, hideOverlap: true},
    splitLine: {lineStyle: {color: colours.line, opacity: 0.6}},
    nameTextStyle: {color: colours.muted},
    nameLocation: 'middle',
    ...options,
  };
}

/** Red, green and blue of `#rrggbb`, 0 to 1. */
const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);

/** The one of two inks that contrasts more with the mix of two colours (WCAG 2 luminance). */
function readableInk(from, to, share, inks) {
  const luminance = (rgb) => rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const [start, end] = [channels(from), channels(to)];
  const ground = luminance(start.map((value, index) => value + share * (end[index] - value)));
  const contrast = (ink) => {
    const [dark, light] = [ground, luminance(channels(ink))].sort((left, right) => left - right);
    return (light + 0.05) / (dark + 0.05);
  };
  return contrast(inks[0]) >= contrast(inks[1]) ? inks[0] : inks[1];
}

/** Whiskers of a bar or point series: data [x, low, high], x a category index or a value. */
function whiskers(colour, {offset = () => 0, horizontal = false} = {}) {
  return {
    type: 'custom', silent: true, z: 5, tooltip: {show: false}, encode: {x: 0, y: [1, 2]},
    renderItem(_, api) {
      const shift = offset(api);
      const at = (value) => {
        const point = horizontal ? api.coord([value, api.value(0)]) : api.coord([api.value(0), value]);
        return horizontal ? [point[0], point[1] + shift] : [point[0] + shift, point[1]];
      };
      const [low, high] = [at(api.value(1)), at(api.value(2))];
      const line = (x1, y1, x2, y2) => ({
        type: 'line', shape: {x1, y1, x2, y2}, style: {stroke: colour, lineWidth: 1.5},
      });
      const cap = 4;
      const ends = [low, high].map(([x, y]) =>
        (horizontal ? line(x, y - cap, x, y + cap) : line(x - cap, y, x + cap, y)));
      return {type: 'group', children: [line(...low, ...high), ...ends]};
    },
  };
}

/**
 * A figure. `option(colours, narrow)` gives the ECharts option, or null when there is nothing to
 * draw; `numbers()` gives the table behind it. Both are asked again after `update()`.
 */
function figure({id, title, caption, flags, controls, option, numbers, height}) {
  const canvas = element('div', {class: 'chart', role: 'img', 'aria-label': fill(texts.chart_label, {title})});
  const empty = element('p', {class: 'empty', hidden: ''}, texts.nothing_to_draw);
  const table_place = element('div');
  const sheets = () => [...table_place.querySelectorAll('.scroll')].map((region) => region.sheet);
  const downloads = downloadButtons(id, title, sheets, canvas);
  const node = element('figure', {id, 'aria-labelledby': `${id}-title`},
    element('h3', {id: `${id}-title`}, title),
    element('figcaption', {}, flags.map((flag) => element('span', {class: 'flag'}, flag)), caption),
    controls.length > 0 ? element('div', {class: 'controls'}, controls) : null,
    canvas, empty,
    element('details', {}, element('summary', {}, texts.numbers_of_figure), table_place), downloads);
  let chart = null;

  function draw() {
    const colours = theme();
    const drawn = option(colours, canvas.clientWidth < 520);
    empty.hidden = drawn !== null;
    downloads.hidden = drawn === null;
    canvas.hidden = drawn === null;
    if (drawn === null) return;
    if (height) canvas.style.height = `${height()}px`;
    chart ??= echarts.init(canvas, null, {renderer: 'svg'});
    chart.resize();
    chart.setOption({...baseOption(colours), ...drawn}, {notMerge: true});
  }
  function update() {
    table_place.replaceChildren(numbers());
    draw();
  }
  function firstDraw() {
    update();
    charts.add(draw);
    new ResizeObserver(() => { if (canvas.clientWidth > 0) draw(); }).observe(canvas);
  }
  whenNear(canvas, firstDraw);
  return {node, update};
}

/** Calls `make` once when the node comes near the view, or is about to be printed. */
function whenNear(node, make) {
  const seen = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) fillNow();
  }, {rootMargin: '800px'});
  function fillNow() {
    seen.disconnect();
    undrawn.delete(fillNow);
    make();
  }
  seen.observe(node);
  undrawn.add(fillNow);
}

const redrawAll = () => charts.forEach((draw) => draw());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
addEventListener('beforeprint', () => {
  isPrinting = true;
  undrawn.forEach((firstDraw) => firstDraw());
});
addEventListener('afterprint', () => { isPrinting = false; });
matchMedia('print').addEventListener('change', redrawAll);
