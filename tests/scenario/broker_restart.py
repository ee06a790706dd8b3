"""The broker is a radio: switched off, switched on, emptied, listened to by the wrong people."""

import itertools
import signal

import pytest

from world import places, senders, wait
from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
OUTAGE_S = 120 if places.LONG else 4


def _events(radio, agency):
    return [h.json for h in list(radio.heard) if h.topic == f"{BASE}/agency/{agency}/events"]


def _first_times(events):
    seen = set()
    return [e["seq"] for e in events if not (e["seq"] in seen or seen.add(e["seq"]))]


def a_broker_stopped_under_load_holds_up_nobody_and_gets_all_afterwards_in_order(make, capsys):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/events", session="pos-fire") as radio:
        load = senders.Senders(bridge.trusted, bridge.token("rest"),
                               senders.bodies(100 * (OUTAGE_S + 4), "outage"), lines=2, pace=100).start()
        wait.until(lambda: load.count > 100, "the load is under way", within=30)
        before = load.worst_s
        broker.stop()
        down = load.count
        wait.until(lambda: load.count > down + 100 * (OUTAGE_S - 1) or load.is_done,
                   "reports go on while the broker is away", within=OUTAGE_S + 30)
        ready = bridge.readyz()
        during, worst = load.count - down, load.worst_s
        broker.start()
        load.join(60 * wait.PATIENCE)
        wait.until(lambda: bridge.readyz().status == 200, "ready again", within=40)
        due = [e["seq"] for e in bridge.log(who="pos-fire")]
        radio.wait(lambda h: h and due[-1] in [e["seq"] for e in _events(radio, "fire")[-200:]],
                   "the last event", within=60)
        heard = _events(radio, "fire")
    assert set(load.statuses) == {201}, load.statuses
    assert b"broker" in ready.body or b"mqtt" in ready.body, ready
    assert _first_times(heard) == due
    by_seq = {}
    for event in heard:
        assert by_seq.setdefault(event["seq"], event) == event
    with capsys.disabled():
        print(f"\n  broker away {OUTAGE_S} s: {during} reports taken meanwhile, worst answer "
              f"{worst * 1000:.0f} ms (before {before * 1000:.0f}); {len(due)} due, "
              f"{len(due) - len(set(_first_times(heard)))} lost, {len(heard) - len(due)} repeated with their seq")


