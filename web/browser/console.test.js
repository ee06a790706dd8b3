/* The console in Chromium, against the real bridge and a real broker: a dispatcher's evening, by
 * keyboard. Any error on the console, policy report or request to elsewhere fails its test. */
import {after, afterEach, before, beforeEach, test} from "node:test";
import assert from "node:assert/strict";
import {Desk, open_browser, pause, Relay, until, World} from "./world.js";

const FIRE = "Kebakaran rumah di Jl. Kesambi dekat RSD Gunung Jati, masih ada orang di dalam";

/** @type {World} */ let world;
/** @type {import("playwright-core").Browser} */ let browser;
/** @type {Desk[]} */ let desks = [];
/** @type {Relay | null} */ let relay = null;

before(async () => {
	world = await World.begin(); // first: a browser that nobody closes keeps node alive
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
	relay?.end();
	relay = null;
	for (const desk of desks)
		await desk.end();
});

/** A desk where somebody sits. */
async function seat(user, options = {}) {
	const desk = await Desk.begin(browser, options.port ?? world.http, options);
	desks.push(desk);
	await desk.sign_in(world, user);
	return desk;
}

const incident = (/** @type {string} */ id) => world.get(`/v1/incidents/${id}`);

/** The short number of what a report became. */
const number_of = async (/** @type {any} */ report) => (await incident(report.incident_id)).no;

const part = (one, agency = "fire") => one.assignments.find((part) => part.agency === agency);
const state = (one, agency = "fire") => part(one, agency).state;

test("without_a_session_the_console_leads_to_the_sign_in", async () => {
	const desk = await Desk.begin(browser, world.http);
	desks.push(desk);
	await desk.page.goto(`${desk.origin}/konsol`);
	await desk.page.waitForURL("**/masuk");
});

test("a_wrong_password_is_said_in_words_and_nothing_typed_is_lost", async () => {
	const desk = await Desk.begin(browser, world.http);
	desks.push(desk);
	await desk.page.goto(`${desk.origin}/masuk`);
	await desk.page.locator("#enter:enabled").waitFor();
	await desk.page.keyboard.type("siti");
	await desk.keys("Tab");
	await desk.page.keyboard.type("bukan ini");
	await desk.keys("Enter");
	await desk.page.locator("#trouble:visible").waitFor();
	assert.match(await desk.page.locator("#trouble").innerText(), /Nama atau kata sandi salah/);
	assert.equal(await desk.page.locator("#user").inputValue(), "siti");
	await desk.page.keyboard.type(world.passwords.siti);
	await desk.keys("Enter");
	await desk.page.waitForURL("**/konsol");
	await desk.live();
});

test("a_report_appears_without_reload_with_the_reason_of_its_verdict", async () => {
	const desk = await seat("siti");
	const report = await world.report(FIRE);
	const no = await number_of(report);
	await desk.choose(no);
	const detail = desk.page.locator("#detail");
	const {because} = report.classification;
	assert.ok(because.length > 0);
	const by_rule = because.filter((reason) => reason.is !== "model");
	for (const {term} of by_rule)
		await detail.locator(".reasons .term", {hasText: term}).first().waitFor();
	assert.equal(await detail.locator(".reasons .n").count(), by_rule.length);
	await detail.getByText("RSD Gunung Jati").first().waitFor();
	assert.match(await detail.locator(".said").innerText(), /masih ada orang di dalam/);
	await detail.locator(".history .entry").first().waitFor();
});

test("what_one_console_takes_by_key_falls_silent_on_the_other", async () => {
	const [here, there] = [await seat("siti"), await seat("budi")];
	await take_all(here);
	await until(async () => await here.tone === "" && await there.tone === "", "silence");
	const report = await world.report(FIRE), no = await number_of(report);
	await until(async () => await here.tone === "1" && await there.tone === "1", "both desks hear it");
	await there.page.locator(".card", {hasText: String(no).padStart(4, "0")}).waitFor();
	assert.match(await there.page.title(), /^\(1\)/);
	await here.keys("Spasi");
	await until(async () => await there.tone === "" && await here.tone === "", "both fall silent");
	await there.choose(no);
	await there.page.locator(".part", {hasText: "DAMKAR"}).getByText("siti", {exact: false}).waitFor();
	const now = await incident(report.incident_id);
	assert.equal(state(now), "acknowledged");
	assert.equal(now.assignments.find((part) => part.agency === "fire").by, "siti");
});

