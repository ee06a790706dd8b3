"""The radio the other way: what units say, who is believed, and what is kept of it."""

import json
import time

import paho.mqtt.client as paho

from world import places, wait
from world.process import run
from world.radio import BASE, Radio


def _said(unit, leaf):
    return f"{BASE}/unit/{unit}/{leaf}"


def _unit(bridge, unit, who="pengelola"):
    answer = bridge.get("/v1/units", who)
    assert answer.status == 200, answer
    return next(u for u in answer.json["units"] if u["id"] == unit)


def _at(seconds_ago=0.0):
    at = time.time() - seconds_ago
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03}Z"


def _is_at(bridge, unit, lat):
    position = _unit(bridge, unit)["position"]
    return position is not None and abs(position["lat"] - lat) < 1e-6


def _position(lat, lon=108.55, **more):
    return json.dumps({"lat": lat, "lon": lon, **more})


def where_a_unit_is_stands_on_it_with_its_age_and_the_newest_wins(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = broker.some_units[0][0]
    assert _unit(bridge, unit)["position"] is None
    with Radio(broker, unit, []) as radio:
        radio.send(_said(unit, "position"), _position(-6.71, at=_at(30), accuracy_m=12, speed=8.25, heading=275))
        wait.until(lambda: _is_at(bridge, unit, -6.71), "it is there")
        position = _unit(bridge, unit)["position"]
        assert 29 <= position["age_s"] <= 60, position
        assert (position["accuracy_m"], position["speed"], position["heading"]) == (12, 8.25, 275)
        # On its way for longer: it was there before.
        radio.send(_said(unit, "position"), _position(-6.79, at=_at(300)))
        # OwnTracks: seconds, km/h; its other messages are none of ours.
        radio.send(_said(unit, "position"), json.dumps({"_type": "lwt", "tst": int(time.time())}))
        radio.send(_said(unit, "position"), json.dumps(
            {"_type": "location", "lat": -6.72, "lon": 108.56, "tst": int(time.time()), "acc": 20, "vel": 36,
             "cog": 90, "batt": 80, "tid": "01"}))
        wait.until(lambda: _is_at(bridge, unit, -6.72), "the next is there")
        position = _unit(bridge, unit)["position"]
        assert (position["speed"], position["heading"], position["accuracy_m"]) == (10, 90, 20)
    assert bridge.metrics()["tangi_field_bad_positions_total"] == 0
    assert not bridge.log(), "a position is no event"
    before = _unit(bridge, unit)["position"]
    bridge.restart()
    after = _unit(bridge, unit)["position"]
    assert after.pop("age_s") >= before.pop("age_s") and after == before, "known after a restart"
    assert (bridge.data / "positions.sqlite").stat().st_mode & 0o777 == 0o600


def whether_its_radio_is_there_is_told_by_its_last_will_and_after_a_restart(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = broker.some_units[0][0]
    assert _unit(bridge, unit)["presence"] is None
    radio = Radio(broker, unit, [])
    radio.client.disconnect()
    radio.client.loop_stop()  # its thread ends with the line, now or after the next is there
    radio.client.will_set(_said(unit, "presence"), "offline", 1, True)
    radio.client.connect("127.0.0.1", broker.port, keepalive=20)
    radio.client.loop_start()
    radio.ready().send(_said(unit, "presence"), "online", retain=True)
    wait.until(lambda: (_unit(bridge, unit)["presence"] or {}).get("status") == "online", "online")
    since = _unit(bridge, unit)["presence"]["since"]
    radio.send(_said(unit, "presence"), '{"status":"online"}', retain=True)
    assert _unit(bridge, unit)["presence"]["since"] == since
    bridge.restart()
    wait.until(lambda: (_unit(bridge, unit)["presence"] or {}).get("status") == "online",
               "what the broker keeps is heard at the start")
    assert _unit(bridge, unit)["presence"]["since"] == since
    radio.client.loop_stop()
    radio.client._sock_close()  # a phone whose battery is taken out
    wait.until(lambda: _unit(bridge, unit)["presence"]["status"] == "offline", "its will speaks", within=40)


def what_a_unit_said_while_the_bridge_was_away_is_heard_when_it_is_back(make):
    """The broker keeps its session. A position is not kept: it is where the unit was."""
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = broker.some_units[0][0]
    bridge.kill()
    with Radio(broker, unit, []) as radio:
        radio.send(_said(unit, "position"), _position(-6.71))
        radio.send(_said(unit, "presence"), "online")
    bridge.start()
    wait.until(lambda: (_unit(bridge, unit)["presence"] or {}).get("status") == "online", "it is heard")
    assert _unit(bridge, unit)["position"] is None


def other_people_s_clients_are_heard(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = broker.some_units[0][0]
    account = ["-h", "127.0.0.1", "-p", broker.port, "-u", unit, "-P", broker.passwords[unit], "-q", "1"]
    for version, lat in (("mqttv311", -6.71), ("mqttv5", -6.72)):
        run("mosquitto_pub", *account, "-V", version, "-t", _said(unit, "position"), "-m", _position(lat))
        wait.until(lambda: _is_at(bridge, unit, lat), f"by {version}")
    run("mosquitto_pub", *account, "-t", _said(unit, "presence"), "-m", "online", "-r")
    wait.until(lambda: (_unit(bridge, unit)["presence"] or {}).get("status") == "online", "online")


def a_console_hears_with_the_tick_where_units_are_and_once_more_all_of_it_when_it_comes_back(make):
    broker = make.broker()
    bridge = make.bridge(broker, settings={"stream.tick_ms": 1000}).start()
    (one, _), (other, _) = broker.some_units[:2]

    def units(console):
        return {u["id"]: u for f in console.units for u in f["units"]}

    with Radio(broker, one, []) as first, Radio(broker, other, []) as second:
        first.send(_said(one, "position"), _position(-6.71))
        wait.until(lambda: _is_at(bridge, one, -6.71), "it is there")
        with bridge.console() as console:
            console.wait(lambda c: one in units(c), "what is known already")
            assert other not in units(console)
            second.send(_said(other, "position"), _position(-6.73))
            console.wait(lambda c: other in units(c), "what is new")
            assert units(console)[other]["position"]["lat"] == -6.73
            assert [u["id"] for u in console.units[-1]["units"]] == [other], "only what has changed"
            assert units(console)[one]["presence"] is None
        with bridge.console() as console:
            console.wait(lambda c: {one, other} <= set(units(c)), "all of it")


def what_is_malformed_is_counted_and_changes_nothing(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = broker.some_units[0][0]
    wrong = ["", "{", "[]", "null", '{"lat":-6.7}', '{"lat":"-6.7","lon":108.5}', '{"lat":91,"lon":108.5}',
             '{"lat":0,"lon":0}', '{"lat":-6.7,"lon":108.5,"at":"yesterday"}', "\x00\xff", '{"lat":1e999,"lon":1}',
             '{"lat":-6.7,"lon":108.5,"note":"' + "x" * 5000 + '"}', "[" * 3000]
    with Radio(broker, unit, []) as radio:
        for payload in wrong:
            radio.send(_said(unit, "position"), payload)
        for payload in ("there", "{}", '{"status":"away"}'):
            radio.send(_said(unit, "presence"), payload)
        radio.send(_said(unit, "position"), _position(-6.71))
        wait.until(lambda: _is_at(bridge, unit, -6.71), "it still listens")
    figures = bridge.metrics()
    assert figures["tangi_field_bad_positions_total"] == len(wrong)
    assert figures["tangi_field_bad_presences_total"] == 3
    assert _unit(bridge, unit)["presence"] is None
    assert bridge.process.log_text().count("field.malformed") == 2, "said once for each kind"
    assert "-6.7" not in bridge.process.log_text()


def _dies(broker, user, will_topic):
    """A client of that account with a will, whose line breaks; back when the broker has seen it."""
    client = paho.Client(f"dying-{user}", protocol=paho.MQTTv311)
    client.username_pw_set(user, broker.passwords[user])
    client.will_set(will_topic, "offline", 1, True)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait.until(client.is_connected, "it is there")
    client.loop_stop()
    client._sock_close()
    wait.until(lambda: broker.process.log_text().count(f"dying-{user}") >= 2, "the broker has seen it go")


def a_unit_speaks_for_itself_only_also_by_its_last_will_and_by_what_is_kept(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    (mine, _), (other, _) = broker.some_units[:2]
    with Radio(broker, "bridge", f"{BASE}/unit/#") as witness, \
            Radio(broker, mine, [f"{BASE}/unit/+/#", f"{BASE}/agency/#"]) as radio, \
            Radio(broker, other, _said(other, "dispatch")) as victim:
        radio.send(_said(other, "position"), _position(-6.79))
        radio.send(_said(other, "presence"), "offline", retain=True)
        radio.send(_said(other, "dispatch"), '{"type":"order"}', retain=True)
        radio.send(_said(mine, "dispatch"), '{"type":"order"}', retain=True)
        _dies(broker, mine, _said(other, "presence"))
        _dies(broker, mine, _said(mine, "presence"))
        radio.send(_said(mine, "position"), _position(-6.71))
        victim.send(_said(other, "position"), _position(-6.72))
        wait.until(lambda: _is_at(bridge, mine, -6.71) and _is_at(bridge, other, -6.72), "each for itself")
        assert _unit(bridge, mine)["presence"]["status"] == "offline", "its own will speaks"
        assert _unit(bridge, other)["presence"] is None
        witness.wait(lambda h: [x for x in h if x.topic == _said(other, "position")], "all is through")
        assert sorted(h.topic for h in witness.heard) == sorted(
            [_said(mine, "presence"), _said(mine, "position"), _said(other, "position")])
        assert not victim.heard
        assert not radio.heard
    with Radio(broker, "bridge", f"{BASE}/#") as kept:
        kept.wait(lambda h: [x for x in h if x.topic == _said(mine, "presence")], "what is kept")
        assert {h.topic for h in kept.heard if "/unit/" in h.topic} == {_said(mine, "presence")}


def a_hundred_positions_a_second_are_heard_and_the_log_does_not_grow(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    units = [u for u, _ in broker.some_units]
    seconds = 30 if places.LONG else 4
    radios = {u: Radio(broker, u, []).ready() for u in units}
    try:
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            for unit, radio in radios.items():
                radio.client.publish(_said(unit, "position"), _position(-6.7 - count * 1e-6), 1)
                count += 1
            time.sleep(len(units) / 100)  # the pace, not a wait
        for unit, radio in radios.items():
            radio.send(_said(unit, "position"), _position(-6.75))
        for unit in units:
            wait.until(lambda u=unit: _is_at(bridge, u, -6.75), "the last is there", within=5)
    finally:
        for radio in radios.values():
            radio.close()
    assert not bridge.log()
    assert bridge.metrics()["tangi_field_messages_total"] >= count


# --- orders ---

FIRE = "Kebakaran rumah di Jl. Kesambi dekat masjid, hubungi Pak Slamet 081234567890"


def _dispatch(unit):
    return f"{BASE}/unit/{unit}/dispatch"


def _fire_unit(broker, n=0):
    return [u for u, agency in broker.some_units if agency == "fire"][n]


def _sent(bridge, unit, text=FIRE):
    """An incident to which this unit has been sent; its id."""
    ident = bridge.report(text)["incident_id"]
    answer = bridge.act(ident, "assign", units=[unit])
    assert answer.status == 200, answer
    return ident


def _order(bridge, ident, unit):
    """The unit's newest order of the incident."""
    parts = bridge.incident(ident)["assignments"]
    return [o for p in parts for o in p["orders"] if o["unit"] == unit][-1]


def _heard(radio, unit, what="order", within=10):
    """The newest message of that type on the unit's topic."""
    def newest(heard):
        mine = [h.json for h in heard if h.topic == _dispatch(unit) and h.payload]
        return next((m for m in reversed(mine) if m["type"] == what), None)
    return radio.wait(newest, f"a {what} for {unit}", within)


def _has(bridge, ident, unit, receipt, within=10):
    return wait.until(lambda: _order(bridge, ident, unit)["receipts"][receipt], f"receipt {receipt}", within)


def _kept(broker, unit):
    """What a unit that connects now is given, or None; the second message is our own mark."""
    with Radio(broker, "bridge", [_dispatch(unit), f"{BASE}/mark"]) as radio:
        radio.send(f"{BASE}/mark", "x")
        radio.wait(lambda h: [x for x in h if x.topic == f"{BASE}/mark"], "the mark")
        return next((h.json for h in radio.heard if h.topic == _dispatch(unit) and h.payload), None)


def a_unit_gets_its_order_and_each_receipt_stands_on_the_incident_with_its_time(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        order = _heard(radio, unit)
        assert order["incident_id"] == ident and order["revision"] == 1 and not order["exercise"]
        assert order["category"] == "fire_building" and order["id"] == order["dispatch_id"]
        assert "0812" not in json.dumps(order) and "Slamet" not in json.dumps(order)
        assert "Kebakaran" in order["text"]
        assert order["valid_until"] > order["at"]
        assert _kept(broker, unit)["dispatch_id"] == order["dispatch_id"]
        _has(bridge, ident, unit, "broker")
        for receipt in ("device", "confirmed"):
            radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "receipt": receipt,
                                                       "at": _at()}))
            _has(bridge, ident, unit, receipt)
        wait.until(lambda: _kept(broker, unit) is None, "it is answered, and not kept any more")
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "receipt": "accepted"}))
        _has(bridge, ident, unit, "accepted")
        for status in ("en_route", "on_scene", "cleared"):
            radio.send(_said(unit, "status"), json.dumps({"status": status, "incident_id": ident}))
            wait.until(lambda s=status: _order(bridge, ident, unit)["state"] == s, status)
    times = _order(bridge, ident, unit)["receipts"]
    assert times["queued"] <= times["broker"] and times["device"] <= times["confirmed"] and not times["declined"]
    told = [e for e in bridge.log() if e.get("by") == unit]
    assert [e.get("status") or e.get("receipt") for e in told if e["event"] == "assignment.updated"] == \
        ["device", "confirmed", "accepted", "en_route", "on_scene", "cleared"]
    assert bridge.metrics()["tangi_field_impossible_total"] == 0


def a_unit_that_was_away_gets_its_order_once_when_it_comes(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit), session="regu"):
        pass
    ident = _sent(bridge, unit)
    _has(bridge, ident, unit, "broker")
    assert not _order(bridge, ident, unit)["receipts"]["device"]
    with Radio(broker, unit, [], session="regu") as radio:  # its session has its subscription
        order = _heard(radio, unit)
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"]}))
        _has(bridge, ident, unit, "confirmed")
        assert len([h for h in radio.heard if h.payload]) == 1, radio.heard
    with Radio(broker, unit, _dispatch(unit)) as fresh:
        fresh.send(_said(unit, "sync"), "")
        again = _heard(fresh, unit)
        assert (again["dispatch_id"], again["revision"]) == (order["dispatch_id"], order["revision"])
        assert not [h for h in fresh.heard if h.retain], "it was answered"


