/* What may be done with the selected incident now, by its key: the line at the bottom shows these
 * keys, and a key that is not among them does nothing. */
import {candidates_of} from "./place.js";
import {further_reports} from "./reports.js";
import {alike_of} from "./similar.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */

/** Of what it is a part: merged into, or folded under. @param {Incident} incident */
export const whole_of = ({merged_into, folded_into}) => merged_into ?? folded_into ?? null;

/** A command of it that was refused, or has no answer. @param {App} app @param {string} id */
export const stuck_of = (app, id) => app.actions.of(id).find((command) => command.state === "refused" || command.state === "unsure");

/** @param {App} app @param {Incident} incident */
const goes_together = (app, incident) => {
	const to = whole_of(incident);
	return to ? app.model.find(to.incident_id) !== undefined : alike_of(app, incident).length > 0;
};

/** @param {App} app @param {Incident} incident */
const comes_out = ({desk}, incident) => incident.folded_into && !incident.merged_into ? desk.allows(incident, "unfold")
	: desk.allows(incident, "split") && further_reports(incident).length > 0;

/** @type {Record<string, (app: App, incident: Incident) => boolean>} */
const may = {
	a: ({desk}, incident) => desk.allows(incident, "acknowledge"),
	n: ({desk}, incident) => desk.allows(incident, "note"),
	p: ({desk}, incident) => desk.allows(incident, "reclassify"),
	g: goes_together,
	l: ({desk}, incident) => desk.allows(incident, "relocate") && candidates_of(incident).length > 0,
	e: comes_out,
	x: ({desk}, incident) => desk.allows(incident, "close"),
	o: ({desk}, incident) => desk.allows(incident, "reopen"),
	r: (app, incident) => stuck_of(app, incident.id) !== undefined,
};

/** @param {App} app @param {string} key */
export function is_legal(app, key) {
	const incident = app.current.value;
	return key in may ? incident !== null && may[key](app, incident) : true;
}
