/* Folded cards, what is alike, and corrections: what the console makes of them. */
import test from "node:test";
import assert from "node:assert/strict";
import {alarms} from "../core/alarm.js";
import {alike, may_merge, merging} from "../core/alike.js";
import {back_to, draft_of, fields_of, matching, with_agency, with_category, with_priority} from "../core/correction.js";
import {Desk} from "../core/desk.js";
import {fold, reports_in, unfolded} from "../core/fold.js";
import {pieces} from "../core/marks.js";
import {in_order} from "../core/queue.js";
import {categories, incident, me, workflow} from "./support/play.js";

const may = {...workflow, incident: {...workflow.incident, new: [...workflow.incident.new, "merge"]}};
const fire = new Desk(me, categories, [{id: "fire", name_id: "Damkar"}], may);
const into = (no) => ({incident_id: `I-${no}`, no});
const numbers = (list) => list.map((one) => one.no);
const flood = {id: "flood", name_id: "Banjir", name_en: "Flood", lead: ["disaster"], agencies: ["disaster", "fire"], priority: 2};

test("what_is_folded_lies_in_its_card_with_a_counter_and_the_odd_one_out_does_not", () => {
	const list = [incident(1), incident(2, {folded_into: into(1), report_count: 3}), incident(3, {stands_alone: true})];
	const folded = fold(list);
	assert.deepEqual(numbers(folded.cards), [1, 3]);
	assert.equal(reports_in(list[0], folded.inside), 4);
	assert.deepEqual(numbers(unfolded(folded, new Set(["I-1"]), null)), [1, 2, 3]);
});

test("a_card_that_is_not_here_hides_nothing", () => {
	assert.deepEqual(numbers(fold([incident(2, {folded_into: into(9)})]).cards), [2]);
	const ring = [incident(1, {folded_into: into(2)}), incident(2, {folded_into: into(1)})];
	assert.ok(fold(ring).cards.length > 0);
});

test("the_selected_is_shown_though_its_card_is_closed", () => {
	const folded = fold([incident(1), incident(2, {folded_into: into(1)})]);
	assert.deepEqual(numbers(unfolded(folded, new Set(), "I-2")), [1, 2]);
});

test("a_card_stands_where_the_most_urgent_in_it_would", () => {
	const list = in_order([incident(1, {priority: 3}), incident(2, {priority: 2}), incident(3, {priority: 1, folded_into: into(1)})], fire);
	assert.deepEqual(numbers(fold(list).cards), [1, 2]);
});

test("one_card_is_one_alarm_until_none_of_it_waits", () => {
	const taken = [{agency: "fire", state: "acknowledged", since: "", by: "siti"}];
	const found = alarms([incident(1), incident(2, {folded_into: into(1)}), incident(3)], fire, 0);
	assert.deepEqual(found.map((alarm) => [alarm.incident.no, alarm.others?.length ?? 0]), [[1, 1], [3, 0]]);
	assert.equal(alarms([incident(1, {assignments: taken}), incident(2, {folded_into: into(1)})], fire, 0).length, 1);
});

test("alike_is_read_from_both_sides", () => {
	const later = incident(5, {similar: [{incident_id: "I-4", no: 4, score: 0.7, reasons: []}]}), sooner = incident(4);
	assert.deepEqual(numbers(alike(later, [sooner, later])), [4]);
	assert.deepEqual(numbers(alike(sooner, [sooner, later])), [5]);
});

test("the_younger_goes_into_the_elder_and_says_what_it_brings", () => {
	const plan = merging(incident(7, {priority: 1, agencies: ["fire", "police"], report_count: 2}), incident(3, {priority: 2}));
	assert.deepEqual([plan.from.no, plan.into.no, plan.reports, plan.raised_to, plan.joining], [7, 3, 2, 1, ["police"]]);
});

test("secret_and_exercise_meet_nothing_else", () => {
	assert.ok(may_merge(incident(1), incident(2), fire));
	assert.ok(!may_merge(incident(1), incident(2, {anonymity: "secret"}), fire));
	assert.ok(!may_merge(incident(1), incident(2, {exercise: true}), fire));
	assert.ok(!may_merge(incident(1), undefined, fire));
});

test("another_kind_brings_its_agencies_and_never_a_lesser_priority_until_a_person_says_so", () => {
	const before = incident(1), draft = with_category(draft_of(before), flood, before);
	assert.deepEqual(fields_of(before, draft), {category: "flood", agencies: ["disaster", "fire"]});
	const said = with_priority(draft, 3);
	assert.deepEqual(fields_of(before, said), {category: "flood", priority: 3, agencies: ["disaster", "fire"]});
	assert.deepEqual(back_to(before, fields_of(before, said) ?? {}), {category: "fire_building", priority: 1, agencies: ["fire"]});
	assert.equal(fields_of(before, draft_of(before)), null);
});

test("the_last_agency_is_never_taken_off", () => {
	assert.deepEqual(with_agency(draft_of(incident(1)), "fire").agencies, ["fire"]);
});

test("a_kind_is_found_in_either_language", () => {
	assert.equal(matching([...categories, flood], "FLOO")[0].id, "flood");
	assert.equal(matching([...categories, flood], "kebakar bang")[0].id, "fire_building");
});

test("what_is_known_of_a_caller_orders_among_its_like", () => {
	const list = [incident(1, {priority: 3, disposition: "review", order: -30}), incident(2, {priority: 3, disposition: "review", order: 0}),
		incident(3, {priority: 3, disposition: "review", order: 100})];
	assert.deepEqual(numbers(in_order(list, fire)), [3, 2, 1]);
});

test("an_emergency_is_before_a_doubt_of_the_same_priority_whoever_called", () => {
	const list = [incident(1, {priority: 2, disposition: "review", order: 100}), incident(2, {priority: 2}), incident(3, {priority: 3})];
	assert.deepEqual(numbers(in_order(list, fire)), [2, 1, 3]);
});

test("the_words_that_spoke_are_underlined_where_they_stand_and_nothing_inside_other_words", () => {
	const because = [{term: "api", weight: 1, is: "event", at: 10, len: 3}, {term: "Kecapi", weight: 1, is: "model"}, {term: "asap", weight: -1, at: 0, len: 4}];
	assert.deepEqual(pieces("asap, 🔥 — api di Kecapi, kereta api", because), ["asap, 🔥 — ", "api", " di Kecapi, kereta api"]);
});

test("a_reason_that_does_not_say_where_is_found_as_whole_words", () => {
	const because = [{term: "api", weight: 1}, {term: "orang di dalam", weight: 1}, {term: "dalam", weight: 1}];
	assert.deepEqual(pieces("Api di Kecapi; orang di dalam", because), ["", "Api", " di Kecapi; ", "orang di dalam", ""]);
	assert.deepEqual(pieces("tanpa alasan", []), ["tanpa alasan"]);
});

test("reasons_that_overlap_are_underlined_once_and_one_beyond_the_text_not_at_all", () => {
	const because = [{term: "asap hitam", weight: 2, at: 0, len: 10}, {term: "hitam pekat", weight: 1, at: 5, len: 11}, {term: "x", weight: 1, at: 90, len: 4}];
	assert.deepEqual(pieces("asap hitam pekat di gudang", because), ["", "asap hitam pekat", " di gudang"]);
});
