/* An incident in the words of a dispatcher: names, places, states, in the language of the desk. */
import {has_words, name_of, number_text, t} from "../core/text.js";
import {age_text} from "../core/time.js";

/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").EventFrame} EventFrame */
/** @typedef {import("../core/desk.js").Desk} Desk */

/** What has words of its own is said in them, else as it stands. @param {string} group
 * @param {string | null | undefined} value */
export function word(group, value) {
	if (!value)
		return "–";
	return has_words(`${group}.${value}`) ? t(`${group}.${value}`) : value;
}

/** Spoken on the radio: four digits. @param {Incident} incident */
export const number_of = (incident) => number_text_of(incident.no);

/** @param {number} no */
export const number_text_of = (no) => String(no).padStart(4, "0");

/** @param {Incident} incident @param {Desk} desk */
export function kind_of(incident, desk) {
	const category = desk.categories.get(incident.category);
	return name_of(category, incident.category);
}

/** @param {string} agency @param {Desk} desk */
export function agency_short(agency, desk) {
	return has_words(`agency.${agency}`) ? t(`agency.${agency}`) : name_of(desk.agencies.get(agency), agency);
}

/** DAMKAR +2: who leads, and how many help. @param {Incident} incident @param {Desk} desk */
export function agencies_short(incident, desk) {
	const lead = desk.lead(incident);
	const others = incident.agencies.length - 1;
	return lead ? agency_short(lead, desk) + (others > 0 ? ` +${others}` : "") : "–";
}

/** @param {Incident} incident */
export function place_of(incident) {
	const {place, area_name} = incident.location;
	if (place && area_name && !place.includes(area_name))
		return `${place}, ${area_name}`;
	return place || area_name || t("place.unknown");
}

/** All that is written in its row, for the filter. @param {Incident} incident @param {Desk} desk */
export function row_words(incident, desk) {
	return [number_of(incident), kind_of(incident, desk), place_of(incident),
		...incident.agencies.map((agency) => agency_short(agency, desk))].join(" ");
}

/** @param {Incident} incident @param {Desk} desk */
export function state_of(incident, desk) {
	if (incident.status === "closed" || desk.part(incident)?.outcome)
		return t("state.closed");
	if (incident.disposition === "review" && desk.is_untaken(incident))
		return t("state.review");
	return word("state", desk.part(incident)?.state);
}

/** @param {number} ms */
export const age = (ms) => age_text(ms, {hour: t("unit.hour"), day: t("unit.day")});

/** @param {number} weight */
export const weight_text = (weight) => number_text(weight, 1);

/** One line of the history. @param {EventFrame} event @param {Desk} desk */
export function event_words(event, desk) {
	const agency = event.agency ? agency_short(event.agency, desk) : "";
	if (event.action)
		return t(`event.${event.action}`, {agency, to: event.handed_to ? agency_short(event.handed_to, desk) : "",
			outcome: word("outcome", event.outcome ?? event.incident?.outcome)});
	return word("event", event.event);
}
