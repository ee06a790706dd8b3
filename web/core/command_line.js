/* The command line as it is typed: what the bridge says it would do, and that it be done.
 *
 * The happy path: each change of the line is asked as a dry run under an id of its own; only the
 * answer to the newest counts. Enter sends the line as the dry run saw it, with the version that
 * rested on, and waits for the result. Whoever is faster than the answer has pressed Enter for
 * that line: it goes when its dry run says it can. A line that was on its way when the link was
 * lost is sent again under the same id, which the bridge takes for the same command. The grammar
 * is the bridge's; only a number by itself is gone to without asking. Places are in characters, not in UTF-16. No DOM. */

/** @typedef {{id: string, en: string}} Said */
/** @typedef {{from: number, to: number, text: Said, says: Said | null}} Completion */
/** @typedef {{column: number, to: number, says: Said, remedy: Said | null}} Wrong */
/**
 * @typedef {object} Would what a dry run answers
 * @property {boolean} ok @property {Said | null} says @property {Wrong | null} error
 * @property {{incident_id: string, no: number, expected_version?: number} | null} incident
 * @property {string | null} search @property {Completion[]} completions
 */
/**
 * @typedef {object} Way
 * @property {(frame: object) => boolean} send @property {() => string} new_id @property {() => void} changed
 * @property {(words: string) => void} search @property {(says: Said | null) => void} done
 */

const history_most = 50;

export class CommandLine {
	/** @param {Way} way */
	constructor(way) {
		this.way = way;
		this.history = /** @type {string[]} */ ([]);
		this.incident_id = /** @type {string | null} the selected one */ (null);
		this.line = "";
		this.cursor = 0;
		this.asked = "";
		this.would = /** @type {Would | null} to the line as it stands */ (null);
		this.sent = /** @type {{id: string, frame: object} | null} */ (null);
		this.has_entered = false;
		this.problem = /** @type {import("./types.js").Problem | null} */ (null);
		this.tab = /** @type {{list: Completion[], at: number, line: string} | null} */ (null);
		this.recalled = 0;
	}

	/** Anew. @param {string | null} incident_id */
	open(incident_id) {
		this.incident_id = incident_id;
		this.line = "";
		this.cursor = 0;
		this.asked = "";
		this.would = this.sent = this.problem = this.tab = null;
		this.has_entered = false;
		this.recalled = this.history.length;
	}

	/** @param {string} line @param {number} cursor in characters */
	edit(line, cursor) {
		this.tab = null;
		this.change(line, cursor);
	}

	/** @param {string} line @param {number} cursor */
	change(line, cursor) {
		this.line = line;
		this.cursor = cursor;
		this.problem = null;
		this.has_entered = false;
		this.ask();
	}

	ask() {
		this.would = null;
		this.asked = this.way.new_id();
		this.way.send({type: "command", command_id: this.asked, line: this.line, cursor: this.cursor, dry_run: true,
			...(this.incident_id ? {incident_id: this.incident_id} : {})});
		this.way.changed();
	}

	/** @param {any} frame a result @returns {boolean} it was one of these lines */
	hear(frame) {
		if (frame.command_id === this.sent?.id) {
			this.hear_done(frame);
			return true;
		}
		if (frame.command_id !== this.asked)
			return "dry_run" in frame;
		this.asked = "";
		if (frame.ok || frame.dry_run)
			this.would = frame;
		else
			this.problem = frame.problem ?? {status: 0};
		if (this.has_entered)
			this.enter();
		this.way.changed();
		return true;
	}

	/** @param {any} frame */
	hear_done(frame) {
		this.sent = null;
		if (frame.ok) {
			this.finish(frame.says ?? null);
			return;
		}
		this.problem = frame.problem ?? {status: 0};
		const {problem} = this;
		this.ask(); // as it would be now
		this.problem = problem;
		this.way.changed();
	}

	/** @param {Said | null} says */
	finish(says) {
		if (this.history.at(-1) !== this.line)
			this.history = [...this.history, this.line].slice(-history_most);
		this.way.done(says);
	}

	/** Does what was said, and nothing else. */
	enter() {
		if (this.sent)
			return;
		if (/^\s*\d+\s*$/.test(this.line)) {
			this.way.search(this.line.trim()); // what is on the desk is there without the bridge
			this.finish(null);
			return;
		}
		this.has_entered = this.would === null;
		if (!this.would?.ok)
			return;
		if (this.would.search !== null) {
			this.way.search(this.would.search);
			this.finish(null);
			return;
		}
		const {incident} = this.would;
		this.problem = null;
		this.transmit({type: "command", command_id: this.way.new_id(), line: this.line,
			...(this.incident_id ? {incident_id: this.incident_id} : {}),
			...(incident?.expected_version ? {expected_version: incident.expected_version} : {})});
	}

	/** @param {{command_id: string, type: string, line: string}} frame */
	transmit(frame) {
		this.sent = {id: frame.command_id, frame};
		this.way.send(frame);
		this.way.changed();
	}

	/** The link is back: what was on its way is sent again, what was asked is asked again. */
	resume() {
		if (this.sent)
			this.way.send(this.sent.frame);
		else if (this.asked !== "")
			this.ask();
	}

	/** Tab: the first that fits, and again the next. @param {"id" | "en"} language */
	complete(language) {
		const tab = this.tab ? {...this.tab, at: (this.tab.at + 1) % this.tab.list.length}
			: this.would && this.would.completions.length > 0 ? {list: this.would.completions, at: 0, line: this.line} : null;
		if (!tab)
			return;
		const {from, to, text} = tab.list[tab.at], letters = [...tab.line];
		const before = [...letters.slice(0, from), ...text[language], ...(to >= letters.length ? " " : "")];
		this.change([...before, ...letters.slice(to)].join(""), before.length);
		this.tab = tab.list.length > 1 ? tab : null;
	}

	/** Arrow up: the one before. @param {number} step */
	recall(step) {
		const at = Math.max(0, Math.min(this.history.length, this.recalled + step));
		if (at === this.recalled)
			return;
		const line = this.history[at] ?? "";
		this.edit(line, [...line].length);
		this.recalled = at;
	}
}
