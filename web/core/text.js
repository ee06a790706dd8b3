/* What people read, in their language. The words lie in text/*.json under the same keys; a key
 * that is missing shows itself instead of breaking the page. No DOM: the tables are given in. */

/** @typedef {Record<string, string>} Words */

export const languages = ["id", "en"];

/** @type {Words} */
let words = {};
let language = "id";

/** @param {string} chosen @param {Words} table */
export function use_words(chosen, table) {
	language = chosen;
	words = table;
}

export function current_language() {
	return language;
}

/** The words under a key, with {name} filled in. @param {string} key
 * @param {Record<string, string | number>} [values] */
export function t(key, values) {
	const text = words[key] ?? key;
	return values ? text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : text;
}

/** Whether there are words for it. @param {string} key */
export function has_words(key) {
	return key in words;
}

/** A name that the city's configuration gives in both languages.
 * @param {{name_id?: string | null, name_en?: string | null} | undefined} thing @param {string} otherwise */
export function name_of(thing, otherwise) {
	return (language === "en" ? thing?.name_en : thing?.name_id) || thing?.name_id || otherwise;
}

const number_format = {id: new Intl.NumberFormat("id-ID"), en: new Intl.NumberFormat("en-GB")};

/** @param {number} value @param {number} [digits] after the comma */
export function number_text(value, digits) {
	if (digits === undefined)
		return number_format[language === "en" ? "en" : "id"].format(value);
	return value.toFixed(digits).replace(".", language === "en" ? "." : ",");
}
