/* The command line in Chromium, against the real bridge: by keyboard alone. */
import {after, afterEach, before, beforeEach, test} from "node:test";
import assert from "node:assert/strict";
import {Desk, open_browser, until, World} from "./world.js";

const FIRE = "Kebakaran rumah di Jl. Kesambi dekat RSD Gunung Jati, masih ada orang di dalam";
const FLOOD = "Banjir setinggi dada di Argasunya, orang terjebak di atap";

/** @type {World} */ let world;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Desk[]} */ let desks = [];

before(async () => {
	world = await World.begin();
	browser = await open_browser();
});

after(async () => {
	await browser?.close();
	await world?.end();
});

beforeEach(() => {
	desks = [];
});

afterEach(async () => {
	for (const desk of desks)
		await desk.end();
});

async function seat(user, options = {}) {
	const desk = await Desk.begin(browser, world.http, options);
	desks.push(desk);
	await desk.sign_in(world, user);
	return desk;
}

const incident = (/** @type {string} */ id) => world.get(`/v1/incidents/${id}`);

/** A report's incident, on this desk. */
async function arrived(desk, text) {
	const {incident_id} = await world.report(text), {no} = await incident(incident_id);
	await desk.row(no).first().waitFor({state: "attached"});
	return {id: incident_id, no};
}

/** How the fire service closed its part; the others' stay open. */
const outcome = async (/** @type {string} */ id) => (await incident(id)).assignments.find((part) => part.agency === "fire").outcome;
const says = (desk, words) => desk.page.locator("#command-says", {hasText: words}).waitFor();
const value = (desk) => desk.page.locator("#command").inputValue();
const focused = (desk) => desk.page.evaluate(() => document.activeElement?.id);

test("a_line_says_what_it_would_do_and_enter_does_it", async () => {
	const desk = await seat("siti"), {id, no} = await arrived(desk, FIRE);
	await desk.keys("/");
	assert.equal(await focused(desk), "command");
	await desk.page.keyboard.type(`tutup ${no} selesai api padam`);
	await says(desk, `Tutup ${String(no).padStart(4, "0")} Kebakaran bangunan`);
	assert.equal((await incident(id)).status, "new", "nothing is done before Enter");
	await desk.keys("Enter");
	await until(async () => await outcome(id) === "resolved", "its part is closed");
	await desk.page.locator(".bar", {hasText: "✓ Tutup"}).waitFor();
	assert.equal(await desk.page.locator("#command").count(), 0);
});

test("what_is_wrong_is_marked_under_its_column_and_enter_does_nothing", async () => {
	const desk = await seat("siti"), {id, no} = await arrived(desk, FIRE);
	await desk.keys("Control+k");
	await desk.page.keyboard.type(`tutup ${no} pädam`);
	await says(desk, "“pädam” bukan hasil");
	assert.equal(await desk.page.locator(".mark-line .wrong").innerText(), "pädam");
	await desk.keys("Enter");
	assert.equal(await value(desk), `tutup ${no} pädam`, "nothing typed is lost");
	await desk.keys("Escape");
	assert.equal((await incident(id)).version, 1);
});

test("tab_completes_and_arrow_up_recalls", async () => {
	const desk = await seat("siti"), {id, no} = await arrived(desk, FLOOD);
	await desk.choose(no);
	await desk.keys("/");
	await desk.page.keyboard.type("cat");
	await says(desk, "catat");
	await desk.keys("Tab");
	assert.equal(await value(desk), "catat ");
	await desk.page.keyboard.type("perahu dari utara");
	await says(desk, "Catat di");
	await desk.keys("Enter");
	await until(async () => (await incident(id)).timeline.some((event) => event.note === "perahu dari utara"), "the note is there");
	await until(async () => await desk.page.locator("#command").count() === 0, "the line is closed");
	await desk.keys("/", "ArrowUp");
	assert.equal(await value(desk), "catat perahu dari utara");
	await desk.keys("Escape");
});

test("nothing_that_arrives_takes_the_focus_or_the_line", async () => {
	const desk = await seat("siti"), {no} = await arrived(desk, FIRE);
	await desk.keys("/");
	await desk.page.keyboard.type(`prio ${no} `);
	await arrived(desk, FIRE);
	await arrived(desk, FIRE);
	assert.equal(await focused(desk), "command");
	await desk.page.keyboard.type("1");
	assert.equal(await value(desk), `prio ${no} 1`);
	await desk.keys("Escape");
});

test("somebody_was_first_is_said_and_the_next_enter_is_on_what_is_seen_now", async () => {
	const desk = await seat("siti"), {id, no} = await arrived(desk, FIRE);
	await desk.keys("/");
	await desk.page.keyboard.type(`tutup ${no} nihil`);
	await says(desk, "Tutup");
	await world.act("budi", id, "note", {note: "masih berasap"});
	await desk.keys("Enter");
	await says(desk, "Sudah berubah");
	assert.equal((await incident(id)).status, "new");
	await says(desk, "Tutup");
	await desk.keys("Enter");
	await until(async () => await outcome(id) === "no_event", "its part is closed");
});

test("in_english_it_is_the_same_line", async () => {
	const desk = await seat("siti", {settings: {language: "en"}}), {no} = await arrived(desk, FIRE);
	await desk.keys("/");
	await desk.page.keyboard.type(`prio ${no} 2`);
	await says(desk, "Priority of");
	await desk.keys("Escape");
});
