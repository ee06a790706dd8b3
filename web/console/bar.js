/* The bottom line: which keys there are, and, when one needs more words, the place for them.
 * Nothing opens over the panes. */
import {useLayoutEffect, useRef} from "preact/hooks";
import {b, button, footer, form, input, kbd, label, span, draw, cls} from "../view/el.js";
import {t} from "../core/text.js";
import {is_legal, whole_of} from "./legal.js";
import {Command} from "./command.js";
import {candidates_of, take_candidate} from "./place.js";
import {further_reports, words_of} from "./reports.js";
import {number_of, number_text_of, kind_of, place_of, word} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Prompt} Prompt */

/** Key, what it does, and what that is called where an incident is part of another. @type {[string, string, string?][]} */
const hints = [["j k", "key.move"], ["→ ←", "key.card"], ["a", "verb.acknowledge"], ["n", "verb.note"], ["p", "verb.reclassify"], ["g", "verb.merge", "key.whole"],
	["l", "key.place"], ["e", "verb.split"], ["x", "verb.close"], ["o", "verb.reopen"], ["r", "act.again"], ["f", "key.filter"], ["/", "key.command"], ["?", "key.help"]];

/** Only those that do something here and now. @param {App} app */
function hints_of(app) {
	const incident = app.current.value, whole = incident && whole_of(incident);
	const does = (/** @type {string} */ key) => key === "j k" ? app.rows.value.length > 1
		: key === "→ ←" ? Boolean(incident && (app.folded.value.inside.has(incident.id) || incident.folded_into)) : is_legal(app, key);
	return hints.filter(([key]) => does(key)).map(([key, name, in_whole]) => span({class: "hint", key}, kbd(null, key), ` ${t(whole && in_whole || name)}`));
}

export const priorities = [1, 2, 3, 4];

/** @param {App} app */
export function end_prompt(app) {
	app.prompt.value = null;
	document.querySelector(/** @type {"div"} */ (".grid"))?.focus();
}

/** @param {App} app @param {import("./place.js").Pointed} candidate */
export function choose_place(app, candidate) {
	const incident = app.prompt.peek()?.incident;
	end_prompt(app);
	if (incident)
		take_candidate(app, incident, candidate);
}

/** @param {App} app @param {string} report */
export function choose_report(app, report) {
	const prompt = app.prompt.peek();
	if (prompt)
		app.prompt.value = {...prompt, report};
}

/** What taking out means stands there before. @param {App} app @param {Prompt} prompt */
function take_out(app, {incident, kind, report}) {
	end_prompt(app);
	if (!incident)
		return;
	if (kind === "unfold")
		app.act(incident, "unfold");
	else
		app.act(incident, "split", {reports: [report]});
}

/** @param {App} app @param {string} outcome */
export function choose_outcome(app, outcome) {
	const prompt = app.prompt.peek();
	if (prompt)
		app.prompt.value = {...prompt, outcome};
}

/** @param {App} app @param {Prompt} prompt @param {string} words */
function send(app, prompt, words) {
	const note = words.trim();
	if (prompt.kind === "note" && note === "")
		return;
	end_prompt(app);
	if (!prompt.incident)
		return;
	if (prompt.kind === "note")
		app.act(prompt.incident, "note", {note});
	else
		app.act(prompt.incident, "close", {outcome: prompt.outcome, ...(note ? {note} : {})});
}

/** One line of words. @param {{app: App, prompt: Prompt, title: string, hint: string}} props */
function Words({app, prompt, title, hint}) {
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	useLayoutEffect(() => {
		// One question may follow another before a frame is drawn: then this is still its field.
		if (field.current)
			field.current.value = "";
		field.current?.focus();
	}, [prompt]);
	return form({class: "words", onSubmit: (/** @type {Event} */ event) => {
		event.preventDefault();
		send(app, prompt, field.current?.value ?? "");
	}},
	label({for: "words"}, title), input({id: "words", ref: field, class: "field", autocomplete: "off", maxLength: 1000}),
	span({class: "hint"}, kbd(null, "Enter"), ` ${hint} `, kbd(null, "Esc"), ` ${t("key.cancel")}`));
}

/** One thing, done with Enter. @param {{title: string, verb: string, run: () => void}} props */
function Confirm({title, verb, run}) {
	const sure = useRef(/** @type {HTMLButtonElement | null} */ (null));
	useLayoutEffect(() => sure.current?.focus(), []);
	return [span({class: "ask"}, title), button({class: "button main", ref: sure, onClick: run}, verb, kbd(null, "Enter")),
		span({class: "hint"}, kbd(null, "Esc"), ` ${t("key.cancel")}`)];
}

/** @param {string} title @param {{name: string, sign: any, run: () => void}[]} choices */
function choice(title, choices) {
	return [span({class: "ask"}, title), choices.map(({name, sign, run}, i) =>
		button({class: "button", onClick: run, key: name}, kbd(null, i + 1), sign, name)),
	span({class: "hint"}, kbd(null, "Esc"), ` ${t("key.cancel")}`)];
}

/** @param {App} app @param {Prompt} prompt */
function asked(app, prompt) {
	const no = prompt.incident ? number_of(prompt.incident) : "";
	const about = prompt.incident ? `${no} ${kind_of(prompt.incident, app.desk)}, ${place_of(prompt.incident)}` : "";
	switch (prompt.kind) {
	case "place":
		return choice(t("ask.place", {no}), (prompt.incident ? candidates_of(prompt.incident) : []).map((candidate) => ({
			name: candidate.place, sign: null, run: () => choose_place(app, candidate)})));
	case "split":
		return prompt.report
			? draw(Confirm, {title: t("ask.split_sure", {no, words: words_of(prompt.report)}), verb: t("verb.split"), run: () => take_out(app, prompt)})
			: choice(t("ask.split", {no}), (prompt.incident ? further_reports(prompt.incident) : []).map((report) => ({
				name: words_of(report), sign: null, run: () => choose_report(app, report)})));
	case "unfold":
		return draw(Confirm, {title: t("ask.unfold", {no, card: number_text_of(prompt.incident?.folded_into?.no ?? 0)}), verb: t("verb.unfold"), run: () => take_out(app, prompt)});
	case "close":
		return prompt.outcome
			? draw(Words, {app, prompt, title: t("ask.close_note", {no, outcome: word("outcome", prompt.outcome)}), hint: t("verb.close")})
			: choice(t("ask.close", {no}), app.desk.workflow.outcomes.map((outcome) => ({
				name: word("outcome", outcome), sign: null, run: () => choose_outcome(app, outcome)})));
	case "note":
		return draw(Words, {app, prompt, title: t("ask.note", {no}), hint: t("ask.note_hint", {about})});
	default:
		return draw(Command, {app});
	}
}

/** What was decided last, and that it can be taken back. @param {{app: App}} props */
function Done({app}) {
	const undo = app.undo.value, incident = undo?.after;
	return undo && incident ? button({class: "plain done", onClick: () => app.take_back()},
		span({class: "sub"}, t(`done.${undo.action}`, {no: number_of(incident)})), ` ${t("verb.undo")}`, kbd(null, "u")) : null;
}

/** @param {{app: App}} props */
export function Bar({app}) {
	const prompt = app.prompt.value;
	return footer({class: cls("bar", prompt && "asking")},
		prompt ? asked(app, prompt)
			: app.notice.value ? span({class: "ask", role: "alert"}, b(null, t(app.notice.value)))
				: [hints_of(app), draw(Done, {app})]);
}
