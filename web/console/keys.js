/* The hands stay on the keys: one verb per key. Single letters count only while no field has the
 * focus, and can be switched off; keys never do what cannot be undone or is not asked again. */
import {draw_now} from "../view/frame.js";
import {do_card} from "./strip.js";
import {choose_outcome, choose_place, choose_report, end_prompt} from "./bar.js";
import {open_command} from "./command.js";
import {open_correction} from "./correct.js";
import {is_legal, stuck_of, whole_of} from "./legal.js";
import {map_to_selected, map_whole} from "./map.js";
import {candidates_of} from "./place.js";
import {clear_filter} from "./queue.js";
import {further_reports} from "./reports.js";
import {compare} from "./similar.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */

const page_rows = 12;
const twice_ms = 600;

/** @param {EventTarget | null} target */
function is_field(target) {
	return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}

/** @param {EventTarget | null} target */
const is_control = (target) => target instanceof HTMLElement && target.closest("button, a, summary, [role=radio]") !== null;

const panes = [".grid", "#detail", ".ground", "#units"];

/** @param {number} step */
function go_pane(step) {
	const there = /** @type {HTMLElement[]} */ (panes.map((pane) => document.querySelector(pane)).filter(Boolean));
	const at = there.findIndex((pane) => pane.contains(document.activeElement));
	there[(at + step + there.length) % there.length]?.focus();
}

/** @param {App} app */
const stuck = (app) => stuck_of(app, app.selected.peek() ?? "");

/** Esc: the innermost thing first. @param {App} app */
function back(app) {
	const command = stuck(app);
	if (app.prompt.peek())
		end_prompt(app);
	else if (document.activeElement?.id === "filter")
		document.querySelector(/** @type {"div"} */ (".grid"))?.focus();
	else if (command)
		app.actions.give_up(command);
	else if (app.filter.peek().words || app.filter.peek().show !== "all")
		clear_filter(app);
	else
		document.querySelector(/** @type {"div"} */ (".grid"))?.focus();
}

/** @param {App} app @param {"note" | "close" | "place" | "split" | "unfold"} kind */
function ask(app, kind) {
	app.prompt.value = {kind, incident: app.current.peek()};
}

/** `g`: beside what may be the same; from what is part of another, to that. @param {App} app @param {Incident} incident */
function go_together(app, incident) {
	const to = whole_of(incident);
	if (to)
		app.select(to.incident_id);
	else
		compare(app);
}

/** What a letter does with the selected incident, where it may. @type {Record<string, (app: App, incident: Incident) => void>} */
const verbs = {
	a: (app, incident) => app.take(incident),
	n: (app) => ask(app, "note"),
	p: (app) => open_correction(app),
	g: go_together,
	l: (app) => ask(app, "place"),
	/* Out of the card it lies in, or one of its reports. */
	e: (app, incident) => ask(app, incident.folded_into ? "unfold" : "split"),
	x: (app) => ask(app, "close"),
	o: (app, incident) => void app.act(incident, "reopen"),
	r: (app, {id}) => {
		const command = stuck_of(app, id);
		if (command)
			app.actions.again(command);
	},
};

/** @param {App} app @param {number} at */
function card(app, at) {
	const alarm = app.alarms.peek()[at];
	if (alarm)
		do_card(app, alarm);
}

/** @param {App} app @returns {Record<string, () => void>} */
function letters(app) {
	let filtered_at = 0;
	return {
		j: () => app.move((at) => at + 1),
		k: () => app.move((at) => at - 1),
		u: () => app.take_back(),
		f: () => {
			if (app.clock.now() - filtered_at < twice_ms)
				clear_filter(app);
			filtered_at = app.clock.now();
			document.getElementById("filter")?.focus();
		},
		"/": () => open_command(app),
		"?": () => (app.dialog.value = "help"),
		m: () => map_to_selected(app),
		z: () => map_whole(),
		"[": () => go_pane(-1),
		"]": () => go_pane(1),
	};
}

/** @param {App} app @returns {Record<string, () => void>} */
function movements(app) {
	return {
		ArrowDown: () => app.move((at) => at + 1),
		ArrowUp: () => app.move((at) => at - 1),
		PageDown: () => app.move((at) => at + page_rows),
		PageUp: () => app.move((at) => at - page_rows),
		ArrowRight: () => app.open_card(true),
		ArrowLeft: () => app.open_card(false),
		Home: () => app.move(() => 0),
		End: () => app.move((_, last) => last),
		Enter: () => document.getElementById("detail")?.focus(),
		" ": () => card(app, 0),
	};
}

/** @param {App} app @param {KeyboardEvent} event @returns {boolean} it was a choice that is being asked for */
function answers(app, event) {
	const prompt = app.prompt.peek(), n = Number(event.key);
	if (!prompt || !(n >= 1))
		return false;
	const outcome = app.desk.workflow.outcomes[n - 1], {incident} = prompt;
	const place = incident && prompt.kind === "place" ? candidates_of(incident)[n - 1] : undefined;
	const report = incident && prompt.kind === "split" && !prompt.report ? further_reports(incident)[n - 1] : undefined;
	if (place)
		choose_place(app, place);
	else if (report)
		choose_report(app, report);
	else if (prompt.kind === "close" && !prompt.outcome && outcome)
		choose_outcome(app, outcome);
	return true;
}

/** @param {App} app @param {() => boolean} has_letters */
export function listen(app, has_letters) {
	const by_letter = letters(app), by_name = movements(app);

	/** @param {KeyboardEvent} event @returns {(() => void) | null} what it does */
	const meaning = (event) => {
		const {key, target} = event;
		if (key === "F2")
			return () => card(app, 0);
		if (key === "F9")
			return () => app.sound_test();
		if (key === "Escape")
			return () => back(app);
		if (event.ctrlKey && key.toLowerCase() === "k")
			return by_letter["/"];
		if (event.ctrlKey || event.altKey || event.metaKey || is_field(target))
			return null;
		if (answers(app, event))
			return () => {};
		if (app.prompt.peek())
			return null;
		if (by_name[key])
			return is_control(target) && (key === " " || key === "Enter") ? null : scrolls(target, key) ? null : by_name[key];
		if (!has_letters())
			return null;
		if (verbs[key]) {
			const incident = app.current.peek();
			return incident && is_legal(app, key) ? () => verbs[key](app, incident) : null;
		}
		return key >= "2" && key <= "9" ? () => card(app, Number(key) - 1) : by_letter[key] ?? null;
	};

	document.addEventListener("keydown", (event) => {
		app.unblock_sound();
		if (app.dialog.peek() || event.isComposing)
			return;
		app.notice.value = "";
		const run = meaning(event);
		if (run) {
			event.preventDefault();
			run();
			draw_now();
		}
	});
	document.addEventListener("pointerdown", () => app.unblock_sound());
}

/** Inside the detail, arrows and pages scroll what is read. @param {EventTarget | null} target @param {string} key */
function scrolls(target, key) {
	return target instanceof HTMLElement && target.closest("#detail, #units, .ground") !== null && /^(Arrow|Page|Home|End)/.test(key);
}
