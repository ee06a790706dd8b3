/* Where it is, and how far that can be relied on: a point, somewhere around one, an area, or
 * only the words as they were typed; which places they may mean; and `l`, which takes one. */
import {b, div, dd, dt, h3, kbd, q, span} from "../view/el.js";
import {number_text, t} from "../core/text.js";
import {word} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").Candidate} Candidate */
/** @typedef {Candidate & {lat: number, lon: number}} Pointed */

/** Those a crew can be sent to, numbered as they are on the map. @param {Incident} incident @returns {Pointed[]} */
export function candidates_of({location}) {
	return /** @type {Pointed[]} */ ((location.candidates ?? []).filter(({lat, lon}) => lat !== null && lon !== null));
}

/** Which of them stands as the place. @param {Incident} incident @param {Candidate} candidate */
const is_taken = ({location}, candidate) => location.lat === candidate.lat && location.lon === candidate.lon && location.lat !== null;

/** @param {Incident} incident */
function certainty({location: {state, from, accuracy_m, area_name, place}}) {
	const radius = accuracy_m === null ? "" : t("place.within", {m: number_text(accuracy_m)});
	switch (state) {
	case "exact":
	case "approximate":
		return [b(null, t(`place.${state}`)), radius, word("from", from)];
	case "area":
		return [b(null, t("place.area", {area: area_name ?? place ?? "–"})), word("from", from)];
	default:
		return state === undefined ? [word("from", from), radius] : [b(null, t("place.none"))];
	}
}

/** @param {Incident} incident */
function beyond({location: {neighbour, near_border, area_name, place}}) {
	if (neighbour)
		return div({class: "beyond"}, t("place.neighbour", {area: area_name ?? place ?? "–"}));
	return near_border ? div({class: "beyond"}, t("place.near_border")) : null;
}

/** @param {Incident} incident */
export function place_facts(incident) {
	const {lat, lon} = incident.location;
	const parts = certainty(incident).filter(Boolean);
	return [dt(null, t("detail.where")), dd(null, parts.map((part, i) => i > 0 ? [" · ", part] : part),
		incident.place_said ? div(null, q(null, incident.place_said)) : null,
		lat === null || lon === null ? null : div({class: "sub"}, `${lat.toFixed(5)}, ${lon.toFixed(5)}`), beyond(incident))];
}

/** @param {Incident} incident @param {Candidate} candidate @param {number} at 0: it has no point */
function line(incident, candidate, at) {
	const where = candidate.area_name && !candidate.place.includes(candidate.area_name) ? `, ${candidate.area_name}` : "";
	return div({class: "candidate", key: `${candidate.place}${candidate.why}`},
		at > 0 ? kbd(null, at) : span({class: "no-point", title: t("place.no_point")}, "–"),
		div(null, div(null, candidate.place, where, span({class: "sub"}, ` · ${t("place.within", {m: number_text(candidate.radius_m)})}`),
			is_taken(incident, candidate) ? span({class: "tag"}, t("place.taken")) : null),
		div({class: "sub", lang: "id"}, candidate.why)));
}

/** What the words may mean; where there is one and it is taken, there is nothing to ask.
 * @param {App} app @param {Incident} incident */
export function candidates_list(app, incident) {
	const all = incident.location.candidates ?? [], pointed = candidates_of(incident);
	if (all.length === 0 || (all.length === 1 && is_taken(incident, all[0])))
		return null;
	const may = app.desk.allows(incident, "relocate") && pointed.length > 0;
	return [h3(null, t("place.candidates"), may ? kbd({class: "head-key"}, "l") : null),
		div({class: "candidates"}, all.map((candidate) => line(incident, candidate, pointed.indexOf(/** @type {Pointed} */ (candidate)) + 1)))];
}

/** @param {App} app @param {Incident} incident @param {Pointed} candidate */
export function take_candidate(app, incident, {lat, lon, radius_m}) {
	const before = incident.location;
	const command = app.act(incident, "relocate", {location: {lat, lon, accuracy_m: radius_m}});
	if (command && before.lat !== null && before.lon !== null)
		app.offer_undo(command, "relocate", {location: {lat: before.lat, lon: before.lon, ...(before.accuracy_m === null ? {} : {accuracy_m: before.accuracy_m})}});
}
