/* The alarm strip: of fixed height, so that nothing jumps when it fills. Each card is somebody
 * waiting, and its key does what is to be done. */
import {b, button, div, kbd, section, span, cls} from "../view/el.js";
import {priority_sign} from "../view/symbols.js";
import {t} from "../core/text.js";
import {age, agencies_short, kind_of, number_of, place_of} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/alarm.js").Alarm} Alarm */

const wide_px = 1600;

/** As many as keep their words. */
const cards_shown = () => innerWidth >= wide_px ? 3 : 2;

/** Its own desk takes it; who only watches over others looks at it. @param {App} app @param {Alarm} alarm */
export function do_card(app, alarm) {
	app.select(alarm.incident.id);
	if (app.desk.has_own_alarms && alarm.kind === "new")
		[alarm.incident, ...alarm.others ?? []].forEach((incident) => app.take(incident));
}

/** @param {App} app @param {Alarm} alarm @param {number} at */
function card(app, alarm, at) {
	const {incident} = alarm, {desk} = app;
	const verb = desk.has_own_alarms && alarm.kind === "new" ? "verb.take" : "verb.look";
	const others = alarm.others?.length ?? 0;
	const waited = age(app.shown_now.value - alarm.since);
	return div({key: incident.id, class: cls("card", `p${alarm.priority}`)},
		button({class: "body", onClick: () => app.select(incident.id)},
			priority_sign(alarm.priority, 34),
			span({class: "words"},
				b(null, `${kind_of(incident, desk)} · ${number_of(incident)}${others > 0 ? ` +${others}` : ""}`),
				span({class: "where"}, span({class: "place"}, place_of(incident)), span(null, t(`alarm.${alarm.kind}`, {age: waited}))))),
		button({class: "do", onClick: () => do_card(app, alarm), title: agencies_short(incident, desk)},
			t(verb), others > 0 ? ` ${1 + others}` : "", kbd(null, at === 0 ? t("key.space") : at + 1)));
}

/** @param {{app: App}} props */
export function Strip({app}) {
	const list = app.alarms.value;
	const shown = cards_shown(), rest = list.length - shown;
	return section({class: "strip", "aria-label": t("strip.label")},
		app.has_data.value && list.length === 0 ? span({class: "quiet"}, t("strip.none")) : null,
		list.slice(0, shown).map((alarm, at) => card(app, alarm, at)),
		rest > 0 ? span({class: "rest"}, t("strip.more", {n: rest})) : null);
}
