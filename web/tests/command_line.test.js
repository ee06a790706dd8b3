/* The command line as it is typed. */
import test from "node:test";
import assert from "node:assert/strict";
import {CommandLine} from "../core/command_line.js";

const would = (more = {}) => ({ok: true, dry_run: true, says: {id: "Tutup 0400", en: "Close 0400"}, error: null, search: null,
	incident: {incident_id: "I-1", no: 400, expected_version: 4}, completions: [], ...more});
const offer = (from, to, id, en = id) => ({from, to, text: {id, en}, says: null});

function desk() {
	const sent = [], done = [], searched = [];
	let n = 0;
	const line = new CommandLine({send: (frame) => sent.push(frame) > 0, new_id: () => `c${++n}`, changed: () => {},
		search: (words) => searched.push(words), done: (says) => done.push(says)});
	line.open("I-1");
	const answer = (frame) => line.hear({type: "result", command_id: sent.at(-1).command_id, ...frame});
	return {line, sent, done, searched, answer};
}

test("each_change_is_asked_dry_and_only_the_newest_answer_counts", () => {
	const {line, sent} = desk();
	line.edit("tu", 2);
	line.edit("tutup 400 selesai", 17);
	assert.deepEqual(sent[1], {type: "command", command_id: "c2", line: "tutup 400 selesai", cursor: 17, dry_run: true, incident_id: "I-1"});
	assert.ok(line.hear({command_id: "c1", ...would()}), "an old answer is nobody else's");
	assert.equal(line.would, null);
	line.hear({command_id: "c2", ...would()});
	assert.equal(line.would.says.id, "Tutup 0400");
	assert.equal(line.hear({command_id: "another", ok: true, version: 2}), false);
});

test("enter_does_what_was_said_on_what_was_seen_and_once", () => {
	const {line, sent, answer, done} = desk();
	line.edit("tutup 400 selesai", 17);
	answer(would());
	line.enter();
	line.enter();
	assert.equal(sent.length, 2);
	assert.deepEqual(sent[1], {type: "command", command_id: "c2", line: "tutup 400 selesai", incident_id: "I-1", expected_version: 4});
	answer({ok: true, dry_run: false, says: {id: "Tutup 0400", en: "Close 0400"}});
	assert.equal(done[0].id, "Tutup 0400");
});

test("nothing_is_done_that_is_wrong_or_was_not_said_yet", () => {
	const {line, sent, answer} = desk();
	line.edit("tutup 400", 9);
	line.enter();
	assert.equal(sent.length, 1, "the answer is not here");
	answer(would({ok: false, error: {column: 9, to: 9, says: {id: "x", en: "x"}, remedy: null}}));
	assert.equal(sent.length, 1);
	line.edit("tutup 400 selesai", 17);
	line.enter();
	answer(would());
	assert.equal(sent.at(-1).dry_run, undefined, "who was faster than the answer has pressed Enter for this line");
});

test("a_refusal_stays_and_the_next_enter_is_a_new_command", () => {
	const {line, sent, answer} = desk();
	line.edit("tutup 400 selesai", 17);
	answer(would());
	line.enter();
	answer({ok: false, problem: {status: 409}});
	assert.equal(line.problem.status, 409);
	answer(would({incident: {incident_id: "I-1", no: 400, expected_version: 5}}));
	assert.equal(line.problem.status, 409, "it is still said why");
	line.enter();
	assert.equal(sent.at(-1).expected_version, 5);
	assert.notEqual(sent.at(-1).command_id, sent[1].command_id);
});

test("a_line_on_its_way_is_sent_again_under_the_same_id", () => {
	const {line, sent, answer} = desk();
	line.edit("catat 400 x", 11);
	answer(would({incident: {incident_id: "I-1", no: 400}}));
	line.enter();
	line.resume();
	assert.deepEqual(sent.at(-1), sent.at(-2));
	assert.equal(sent.at(-1).expected_version, undefined);
});

test("tab_completes_and_again_takes_the_next_and_places_are_characters", () => {
	const {line, answer} = desk();
	line.edit("catat é; ca 400", 11);
	answer(would({ok: false, completions: [offer(9, 11, "catat", "note"), offer(9, 11, "cari", "find")]}));
	line.complete("id");
	assert.deepEqual([line.line, line.cursor], ["catat é; catat 400", 14]);
	line.complete("en");
	assert.deepEqual([line.line, line.cursor], ["catat é; find 400", 13]);
	line.edit("tu", 2);
	answer(would({ok: false, completions: [offer(0, 2, "tutup")]}));
	line.complete("id");
	assert.deepEqual([line.line, line.cursor], ["tutup ", 6]);
});

test("a_number_by_itself_is_gone_to_at_once_also_without_a_link", () => {
	const {line, searched} = desk();
	line.edit(" 0400 ", 6);
	line.enter();
	assert.deepEqual(searched, ["0400"]);
});

test("arrow_up_brings_back_what_was_done", () => {
	const {line, answer, searched} = desk();
	for (const words of ["cari kesambi", "cari drajat"]) {
		line.open(null);
		line.edit(words, words.length);
		answer(would({search: words.slice(5), incident: null}));
		line.enter();
	}
	assert.deepEqual(searched, ["kesambi", "drajat"]);
	line.open(null);
	line.recall(-1);
	line.recall(-1);
	line.recall(-1);
	assert.equal(line.line, "cari kesambi");
	line.recall(1);
	line.recall(1);
	assert.equal(line.line, "");
});
