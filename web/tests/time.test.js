import test from "node:test";
import assert from "node:assert/strict";
import {age_text, BridgeClock, clock_text, moment_text} from "../core/time.js";
import {read_settings, keep_settings, usual, volume_floor} from "../core/settings.js";

const unit = {hour: "j", day: "hr"};
const noon = Date.parse("2026-11-23T05:00:00Z");

test("times_are_those_of_the_city", () => {
	assert.equal(clock_text(noon), "12:00:00");
	assert.equal(clock_text(Date.parse("2026-11-23T17:00:00Z")), "00:00:00");
	assert.equal(moment_text(noon, noon + 1000, "id"), "12:00:00");
	assert.match(moment_text(noon - 86400000, noon, "id"), /^22 Nov 12:00:00$/);
});

test("ages_are_minutes_and_seconds_then_hours_then_days", () => {
	assert.equal(age_text(250000, unit), "04:10");
	assert.equal(age_text(-5, unit), "00:00");
	assert.equal(age_text(99 * 60000 + 59000, unit), "99:59");
	assert.equal(age_text(100 * 60000, unit), "1 j 40");
	assert.equal(age_text(50 * 3600000, unit), "2 hr 02");
});

test("the_bridges_clock_counts_and_the_fastest_tick_tells_it", () => {
	let now = 1_000_000;
	const clock = new BridgeClock(() => now);
	assert.equal(clock.now(), now);
	clock.hear(new Date(now + 4000).toISOString());
	clock.hear(new Date(now + 3500).toISOString());
	assert.equal(clock.now(), now + 4000);
	clock.hear("no time");
	assert.equal(clock.now(), now + 4000);
	for (let i = 0; i < 40; i++) {
		now += 2000;
		clock.hear(new Date(now - 1000).toISOString());
	}
	assert.equal(clock.now(), now - 1000, "a clock that was set is believed after a minute");
});

test("settings_survive_and_nonsense_does_not_break_them", () => {
	const kept = new Map();
	const storage = {getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value)};
	assert.deepEqual(read_settings(storage), usual);
	keep_settings(storage, {...usual, language: "en", theme: "light", keys: false});
	assert.deepEqual(read_settings(storage), {...usual, language: "en", theme: "light", keys: false});
	kept.set("tangi.settings", '{"language": 7, "theme": "pink", "volume": 0.001}');
	assert.deepEqual(read_settings(storage), {...usual, volume: volume_floor});
	kept.set("tangi.settings", "not json");
	assert.deepEqual(read_settings(storage), usual);
	assert.deepEqual(read_settings(undefined), usual);
});
