/* axe-core over every page, theme, language and state: nothing found. */
import {after, before, describe, test} from "node:test";
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {scenes, tell} from "./scenes.js";
import {Desk, open_browser, Relay, tree, World} from "./world.js";

const axe = readFileSync(`${tree}web/node_modules/axe-core/axe.min.js`, "utf8");
const texts = ["Kebakaran rumah di Kesambi, masih ada orang di dalam", "Pohon tumbang menutup Jl. Cipto Mangunkusumo", "Korsleting di tiang listrik depan Pasar Kanoman",
	"Ada ular masuk rumah di Larangan", "Bau gas menyengat di warung Jl. Kalijaga"];
const looks = [["dark", "id"], ["light", "id"], ["dark", "en"], ["light", "en"]];
const at_once = 2; /* most of the time is spent waiting for a state to come */

/** @type {World} */ let world;
/** @type {import("playwright-core").Browser} */ let browser;

before(async () => {
	world = await World.begin(); // first: a browser that nobody closes keeps node alive
	browser = await open_browser();
});

after(async () => {
	await browser?.close();
	await world?.end();
});

/** What closes things however the test ends. @typedef {{after: (run: () => any) => void}} Ending */

/** @param {Desk} desk @param {string} where */
async function audit(desk, where) {
	if (await desk.page.evaluate(() => globalThis.axe === undefined))
		await desk.page.evaluate(axe);
	const found = await desk.page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}));
	const said = found.violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`);
	assert.equal(said.length, 0, `${where}:\n${said.join("\n")}`);
}

/** @param {Ending} t @param {object} settings */
async function desk_of(t, settings, port = world.http) {
	const desk = await Desk.begin(browser, port, {settings});
	t.after(() => desk.end());
	return desk;
}
describe("without_anything_to_do", {concurrency: at_once}, () => {
	for (const [theme, language] of looks) {
		const settings = {theme, language};

		test(`the_sign_in_has_no_findings_${theme}_${language}`, async (t) => {
			const desk = await desk_of(t, settings);
			await desk.page.goto(`${desk.origin}/masuk`);
			await desk.page.locator("#enter:enabled").waitFor();
			await audit(desk, "empty");
			await desk.page.locator("#user").fill("siti");
			await desk.page.locator("#password").fill("x");
			await desk.page.keyboard.press("Enter");
			await desk.page.locator("#trouble:visible").waitFor();
			await audit(desk, "refused");
		});

		test(`an_empty_console_has_no_findings_${theme}_${language}`, async (t) => {
			const desk = await desk_of(t, settings);
			await desk.sign_in(world, "dewi");
			await audit(desk, "empty");
		});
	}
});

describe("at_work", {concurrency: at_once}, () => {
	before(async () => {
		for (const text of texts)
			await world.report(text);
	});

	for (const [theme, language] of looks)
		test(`a_console_at_work_has_no_findings_${theme}_${language}`, async (t) => {
			const relay = await Relay.begin(world.http);
			t.after(() => relay.end());
			const desk = await desk_of(t, {theme, language}, relay.port);
			await desk.sign_in(world, "siti");
			await desk.page.locator(".row").first().waitFor();
			await desk.keys("Spasi", "j");
			await desk.page.locator(".history .entry").first().waitFor();
			await audit(desk, "live");
			await desk.keys("n");
			await audit(desk, "asking for words");
			await desk.keys("Escape", "p");
			await audit(desk, "asking for a choice");
			await desk.keys("Escape", "?");
			await audit(desk, "help");
			await desk.keys("Escape");
			await desk.page.locator(".top button", {hasText: "siti"}).click();
			await audit(desk, "settings");
			await desk.keys("Escape", "f");
			await desk.page.keyboard.type("zzz");
			await audit(desk, "filtered");
			await desk.keys("Escape", "Escape");
			desk.is_line_bad = true;
			relay.stall();
			await desk.page.locator(".link.late").waitFor();
			await audit(desk, "late");
			relay.cut();
			await desk.page.locator(".band").waitFor();
			await audit(desk, "frozen");
		});
});

describe("what_triage_knows", {concurrency: at_once}, () => {
	/** @type {World} */ let city;
	/** @type {import("./scenes.js").Told} */ let told;

	before(async () => {
		city = await World.begin({"joining.enabled": "true"});
		told = await tell(city);
	});

	after(() => city?.end());

	/* Each theme, each language. */
	for (const [theme, language] of [looks[0], looks[3]])
		test(`what_triage_knows_has_no_findings_${theme}_${language}`, async (t) => {
			const desk = await desk_of(t, {theme, language}, city.http);
			await desk.sign_in(city, "siti");
			for (const [name, come_to] of Object.entries(scenes)) {
				await come_to(desk, told, city);
				await audit(desk, name);
				await desk.keys("Escape", "Escape");
			}
			const hearer = await desk_of(t, {theme, language}, city.http);
			await hearer.sign_in(city, "wati");
			await hearer.choose(told.jester);
			await hearer.page.locator("#detail .facts .count").waitFor();
			await audit(hearer, "a number that is known");
		});
});
