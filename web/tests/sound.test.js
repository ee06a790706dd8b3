/* The tones, rendered and counted. */
import test from "node:test";
import assert from "node:assert/strict";
import {patterns, rendered, Speaker} from "../core/sound.js";

const rate = 8000;

/** How many times it becomes loud after having been silent for 20 ms. */
function pulses(samples) {
	let count = 0, quiet = rate;
	for (const sample of samples) {
		if (Math.abs(sample) > 0.02) {
			count += quiet > rate * 0.02 ? 1 : 0;
			quiet = 0;
		} else {
			quiet++;
		}
	}
	return count;
}

/** What is heard in so many seconds. */
const heard = (name, seconds) => {
	const pattern = patterns[name], once = pulses(rendered(pattern, rate));
	return pattern.loops ? once * Math.ceil(seconds / pattern.every) : once;
};

test("priority_1_sounds_24_times_in_20_s_priority_2_six_times_priority_3_once", () => {
	assert.deepEqual([heard("1", 20), heard("2", 20), heard("3", 20)], [24, 6, 1]);
});

test("a_frozen_line_falls_twice_every_half_minute", () => {
	assert.equal(heard("link", 30), 2);
	assert.ok(patterns.link.notes[0].hz > patterns.link.notes[1].hz);
});

test("no_tone_is_cut_off_or_goes_beyond_what_can_be_played", () => {
	for (const [name, pattern] of Object.entries(patterns)) {
		const samples = rendered(pattern, rate);
		assert.equal(samples.length, pattern.every * rate, name);
		assert.ok(samples.every((sample) => Math.abs(sample) <= 1), name);
		assert.ok(Math.abs(samples.at(-1)) < 0.01, name);
	}
});

/** As much of an audio context as is used. */
function context() {
	const made = [];
	return {
		made, state: "suspended", sampleRate: rate, destination: {}, resume: async () => {},
		createGain: () => ({gain: {value: 1}, connect: () => {}}),
		createBuffer: () => ({copyToChannel: () => {}}),
		createBufferSource: () => {
			const source = {loop: false, is_stopped: false, connect: () => {}, start: () => {}, stop: () => (source.is_stopped = true)};
			made.push(source);
			return source;
		},
	};
}

test("one_tone_at_a_time_and_the_same_one_goes_on_undisturbed", () => {
	const audio = context(), speaker = new Speaker(/** @type {any} */ (audio), () => {});
	speaker.play("1");
	speaker.play("1");
	assert.equal(audio.made.length, 1);
	assert.ok(audio.made[0].loop);
	speaker.play("2");
	assert.ok(audio.made[0].is_stopped);
	speaker.play("");
	assert.ok(audio.made[1].is_stopped);
	assert.equal(speaker.tone, "");
	speaker.play("3", "one");
	speaker.play("3", "one");
	speaker.play("3", "two");
	assert.equal(audio.made.length, 4, "what sounds once sounds for each cause");
});
