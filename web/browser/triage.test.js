/* What triage knows, at the desk: why, where, what may be the same, and the decisions about it, by
 * keyboard. Any error on the console, policy report or request to elsewhere fails its test. */
import {after, afterEach, before, test} from "node:test";
import assert from "node:assert/strict";
import {jester, linked, surge, twins} from "./scenes.js";
import {Desk, open_browser, Relay, until, World} from "./world.js";

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

afterEach(async () => {
	await desk?.end();
});

async function seat(user, port = world.http) {
	desk = await Desk.begin(browser, port);
	await desk.sign_in(world, user);
}

const digits = (/** @type {number} */ no) => String(no).padStart(4, "0");

/** The keys that the bottom line names. */
const hints = () => desk.page.locator(".bar .hint kbd").allInnerTexts();

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
	const [first, second] = await Promise.all((await twins(world)).map((one) => incident(one.incident_id)));
	await desk.choose(second.no);
	assert.notEqual(first.id, second.id, "a call is only ever suggested");
	assert.ok(second.similar.some((one) => one.incident_id === first.id));
	await desk.page.locator(".alike", {hasText: digits(first.no)}).waitFor();
	await desk.keys("g");
	const dialog = desk.page.locator("dialog.merge");
	await dialog.locator(".outcome", {hasText: "ditutup sebagai ganda"}).waitFor();
	assert.equal(await dialog.locator("article").count(), 2);
	await desk.keys("Enter");
	await until(async () => (await incident(second.id)).merged_into?.no === first.no, "it is merged");
	await desk.page.locator(".gone-to", {hasText: digits(first.no)}).waitFor();
	await desk.page.locator(".belongs", {hasText: "Sudah digabung"}).waitFor();
	assert.equal(await desk.row(second.no).count(), 0);
	await desk.page.locator(".done").waitFor();
	await desk.keys("u");
	await until(async () => (await incident(second.id)).status !== "closed", "it is back");
});

test("a_merge_that_comes_too_late_is_refused_and_says_what_happened_meanwhile", async () => {
	await seat("siti");
	const location = {lat: -6.7502, lon: 108.5561, accuracy_m: 15};
	const [first, second] = [await world.report("Api membakar lapak kayu di Jl. Ciremai Raya, asap tebal", {source: "call-112", location}),
		await world.report("Lapak kayu di Jl. Ciremai Raya terbakar, asap tebal", {source: "call-112", location})];
	await desk.choose((await incident(second.incident_id)).no);
	await desk.page.locator(".alike", {hasText: digits((await incident(first.incident_id)).no)}).waitFor();
	await desk.keys("g");
	await desk.page.locator("dialog.merge .outcome").waitFor();
	await world.act("budi", second.incident_id, "note", {note: "ini kebakaran lain"});
	await desk.page.locator(".detail .title", {hasText: "versi 2"}).waitFor();
	await desk.keys("Enter");
	await desk.page.locator(".refusal", {hasText: "Gabung ditolak"}).waitFor();
	await desk.page.locator(".refusal .versions", {hasText: /Sementara itu.*“ini kebakaran lain” \(budi\)/}).waitFor();
	assert.equal((await incident(second.incident_id)).merged_into, null);
	assert.ok((await hints()).includes("r"));
	await desk.keys("Escape");
	await desk.page.locator(".refusal").waitFor({state: "detached"});
	assert.ok(!(await hints()).includes("r"));
});

