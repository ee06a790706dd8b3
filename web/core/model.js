/* The city as this console knows it: frames in, state out.
 *
 * Every frame carries whole incidents with their version, so applying one twice, or an older one
 * after a newer one, changes nothing: any order of cut, resume, repeat and snapshot ends in the
 * same state. What changed while the line was down is remembered until somebody has seen it.
 * No DOM, no clock. */

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./types.js").Unit} Unit */
/** @typedef {import("./types.js").EventFrame} EventFrame */
/** @typedef {import("./types.js").SnapshotFrame} SnapshotFrame */
/** @typedef {import("./types.js").Frame} Frame */

const gone_max = 100;

export class Model {
	/** @param {(incident: Incident) => boolean} is_ours whether it still concerns this desk */
	constructor(is_ours = () => true) {
		this.is_ours = is_ours;
		this.seq = 0;
		this.epoch = "";
		/** @type {Map<string, Incident>} */
		this.incidents = new Map();
		/** The last that closed or left us: one of them may be on the screen. @type {Map<string, Incident>} */
		this.gone = new Map();
		/** @type {Map<string, Unit>} */
		this.units = new Map();
		/** Ids that changed while the line was down. @type {Set<string>} */
		this.unseen = new Set();
		this.loads = 0;
		/** After a loss: events caught up, or that all was loaded anew.
		 * @type {{events: number, reloaded: boolean} | null} */
		this.resumed = null;
		this.is_catching_up = false;
	}

	/** Where a stream should go on from. */
	place() {
		return this.loads > 0 ? {after: this.seq, epoch: this.epoch} : null;
	}

	/** @param {string | null} id */
	find(id) {
		return id ? this.incidents.get(id) ?? this.gone.get(id) : undefined;
	}

	/** The line is down: from here on, changes are news until seen. */
	lose() {
		this.is_catching_up = true;
		this.resumed = null;
	}

	/** @param {Frame} frame @returns {EventFrame[]} what was new in it */
	apply(frame) {
		switch (frame.type) {
		case "snapshot":
			this.load(frame);
			return [];
		case "events":
			return frame.events.filter((event) => this.take(event));
		case "event":
			return this.take(frame) ? [frame] : [];
		case "tick":
			this.is_catching_up = false;
			return [];
		case "subscribed":
			if (this.is_catching_up && frame.recovered)
				this.resumed = {events: 0, reloaded: false};
			return [];
		default:
			return [];
		}
	}

	/** @param {SnapshotFrame} frame */
	load(frame) {
		const before = this.incidents;
		if (frame.epoch !== this.epoch)
			this.gone.clear(); /* a store that was restored counts its versions anew */
		this.incidents = new Map();
		for (const incident of frame.incidents) {
			this.incidents.set(incident.id, incident);
			if (this.loads > 0 && before.get(incident.id)?.version !== incident.version)
				this.unseen.add(incident.id);
		}
		for (const [id, incident] of before)
			if (!this.incidents.has(id))
				this.let_go(incident);
		this.units = new Map((frame.units ?? []).map((unit) => [unit.id, unit]));
		this.seq = frame.seq;
		this.epoch = frame.epoch;
		this.resumed = this.loads > 0 ? {events: 0, reloaded: true} : null;
		this.loads++;
	}

	/** @param {EventFrame} event */
	take(event) {
		if (event.seq <= this.seq)
			return false;
		this.seq = event.seq;
		if (this.is_catching_up && this.resumed)
			this.resumed = {...this.resumed, events: this.resumed.events + 1};
		if (event.incident)
			this.put(event.incident);
		if (event.unit)
			this.units.set(event.unit.id, {...this.units.get(event.unit.id), ...event.unit});
		return true;
	}

	/** @param {Incident} incident */
	put(incident) {
		const known = this.incidents.get(incident.id) ?? this.gone.get(incident.id);
		if (known && known.version >= incident.version)
			return;
		if (this.is_catching_up)
			this.unseen.add(incident.id);
		if (incident.status === "closed" || !this.is_ours(incident)) {
			this.let_go(incident);
			return;
		}
		this.gone.delete(incident.id);
		this.incidents.set(incident.id, incident);
	}

	/** @param {Incident} incident */
	let_go(incident) {
		this.incidents.delete(incident.id);
		this.unseen.delete(incident.id);
		this.gone.delete(incident.id);
		this.gone.set(incident.id, incident);
		for (const id of this.gone.keys()) {
			if (this.gone.size <= gone_max)
				break;
			this.gone.delete(id);
		}
	}
}
