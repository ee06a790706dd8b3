"""What a person decides about an incident, over HTTP and over the stream."""

import threading
import uuid

import pytest

from world import web

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


def _incident(bridge):
    return bridge.report(FIRE)["incident_id"]


def _state(incident, agency="fire"):
    return next(a["state"] for a in incident["assignments"] if a["agency"] == agency)


def an_acknowledged_assignment_says_by_whom_and_the_incident_is_active(bridge):
    ident = _incident(bridge)
    with bridge.console("pos-fire") as fire:
        answer = bridge.act(ident, "acknowledge", agency="fire")
        assert answer.status == 200, answer
        event = fire.wait(lambda c: next((f for f in c.frames if f["event"] == "assignment.updated"
                                          and f["incident"]["id"] == ident), None), "the step")
    incident = bridge.incident(ident)
    assert incident["status"] == "active" and _state(incident) == "acknowledged"
    assert event["by"] == "pos-fire" and event["action"] == "acknowledge"
    assert event["incident"]["version"] == incident["version"] == 2


def every_action_of_the_first_part_does_what_it_says(bridge):
    ident = _incident(bridge)

    def did(action, **fields):
        answer = bridge.act(ident, action, "pengawas", **fields)
        assert answer.status == 200, (action, answer)
        return bridge.incident(ident)
    assert did("note", note="ada tangga")["version"] == 2
    assert any(t.get("note") == "ada tangga" for t in bridge.incident(ident)["timeline"])
    moved = did("relocate", location={"lat": -6.7200, "lon": 108.5600})
    assert moved["location"]["from"] == "person"
    changed = did("reclassify", category="flood", priority=2, agencies=["disaster", "fire"])
    assert changed["priority"] == 2 and set(changed["agencies"]) == {"disaster", "fire"}
    closed = did("close", outcome="resolved")
    assert closed["status"] == "closed" and closed["closed_at"] and closed["outcome"] == "resolved"
    opened = did("reopen")
    assert opened["status"] != "closed" and opened["closed_at"] is None


def the_same_command_twice_is_one_action(bridge):
    ident, command = _incident(bridge), str(uuid.uuid4())
    first = bridge.act(ident, "note", command_id=command, note="satu")
    head = bridge.head()
    again = bridge.act(ident, "note", command_id=command, note="satu")
    assert (first.status, again.status) == (200, 200), again
    assert again.json["seq"] == first.json["seq"]
    with bridge.console("pos-fire") as fire:
        assert fire.act(ident, "note", command_id=command, note="satu")["seq"] == first.json["seq"]
    assert bridge.head() == head


def a_command_id_that_was_used_for_something_else_is_a_conflict(bridge):
    one, two, command = _incident(bridge), _incident(bridge), str(uuid.uuid4())
    assert bridge.act(one, "note", command_id=command, note="satu").status == 200
    head = bridge.head()
    assert bridge.act(two, "note", command_id=command, note="dua").status == 409
    head = bridge.head()
    for other in ({"note": "dua"}, {"note": "satu", "agency": "fire"}):
        answer = bridge.act(one, "note", command_id=command, **other)
        assert answer.status == 409 and answer.json["errors"][0]["field"] == "command_id"
    assert bridge.head() == head
    assert bridge.head() == head


def a_stale_version_is_409_with_the_current_state(bridge):
    ident = _incident(bridge)
    assert bridge.act(ident, "note", note="a", expected_version=1).status == 200
    head = bridge.head()
    answer = bridge.act(ident, "note", note="b", expected_version=1)
    assert answer.status == 409, answer
    assert '"version":2' in answer.body.decode().replace(" ", "")
    assert answer.json["incident"]["id"] == ident
    assert bridge.head() == head


def an_impossible_step_is_422_and_changes_nothing(bridge):
    ident = _incident(bridge)
    assert bridge.act(ident, "reopen", "pengawas").status == 422
    assert bridge.act(ident, "close", "pengawas", outcome="resolved").status == 200
    head = bridge.head()
    for action in ("acknowledge", "relocate", "reclassify", "close"):
        fields = {"acknowledge": {"agency": "fire"}, "relocate": {"location": {"lat": -6.7, "lon": 108.5}},
                  "reclassify": {"priority": 2}, "close": {"outcome": "resolved"}}[action]
        answer = bridge.act(ident, action, "pengawas", **fields)
        assert answer.status == 422, (action, answer)
    assert bridge.head() == head


BAD = {
    "no action": ({}, "action"),
    "unknown action": ({"action": "dance"}, "action"),
    "unknown agency": ({"action": "acknowledge", "agency": "circus"}, "agency"),
    "note without words": ({"action": "note"}, "note"),
    "close without outcome": ({"action": "close"}, "outcome"),
    "close with unknown outcome": ({"action": "close", "outcome": "bored"}, "outcome"),
    "relocate to nowhere": ({"action": "relocate"}, "location"),
    "reclassify to nothing": ({"action": "reclassify"}, "category"),
    "reclassify to an unknown category": ({"action": "reclassify", "category": "ufo"}, "category"),
    "reclassify with priority 9": ({"action": "reclassify", "priority": 9}, "priority"),
    "version is a string": ({"action": "note", "note": "x", "expected_version": "1"}, "expected_version"),
    "command_id too long": ({"action": "note", "note": "x", "command_id": "c" * 500}, "command_id"),
}


