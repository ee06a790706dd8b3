/* The queue: who comes first, and what a filter leaves. Pure.
 *
 * Order: not yet taken and priority 1; priority; emergencies before what is in doubt; among that,
 * what the bridge knows of the caller; then least time left to the target. Where no time runs (somebody is
 * there, or there is no target) the older comes first. */
import {has_arrived, opened_ms} from "./desk.js";

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {"all" | "untaken" | "review"} Show */
/** @typedef {{show: Show, words: string}} Filter */

/** @type {Filter} */
export const no_filter = {show: "all", words: ""};

const no_target_ms = 1e12; /* after all that have one */

/** @typedef {{rank: number, doubt: number, order: number, due: number}} Standing */

/* What decides a row's place, kept with the state it was read from: two thousand rows are put in
 * order many times a second. @type {WeakMap<Desk, WeakMap<Incident, Standing>>} */
const standings = new WeakMap();

/** @param {Incident} incident @param {Desk} desk @returns {Standing} */
function stand(incident, desk) {
	const is_first = incident.priority === 1 && desk.is_untaken(incident);
	const due = has_arrived(desk.part(incident)) ? null : desk.due_at(incident);
	return {rank: is_first ? 0 : incident.priority, doubt: incident.disposition === "emergency" ? 0 : 1, order: incident.order ?? 0, due: due ?? opened_ms(incident) + no_target_ms};
}

/** @param {Iterable<Incident>} incidents @param {Desk} desk */
export function in_order(incidents, desk) {
	const known = standings.get(desk) ?? new WeakMap();
	standings.set(desk, known);
	const placed = [...incidents].map((incident) => {
		let standing = known.get(incident);
		if (!standing)
			known.set(incident, standing = stand(incident, desk));
		return {incident, standing};
	});
	placed.sort(({standing: one, incident: a}, {standing: two, incident: b}) =>
		one.rank - two.rank || one.doubt - two.doubt || two.order - one.order || one.due - two.due || a.no - b.no);
	return placed.map((row) => row.incident);
}

/** @param {Incident} incident @param {Show} show @param {Desk} desk */
function is_shown(incident, show, desk) {
	if (show === "untaken")
		return desk.is_untaken(incident);
	return show === "all" || incident.disposition === "review";
}

/** Everything that a filter finds: number, words, place, kind, agency. @param {Incident} incident
 * @param {(incident: Incident) => string} names what is written in its row */
function haystack(incident, names) {
	const {area_name, place} = incident.location;
	return [incident.no, incident.text, area_name, place, incident.tracking_id, names(incident)].join(" ").toLowerCase();
}

/** Untaken priority 1 is never hidden by a filter. @param {Incident[]} ordered @param {Filter} filter
 * @param {Desk} desk @param {(incident: Incident) => string} names */
export function filtered(ordered, filter, desk, names) {
	const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
	if (filter.show === "all" && words.length === 0)
		return ordered;
	return ordered.filter((incident) => {
		if (incident.priority === 1 && desk.is_untaken(incident))
			return true;
		const hay = words.length > 0 ? haystack(incident, names) : "";
		return is_shown(incident, filter.show, desk) && words.every((word) => hay.includes(word));
	});
}

/** @param {Iterable<Incident>} incidents @param {Desk} desk */
export function counts(incidents, desk) {
	const count = {all: 0, untaken: 0, review: 0};
	for (const incident of incidents) {
		count.all++;
		if (desk.is_untaken(incident))
			count.untaken++;
		if (incident.disposition === "review")
			count.review++;
	}
	return count;
}
