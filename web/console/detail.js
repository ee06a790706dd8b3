/* One incident: what it is, why the bridge thinks so, who has it, what was done. */
import {b, button, dd, div, dl, dt, h2, h3, kbd, p, span, cls} from "../view/el.js";
import {priority_sign, receipt_sign} from "../view/symbols.js";
import {has_arrived} from "../core/desk.js";
import {current_language, has_words, t} from "../core/text.js";
import {clock_text, moment_text} from "../core/time.js";
import {caller_of} from "./caller.js";
import {open_correction} from "./correct.js";
import {history_of, since} from "./history.js";
import {whole_of} from "./legal.js";
import {candidates_list, place_facts} from "./place.js";
import {reporter_of, reports_of} from "./reports.js";
import {similar_list} from "./similar.js";
import {marked, why} from "./why.js";
import {age, agency_short, kind_of, number_of, number_text_of, place_of, word} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/actions.js").Command} Command */

/** @param {string} name @param {any} what @param {string} [kind] */
const fact = (name, what, kind) => [dt(null, name), dd({class: kind}, what)];

/** @param {App} app @param {Incident} incident */
function target(app, incident) {
	const due = app.desk.due_at(incident);
	if (due === null)
		return [];
	const minutes = Math.round((due - Date.parse(incident.opened_at)) / 60000), left = due - app.shown_now.value;
	if (has_arrived(app.desk.part(incident)))
		return fact(t("detail.target"), t("target.met", {minutes}));
	return fact(t("detail.target"), left >= 0 ? t("target.left", {minutes, left: age(left)})
		: [t("target.minutes", {minutes}), " · ", b({class: "over"}, t("target.over", {over: age(-left)}))]);
}

/** @param {App} app @param {Incident} incident */
function agencies(app, incident) {
	const lead = app.desk.lead(incident);
	const others = incident.agencies.filter((agency) => agency !== lead).map((agency) => agency_short(agency, app.desk));
	if (!lead)
		return t("detail.nobody");
	return [b(null, t("detail.lead", {agency: agency_short(lead, app.desk)})), others.length > 0 ? ` · ${t("detail.support", {agencies: others.join(", ")})}` : ""];
}

/** @param {App} app @param {Incident} incident */
function facts(app, incident) {
	const opened = moment_text(Date.parse(incident.opened_at), app.now.value, document.documentElement.lang);
	return dl({class: "facts"},
		incident.hazards?.length ? fact(t("detail.hazards"), b({class: "over"}, incident.hazards.map((hazard) => word("hazard", hazard)).join(" · "))) : null,
		fact(t("detail.agencies"), agencies(app, incident)),
		place_facts(incident),
		fact(t("detail.came"), [`${opened} · ${word("source", incident.source)} · ${t("detail.reports", {n: incident.report_count})}`,
			incident.tracking_id ? ` · ${t("detail.ticket", {id: incident.tracking_id})}` : ""]),
		incident.office ? fact(t("detail.office"), [`${incident.office_name ?? incident.office} (${incident.office})`, incident.route ? ` · ${word("desk", incident.route.by)} (${incident.route.rule ?? "-"})` : ""]) : null,
		reporter_of(incident),
		caller_of(app, incident),
		target(app, incident));
}

/** @param {App} app @param {Incident} incident */
function verbs(app, incident) {
	const verb = (/** @type {string} */ action, /** @type {string} */ key, /** @type {string} */ kind, /** @type {() => void} */ run) =>
		app.desk.allows(incident, action)
			? button({class: cls("button", kind), onClick: run}, t(`verb.${action}`), kbd(null, key)) : null;
	const ask = (/** @type {"note" | "close"} */ kind) => () => (app.prompt.value = {kind, incident});
	return div({class: "verbs"},
		verb("acknowledge", "a", "main", () => app.take(incident)),
		verb("note", "n", "", ask("note")),
		verb("reclassify", "p", "", () => open_correction(app)),
		verb("close", "x", "", ask("close")),
		verb("reopen", "o", "", () => app.act(incident, "reopen")));
}

const receipt_steps = /** @type {const} */ (["queued", "broker", "device", "confirmed"]);

/** @param {import("../core/types.js").Order | string} order */
function order_line(order) {
	const {unit, receipt} = typeof order === "string" ? {unit: order, receipt: {}} : {receipt: {}, ...order};
	const reached = receipt_steps.filter((step) => receipt[step]);
	const last = reached.at(-1);
	return div({class: "order"}, b(null, unit), last ? [receipt_sign(last), t(`receipt.${last}`),
		span({class: "sub"}, clock_text(Date.parse(receipt[last] ?? "")))] : null);
}

