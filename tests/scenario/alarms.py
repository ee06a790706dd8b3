"""An alarm is a debt: the whole desk has it, it survives everything, and what was said of it holds until it gets worse."""

import datetime

from world import impatient, wait
from world.impatient import FIRE

DOUBT = "tolong cepat ke sini"


def _alarms(bridge, who="pengawas", query=""):
    def read():
        answer = bridge.get(f"/v1/alarms{query}", who)
        assert answer.status in (200, 503), answer
        return answer if answer.status == 200 else None
    return wait.until(read, "what is open has been read").json["alarms"]


def _of(alarms, ident):
    return {(a["agency"], a["kind"]): a for a in alarms if a["incident_id"] == ident}


def a_new_emergency_is_an_alarm_of_each_agency_and_of_nobody_else(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 600s, supervisor 1000s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    bridge.report("Mohon lampu jalan di depan gang diperbaiki")
    agencies = set(bridge.incident(ident)["agencies"])
    assert set(_of(_alarms(bridge), ident)) == {(a, "new") for a in agencies}
    assert len(_alarms(bridge)) == len(agencies), "a ticket wakes nobody"
    for agency in ("fire", "police"):
        assert [a["agency"] for a in _alarms(bridge, f"pos-{agency}")] == [agency]
    assert _alarms(bridge, "pos-city") == []
    assert [a["agency"] for a in _alarms(bridge, "pengawas", "?agency=fire")] == ["fire"]
    assert _alarms(bridge, "pos-fire", "?agency=police") == []
    assert bridge.get("/v1/alarms?agency=navy", "pengawas").json["errors"][0]["field"] == "agency"
    one = _alarms(bridge, "pos-fire")[0]
    assert (one["no"], one["priority"], one["level"], one["exercise"], one["acknowledged_by"]) == (
        bridge.incident(ident)["no"], 1, 0, False, None), one


def an_acknowledgement_is_seen_at_every_console_and_survives_kill_until_it_rises(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 5s, supervisor 600s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    with bridge.console("pos-fire") as other:
        assert bridge.act(ident, "acknowledge_alarm", alarm="new").status == 200
        event = other.wait(lambda c: next((f for f in c.frames if f.get("event") == "alarm.updated"), None), "the neighbour hears it")
        assert (event["alarm"], event["agency"], event["by"]) == ("new", "fire", "pos-fire"), event
        mine = next(a for a in event["incident"]["alarms"] if a["agency"] == "fire")
        assert mine["acknowledged_by"] == "pos-fire" and mine["acknowledged_at"] == event["time"], mine
    again = bridge.act(ident, "acknowledge_alarm", alarm="new")
    assert again.status == 422 and "pos-fire" in again.json["errors"][0]["detail"], again
    bridge.kill()
    bridge.start()
    alarms = _of(_alarms(bridge), ident)
    assert alarms["fire", "new"]["acknowledged_by"] == "pos-fire" and alarms["police", "new"]["acknowledged_by"] is None
    assert bridge.incident(ident)["status"] == "new", "it silences and takes nothing"
    impatient.risen(bridge, ident, 1)
    raised = _of(_alarms(bridge), ident)["fire", "new"]
    assert (raised["level"], raised["acknowledged_by"]) == (1, None), "raised again, one step higher"


def an_alarm_goes_when_its_cause_has_gone(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 600s, supervisor 1000s", unsent="desk 1s, supervisor 600s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "acknowledge", agency="fire").status == 200
    assert ("fire", "new") not in _of(_alarms(bridge), ident)
    impatient.risen(bridge, ident, 1)
    idle = _of(_alarms(bridge), ident)["fire", "new"]
    assert (idle["waits_for"], idle["level"]) == ("unsent", 1), idle
    assert bridge.act(ident, "close", "pengawas", outcome="resolved").status == 200
    assert _of(_alarms(bridge), ident) == {}


def what_is_put_off_says_by_whom_until_when_and_why(make):
    bridge = make.bridge(**impatient.city(make)).start()
    answer = bridge.report(DOUBT)
    assert answer["classification"]["disposition"] == "review", answer
    ident, agency = answer["incident_id"], answer["classification"]["agencies"][0]

    def shelve(**fields):
        return bridge.act(ident, "shelve_alarm", "pengawas", **{"agency": agency, "alarm": "unsure", "minutes": 5, "note": "menelepon balik", **fields})
    early = shelve()
    assert early.status == 422 and early.json["errors"][0]["field"] == "alarm", "a doubt has its first time in silence"
    impatient.risen(bridge, ident, 1, agency)
    for fields, status, field in (({"minutes": 6}, 422, "minutes"), ({"alarm": "silent_unit"}, 422, "alarm"), ({"note": " "}, 400, "note"),
                                  ({"minutes": 0}, 400, "minutes"), ({"alarm": "nonsense"}, 400, "alarm")):
        refused = shelve(**fields)
        assert refused.status == status and refused.json["errors"][0]["field"] == field, (fields, refused)
    assert shelve().status == 200
    one = _of(_alarms(bridge), ident)[agency, "unsure"]
    assert (one["shelved_by"], one["reason"], one["acknowledged_by"]) == ("pengawas", "menelepon balik", None), one
    left = datetime.datetime.fromisoformat(one["shelved_until"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
    assert 4.5 < left.total_seconds() / 60 <= 5, left
    fire = bridge.report(FIRE)["incident_id"]
    refused = bridge.act(fire, "shelve_alarm", alarm="new", minutes=5, note="nanti")
    assert refused.status == 422 and "priority 1" in refused.json["errors"][0]["detail"], refused


def a_console_that_starts_anew_has_them_in_its_snapshot(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 600s, supervisor 1000s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "acknowledge_alarm", alarm="new").status == 200
    wait.until(lambda: _of(_alarms(bridge), ident)["fire", "new"]["acknowledged_by"], "it is known")
    with bridge.console("pos-fire") as console:
        assert console.snapshots[-1]["alarms"] == _alarms(bridge, "pos-fire")


def what_a_secret_report_raises_only_those_see_who_may(make):
    bridge = make.bridge(**impatient.city(make)).start()
    ident = bridge.report(FIRE, anonymity="secret")["incident_id"]
    assert _of(_alarms(bridge, "pengawas"), ident)
    for who in ("tamu", "siaga", "pos-city"):
        assert not _of(_alarms(bridge, who), ident), who


def a_unit_that_is_sent_and_does_not_move_is_silent_until_it_moves(make):
    bridge = make.bridge(**impatient.city(make, untaken="supervisor 600s", unmoved="desk 1s, second_unit 600s, supervisor 900s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "assign", units=["DMK-01"]).status == 200
    assert bridge.act(ident, "status", unit="DMK-01", status="accepted").status == 200
    sent = impatient.part(bridge, ident)["escalation"]
    assert (sent["kind"], sent["level"], sent["next"]) == ("unmoved", 0, "desk"), sent
    impatient.risen(bridge, ident, 1)
    silent = _of(_alarms(bridge), ident)["fire", "silent_unit"]
    assert (silent["priority"], silent["level"], silent["to"]) == (1, 1, "desk"), silent
    refused = bridge.act(ident, "shelve_alarm", alarm="silent_unit", minutes=5, note="radio mati")
    assert refused.status == 422, "a silent unit is never put off"
    assert bridge.act(ident, "status", unit="DMK-01", status="en_route").status == 200
    assert ("fire", "silent_unit") not in _of(_alarms(bridge), ident)
    assert impatient.part(bridge, ident)["escalation"] is None
    assert impatient.part(bridge, ident)["arrival"]["kind"] == "late", "it still has to arrive"
    assert bridge.act(ident, "status", unit="DMK-01", status="on_scene").status == 200
    assert impatient.part(bridge, ident)["arrival"] is None


def a_crew_that_does_not_answer_is_silent_also_beside_one_that_moves_until_it_does(make):
    bridge = make.bridge(**impatient.city(make, untaken="supervisor 600s", unanswered="desk 1s, second_unit 600s, supervisor 900s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "assign", units=["DMK-01", "DMK-02"]).status == 200
    assert bridge.act(ident, "status", unit="DMK-01", status="en_route").status == 200
    asked = impatient.part(bridge, ident)
    assert (asked["state"], asked["escalation"]["kind"], asked["escalation"]["reached"]) == ("en_route", "unanswered", False), asked
    impatient.risen(bridge, ident, 1)
    silent = _of(_alarms(bridge), ident)["fire", "silent_unit"]
    assert (silent["waits_for"], silent["reached"], silent["level"]) == ("unanswered", False, 1), silent
    bridge.kill()
    bridge.start()
    assert _of(_alarms(bridge), ident)["fire", "silent_unit"] == silent
    assert bridge.act(ident, "status", unit="DMK-02", status="accepted").status == 200
    assert ("fire", "silent_unit") not in _of(_alarms(bridge), ident)
    assert impatient.part(bridge, ident)["escalation"] is None
