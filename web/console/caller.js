/* What the bridge knows of the number behind the first report, for those who may see it: it only
 * orders what waits for a second look. */
import {b, dd, div, dt, span} from "../view/el.js";
import {current_language, t} from "../core/text.js";
import {moment_text} from "../core/time.js";
import {card_of} from "./history.js";
import {word} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").Card} Card */

/** @param {Card} card @param {number} now */
function reasons(card, now) {
	return card.reasons.map(({is, n, last_at}) => t("caller.reason", {n, what: word("caller", is),
		time: moment_text(Date.parse(last_at), now, current_language())})).join(", ");
}

/** @param {App} app @param {Incident} incident */
export function caller_of(app, incident) {
	const card = card_of(incident);
	if (!card)
		return null;
	const said = reasons(card, app.now.value);
	return [dt(null, t("caller.title")), dd(null,
		card.raised ? b(null, t("caller.raised")) : card.score > 0 ? b(null, t("caller.score", {score: card.score})) : t("caller.nothing"),
		card.repeats.n > 1 ? span({class: "tag count"}, t("caller.repeats", {n: card.repeats.n})) : null,
		said ? div(null, said) : null,
		div({class: "sub"}, t("caller.in_all", {calls: card.calls, reports: card.reports})))];
}
