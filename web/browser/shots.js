/* Pictures of the console with a lively city on it: the one of the README, and, in build/shots,
 * both themes at the widths people have and what triage knows, for the eyes of whoever changes
 * something. */
import {mkdirSync} from "node:fs";
import {evening} from "./evening.js";
import {scenes, tell} from "./scenes.js";
import {Desk, open_browser, pause, Relay, tree, World} from "./world.js";

const picture = process.argv[2] ?? `${tree}web/console.png`;
const shots = `${tree}build/shots`;
const between_ms = 3000; /* so that not all have waited as long */
const sizes = {1280: 720, 1366: 768, 1920: 1080};

/** @param {World} world */
async function play(world) {
	/** @type {[string, string, string][]} */
	const agencies = {siti: "fire", dewi: "police", rina: "health", agus: "disaster", tono: "city"};
	for (const {text, source = "lapor-web", at, taken = [], note} of evening) {
		const location = at ? {location: {lat: at[0], lon: at[1], accuracy_m: 15}} : {};
		const report = await world.report(text, {source, ...location});
		await pause(between_ms / 2);
		for (const user of taken)
			if (report.classification.agencies.includes(agencies[user]))
				await world.act(user, report.incident_id, "acknowledge", {agency: agencies[user]});
		if (note)
			await world.act(note[0], report.incident_id, "note", {note: note[1]});
		await pause(between_ms / 2);
	}
}

/** @param {Desk} desk @param {string} path */
async function shoot(desk, path) {
	await desk.page.evaluate(() => document.fonts.ready);
	await pause(600);
	await desk.page.screenshot({path});
	process.stdout.write(`${path}\n`);
}

/** @param {World} world @param {import("playwright-core").Browser} browser @param {{theme: string, language?: string, width: number, user?: string}} look */
async function seat(world, browser, {theme, language = "id", width, user = "siti"}, port = world.http) {
	const desk = await Desk.begin(browser, port, {settings: {theme, language}, size: {width, height: sizes[width]}});
	await desk.sign_in(world, user);
	await desk.page.locator(".row").first().waitFor();
	await desk.choose(evening.length);
	await desk.page.locator(".history .entry").first().waitFor();
	return desk;
}

/** Each scene as a fire desk comes to it, in both themes, the light one in English. @param {import("playwright-core").Browser} browser */
async function shoot_scenes(browser) {
	const city = await World.begin({"joining.enabled": "true"});
	try {
		const told = await tell(city);
		for (const [theme, language, width] of /** @type {const} */ ([["dark", "id", 1366], ["light", "en", 1280]])) {
			const desk = await Desk.begin(browser, city.http, {settings: {theme, language}, size: {width, height: sizes[width]}});
			await desk.sign_in(city, "siti");
			for (const [name, come_to] of Object.entries(scenes)) {
				await come_to(desk, told, city);
				await shoot(desk, `${shots}/${name}-${theme}-${width}.png`);
				await desk.keys("Escape", "Escape");
			}
			await desk.end();
		}
	} finally {
		await city.end();
	}
}

mkdirSync(shots, {recursive: true});
const world = await World.begin();
const browser = await open_browser();
try {
	await play(world);
	const first = await seat(world, browser, {theme: "dark", width: 1366});
	await shoot(first, picture);
	await first.end();
	for (const theme of ["dark", "light"])
		for (const width of [1280, 1366, 1920]) {
			const desk = await seat(world, browser, {theme, width});
			await shoot(desk, `${shots}/konsol-${theme}-${width}.png`);
			await desk.end();
		}
	const english = await seat(world, browser, {theme: "light", language: "en", width: 1366, user: "pengawas"});
	await shoot(english, `${shots}/supervisor-en-1366.png`);
	await english.end();
	const relay = await Relay.begin(world.http);
	const frozen = await seat(world, browser, {theme: "dark", width: 1366}, relay.port);
	frozen.is_line_bad = true;
	relay.end();
	await frozen.page.locator(".band").waitFor();
	await pause(4000);
	await shoot(frozen, `${shots}/konsol-beku-1366.png`);
	await frozen.end();
	const door = await Desk.begin(browser, world.http, {settings: {theme: "dark"}});
	await door.page.goto(`${door.origin}/masuk`);
	await door.page.locator("#enter:enabled").waitFor();
	await shoot(door, `${shots}/masuk-1366.png`);
	await door.end();
	await shoot_scenes(browser);
} finally {
	await browser.close();
	await world.end();
}
