/* The line: when it is believed, when not, and how it comes back. */
import test from "node:test";
import assert from "node:assert/strict";
import {Stream} from "../core/stream.js";
import {Model} from "../core/model.js";
import {City, Clock, Socket, dice} from "./support/play.js";

function opened({place = () => null} = {}) {
	const clock = new Clock(), sockets = [], frames = [];
	let refused = 0;
	const stream = new Stream({
		connect: () => {
			sockets.push(new Socket());
			return sockets.at(-1);
		},
		clock, random: () => 0.5, place, on_frame: (frame) => frames.push(frame), on_link: () => {}, on_refused: () => refused++,
	});
	return {clock, sockets, frames, stream, get refused() {
		return refused;
	}, get last() {
		return sockets.at(-1);
	}};
}

const snapshot = {type: "snapshot", seq: 7, epoch: "one", incidents: [], units: []};
const tick = {type: "tick", seq: 7, time: "2026-11-23T04:00:00.000Z"};

function live() {
	const line = opened();
	line.last.open();
	line.last.say({type: "subscribed", epoch: "one", recovered: false});
	line.last.say(snapshot);
	return line;
}

test("it_asks_for_a_snapshot_first_and_is_live_when_that_is_there", () => {
	const line = opened();
	assert.equal(line.stream.link.phase, "first");
	line.last.open();
	assert.deepEqual(line.last.sent, [{type: "subscribe"}]);
	line.last.say({type: "subscribed", epoch: "one", recovered: false});
	assert.equal(line.stream.link.phase, "first");
	line.last.say(snapshot);
	assert.equal(line.stream.link.phase, "live");
});

test("five_seconds_of_silence_are_late_and_a_tick_ends_that", () => {
	const line = live();
	line.clock.pass(4900);
	assert.equal(line.stream.link.phase, "live");
	line.clock.pass(700);
	assert.equal(line.stream.link.phase, "late");
	line.last.say(tick);
	assert.equal(line.stream.link.phase, "live");
});

test("a_silent_socket_is_given_up_within_ten_seconds_and_opened_anew", () => {
	const line = live(), first = line.last;
	line.clock.pass(10500);
	assert.equal(line.stream.link.phase, "frozen");
	assert.ok(first.is_closed_by_us);
	first.say(tick);
	assert.equal(line.stream.link.phase, "frozen", "what it still says is not heard");
	line.clock.pass(200);
	assert.equal(line.sockets.length, 2);
});

test("a_cut_socket_is_frozen_at_once_and_goes_on_from_its_place", () => {
	const clocked = opened({place: () => ({after: 7, epoch: "one"})});
	clocked.last.open();
	clocked.last.say({type: "subscribed", epoch: "one", recovered: true});
	clocked.last.cut();
	assert.equal(clocked.stream.link.phase, "frozen");
	clocked.clock.pass(200);
	clocked.last.open();
	assert.deepEqual(clocked.last.sent, [{type: "subscribe", after: 7, epoch: "one"}]);
	assert.equal(clocked.stream.link.phase, "frozen", "a socket alone is no data");
	clocked.last.say({type: "subscribed", epoch: "one", recovered: true});
	assert.equal(clocked.stream.link.phase, "live");
	assert.equal(clocked.stream.link.tries, 0);
});

test("tries_go_on_for_ever_and_never_wait_long", () => {
	const line = live();
	line.last.cut();
	for (let n = 0; n < 50; n++) {
		line.clock.pass(5100);
		assert.equal(line.sockets.length, n + 2);
		line.last.cut();
	}
	assert.equal(line.refused, 50, "each that never opened asks whether the session holds");
});

test("a_socket_that_never_opens_is_not_waited_for", () => {
	const line = opened();
	line.clock.pass(11000);
	assert.ok(line.sockets.length >= 2);
	assert.equal(line.stream.link.phase, "first", "there never were data");
});

test("after_a_pause_of_our_own_what_came_meanwhile_is_read_first", () => {
	const line = live();
	line.clock.t += 60000; /* a sleeping machine: no timer ran */
	line.clock.timers.forEach((timer) => (timer.at += 60000));
	line.clock.pass(500);
	assert.notEqual(line.stream.link.phase, "frozen");
	line.last.say(tick);
	line.clock.pass(600);
	assert.equal(line.stream.link.phase, "live");
});

test("a_person_in_a_hurry_does_not_wait_for_the_next_try", () => {
	const line = live();
	for (let n = 0; n < 4; n++) {
		line.last.cut();
		line.clock.pass(5000);
	}
	line.last.cut();
	const before = line.sockets.length;
	line.stream.hurry();
	assert.equal(line.sockets.length, before + 1);
	line.stream.hurry();
	assert.equal(line.sockets.length, before + 1, "one at a time");
});

test("an_ended_stream_stays_ended", () => {
	const line = live();
	line.stream.end();
	line.clock.pass(60000);
	assert.equal(line.sockets.length, 1);
	assert.equal(line.stream.link.phase, "ended");
});

test("a_console_that_is_cut_at_random_for_10000_events_ends_with_the_exact_state", () => {
	const random = dice(42), city = new City(random), clock = new Clock(), model = new Model();
	let socket = /** @type {any} */ (null), sent = 0;
	new Stream({
		connect: () => (socket = new Socket()), clock, random, place: () => model.place(),
		on_frame: (frame) => model.apply(frame), on_refused: () => {},
		on_link: (link) => link.phase === "frozen" && model.lose(),
	});
	const answer = () => {
		const ask = socket.sent.pop();
		const is_known = ask && ask.after !== undefined && random() < 0.9;
		if (!ask)
			return;
		socket.say({type: "subscribed", epoch: city.epoch, recovered: is_known});
		sent = is_known ? ask.after : city.head;
		if (!is_known)
			socket.say(city.snapshot());
	};
	while (city.head < 10000 || socket.readyState !== 1 || sent < city.head) {
		if (socket.readyState === 0)
			socket.open(), answer();
		if (city.head < 10000)
			city.happen();
		if (socket.readyState === 1 && random() < 0.7) {
			const upto = Math.min(city.head, sent + 1 + Math.floor(random() * 4));
			socket.say({type: "events", events: city.log.slice(sent, upto)});
			sent = upto;
		}
		if (city.head < 10000 && random() < 0.03)
			socket.cut();
		clock.pass(Math.floor(random() * 300));
	}
	assert.equal(model.seq, city.head);
	assert.deepEqual(new Map([...model.incidents].sort()), new Map([...city.live()].sort()));
});
