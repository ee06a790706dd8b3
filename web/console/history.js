/* What is known of the selected incident beyond its state: its timeline, kept up from the stream
 * so that it is never older than the rest, and for those who see calls the caller's card. Asked
 * for once when it is selected. */
import {b, div, span} from "../view/el.js";
import {signal} from "@preact/signals";
import {current_language, t} from "../core/text.js";
import {moment_text} from "../core/time.js";
import {get} from "../core/session.js";
import {event_words} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").EventFrame} EventFrame */
/** @typedef {import("../core/types.js").Card} Card */
/** @typedef {{id: string, events: EventFrame[], card: Card | null, state: "asked" | "here" | "failed"}} History */

const history = signal(/** @type {History | null} */ (null));

/** By number, each once. @param {EventFrame[]} one @param {EventFrame[]} other */
export function merged(one, other) {
	const all = new Map([...one, ...other].map((event) => [event.seq, event]));
	return [...all.values()].sort((a, b) => a.seq - b.seq);
}

/** @param {string | null} id */
export async function ask_history(id) {
	if (!id || history.peek()?.id === id)
		return;
	history.value = {id, events: [], card: null, state: "asked"};
	try {
		const whole = await get(`/v1/incidents/${encodeURIComponent(id)}`);
		const now = history.peek();
		if (now?.id === id)
			history.value = {id, events: merged(whole.timeline ?? [], now.events), card: whole.card ?? null, state: "here"};
	} catch {
		const now = history.peek();
		if (now?.id === id)
			history.value = {...now, state: "failed"};
	}
}

/** @param {EventFrame} event */
export function keep_history(event) {
	const now = history.peek();
	if (now && event.incident?.id === now.id)
		history.value = {...now, events: merged(now.events, [event])};
}

/** @param {Incident} incident */
export const card_of = ({id}) => history.value?.id === id ? history.value.card : null;

/** What others have done since somebody saw it like this, the newest first. @param {Incident} seen
 * @param {import("../core/desk.js").Desk} desk */
export function since({id, updated_at}, desk) {
	const now = history.value;
	const later = now?.id === id ? now.events.filter((event) => Date.parse(event.time) > Date.parse(updated_at)) : [];
	return later.reverse().slice(0, 3).map((event) =>
		`${event_words(event, desk)}${event.note ? ` “${event.note}”` : ""}${event.by ? ` (${event.by})` : ""}`).join(" · ");
}

/** After a gap some of it may be missing: it is asked for again. */
export function refresh_history() {
	const id = history.peek()?.id ?? null;
	history.value = null;
	void ask_history(id);
}

/** @param {App} app @param {Incident} incident */
export function history_of(app, incident) {
	const now = history.value;
	const waiting = app.actions.of(incident.id).filter((command) => command.action === "note" && command.state !== "refused");
	const newest_first = now?.id === incident.id ? [...now.events].reverse() : [];
	return div({class: "history"},
		waiting.map((command) => div({class: "entry under-way", key: command.id},
			span({class: "when"}, t("act.sending")), span(null, `“${command.fields.note}”`))),
		newest_first.map((event) => div({class: "entry", key: event.seq},
			span({class: "when"}, moment_text(Date.parse(event.time), app.now.value, current_language())),
			span(null, b({class: "did"}, event_words(event, app.desk)),
				event.note ? ` “${event.note}”` : "", event.by ? span({class: "sub"}, ` (${event.by})`) : null))),
		now?.state === "asked" ? div({class: "entry sub"}, t("history.asked")) : null,
		now?.state === "failed" ? div({class: "entry sub"}, t("history.failed")) : null);
}
