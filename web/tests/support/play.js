/* What the tests of core/ play with: a clock that is moved by hand, a socket that is a list, a
 * city whose log is made up, and random numbers that are the same in every run. */

export class Clock {
	constructor() {
		this.t = 1_000_000;
		/** @type {{at: number, run: () => void}[]} */
		this.timers = [];
		this.now = () => this.t;
		this.later = (ms, run) => {
			const timer = {at: this.t + ms, run};
			this.timers.push(timer);
			return timer;
		};
		this.cancel = (timer) => {
			this.timers = this.timers.filter((one) => one !== timer);
		};
	}

	/** Goes on, and calls what falls due on the way, in order. */
	pass(ms) {
		const end = this.t + ms;
		for (;;) {
			const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
			if (!next)
				break;
			this.cancel(next);
			this.t = Math.max(this.t, next.at);
			next.run();
		}
		this.t = end;
	}
}

export class Socket {
	constructor() {
		this.readyState = 0;
		this.sent = [];
		this.is_closed_by_us = false;
	}

	send(text) {
		this.sent.push(JSON.parse(text));
	}

	close() {
		this.readyState = 3;
		this.is_closed_by_us = true;
	}

	open() {
		this.readyState = 1;
		this.onopen?.();
	}

	say(frame) {
		this.onmessage?.({data: JSON.stringify(frame)});
	}

	cut() {
		this.readyState = 3;
		this.onclose?.();
	}
}

/** mulberry32. */
export function dice(seed) {
	let a = seed;
	return () => {
		a = (a + 0x6d2b79f5) | 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const base = Date.parse("2026-11-23T04:00:00.000Z");

export function incident(no, change = {}) {
	return {
		id: `I-${no}`, no, version: 1, status: "new", disposition: "emergency", priority: 1, category: "fire_building",
		agencies: ["fire"], confidence: 0.98, because: [], source: "lapor-web", kind: null, anonymity: "public",
		tracking_id: `${7000000 + no}`, report_count: 1, reports: [], exercise: false, text: "", closed_at: null, outcome: null,
		location: {lat: null, lon: null, accuracy_m: null, area: null, area_name: "Kesambi", place: null, from: "text"},
		opened_at: new Date(base + no * 1000).toISOString(), updated_at: new Date(base + no * 1000).toISOString(),
		assignments: [{agency: "fire", state: "pending", since: new Date(base).toISOString(), by: null, units: []}],
		...change,
	};
}

/** A log of made-up events, and what a bridge would say to one who asks. */
export class City {
	constructor(random, epoch = "one") {
		this.random = random;
		this.epoch = epoch;
		this.log = [];
		this.now = new Map();
	}

	get head() {
		return this.log.length;
	}

	happen() {
		const live = [...this.now.values()].filter((one) => one.status !== "closed");
		const roll = this.random();
		if (live.length === 0 || roll < 0.35)
			return this.write("incident.created", incident(this.now.size + 1, {priority: 1 + Math.floor(this.random() * 4)}));
		const one = live[Math.floor(this.random() * live.length)];
		const next = {...one, version: one.version + 1};
		if (roll < 0.5)
			return this.write("incident.closed", {...next, status: "closed", outcome: "resolved"});
		return this.write("incident.updated", {...next, priority: 1 + Math.floor(this.random() * 4), status: "active"});
	}

	write(event, state) {
		this.now.set(state.id, state);
		this.log.push({type: "event", seq: this.log.length + 1, time: state.updated_at, event, incident: state});
	}

	/** As of the number that is said, but some rows were read later, as the bridge reads them. */
	snapshot(seq = this.head) {
		const rows = new Map();
		for (const event of this.log)
			if (event.seq <= seq || this.random() < 0.5)
				rows.set(event.incident.id, event.incident);
		const latest = [...rows.values()].map((row) => this.random() < 0.5 ? this.now.get(row.id) : row);
		return {type: "snapshot", seq, epoch: this.epoch, units: [], incidents: latest.filter((row) => row.status !== "closed")};
	}

	live() {
		return new Map([...this.now].filter(([, one]) => one.status !== "closed"));
	}
}

export const me = {
	user: "budi", role: "dispatcher", agency: "fire", rights: ["watch", "act"], acts_for: ["fire"], csrf: "x", city: "cirebon",
};

export const workflow = {
	incident: {
		new: ["acknowledge", "note", "reclassify", "relocate", "close"],
		active: ["acknowledge", "note", "reclassify", "relocate", "close"], closed: ["note", "reopen"],
	},
	closed_part: ["note", "reclassify", "relocate", "reopen"],
	outcomes: ["resolved", "prank"],
};

export const categories = [
	{id: "fire_building", name_id: "Kebakaran bangunan", name_en: "Building fire", lead: ["fire"], target_min: 15},
	{id: "crime_theft", name_id: "Pencurian", lead: ["police"], target_min: null},
];
