// Building the page. Texts are only ever set as text.

/** The bytes of a packed element: base64 of deflated data. */
async function unpacked(id) {
  const characters = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < characters.length; ++at) bytes[at] = characters.charCodeAt(at);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();
}

/** An element with attributes and children; strings become text nodes, null is left out. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'class') node.className = value;
    else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

const rowsAtFirst = 500;  // of a table; more are there at a button's press, and on paper

/**
 * A table in a region that scrolls by keyboard. Columns: {title, number, cell(row), csv}; a cell
 * gives a string or a node; csv is [[title, value(row)], …] where the CSV says more than the cell.
 */
function table(caption, columns, rows) {
  const className = (column) => (column.number ? 'number' : 'text');
  const cell = (column, row) => {
    const content = column.cell(row);
    const boxed = column.number || typeof content !== 'string' ? content : element('div', {}, content);
    return element('td', {class: className(column)}, boxed);
  };
  const line = (row) => element('tr', {}, columns.map((column) => cell(column, row)));
  const body = element('tbody', {}, rows.slice(0, rowsAtFirst).map(line));
  const more = rows.length <= rowsAtFirst ? null : element('button', {type: 'button', onclick: () => {
    body.append(...rows.slice(rowsAtFirst).map(line));
    more.remove();
  }}, fill(texts.more_rows, {shown: rowsAtFirst, all: rows.length}));
  if (more) addEventListener('beforeprint', () => { if (more.isConnected) more.click(); });
  const region = element('div', {class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption},
    element('table', {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, columns.map((column) =>
        element('th', {scope: 'col', class: className(column)}, column.title)))),
      body), more);
  region.sheet = {caption, columns, rows};
  return region;
}

/** A labelled choice among [value, text] pairs; `changed` gets the value. */
function choice(label, options, changed) {
  const select = element('select', {onchange: () => changed(select.value)},
    options.map(([value, text]) => element('option', {value}, shorten(text, 60))));
  return element('label', {}, element('span', {}, label), select);
}

function section(id, title, ...children) {
  return element('section', {id, 'aria-labelledby': `${id}-title`},
    element('h2', {id: `${id}-title`}, title), ...children);
}