def an_order_survives_a_broker_that_comes_back_empty_and_a_bridge_that_is_killed(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit, other = _fire_unit(broker), _fire_unit(broker, 1)
    first = _sent(bridge, unit)
    _has(bridge, first, unit, "broker")
    broker.kill()
    broker.forget()
    second = _sent(bridge, other)
    bridge.kill()  # it was committed, and nobody has heard of it
    bridge.spawn()
    broker.start()
    with Radio(broker, unit, _dispatch(unit)) as one, Radio(broker, other, _dispatch(other)) as two:
        assert _heard(one, unit, within=30)["incident_id"] == first
        assert _heard(two, other, within=30)["incident_id"] == second
        _has(bridge, second, other, "broker")
        two.send(_said(other, "ack"), json.dumps({"dispatch_id": _heard(two, other)["dispatch_id"]}))
        _has(bridge, second, other, "confirmed")
    wait.until(lambda: _kept(broker, other) is None, "answered")
    assert _kept(broker, unit)["incident_id"] == first


def a_broker_that_kept_an_order_which_is_over_is_corrected(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    ident = _sent(bridge, unit)
    _has(bridge, ident, unit, "broker")
    broker.stop()
    memory = (broker.folder / "broker.db").read_bytes()
    assert bridge.act(ident, "status", unit=unit, status="declined", reason="ban bocor").status == 200
    broker.start()
    wait.until(lambda: _kept(broker, unit) is None, "it is cleared", within=30)
    broker.stop()
    (broker.folder / "broker.db").write_bytes(memory)
    broker.start()
    wait.until(lambda: _kept(broker, unit) is None, "it is cleared again", within=30)


def a_recall_takes_the_place_of_its_order_until_it_is_confirmed(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        order = _heard(radio, unit)
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "receipt": "accepted"}))
        _has(bridge, ident, unit, "accepted")
        assert bridge.act(ident, "cancel", units=[unit]).status == 200
        recall = _heard(radio, unit, "recall")
        assert recall["dispatch_id"] == order["dispatch_id"] and recall["revision"] > order["revision"]
        assert _kept(broker, unit)["type"] == "recall"
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"]}))
        _has(bridge, ident, unit, "confirmed")
        wait.until(lambda: _kept(broker, unit) is None, "it is confirmed")
    assert _order(bridge, ident, unit)["state"] == "recalled"


