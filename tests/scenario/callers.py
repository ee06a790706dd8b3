"""Noise without blocking: what is known of a number orders what waits, and hides nothing."""

import statistics
import uuid

import pytest

from world import wait
from world.process import stopwatch
from world.radio import BASE, Radio

FIRE = "kebakaran, ada orang di dalam"
DOUBTFUL = "pak tolong cepat"
PRANK = "halo halo mbak cantik namanya siapa"


def _number():
    return f"+62812{uuid.uuid4().int % 10**8:08d}"


def _call(bridge, number, *steps, call_id=None):
    """One call through its steps; the last answer, as the call stands."""
    call_id = call_id or uuid.uuid4().hex
    for step in steps:
        state, _, outcome = step.partition(" ")
        body = {"call_id": call_id, "state": state, "caller": number}
        answer = bridge.ask("POST", "/v1/calls", {**body, **({"outcome": outcome} if outcome else {})}, "siaga")
        assert answer.status == 201, answer
    return bridge.get(f"/v1/calls/{call_id}", "siaga").json


def _strikes(bridge, number, count):
    for _ in range(count):
        card = _call(bridge, number, "ringing", "answered", "ended prank")["card"]
    return card


def _told_right(bridge, number):
    """A report of this number, and a person who says that there was something."""
    report = bridge.report("lampu jalan padam di Drajat", reporter={"phone": number})
    assert bridge.act(report["incident_id"], "close", "pengawas", outcome="resolved").status == 200


def _card(bridge, handle, who="siaga"):
    answer = bridge.get(f"/v1/callers/{handle}", who)
    assert answer.status == 200, answer
    return answer.json


def _reasons(card):
    return {r["is"]: r["n"] for r in card["reasons"]}


RANK = {"emergency": 0, "review": 1, "routine": 2, "noise": 3}


def _queue(bridge, wanted):
    """The incidents of these reports as the reference says that they are sorted."""
    ids = {report["incident_id"] for report in wanted}
    page = bridge.get("/v1/incidents?status=live&limit=500").json["incidents"]
    mine = [i for i in page if i["id"] in ids]
    assert len(mine) == len(ids), "one of them is not there"
    mine.sort(key=lambda i: (RANK[i["disposition"]], i["priority"], -i["order"], i["no"]))
    return [i["id"] for i in mine]


@pytest.fixture
def bad(bridge):
    """A number with fifty strikes."""
    number = _number()
    card = _strikes(bridge, number, 50)
    assert _reasons(card) == {"prank": 50} and card["order"] < 0, card
    return number


def a_number_with_fifty_strikes_that_tells_of_fire_is_an_emergency_and_first(bridge, bad):
    stranger = {"phone": _number()}
    before = [bridge.report(t, reporter=stranger) for t in (DOUBTFUL, PRANK)]
    with bridge.console("pos-fire") as desk:
        alarm = bridge.report(FIRE, reporter={"phone": bad})
        seen = desk.sees(alarm["id"])
        assert seen["event"] == "incident.created"
    verdict = alarm["classification"]
    assert (verdict["disposition"], verdict["priority"]) == ("emergency", 1), verdict
    assert verdict == bridge.report(FIRE, reporter=stranger)["classification"]
    assert seen["incident"]["order"] == 0
    assert _queue(bridge, [alarm, *before])[0] == alarm["incident_id"]
    # And whoever tells of fire is not put behind when it calls.
    assert _call(bridge, bad, "ringing")["card"]["order"] == 0


def what_it_tells_is_stored_and_shown_as_quickly_as_what_others_tell(bridge, bad):
    def one(number):
        clock = stopwatch()
        desk.sees(bridge.report(FIRE, reporter={"phone": number})["id"])
        return clock()
    with bridge.console("pos-fire") as desk:
        times = [(one(bad), one(_number())) for _ in range(15)]
    theirs, others = (statistics.median(t) for t in zip(*times))
    assert theirs < 3 * others + 0.02 * wait.PATIENCE, (theirs, others)


def nobody_is_refused_and_nothing_is_hidden(bridge, bad):
    reports = [bridge.report(f"{PRANK} {n}", reporter={"phone": bad}) for n in range(20)]
    assert len(_queue(bridge, reports)) == 20
    assert _call(bridge, bad, "ringing", "answered")["state"] == "answered"
    with bridge.console("siaga") as desk:
        late = bridge.report(PRANK, reporter={"phone": bad})
        desk.sees(late["id"])


