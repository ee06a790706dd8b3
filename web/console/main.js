/* Starts a console: the words, who sits here, what the city is called, then the line. */
import {render} from "preact";
import {effect, signal} from "@preact/signals";
import {Desk} from "../core/desk.js";
import {get, SignedOut, sign_out} from "../core/session.js";
import {keep_settings, read_settings} from "../core/settings.js";
import {Stream} from "../core/stream.js";
import {draw} from "../view/el.js";
import {draw_by_frame} from "../view/frame.js";
import {dress, learn} from "../view/page.js";
import {t} from "../core/text.js";
import {App} from "./app.js";
import {catch_faults} from "./fault.js";
import {console_name} from "./header.js";
import {ask_history, keep_history, refresh_history} from "./history.js";
import {listen} from "./keys.js";
import {ask_reports} from "./reports.js";
import {Shell} from "./shell.js";
import {announce, give_voice} from "./speaker.js";

/** @typedef {import("../core/settings.js").Settings} Settings */

const clock = {
	now: () => Date.now(),
	later: (/** @type {number} */ ms, /** @type {() => void} */ run) => setTimeout(run, ms),
	cancel: (/** @type {any} */ timer) => clearTimeout(timer),
};

const settings = signal(read_settings(globalThis.localStorage));
const rest_ms = 120;
const leave = () => location.replace("/masuk");

/** All that is needed before the first row; asked for again until it is there.
 * @param {(s: number, tries: number) => void} waiting */
async function arrive(waiting) {
	const begun = clock.now();
	for (let tries = 1;; tries++) {
		try {
			const [me, taxonomy, workflow] = await Promise.all([get("/v1/me"), get("/v1/taxonomy"), get("/v1/workflow")]);
			return new Desk(me, taxonomy.categories, taxonomy.agencies, workflow);
		} catch (error) {
			if (error instanceof SignedOut) {
				leave();
				return null;
			}
			waiting(Math.round((clock.now() - begun) / 1000), tries);
			await new Promise((done) => setTimeout(done, 2000));
		}
	}
}

/** @param {App} app */
function open_line(app) {
	const address = new URL("/v1/stream", location.href);
	address.protocol = address.protocol.replace("http", "ws");
	app.stream = new Stream({
		connect: () => new WebSocket(address, "tangi.v1"), clock, random: Math.random,
		place: () => app.model.place(),
		on_frame: (frame) => {
			app.hear(frame);
			if (frame.type === "snapshot")
				refresh_history();
		},
		on_link: (link) => app.hear_link(link),
		on_refused: () => void get("/v1/me").catch((error) => error instanceof SignedOut && leave()),
	});
	addEventListener("online", () => app.stream?.hurry());
	addEventListener("visibilitychange", () => document.visibilityState === "visible" && app.stream?.hurry());
}

/** @param {App} app @param {Partial<Settings>} change */
async function change_settings(app, change) {
	if (change.language)
		await learn(change.language);
	settings.value = {...settings.value, ...change};
	keep_settings(globalThis.localStorage, settings.value);
	dress(settings.value);
	app.set_volume();
	app.revision.value++;
}

/** @param {App} app */
function run_clock(app) {
	const beat = () => {
		app.now.value = app.bridge_clock.now();
		setTimeout(beat, 1000 - app.now.value % 1000 + 5);
	};
	beat();
}

/** What is not in the stream is asked for when a selection rests: not for each row that a held key
 * passes over. @param {App} app */
function follow_selection(app) {
	const rested = signal(/** @type {string | null} */ (null));
	let timer = 0;
	effect(() => {
		const id = app.selected.value;
		clearTimeout(timer);
		timer = setTimeout(() => (rested.value = id), rest_ms);
	});
	effect(() => void ask_history(rested.value));
	effect(() => {
		if (app.current.value && app.current.value.id === rested.value)
			ask_reports(app.current.value);
	});
}

/** Whoever goes is gone, even when the bridge cannot be told: the page forgets, and says so if not.
 * @param {App} app */
async function go(app) {
	try {
		await sign_out(app.desk.me.csrf);
	} catch {
		app.dialog.value = null;
		app.notice.value = "act.no_link";
		return;
	}
	app.stream?.end();
	leave();
}

async function begin() {
	draw_by_frame();
	await learn(settings.value.language);
	dress(settings.value);
	const root = /** @type {HTMLElement} */ (document.getElementById("app"));
	const desk = await arrive((s, tries) =>
		root.querySelector("#loading")?.replaceChildren(`${t("link.never")} ${t("link.never_how", {s, tries})}`));
	if (!desk)
		return;
	const app = new App(desk, clock);
	catch_faults(app);
	app.leave = () => void go(app);
	app.on_event = keep_history;
	give_voice(app, () => settings.value.volume);
	listen(app, () => settings.value.keys);
	run_clock(app);
	open_line(app);
	follow_selection(app);
	effect(() => {
		const n = app.alarms.value.length;
		const title = `${n > 0 ? `(${n}) ` : ""}${console_name(desk)} – ${t("app.name")}`;
		if (document.title !== title)
			document.title = title;
	});
	const said = announce(app);
	/* In another language everything is drawn anew. */
	const Root = () => draw(Shell, {key: settings.value.language, app, said, settings: settings.value,
		change: (/** @type {any} */ change) => void change_settings(app, change)});
	root.replaceChildren();
	render(draw(Root, {}), root);
	document.querySelector(/** @type {"div"} */ (".grid"))?.focus();
}

void begin();