def a_changed_place_is_said_and_asked_for_again(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": _heard(radio, unit)["dispatch_id"]}))
        _has(bridge, ident, unit, "confirmed")
        assert bridge.act(ident, "relocate", location={"lat": -6.7205, "lon": 108.5601}).status == 200
        again = radio.wait(lambda h: next((x.json for x in h if x.payload and x.json["revision"] == 2), None),
                           "the second revision")
        assert again["changed"] == ["location"] and again["location"]["lat"] == -6.7205
        assert not _order(bridge, ident, unit)["receipts"]["confirmed"]
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": again["dispatch_id"]}))
        _has(bridge, ident, unit, "confirmed")


def a_hazard_that_comes_to_light_is_told_to_who_is_on_the_way_and_asked_again(make):
    """First by a person, then by another report of it; and that it is over."""
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)

    def revision(n):
        return radio.wait(lambda h: next((x.json for x in h if x.payload and x.json["revision"] == n), None),
                          f"revision {n}")

    def confirms(order):
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "revision": order["revision"]}))
        _has(bridge, ident, unit, "confirmed")

    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        first = revision(1)
        assert first["hazards"] == [] and "hazards" not in bridge.incident(ident)
        confirms(first)
        radio.send(_said(unit, "status"), json.dumps({"status": "en_route", "incident_id": ident, "revision": 1}))
        wait.until(lambda: _order(bridge, ident, unit)["state"] == "en_route", "it is on the way")
        assert bridge.act(ident, "hazard", hazards=["weapons"]).status == 200
        second = revision(2)
        assert second["hazards"] == ["weapons"] and second["changed"] == ["hazards"]
        order = _order(bridge, ident, unit)
        assert order["state"] == "en_route" and not order["receipts"]["confirmed"]
        assert _kept(broker, unit)["revision"] == 2, "it is asked, on the way as it is"
        confirms(second)
        other = bridge.report("Kebakaran di Jl. Kesambi, tabung gas bocor")["incident_id"]
        assert bridge.act(other, "merge", who="pengawas", into=ident).status == 200
        third = revision(3)
        assert third["hazards"] == ["gas", "weapons"] and "hazards" in third["changed"]
        confirms(third)
        assert bridge.act(ident, "hazard", over=["weapons"]).status == 200
        fourth = revision(4)
        assert fourth["hazards"] == ["gas"] and fourth["changed"] == ["hazards"]
    assert bridge.incident(ident)["hazards"] == ["gas"]
    last = [e for e in bridge.log() if e.get("action") == "hazard"][-1]
    assert last["over"] == ["weapons"] and last["units"] == [unit]
    for fields, field in (({}, "hazards"), ({"hazards": ["ghosts"]}, "hazards"),
                          ({"hazards": ["gas"], "over": ["gas"]}, "over")):
        refused = bridge.act(ident, "hazard", **fields)
        assert refused.status == 400 and refused.json["errors"][0]["field"] == field, refused
    bridge.restart()
    assert bridge.incident(ident)["hazards"] == ["gas"]


