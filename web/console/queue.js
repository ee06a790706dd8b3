/* The queue: one line an incident, the most urgent first. */
import {button, div, input, section, span, h2, cls} from "../view/el.js";
import {WindowedList} from "../view/list.js";
import {priority_sign} from "../view/symbols.js";
import {no_filter} from "../core/queue.js";
import {has_arrived, opened_ms} from "../core/desk.js";
import {reports_in} from "../core/fold.js";
import {t} from "../core/text.js";
import {clock_text} from "../core/time.js";
import {draw} from "../view/el.js";
import {age, agencies_short, kind_of, number_of, number_text_of, place_of, state_of} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */

const row_px = 32;
const head_px = 28;
const gone_shown_ms = 30000;
const shows = /** @type {const} */ (["all", "untaken", "review"]);
const columns = ["pri", "no", "agency", "kind", "place", "state", "time"];

/** @param {App} app */
export function clear_filter(app) {
	app.filter.value = no_filter;
}

/** @param {App} app */
function chips(app) {
	const {show} = app.filter.value, count = app.counts.value;
	return div({class: "chips", role: "group", "aria-label": t("queue.show")}, shows.map((name) =>
		button({
			class: "chip", "aria-pressed": show === name ? "true" : "false",
			onClick: () => (app.filter.value = {...app.filter.value, show: name}),
		}, t(`queue.${name}`), name === "all" ? null : span({class: "n"}, app.has_data.value ? count[name] : "–"))));
}

/** @param {App} app */
function filter_field(app) {
	return input({
		id: "filter", class: "field", type: "search", placeholder: t("queue.filter"), "aria-label": t("queue.filter"),
		autocomplete: "off", spellcheck: false, value: app.filter.value.words,
		onInput: (/** @type {any} */ event) => (app.filter.value = {...app.filter.value, words: event.target.value}),
	});
}

/** How the time that has run is to be read: late beyond the target, near it from three quarters.
 * @param {Incident} incident @param {App} app @param {number} now */
function time_of(incident, app, now) {
	const opened = opened_ms(incident), due = app.desk.due_at(incident);
	const runs = due !== null && !has_arrived(app.desk.part(incident));
	const is_over = runs && now >= due, is_near = runs && now >= opened + (due - opened) * 0.75;
	return {
		text: (app.is_frozen.value ? "≥ " : "") + age(now - opened) + (is_over ? "!" : ""),
		class: is_over ? "over" : is_near ? "near" : "",
	};
}

/** @param {App} app @param {Incident} incident */
function status_cell(app, incident) {
	const commands = app.actions.of(incident.id);
	const refused = commands.find((command) => command.state === "refused" || command.state === "unsure");
	if (!refused)
		return {class: cls("state", commands.length > 0 && "under-way"), words: state_of(incident, app.desk)};
	const now = refused.current?.version ?? app.model.find(incident.id)?.version;
	return {class: "state refused", words: t(refused.state === "unsure" ? "act.unsure_short" : "act.refused_short",
		{from: refused.before.version, to: now ?? "?"})};
}

/** @param {App} app @param {Incident} incident */
const lies_in_card = (app, incident) => app.folded.value.inside.get(incident.folded_into?.incident_id ?? "")?.includes(incident) ?? false;

/** Taken out of a card by a person: it is told apart from the many that look like it. @param {App} app @param {Incident} incident */
const is_odd = (app, incident) => incident.stands_alone === true && !app.folded.value.inside.has(incident.id);

