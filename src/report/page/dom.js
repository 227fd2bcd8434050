// Building the page. Texts are only ever set as text.

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

/**
 * A table in a region that scrolls by keyboard. Columns: {title, number, cell(row)}; a cell gives a
 * string or a node.
 */
function table(caption, columns, rows) {
  const className = (column) => (column.number ? 'number' : 'text');
  const cell = (column, row) => {
    const content = column.cell(row);
    const boxed = column.number || typeof content !== 'string' ? content : element('div', {}, content);
    return element('td', {class: className(column)}, boxed);
  };
  return element('div', {class: 'scroll', role: 'region', tabindex: '0', 'aria-label': caption},
    element('table', {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, columns.map((column) =>
        element('th', {scope: 'col', class: className(column)}, column.title)))),
      element('tbody', {}, rows.map((row) =>
        element('tr', {}, columns.map((column) => cell(column, row)))))));
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