test("a_surge_is_one_row_with_a_counter_opened_and_closed_by_key_and_the_odd_one_stays_outside", async () => {
	await seat("siti");
	const flood = await surge(world);
	const card = await incident((await incident(flood.at(-1).incident_id)).folded_into.incident_id);
	const odd = await open("Kebakaran ilalang di Argasunya dekat TPA Kopi Luhur", {source: "call-112"});
	assert.equal(odd.folded_into, null);
	await desk.choose(card.no);
	const row = desk.row(card.no), inside = desk.page.locator(".row.is-inside");
	const under = async () => (await world.get("/v1/incidents?status=live&agency=fire&limit=500")).incidents.filter((one) => one.folded_into?.incident_id === card.id);
	await until(async () => await row.locator(".count").innerText() === `×${(await under()).reduce((sum, one) => sum + one.report_count, card.report_count)}`, "the counter");
	assert.ok((await under()).length >= flood.length - 1);
	assert.equal(await inside.count(), 0);
	await desk.keys("ArrowRight");
	await until(async () => await inside.count() === (await under()).length, "what lies in it");
	assert.equal(await desk.row(odd.no).locator(".inside-mark").count(), 0);
	await desk.keys("j", "ArrowLeft");
	await until(async () => await inside.count() === 0, "it is closed");
	assert.equal(await desk.page.locator(".detail .title .no").innerText(), digits(card.no));
});

test("one_is_taken_out_of_its_card_by_key_after_it_was_asked_and_is_told_apart", async () => {
	await seat("siti");
	const {incidents} = await world.get("/v1/incidents?status=live&agency=fire&limit=500");
	const one = incidents.find((any) => any.folded_into && any.agencies.includes("fire"));
	await desk.choose(one.no);
	await desk.page.locator(".belongs", {hasText: `Dilipat ke kartu ${digits(one.folded_into.no)}`}).waitFor();
	await desk.keys("g");
	await desk.page.locator(".detail .title .no", {hasText: digits(one.folded_into.no)}).waitFor();
	await desk.choose(one.no);
	await desk.keys("e");
	await desk.page.locator(".bar.asking", {hasText: "keluar dari kartu"}).waitFor();
	assert.equal((await incident(one.id)).stands_alone, false, "asked first");
	await desk.keys("Enter");
	await until(async () => (await incident(one.id)).stands_alone, "it is out");
	await desk.row(one.no).locator(".tag", {hasText: "sendiri"}).waitFor();
	assert.equal(await desk.page.locator(".belongs").count(), 0);
});

test("a_linked_report_is_taken_out_by_key_and_is_a_matter_of_its_own", async () => {
	await seat("siti");
	const [first, , third] = await linked(world), one = await incident(first.incident_id);
	await desk.choose(one.no);
	await desk.page.locator("#reports", {hasText: "3"}).waitFor();
	await desk.keys("e");
	await desk.page.locator(".bar.asking .button").nth(1).waitFor();
	await desk.keys("2");
	await desk.page.locator(".bar .button.main:focus").waitFor();
	assert.equal((await incident(one.id)).report_count, 3, "asked first");
	await desk.keys("Enter");
	const after = await until(async () => {
		const now = await incident(one.id);
		return now.report_count === 2 && now;
	}, "it is out");
	assert.ok(!after.reports.includes(third.id));
	const moved = after.timeline.find((event) => event.action === "split").split[0];
	assert.equal(moved.report_id, third.id);
	await desk.row(moved.no).waitFor({state: "attached"});
});

test("what_is_known_of_a_number_stands_with_its_reasons_for_who_sees_calls_and_for_nobody_else", async () => {
	const report = await jester(world), {no} = await incident(report.incident_id);
	await seat("wati");
	await desk.choose(no);
	await desk.page.locator("#detail .facts", {hasText: /skor \d+ dari 100[\s\S]*×3 panggilan[\s\S]*3× iseng/}).waitFor();
	await desk.end();
	await seat("tono");
	await desk.choose(no);
	await desk.page.locator(".history .entry").first().waitFor();
	assert.doesNotMatch(await desk.page.locator("#detail").innerText(), /iseng|skor/);
});