/** @param {App} app @param {Incident} incident */
function draw_row(app, incident) {
	const {desk} = app, now = app.shown_now.value;
	const time = time_of(incident, app, now), status = status_cell(app, incident);
	const {inside} = app.folded.value, n = reports_in(incident, inside), is_inside = Boolean(incident.folded_into) && !inside.has(incident.id) && lies_in_card(app, incident);
	const is_alarm = incident.disposition === "emergency" && desk.is_untaken(incident);
	const cell = (/** @type {string} */ name, /** @type {any} */ ...what) => span({role: "gridcell", class: name}, what);
	return {
		class: cls(is_inside && "is-inside", is_alarm && `new p${incident.priority}`, app.model.unseen.has(incident.id) && "unseen"),
		cells: [
			cell("pri", priority_sign(incident.priority), span({class: "unseen-words"}, `${incident.priority}`)),
			cell("no", number_of(incident)),
			cell("agency", agencies_short(incident, desk)),
			cell("kind", is_inside ? span({class: "inside-mark", "aria-hidden": "true"}, "↳") : null, n > 1 ? span({class: "tag count"}, t("queue.count", {n})) : null,
				is_odd(app, incident) ? span({class: "tag count"}, t("queue.odd")) : null, incident.exercise ? span({class: "exercise"}, t("exercise.row")) : null, incident.from_paper ? span({class: "tag count"}, t("paper.row")) : null, kind_of(incident, desk)),
			cell("place", place_of(incident)),
			cell(status.class, status.words),
			cell(cls("time", time.class), time.text),
		],
	};
}

/** @param {App} app */
function nothing(app) {
	if (app.counts.value.all > 0)
		return div({class: "empty"}, t("queue.no_match", {n: app.counts.value.all}), " ",
			button({class: "button", onClick: () => clear_filter(app)}, t("queue.clear"), span({class: "key"}, "f f")));
	return div({class: "empty"}, t("queue.empty", {time: clock_text(app.shown_now.value)}));
}

/** Grey bars and why it takes so long. @param {App} app */
function loading(app) {
	const {since, tries} = app.link.value, s = Math.floor((app.clock.now() - since) / 1000);
	void app.now.value;
	return div({class: "loading"},
		div({class: "bars", "aria-hidden": "true"}, Array.from({length: 14}, () => span(null))),
		div({class: "why-not", role: "status"},
			s < 5 ? t("queue.loading") : t("link.never"),
			s < 5 ? null : span({class: "running"}, t("link.never_how", {s, tries: tries + 1})),
			s < 5 ? null : button({class: "button", onClick: () => app.stream?.hurry()}, t("link.again"))));
}

/** @param {App} app */
function untaken_above(app) {
	const rows = app.rows.value, first = Math.min(app.first_in_sight.value, rows.length);
	let above = 0;
	for (let i = 0; i < first; i++)
		above += app.desk.is_untaken(rows[i]) ? 1 : 0;
	return above === 0 ? null
		: button({class: "above", onClick: () => app.move(() => 0)}, t("queue.above", {n: above}));
}

/** Where the last merged one went. @param {App} app */
function gone_to(app) {
	const moved = app.moved.value;
	if (!moved || app.now.value - moved.at > gone_shown_ms)
		return null;
	const {incident, by} = moved;
	return button({class: "gone-to", onClick: () => app.select(incident.merged_into?.incident_id ?? null)},
		t("queue.gone_to", {no: number_of(incident), into: number_text_of(incident.merged_into?.no ?? 0), by}));
}

function head() {
	return columns.map((name) => span({role: "columnheader", class: name}, t(`column.${name}`)));
}

/** @param {{app: App}} props */
export function Queue({app}) {
	const {all} = app.counts.value;
	return section({class: "pane queue", id: "queue", "aria-label": t("queue.title")},
		div({class: "title"}, h2(null, t("queue.title")), span({class: "sub"}, app.has_data.value ? t("queue.active", {n: all}) : ""),
			span({class: "grow"}), filter_field(app), chips(app)),
		app.has_data.value ? draw(WindowedList, {
			rows: app.rows.value, row_px, head_px, label: t("queue.title"), head: /** @type {any} */ (head()), selected: app.selected.value,
			draw_row: (/** @type {Incident} */ incident) => draw_row(app, incident),
			on_select: (/** @type {string} */ id) => app.select(id),
			on_open: () => document.getElementById("detail")?.focus(),
			on_scroll: (/** @type {number} */ first) => (app.first_in_sight.value = first),
			empty: nothing(app),
		}) : loading(app),
		untaken_above(app), gone_to(app));
}
