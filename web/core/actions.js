/* What a person decides, from the key to the bridge's word.
 *
 * The happy path: act() shows the change at once (dotted, until it is true), sends the command
 * with an id of its own, and forgets it when the result is here and the model has caught up.
 * Refused, it stays as such with what the bridge says, until the person sends it again or gives
 * it up: the old state is back the moment it is refused. A command that was on its way when the
 * line was lost is sent again under the same id, which the bridge takes for the same command;
 * after a minute a person is asked instead. While the line is down nothing is taken in but
 * notes, which wait. No DOM. */

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./types.js").Clock} Clock */
/** @typedef {import("./types.js").ResultFrame} ResultFrame */
/**
 * @typedef {object} Command
 * @property {string} id @property {string} incident_id @property {string} action
 * @property {Record<string, any>} fields @property {Incident} before what the person saw
 * @property {number} at
 * @property {"waiting" | "sent" | "done" | "refused" | "unsure"} state
 * @property {number} version of the incident after it; 0: not known yet
 * @property {Problem | null} problem @property {Incident | null} current
 */
/**
 * @typedef {object} Way
 * @property {(frame: object) => boolean} send @property {() => boolean} is_live
 * @property {Clock} clock @property {() => string} new_id @property {string} who
 * @property {(id: string) => Incident | undefined} find @property {() => void} changed
 */

const resend_within_ms = 60000;

/* Decisions that rest on what was seen: another version in between, and they are asked again.
 * Taking, and adding words, are right whatever happened meanwhile. */
const needs_version = new Set(["close", "reclassify", "relocate", "reopen", "merge", "split"]);

export class Actions {
	/** @param {Way} way */
	constructor(way) {
		this.way = way;
		/** @type {Map<string, Command>} */
		this.commands = new Map();
	}

	/** @param {Incident} incident @param {string} action @param {Record<string, any>} [fields]
	 * @returns {Command | null} null: the line is down and this cannot wait */
	act(incident, action, fields = {}) {
		if (!this.way.is_live() && action !== "note")
			return null;
		/** @type {Command} */
		const command = {
			id: this.way.new_id(), incident_id: incident.id, action, fields, before: incident,
			at: this.way.clock.now(), state: "waiting", version: 0, problem: null, current: null,
		};
		this.commands.set(command.id, command);
		this.transmit(command);
		this.way.changed();
		return command;
	}

	/** @param {Command} command */
	transmit(command) {
		const version = needs_version.has(command.action) ? {expected_version: command.before.version} : {};
		const is_sent = this.way.is_live() && this.way.send({
			type: "action", command_id: command.id, incident_id: command.incident_id,
			action: command.action, ...version, ...command.fields,
		});
		this.change(command, {state: is_sent ? "sent" : "waiting"});
	}

	/** @param {Command} command @param {Partial<Command>} fields */
	change(command, fields) {
		this.commands.set(command.id, {...command, ...fields});
	}

	/** @param {ResultFrame} result */
	answer(result) {
		const command = this.commands.get(result.command_id);
		if (!command)
			return;
		if (result.ok) {
			this.change(command, {state: "done", version: result.version ?? 0});
			this.settle();
		} else {
			const problem = result.problem ?? {status: 0};
			this.change(command, {state: "refused", problem, current: result.incident ?? problem.incident ?? null});
		}
		this.way.changed();
	}

	/** Forgets what the model shows by now. */
	settle() {
		for (const command of this.commands.values()) {
			const incident = this.way.find(command.incident_id);
			if (command.state === "done" && (!incident || incident.version >= command.version))
				this.commands.delete(command.id);
		}
	}

	/** The line is back: what waited is sent, what was on its way is sent again. */
	resume() {
		for (const command of this.commands.values()) {
			if (command.state !== "waiting" && command.state !== "sent")
				continue;
			if (command.action === "note" || this.way.clock.now() - command.at < resend_within_ms)
				this.transmit(command);
			else
				this.change(command, {state: "unsure"});
		}
		this.way.changed();
	}

	/** Once more, on what is seen now. @param {Command} command */
	again(command) {
		const incident = this.way.find(command.incident_id) ?? command.current;
		this.give_up(command);
		return incident ? this.act(incident, command.action, command.fields) : null;
	}

	/** @param {Command} command */
	give_up(command) {
		this.commands.delete(command.id);
		this.way.changed();
	}

	/** @param {string} incident_id */
	of(incident_id) {
		return [...this.commands.values()].filter((command) => command.incident_id === incident_id);
	}

	get waiting() {
		return [...this.commands.values()].filter((command) => command.state === "waiting").length;
	}

	/** The incident as it will be when what is under way is true. @param {Incident} incident */
	shown(incident) {
		let shown = incident;
		for (const command of this.of(incident.id))
			if ((command.state === "sent" || command.state === "done") && command.version !== incident.version)
				shown = after(shown, command, this.way.who);
		return shown;
	}
}

/** @param {Incident} incident @param {Command} command @param {string} who @returns {Incident} */
function after(incident, {action, fields, at}, who) {
	const since = new Date(at).toISOString();
	switch (action) {
	case "acknowledge":
		return {
			...incident, status: "active",
			assignments: incident.assignments.map((part) => part.agency === fields.agency && part.state === "pending"
				? {...part, state: "acknowledged", by: who, since} : part),
		};
	case "reclassify":
		return {...incident, priority: fields.priority ?? incident.priority, category: fields.category ?? incident.category,
			agencies: fields.agencies ?? incident.agencies};
	default:
		return incident;
	}
}
