"""What was written on paper while the bridge was away comes in afterwards, with the time it happened."""

import time
import uuid

import pytest

from world import wait
from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi dekat masjid"


def _ago(hours):
    at = time.time() - hours * 3600
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"


def _report(bridge, hours=3.0, who="rest", **more):
    body = {"source": "call-112", "source_id": uuid.uuid4().hex, "text": FIRE, "entered_from": "paper",
            "received_at": _ago(hours), **more}
    return body, bridge.ask("POST", "/v1/reports", body, who)


def _entered(bridge, **more):
    """The report as it was sent, and the id of its incident."""
    body, answer = _report(bridge, **more)
    assert answer.status == 201, answer
    return body, answer.json["incident_id"]


def a_report_from_paper_keeps_its_time_and_is_marked_wherever_it_is_shown(make):
    bridge = make.bridge(settings={"run_sheet.every_s": "1"}).start()
    begun, now = _ago(0), bridge.report(FIRE)["incident_id"]
    body, ident = _entered(bridge)
    for _ in range(2):
        incident = bridge.incident(ident)
        assert incident["from_paper"] is True and incident["happened_at"] == body["received_at"]
        assert incident["opened_at"] >= begun, "its place is where it was entered"
        assert incident["timeline"][0]["happened_at"] == body["received_at"]
        listed = {i["id"]: i for i in bridge.get("/v1/incidents").json["incidents"]}
        assert listed[ident]["from_paper"] and "from_paper" not in listed[now] and "happened_at" not in listed[now]
        bridge.restart()
    created = next(e for e in bridge.log() if e["event"] == "incident.created" and e["incident"]["id"] == ident)
    assert created["from_paper"] and created["time"] >= begun > created["happened_at"]
    report = bridge.get(f"/v1/reports/{created['report_id']}").json
    assert report["from_paper"] and report["received_at"] == body["received_at"]
    sheet = bridge.data / "run-sheet.html"
    wait.until(lambda: sheet.exists() and "kertas" in sheet.read_text(), "the run-sheet says so", within=30)
    shift = bridge.get("/v1/shift", "pengawas").json["open"]
    assert {row["incident_id"]: row["happened_at"] for row in shift} == {ident: body["received_at"], now: None}
    assert bridge.get("/v1/shift?format=html", "pengawas").body.decode().count("kertas") == 1
    assert bridge.act(ident, "note", "pengawas", note="x").status == 200
    assert bridge.incident(ident)["happened_at"] == body["received_at"], "it stays"
    bridge.stop()
    bridge.verify()


def the_same_report_from_paper_again_is_one(make):
    bridge = make.bridge().start()
    body, ident = _entered(bridge)
    again = bridge.ask("POST", "/v1/reports", body, "rest")
    assert again.status == 200 and again.json["incident_id"] == ident


@pytest.mark.parametrize("status, field, more", [
    (422, "received_at", {"hours": -1}), (422, "received_at", {"hours": 7 * 24 + 1}),
    (400, "received_at", {"received_at": None}), (400, "received_at", {"received_at": "kemarin"}),
    (400, "entered_from", {"entered_from": "radio"}), (400, "entered_from", {"entered_from": 1})])
def a_time_that_cannot_be_is_refused_by_its_name(bridge, status, field, more):
    before = bridge.head()
    answer = _report(bridge, **more)[1]
    assert answer.status == status and answer.json["errors"][0]["field"] == field, answer
    assert bridge.head() == before


def calls_and_actions_of_the_past_are_bounded_alike(make):
    bridge = make.bridge().start()
    ident = _entered(bridge)[1]
    call = {"call_id": uuid.uuid4().hex, "state": "ended", "entered_from": "paper", "caller": "+6281200000001"}
    note = {"action": "note", "note": "x", "entered_from": "paper"}
    head = bridge.head()
    for status, field, target, body, who in (
            (400, "at", "/v1/calls", call, "siaga"), (422, "at", "/v1/calls", {**call, "at": _ago(-1)}, "siaga"),
            (422, "at", "/v1/calls", {**call, "at": _ago(200)}, "siaga"),
            (400, "happened_at", f"/v1/incidents/{ident}/actions", note, "pengawas"),
            (422, "happened_at", f"/v1/incidents/{ident}/actions", {**note, "happened_at": _ago(-1)}, "pengawas"),
            (422, "happened_at", f"/v1/incidents/{ident}/actions", {**note, "happened_at": _ago(200)}, "pengawas"),
            (400, "entered_from", f"/v1/incidents/{ident}/actions",
             {**note, "action": "escalate", "happened_at": _ago(1)}, "pengawas")):
        answer = bridge.ask("POST", target, body, who)
        assert answer.status == status and answer.json["errors"][0]["field"] == field, (body, answer)
    assert bridge.head() == head
    at = _ago(2)
    assert bridge.ask("POST", "/v1/calls", {**call, "at": at}, "siaga").status == 201
    kept = bridge.get(f"/v1/calls/{call['call_id']}", "siaga").json
    assert kept["from_paper"] is True and kept["at"] == at
    assert bridge.ask("POST", "/v1/reports", {"source": "lapor-web", "text": FIRE, "entered_from": "paper",
                                              "received_at": _ago(1)}, "tamu").status == 403


