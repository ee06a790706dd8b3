"""Each agency's own part of an incident, from being taken to being closed."""

import itertools

from world import impatient

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
_n = itertools.count()


def _incident(bridge, *agencies):
    """One that is the matter of these agencies alone."""
    ident = bridge.report(FIRE + f", bagian {next(_n)}")["incident_id"]
    answer = bridge.act(ident, "reclassify", "pengawas", agencies=list(agencies))
    assert answer.status == 200, answer
    return ident


def _part(incident, agency):
    return next(a for a in incident["assignments"] if a["agency"] == agency)


def _did(bridge, ident, action, who, **fields):
    answer = bridge.act(ident, action, who, **fields)
    assert answer.status == 200, (action, who, answer)
    return bridge.incident(ident)


def _refused(bridge, ident, action, who, status=422, **fields):
    answer = bridge.act(ident, action, who, **fields)
    assert answer.status == status, (action, who, answer)
    return answer.json["errors"][0]["field"]


def each_agency_closes_its_own_part_and_the_last_one_closes_the_incident(bridge):
    ident = _incident(bridge, "fire", "police")
    with bridge.console("pos-police") as desk:
        now = _did(bridge, ident, "close", "pos-fire", outcome="resolved", note="api padam")
        frame = desk.wait(lambda c: next((f for f in c.frames if f.get("action") == "close"
                                          and f["incident"]["id"] == ident), None), "the close of a part")
    assert frame["event"] == "assignment.updated" and frame["agency"] == "fire" and frame["outcome"] == "resolved"
    assert now["status"] == "active" and now["outcome"] is None and now["closed_at"] is None
    assert _part(now, "fire")["outcome"] == "resolved" and _part(now, "fire")["closed_at"]
    assert "outcome" not in _part(now, "police") and _part(now, "police")["state"] == "pending"
    assert _part(now, "fire")["escalation"] is None and _part(now, "police")["escalation"]["kind"] == "untaken"
    now = _did(bridge, ident, "close", "pos-police", outcome="no_event")
    assert now["status"] == "closed" and now["outcome"] == "resolved", "what one has found counts"
    assert _part(now, "police")["outcome"] == "no_event"


def the_only_open_part_and_whoever_leads_all_end_the_whole(bridge):
    alone, both = _incident(bridge, "fire"), _incident(bridge, "fire", "police")
    now = _did(bridge, alone, "close", "pos-fire", outcome="prank")
    assert now["status"] == "closed" and now["outcome"] == "prank"
    now = _did(bridge, both, "close", "pengawas", outcome="no_event")
    assert now["status"] == "closed" and now["outcome"] == "no_event"
    assert {p["outcome"] for p in now["assignments"]} == {"no_event"}
    one = _incident(bridge, "fire", "police")
    now = _did(bridge, one, "close", "pengawas", outcome="no_event", agency="police")
    assert now["status"] == "active" and _part(now, "police")["outcome"] == "no_event"


def a_close_names_the_units_of_its_own_part_and_frees_them_alone(bridge):
    ident = _incident(bridge, "fire", "health")
    units = bridge.get("/v1/units").json["units"]
    truck, car = ([u["id"] for u in units if u["agency"] == agency and u["status"] == "available"][-1]
                  for agency in ("fire", "health"))  # not the first, which others play with
    _did(bridge, ident, "assign", "pos-fire", units=[truck])
    _did(bridge, ident, "assign", "pos-health", units=[car])
    answer = bridge.act(ident, "close", "pos-fire", outcome="resolved")
    assert answer.status == 422 and truck in answer.json["detail"] and car not in answer.json["detail"]
    now = _did(bridge, ident, "close", "pos-fire", outcome="resolved", release=True)
    assert _part(now, "fire")["units"] == [] and _part(now, "health")["units"] == [car]
    status = {u["id"]: u["status"] for u in bridge.get("/v1/units").json["units"]}
    assert status[truck] == "available" and status[car] == "ordered"
    _did(bridge, ident, "close", "pos-health", outcome="resolved", release=True)


