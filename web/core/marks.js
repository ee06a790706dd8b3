/* Which letters of a text are underlined: the words of the reasons that speak for it, where the
 * bridge says that they stand. A reason of before it said so is looked for as whole words. Pure. */

/** @typedef {import("./types.js").Reason} Reason */
/** @typedef {[from: number, to: number]} Span of letters */

/** @param {Reason} reason */
const speaks_for = ({weight, is, term}) => weight > 0 && is !== "model" && term !== "";

/** Everywhere it stands as words of its own. @param {string[]} letters @param {string} term @returns {Span[]} */
function found(letters, term) {
	const is_word = (/** @type {string | undefined} */ letter) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
	const text = letters.map((letter) => letter.toLowerCase()), wanted = [...term.toLowerCase()];
	/** @type {Span[]} */
	const spans = [];
	for (let at = 0; at + wanted.length <= text.length; at++)
		if (!is_word(text[at - 1]) && !is_word(text[at + wanted.length]) && wanted.every((letter, i) => text[at + i] === letter))
			spans.push([at, at + wanted.length]);
	return spans;
}

/** In order, none touching another. @param {Span[]} spans @returns {Span[]} */
function joined(spans) {
	/** @type {Span[]} */
	const out = [];
	for (const [from, to] of [...spans].sort((one, two) => one[0] - two[0])) {
		const last = out.at(-1);
		if (last && from <= last[1])
			last[1] = Math.max(last[1], to);
		else
			out.push([from, to]);
	}
	return out;
}

/** The text in pieces: plain, underlined, plain, … @param {string} text @param {Reason[]} because @returns {string[]} */
export function pieces(text, because) {
	const letters = [...text];
	const spans = because.filter(speaks_for).flatMap(({term, at, len}) => at === undefined || len === undefined ? found(letters, term)
		: at + len <= letters.length ? [/** @type {Span} */ ([at, at + len])] : []);
	const out = [];
	let done = 0;
	for (const [from, to] of joined(spans)) {
		out.push(letters.slice(done, from).join(""), letters.slice(from, to).join(""));
		done = to;
	}
	return [...out, letters.slice(done).join("")];
}
