"""Other people's clients do a crew's whole job: mosquitto's programs, MQTT.js, paho, also over WebSockets."""

import json
import time

import pytest

from world import wait
from world.crews import KINDS
from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi dekat masjid"
POLICE = "Ada perampokan bersenjata di Jl. Siliwangi"

_each_client = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def town(make_for_all):
    """A broker and a bridge; each story leaves its units free."""
    broker = make_for_all.broker()
    return broker, make_for_all.bridge(broker).start()


def _said(unit, leaf):
    return f"{BASE}/unit/{unit}/{leaf}"


def _crew(broker, kind, unit, topics=None, session=None, will=None):
    return KINDS[kind](broker, unit, topics or [_said(unit, "dispatch")], session, will)


def _now():
    at = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"


def _fire_units(broker):
    return [u for u, agency in broker.some_units if agency == "fire"]


def _unit(bridge, unit):
    return next(u for u in bridge.get("/v1/units", "pengelola").json["units"] if u["id"] == unit)


def _sent(bridge, unit):
    ident = bridge.report(FIRE)["incident_id"]
    answer = bridge.act(ident, "assign", units=[unit])
    assert answer.status == 200, answer
    return ident


def _order(bridge, ident, unit):
    return [o for p in bridge.incident(ident)["assignments"] for o in p["orders"] if o["unit"] == unit][-1]


def _has(bridge, ident, unit, receipt):
    return wait.until(lambda: _order(bridge, ident, unit)["receipts"][receipt], f"receipt {receipt}", within=30)


def _is(bridge, ident, unit, state):
    wait.until(lambda: _order(bridge, ident, unit)["state"] == state, state, within=30)


def _presence(bridge, unit):
    return (_unit(bridge, unit)["presence"] or {}).get("status")


def _messages(crew, what):
    """What it has heard of that type, oldest first, each with how it came."""
    told = [(json.loads(h["payload"]), h) for h in crew.heard if h["payload"]]
    return [(message, h) for message, h in told if message.get("type") == what]


def _heard(crew, what, ident=None):
    """The newest of that type, and of that incident."""
    def newest():
        mine = [m for m, _ in _messages(crew, what) if ident is None or m["incident_id"] == ident]
        return mine[-1] if mine else None
    return wait.until(newest, f"it hears {what}", within=30)


@_each_client
def a_crew_s_whole_job_is_done_with_any_client(town, kind):
    broker, bridge = town
    unit = _fire_units(broker)[0]
    ident = _sent(bridge, unit)
    _has(bridge, ident, unit, "broker")
    crew = _crew(broker, kind, unit, will=_said(unit, "presence"))

    def say(leaf, retain=False, **what):
        crew.say(_said(unit, leaf), json.dumps({**what, "at": _now()}), retain)

    crew.say(_said(unit, "presence"), "online", True)
    wait.until(lambda: _presence(bridge, unit) == "online", "it is there", within=30)
    order = _heard(crew, "order", ident)
    assert [h["retain"] for m, h in _messages(crew, "order") if m["incident_id"] == ident] == [True], \
        "what was ordered before it came is kept for it"
    for receipt in ("device", "confirmed", "accepted"):
        say("ack", dispatch_id=order["dispatch_id"], receipt=receipt)
        _has(bridge, ident, unit, receipt)
    lat = -6.70 - list(KINDS).index(kind) / 1000
    say("position", lat=lat, lon=108.55)
    wait.until(lambda: (_unit(bridge, unit)["position"] or {}).get("lat") == pytest.approx(lat, abs=1e-6),
               "where it is", within=30)
    for status in ("en_route", "on_scene"):
        say("status", status=status, incident_id=ident, note=f"dengan {kind}")
        _is(bridge, ident, unit, status)
    assert bridge.act(ident, "cancel", units=[unit]).status == 200
    recall = _heard(crew, "recall", ident)
    say("ack", dispatch_id=recall["dispatch_id"])
    _has(bridge, ident, unit, "confirmed")
    assert _unit(bridge, unit)["status"] == "available"
    told = [e for e in bridge.log() if e.get("by") == unit and e.get("incident", {}).get("id") == ident]
    assert [e.get("status") or e.get("receipt") for e in told] == \
        ["device", "confirmed", "accepted", "en_route", "on_scene", "confirmed"]
    assert told[3]["note"] == f"dengan {kind}"
    crew.cut()
    wait.until(lambda: _presence(bridge, unit) == "offline", "its last will speaks", within=60)
    assert bridge.metrics()["tangi_field_impossible_total"] == 0