@pytest.mark.parametrize("body, field", BAD.values(), ids=BAD.keys())
def a_bad_field_of_an_action_is_refused_by_its_name(bridge, body, field):
    ident = _incident(bridge)
    head = bridge.head()
    answer = bridge.ask("POST", f"/v1/incidents/{ident}/actions", body, "pengawas")
    assert answer.status in (400, 422), answer
    assert field in [e["field"] for e in answer.json["errors"]], answer
    with bridge.console("pengawas") as desk:
        command = body.get("command_id", "c" * 8)
        desk.send({"type": "action", "incident_id": ident, **body, "command_id": command})
        desk.wait(lambda c: c.errors or any(not r["ok"] for r in c.results.values()), "a refusal")
    assert bridge.head() == head


def nobody_acts_on_what_is_not_theirs(bridge):
    ident = _incident(bridge)
    head = bridge.head()
    assert bridge.act(ident, "acknowledge", "pos-city", agency="fire").status in (403, 404)
    for who in ("tamu", "rest", "app", "regu"):
        assert bridge.act(ident, "note", who, note="x").status == 403, who
    assert bridge.act(ident, "acknowledge", "pos-fire", agency="police").status in (403, 422)
    assert bridge.act("I-01ARZ3NDEKTSV4RRFFQ69G5FAV", "note", note="x").status == 404
    assert bridge.head() == head


def an_action_over_the_stream_is_answered_there(bridge):
    ident = _incident(bridge)
    with bridge.console("pos-fire") as fire:
        done = fire.act(ident, "acknowledge", agency="fire", expected_version=1)
        assert done["ok"] and done["version"] == 2 and done["incident_id"] == ident
        late = fire.act(ident, "note", note="x", expected_version=1)
        assert not late["ok"] and late["problem"]["status"] == 409, late
        step = fire.act(ident, "reopen")
        assert not step["ok"] and step["problem"]["status"] == 422, step
        fire.wait(lambda c: any(f["seq"] == done["seq"] for f in c.frames), "its own event")


def a_thousand_commands_in_flight_together_behave_as_one_after_the_other(bridge):
    ident = _incident(bridge)
    hands, each, won, lost, faults = 10, 100, [], [], []
    gate = threading.Barrier(hands)

    def hammer(hand):
        with web.Line(bridge.trusted) as line:
            version = 1
            gate.wait()
            for n in range(each):
                answer = line.ask("POST", f"/v1/incidents/{ident}/actions",
                                  {"action": "note", "note": f"{hand}/{n}", "expected_version": version,
                                   "command_id": str(uuid.uuid4())}, bridge.token("pengawas"))
                if answer.status == 200:
                    won.append((answer.json["version"], answer.json["seq"]))
                    version = answer.json["version"]
                elif answer.status == 409:
                    lost.append(answer.json["incident"]["version"])
                    version = answer.json["incident"]["version"]
                else:
                    faults.append(answer)
    threads = [threading.Thread(target=hammer, args=(h,)) for h in range(hands)]
    [t.start() for t in threads]
    [t.join(60) for t in threads]
    assert not faults, faults[0]
    assert len(won) + len(lost) == hands * each
    # Each success moved the version by exactly one, and the log has them in that order.
    assert sorted(v for v, _ in won) == list(range(2, len(won) + 2))
    assert [s for _, s in sorted(won)] == sorted(s for _, s in won)
    incident = bridge.incident(ident)
    assert incident["version"] == len(won) + 1
    assert len([t for t in incident["timeline"] if t.get("note")]) == len(won)


def a_session_needs_its_token_and_its_own_page_for_every_change(bridge):
    ident = _incident(bridge)
    cookie, csrf = bridge.sign_in("siti")
    body = {"action": "note", "note": "x"}
    home = f"http://127.0.0.1:{bridge.public}"

    def post(**headers):
        return bridge.ask("POST", f"/v1/incidents/{ident}/actions", body, headers={
            "Cookie": cookie, **{k.replace("_", "-"): v for k, v in headers.items()}})
    assert post(Origin=home).status == 403
    assert post(X_Tangi_Csrf="wrong", Origin=home).status == 403
    assert post(X_Tangi_Csrf=csrf, Origin="http://evil.example").status == 403
    assert post(X_Tangi_Csrf=csrf, Origin=home).status == 200
    assert bridge.ask("DELETE", "/v1/session", headers={
        "Cookie": cookie, "X-Tangi-Csrf": csrf, "Origin": home}).status in (200, 204)
    assert post(X_Tangi_Csrf=csrf, Origin=home).status == 401


def a_session_cookie_is_out_of_reach_for_scripts_and_other_sites(bridge):
    answer = bridge.ask("POST", "/v1/session", {"user": "siti",
                                                "password": bridge.accounts.users["siti"]})
    flags = [f.strip().lower() for f in answer["set-cookie"].split(";")]
    assert "httponly" in flags and "samesite=strict" in flags and "path=/" in flags
    wrong = bridge.ask("POST", "/v1/session", {"user": "siti", "password": "salah"})
    nobody = bridge.ask("POST", "/v1/session", {"user": "nobody", "password": "salah"})
    assert wrong.status == nobody.status == 401 and wrong.json["detail"] == nobody.json["detail"]
