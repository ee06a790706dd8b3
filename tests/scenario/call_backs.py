"""A call that rang out is a debt to its number, until somebody has spoken with it or says how it ended."""

import uuid

from world import impatient, wait

NOBODY = "+6281299901777"


def _call(bridge, number, *states, **more):
    call_id = uuid.uuid4().hex
    for state in states:
        body = {"call_id": call_id, "state": state, **({"caller": number} if number else {}), **more}
        answer = bridge.ask("POST", "/v1/calls", body, "siaga")
        assert answer.status == 201, answer
    return bridge.get(f"/v1/calls/{call_id}", "siaga").json


def _owed(bridge, who="siaga"):
    def read():
        answer = bridge.get("/v1/alarms", who)
        assert answer.status in (200, 503), answer
        return answer if answer.status == 200 else None
    return [a for a in wait.until(read, "all has been read", within=30).json["alarms"] if a["kind"] == "callback"]


def _say(bridge, handle, who="siaga", **words):
    return bridge.ask("POST", f"/v1/callers/{handle}/call-back", words, who)


def _rises(bridge):
    return [e for e in bridge.log() if e["event"] == "caller.updated" and e.get("said") == "rise"]


def a_ring_that_nobody_answers_is_owed_a_call_until_somebody_speaks_with_the_number(make):
    bridge = make.bridge(**impatient.city(make)).start()
    with bridge.console("siaga") as desk:
        call = _call(bridge, NOBODY, "ringing", "abandoned")
        event = desk.wait(lambda c: next((f for f in c.frames if f.get("event") == "call.updated" and f["call"]["state"] == "abandoned"), None),
                          "the desk hears it", within=30)
    assert event["call"]["card"]["call_back"]["rings"] == 1, event
    one, = _owed(bridge)
    assert (one["call"], one["rings"], one["tries"], one["acknowledged_by"]) == (call["id"], 1, 0, None), one
    assert NOBODY not in str(one) and one["caller"].startswith("+628") and "*" in one["caller"], one
    _call(bridge, "0812-9990-1777", "ringing", "abandoned")
    one, = _owed(bridge)
    assert one["rings"] == 2, "one number, however it is written, is one debt"
    assert [a["rings"] for a in _owed(bridge, "pengawas")] == [2]
    for other in ("pos-fire", "pos-city"):
        assert _owed(bridge, other) == [], "who sees no calls sees none that is owed"
        assert _say(bridge, one["handle"], other, action="acknowledge").status == 403
    assert len(bridge.get("/v1/shift", "siaga").json["unreturned_calls"]) == 2
    _call(bridge, NOBODY, "ringing", "answered")
    assert _owed(bridge) == []
    assert "call_back" not in bridge.get(f"/v1/callers/{one['handle']}", "siaga").json
    assert _say(bridge, one["handle"], action="acknowledge").status == 422, "nothing is owed any more"
    assert NOBODY not in bridge.process.log_text()


def who_withholds_the_number_and_who_plays_are_owed_nothing(make):
    bridge = make.bridge(**impatient.city(make)).start()
    _call(bridge, None, "ringing", "abandoned")
    _call(bridge, NOBODY, "ringing", "abandoned", exercise=True)
    assert _owed(bridge) == []