@_each_client
def an_order_waits_for_a_client_that_was_away_and_comes_once(town, kind):
    broker, bridge = town
    unit = _fire_units(broker)[1]
    session = f"regu-{kind}"
    _crew(broker, kind, unit, session=session).close()
    ident = _sent(bridge, unit)
    _has(bridge, ident, unit, "broker")
    crew = _crew(broker, kind, unit, session=session)
    order = _heard(crew, "order", ident)
    with Radio(broker, "bridge", []) as mark:
        mark.send(_said(unit, "dispatch"), json.dumps({"type": "mark", "incident_id": ident}))
    _heard(crew, "mark", ident)  # whatever else was on its way came before it
    assert [(m["dispatch_id"], h["retain"]) for m, h in _messages(crew, "order") if m["incident_id"] == ident] == \
        [(order["dispatch_id"], False)]
    crew.say(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "receipt": "declined",
                                             "reason": "ban bocor"}))
    _is(bridge, ident, unit, "declined")
    crew.close()


@_each_client
def a_client_of_any_kind_neither_hears_nor_speaks_for_another(town, kind):
    broker, bridge = town
    mine, other = _fire_units(broker)[:2]
    assert _presence(bridge, other) is None
    ident, theirs = _sent(bridge, mine), bridge.report(POLICE)["incident_id"]
    _has(bridge, ident, mine, "broker")
    crew = _crew(broker, kind, mine, [f"{BASE}/#", f"{BASE}/unit/+/+"], will=_said(other, "presence"))
    desk = _crew(broker, kind, "agency-fire", [f"{BASE}/#"], will=f"{BASE}/agency/fire/incidents/{ident}")
    order = _heard(crew, "order", ident)
    with Radio(broker, "bridge", [_said(other, "#"), _said(mine, "dispatch"), f"{BASE}/agency/#"]) as witness:
        witness.wait(lambda h: any(theirs in x.topic for x in h) and any(ident in x.topic for x in h),
                     "what is kept for both agencies", within=30)
        before = len(witness.heard)
        for who in (crew, desk):
            for topic in (_said(other, "presence"), _said(other, "status"), _said(mine, "dispatch"),
                          f"{BASE}/agency/fire/incidents/{ident}", f"{BASE}/agency/police/incidents/{theirs}"):
                who.say(topic, '{"type":"order","status":"off_duty"}', True)
        crew.cut()
        desk.cut()
        # Its own word comes after all that: the broker has dealt with it.
        again = _crew(broker, kind, mine)
        again.say(_said(mine, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "receipt": "accepted"}))
        _has(bridge, ident, mine, "accepted")
        forged = [h for h in witness.heard[before:] if b"off_duty" in h.payload or h.payload == b"offline"]
        assert not forged
    heard = {h["topic"] for h in crew.heard} | {h["topic"] for h in again.heard}
    assert heard <= {f"{BASE}/bridge", _said(mine, "dispatch")}, heard
    assert not any("/agency/police/" in h["topic"] or "/unit/POL" in h["topic"] for h in desk.heard)
    assert any(ident in h["topic"] for h in desk.heard), "its own it hears"
    again.close()
    assert _presence(bridge, other) is None
    assert bridge.act(ident, "status", unit=mine, status="cleared").status == 200