def what_was_done_on_paper_has_its_own_times_and_rings_nowhere(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = next(u for u, agency in broker.some_units if agency == "fire")
    with Radio(broker, unit, f"{BASE}/unit/{unit}/dispatch") as radio:
        ident = _entered(bridge)[1]
        times = {step: _ago(hours) for step, hours in
                 (("ordered", 2.8), ("en_route", 2.7), ("on_scene", 2.5), ("cleared", 2.0))}

        def act(action, at, **more):
            answer = bridge.act(ident, action, entered_from="paper", happened_at=at, **more)
            assert answer.status == 200, answer

        act("assign", times["ordered"], units=[unit])
        for step in ("en_route", "on_scene", "cleared"):
            act("status", times[step], unit=unit, status=step)
        order = next(p for p in bridge.incident(ident)["assignments"] if p["agency"] == "fire")["orders"][0]
        assert {step: order["steps"][step] for step in times} == times
        assert bridge.act(ident, "close", "pengawas", outcome="resolved", entered_from="paper",
                          happened_at=_ago(1.5)).status == 200
        told = [(e["action"], e["happened_at"]) for e in bridge.incident(ident)["timeline"] if e.get("from_paper") and "action" in e]
        assert [t[0] for t in told] == ["assign", "status", "status", "status", "close"]
        assert [t[1] for t in told][:4] == list(times.values())
        # An order of now comes, and what was on paper has not come before it.
        now = bridge.report(FIRE)["incident_id"]
        assert bridge.act(now, "assign", units=[unit]).status == 200
        radio.wait(lambda h: [x for x in h if x.payload and x.json["incident_id"] == now], "the order of now", within=30)
        assert {x.json["incident_id"] for x in radio.heard if x.payload} == {now}


def its_deadlines_count_from_when_it_was_entered_and_nothing_rises_for_the_past(make):
    bridge = make.bridge(settings={"escalation.enabled": "true"}).start()
    begun = _ago(0)
    ident = _entered(bridge, hours=100)[1]
    part = next(p for p in bridge.incident(ident)["assignments"] if p["agency"] == "fire")
    assert part["escalation"]["since"] >= begun and part["escalation"]["due_at"] > begun
    assert part["arrival"] is None or part["arrival"]["due_at"] > begun
    bridge.restart()
    mark = bridge.report("Banjir di Drajat")
    wait.until(lambda: bridge.head() >= mark["seq"], "the bridge goes on")
    early = [e for e in bridge.log() if e["event"] == "incident.escalated" and e["incident"]["id"] == ident
             and e["time"] < part["escalation"]["due_at"]]
    assert not early


def what_was_then_is_joined_with_nothing_of_now(make):
    bridge = make.bridge(settings={"joining.enabled": "true"}).start()
    point = {"lat": -6.7205, "lon": 108.5701}
    then = _entered(bridge, location=point)[1]
    now = bridge.report(FIRE, location=point)["incident_id"]
    again = bridge.report(FIRE, location=point)
    assert now != then and again["incident_id"] == now, "those of now are one"
    later = _entered(bridge, hours=1, location=point)[1]
    assert later not in (then, now)
    bridge.restart()
    assert bridge.report(FIRE, location=point)["incident_id"] == now


def what_was_called_off_on_paper_is_taken_from_the_crew_and_rings_nowhere(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = next(u for u, agency in broker.some_units if agency == "fire")
    topic = f"{BASE}/unit/{unit}/dispatch"
    with Radio(broker, unit, topic) as radio:
        ident = bridge.report(FIRE)["incident_id"]
        assert bridge.act(ident, "assign", units=[unit]).status == 200
        radio.wait(lambda h: [x for x in h if x.payload], "the order", within=30)
        assert bridge.act(ident, "cancel", units=[unit], reason="lewat telepon", entered_from="paper",
                          happened_at=_ago(0)).status == 200
        radio.wait(lambda h: [x for x in h if not x.payload], "it is not kept any more", within=30)
        now = bridge.report(FIRE)["incident_id"]
        assert bridge.act(now, "assign", units=[unit]).status == 200
        radio.wait(lambda h: [x for x in h if x.payload and x.json["incident_id"] == now], "the order of now", within=30)
        assert [x.json["type"] for x in radio.heard if x.payload] == ["order", "order"], "no recall"
    order = next(p for p in bridge.incident(ident)["assignments"] if p["agency"] == "fire")["orders"][0]
    assert order["state"] == "recalled" and order["receipts"]["confirmed"]