def a_bridge_killed_while_the_broker_is_away_still_delivers_all(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/events", session="pos-fire") as radio:
        one = bridge.report(FIRE)
        radio.wait(lambda h: one["seq"] in [e["seq"] for e in _events(radio, "fire")], "the first")
        broker.stop()
        for _ in range(20):
            bridge.report(FIRE)
        bridge.kill()
        broker.start()
        bridge.start()
        due = [e["seq"] for e in bridge.log(who="pos-fire")]
        radio.wait(lambda h: due[-1] in [e["seq"] for e in _events(radio, "fire")], "the last", within=30)
        assert _first_times(_events(radio, "fire")) == due


def a_broker_that_comes_back_empty_is_told_all_that_is_live_again(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    live = [bridge.report(FIRE) for _ in range(5)]
    gone = bridge.report(FIRE)
    assert bridge.act(gone["incident_id"], "close", "pengawas", outcome="resolved").status == 200
    broker.stop()
    missed = bridge.report(FIRE)
    broker.forget()
    broker.start()
    with Radio(broker, "agency-fire", [f"{BASE}/agency/fire/incidents/#", f"{BASE}/bridge"]) as radio:
        wanted = {f"{BASE}/agency/fire/incidents/{r['incident_id']}" for r in live + [missed]}
        radio.wait(lambda h: wanted <= {x.topic for x in h if x.payload}, "all live incidents", within=30)
        radio.wait(lambda h: [x for x in h if x.topic == f"{BASE}/bridge"], "presence", within=30)
        assert not [h for h in radio.heard if h.topic.endswith(gone["incident_id"]) and h.payload]
        radio.wait(lambda h: b"online" in [x for x in h if x.topic == f"{BASE}/bridge"][-1].payload, "online")
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as late:
        late.wait(lambda h: wanted <= {x.topic for x in h if x.retain}, "retained for those who come later")


def a_broker_that_kept_what_was_closed_long_ago_is_corrected(make):
    """It comes back from an old copy of its memory; all since then was confirmed to us."""
    broker = make.broker()
    bridge = make.bridge(broker).start()
    gone, live = bridge.report(FIRE), bridge.report(FIRE)
    topics = {r["id"]: f"{BASE}/agency/fire/incidents/{r['incident_id']}" for r in (gone, live)}
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as radio:
        radio.wait(lambda h: set(topics.values()) <= {x.topic for x in h if x.payload}, "both set")
    broker.stop()
    memory = (broker.folder / "broker.db").read_bytes()
    broker.start()
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as radio:
        bridge.act(gone["incident_id"], "close", "pengawas", outcome="resolved")
        # Others are told beside it: what stands there is the last of its own topic.
        radio.wait(lambda h: any(x.topic == topics[gone["id"]] and not x.payload for x in h), "cleared", within=30)
    broker.stop()
    (broker.folder / "broker.db").write_bytes(memory)
    broker.start()
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as radio:
        radio.wait(lambda h: [x for x in h if x.topic == topics[gone["id"]]][-1:]
                   and not [x for x in h if x.topic == topics[gone["id"]]][-1].payload, "cleared again", within=30)
        assert [x for x in radio.heard if x.topic == topics[live["id"]]][-1].payload
        assert not [x for x in radio.heard if x.topic == topics[live["id"]] and not x.payload]


@pytest.mark.skipif(not places.LONG, reason="takes as long as two keepalives; TANGI_LONG=1")
def a_broker_that_hangs_is_given_up_and_found_again(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    bridge.report(FIRE)
    broker.process.signal(signal.SIGSTOP)
    try:
        missed = [bridge.report(FIRE) for _ in range(200)]
        wait.until(lambda: bridge.readyz().status == 503, "it says that the broker does not answer", within=40)
        missed.append(bridge.report(FIRE))
    finally:
        broker.process.signal(signal.SIGCONT)
    wait.until(lambda: bridge.readyz().status == 200, "ready again", within=40)
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as radio:
        wanted = {f"{BASE}/agency/fire/incidents/{r['incident_id']}" for r in missed}
        radio.wait(lambda h: wanted <= {x.topic for x in h if x.payload}, "all views", within=30)


def an_incident_that_closes_is_cleared_from_the_broker_and_set_again_when_reopened(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    report = bridge.report(FIRE)
    topic = f"{BASE}/agency/fire/incidents/{report['incident_id']}"
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as radio:
        radio.wait(lambda h: [x for x in h if x.topic == topic and x.payload], "set")
        bridge.act(report["incident_id"], "close", "pengawas", outcome="resolved")
        radio.wait(lambda h: h[-1].topic == topic and h[-1].payload == b"", "cleared")
        bridge.act(report["incident_id"], "reopen")
        radio.wait(lambda h: h[-1].topic == topic and h[-1].payload, "set again")
        bridge.act(report["incident_id"], "reclassify", "pengawas", agencies=["city"])
        radio.wait(lambda h: h[-1].topic == topic and h[-1].payload == b"",
                   "cleared for the agency that was taken off")


def the_bridge_says_online_and_the_broker_says_offline_for_it_when_it_dies(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    topic = f"{BASE}/bridge"
    with Radio(broker, "agency-fire", topic) as radio:
        radio.wait(lambda h: h and b"online" in h[-1].payload, "online")
        bridge.kill()
        radio.wait(lambda h: b"offline" in h[-1].payload, "offline after a kill")
        bridge.start()
        radio.wait(lambda h: b"online" in h[-1].payload and b"offline" not in h[-1].payload, "online again")
        bridge.stop()
        radio.wait(lambda h: b"offline" in h[-1].payload, "offline after a stop in good order")


def a_bridge_starts_and_takes_reports_without_a_broker_and_finds_it_later(make):
    broker = make.broker()
    broker.stop()
    bridge = make.bridge(broker).spawn()
    wait.until(lambda: bridge.process.must_run() or bridge.readyz(), "listening", within=30)
    report = bridge.report(FIRE)
    broker.start()
    with Radio(broker, "agency-fire", f"{BASE}/agency/fire/#") as radio:
        radio.wait(lambda h: [x for x in h if x.payload and x.json["seq"] == report["seq"]], "the event", within=30)


def _listen(broker, who, topics):
    return Radio(broker, who, topics).ready()


def the_broker_gives_and_takes_to_each_what_is_theirs_only(bridge):
    broker = bridge.broker
    (unit, _), (other, _) = broker.some_units[:2]
    theirs = ["#", f"{BASE}/#", "+/+/+/#", "$SYS/#"]
    ears = {who: _listen(broker, who, theirs) for who in ("agency-fire", "agency-police", unit)}
    everything = _listen(broker, "bridge", f"{BASE}/#")
    try:
        fire = bridge.report("Kebakaran ilalang di Argasunya")
        police = bridge.report("Ada maling masuk rumah di Drajat")
        for report, agency in ((fire, "fire"), (police, "police")):
            assert agency in report["classification"]["agencies"]
            ears[f"agency-{agency}"].wait(
                lambda h: [x for x in h if x.topic.endswith("/events") and x.json["seq"] == report["seq"]],
                f"{agency} hears its own")
        # What each may not write; the last message is one it may, and proves the others were passed.
        # From lines that hear nothing: mosquitto cuts the line after such a publish, and an answer
        # that waits behind a hundred retained messages is lost with it.
        with Radio(broker, unit, []) as crew, Radio(broker, "agency-fire", []) as desk:
            for topic in (f"{BASE}/agency/fire/events", f"{BASE}/bridge", f"{BASE}/unit/{other}/status",
                          f"{BASE}/unit/{unit}/dispatch", f"{BASE}/agency/police/incidents/I-1", "else/where"):
                crew.send(topic, "forged")
                desk.send(topic, "forged")
        ears[unit].send(f"{BASE}/unit/{unit}/sync", "marker")
        everything.wait(lambda h: [x for x in h if x.payload == b"marker"], "what the unit may write")
        everything.send(f"{BASE}/unit/{unit}/dispatch", "order")
        ears[unit].wait(lambda h: [x for x in h if x.payload == b"order"], "the unit hears its own orders")
        assert not [h for h in everything.heard if h.payload == b"forged"]
        for who, own in (("agency-fire", f"{BASE}/agency/fire/"), ("agency-police", f"{BASE}/agency/police/"),
                         (unit, f"{BASE}/unit/{unit}/")):
            may = [f"{BASE}/bridge", *(f"{BASE}/unit/{u}/dispatch" for u, agency in bridge.broker.some_units
                                       if who == f"agency-{agency}")]
            strange = [h.topic for h in ears[who].heard if not h.topic.startswith(own) and h.topic not in may]
            assert not strange, (who, strange[:3])
    finally:
        for ear in itertools.chain(ears.values(), [everything]):
            ear.close()


def a_borrowed_client_id_opens_nothing(bridge):
    broker = bridge.broker
    (unit, _), (other, _) = broker.some_units[:2]
    victim = f"{BASE}/unit/{other}/dispatch"
    everything = _listen(broker, "bridge", [])
    thief = Radio(broker, unit, victim, session=other).ready()
    try:
        everything.send(victim, "order")
        everything.send(f"{BASE}/unit/{unit}/dispatch", "own")
        thief.topics = [f"{BASE}/unit/{unit}/dispatch"]
        thief.client.subscribe(thief.topics[0], 1)
        wait.until(lambda: everything.send(f"{BASE}/unit/{unit}/dispatch", "own") or thief.heard, "its own", every=0.1)
        assert {h.topic for h in thief.heard} == {f"{BASE}/unit/{unit}/dispatch"}
    finally:
        thief.close()
        everything.close()


def nobody_connects_to_the_broker_without_the_right_password(bridge):
    for user, password in (("bridge", "wrong"), ("nobody", "x"), ("agency-fire", "")):
        radio = Radio(bridge.broker, user, [], password=password)
        try:
            wait.until(lambda: radio.codes, "an answer")
            assert radio.codes[0] != 0
        finally:
            radio.close()