test("a_dialog_keeps_the_focus_and_gives_it_back", async () => {
	await seat("siti");
	await open("Ada ular kobra masuk kamar di rumah Jl. Majasem");
	for (const [key, dialog] of [["p", "correct"], ["?", "help"]]) {
		await desk.keys(key);
		await desk.page.locator(`dialog.${dialog}`).waitFor();
		for (let n = 0; n < 15; n++) {
			await desk.keys("Tab");
			assert.ok(await desk.page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null), `${dialog}, tab ${n}`);
		}
		await desk.keys("Escape");
		await desk.page.locator(`dialog.${dialog}`).waitFor({state: "detached"});
		await until(() => desk.page.evaluate(() => document.activeElement.classList.contains("grid")), "the queue has the focus again");
	}
});

test("a_kind_that_is_not_in_the_list_is_never_sent", async () => {
	await seat("siti");
	const one = await open("Ada biawak besar masuk warung di Jl. Sudarsono");
	await desk.keys("p");
	await desk.page.locator("#kind:focus").waitFor();
	await desk.page.keyboard.type("zzz");
	await desk.page.locator("p#kinds").waitFor();
	await desk.page.locator(".outcome", {hasText: "Belum ada yang berubah"}).waitFor();
	await desk.keys("Enter");
	await desk.page.locator("dialog.correct").waitFor();
	assert.equal((await incident(one.id)).version, one.version);
});

test("a_dialog_outlives_a_lost_line_and_sends_nothing_meanwhile", async () => {
	const relay = await Relay.begin(world.http);
	try {
		await seat("siti", relay.port);
		const one = await open("Ada sarang tawon vespa di atap mushola Jl. Pronggol");
		await desk.keys("p");
		await desk.page.locator("#kind:focus").waitFor();
		await desk.page.keyboard.type("banjir");
		desk.is_line_bad = true;
		relay.stall();
		relay.cut();
		await desk.page.locator(".outcome[role=alert]", {hasText: "Tidak ada sambungan"}).waitFor();
		await desk.keys("Enter");
		assert.equal(await desk.page.locator("#kind").inputValue(), "banjir");
		assert.equal((await incident(one.id)).version, one.version);
		relay.go();
		relay.cut();
		await desk.page.locator(".outcome[role=status]", {hasText: /→ .*[Bb]anjir/}).waitFor();
		await desk.keys("Enter");
		await until(async () => (await incident(one.id)).category === "flood", "the correction");
	} finally {
		relay.end();
	}
});

test("the_bottom_line_names_the_keys_that_do_something_here_and_no_other", async () => {
	await seat("siti");
	const none = await hints();
	assert.ok(!none.some((key) => "anpglexor".includes(key)), none.join());
	const one = await open("Korsleting di tiang listrik depan Pasar Jagasatru, percikan api");
	const fresh = await hints();
	for (const key of ["a", "n", "p", "x"])
		assert.ok(fresh.includes(key), key);
	assert.ok(!fresh.includes("o") && !fresh.includes("r"));
	await desk.keys("a");
	await until(async () => !(await hints()).includes("a"), "taken");
	await world.act("siti", one.id, "close", {outcome: "resolved"});
	await until(async () => (await hints()).includes("o"), "closed");
	assert.ok(!(await hints()).includes("x"));
	await desk.keys("x");
	assert.equal(await desk.page.locator(".bar.asking").count(), 0);
	await desk.end();
	await seat("tamu");
	await open("Korsleting di tiang listrik depan Pasar Drajat, percikan api");
	assert.ok(!(await hints()).some((key) => "anplexor".includes(key)), "who may only watch");
});

test("without_a_model_the_rules_judge_and_the_detail_says_so", async () => {
	desk = await Desk.begin(browser, world.http);
	await desk.page.routeWebSocket(/stream/, (socket) => {
		const bridge = socket.connectToServer();
		bridge.onMessage((text) => socket.send(String(text).replace(/"model":"[0-9a-f]+","emergency":[\d.]+,/g, "")));
	});
	await desk.sign_in(world, "siti");
	await open(FIRE);
	const why = await desk.page.locator("#detail .why").innerText();
	assert.match(why, /Tanpa model: hanya aturan/);
	assert.doesNotMatch(why, /Model: darurat/);
});