/** Space as long as a card is there. */
async function take_all(desk) {
	await until(async () => {
		if (await desk.page.locator(".card").count() === 0)
			return true;
		await desk.keys("Spasi");
		await pause(50);
		return false;
	}, "nothing waits");
}

test("a_note_a_priority_and_an_outcome_need_no_mouse", async () => {
	const desk = await seat("siti");
	const report = await world.report(FIRE), no = await number_of(report);
	await desk.choose(no);
	await desk.keys("a", "n");
	await desk.page.keyboard.type("gang dua meter, mobil besar tidak masuk");
	await desk.keys("Enter");
	await desk.page.locator(".history", {hasText: "gang dua meter"}).waitFor();
	await until(async () => {
		const {version} = await incident(report.incident_id);
		return await desk.page.locator(".sub", {hasText: new RegExp(`versi ${version}$`)}).count() > 0;
	}, "the desk has seen what it decides on");
	await desk.keys("p", "2", "Enter");
	await until(async () => (await incident(report.incident_id)).priority === 2, "the priority");
	await desk.page.locator(".what .sign.p2").waitFor();
	await desk.keys("x", "1");
	await desk.page.keyboard.type("api padam");
	await desk.keys("Enter");
	const closed = await until(async () => {
		const one = await incident(report.incident_id);
		return part(one).outcome && one;
	}, "its part is closed");
	assert.equal(part(closed).outcome, "resolved");
	assert.ok(!part(closed, "police").outcome && closed.status !== "closed", "the others' parts are theirs");
	assert.ok(closed.timeline.some((event) => event.note === "api padam"));
	await desk.page.locator(".part", {hasText: "DAMKAR"}).getByText("ditutup", {exact: false}).waitFor();
	await desk.keys("o");
	await until(async () => !part(await incident(report.incident_id)).outcome, "it is open again");
});

test("letters_in_a_field_are_letters", async () => {
	const desk = await seat("siti");
	const report = await world.report(FIRE), no = await number_of(report);
	await desk.choose(no);
	await desk.keys("n");
	await desk.page.keyboard.type("a x p 1 2 j k f ?");
	assert.equal(await desk.page.locator("#words").inputValue(), "a x p 1 2 j k f ?");
	await desk.keys("Escape");
	assert.equal(await desk.page.locator("#words").count(), 0);
	assert.equal((await incident(report.incident_id)).version, 1);
});

test("a_decision_on_what_has_changed_is_refused_on_its_row_with_both_versions", async () => {
	const desk = await seat("siti");
	const report = await world.report(FIRE), no = await number_of(report);
	await desk.choose(no);
	await desk.keys("x", "1");
	await world.act("budi", report.incident_id, "note", {note: "masih ada asap"});
	await desk.page.locator(".detail", {hasText: "versi 2"}).waitFor();
	await desk.keys("Enter");
	await desk.page.locator(".row[aria-selected=true] .refused").waitFor();
	assert.match(await desk.page.locator(".row[aria-selected=true] .refused").innerText(), /v1 → v2/);
	const refusal = desk.page.locator(".refusal");
	assert.match(await refusal.innerText(), /Anda melihat versi 1[\s\S]*Sekarang versi 2/);
	assert.ok(!part(await incident(report.incident_id)).outcome);
	await desk.keys("r");
	await until(async () => part(await incident(report.incident_id)).outcome === "resolved", "again, on what is seen now");
});

test("a_filter_narrows_and_never_hides_an_untaken_priority_1", async () => {
	const desk = await seat("siti");
	await take_all(desk);
	const urgent = await number_of(await world.report(FIRE));
	await desk.row(urgent).waitFor({state: "attached"});
	await desk.keys("f");
	await desk.page.keyboard.type("tidak ada yang cocok");
	await until(async () => await desk.page.locator(".row").count() === 1, "one row is left");
	assert.equal(await desk.row(urgent).count(), 1);
	await desk.keys("Escape", "a");
	await desk.keys("Home", "a");
	await desk.page.getByText(/0 dari \d+ cocok/).waitFor();
	await desk.keys("Escape");
	await until(async () => await desk.page.locator(".row").count() > 1, "all are back");
});

test("who_may_only_watch_has_nothing_to_press", async () => {
	const desk = await seat("tamu");
	const no = await number_of(await world.report(FIRE));
	await desk.choose(no);
	await desk.page.locator("#detail .facts").waitFor();
	assert.equal(await desk.page.locator("#detail .verbs .button").count(), 0);
	await desk.keys("a", "x", "p", "n");
	assert.equal(await desk.page.locator(".bar.asking").count(), 0);
	assert.equal(await desk.tone, "");
});