/** @param {App} app @param {Incident} incident */
function parts(app, incident) {
	const lead = app.desk.lead(incident);
	const sorted = [...incident.assignments].sort((one, two) => Number(two.agency === lead) - Number(one.agency === lead));
	return div({class: "parts", role: "table", "aria-label": t("detail.parts")}, sorted.map((part) =>
		div({class: "part", role: "row", key: part.agency},
			b({role: "cell"}, agency_short(part.agency, app.desk)),
			span({role: "cell", class: cls("state", part.state)}, part.outcome ? `${t("state.closed")} · ${word("outcome", part.outcome)}` : word("state", part.state)),
			span({role: "cell", class: "sub"}, part.by ? t("detail.by", {who: part.by, time: clock_text(Date.parse(part.since))})
				: t("detail.since", {age: age(app.shown_now.value - Date.parse(part.since))})),
			part.handed_to && !part.outcome ? span({role: "cell", class: "sub"}, t("detail.handed", {to: agency_short(part.handed_to, app.desk)})) : null,
			part.units?.length ? div({role: "cell", class: "orders"}, part.units.map(order_line)) : null)));
}

/** What a version says, in the few words that an action turns on. @param {App} app @param {Incident} incident */
const brief = (app, incident) => [word("state", app.desk.part(incident)?.state), kind_of(incident, app.desk),
	t("detail.priority", {n: incident.priority}), incident.status === "closed" ? t("state.closed") : ""].filter(Boolean).join(" · ");

/** @param {App} app @param {Command} command */
function refusal(app, command) {
	const now = command.current ?? app.model.find(command.incident_id);
	const is_english = current_language() === "en", meanwhile = since(command.before, app.desk);
	const why = command.state === "unsure" ? t("act.unsure") : word("problem", String(command.problem?.status));
	return div({class: "refusal", role: "alert", key: command.id},
		b(null, t("act.refused", {verb: t(`verb.${command.action}`)})), span(null, why),
		command.problem?.detail && (is_english || !has_words(`problem.${command.problem.status}`)) ? span({class: "sub", lang: "en"}, command.problem.detail) : null,
		div({class: "versions"},
			span(null, t("act.saw", {version: command.before.version})), span(null, brief(app, command.before)),
			now ? [span(null, t("act.now", {version: now.version})), span(null, brief(app, now))] : null,
			meanwhile ? [span(null, t("act.meanwhile")), span(null, meanwhile)] : null),
		div({class: "verbs"},
			button({class: "button", onClick: () => app.actions.again(command)}, t("act.again"), kbd(null, "r")),
			button({class: "button", onClick: () => app.actions.give_up(command)}, t("act.give_up"), kbd(null, "Esc"))));
}

/** Where it went, or in which card it lies. @param {App} app @param {Incident} incident */
function belongs(app, incident) {
	const to = whole_of(incident);
	if (!to)
		return null;
	const no = number_text_of(to.no), may = incident.merged_into === null && app.desk.allows(incident, "unfold");
	return div({class: "belongs"}, p(null, t(incident.merged_into ? "detail.merged" : "detail.folded", {no})),
		app.model.find(to.incident_id) ? button({class: "button", onClick: () => app.select(to.incident_id)}, t("detail.go", {no}), kbd(null, "g")) : null,
		may ? button({class: "button", onClick: () => (app.prompt.value = {kind: "unfold", incident})}, t("verb.unfold"), kbd(null, "e")) : null);
}

/** @param {App} app @param {Incident} incident */
function full(app, incident) {
	const stuck = app.actions.of(incident.id).filter((command) => command.state === "refused" || command.state === "unsure");
	return [
		div({class: "what"}, priority_sign(incident.priority, 34), h3({class: "kind"}, kind_of(incident, app.desk)),
			incident.status === "closed" && !incident.merged_into ? span({class: "tag"}, `${t("state.closed")} · ${word("outcome", incident.outcome)}`) : null,
			incident.exercise ? span({class: "tag exercise"}, t("exercise.row")) : null,
			incident.from_paper ? span({class: "tag"}, t("paper.at", {at: moment_text(Date.parse(incident.happened_at ?? ""), app.now.value, document.documentElement.lang)})) : null),
		p({class: "place"}, place_of(incident)),
		belongs(app, incident),
		stuck.map((command) => refusal(app, command)),
		p({class: "said", "aria-label": t("detail.words")}, marked(incident)),
		verbs(app, incident),
		facts(app, incident),
		similar_list(app, incident),
		candidates_list(app, incident),
		h3(null, t("detail.why")), why(incident, app.desk),
		h3(null, t("detail.parts")), parts(app, incident),
		reports_of(app, incident),
		h3(null, t("detail.history")), history_of(app, incident),
	];
}

/** For who sits here for the first time, and for who comes back from a pause. */
function first_steps() {
	const steps = [[t("key.space"), "help.card"], ["j k", "help.move"], ["a", "help.take"], ["n", "help.note"], ["?", "help.help_all"]];
	return div({class: "empty"}, p(null, t("detail.none")), div({class: "keys"}, steps.map(([key, what]) => [kbd(null, key), span(null, t(what))])));
}

/** @param {{app: App}} props */
export function Detail({app}) {
	const incident = app.current.value;
	return div({class: "pane detail"},
		div({class: "title"}, incident
			? [h2({class: "no"}, number_of(incident)), span({class: "sub"}, t("detail.version", {n: incident.version}))]
			: h2(null, t("detail.title"))),
		div({class: "scroll", id: "detail", tabIndex: 0, role: "region", "aria-label": t("detail.title")}, incident ? full(app, incident)
			: first_steps()));
}
