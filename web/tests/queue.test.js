/* Who comes first, what a filter leaves, what alarms and what is heard. */
import test from "node:test";
import assert from "node:assert/strict";
import {alarms, tone} from "../core/alarm.js";
import {Desk} from "../core/desk.js";
import {counts, filtered, in_order, no_filter} from "../core/queue.js";
import {categories, incident, me, workflow} from "./support/play.js";

const fire = new Desk(me, categories, [{id: "fire", name_id: "Damkar"}], workflow);
const watch = new Desk({...me, role: "supervisor", agency: null, rights: ["watch", "act", "see_all"], acts_for: ["fire", "police"]}, categories, [], workflow);
const part = (state, agency = "fire") => [{agency, state, since: "", by: null}];
const names = (one) => `${one.no} ${one.category}`;
const order = (list, desk = fire) => in_order(list, desk).map((one) => one.no);
const base = Date.parse(incident(0).opened_at);

test("untaken_priority_1_comes_first_then_priority_then_the_least_time_left", () => {
	const list = [
		incident(1, {priority: 3}), incident(2, {assignments: part("acknowledged")}), incident(3),
		incident(4, {priority: 2}), incident(5, {assignments: part("en_route")}), incident(6, {priority: 2, category: "crime_theft"}),
	];
	assert.deepEqual(order(list), [3, 2, 5, 4, 6, 1]);
});

test("where_somebody_is_there_no_time_runs_and_it_comes_later", () => {
	const list = [incident(1, {assignments: part("on_scene")}), incident(2, {assignments: part("acknowledged")})];
	assert.deepEqual(order(list), [2, 1]);
});

test("the_order_does_not_depend_on_the_order_of_arrival", () => {
	const list = Array.from({length: 50}, (_, i) => incident(i, {priority: 1 + i % 4, opened_at: incident(0).opened_at}));
	const once = order(list);
	assert.deepEqual(order([...list].reverse()), once);
});

test("a_filter_finds_numbers_words_places_and_kinds", () => {
	const list = [incident(1, {priority: 2, text: "api di gudang"}), incident(22, {priority: 2})];
	const found = (words) => filtered(list, {show: "all", words}, fire, names).map((one) => one.no);
	assert.deepEqual(found("GUDANG api"), [1]);
	assert.deepEqual(found("22"), [22]);
	assert.deepEqual(found("kesambi"), [1, 22]);
	assert.equal(filtered(list, no_filter, fire, names), list);
});

test("untaken_priority_1_is_never_hidden", () => {
	const list = [incident(1), incident(2, {priority: 2}), incident(3, {assignments: part("acknowledged")})];
	assert.deepEqual(filtered(list, {show: "review", words: "tidak ada"}, fire, names).map((one) => one.no), [1]);
});

test("the_chips_count_what_they_show", () => {
	const list = [incident(1), incident(2, {assignments: part("acknowledged"), disposition: "review", priority: 2}), incident(3, {priority: 3})];
	assert.deepEqual(counts(list, fire), {all: 3, untaken: 2, review: 1});
});

test("a_new_incident_alarms_until_its_agency_has_taken_it", () => {
	const list = [incident(1, {priority: 2}), incident(2), incident(3, {assignments: part("acknowledged")}), incident(4, {disposition: "routine"})];
	const found = alarms(list, fire, base);
	assert.deepEqual(found.map((alarm) => alarm.incident.no), [2, 1]);
	assert.equal(tone(found, fire), "1");
	assert.equal(tone(found.slice(1), fire), "2");
	assert.equal(tone([], fire), null);
});

test("a_doubtful_one_alarms_when_nobody_has_decided_for_a_minute", () => {
	const one = incident(0, {disposition: "review", priority: 3});
	assert.equal(alarms([one], fire, base + 59000).length, 0);
	const [alarm] = alarms([one], fire, base + 60000);
	assert.equal(alarm.kind, "unsure");
	assert.equal(alarm.priority, 2);
});

test("a_supervisor_sees_what_its_leading_agency_has_not_taken_and_hears_nothing", () => {
	const both = {agencies: ["fire", "police"]};
	const list = [incident(1, {...both, assignments: [...part("pending"), ...part("acknowledged", "police")]}),
		incident(2, {...both, assignments: [...part("acknowledged"), ...part("pending", "police")]})];
	const found = alarms(list, watch, base);
	assert.deepEqual(found.map((alarm) => alarm.incident.no), [1]);
	assert.equal(tone(found, watch), null);
});

test("a_desk_may_do_what_role_and_state_allow", () => {
	const viewer = new Desk({...me, role: "viewer", agency: null, rights: ["watch"], acts_for: []}, categories, [], workflow);
	assert.ok(fire.allows(incident(1), "acknowledge"));
	assert.ok(!fire.allows(incident(1, {assignments: part("acknowledged")}), "acknowledge"));
	assert.ok(!fire.allows(incident(1), "reopen"));
	assert.ok(fire.allows(incident(1, {status: "closed"}), "reopen"));
	assert.ok(!viewer.allows(incident(1), "note"));
	assert.equal(watch.agency_to_take(incident(1, {agencies: ["police", "fire"], assignments: [...part("pending", "police"), ...part("pending")]})), "fire");
});

test("who_has_closed_its_part_may_only_reopen_it_and_who_leads_may_do_both", () => {
	const both = {agencies: ["fire", "police"]};
	const one = incident(1, {...both, assignments: [{...part("cleared")[0], outcome: "resolved"}, ...part("pending", "police")]});
	assert.ok(fire.allows(one, "reopen") && fire.allows(one, "note") && !fire.allows(one, "close"));
	assert.ok(watch.allows(one, "reopen") && watch.allows(one, "close"));
	const open = incident(2, {...both, assignments: [...part("pending"), {...part("cleared", "police")[0], outcome: "resolved"}]});
	assert.ok(!fire.allows(open, "reopen") && fire.allows(open, "close"));
});
