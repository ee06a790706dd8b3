/* The queue: who comes first, and what a filter leaves. Pure.
 *
 * Order: not yet taken and priority 1; priority; then least time left to the target. Where no
 * time runs (somebody is there, or there is no target) the older comes first. */
import {has_arrived} from "./desk.js";

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {"all" | "untaken" | "review"} Show */
/** @typedef {{show: Show, words: string}} Filter */

/** @type {Filter} */
export const no_filter = {show: "all", words: ""};

/** @param {Incident} incident @param {Desk} desk @returns {[number, number, number, number]} */
function place_of(incident, desk) {
	const is_first = incident.priority === 1 && desk.is_untaken(incident);
	const due = has_arrived(desk.part(incident)) ? null : desk.due_at(incident);
	return [is_first ? 0 : 1, incident.priority, due ?? Date.parse(incident.opened_at) + 1e12, incident.no];
}

/** @param {Iterable<Incident>} incidents @param {Desk} desk */
export function in_order(incidents, desk) {
	const placed = [...incidents].map((incident) => ({incident, place: place_of(incident, desk)}));
	placed.sort((one, two) => {
		for (let i = 0; i < 4; i++)
			if (one.place[i] !== two.place[i])
				return one.place[i] - two.place[i];
		return 0;
	});
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
