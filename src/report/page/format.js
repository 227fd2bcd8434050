// Numbers and names as people read them. A reading is a number or {missing: reason}.

const isNumber = (reading) => typeof reading === 'number';
const numberOr = (reading, otherwise) => (isNumber(reading) ? reading : otherwise);
const shorten = (text, most) => {
  const characters = [...text];
  return characters.length > most ? characters.slice(0, most - 1).join('') + '…' : text;
};
const minus = (text) => text.replace('-', '−');

/** No line break inside `12 %`, `n = 12` and `p < 0.001`. */
const unbroken = (text) => text.replace(/ (?=%)|(?<=\b[np]) (?=[=<])|(?<=[=<]) /g, '\u00a0');

function significant(value, digits = 3) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return minus(value.toExponential(digits - 1));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return minus(value.toLocaleString(document.documentElement.lang, {maximumFractionDigits: Math.min(decimals, 6)}));
}

function signed(value, digits = 1) {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? '−' : '+') + text;
}

const percent = (value) => fill(catalogue.number.percent, {number: signed(value)});
const percentInterval = (interval) =>
  (interval ? fill(catalogue.number.percent_interval, {low: signed(interval[0]), high: signed(interval[1])}) : catalogue.number.no_interval);
const rangeText = ([low, high]) => fill(catalogue.number.range, {low, high});
const pValue = (p) => (p < 0.001 ? '< 0.001' : p.toFixed(3));

function seconds(value) {
  if (value < 60) return `${significant(value)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min ${String(Math.round(value % 60)).padStart(2, '0')} s`;
  return `${significant(value / 3600)} h`;
}

function joules(value) {
  const size = Math.abs(value);
  if (size < 1e3) return `${significant(value)} J`;
  if (size < 1e6) return `${significant(value / 1e3)} kJ`;
  return `${significant(value / 1e6)} MJ`;
}

/** A reading for a table: formatted, or a dash that tells its reason. */
function shown(reading, format = significant) {
  if (isNumber(reading)) return format(reading);
  const reason = reading?.missing ?? texts.not_there;
  return element('span', {class: 'missing', title: reason, 'aria-label': fill(texts.missing_because, {reason})}, '–');
}

/** What stands behind joules that no energy counter gave. */
const sourceMark = (source) => ({estimated: texts.marks.estimated, nvml_power: texts.marks.nvml_power})[source] ?? '';
const energyMark = ({energy_source, model}) =>
  (energy_source === 'mixed' && model?.includes('estimated') ? texts.marks.partly_estimated : sourceMark(energy_source));
const shownEnergy = (energy) => shown(energy.joules, (value) => joules(value) + energyMark(energy));

/** {effect, percent, interval_percent, n} as `+3.1 % (+1.0 to +5.2 %)`. */
function shownSummary(summary) {
  if (!isNumber(summary.percent)) return shown(summary.percent);
  if (!summary.interval_percent) return percent(summary.percent);
  return fill(texts.summary, {percent: percent(summary.percent), interval: percentInterval(summary.interval_percent)});
}

const effectNames = texts.effects;
const effectOptions = Object.entries(effectNames);
const isEnergyEffect = (effect) => effect.startsWith('energy');
/** More is good for these; for the others less is. */
const moreIsBetter = (effect) => effect === 'energy_saving' || effect.startsWith('performance');
const summaryOf = (summaries, effect) => summaries.find((summary) => summary.effect === effect);
