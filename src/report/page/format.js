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
  return minus(value.toLocaleString('en', {maximumFractionDigits: Math.min(decimals, 6)}));
}

function signed(value, digits = 1) {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? '−' : '+') + text;
}

const percent = (value) => `${signed(value)} %`;
const percentInterval = (interval) =>
  (interval ? `${signed(interval[0])} to ${signed(interval[1])} %` : 'no interval');
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
  const reason = reading?.missing ?? 'not there';
  return element('span', {class: 'missing', title: reason, 'aria-label': `missing: ${reason}`}, '–');
}

/** What stands behind joules that no energy counter gave. */
const sourceMark = (source) => ({estimated: ' (est.)', nvml_power: ' (from power)'})[source] ?? '';
const energyMark = ({energy_source, model}) =>
  (energy_source === 'mixed' && model?.includes('estimated') ? ' (partly est.)' : sourceMark(energy_source));
const shownEnergy = (energy) => shown(energy.joules, (value) => joules(value) + energyMark(energy));

/** {effect, percent, interval_percent, n} as `+3.1 % (+1.0 to +5.2 %)`. */
function shownSummary(summary) {
  if (!isNumber(summary.percent)) return shown(summary.percent);
  return percent(summary.percent) +
    (summary.interval_percent ? ` (${percentInterval(summary.interval_percent)})` : '');
}

const effectNames = {
  makespan_overhead: 'makespan_overhead: both together against one after the other',
  energy_saving: 'energy_saving: by running together',
  concurrent_overhead_a: 'concurrent_overhead of A',
  concurrent_overhead_b: 'concurrent_overhead of B',
  energy_change_a: 'energy of A (its share) against alone',
  energy_change_b: 'energy of B (its share) against alone',
  performance_change_a: 'performance of A against alone',
  performance_change_b: 'performance of B against alone',
  interference_a: 'interference on A',
  interference_b: 'interference on B',
};
const effectOptions = Object.entries(effectNames);
const isEnergyEffect = (effect) => effect.startsWith('energy');
/** More is good for these; for the others less is. */
const moreIsBetter = (effect) => effect === 'energy_saving' || effect.startsWith('performance');
const summaryOf = (summaries, effect) => summaries.find((summary) => summary.effect === effect);
