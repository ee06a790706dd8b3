/* Whose desk this is: what it sees of an incident, in whose name it may decide, and what the
 * city's configuration calls things. Pure. */

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./types.js").Assignment} Assignment */
/**
 * @typedef {object} Category
 * @property {string} id @property {string} name_id @property {string} [name_en]
 * @property {string[]} lead agencies that lead it @property {number | null} [target_min] to arrive
 * @property {number} [priority] the usual one @property {string[]} [agencies] that go to it @property {string} [kind]
 */
/** @typedef {{id: string, name_id: string, name_en?: string}} Agency */
/** @typedef {{user: string, role: string, agency: string | null, rights: string[], acts_for: string[], csrf: string, city: string}} Me */
/** @typedef {{incident: Record<string, string[]>, closed_part: string[], outcomes: string[]}} Workflow */

/** The parts of an agency in the order in which they are gone through; the rest have ended. */
export const steps = ["pending", "acknowledged", "dispatched", "en_route", "on_scene", "cleared"];

export class Desk {
	/** @param {Me} me @param {Category[]} categories @param {Agency[]} agencies @param {Workflow} workflow */
	constructor(me, categories, agencies, workflow) {
		this.me = me;
		this.categories = new Map(categories.map((category) => [category.id, category]));
		this.agencies = new Map(agencies.map((agency) => [agency.id, agency]));
		this.workflow = workflow;
		/* An incident's state is never changed, only replaced: what is read out of it is read once.
		 * @type {WeakMap<Incident, boolean>} */
		this.untaken = new WeakMap();
	}

	/** Whether it is still to be seen here: an agency that was taken off is told so once.
	 * @param {Incident} incident */
	concerns(incident) {
		return this.me.rights.includes("see_all") || incident.agencies.includes(this.me.agency ?? "");
	}

	get may_act() {
		return this.me.rights.includes("act");
	}

	/** One agency's desk: what is new for it is its to take, and it hears it. */
	get has_own_alarms() {
		return this.me.agency !== null && this.may_act;
	}

	/** The part of it that this desk shows as its state: its own agency's, else that of who leads.
	 * @param {Incident} incident @returns {Assignment | undefined} */
	part(incident) {
		const agency = this.me.agency ?? this.lead(incident);
		return incident.assignments.find((part) => part.agency === agency);
	}

	/** Its agency, or for a desk without one the agency that leads, has not taken it.
	 * @param {Incident} incident */
	is_untaken(incident) {
		let is_so = this.untaken.get(incident);
		if (is_so === undefined)
			this.untaken.set(incident, is_so = this.part(incident)?.state === "pending");
		return is_so;
	}

	/** What may be done with it now. @param {Incident} incident @param {string} action */
	allows(incident, action) {
		if (!this.may_act || !this.legal(incident).includes(action))
			return false;
		return action !== "acknowledge" || this.agency_to_take(incident) !== null;
	}

	/** What it has closed can be begun again; all else of its part is over for an agency whose own is
	 * closed. @param {Incident} incident */
	legal(incident) {
		const {incident: by_status, closed_part} = this.workflow, actions = by_status[incident.status] ?? [];
		const mine = incident.assignments.filter((part) => this.me.acts_for.includes(part.agency));
		const closed = incident.status === "closed" ? [] : mine.filter((part) => part.outcome);
		if (closed.length === 0)
			return actions;
		return closed.length === mine.length ? closed_part : [...actions, "reopen"];
	}

	/** In whose name an incident would be taken here; null: in nobody's.
	 * @param {Incident} incident */
	agency_to_take(incident) {
		const lead = this.lead(incident);
		const mine = incident.assignments.filter((part) =>
			part.state === "pending" && this.me.acts_for.includes(part.agency));
		return (mine.find((part) => part.agency === lead) ?? mine[0])?.agency ?? null;
	}

	/** Which of its agencies leads. @param {Incident} incident */
	lead(incident) {
		const leads = this.categories.get(incident.category)?.lead ?? [];
		return leads.find((agency) => incident.agencies.includes(agency)) ?? incident.agencies[0];
	}

	/** When the first unit should be there, ms; null: no target is set. @param {Incident} incident */
	due_at(incident) {
		const minutes = this.categories.get(incident.category)?.target_min;
		return minutes ? opened_ms(incident) + minutes * 60000 : null;
	}
}

/** @type {WeakMap<Incident, number>} */
const opened = new WeakMap();

/** @param {Incident} incident */
export function opened_ms(incident) {
	let ms = opened.get(incident);
	if (ms === undefined)
		opened.set(incident, ms = Date.parse(incident.opened_at));
	return ms;
}

/** @param {Assignment} part */
function step_of(part) {
	const step = steps.indexOf(part.state);
	return step < 0 ? steps.length : step;
}

/** Somebody is there, or it is over: the target to arrive no longer runs.
 * @param {Assignment | undefined} part */
export function has_arrived(part) {
	return part !== undefined && step_of(part) >= steps.indexOf("on_scene");
}
