/* What a person says instead of the verdict: kind, agencies and priority, in one decision, and
 * how it is taken back: by another. Pure. */

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./desk.js").Category} Category */
/** @typedef {{category: string, priority: number, agencies: string[], has_priority: boolean, has_agencies: boolean}} Draft
 * has_…: a person has chosen it; until then it follows the kind */
/** @typedef {{category?: string, priority?: number, agencies?: string[]}} Fields */

/** @param {Incident} incident @returns {Draft} */
export const draft_of = ({category, priority, agencies}) =>
	({category, priority, agencies: [...agencies], has_priority: false, has_agencies: false});

/** Another kind brings its usual priority, never a less urgent one, and the agencies that go to
 * such things beside those that are on their way. @param {Draft} draft @param {Category} category @param {Incident} incident
 * @returns {Draft} */
export function with_category(draft, category, incident) {
	const is_back = category.id === incident.category;
	const busy = incident.assignments.filter((part) => !["pending", "cancelled", "declined"].includes(part.state)).map((part) => part.agency);
	const usual = [...new Set([...category.agencies ?? [], ...busy])];
	return {
		...draft, category: category.id,
		priority: draft.has_priority ? draft.priority : is_back ? incident.priority : Math.min(incident.priority, category.priority ?? 4),
		agencies: draft.has_agencies ? draft.agencies : is_back ? [...incident.agencies] : usual,
	};
}

/** @param {Draft} draft @param {number} priority @returns {Draft} */
export const with_priority = (draft, priority) => ({...draft, priority, has_priority: true});

/** One is always left: somebody is in charge. @param {Draft} draft @param {string} agency @returns {Draft} */
export function with_agency(draft, agency) {
	const rest = draft.agencies.filter((one) => one !== agency);
	const agencies = rest.length < draft.agencies.length ? rest : [...rest, agency];
	return agencies.length === 0 ? draft : {...draft, agencies, has_agencies: true};
}

/** @param {string[]} one @param {string[]} other */
const are_same = (one, other) => one.length === other.length && one.every((agency) => other.includes(agency));

/** What is to be decided; null: nothing has been changed. A person's word counts also where it
 * confirms what stood. @param {Incident} incident @param {Draft} draft @returns {Fields | null} */
export function fields_of(incident, draft) {
	/** @type {Fields} */
	const fields = {};
	if (draft.category !== incident.category)
		fields.category = draft.category;
	if (draft.priority !== incident.priority || draft.has_priority)
		fields.priority = draft.priority;
	if (!are_same(draft.agencies, incident.agencies))
		fields.agencies = draft.agencies;
	return Object.keys(fields).length > 0 ? fields : null;
}

/** The decision that brings back what was. @param {Incident} before @param {Fields} fields @returns {Fields} */
export function back_to(before, fields) {
	return {
		...(fields.category === undefined ? {} : {category: before.category}),
		priority: before.priority,
		...(fields.agencies === undefined ? {} : {agencies: before.agencies}),
	};
}

/** Kinds whose names, in either language, or id hold all these words; those that begin so first.
 * @param {Iterable<Category>} categories @param {string} words @returns {Category[]} */
export function matching(categories, words) {
	const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
	const hay = (/** @type {Category} */ one) => `${one.name_id} ${one.name_en ?? ""} ${one.id.replaceAll("_", " ")}`.toLowerCase();
	const begins = (/** @type {Category} */ one) => [one.name_id, one.name_en ?? ""].some((name) => name.toLowerCase().startsWith(wanted[0] ?? ""));
	const found = [...categories].filter((one) => wanted.every((word) => hay(one).includes(word)));
	return [...found.filter(begins), ...found.filter((one) => !begins(one))];
}
