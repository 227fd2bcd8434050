// The texts of the page in its language: `catalogue` stands before this script and is the one of
// texts/en.json or texts/zh.json. Nothing that people read stands anywhere else.

const texts = catalogue.page;

/** A pattern with its `{name}`s filled in. */
const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (name, key) => (Object.hasOwn(values, key) ? String(values[key]) : name));
/** The form for so many, `{n}`, of a text that has `one` and `other`. */
const counted = (forms, n, values = {}) => fill(n === 1 && forms.one !== undefined ? forms.one : forms.other, {...values, n});
/** A name that stands in records as a word of the page's language, and with what stands in brackets behind it (`estimated
 * (a model)`); a name that isn't known as it is. */
function word(name) {
  const known = (part) => (Object.hasOwn(catalogue.words, part) ? catalogue.words[part] : null);
  const [head] = name.split(' (', 1);
  return known(name) ?? (known(head) ?? head) + name.slice(head.length);
}
/** `a, b`, and `a; b` for parts that hold commas. */
const listed = (items) => items.join(catalogue.list.comma);
const clauses = (items) => items.join(catalogue.list.semicolon);
