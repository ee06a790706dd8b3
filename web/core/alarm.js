/* What asks for one action within a time. Derived from the bridge's state and from nothing else,
 * so that every console of the agency shows the same and a reload forgets nothing.
 *
 * new: an incident that this desk's agency has not taken. unsure: one that waits for a person to
 * decide what it is. What is folded into one card is one alarm, which is over when none of it
 * waits. Only the highest sounds, and only at a desk whose alarms they are. */

import {opened_ms} from "./desk.js";
import {card_of} from "./fold.js";

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./desk.js").Desk} Desk */
/**
 * @typedef {object} Alarm
 * @property {"new" | "unsure"} kind @property {Incident} incident @property {number} priority
 * @property {number} since @property {Incident[]} [others] that wait in the same card
 */

export const unsure_after_ms = 60000;

/** @param {Iterable<Incident>} incidents @param {Desk} desk @param {number} now
 * @returns {Alarm[]} the most urgent first, then the oldest */
export function alarms(incidents, desk, now) {
	/** @type {Alarm[]} */
	const found = [];
	for (const incident of incidents) {
		if ((incident.disposition !== "emergency" && incident.disposition !== "review") || !desk.is_untaken(incident))
			continue;
		const since = opened_ms(incident);
		if (incident.disposition === "emergency")
			found.push({kind: "new", incident, priority: incident.priority, since});
		else if (now - since >= unsure_after_ms)
			found.push({kind: "unsure", incident, priority: Math.min(2, incident.priority), since});
	}
	return by_card(found.sort((one, two) => one.priority - two.priority || one.since - two.since), incidents);
}

/** @param {Alarm[]} found in order @param {Iterable<Incident>} incidents */
function by_card(found, incidents) {
	if (!found.some(({incident}) => incident.folded_into))
		return found;
	const here = new Map([...incidents].map((incident) => [incident.id, incident]));
	/** @type {Map<string, Alarm>} */
	const cards = new Map();
	for (const alarm of found) {
		const {id} = card_of(alarm.incident, here), first = cards.get(id);
		if (first)
			first.others = [...first.others ?? [], alarm.incident];
		else
			cards.set(id, alarm);
	}
	return [...cards.values()];
}

/** Which tone a desk hears now; null: none. @param {Alarm[]} list @param {Desk} desk
 * @returns {"1" | "2" | "3" | null} */
export function tone(list, desk) {
	if (!desk.has_own_alarms || list.length === 0)
		return null;
	return list[0].priority === 1 ? "1" : list[0].priority === 2 ? "2" : list[0].priority === 3 ? "3" : null;
}
