/* The city's units: every mark of the map is also a row here. */
import {b, div, section, span, h2} from "../view/el.js";
import {agency_sign} from "../view/symbols.js";
import {t} from "../core/text.js";
import {agency_short, word} from "./words.js";

/** @typedef {import("./app.js").App} App */

/** @param {{app: App}} props */
export function Units({app}) {
	void app.revision.value;
	const {model, desk} = app;
	const units = [...model.units.values()].filter((unit) => !desk.me.agency || desk.me.rights.includes("see_all") || unit.agency === desk.me.agency);
	return section({class: "pane units", "aria-label": t("units.title")},
		div({class: "title"}, h2(null, t("units.title")), span({class: "sub"}, app.has_data.value ? t("units.count", {n: units.length}) : "")),
		div({class: "scroll", id: "units", tabIndex: 0, role: "region", "aria-label": t("units.title")}, units.map((unit) =>
			div({class: "unit-row", key: unit.id}, agency_sign(unit.agency), b(null, unit.id), span(null, unit.name),
				span({class: "sub"}, unit.status ? word("unit", unit.status) : agency_short(unit.agency, desk))))));
}
