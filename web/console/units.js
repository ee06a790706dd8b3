/* The city's units: every mark of the map is also a row here. */
import {b, div, span, h2} from "../view/el.js";
import {agency_sign} from "../view/symbols.js";
import {t} from "../core/text.js";
import {agency_short, word} from "./words.js";

/** @typedef {import("./app.js").App} App */

/** A desk of one agency sees its own units; who sees everything, all. @param {App} app */
export function our_units(app) {
	const {agency} = app.desk.me;
	return [...app.model.units.values()].filter((unit) => !agency || unit.agency === agency);
}

/** @param {{app: App}} props */
export function Units({app}) {
	void app.revision.value;
	const {desk} = app, units = our_units(app);
	return div({class: "pane units"},
		div({class: "title"}, h2(null, t("units.title")), span({class: "sub"}, app.has_data.value ? t("units.count", {n: units.length}) : "")),
		div({class: "scroll", id: "units", tabIndex: 0, role: "region", "aria-label": t("units.title")}, units.map((unit) =>
			div({class: "unit-row", key: unit.id}, agency_sign(unit.agency), b(null, unit.id), span(null, unit.name),
				span({class: "sub"}, unit.status ? word("unit", unit.status) : desk.me.agency ? word("vehicle", unit.kind) : agency_short(unit.agency, desk))))));
}
