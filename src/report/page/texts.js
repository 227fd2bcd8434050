// The texts of the page in its language: `catalogue` stands before this script and is the one of
// texts/en.json or texts/zh.json. Nothing that people read stands anywhere else.

const texts = catalogue.page;

/** A pattern with its `{name}`s filled in. */
const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (name, key) => (Object.hasOwn(values, key) ? String(values[key]) : name));
/** The form for so many, `{n}`, of a text that has `one` and `other`. */
const counted = (forms, n, values = {}) => fill(n === 1 && forms.one !== undefined ? forms.one : forms.other, {...values, n});
/** A name that stands in records as a word of the page's language; a name that isn't known as it is. */
const word = (name) => (Object.hasOwn(catalogue.words, name) ? catalogue.words[name] : name);
/** `a, b`, and `a; b` for parts that hold commas. */
const listed = (items) => items.join(catalogue.list.comma);
const clauses = (items) => items.join(catalogue.list.semicolon);
