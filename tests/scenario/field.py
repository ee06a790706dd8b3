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


def _at(seconds_ago=0):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - seconds_ago))


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
    assert (bridge.data / "positions.db").stat().st_mode & 0o777 == 0o600


def whether_its_radio_is_there_is_told_by_its_last_will_and_after_a_restart(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = broker.some_units[0][0]
    assert _unit(bridge, unit)["presence"] is None
    radio = Radio(broker, unit, [])
    radio.client.disconnect()
    radio.client.will_set(_said(unit, "presence"), "offline", 1, True)
    radio.client.connect("127.0.0.1", broker.port, keepalive=20)
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
