/* How the panes lie, and what stands above and below them. */
import {div, main, draw, cls} from "../view/el.js";
import {Band} from "../view/band.js";
import {t} from "../core/text.js";
import {clock_text} from "../core/time.js";
import {Bar} from "./bar.js";
import {Detail} from "./detail.js";
import {Dialogs} from "./dialogs.js";
import {Header} from "./header.js";
import {MapPane} from "./map.js";
import {Queue} from "./queue.js";
import {Strip} from "./strip.js";
import {Units} from "./units.js";

/** @typedef {import("./app.js").App} App */

/** @param {{app: App}} props */
function LinkBand({app}) {
	if (!app.is_frozen.value)
		return null;
	const {heard_at, tries} = app.link.value, {waiting} = app.actions;
	void app.now.value, app.revision.value;
	const running = [t("band.since", {s: Math.floor((app.clock.now() - heard_at) / 1000)}), tries > 1 ? t("band.tries", {n: tries}) : t("band.trying"),
		waiting > 0 ? t("band.waiting", {n: waiting}) : ""].filter(Boolean).join(" · ");
	return draw(Band, {
		title: t("band.frozen", {time: clock_text(heard_at + app.bridge_clock.ahead)}), running,
		action: {text: t("link.again"), run: () => app.stream?.hurry()},
	});
}

/** @param {{app: App}} props */
function FaultBand({app}) {
	const fault = app.fault.value;
	return fault ? draw(Band, {title: t("band.fault", {fault}), running: "", action: {text: t("band.reload"), run: () => location.reload()}}) : null;
}

/** @param {{app: App, said: import("@preact/signals").Signal<{urgent: string, calm: string}>, settings: any, change: any, key?: string}} props */
export function Shell({app, said, settings, change}) {
	return [
		draw(Header, {app}),
		draw(FaultBand, {app}), draw(LinkBand, {app}),
		draw(Strip, {app}),
		main({class: cls("panes", app.is_frozen.value && "frozen", !app.has_data.value && "never")},
			draw(Queue, {app}), draw(Detail, {app}), div({class: "side"}, draw(MapPane, {app, theme: settings.theme}), draw(Units, {app}))),
		draw(Bar, {app}),
		div({class: "unseen-words", "aria-live": "assertive"}, said.value.urgent),
		div({class: "unseen-words", "aria-live": "polite"}, said.value.calm),
		draw(Dialogs, {app, settings, change}),
	];
}
