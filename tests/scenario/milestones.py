"""When each step of an incident was, and how a time that was told wrongly is corrected."""

from world import wait

FIRE = "Kebakaran gudang di Jl. Kesambi, bagian milestone"


def _milestone(incident, name, unit=None):
    found = [m for m in incident["milestones"] if (m["agency"], m["unit"], m["milestone"]) == ("fire", unit, name)]
    assert len(found) <= 1
    return found[0] if found else None


def _refused(answer, field):
    assert answer.status == 422 and answer.json["errors"][0]["field"] == field, answer


def a_time_that_is_corrected_says_who_why_and_what_it_was(make):
    bridge = make.bridge(make.broker()).start()
    unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
    ident = bridge.report(FIRE)["incident_id"]
    came = bridge.incident(ident)["opened_at"]
    for action, fields in (("acknowledge", {}), ("assign", {"units": [unit]}), ("status", {"unit": unit, "status": "en_route"}),
                           ("status", {"unit": unit, "status": "on_scene"})):
        assert bridge.act(ident, action, "pos-fire", **fields).status == 200
    before = bridge.incident(ident)
    told = _milestone(before, "en_route", unit)
    assert "corrected" not in told and _milestone(before, "acknowledged")["at"] >= came
    assert _milestone(before, "on_scene")["at"] == _milestone(before, "on_scene", unit)["at"]
    assert _milestone(before, "cleared") is None
    workflow = bridge.get("/v1/workflow").json
    assert all("correct" in actions for actions in workflow["incident"].values())
    assert "en_route" in workflow["milestones"]["unit"] and "acknowledged" in workflow["milestones"]["agency"]
    change = {"unit": unit, "milestone": "en_route", "reason": "berangkat sebelum lapor"}
    with bridge.console("pos-fire") as desk:
        assert bridge.act(ident, "correct", "pos-fire", to=came, **change).status == 200
        frame = desk.wait(lambda c: next((f for f in c.frames if f.get("action") == "correct"), None), "it is told")
    assert (frame["event"], frame["unit_id"], frame["milestone"]) == ("assignment.updated", unit, "en_route")
    assert (frame["by"], frame["reason"], frame["old"], frame["new"]) == ("pos-fire", change["reason"], told["at"], came)
    for _ in range(2):
        now = bridge.incident(ident)
        assert _milestone(now, "en_route", unit) == {**told, "at": came, "corrected": {"was": told["at"]}}
        assert _milestone(now, "en_route")["at"] == came, "the agency's goes by it"
        assert now["decided_version"] == before["decided_version"], "it makes nobody's decision stale"
        bridge.restart()
    assert bridge.act(ident, "close", "pengawas", outcome="resolved", release=True).status == 200
    assert bridge.act(ident, "correct", "pos-fire", to=_milestone(now, "on_scene", unit)["at"], **change).status == 200, \
        "the record is put right also when it is over"
    bridge.stop()
    bridge.verify()


def a_time_that_cannot_be_is_refused_by_its_member(make):
    bridge = make.bridge(make.broker()).start()
    unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
    ident = bridge.report(FIRE)["incident_id"]
    came = bridge.incident(ident)["opened_at"]
    assert bridge.act(ident, "assign", "pos-fire", units=[unit]).status == 200
    assert bridge.act(ident, "status", "pos-fire", unit=unit, status="on_scene").status == 200
    assert bridge.act(ident, "reclassify", "pengawas", agencies=["fire", "police"]).status == 200
    # What the broker has of the order is written down when it says so.
    wait.until(lambda: bridge.incident(ident)["assignments"][0]["orders"][0]["receipts"]["broker"], "the broker has it", within=30)
    head = bridge.head()

    def change(who="pos-fire", **fields):
        return bridge.act(ident, "correct", who, **{"unit": unit, "milestone": "on_scene", "to": came, "reason": "x", **fields})

    _refused(change(to="2020-01-01T00:00:00Z"), "to")
    _refused(change(to="2099-01-01T00:00:00Z"), "to")
    _refused(change(milestone="cleared"), "milestone")
    _refused(change("pos-police"), "unit")
    _refused(change(unit=None, agency="fire", milestone="on_scene"), "milestone")
    for field, fields in (("reason", {"reason": ""}), ("milestone", {"milestone": "ordered"}), ("to", {"to": "kemarin"})):
        answer = change(**fields)
        assert answer.status == 400 and answer.json["errors"][0]["field"] == field, answer
    assert change("tamu").status == 403
    assert bridge.head() == head
