/* Incidents that may be the same matter: named in the detail with the reasons, and with `g` beside
 * the selected one, to be made one. The bridge only suggests; what merging does is said before. */
import {article, b, button, dd, div, dl, dt, h2, h3, kbd, p, span} from "../view/el.js";
import {priority_sign} from "../view/symbols.js";
import {alike, may_merge, merging} from "../core/alike.js";
import {current_language, has_words, t} from "../core/text.js";
import {moment_text} from "../core/time.js";
import {agencies_short, agency_short, kind_of, number_of, number_text_of, place_of, state_of, word} from "./words.js";
import {marked} from "./why.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").LikeReason} LikeReason */
/** @typedef {import("../core/alike.js").Alike} Alike */

const listed_most = 3;

/** "140 m · 2 menit · sama-sama: atap · beda: gang 4, gang 5" @param {LikeReason[]} reasons */
export function like_words(reasons) {
	return reasons.map(({is, value, weight}) => {
		const key = `like.${is}${weight < 0 ? "_not" : ""}${value ? "" : "_alone"}`;
		return has_words(key) ? t(key, {value: (value ?? "").replace(/\bmin$/, t("unit.minutes"))}) : value ?? is;
	}).join(" · ");
}

/** Only what can still be made one of it, or looked at. @param {App} app @param {Incident} incident */
export function alike_of(app, incident) {
	void app.revision.value;
	return alike(incident, app.model.incidents.values()).filter(({id}) => app.model.find(id)?.status !== "closed" && incident.status !== "closed");
}

/** @param {App} app @param {Alike} one @param {boolean} is_first */
function line(app, one, is_first) {
	const other = app.model.find(one.id);
	return button({class: "alike", key: one.id, onClick: () => compare(app, one.id)},
		is_first ? kbd(null, "g") : span(null), other ? priority_sign(other.priority) : span(null),
		span(null, b({class: "no"}, number_text_of(one.no)), ` ${other ? `${kind_of(other, app.desk)}, ${place_of(other)}` : t("similar.elsewhere")}`,
			span({class: "sub like"}, like_words(one.reasons))));
}

/** The likeliest; all of them stand in the comparison. @param {App} app @param {Incident} incident */
export function similar_list(app, incident) {
	const list = alike_of(app, incident), has_key = !incident.folded_into && !incident.merged_into; /* else `g` goes there */
	if (list.length === 0)
		return null;
	return [h3(null, t("similar.title")), div({class: "alikes"}, list.slice(0, listed_most).map((one, at) => line(app, one, has_key && at === 0))),
		list.length > listed_most ? p({class: "sub"}, t("similar.more", {n: list.length - listed_most})) : null];
}

/** Opens the selected one and another side by side. @param {App} app @param {string} [other_id] */
export function compare(app, other_id) {
	const incident = app.current.peek();
	const list = incident ? alike_of(app, incident) : [];
	if (!incident || list.length === 0)
		return;
	const at = Math.max(0, list.findIndex(({id}) => id === other_id));
	app.compared.value = {incident, list, at};
	app.dialog.value = "merge";
}

/** @param {App} app @param {Incident} incident @param {string} title */
function side(app, incident, title) {
	const opened = moment_text(Date.parse(incident.opened_at), app.now.value, current_language());
	const fact = (/** @type {string} */ name, /** @type {any} */ what) => [dt(null, name), dd(null, what)];
	return article({class: "side-of", key: incident.id, "aria-label": `${title} ${number_of(incident)}`},
		p({class: "sub"}, title),
		div({class: "what"}, priority_sign(incident.priority, 28), h3({class: "kind"}, `${number_of(incident)} ${kind_of(incident, app.desk)}`)),
		p({class: "said"}, marked(incident)),
		dl({class: "facts"}, fact(t("column.place"), [place_of(incident), incident.place_said ? div({class: "sub"}, `“${incident.place_said}”`) : null]),
			fact(t("detail.came"), `${opened} · ${word("source", incident.source)}`),
			fact(t("detail.agencies"), agencies_short(incident, app.desk)),
			fact(t("column.state"), `${state_of(incident, app.desk)} · ${t("detail.reports", {n: incident.report_count})}`)));
}

/** What will happen, before it does. @param {App} app @param {Incident} one @param {Incident} other */
function outcome(app, one, other) {
	const {from, into, reports, raised_to, joining} = merging(one, other);
	return p({class: "outcome"}, t("merge.will", {from: number_of(from), into: number_of(into), n: reports}),
		raised_to ? ` ${t("merge.raises", {into: number_of(into), priority: raised_to})}` : "",
		joining.length > 0 ? ` ${t("merge.joins", {agencies: joining.map((agency) => agency_short(agency, app.desk)).join(", ")})}` : "");
}

/** @param {App} app @param {Incident} one @param {Incident} other */
function make_one(app, one, other) {
	const {from, into} = merging(one, other);
	const command = app.act(from, "merge", {into: into.id});
	if (command && from.reports.length > 0)
		app.offer_undo(command, "split", {reports: [from.reports[0]]}, into);
}

/** @param {{app: App, close: () => void}} props */
export function Compare({app, close}) {
	const compared = app.compared.value;
	if (!compared)
		return null;
	const {incident, list, at} = compared, shown = list[at], other = app.model.find(shown.id), is_live = app.is_live.value;
	const may = may_merge(incident, other, app.desk);
	const turn = (/** @type {number} */ step) => (app.compared.value = {...compared, at: (at + step + list.length) % list.length});
	const keys = (/** @type {KeyboardEvent} */ event) => {
		if (event.key === "ArrowRight" || event.key === "ArrowLeft")
			turn(event.key === "ArrowRight" ? 1 : -1);
	};
	return div({class: "compare", onKeyDown: keys},
		h2(null, t("merge.title"), list.length > 1 ? span({class: "sub"}, ` ${at + 1}/${list.length} `, kbd(null, "←"), kbd(null, "→")) : null),
		p({class: "like"}, like_words(shown.reasons), span({class: "sub"}, ` · ${t("similar.score", {pct: Math.round(shown.score * 100)})}`)),
		div({class: "sides"}, side(app, incident, t("merge.this")), other ? side(app, other, t("merge.other")) : p({class: "sub"}, t("similar.elsewhere"))),
		!is_live ? p({class: "outcome", role: "alert"}, t("act.no_link_yet")) : other && may ? outcome(app, incident, other) : p({class: "sub"}, t("merge.not_here")),
		other && may ? button({class: "button main", autofocus: true, "aria-disabled": is_live ? "false" : "true", onClick: () => {
			if (!app.is_live.peek())
				return;
			make_one(app, incident, other);
			close();
		}}, t("verb.merge"), kbd(null, "Enter")) : null);
}
