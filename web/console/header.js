/* The top line: whose console, how old the data are, whether it can be heard, who sits here, what
 * time it is. */
import {b, button, h1, header, kbd, span, cls} from "../view/el.js";
import {has_words, number_text, t} from "../core/text.js";
import {clock_text, zone_label} from "../core/time.js";
import {agency_short} from "./words.js";

/** @typedef {import("./app.js").App} App */

const resumed_shown_ms = 10000;

/** @param {import("../core/desk.js").Desk} desk */
export function console_name(desk) {
	const key = `console.${desk.me.agency ?? desk.me.role}`;
	return has_words(key) ? t(key) : t("console.other", {name: desk.me.agency ? agency_short(desk.me.agency, desk) : desk.me.role});
}

/** @param {App} app */
function resumed_words(app) {
	const {resumed} = app.model, {since} = app.link.value;
	if (!resumed || app.clock.now() - since > resumed_shown_ms)
		return "";
	if (resumed.reloaded)
		return t("link.reloaded");
	return resumed.events > 0 ? t("link.caught_up", {n: resumed.events}) : t("link.back");
}

/** @param {App} app */
function link_words(app) {
	const {phase, heard_at} = app.link.value;
	const s = Math.max(0, app.clock.now() - heard_at) / 1000;
	if (phase === "live")
		return [b(null, t("link.live")), ` · ${resumed_words(app) || t("link.age", {s: number_text(s, 1)})}`];
	if (phase === "late")
		return [b(null, t("link.late", {s: Math.floor(s)}))];
	return [b(null, t(phase === "frozen" ? "link.frozen" : "link.first"))];
}

/** @param {{app: App}} props */
export function Header({app}) {
	const {is_ready, is_there} = app.sound.value;
	void app.now.value;
	return header({class: "top"},
		h1(null, b({class: "mark"}, t("app.name")), span({class: "whose"}, console_name(app.desk))),
		span({class: "grow"}),
		span({class: cls("link", app.link.value.phase)}, link_words(app)),
		is_there ? button({class: cls("plain", !is_ready && "deaf"), onClick: () => app.sound_test()},
			t(is_ready ? "sound.ready" : "sound.off"), kbd(null, "F9")) : null,
		button({class: "plain", onClick: () => (app.dialog.value = "settings"), "aria-haspopup": "dialog"},
			app.desk.me.user, span({class: "more", "aria-hidden": "true"}, "▾")),
		b({class: "clock"}, `${clock_text(app.now.value)} ${zone_label}`));
}
