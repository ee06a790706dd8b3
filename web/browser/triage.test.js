/* What triage knows, at the desk: why, where, what may be the same, and the decisions about it, by
 * keyboard. Any error on the console, policy report or request to elsewhere fails its test. */
import {after, afterEach, before, test} from "node:test";
import assert from "node:assert/strict";
import {Desk, open_browser, until, World} from "./world.js";

const FIRE = "Kebakaran rumah di Jl. Kesambi dekat RSD Gunung Jati, masih ada orang di dalam";

/** @type {World} */ let world;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Desk} */ let desk;

before(async () => {
	world = await World.begin({"joining.enabled": "true"}); // first: a browser that nobody closes keeps node alive
	browser = await open_browser();
});

after(async () => {
	await browser?.close();
	await world?.end();
});

afterEach(() => desk?.end());

async function seat(user) {
	desk = await Desk.begin(browser, world.http);
	await desk.sign_in(world, user);
}

const incident = (/** @type {string} */ id) => world.get(`/v1/incidents/${id}`);

/** Reports it and looks at it. */
async function open(text, more) {
	const report = await world.report(text, more), one = await incident(report.incident_id);
	await desk.choose(one.no);
	await desk.page.locator("#detail .facts").waitFor();
	return one;
}

test("the_verdict_says_how_its_events_stand_which_rule_decided_and_what_the_model_thinks", async () => {
	await seat("siti");
	await open("Tadi ada kebakaran di gudang dekat pasar kanoman tapi sudah padam");
	const why = await desk.page.locator("#detail .why").innerText();
	assert.match(why, /sudah padam[\s\S]*sudah berakhir/);
	assert.match(why, /Penentu: /);
	assert.match(why, /Model: darurat \d+ %/);
	assert.match(why, /aturan [0-9a-f]{8} · model [0-9a-f]{8}/);
});

test("a_place_says_how_far_it_can_be_relied_on_and_another_is_taken_by_key_and_taken_back", async () => {
	await seat("siti");
	const one = await open(FIRE);
	assert.match(await desk.page.locator("#detail .facts").innerText(), /di sekitar · ±[\d.]+\s+m[\s\S]*Jl\. Kesambi dekat RSD Gunung Jati/);
	const other = one.location.candidates.filter(({lat}) => lat !== null)[1];
	await desk.keys("l", "2");
	await until(async () => (await incident(one.id)).location.lat === other.lat, "the other place");
	await desk.page.locator(".done").waitFor();
	await desk.keys("u");
	await until(async () => (await incident(one.id)).location.lat === one.location.lat, "the first place");
	await desk.page.locator("#detail .facts", {hasText: "Jl. Kesambi dekat RSD Gunung Jati"}).waitFor();
});

test("an_area_is_an_area_and_never_a_point", async () => {
	await seat("siti");
	const one = await open("Kebakaran ilalang di Kalijaga");
	assert.equal(one.location.state, "area");
	assert.match(await desk.page.locator("#detail .facts").innerText(), /hanya wilayah Kalijaga, tanpa titik/);
	assert.doesNotMatch(await desk.page.locator("#detail .facts").innerText(), /-6\.\d{5}/);
	await desk.keys("m");
});

test("kind_priority_and_agencies_are_corrected_in_one_decision_and_undone_by_another", async () => {
	await seat("siti");
	const one = await open("Kebakaran kecil di lapak sate Jl. Pemuda");
	await desk.keys("p");
	await desk.page.locator("#kind:focus").waitFor();
	await desk.page.keyboard.type("gas");
	await desk.page.locator(".option[aria-selected=true]", {hasText: /gas/i}).waitFor();
	await desk.keys("Tab", "Tab");
	await desk.keys("1");
	await desk.keys("Enter");
	const after = await until(async () => {
		const now = await incident(one.id);
		return now.version > one.version && now;
	}, "the correction");
	assert.notEqual(after.category, one.category);
	assert.equal(after.version, one.version + 1, "one decision");
	await desk.page.locator(".done").waitFor();
	await desk.keys("u");
	const back = await until(async () => {
		const now = await incident(one.id);
		return now.category === one.category && now;
	}, "what was");
	assert.equal(back.priority, one.priority);
	assert.deepEqual([...back.agencies].sort(), [...one.agencies].sort());
});

test("who_may_only_watch_corrects_and_merges_nothing", async () => {
	await seat("tamu");
	await open(FIRE);
	await desk.keys("p", "l", "e", "u");
	assert.equal(await desk.page.locator("dialog, .bar.asking").count(), 0);
});

test("a_similar_incident_is_merged_by_key_after_it_was_said_what_happens_and_taken_out_again", async () => {
	await seat("siti");
	const text = "Api membakar gudang rotan di Jl. Kecapi Raya, asap hitam";
	const call = {source: "call-112", location: {lat: -6.7391, lon: 108.5531, accuracy_m: 15}};
	const first = await incident((await world.report(text, call)).incident_id);
	const second = await open("Gudang rotan di Jl. Kecapi Raya terbakar, asap hitam tebal", call);
	assert.notEqual(first.id, second.id, "a call is only ever suggested");
	assert.ok(second.similar.some((one) => one.incident_id === first.id));
	await desk.page.locator(".alike", {hasText: String(first.no).padStart(4, "0")}).waitFor();
	await desk.keys("g");
	const dialog = desk.page.locator("dialog.merge");
	await dialog.locator(".outcome", {hasText: "ditutup sebagai ganda"}).waitFor();
	assert.equal(await dialog.locator("article").count(), 2);
	await desk.keys("Enter");
	await until(async () => (await incident(second.id)).merged_into?.no === first.no, "it is merged");
	await desk.page.locator(".gone-to", {hasText: String(first.no).padStart(4, "0")}).waitFor();
	await desk.page.locator(".belongs", {hasText: "Sudah digabung"}).waitFor();
	assert.equal(await desk.row(second.no).count(), 0);
	await desk.page.locator(".done").waitFor();
	await desk.keys("u");
	await until(async () => (await incident(second.id)).status !== "closed", "it is back");
});
