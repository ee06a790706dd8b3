"""The life of a 112 call."""

import uuid

import pytest

CALLER = "+6281234567890"


def _call(bridge, call_id, state, who="siaga", **more):
    return bridge.ask("POST", "/v1/calls", {"call_id": call_id, "state": state, **more}, who)


def a_call_rings_is_answered_and_ends_and_the_stream_says_so(bridge):
    call_id = uuid.uuid4().hex
    with bridge.console("siaga") as desk:
        first = _call(bridge, call_id, "ringing", caller=CALLER, at="2026-11-23T07:05:09Z")
        assert first.status == 201, first
        ident = first.json["id"]
        assert ident.startswith("C-")
        for state in ("answered", "ended"):
            answer = _call(bridge, call_id, state, agent="budi")
            assert answer.status in (200, 201) and answer.json["id"] == ident, answer

        def states(c):
            return [f["call"]["state"] for f in c.frames
                    if f["event"] == "call.updated" and f["call"]["id"] == ident]
        desk.wait(lambda c: states(c) == ["ringing", "answered", "ended"], "three states")
    assert bridge.get(f"/v1/calls/{ident}", "siaga").json["state"] == "ended"


def a_call_told_twice_is_one(bridge):
    call_id = uuid.uuid4().hex
    first = _call(bridge, call_id, "ringing", caller=CALLER)
    head = bridge.head()
    again = _call(bridge, call_id, "ringing", caller=CALLER)
    assert (first.status, again.status) == (201, 200) and again.json["id"] == first.json["id"]
    assert bridge.head() == head


def an_impossible_step_of_a_call_is_422_and_changes_nothing(bridge):
    call_id = uuid.uuid4().hex
    _call(bridge, call_id, "ringing")
    _call(bridge, call_id, "ended")
    head = bridge.head()
    answer = _call(bridge, call_id, "answered")
    assert answer.status in (409, 422), answer
    assert bridge.head() == head


BAD = {
    "no call_id": ({"state": "ringing"}, "call_id"),
    "no state": ({"call_id": "x"}, "state"),
    "unknown state": ({"call_id": "x", "state": "singing"}, "state"),
    "caller is a number": ({"call_id": "x", "state": "ringing", "caller": 112}, "caller"),
    "at is no time": ({"call_id": "x", "state": "ringing", "at": "now"}, "at"),
    "half a location": ({"call_id": "x", "state": "ringing", "location": {"lat": 1}}, "location.lon"),
}


@pytest.mark.parametrize("body, field", BAD.values(), ids=BAD.keys())
def a_bad_field_of_a_call_is_refused_by_its_name(bridge, body, field):
    head = bridge.head()
    answer = bridge.ask("POST", "/v1/calls", body, "siaga")
    assert answer.status in (400, 422), answer
    assert field in [e["field"] for e in answer.json["errors"]], answer
    assert bridge.head() == head


def the_number_of_a_caller_is_masked_in_the_stream(bridge):
    with bridge.console("siaga") as desk, bridge.console("pos-fire") as fire:
        ident = _call(bridge, uuid.uuid4().hex, "ringing", caller=CALLER).json["id"]
        seen = desk.wait(lambda c: next((f for f in c.frames if f.get("call", {}).get("id") == ident),
                                        None), "the call")
        assert CALLER not in str(seen) and seen["call"]["caller"]
        report = bridge.report("Kebakaran rumah di Kesambi")
        fire.sees(report["id"])
        assert all(f["event"] != "call.updated" for f in fire.frames)
