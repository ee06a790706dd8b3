/* Why the bridge thinks so: the words of the report with what each is, the rule that decided, the
 * model's share, what else it may be, and the versions of both. */
import {b, div, mark, p, rect, span, svg, cls} from "../view/el.js";
import {pieces} from "../core/marks.js";
import {name_of, t} from "../core/text.js";
import {weight_text, word} from "./words.js";

/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/types.js").Reason} Reason */
/** @typedef {import("../core/desk.js").Desk} Desk */

const of_model = (/** @type {Reason} */ reason) => reason.is === "model";
const percent = (/** @type {number} */ share) => Math.round(share * 100);

/** The words of the report, with what spoke for the verdict underlined. @param {Incident} incident */
export const marked = ({text, because}) => pieces(text, because).map((piece, i) => i % 2 === 1 ? mark(null, piece) : piece);

/** @param {number} weight @param {number} most */
function weight_bar(weight, most) {
	const width = Math.round(Math.abs(weight) / most * 48);
	return svg({class: cls("weight", weight < 0 && "against"), width: 48, height: 8, "aria-hidden": "true"},
		rect({x: 0, y: 0, width, height: 8}));
}

/** @param {Reason[]} because */
function terms(because) {
	const most = Math.max(...because.map((reason) => Math.abs(reason.weight)), 1);
	return div({class: "reasons"}, because.map((reason) => [
		span({class: "term"}, `“${reason.term}”`), span({class: "sub"}, reason.is ? word("reason", reason.is) : ""),
		weight_bar(reason.weight, most), span({class: "n"}, weight_text(reason.weight)),
	]));
}

/** The words that decided are those of a later report, which lies below. @param {Incident} incident */
const is_of_another = (incident) => incident.report_count > 1 && incident.because.some((reason) => reason.weight > 0 && !of_model(reason))
	&& pieces(incident.text, incident.because).length === 1;

/** @param {Incident} incident */
function model_says({because, emergency, model}) {
	if (!model)
		return p(null, t("why.no_model"));
	if (emergency === undefined)
		return null;
	const words = because.filter(of_model).map((reason) => `“${reason.term}”`).join(", ");
	return p(null, t("why.model", {pct: percent(emergency)}), words ? span({class: "sub"}, ` · ${t("why.moved", {words})}`) : null);
}

/** @param {Incident} incident @param {Desk} desk */
function others({alternatives}, desk) {
	if (!alternatives?.length)
		return null;
	return p(null, t("why.or"), " ", alternatives.map(({category, confidence}) =>
		`${name_of(desk.categories.get(category), category)} ${percent(confidence)} %`).join(", "));
}

/** @param {Incident} incident @param {Desk} desk */
export function why(incident, desk) {
	const {because, rule, rules, model, judged_by} = incident, by_rule = because.filter((reason) => !of_model(reason));
	return div({class: "why"},
		judged_by ? p(null, b(null, t("why.person", {who: judged_by}))) : null,
		by_rule.length > 0 ? terms(by_rule) : p(null, t("why.none")),
		is_of_another(incident) ? p({class: "sub"}, t("why.another")) : null,
		rule ? p(null, t("why.rule", {rule: word("rule", rule)})) : null,
		model_says(incident), others(incident, desk),
		p({class: "sub"}, t("why.sum", {disposition: word("disposition", incident.disposition), pct: percent(incident.confidence)}),
			rules ? ` · ${t("why.rules", {rules: rules.slice(0, 8)})}` : "", model ? ` · ${t("why.version", {model: model.slice(0, 8)})}` : ""));
}
