/* The line to the bridge, and what may be believed while it is as it is.
 *
 * The happy path: connect, subscribe from where the model stands, hear `subscribed`, then events
 * or a snapshot, and a tick every 2 s. A socket that is cut is opened again from the same place;
 * one that is open and silent is not believed: after 5 s the link is late, after 10 s it is
 * frozen, given up and opened anew. A browser does not say why an upgrade was refused, so a try
 * that never opened asks on_refused whether the session still holds. No DOM. */

/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").Clock} Clock */
/**
 * @typedef {object} Link
 * @property {"first" | "live" | "late" | "frozen" | "ended"} phase first: nothing was ever heard
 * @property {number} heard_at of the last frame, by the clock; 0: never
 * @property {number} since when this phase began
 * @property {number} tries since the line was lost
 * @property {number} retry_at of the next one; 0: one is under way
 */
/**
 * @typedef {object} Socket what of WebSocket is used
 * @property {((event: any) => void) | null} onopen @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose @property {((event: any) => void) | null} onerror
 * @property {number} readyState @property {(text: string) => void} send
 * @property {(code?: number) => void} close
 */
/**
 * @typedef {object} Wiring
 * @property {() => Socket} connect @property {Clock} clock @property {() => number} random
 * @property {() => {after: number, epoch: string} | null} place where to go on from
 * @property {(frame: Frame) => void} on_frame @property {(link: Link) => void} on_link
 * @property {() => void} on_refused
 */

export const late_ms = 5000;
export const frozen_ms = 10000;
const look_ms = 500;
const retries_ms = [100, 500, 1000, 2000, 4000];
const OPEN = 1;

export class Stream {
	/** @param {Wiring} wiring */
	constructor(wiring) {
		this.wiring = wiring;
		/** @type {Link} */
		this.link = {phase: "first", heard_at: 0, since: wiring.clock.now(), tries: 0, retry_at: 0};
		/** @type {Socket | null} */
		this.socket = null;
		this.looked_at = wiring.clock.now();
		this.retry = null;
		this.watch = wiring.clock.later(look_ms, () => this.look());
		this.open();
	}

	/** @param {Partial<Link>} change */
	say(change) {
		const next = {...this.link, ...change};
		if (change.phase && change.phase !== this.link.phase)
			next.since = this.wiring.clock.now();
		this.link = next;
		this.wiring.on_link(next);
	}

	open() {
		const socket = this.wiring.connect();
		let opened = false;
		this.socket = socket;
		this.opened_at = this.wiring.clock.now();
		socket.onopen = () => {
			opened = true;
			this.send({type: "subscribe", ...this.wiring.place()});
		};
		socket.onmessage = (event) => this.hear(JSON.parse(event.data));
		socket.onerror = null;
		socket.onclose = () => {
			if (!opened)
				this.wiring.on_refused();
			this.lost();
		};
		this.say({retry_at: 0});
	}

	/** @param {Frame} frame */
	hear(frame) {
		const is_here = frame.type === "snapshot" || (frame.type === "subscribed" && frame.recovered);
		this.link.heard_at = this.wiring.clock.now();
		this.wiring.on_frame(frame);
		if (is_here || this.link.phase === "late")
			this.say({phase: "live", tries: 0});
	}

	/** The socket is no more, or is not believed any more. */
	lost() {
		this.drop();
		const wait = retries_ms[Math.min(this.link.tries, retries_ms.length - 1)] * (0.75 + this.wiring.random() / 2);
		this.say({
			phase: this.link.phase === "first" ? "first" : "frozen",
			tries: this.link.tries + 1,
			retry_at: this.wiring.clock.now() + wait,
		});
		this.retry = this.wiring.clock.later(wait, () => this.open());
	}

	drop() {
		const socket = this.socket;
		this.socket = null;
		this.wiring.clock.cancel(this.retry);
		if (!socket)
			return;
		socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
		socket.close();
	}

	/** How long nothing was heard. After a pause of our own (a sleeping machine, a held timer)
	 * what came meanwhile is still to be read, so that look judges nothing. */
	look() {
		const now = this.wiring.clock.now();
		const was_held = now - this.looked_at > 4 * look_ms;
		this.looked_at = now;
		this.watch = this.wiring.clock.later(look_ms, () => this.look());
		if (!this.socket || was_held)
			return;
		const silent = now - Math.max(this.link.heard_at, this.opened_at ?? 0);
		if (silent >= frozen_ms)
			this.lost();
		else if (now - this.link.heard_at >= late_ms && this.link.phase === "live")
			this.say({phase: "late"});
	}

	/** True: it was given to the socket. @param {object} frame */
	send(frame) {
		if (!this.socket || this.socket.readyState !== OPEN)
			return false;
		this.socket.send(JSON.stringify(frame));
		return true;
	}

	/** Do not wait for the next try: the network is said to be back, or a person asks. */
	hurry() {
		if (this.socket || this.link.phase === "ended")
			return;
		this.wiring.clock.cancel(this.retry);
		this.open();
	}

	end() {
		this.drop();
		this.wiring.clock.cancel(this.watch);
		this.say({phase: "ended"});
	}
}
