/* Every order of cut, gap, repeat and snapshot ends in the same state. */
import test from "node:test";
import assert from "node:assert/strict";
import {Model} from "../core/model.js";
import {City, dice, incident} from "./support/play.js";

const plain = (map) => Object.fromEntries([...map].sort());

/** A model that is watched: nothing it has shown is ever older afterwards. */
class Watched extends Model {
	newest = new Map();

	put(incident) {
		super.put(incident);
		const {version} = this.find(incident.id), before = this.newest.get(incident.id) ?? 0;
		assert.ok(version >= before, `${incident.id} went back from ${before} to ${version}`);
		this.newest.set(incident.id, version);
	}

	load(frame) {
		super.load(frame);
		for (const [id, {version}] of this.incidents)
			this.newest.set(id, version);
	}

	take(event) {
		const before = this.seq, is_new = super.take(event);
		assert.ok(this.seq >= before, `from ${before} back to ${this.seq}`);
		return is_new;
	}
}

/** One console's life with a bad line; where it ends. */
function live_through(city, random, steps) {
	const model = new Watched();
	model.apply(city.snapshot());
	for (let i = 0; i < steps; i++) {
		const roll = random();
		if (roll < 0.6)
			city.happen();
		else if (roll < 0.75)
			model.apply({type: "events", events: city.log.slice(model.seq)});
		else if (roll < 0.85) {
			const from = Math.floor(random() * (model.seq + 1));
			city.log.slice(from, from + 5).filter((event) => event.seq <= model.seq + 1).forEach((event) => model.apply(event));
		} else if (roll < 0.95) {
			model.lose();
			model.apply({type: "subscribed", epoch: city.epoch, recovered: true});
			city.log.slice(model.seq).forEach((event) => model.apply(event));
			model.apply({type: "tick", seq: city.head, time: ""});
		} else {
			model.lose();
			model.apply(city.snapshot(model.seq + Math.floor(random() * (city.head - model.seq + 1))));
		}
	}
	city.log.slice(model.seq).forEach((event) => model.apply(event));
	return model;
}

test("every_order_of_cut_gap_repeat_and_snapshot_ends_in_the_same_state", () => {
	for (let seed = 1; seed <= 300; seed++) {
		const random = dice(seed), city = new City(random);
		const model = live_through(city, random, 120);
		assert.deepEqual(plain(model.incidents), plain(city.live()), `seed ${seed}`);
		assert.equal(model.seq, city.head);
	}
});

test("an_event_that_comes_again_or_too_late_changes_nothing", () => {
	const model = new Model();
	model.apply({type: "snapshot", seq: 5, epoch: "one", incidents: [incident(1, {version: 3})], units: []});
	assert.deepEqual(model.apply({type: "event", seq: 4, time: "", event: "incident.updated", incident: incident(1, {version: 9})}), []);
	model.apply({type: "event", seq: 6, time: "", event: "incident.updated", incident: incident(1, {version: 2})});
	assert.equal(model.find("I-1").version, 3);
	assert.equal(model.seq, 6);
});

test("where_a_stream_goes_on_is_known_only_after_a_snapshot", () => {
	const model = new Model();
	assert.equal(model.place(), null);
	model.apply({type: "snapshot", seq: 5, epoch: "one", incidents: [], units: []});
	assert.deepEqual(model.place(), {after: 5, epoch: "one"});
});

test("what_is_closed_leaves_the_queue_and_can_still_be_looked_at", () => {
	const model = new Model();
	model.apply({type: "snapshot", seq: 1, epoch: "one", incidents: [incident(1)], units: []});
	model.apply({type: "event", seq: 2, time: "", event: "incident.closed", incident: incident(1, {version: 2, status: "closed"})});
	assert.equal(model.incidents.size, 0);
	assert.equal(model.find("I-1").status, "closed");
	model.apply({type: "event", seq: 3, time: "", event: "incident.updated", incident: incident(1, {version: 3, status: "new"})});
	assert.equal(model.incidents.size, 1);
	assert.equal(model.gone.size, 0);
});

test("an_agency_that_is_taken_off_no_longer_shows_it", () => {
	const model = new Model((one) => one.agencies.includes("fire"));
	model.apply({type: "snapshot", seq: 1, epoch: "one", incidents: [incident(1)], units: []});
	model.apply({type: "event", seq: 2, time: "", event: "incident.updated", incident: incident(1, {version: 2, agencies: ["police"]})});
	assert.equal(model.incidents.size, 0);
});

test("what_changed_while_the_line_was_down_is_marked_until_it_was_seen", () => {
	const model = new Model();
	model.apply({type: "snapshot", seq: 1, epoch: "one", incidents: [incident(1), incident(2)], units: []});
	model.lose();
	model.apply({type: "subscribed", epoch: "one", recovered: true});
	model.apply({type: "events", events: [{type: "event", seq: 2, time: "", event: "incident.updated", incident: incident(1, {version: 2})}]});
	model.apply({type: "tick", seq: 2, time: ""});
	assert.deepEqual([...model.unseen], ["I-1"]);
	assert.deepEqual(model.resumed, {events: 1, reloaded: false});
	model.apply({type: "event", seq: 3, time: "", event: "incident.updated", incident: incident(2, {version: 2})});
	assert.deepEqual([...model.unseen], ["I-1"], "what comes afterwards is no news of that kind");
});

test("a_new_snapshot_says_so_and_marks_only_what_differs", () => {
	const model = new Model();
	model.apply({type: "snapshot", seq: 1, epoch: "one", incidents: [incident(1), incident(2), incident(3)], units: []});
	assert.equal(model.resumed, null);
	model.lose();
	model.apply({type: "snapshot", seq: 1, epoch: "two", incidents: [incident(1), incident(2, {version: 2}), incident(4)], units: []});
	assert.deepEqual(model.resumed, {events: 0, reloaded: true});
	assert.deepEqual([...model.unseen].sort(), ["I-2", "I-4"]);
	assert.equal(model.find("I-3").id, "I-3", "it can still be looked at");
});

test("memory_of_what_is_gone_is_bounded", () => {
	const model = new Model();
	model.apply({type: "snapshot", seq: 0, epoch: "one", incidents: [], units: []});
	for (let n = 1; n <= 5000; n++)
		model.apply({type: "event", seq: n, time: "", event: "incident.closed", incident: incident(n, {status: "closed"})});
	assert.ok(model.gone.size <= 100);
	assert.ok(model.find("I-5000"));
});
