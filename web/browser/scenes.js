/* States of the console about what triage knows, each as a desk comes to it by keyboard: for
 * pictures and for the audit. Made up; streets and kelurahan are real. */
import {until} from "./world.js";

const point = (/** @type {number} */ lat, /** @type {number} */ lon) => ({lat, lon, accuracy_m: 15});
const market = ["Kebakaran di Pasar Kanoman, api besar", "pasar kanoman kebakaran, kios kain terbakar", "Tolong damkar, kebakaran kios di pasar Kanoman",
	"asap hitam tebal dari pasar kanoman, kebakaran", "Api merambat ke kios sebelah, Pasar Kanoman terbakar", "kebakaran besar di kanoman, kios terbakar semua",
	"KEBAKARAN PASAR KANOMAN TOLONG", "los pasar kanoman kebakaran, api tinggi"];

/** Enough of one matter for a surge, each a call: what was reported. @param {import("./world.js").World} world */
export async function surge(world) {
	const all = [];
	for (const [n, text] of market.entries())
		all.push(await world.report(text, {source: "call-112", location: point(-6.7226 + 0.0001 * n, 108.5672)}));
	await until(async () => (await world.get(`/v1/incidents/${all.at(-1).incident_id}`)).folded_into, "what is alike is folded");
	return all;
}

/** Two calls about one fire: suggested, never joined by the bridge. @param {import("./world.js").World} world */
export async function twins(world) {
	const location = point(-6.7391, 108.5531);
	return [await world.report("Api membakar gudang rotan di Jl. Kecapi Raya, asap hitam", {source: "call-112", location}),
		await world.report("Gudang rotan di Jl. Kecapi Raya terbakar, asap hitam tebal", {source: "call-112", location})];
}

/** Three who write of one matter: one incident. @param {import("./world.js").World} world */
export async function linked(world) {
	const all = [await world.report("Kebakaran gudang rongsokan, asap hitam", {location: point(-6.73, 108.55)}),
		await world.report("Gudang rongsok terbakar pak, apinya besar", {location: point(-6.7309, 108.5506)}),
		await world.report("gudang rongsokan kebakar, tolong damkar", {location: point(-6.7304, 108.5503)})];
	if (new Set(all.map((one) => one.incident_id)).size !== 1)
		throw new Error("they are not one");
	return all;
}

/** A number that was in jest three times, and tells of something that nobody understands. @param {import("./world.js").World} world */
export async function jester(world) {
	const caller = "+6281200008818";
	for (let n = 0; n < 3; n++)
		for (const step of [{state: "ringing"}, {state: "answered"}, {state: "ended", outcome: "prank"}])
			await world.call({call_id: `iseng-${n}`, caller, ...step});
	return world.report("pak tolong cepat", {source: "call-112", reporter: {phone: caller}});
}

/** What the scenes look at, by name: the number of each. @param {import("./world.js").World} world */
export async function tell(world) {
	const no = async (/** @type {any} */ report) => (await world.get(`/v1/incidents/${report.incident_id}`)).no;
	const [card, inside] = await surge(world), [, twin] = await twins(world), [of_many] = await linked(world);
	const lone = await world.report("Ular sanca tiga meter masuk dapur rumah di Larangan, ada balita", {source: "lapor-mobile"});
	return {
		card: await no(card), inside: await no(inside), twin: await no(twin), of_many: await no(of_many), lone: await no(lone), lone_id: lone.incident_id,
		nowhere: await no(await world.report("Kebakaran, tolong cepat, masih ada orang di dalam", {source: "call-112"})),
		outside: await no(await world.report("Rumah terbakar di Plered Kabupaten Cirebon, api besar", {source: "call-112"})),
		border: await no(await world.report("Kebakaran ruko di jalan Tuparev dekat Grage, api besar", {source: "call-112"})),
		jester: await no(await jester(world)),
	};
}

/** @typedef {Awaited<ReturnType<typeof tell>>} Told */
/** @typedef {import("./world.js").Desk} Desk */

/** What a fire desk comes to; each ends with Escape where it began. @type {Record<string, (desk: Desk, told: Told, world: import("./world.js").World) => Promise<void>>} */
export const scenes = {
	async closed_card(desk, told) {
		await desk.choose(told.card);
		await desk.page.locator(".row[aria-selected=true] .count").waitFor();
	},
	async open_card(desk) {
		await desk.keys("ArrowRight");
		await desk.page.locator(".row.is-inside").first().waitFor();
	},
	async inside_a_card(desk, told) {
		await desk.choose(told.inside);
		await desk.page.locator(".belongs").waitFor();
		await desk.keys("e");
		await desk.page.locator(".bar.asking").waitFor();
	},
	async alike(desk, told) {
		await desk.choose(told.twin);
		await desk.page.locator(".alike").first().waitFor();
	},
	async side_by_side(desk) {
		await desk.keys("g");
		await desk.page.locator("dialog.merge .outcome").waitFor();
	},
	async correction(desk, told) {
		await desk.choose(told.lone);
		await desk.keys("p");
		await desk.page.locator("#kind:focus").waitFor();
		await desk.page.keyboard.type("kebakaran ke");
	},
	async correction_of_nothing_known(desk) {
		await desk.keys("p");
		await desk.page.locator("#kind:focus").waitFor();
		await desk.page.keyboard.type("zzz");
		await desk.page.locator("p#kinds").waitFor();
	},
	async which_report(desk, told) {
		await desk.choose(told.of_many);
		await desk.page.locator("#reports").waitFor();
		await desk.keys("e");
		await desk.page.locator(".bar.asking .button").nth(1).waitFor();
	},
	async report_for_sure(desk) {
		await desk.keys("e", "1");
		await desk.page.locator(".bar .button.main:focus").waitFor();
	},
	async nowhere(desk, told) {
		await desk.choose(told.nowhere);
		await desk.page.locator("#detail .facts").waitFor();
	},
	async outside(desk, told) {
		await desk.choose(told.outside);
		await desk.page.locator(".beyond").waitFor();
	},
	async near_the_border(desk, told) {
		await desk.choose(told.border);
		await desk.page.locator(".beyond").waitFor();
	},
	async refused(desk, told, world) {
		await desk.choose(told.lone);
		await desk.keys("x", "1");
		const seen = await desk.page.locator(".detail .title .sub").innerText();
		await world.act("budi", told.lone_id, "note", {note: "masih ada asap"});
		await until(async () => await desk.page.locator(".detail .title .sub").innerText() !== seen, "what the other one did");
		await desk.keys("Enter");
		await desk.page.locator(".refusal").waitFor();
	},
};
