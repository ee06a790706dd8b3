/* What the panes share: the model and what is derived from it, what is selected, what is open.
 *
 * Frames change the model and then `revision`; everything shown is computed from signals, and
 * drawn at most once per frame of the screen. */
import {batch, computed, signal} from "@preact/signals";
import {Actions} from "../core/actions.js";
import {alarms as find_alarms} from "../core/alarm.js";
import {fold, unfolded} from "../core/fold.js";
import {Model} from "../core/model.js";
import {counts, filtered, in_order, no_filter} from "../core/queue.js";
import {BridgeClock} from "../core/time.js";
import {command_line_of} from "./command.js";
import {row_words} from "./words.js";

/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").Frame} Frame */
/** @typedef {import("../core/types.js").EventFrame} EventFrame */
/** @typedef {import("../core/stream.js").Link} Link */
/** @typedef {import("../core/queue.js").Filter} Filter */
/** @typedef {import("../core/desk.js").Desk} Desk */
/** @typedef {import("../core/actions.js").Command} Command */
/** @typedef {{kind: "note" | "close" | "place" | "split" | "unfold" | "command", incident: Incident | null, outcome?: string, report?: string}} Prompt */
/** @typedef {{command_id: string, incident_id: string, action: string, fields: Record<string, any>, after: Incident | null}} Undo
 * after: as our decision left it, once it is true; what others decide later is not undone by us */

const revise_every_ms = 60;

export class App {
	/** @param {Desk} desk @param {import("../core/types.js").Clock} clock */
	constructor(desk, clock) {
		this.desk = desk;
		this.clock = clock;
		this.bridge_clock = new BridgeClock(clock.now);
		this.model = new Model((incident) => desk.concerns(incident));
		/** @type {import("../core/stream.js").Stream | null} */
		this.stream = null;
		this.actions = new Actions({
			send: (frame) => this.stream?.send(frame) ?? false,
			is_live: () => this.is_live.peek(),
			find: (id) => this.model.find(id),
			changed: () => this.revision.value++,
			clock, new_id: () => crypto.randomUUID(), who: desk.me.user,
		});
		/** Told each event that was new. @type {(event: EventFrame) => void} */
		this.on_event = () => {};

		this.revision = signal(0);
		this.revised_at = 0;
		this.is_revising = false;
		this.now = signal(clock.now());
		this.link = signal(/** @type {Link} */ ({phase: "first", heard_at: 0, since: clock.now(), tries: 0, retry_at: 0}));
		this.selected = signal(/** @type {string | null} */ (null));
		this.filter = signal(/** @type {Filter} */ (no_filter));
		this.prompt = signal(/** @type {Prompt | null} */ (null));
		/** Grows with what the bridge says of the command line. */
		this.said = signal(0);
		this.command_line = command_line_of(this);
		/** What the last key could not do, and why: a key of the words; or what the bridge has done. */
		this.notice = signal("");
		this.dialog = signal(/** @type {"help" | "settings" | "correct" | "merge" | null} */ (null));
		/** What a dialog is about, as it was when it opened. */
		this.corrected = signal(/** @type {Incident | null} */ (null));
		this.compared = signal(/** @type {{incident: Incident, list: import("../core/alike.js").Alike[], at: number} | null} */ (null));
		this.undo = signal(/** @type {Undo | null} */ (null));
		/** The last that went into another. */
		this.moved = signal(/** @type {{incident: Incident, by: string, at: number} | null} */ (null));
		this.open_cards = signal(/** @type {Set<string>} */ (new Set()));
		this.first_in_sight = signal(0);
		this.sound = signal({is_ready: false, is_there: true});
		/** What went wrong in these scripts, "" while nothing has. */
		this.fault = signal("");
		/* Given by those who can: speaker.js, main.js. */
		this.unblock_sound = () => {};
		this.sound_test = () => {};
		this.set_volume = () => {};
		this.leave = () => {};

		this.is_live = computed(() => ["live", "late"].includes(this.link.value.phase));
		this.has_data = computed(() => this.revision.value >= 0 && this.model.loads > 0);
		this.is_frozen = computed(() => this.has_data.value && !this.is_live.value);
		/** The time of what is shown: it stands when the data stand. */
		this.shown_now = computed(() => this.is_frozen.value
			? this.link.value.heard_at + this.bridge_clock.ahead : this.now.value);
		this.incidents = computed(() => {
			void this.revision.value;
			const all = [...this.model.incidents.values()];
			return this.actions.commands.size === 0 ? all : all.map((incident) => this.actions.shown(incident));
		});
		this.ordered = computed(() => in_order(this.incidents.value, desk));
		this.folded = computed(() => fold(filtered(this.ordered.value, this.filter.value, desk, (incident) => row_words(incident, desk))));
		this.rows = computed(() => unfolded(this.folded.value, this.open_cards.value, this.selected.value));
		this.counts = computed(() => counts(this.incidents.value, desk));
		this.alarms = computed(() => find_alarms(this.incidents.value, desk, this.now.value));
		this.current = computed(() => {
			void this.revision.value;
			const incident = this.model.find(this.selected.value);
			return incident ? this.actions.shown(incident) : null;
		});
	}

