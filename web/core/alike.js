/* Incidents that may be one matter, and what making them one would do. The bridge says what is
 * alike, on the one that came later; here it is read from both sides. Pure. */

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./types.js").LikeReason} LikeReason */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{id: string, no: number, score: number, reasons: LikeReason[]}} Alike */

/** The likeliest first. @param {Incident} incident @param {Iterable<Incident>} others @returns {Alike[]} */
export function alike(incident, others) {
	/** @type {Map<string, Alike>} */
	const found = new Map();
	for (const {incident_id, no, score, reasons} of incident.similar ?? [])
		found.set(incident_id, {id: incident_id, no, score, reasons});
	for (const other of others) {
		const back = other.similar?.find((one) => one.incident_id === incident.id);
		if (back && !found.has(other.id))
			found.set(other.id, {id: other.id, no: other.no, score: back.score, reasons: back.reasons});
	}
	return [...found.values()].sort((one, two) => two.score - one.score);
}

/** @param {Incident} one @param {Incident | undefined} other @param {Desk} desk @returns {other is Incident} */
export function may_merge(one, other, desk) {
	if (!other || other.id === one.id || one.exercise !== other.exercise)
		return false;
	return [one, other].every((incident) => incident.anonymity !== "secret" && desk.allows(incident, "merge"));
}

/** The younger goes into the elder: its number is the one that is spoken of already.
 * @param {Incident} one @param {Incident} other */
export function merging(one, other) {
	const [into, from] = one.no < other.no ? [one, other] : [other, one];
	return {
		from, into, reports: from.report_count,
		raised_to: from.priority < into.priority ? from.priority : null,
		joining: from.agencies.filter((agency) => !into.agencies.includes(agency)),
	};
}
