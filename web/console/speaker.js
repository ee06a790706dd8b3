/* What this desk hears, and what is told to those who listen to the page: the highest alarm that
 * nobody has taken, or that the line is down. */
import {effect, signal} from "@preact/signals";
import {tone} from "../core/alarm.js";
import {Speaker} from "../core/sound.js";
import {t} from "../core/text.js";
import {kind_of, number_of, place_of} from "./words.js";

/** @typedef {import("./app.js").App} App */

const sentence_every_ms = 3000;

/** @param {App} app @param {() => number} volume */
export function give_voice(app, volume) {
	const context = typeof AudioContext === "undefined" ? null : new AudioContext();
	if (!context) {
		app.sound.value = {is_ready: false, is_there: false};
		return;
	}
	const speaker = new Speaker(context, () => (app.sound.value = {is_ready: speaker.is_ready, is_there: true}));
	app.sound.value = {is_ready: speaker.is_ready, is_there: true};
	app.unblock_sound = () => {
		if (!speaker.is_ready)
			void speaker.unblock();
	};
	app.sound_test = () => {
		void speaker.unblock().then(() => speaker.test("1"));
	};
	app.set_volume = () => speaker.set_volume(volume());
	app.set_volume();
	effect(() => {
		const list = app.alarms.value, newest = list.reduce((last, alarm) => alarm.since > last.since ? alarm : last, list[0]);
		speaker.play(app.is_frozen.value ? "link" : tone(list, app.desk) ?? "", newest?.incident.id);
		document.documentElement.dataset.tone = speaker.tone;
	});
}

/** One sentence for each new alarm, the urgent ones at once, never more often than one can listen.
 * @param {App} app */
export function announce(app) {
	const said = signal({urgent: "", calm: ""});
	/** @type {Set<string>} */
	let known = new Set();
	let spoke_at = -Infinity;
	effect(() => {
		const list = app.alarms.value;
		const fresh = list.find((alarm) => !known.has(alarm.incident.id) && alarm.priority <= 2);
		if (fresh && app.now.peek() - spoke_at < sentence_every_ms)
			return;
		known = new Set(list.map((alarm) => alarm.incident.id));
		if (!fresh)
			return;
		spoke_at = app.now.peek();
		const words = t("alarm.said", {n: fresh.priority, kind: kind_of(fresh.incident, app.desk), place: place_of(fresh.incident), no: number_of(fresh.incident)});
		said.value = fresh.priority === 1 ? {urgent: words, calm: ""} : {urgent: "", calm: words};
	});
	return said;
}