	/** @param {Frame} frame */
	hear(frame) {
		batch(() => {
			if (frame.type === "tick")
				this.bridge_clock.hear(frame.time);
			if (frame.type === "result") {
				if (!this.command_line.hear(frame))
					this.actions.answer(frame);
				return;
			}
			const fresh = this.model.apply(frame);
			this.actions.settle();
			if (frame.type !== "tick")
				this.revise();
			fresh.forEach((event) => {
				this.follow(event);
				this.on_event(event);
			});
		});
	}

	/** @param {EventFrame} event */
	follow(event) {
		const undo = this.undo.peek(), {incident} = event;
		if (undo && event.command_id === undo.command_id && incident?.id === undo.incident_id)
			this.undo.value = {...undo, after: incident};
		if (incident?.merged_into && event.action === "merge")
			this.moved.value = {incident, by: event.by ?? "", at: this.clock.now()};
	}

	/** Everything shown is worked out anew: at once when little happens, else so many times a second
	 * and no more. */
	revise() {
		const now = this.clock.now(), wait = this.revised_at + revise_every_ms - now;
		if (this.is_revising)
			return;
		if (wait <= 0) {
			this.revised_at = now;
			this.revision.value++;
			return;
		}
		this.is_revising = true;
		this.clock.later(wait, () => {
			this.is_revising = false;
			this.revised_at = this.clock.now();
			this.revision.value++;
		});
	}

	/** @param {Link} link */
	hear_link(link) {
		batch(() => {
			const was_live = this.is_live.peek();
			this.link.value = link;
			if (was_live && !this.is_live.peek())
				this.model.lose();
			if (!was_live && this.is_live.peek()) {
				this.notice.value = "";
				this.actions.resume();
				this.command_line.resume();
			}
		});
	}

	/** @param {string | null} id */
	select(id) {
		batch(() => {
			this.selected.value = id;
			if (id && this.model.unseen.delete(id))
				this.revision.value++;
		});
	}

	/** @param {(at: number, last: number) => number} where */
	move(where) {
		const rows = this.rows.peek();
		const at = rows.findIndex((row) => row.id === this.selected.peek());
		if (rows.length > 0)
			this.select(rows[Math.min(rows.length - 1, Math.max(0, where(at, rows.length - 1)))].id);
	}

	/** Takes it in the name of this desk's agency, or the first that waits.
	 * @param {Incident} incident */
	take(incident) {
		const agency = this.desk.agency_to_take(incident);
		if (agency && this.desk.allows(incident, "acknowledge"))
			this.act(incident, "acknowledge", {agency});
	}

	/** @param {Incident} incident as the person saw it when beginning: what has changed since then is
	 * for the bridge to refuse @param {string} action @param {Record<string, any>} [fields] @returns {Command | null} */
	act(incident, action, fields) {
		const command = this.actions.act(incident, action, fields);
		this.undo.value = null;
		if (!command)
			this.notice.value = "act.no_link";
		return command;
	}

	/** What takes back a decision, until the next one. @param {Command} command @param {string} action
	 * @param {Record<string, any>} fields @param {{id: string}} [on] another incident than that of the decision */
	offer_undo({id, incident_id}, action, fields, on) {
		this.undo.value = {command_id: id, incident_id: on?.id ?? incident_id, action, fields, after: null};
	}

	take_back() {
		const undo = this.undo.peek();
		if (undo?.after)
			this.act(undo.after, undo.action, undo.fields);
	}

	/** @param {boolean} is_open */
	open_card(is_open) {
		const id = this.selected.peek(), {inside} = this.folded.peek();
		if (!id)
			return;
		const card = inside.has(id) ? id : [...inside].find(([, all]) => all.some((one) => one.id === id))?.[0];
		if (!card)
			return;
		const open = new Set(this.open_cards.peek());
		open[is_open ? "add" : "delete"](card);
		batch(() => {
			if (!is_open)
				this.select(card);
			this.open_cards.value = open;
		});
	}
}