def of_what_is_in_doubt_that_of_a_bad_number_stands_behind_that_of_others(bridge, bad):
    first = bridge.report(DOUBTFUL, reporter={"phone": bad})
    then = bridge.report(DOUBTFUL, reporter={"phone": _number()})
    last = bridge.report(DOUBTFUL, reporter={"phone": bad}, anonymity="anonymous")
    assert bridge.incident(first["incident_id"])["order"] < 0
    assert bridge.incident(then["incident_id"])["order"] == 0
    assert _queue(bridge, [first, then, last]) == \
        [then["incident_id"], last["incident_id"], first["incident_id"]]


def a_number_that_was_right_is_raised_when_it_goes_silent(bridge):
    number = _number()
    assert _call(bridge, number, "ringing", "answered", "ended silent")["card"]["order"] == 0
    _told_right(bridge, number)
    _strikes(bridge, number, 20)
    call = _call(bridge, number, "ringing", "abandoned")
    assert call["card"]["raised"] and call["card"]["order"] == 100, call
    silent = bridge.report("(tidak ada suara)", reporter={"phone": number}, source="call-112")
    other = bridge.report("(tidak ada suara)", reporter={"phone": _number()}, source="call-112")
    assert _queue(bridge, [other, silent])[0] == silent["incident_id"]
    # Until somebody has spoken with it.
    assert not _call(bridge, number, "ringing", "answered")["card"]["raised"]


def calls_of_one_number_are_one_card_with_a_counter_and_its_reasons(bridge):
    number = _number()
    with bridge.console("siaga") as desk:
        _call(bridge, number, "ringing", "abandoned")
        _call(bridge, number.replace("+62", "0"), "ringing", "abandoned")
        last = _call(bridge, number, "ringing", "answered", "ended silent")
        cards = desk.wait(lambda c: [f["call"]["card"] for f in c.frames if f["event"] == "call.updated"
                                     and f["call"]["card"]["handle"] == last["card"]["handle"]][6:], "seven steps")
    card = last["card"]
    assert card["repeats"]["n"] == card["calls"] == 3 and cards[-1]["repeats"] == card["repeats"]
    assert card["repeats"]["first_at"] < card["repeats"]["last_at"]
    assert _reasons(card) == {"abandoned": 2, "silent": 1} and all(r["days"] for r in card["reasons"])
    assert _card(bridge, card["handle"])["score"] == card["score"]


def whoever_starts_anew_has_the_cards_of_the_calls_that_are_open(bridge):
    number = _number()
    for _ in range(3):
        open_call = _call(bridge, number, "ringing", "abandoned")
    with bridge.console("siaga") as desk:
        snapshot = desk.wait(lambda c: c.snapshots and c.snapshots[0], "a snapshot")
    mine = [c["card"] for c in snapshot["calls"] if (c["card"] or {}).get("handle") == open_call["card"]["handle"]]
    assert len(mine) == 3 and mine[0]["repeats"]["n"] == 3  # the newest first


def an_outcome_is_one_of_the_list_and_of_a_call_that_has_ended(bridge):
    head = bridge.head()
    for state, outcome in (("ended", "boring"), ("ended", 7), ("ringing", "silent")):
        answer = bridge.ask("POST", "/v1/calls", {"call_id": "x", "state": state, "outcome": outcome}, "siaga")
        assert answer.status == 400 and answer.json["errors"][0]["field"] == "outcome", answer
    assert bridge.head() == head


def a_reopened_prank_is_a_strike_no_more(bridge):
    number = _number()
    handle = _call(bridge, number, "ringing")["card"]["handle"]
    report = bridge.report(PRANK, reporter={"phone": number})
    for action, more, after in (("close", {"outcome": "prank"}, {"prank": 1}), ("reopen", {}, {}),
                                ("close", {"outcome": "handed_over"}, {"real": 1})):
        assert bridge.act(report["incident_id"], action, "pengawas", **more).status == 200
        assert _reasons(_card(bridge, handle)) == after


