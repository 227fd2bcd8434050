// What a reader takes along: the numbers of a figure as CSV, the figure as SVG and PNG.

/** A cell as CSV (RFC 4180); an apostrophe before what a spreadsheet would take for a formula. */
function csvCell(content) {
  if (isNumber(content)) return String(content);
  let text = content ?? '';
  if (/^[=+\-@\t\r\n＝＋－＠]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The columns of a sheet for CSV: [name, value(row)]; unrounded where the column says how. Names and levels are the ids
 * that files use, whatever the language of the page.
 */
function csvColumns(columns) {
  const textOf = (content) => (typeof content === 'string' ? content : content?.textContent ?? '');
  return columns.flatMap((column) => column.csv ?? [[column.id, (row) => textOf(column.cell(row))]]);
}

/** Sheets {caption, columns, rows} below each other, an empty line between them. */
function csvOf(sheets) {
  return sheets.map(({columns, rows}) => {
    const cells = csvColumns(columns);
    return [cells.map(([name]) => csvCell(name)), ...rows.map((row) => cells.map(([, value]) => csvCell(value(row))))]
      .map((line) => line.join(',') + '\r\n').join('');
  }).join('\r\n');
}

// Columns of a figure's numbers: `id` names them in the CSV, and their title unless that is given too.
const textColumn = (id, cell) => ({id, title: texts.columns[id], cell});
/** A column of names that stand in records, which are words on the page. */
const wordColumn = (id, name) => ({id, title: texts.columns[id], cell: (row) => word(name(row)), csv: [[id, name]]});
/** True, false or, where it isn't known, nothing. */
const truthColumn = (id, truth) => ({
  id, title: texts.columns[id], cell: (row) => ({true: texts.yes, false: texts.no})[truth(row)] ?? texts.unknown,
  csv: [[id, (row) => String(truth(row) ?? '')]],
});
/** A column whose readings are formatted on the page and whole numbers in the CSV; what is missing is an empty cell. */
const readingColumn = (id, read, format = significant, title = texts.columns[id]) => ({
  id, title, number: true, cell: (row) => shown(read(row), format),
  csv: [[id, (row) => (isNumber(read(row)) ? read(row) : '')]],
});
const countColumn = (id, count) => ({id, title: texts.columns[id], number: true, cell: (row) => String(count(row)), csv: [[id, count]]});
/** A mean with its 95 % interval [low, high]; `read(row)` gives {mean, interval}. */
const estimateColumns = (id, read, format, title = texts.columns[id]) => [
  readingColumn(id, (row) => read(row).mean, format, title),
  {
    title: texts.columns.interval, number: true,
    cell: (row) => (read(row).interval ? rangeText(read(row).interval.map((value) => format(value))) : '–'),
    csv: ['low', 'high'].map((name, end) => [`${id}_${name}`, (row) => read(row).interval?.[end] ?? '']),
  },
];
/** An effect in percent as its mean, interval and n; its name, or that of the setting, is its title. */
const summaryColumn = (id, read) => ({
  id, title: id, number: true, cell: (row) => (read(row) ? shownSummary(read(row)) : '–'),
  csv: [
    [`${id}_percent`, (row) => (isNumber(read(row)?.percent) ? read(row).percent : '')],
    ...['low', 'high'].map((name, end) => [`${id}_${name}`, (row) => read(row)?.interval_percent?.[end] ?? '']),
    [`${id}_n`, (row) => read(row)?.n ?? ''],
  ],
});

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  element('a', {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** The chart as a standalone SVG on the page's ground; characters that XML forbids are left out. */
function svgOf(canvas) {
  const drawing = canvas.querySelector('svg').cloneNode(true);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({width: '100%', height: '100%', fill: theme().card})) ground.setAttribute(name, value);
  drawing.prepend(ground);
  drawing.style.fontFamily = '';
  return new XMLSerializer().serializeToString(drawing).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
}

async function savePng(canvas, name) {
  const scale = 2;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(canvas))}`;
  await image.decode();
  const bitmap = element('canvas', {width: String(scale * canvas.clientWidth), height: String(scale * canvas.clientHeight)});
  bitmap.getContext('2d').drawImage(image, 0, 0, bitmap.width, bitmap.height);
  bitmap.toBlob((blob) => save(blob, name), 'image/png');
}

/** The buttons of a figure: `sheets()` gives its numbers, `canvas` holds its drawing. */
function downloadButtons(id, title, sheets, canvas) {
  const button = (kind, press) => element('button', {type: 'button', 'aria-label': fill(texts.download_of, {kind, title}), onclick: press}, kind);
  return element('div', {class: 'downloads'}, element('span', {'aria-hidden': 'true'}, texts.download),
    button('CSV', () => save(new Blob([csvOf(sheets())], {type: 'text/csv;charset=utf-8'}), `${id}.csv`)),
    button('SVG', () => save(new Blob([svgOf(canvas)], {type: 'image/svg+xml'}), `${id}.svg`)),
    button('PNG', () => savePng(canvas, `${id}.png`)));
}
