/* The command line in the bottom bar: the line, a mark under what is wrong in it, and beside it
 * in words what it would do. `/` and Ctrl+K open it, Esc closes it. The focus is set when it opens;
 * whatever arrives meanwhile draws around the field and never into it. */
import {useLayoutEffect, useRef} from "preact/hooks";
import {b, div, form, input, kbd, label, span, draw, cls} from "../view/el.js";
import {CommandLine} from "../core/command_line.js";
import {current_language, t} from "../core/text.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/command_line.js").Said} Said */

const offered_most = 4;

const language = () => current_language() === "en" ? "en" : "id";

/** @param {Said | null | undefined} said */
const words = (said) => said?.[language()] ?? "";

/** A number goes there, words filter. @param {App} app @param {string} said */
function search(app, said) {
	const number = /^\d+$/.test(said) ? Number(said) : 0;
	const found = app.incidents.peek().find((incident) => incident.no === number);
	if (found)
		app.select(found.id);
	else
		app.filter.value = {show: "all", words: said};
}

/** @param {App} app */
function close(app) {
	app.prompt.value = null;
	document.querySelector(/** @type {"div"} */ (".grid"))?.focus();
}

/** @param {App} app */
export function command_line_of(app) {
	return new CommandLine({
		send: (frame) => app.is_live.peek() && (app.stream?.send(frame) ?? false),
		new_id: () => crypto.randomUUID(),
		changed: () => app.said.value++,
		search: (said) => search(app, said),
		done: (says) => {
			close(app);
			app.notice.value = says ? `✓ ${words(says)}` : "";
		},
	});
}

/** @param {App} app */
export function open_command(app) {
	app.command_line.open(app.selected.peek());
	app.prompt.value = {kind: "command", incident: null};
}

/** Under its column: the line once more, unseen, and only the mark of it drawn.
 * @param {{line: string, column: number, to: number}} props */
function Mark({line, column, to}) {
	const letters = [...line];
	return div({class: "mark-line", "aria-hidden": "true"}, letters.slice(0, column).join(""),
		span({class: "wrong"}, letters.slice(column, to).join("") || " "));
}

/** @param {import("../core/command_line.js").Would} would */
function offered({completions}) {
	return completions.length > 0 ? span({class: "hint"}, kbd(null, "Tab"), ` ${completions.slice(0, offered_most).map(({text}) => words(text)).join(" · ")}`) : null;
}

/** What is to be read beside the line. @param {App} app */
function said(app) {
	const {would, problem, sent} = app.command_line;
	if (!app.is_live.value)
		return b(null, t("act.no_link"));
	if (sent)
		return span({class: "sub"}, t("command.sending"));
	if (problem)
		return [b(null, t(problem.status === 409 ? "command.changed" : "command.refused")), span({class: "sub"}, would?.ok ? words(would.says) : problem.detail ?? "")];
	if (!would)
		return span({class: "sub"}, t("command.asking"));
	if (would.error)
		return [b({class: "late"}, words(would.error.says)), span({class: "sub"}, words(would.error.remedy)), offered(would)];
	return [would.says ? b(null, `→ ${words(would.says)}`) : null, would.ok ? kbd(null, "Enter") : null, offered(would)];
}

/** @param {HTMLInputElement} field */
const cursor_of = (field) => [...field.value.slice(0, field.selectionStart ?? field.value.length)].length;

/** @param {App} app @param {KeyboardEvent} event */
function key(app, event) {
	const does = {Tab: () => app.command_line.complete(language()), ArrowUp: () => app.command_line.recall(-1), ArrowDown: () => app.command_line.recall(1)}[event.key];
	if (!does || event.shiftKey || event.isComposing)
		return;
	event.preventDefault();
	does();
}

/** @param {{app: App}} props */
export function Command({app}) {
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const {command_line} = app, {line, cursor, would} = command_line;
	void app.said.value;
	useLayoutEffect(() => {
		field.current?.focus();
		command_line.ask();
	}, [app.prompt.value]);
	useLayoutEffect(() => {
		if (!field.current || field.current.value === line)
			return; // what is typed stays as the field has it
		field.current.value = line;
		const at = [...line].slice(0, cursor).join("").length;
		field.current.setSelectionRange(at, at);
	});
	const wrong = would?.error;
	return form({class: "words command", onSubmit: (/** @type {Event} */ event) => {
		event.preventDefault();
		command_line.enter();
	}},
	label({for: "command"}, t("command.label")),
	div({class: "line"},
		input({id: "command", ref: field, class: "field", autocomplete: "off", spellcheck: false, maxLength: 1000, "aria-describedby": "command-says", "aria-invalid": wrong ? "true" : null,
			onInput: () => field.current && command_line.edit(field.current.value, cursor_of(field.current)),
			onKeyDown: (/** @type {KeyboardEvent} */ event) => key(app, event)}),
		wrong && line !== "" ? draw(Mark, {line, column: wrong.column, to: wrong.to}) : null),
	span({class: cls("says", wrong && "is-wrong"), id: "command-says", role: "status"}, said(app)));
}
