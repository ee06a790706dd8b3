"""What is only played must reach nobody who takes it for real. Each way out has its proof here."""

import json

import pytest

from world import wait
from world.radio import Radio

BASE = "tangi/v1/cirebon"
FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


@pytest.fixture
def bridge(make):
    return make.bridge(settings={"run_sheet.every_s": "1"}, broker=make.broker()).start()


def on_the_radio_it_is_heard_on_topics_of_its_own_alone(bridge):
    with Radio(bridge.broker, "agency-fire", f"{BASE}/agency/fire/#") as real, \
            Radio(bridge.broker, "agency-fire", f"{BASE}/exercise/agency/fire/#") as stage:
        drill = bridge.report(FIRE, exercise=True)
        true = bridge.report(FIRE + ", lantai dua")
        of = lambda radio, report: [h for h in radio.heard if report["incident_id"].encode() in h.payload]
        stage.wait(lambda h: len(of(stage, drill)) == 2, "event and view of the exercise")
        real.wait(lambda h: len(of(real, true)) == 2, "event and view of what is real")
        assert not of(real, drill) and not of(stage, true)
        assert all(h.json["exercise"] is True for h in of(stage, drill))
        assert {h.topic for h in of(stage, drill)} == {
            f"{BASE}/exercise/agency/fire/events", f"{BASE}/exercise/agency/fire/incidents/{drill['incident_id']}"}
        bridge.act(drill["incident_id"], "close", who="pengawas", outcome="other")
        stage.wait(lambda h: any(not x.payload for x in h), "its view is cleared")


def a_real_emergency_takes_a_unit_out_of_an_exercise_and_not_the_other_way_round(bridge):
    drill = bridge.report(FIRE, exercise=True)["incident_id"]
    true = bridge.report(FIRE + ", lantai dua")["incident_id"]
    status = lambda: next(u for u in bridge.get("/v1/units").json["units"] if u["id"] == "DMK-01")
    order = lambda ident: [o for p in bridge.incident(ident)["assignments"] for o in p["orders"] if o["unit"] == "DMK-01"][-1]
    assert bridge.act(drill, "assign", units=["DMK-01"]).status == 200
    assert status()["jobs"][0]["exercise"] is True
    proposal = bridge.get(f"/v1/incidents/{true}/recommendation", "pos-fire").json
    said = next(u for u in [*proposal["units"], *proposal["passed_over"]] if u["unit"] == "DMK-01")
    assert said.get("reason") != "busy", "what is played does not keep it"
    refused = bridge.act(true, "assign", units=["DMK-01"])
    assert refused.status == 409 and "an exercise" in refused.json["detail"], refused
    assert bridge.act(true, "assign", units=["DMK-01"], override=True, note="nyata").status == 200
    assert order(drill)["state"] == "recalled" and order(true)["state"] == "ordered"
    assert [j["incident_id"] for j in status()["jobs"]] == [true] and "exercise" not in status()["jobs"][0]
    recall = next(e for e in bridge.log() if e.get("action") == "cancel")
    assert recall["exercise"] is True and recall["units"] == ["DMK-01"] and recall["by"] == "pos-fire"
    other = bridge.report("Ilalang terbakar di Argasunya", exercise=True)["incident_id"]
    busy = bridge.act(other, "assign", units=["DMK-01"])
    assert busy.status == 409 and "an exercise" not in busy.json["detail"], busy
    bridge.act(true, "close", who="pengawas", outcome="resolved", release=True)


def an_agency_hears_no_others_exercise(bridge):
    with Radio(bridge.broker, "agency-police", f"{BASE}/exercise/agency/+/events") as police:
        bridge.report("Ilalang terbakar di lahan kosong Argasunya", exercise=True)
        last = bridge.report(FIRE, exercise=True)
        police.wait(lambda h: any(last["incident_id"].encode() in x.payload for x in h), "its own part of it")
        assert {h.topic for h in police.heard} == {f"{BASE}/exercise/agency/police/events"}


def a_broker_that_comes_back_empty_gets_it_back_on_its_own_topics(bridge):
    drill = bridge.report(FIRE, exercise=True)
    bridge.broker.stop()
    bridge.broker.forget()
    bridge.broker.start()
    with Radio(bridge.broker, "agency-fire", f"{BASE}/exercise/agency/fire/incidents/+") as stage, \
            Radio(bridge.broker, "agency-fire", f"{BASE}/agency/fire/incidents/+") as real:
        stage.wait(lambda h: any(drill["incident_id"] in x.topic for x in h), "the view is there again")
        true = bridge.report(FIRE)
        real.wait(lambda h: any(true["incident_id"] in x.topic for x in h), "a real one")
        assert not any(drill["incident_id"] in x.topic for x in real.heard)


def a_console_is_told_of_each_that_it_is_one(bridge):
    with bridge.console() as desk:
        frame = desk.sees(bridge.report(FIRE, exercise=True)["id"])
    assert frame["exercise"] is True and frame["incident"]["exercise"] is True


def paper_for_when_the_bridge_is_down_does_not_hold_it(bridge):
    bridge.report(FIRE, exercise=True)
    true = bridge.report("Pohon tumbang menimpa mobil di Jl. Pemuda, orang terjepit")
    no = bridge.incident(true["incident_id"])["no"]
    sheet = bridge.data / "run-sheet.html"
    wait.until(lambda: sheet.exists() and f"<td>{no:04}</td>" in sheet.read_text(), "the real one is on paper")
    assert "1 insiden terbuka" in sheet.read_text()


def nobody_earns_trust_or_blame_by_it(bridge):
    phone = "+628111222333"
    drill = bridge.report(FIRE, exercise=True, reporter={"phone": phone})
    bridge.act(drill["incident_id"], "close", who="pengawas", outcome="prank")
    true = bridge.report(FIRE, reporter={"phone": phone})
    assert bridge.incident(true["incident_id"])["order"] == 0
    assert not [e for e in bridge.log() if e["event"] == "caller.updated" and "prank\":1" in json.dumps(e)]


def a_call_that_is_played_is_one_to_its_end_and_counts_for_no_number(bridge):
    tell = lambda call, state, **more: bridge.ask(
        "POST", "/v1/calls", {"call_id": call, "state": state, "caller": "+628111222444", **more}, "rest")
    assert tell("played", "ringing", exercise=True).status == 201
    assert tell("played", "ended", outcome="prank").status == 201, "what follows need not say it again"
    assert tell("real", "ringing").status == 201
    assert tell("real", "ended", exercise=True).status == 201, "nor can it be taken back"
    calls = [e for e in bridge.log() if e["event"] == "call.updated"]
    assert [(e["call"]["call_id"], e["exercise"], e["call"]["exercise"]) for e in calls] == [
        ("played", True, True), ("played", True, True), ("real", False, False), ("real", False, False)]
    assert all(e["call"]["card"] is None for e in calls[:2]), "nothing is known by it"
    assert calls[-1]["call"]["card"]["calls"] == 1