def a_phone_that_answers_late_confirms_what_it_saw_and_not_what_came_after(make):
    """The crew confirms the first address while the second is on its way to it."""
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)

    def revision(n):
        return radio.wait(lambda h: next((x.json for x in h if x.payload and x.json["revision"] == n), None),
                          f"revision {n}")

    def ack(of, **more):
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": of["dispatch_id"], "revision": of["revision"],
                                                   **more}))

    def told():
        return [e for e in bridge.log() if e.get("by") == unit and e["event"] == "assignment.updated"]

    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        first = revision(1)
        assert bridge.act(ident, "relocate", location={"lat": -6.7205, "lon": 108.5601}).status == 200
        second = revision(2)
        ack(first)
        ack(first, receipt="accepted", id="tap-1")
        ack(first)  # once more
        wait.until(lambda: len(told()) >= 2, "both are in the log")
        assert [(e.get("receipt") or e["status"], e["revision"], e["late"]) for e in told()] == \
            [("confirmed", 1, True), ("accepted", 1, True)]
        order = _order(bridge, ident, unit)
        assert order["state"] == "ordered" and not order["receipts"]["confirmed"] and not order["receipts"]["accepted"]
        assert _kept(broker, unit)["revision"] == 2, "it is still asked"
        answer = bridge.act(ident, "status", unit=unit, status="accepted", revision=1)
        assert answer.status == 409 and "revision 2" in answer.json["detail"], answer
        ack(second)
        _has(bridge, ident, unit, "confirmed")
        wait.until(lambda: _kept(broker, unit) is None, "it is answered")
    assert len(told()) == 3 and "late" not in told()[-1]
    assert bridge.metrics()["tangi_field_impossible_total"] == 0


