/* The bottom line: which keys there are, and, when one needs more words, the place for them.
 * Nothing opens over the panes. */
import {useLayoutEffect, useRef} from "preact/hooks";
import {b, button, footer, form, input, kbd, label, span, draw, cls} from "../view/el.js";
import {priority_sign} from "../view/symbols.js";
import {t} from "../core/text.js";
import {number_of, kind_of, place_of, word} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").Prompt} Prompt */

const hints = [["j k", "key.move"], ["a", "verb.acknowledge"], ["n", "verb.note"], ["p", "verb.reclassify"], ["x", "verb.close"],
	["f", "key.filter"], ["/", "key.find"], ["?", "key.help"]];

export const priorities = [1, 2, 3, 4];

/** @param {App} app */
export function end_prompt(app) {
	app.prompt.value = null;
	document.querySelector(/** @type {"div"} */ (".grid"))?.focus();
}

/** @param {App} app @param {number} priority */
export function choose_priority(app, priority) {
	const incident = app.prompt.peek()?.incident;
	end_prompt(app);
	if (incident)
		app.act(incident, "reclassify", {priority});
}

/** @param {App} app @param {string} outcome */
export function choose_outcome(app, outcome) {
	const prompt = app.prompt.peek();
	if (prompt)
		app.prompt.value = {...prompt, outcome};
}

/** @param {App} app @param {string} words */
function find(app, words) {
	const number = Number(words.replace(/^0+/, ""));
	const found = app.incidents.peek().find((incident) => incident.no === number);
	end_prompt(app);
	if (found)
		app.select(found.id);
	else if (words.trim() !== "")
		app.filter.value = {show: "all", words};
}

/** @param {App} app @param {Prompt} prompt @param {string} words */
function send(app, prompt, words) {
	const note = words.trim();
	if (prompt.kind === "find")
		return find(app, note);
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
	case "priority":
		return choice(t("ask.priority", {no}), priorities.map((priority) => ({
			name: t(`priority.${priority}`), sign: priority_sign(priority, 18), run: () => choose_priority(app, priority)})));
	case "close":
		return prompt.outcome
			? draw(Words, {app, prompt, title: t("ask.close_note", {no, outcome: word("outcome", prompt.outcome)}), hint: t("verb.close")})
			: choice(t("ask.close", {no}), app.desk.workflow.outcomes.map((outcome) => ({
				name: word("outcome", outcome), sign: null, run: () => choose_outcome(app, outcome)})));
	case "note":
		return draw(Words, {app, prompt, title: t("ask.note", {no}), hint: t("ask.note_hint", {about})});
	default:
		return draw(Words, {app, prompt, title: t("ask.find"), hint: t("ask.find_hint")});
	}
}

/** @param {{app: App}} props */
export function Bar({app}) {
	const prompt = app.prompt.value;
	return footer({class: cls("bar", prompt && "asking")},
		prompt ? asked(app, prompt)
			: app.notice.value ? span({class: "ask", role: "alert"}, b(null, t(app.notice.value)))
				: hints.map(([key, name]) => span({class: "hint", key}, kbd(null, key), ` ${t(name)}`)));
}
