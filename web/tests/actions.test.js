/* From the key to the bridge's word. */
import test from "node:test";
import assert from "node:assert/strict";
import {Actions} from "../core/actions.js";
import {Clock, incident} from "./support/play.js";

function desk({is_live = true} = {}) {
	const clock = new Clock(), sent = [], here = {is_live, known: new Map([["I-1", incident(1)]])};
	let n = 0;
	const actions = new Actions({
		send: (frame) => sent.push(frame) > 0, is_live: () => here.is_live, clock, new_id: () => `c${++n}`, who: "budi",
		find: (id) => here.known.get(id), changed: () => {},
	});
	return {clock, sent, here, actions, one: here.known.get("I-1")};
}

const state = (shown) => shown.assignments[0].state;

test("what_is_taken_shows_at_once_and_stays_when_the_bridge_agrees", () => {
	const {actions, one, sent, here} = desk();
	actions.act(one, "acknowledge", {agency: "fire"});
	assert.deepEqual(sent, [{type: "action", command_id: "c1", incident_id: "I-1", action: "acknowledge", agency: "fire"}]);
	assert.equal(state(actions.shown(one)), "acknowledged");
	assert.equal(actions.shown(one).assignments[0].by, "budi");
	actions.answer({type: "result", command_id: "c1", ok: true, version: 2, seq: 9});
	assert.equal(actions.commands.size, 1, "the event is not here yet");
	assert.equal(state(actions.shown(one)), "acknowledged", "nothing flickers in between");
	here.known.set("I-1", {...one, version: 2});
	actions.settle();
	assert.equal(actions.commands.size, 0);
});

test("what_is_refused_goes_back_and_says_what_was_seen_and_what_is", () => {
	const {actions, one} = desk();
	actions.act(one, "close", {outcome: "resolved"});
	const current = incident(1, {version: 4});
	actions.answer({type: "result", command_id: "c1", ok: false, problem: {status: 409, incident: current}});
	const [command] = actions.of("I-1");
	assert.equal(command.state, "refused");
	assert.equal(command.before.version, 1);
	assert.equal(command.current.version, 4);
	assert.deepEqual(actions.shown(one), one);
	actions.give_up(command);
	assert.equal(actions.commands.size, 0);
});

test("again_is_a_new_command_on_what_is_seen_now", () => {
	const {actions, one, sent, here} = desk();
	actions.act(one, "close", {outcome: "resolved"});
	assert.equal(sent[0].expected_version, 1);
	actions.answer({type: "result", command_id: "c1", ok: false, problem: {status: 409}});
	here.known.set("I-1", incident(1, {version: 4}));
	actions.again(actions.of("I-1")[0]);
	assert.equal(sent[1].expected_version, 4);
	assert.notEqual(sent[1].command_id, sent[0].command_id);
});

test("taking_and_noting_do_not_depend_on_the_version", () => {
	const {actions, one, sent} = desk();
	actions.act(one, "acknowledge", {agency: "fire"});
	actions.act(one, "note", {note: "tangga"});
	assert.ok(sent.every((frame) => !("expected_version" in frame)));
});

test("with_the_line_down_only_a_note_waits", () => {
	const {actions, one, sent, here} = desk({is_live: false});
	assert.equal(actions.act(one, "acknowledge", {agency: "fire"}), null);
	assert.ok(actions.act(one, "note", {note: "tangga"}));
	assert.equal(actions.waiting, 1);
	assert.equal(sent.length, 0);
	here.is_live = true;
	actions.resume();
	assert.equal(sent.length, 1);
	assert.equal(actions.waiting, 0);
});

test("what_was_on_its_way_is_sent_again_under_the_same_id", () => {
	const {actions, one, sent, clock} = desk();
	actions.act(one, "acknowledge", {agency: "fire"});
	clock.pass(5000);
	actions.resume();
	assert.equal(sent.length, 2);
	assert.equal(sent[0].command_id, sent[1].command_id);
});

test("after_a_minute_a_person_is_asked_instead", () => {
	const {actions, one, sent, clock} = desk();
	actions.act(one, "acknowledge", {agency: "fire"});
	clock.pass(61000);
	actions.resume();
	assert.equal(sent.length, 1);
	assert.equal(actions.of("I-1")[0].state, "unsure");
	assert.equal(state(actions.shown(one)), "pending");
});

test("an_answer_to_nothing_is_nothing", () => {
	const {actions} = desk();
	actions.answer({type: "result", command_id: "other", ok: false, problem: {status: 500}});
	assert.equal(actions.commands.size, 0);
});