def a_crew_that_declines_is_seen_at_once_with_its_reason(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio, bridge.console("pos-fire") as desk:
        ident = _sent(bridge, unit)
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": _heard(radio, unit)["dispatch_id"],
                                                   "receipt": "declined", "reason": "ban bocor"}))
        event = desk.wait(lambda c: next((f for f in c.frames if f.get("status") == "declined"), None), "declined")
    assert event["by"] == unit and event["reason"] == "ban bocor" and event["incident"]["id"] == ident
    assert wait.until(lambda: _unit(bridge, unit)["status"] == "available", "it is free")


def a_call_for_help_rises_at_once(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio, bridge.console("pos-fire") as desk:
        ident = _sent(bridge, unit)
        radio.send(_said(unit, "status"), json.dumps({"status": "mayday", "note": "dinding runtuh", "id": "m1"}))
        event = desk.wait(lambda c: next((f for f in c.frames if f["event"] == "incident.escalated"), None), "it rises")
    assert event["by"] == unit and event["incident"]["id"] == ident and event["agency"] == "fire"
    assert unit in event["note"] and "dinding runtuh" in event["note"]
    mayday = _unit(bridge, unit)["mayday"]
    assert (mayday["incident_id"], mayday["by"], mayday["note"]) == (ident, unit, "dinding runtuh"), mayday


def a_crew_s_mayday_stands_before_all_consoles_until_two_people_end_it(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)

    def maydays(who):
        alarms = wait.until(lambda: bridge.get("/v1/alarms", who).json.get("alarms"), "they have been read")
        return [a for a in alarms if a["kind"] == "mayday"], alarms

    def say(who, status, **more):
        return bridge.ask("PUT", f"/v1/units/{unit}/status", {"status": status, **more}, who)
    bridge.report("Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam")  # so that there are others, for all three
    with Radio(broker, unit, _dispatch(unit)) as radio, bridge.console("pengawas") as desk:
        radio.send(_said(unit, "status"), json.dumps({"status": "mayday", "note": "terjebak", "id": "m1"}))
        event = desk.wait(lambda c: next((f for f in c.frames if f.get("said") == "mayday"), None), "it is heard at once")
        assert event["unit"]["mayday"]["note"] == "terjebak" and event["unit"]["mayday"]["incident_id"] is None
        for who in ("pos-fire", "siaga", "pengawas"):
            mine, all_of_them = maydays(who)
            assert [a["unit"] for a in mine] == [unit] and all_of_them[0]["kind"] == "mayday", "above all others"
        assert maydays("pos-police")[0] == []
        bridge.kill()
        bridge.start()
        one = maydays("pos-fire")[0][0]
        assert (one["waits_for"], one["acknowledged_by"], one["incident_id"], one["priority"]) == ("answer", None, None, 1)
        assert say("pos-police", "mayday_answered").status == 422, "it is not theirs"
        assert say("pos-fire", "mayday_answered").status == 200
        assert (maydays("pengawas")[0][0]["acknowledged_by"], maydays("pengawas")[0][0]["waits_for"]) == ("pos-fire", "all_clear")
        assert say("pos-fire", "mayday_over", note="sudah keluar").status == 200
        again = say("pos-fire", "mayday_over")
        assert again.status == 422 and "another person" in again.json["errors"][0]["detail"], again
        assert maydays("pengawas")[0][0]["waits_for"] == "second_person"
        with bridge.console("pos-fire") as late:
            assert late.snapshots[-1]["alarms"][0]["unit"] == unit
        assert say("pengawas", "mayday_over").status == 200
    assert maydays("pengawas")[0] == [] and "mayday" not in _unit(bridge, unit)


def what_comes_twice_or_late_changes_nothing_newer(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        said = json.dumps({"status": "on_scene", "incident_id": ident, "at": _at(), "id": "tap-1"})
        for _ in range(3):
            radio.send(_said(unit, "status"), said)
        wait.until(lambda: _order(bridge, ident, unit)["state"] == "on_scene", "it is there")
        radio.send(_said(unit, "status"), json.dumps({"status": "en_route", "incident_id": ident, "at": _at(60)}))
        late = wait.until(lambda: next((e for e in bridge.log() if e.get("late")), None), "the late one is in the log")
        assert late["status"] == "en_route" and late["by"] == unit
    assert _order(bridge, ident, unit)["state"] == "on_scene"
    assert len([e for e in bridge.log() if e.get("status") == "on_scene"]) == 1


def a_crew_whose_clock_is_behind_is_heard_all_the_same(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        for minutes, status in ((12, "accepted"), (11, "en_route"), (10, "on_scene")):
            radio.send(_said(unit, "status"), json.dumps({"status": status, "at": _at(minutes * 60)}))
            wait.until(lambda s=status: _order(bridge, ident, unit)["state"] == s, status)
    order = _order(bridge, ident, unit)
    assert order["steps"]["on_scene"] >= order["steps"]["ordered"]


def a_unit_answers_for_its_own_orders_only(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    mine, other = _fire_unit(broker), _fire_unit(broker, 1)
    with Radio(broker, mine, _dispatch("+")) as radio, Radio(broker, other, _dispatch(other)) as victim:
        ident = _sent(bridge, other)
        order = _heard(victim, other)
        for payload in ({"dispatch_id": order["dispatch_id"]},
                        {"dispatch_id": order["dispatch_id"], "receipt": "declined", "incident_id": ident}):
            radio.send(_said(mine, "ack"), json.dumps(payload))
        radio.send(_said(mine, "status"), json.dumps({"status": "on_scene", "incident_id": ident}))
        radio.send(_said(mine, "status"), json.dumps({"status": "off_duty"}))
        wait.until(lambda: _unit(bridge, mine)["status"] == "off_duty", "its own is heard")
        assert not radio.heard
    assert bridge.metrics()["tangi_field_impossible_total"] == 3
    order = _order(bridge, ident, other)
    assert order["state"] == "ordered" and not order["receipts"]["confirmed"] and not order["receipts"]["declined"]
    assert _unit(bridge, other)["status"] == "ordered"


def a_tap_made_while_the_bridge_was_away_is_not_lost(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, unit, _dispatch(unit)) as radio:
        ident = _sent(bridge, unit)
        order = _heard(radio, unit)
        bridge.kill()
        at = _at()
        radio.send(_said(unit, "ack"), json.dumps({"dispatch_id": order["dispatch_id"], "at": at}))
        radio.send(_said(unit, "status"), json.dumps({"status": "en_route", "incident_id": ident, "at": at}))
        bridge.start()
        wait.until(lambda: _order(bridge, ident, unit)["state"] == "en_route", "it is heard", within=20)
        assert _has(bridge, ident, unit, "confirmed") == at
        assert _order(bridge, ident, unit)["steps"]["en_route"] == at


def an_agency_s_console_hears_the_orders_of_its_own_units(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = _fire_unit(broker)
    with Radio(broker, "agency-fire", _dispatch(unit)) as fire, Radio(broker, "agency-police", _dispatch("+")) as police:
        _sent(bridge, unit)
        _heard(fire, unit)
        fire.send(_said(unit, "ack"), json.dumps({"dispatch_id": "x"}))
        assert not police.heard