def a_reopened_part_begins_a_new_time_and_the_others_stay_closed(bridge):
    ident = _incident(bridge, "fire", "police")
    assert _refused(bridge, ident, "reopen", "pos-fire") == "action"
    _did(bridge, ident, "acknowledge", "pos-fire")
    first = _part(bridge.incident(ident), "fire")
    _did(bridge, ident, "close", "pos-fire", outcome="resolved")
    assert _refused(bridge, ident, "acknowledge", "pos-fire") == "action"
    now = _did(bridge, ident, "reopen", "pos-fire")
    part = _part(now, "fire")
    assert part["state"] == "pending" and "outcome" not in part
    assert part["escalation"]["kind"] == "untaken" and part["escalation"]["level"] == 0
    assert part["escalation"]["since"] > first["escalation"]["since"]
    for who in ("pos-police", "pos-fire"):
        now = _did(bridge, ident, "close", who, outcome="resolved")
    assert now["status"] == "closed"
    now = _did(bridge, ident, "reopen", "pos-police")
    assert now["status"] == "new" and _part(now, "fire")["outcome"] == "resolved"
    assert _part(now, "police")["state"] == "pending"
    _did(bridge, ident, "reopen", "pos-fire")
    _did(bridge, ident, "close", "pengawas", outcome="resolved")


def what_was_closed_survives_kill(make):
    bridge = make.bridge().start()
    ident = _incident(bridge, "fire", "police")
    before = _did(bridge, ident, "close", "pos-fire", outcome="resolved")
    bridge.kill()
    bridge.start()
    assert bridge.incident(ident)["assignments"] == before["assignments"]
    workflow = bridge.get("/v1/workflow").json
    assert "reopen" in workflow["closed_part"] and "close" not in workflow["closed_part"]


def what_is_handed_over_rings_again_here_until_it_is_taken_there(make):
    bridge = make.bridge(**impatient.city(make, untaken="supervisor 600s")).start()
    ident = _incident(bridge, "fire")
    assert _refused(bridge, ident, "hand_over", "pos-fire", 400, to="police") == "reason"
    assert _refused(bridge, ident, "hand_over", "pos-fire", to="atlantis", reason="jauh") == "to"
    now = _did(bridge, ident, "hand_over", "pos-fire", to="police", reason="bukan api, tabrakan")
    assert _part(now, "fire")["handed_to"] == "police" and "outcome" not in _part(now, "fire")
    assert _part(now, "police")["state"] == "pending" and _part(now, "police")["escalation"]["kind"] == "untaken"
    (rise,) = impatient.risen(bridge, ident, 1)
    assert rise["to"] == "desk" and rise["kind"] == "unsent"
    bridge.kill()
    bridge.start()
    assert _part(bridge.incident(ident), "fire")["handed_to"] == "police"
    now = _did(bridge, ident, "acknowledge", "pos-police")
    assert _part(now, "fire")["outcome"] == "handed_over" and _part(now, "fire")["escalation"] is None
    assert now["status"] == "active" and _part(now, "police")["by"] == "pos-police"
    told = next(t for t in now["timeline"] if t.get("action") == "hand_over")
    assert told["agency"] == "fire" and told["handed_to"] == "police" and told["reason"] == "bukan api, tabrakan"


def a_neighbour_has_it_when_a_person_writes_down_who_took_it(bridge):
    ident = _incident(bridge, "fire")
    neighbour = bridge.get("/v1/taxonomy").json["neighbours"][0]["id"]
    assert _refused(bridge, ident, "acknowledge", "pos-fire", taken_by="Pak Budi") == "taken_by"
    now = _did(bridge, ident, "hand_over", "pos-fire", to=neighbour, reason="di luar batas kota")
    assert now["status"] == "active" and now["agencies"] == ["fire"] and _part(now, "fire")["handed_to"] == neighbour
    now = _did(bridge, ident, "acknowledge", "pos-fire", taken_by="Pak Budi, meja 3", at=now["updated_at"])
    assert now["status"] == "closed" and now["outcome"] == "handed_over"
    told = now["timeline"][-1]
    assert told["event"] == "incident.closed" and told["taken_by"] == "Pak Budi, meja 3" and told["by"] == "pos-fire"