def only_who_sees_calls_sees_a_card(bridge, bad):
    report = bridge.report(f"{FIRE} #2", reporter={"phone": bad})
    where = f"/v1/incidents/{report['incident_id']}"
    card = bridge.get(where, "siaga").json["card"]
    assert card["order"] == 0 and _reasons(card) == {"prank": 50} and card["urgent_at"]
    for who in ("siaga", "pengawas", "pengelola"):
        assert bridge.get(where, who).json["card"]["handle"] == card["handle"]
        assert _card(bridge, card["handle"], who)
    for who in ("pos-fire", "tamu"):
        assert "card" not in bridge.get(where, who).json
        assert bridge.get(f"/v1/callers/{card['handle']}", who).status == 403
        told = [e for e in bridge.log(who=who) if card["handle"] in str(e)]
        assert not told, told
    kinds = {e["event"] for e in bridge.log(who="siaga") if card["handle"] in str(e)}
    assert kinds == {"call.updated", "caller.updated"}


def clearing_is_an_act_with_a_name_and_a_reason(bridge, bad):
    handle = _call(bridge, bad, "ringing")["card"]["handle"]
    was = _card(bridge, handle)["score"]
    wish = {"reason": "nomor ini dijual", "command_id": uuid.uuid4().hex}
    for who, status in (("siaga", 403), ("pos-fire", 403), ("tamu", 403), ("rest", 403), ("pengawas", 200)):
        assert bridge.ask("POST", f"/v1/callers/{handle}/clear", wish, who).status == status, who
    head = bridge.head()
    assert bridge.ask("POST", f"/v1/callers/{handle}/clear", wish, "pengawas").status == 200
    assert bridge.head() == head, "the same wish twice is one"
    event = next(e for e in bridge.log() if e["event"] == "caller.cleared" and e["card"]["handle"] == handle)
    assert (event["by"], event["reason"], event["was"]) == ("pengawas", wish["reason"], was)
    card = _card(bridge, handle)
    assert (card["score"], card["reasons"], card["cleared_by"]) == (0, [], "pengawas") and card["calls"] == 51
    late = bridge.report(DOUBTFUL, reporter={"phone": bad})
    assert bridge.incident(late["incident_id"])["order"] == 0
    for body, field in (({}, "reason"), ({"reason": " "}, "reason"), ({"reason": "x", "command_id": 7}, "command_id")):
        answer = bridge.ask("POST", f"/v1/callers/{handle}/clear", body, "pengawas")
        assert answer.status == 400 and answer.json["errors"][0]["field"] == field, answer


def all_of_it_survives_a_kill(make):
    bridge = make.bridge().start()
    number = _number()
    _told_right(bridge, number)
    card = _strikes(bridge, number, 5)
    waiting = bridge.report(DOUBTFUL, reporter={"phone": number})
    kept = [_card(bridge, card["handle"]), bridge.incident(waiting["incident_id"])]
    bridge.kill()
    bridge.start()
    assert [_card(bridge, card["handle"]), bridge.incident(waiting["incident_id"])] == kept
    # The key of the hashes is the log's: it is the same number as before.
    assert _call(bridge, number, "ringing")["card"]["handle"] == card["handle"]
    bridge.stop()
    assert bridge.verify().returncode == 0


def a_flood_of_numbers_does_not_grow_the_table(make):
    bridge = make.bridge(settings={"store.callers_max": 16}).start()
    number = _number()
    kept = _strikes(bridge, number, 1)["handle"]
    handles = [_call(bridge, _number(), "ringing")["card"]["handle"] for _ in range(100)]
    known = [h for h in handles if bridge.get(f"/v1/callers/{h}", "siaga").status == 200]
    assert known == handles[-15:], len(known)
    assert _reasons(_card(bridge, kept)) == {"prank": 1}
    bridge.stop()
    assert bridge.verify().returncode == 0


def no_number_is_in_logs_figures_events_or_on_the_radio(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    number = _number()
    radio = Radio(broker, "bridge", f"{BASE}/#").ready()
    card = _strikes(bridge, number, 3)
    report = bridge.report(DOUBTFUL, reporter={"phone": number, "device": f"device-{number}"})
    bridge.report(FIRE, reporter={"phone": number})
    bridge.act(report["incident_id"], "close", "pengawas", outcome="prank")
    bridge.ask("POST", f"/v1/callers/{card['handle']}/clear", {"reason": "salah"}, "pengawas")
    radio.wait(lambda heard: any(b"prank" in h.payload for h in heard), "the end of it")
    said = {"log": bridge.process.log_text(), "figures": str(bridge.metrics()), "events": str(bridge.log()),
            "radio": str([h.payload for h in radio.heard])}
    for where, text in said.items():
        assert number[3:] not in text, where
    assert card["handle"] not in said["radio"] + said["log"] + said["figures"]