test("another_agencys_matter_is_not_there", async () => {
	const desk = await seat("dewi");
	const fire = await world.report("Kebakaran ilalang di Argasunya, tidak dekat rumah");
	const police = await world.report("Motor saya dicuri di depan Grage Mall");
	assert.ok(police.classification.agencies.includes("police"));
	const no = await number_of(police);
	await desk.choose(no);
	const other = await incident(fire.incident_id);
	if (!other.agencies.includes("police"))
		assert.equal(await desk.row(other.no).count(), 0);
});

test("a_bridge_that_is_killed_and_started_again_is_resumed_without_a_gap", async () => {
	const desk = await seat("siti");
	await take_all(desk);
	const before = await number_of(await world.report(FIRE));
	await desk.choose(before);
	await desk.keys("a");
	desk.is_line_bad = true;
	await world.kill();
	const band = desk.page.locator(".band");
	await band.waitFor();
	assert.match(await band.innerText(), /DATA BEKU sejak/);
	await desk.page.locator(".row .time", {hasText: "≥"}).first().waitFor();
	await until(async () => await desk.tone === "link", "the line's own tone");
	await desk.keys("n");
	await desk.page.keyboard.type("ditulis saat terputus");
	await desk.keys("Enter");
	await desk.page.locator(".band", {hasText: "1 menunggu"}).waitFor();
	await desk.keys("x", "1", "Enter");
	await desk.page.locator(".bar [role=alert]").waitFor();
	await world.start();
	await band.waitFor({state: "detached"});
	await desk.page.locator(".history", {hasText: "ditulis saat terputus"}).waitFor();
	assert.equal(await desk.page.locator(".row[aria-selected=true] .no").innerText(), String(before).padStart(4, "0"), "the selection is kept");
	const later = await number_of(await world.report(FIRE));
	await desk.row(later).waitFor({state: "attached"});
	const shown = await desk.page.locator(".grid").getAttribute("aria-rowcount");
	const live = await world.get("/v1/incidents?status=live&agency=fire&limit=500");
	assert.equal(Number(shown) - 1, live.incidents.length);
});

test("a_line_that_is_open_and_silent_is_frozen_within_ten_seconds_and_comes_back", async () => {
	relay = await Relay.begin(world.http);
	const desk = await seat("siti", {port: relay.port});
	desk.is_line_bad = true;
	await desk.page.evaluate(() => new MutationObserver((_, watch) => {
		const running = document.querySelector(".band .running");
		if (running) {
			document.documentElement.dataset.frozenAfter = running.textContent.match(/\d+/)[0];
			watch.disconnect();
		}
	}).observe(document.body, {childList: true, subtree: true}));
	relay.stall();
	await desk.page.locator(".link.late").waitFor();
	await desk.page.locator(".band").waitFor();
	const after_s = Number(await desk.page.evaluate(() => document.documentElement.dataset.frozenAfter));
	assert.ok(after_s >= 10 && after_s <= 12, `frozen after ${after_s} s`);
	const missed = await number_of(await world.report(FIRE));
	relay.go();
	relay.cut();
	await desk.page.locator(".band").waitFor({state: "detached"});
	await desk.row(missed).waitFor({state: "attached"});
	await desk.page.locator(".row.unseen").first().waitFor();
});

test("a_cut_line_goes_on_where_it_was", async () => {
	relay = await Relay.begin(world.http);
	const desk = await seat("siti", {port: relay.port});
	desk.is_line_bad = true;
	for (let n = 0; n < 5; n++) {
		const report = world.report(FIRE);
		relay.cut();
		const no = await number_of(await report);
		await desk.row(no).waitFor({state: "attached"});
	}
	await desk.live();
});

test("a_session_that_has_ended_leads_to_the_sign_in", async () => {
	const desk = await Desk.begin(browser, world.http);
	desks.push(desk);
	await desk.sign_in_by_form(world, "siti"); /* a session of its own: it ends for good */
	await desk.page.locator(".top button", {hasText: "siti"}).click();
	await desk.page.getByText("Keluar").click();
	await desk.page.waitForURL("**/masuk");
	await desk.page.goto(`${desk.origin}/konsol`);
	await desk.page.waitForURL("**/masuk");
});

test("who_is_removed_while_sitting_there_is_led_out", async () => {
	const desk = await seat("ani");
	desk.is_line_bad = true;
	world.remove("ani");
	await desk.page.waitForURL("**/masuk");
});