def what_is_said_of_it_holds_for_every_desk_until_it_rings_again(make):
    bridge = make.bridge(**impatient.city(make)).start()
    _call(bridge, NOBODY, "ringing", "abandoned")
    handle = _owed(bridge)[0]["handle"]
    first = _say(bridge, handle, action="acknowledge", command_id="c-1")
    assert first.status == 200 and first.json["call_back"]["acknowledged_by"] == "siaga", first
    again = _say(bridge, handle, action="acknowledge", command_id="c-1")
    assert again.status == 200 and again.json["repeated"] and again.json["seq"] == first.json["seq"], again
    assert _say(bridge, handle, action="done", outcome="reached", command_id="c-1").status == 409
    loser = _say(bridge, handle, "pengawas", action="acknowledge")
    assert loser.status == 409 and "siaga" in loser.json["detail"], loser
    bridge.kill()
    bridge.start()
    assert _owed(bridge, "pengawas")[0]["acknowledged_by"] == "siaga"
    missed = _say(bridge, handle, action="not_reached")
    assert missed.status == 200 and missed.json["call_back"]["tries"] == 1, missed
    assert _owed(bridge)[0]["acknowledged_by"] is None, "tried in vain it is asked for again"
    shelved = _say(bridge, handle, action="shelve", minutes=3, reason="nomor sibuk")
    assert shelved.status == 200 and _owed(bridge)[0]["shelved_by"] == "siaga", shelved
    _call(bridge, NOBODY, "ringing", "abandoned")
    one, = _owed(bridge)
    assert (one["rings"], one["shelved_by"], one["shelved_until"]) == (2, None, None), "it rings again"
    done = _say(bridge, handle, action="done", outcome="unreachable", reason="tiga kali tidak diangkat")
    assert done.status == 200 and done.json["call_back"] is None and _owed(bridge) == [], done
    assert bridge.get("/v1/shift", "siaga").json["unreturned_calls"] == []
    told = [e for e in bridge.log() if e["event"] == "caller.updated" and e.get("said")]
    assert [(e["said"], e["by"]) for e in told] == [("acknowledge", "siaga"), ("not_reached", "siaga"), ("shelve", "siaga"), ("done", "siaga")]
    assert (told[-1]["outcome"], told[-1]["reason"]) == ("unreachable", "tiga kali tidak diangkat")


def a_word_that_lacks_something_is_refused_and_changes_nothing(make):
    bridge = make.bridge(**impatient.city(make)).start()
    _call(bridge, NOBODY, "ringing", "abandoned")
    before, = _owed(bridge)
    for words, field in (({}, "action"), ({"action": "forget"}, "action"), ({"action": "rise"}, "action"),
                         ({"action": "shelve", "reason": "x"}, "minutes"), ({"action": "shelve", "minutes": 6, "reason": "x"}, "minutes"),
                         ({"action": "shelve", "minutes": 5}, "reason"), ({"action": "done"}, "outcome"),
                         ({"action": "done", "outcome": "well"}, "outcome"), ({"action": "done", "outcome": "not_needed"}, "reason")):
        answer = _say(bridge, before["handle"], **words)
        assert answer.status in (400, 422) and answer.json["errors"][0]["field"] == field, (words, answer)
    assert _say(bridge, "N-01ARZ3NDEKTSV4RRFFQ69G5FAV", action="acknowledge").status == 404
    assert _owed(bridge) == [before]


def what_nobody_calls_back_rises_once_at_each_step_also_across_a_kill(make):
    bridge = make.bridge(**impatient.city(make, callback="desk 2s, supervisor 5s")).start()
    _call(bridge, NOBODY, "ringing", "abandoned")
    handle = _owed(bridge)[0]["handle"]
    assert _say(bridge, handle, action="acknowledge").status == 200
    wait.until(lambda: len(_rises(bridge)) == 1, "the desk is asked again", within=30)
    one, = _owed(bridge)
    assert (one["level"], one["to"], one["acknowledged_by"]) == (1, "desk", None), "acknowledged and not called: raised again"
    bridge.kill()
    bridge.start()
    wait.until(lambda: len(_rises(bridge)) == 2, "it comes to who leads", within=30)
    bridge.kill()
    bridge.start()
    one, = _owed(bridge)
    assert (one["level"], one["to"], one["due_at"]) == (2, "supervisor", None), one
    begun = impatient.at(one["since"])
    assert [(r["to"], r["by"]) for r in _rises(bridge)] == [("desk", None), ("supervisor", None)]
    late = [impatient.at(r["time"]) - begun - step for r, step in zip(_rises(bridge), (2.0, 5.0))]
    assert all(lateness >= 0 for lateness in late), late
