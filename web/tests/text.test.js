/* Both languages are complete, and nothing that people read stands anywhere else. */
import test from "node:test";
import assert from "node:assert/strict";
import {code, named, read} from "./support/files.js";
import {name_of, number_text, t, use_words} from "../core/text.js";

const id = JSON.parse(read("text/id.json")), en = JSON.parse(read("text/en.json"));

test("both_languages_have_the_same_keys_in_the_same_order", () => {
	assert.deepEqual(Object.keys(id), Object.keys(en));
});

test("both_languages_fill_in_the_same_values", () => {
	const values = (words) => [...words.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
	for (const key of Object.keys(id))
		assert.deepEqual(values(id[key]), values(en[key]), key);
});

test("no_words_are_empty", () => {
	for (const words of [id, en])
		for (const [key, text] of Object.entries(words))
			assert.ok(text.trim().length > 0, key);
});

/* Every key that is written out, and the groups whose rest is only known when it runs. */
const sources = named(".js").map(code).join("\n") + read("login.html");
const whole = [...sources.matchAll(/(?:\bt\(|data-t=)"([\w.-]+)"/g)].map((found) => found[1]);
const groups = [...sources.matchAll(/(?:`(?=[a-z]+\.\$)|\bword\(")([\w-]+)/g)].map((found) => found[1]);
const keyed = [...sources.matchAll(/"([a-z]+\.[a-z_.]+)"/g)].map((found) => found[1]);

test("every_key_that_is_asked_for_has_words", () => {
	assert.ok(whole.length > 60);
	for (const key of whole)
		assert.ok(key in id, key);
	for (const group of groups)
		assert.ok(Object.keys(id).some((key) => key.startsWith(`${group}.`)), group);
});

test("every_key_that_has_words_is_asked_for", () => {
	const asked = new Set([...whole, ...keyed]);
	for (const key of Object.keys(id))
		assert.ok(asked.has(key) || groups.some((group) => key.startsWith(`${group}.`)) || key.endsWith(".title"), key);
});

test("the_words_of_all_steps_actions_and_outcomes_are_there", () => {
	const must = {
		state: ["pending", "acknowledged", "dispatched", "en_route", "on_scene", "cleared", "cancelled", "declined"],
		event: ["acknowledge", "note", "reclassify", "relocate", "close", "reopen"],
		verb: ["acknowledge", "note", "reclassify", "relocate", "close", "reopen"],
		outcome: ["resolved", "handed_over", "no_event", "prank", "duplicate", "unreachable", "other"],
		disposition: ["emergency", "review", "routine", "noise"],
		from: ["none", "device", "text", "person"],
		role: ["dispatcher", "calltaker", "supervisor", "admin", "viewer"],
	};
	for (const [group, names] of Object.entries(must))
		for (const name of names)
			assert.ok(`${group}.${name}` in id, `${group}.${name}`);
});

/* A string with a blank between two words of letters is something that somebody reads, unless it
 * is a class list, a selector or a header of ours. */
test("no_view_holds_words_of_its_own", () => {
	const allowed = [/^[a-z-]+( [a-z0-9-]+)*$/, /^[.#[]/, /^M[\d.]/, /^\/[\w/]+/, /^Bahasa Indonesia$/, /^\w( +[\w.…↓↑+]+)+$/, /^input, textarea/, /^button, a/];
	for (const name of named(".js")) {
		if (name.startsWith("core/"))
			continue;
		for (const [, text] of code(name).matchAll(/"((?:[^"\\\n]|\\.)*)"/g))
			if (/\p{L}+ \p{L}+/u.test(text))
				assert.ok(allowed.some((one) => one.test(text)), `${name}: "${text}"`);
	}
});

test("words_are_filled_in_and_a_missing_key_shows_itself", () => {
	use_words("en", en);
	assert.equal(t("queue.active", {n: 3}), "3 active");
	assert.equal(t("no.such"), "no.such");
	assert.equal(number_text(0.25, 1), "0.3");
	assert.equal(name_of({name_id: "Polisi", name_en: "Police"}, "x"), "Police");
	use_words("id", id);
	assert.equal(number_text(1234), "1.234");
	assert.equal(number_text(2.1, 1), "2,1");
	assert.equal(name_of({name_id: "Polisi", name_en: "Police"}, "x"), "Polisi");
	assert.equal(name_of(undefined, "x"), "x");
});