test("a_board_that_never_had_data_says_so_and_shows_no_empty_queue", async () => {
	const desk = await Desk.begin(browser, world.http);
	desks.push(desk);
	await desk.page.routeWebSocket(/stream/, () => {});
	await desk.page.goto(`${desk.origin}/konsol`);
	await desk.page.locator("#enter:enabled").waitFor();
	await desk.page.locator("#user").fill("siti");
	await desk.page.locator("#password").fill(world.passwords.siti);
	await desk.keys("Enter");
	await desk.page.locator(".bars").waitFor();
	await desk.page.locator(".why-not", {hasText: "memuat antrean"}).waitFor();
	await desk.page.locator(".why-not", {hasText: "Belum ada data"}).waitFor();
	assert.equal(await desk.page.getByText("Tidak ada insiden aktif").count(), 0);
	assert.equal(await desk.page.locator(".strip .quiet").count(), 0);
});

test("a_gap_is_said_and_the_selection_is_kept", async () => {
	const desk = await Desk.begin(browser, world.http);
	desks.push(desk);
	desk.is_line_bad = true;
	let last = null;
	await desk.page.routeWebSocket(/stream/, (socket) => {
		const bridge = socket.connectToServer();
		last = socket;
		socket.onMessage((text) => {
			const {after: _, ...frame} = JSON.parse(String(text)); /* as if it were no longer held */
			bridge.send(JSON.stringify(frame));
		});
	});
	await desk.sign_in(world, "siti");
	const no = await number_of(await world.report(FIRE));
	await desk.choose(no);
	await last.close();
	await desk.page.locator(".link", {hasText: "dimuat ulang"}).waitFor();
	assert.equal(await desk.page.locator(".row[aria-selected=true] .no").textContent(), String(no).padStart(4, "0"));
});

test("the_language_changes_at_once_and_stays", async () => {
	const desk = await seat("siti");
	await desk.page.locator(".top button", {hasText: "siti"}).click();
	await desk.page.getByText("English").click();
	await desk.page.locator("dialog").getByText("Sign out").waitFor();
	await desk.keys("Escape");
	await desk.page.getByText("Fire console").waitFor();
	await desk.page.reload();
	await desk.page.getByText("Fire console").waitFor();
	assert.equal(await desk.page.locator("html").getAttribute("lang"), "en");
});

test("a_fault_of_the_page_is_said_and_never_a_dead_screen", async () => {
	const desk = await seat("siti");
	await desk.page.evaluate(() => sessionStorage.setItem("tangi.fault", String(Date.now())));
	await desk.page.evaluate(() => void setTimeout(() => {
		throw new Error("made by the test");
	}));
	await desk.page.locator(".band", {hasText: "made by the test"}).waitFor();
	desk.wrongs = desk.wrongs.filter((words) => !words.includes("made by the test"));
	await desk.live();
});

test("what_was_looked_for_is_never_in_the_note_that_follows_at_once", async () => {
	const desk = await seat("siti");
	const no = await number_of(await world.report("Tercium bau gas dari ruko kosong di Jl. Kartini"));
	await desk.choose(no);
	await desk.keys("/");
	await desk.page.keyboard.type(String(no));
	await desk.page.evaluate(() => {
		document.querySelector("form.words").requestSubmit();
		document.querySelector(".grid").dispatchEvent(new KeyboardEvent("keydown", {key: "n", bubbles: true, cancelable: true}));
	});
	assert.equal(await desk.page.locator("#words").inputValue(), "");
	await desk.keys("Escape");
});

test("nothing_that_arrives_takes_the_selection_the_focus_or_the_place", async () => {
	const desk = await seat("siti");
	const no = await number_of(await world.report("Korsleting di tiang listrik depan Pasar Kanoman, percikan api"));
	await desk.choose(no);
	await desk.keys("n");
	await desk.page.keyboard.type("se");
	const top = () => desk.page.evaluate(() => document.querySelector(".row[aria-selected=true]").getBoundingClientRect().top);
	const before = await top();
	for (let n = 0; n < 3; n++)
		await desk.row(await number_of(await world.report(FIRE))).waitFor({state: "attached"});
	assert.equal(await desk.page.locator(".row[aria-selected=true] .no").innerText(), String(no).padStart(4, "0"));
	assert.equal(await desk.page.evaluate(() => document.activeElement.id), "words");
	assert.ok(Math.abs(await top() - before) < 2 || await desk.page.evaluate(() => document.querySelector(".grid").scrollHeight <= document.querySelector(".grid").clientHeight + 96));
	await desk.page.keyboard.type("lesai");
	assert.equal(await desk.page.locator("#words").inputValue(), "selesai");
	await desk.keys("Escape");
});
