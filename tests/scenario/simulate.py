"""A played city against the real bridge and broker: callers, crews by radio, dispatchers."""

import csv
import json
import shutil
import signal

import pytest

from world import broker as brokers
from world import places, wait
from world.bridge import SANITIZERS, tangi
from world.process import Process
from world.radio import BASE, Radio

AGENCIES = brokers.Broker.AGENCIES
# Joining and escalation as in service; elsewhere the tests switch them off.
SERVICE = {"joining.enabled": "true", "escalation.enabled": "true"}
# Of the city's minutes so many, so fast: each of them within some seconds.
SHORT = {"badai-prank": (12, 120), "banjir-malam": (16, 120), "hari-biasa": (480, 2400), "kebakaran-pasar": (14, 120)}


def _accounts(bridge, broker, folder):
    """What ./dev run writes, of this bridge; who dispatches for the fire brigade is a person."""
    tokens = [{"name": n, "token": bridge.token(n), "role": r, "agency": a}
              for n, r, a in [("rest", "adapter", None), ("pengawas", "supervisor", None),
                              *((f"pos-{a}", "dispatcher", a) for a in AGENCIES if a != "fire")]]
    people = [{"user": "siti", "password": bridge.accounts.users["siti"], "role": "dispatcher", "agency": "fire"}]
    doc = {"http": f"http://127.0.0.1:{bridge.public}", "http_trusted": f"http://127.0.0.1:{bridge.trusted}",
           "mqtt": {"host": "127.0.0.1", "port": broker.port}, "city": places.CITY, "accounts": people, "tokens": tokens,
           "mqtt_accounts": [{"user": u, "password": broker.passwords[u], "role": "unit", "unit": u, "agency": a}
                             for u, a in broker.crews.items()]}
    path = folder / "run.json"
    path.write_text(json.dumps(doc))
    path.chmod(0o600)
    return path


def _city(make, config=places.CONFIG, settings=None):
    """A bridge on which every unit has an account, and the file that says so."""
    with open(config / "units.tsv", newline="") as f:
        crews = {r["id"]: r["agency"] for r in csv.DictReader(f, delimiter="\t")}
    broker = make.broker(crews=crews)
    bridge = make.bridge(broker, config=config, settings={**SERVICE, **(settings or {})}).start()
    return bridge, broker, _accounts(bridge, broker, bridge.data.parent)


def _simulate(bridge, accounts, scenario, *more):
    return ["simulate", scenario, "--config", bridge.config, "--accounts", accounts, *more]


def _play(bridge, accounts, scenario, minutes, speed, *more, within=120):
    """One simulation to its end; its sheet, as it said it and as JSON."""
    sheet = accounts.parent / "sheet.json"
    done = tangi(*_simulate(bridge, accounts, scenario, "--duration", minutes, "--speed", speed, "--report", sheet,
                            *more), check=False, within=within)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout, json.loads(sheet.read_text())


def _script(*more):
    return tangi("simulate", *more, "--config", places.CONFIG, "--dry-run").stdout


def every_scenario_of_the_city_is_one_that_is_played_here():
    assert {p.stem for p in (places.CONFIG / "scenarios").glob("*.tsv")} == set(SHORT)


@pytest.mark.parametrize("scenario", sorted(SHORT))
def each_scenario_ends_with_a_sheet_and_what_is_shown_is_what_the_log_says(make, scenario):
    bridge, _, accounts = _city(make)
    minutes, speed = SHORT[scenario]
    said, sheet = _play(bridge, accounts, scenario, minutes, speed)
    assert "Lembar nilai / score sheet" in said and "LATIHAN / EXERCISE" in said
    assert sheet["reports"] == sheet["reports_acked"] and sheet["calls"] == sheet["calls_acked"] > 0
    assert sheet["differences"] == 0 and sheet["compared"] > 0
    assert sheet["unalarmed"] == 0 and sheet["orders_lost"] == 0 and sheet["left_open"] == 0
    assert sheet["crews"] == len(brokers.units())


@pytest.mark.parametrize("scenario", sorted(SHORT))
def the_same_seed_gives_the_same_script_and_another_one_another(scenario):
    one = _script(scenario, "--seed", "7")
    assert one == _script(scenario, "--seed", "7") and one != _script(scenario, "--seed", "8")
    lines = [json.loads(line) for line in one.splitlines()]
    assert lines == sorted(lines, key=lambda moment: moment["at_s"])


def a_played_crew_calls_for_help_and_two_people_end_it(make):
    bridge, _, accounts = _city(make)
    said, sheet = _play(bridge, accounts, "kebakaran-pasar", 20, 60)
    assert (sheet["maydays"], sheet["maydays_answered"], sheet["maydays_over"]) == (1, 1, 1), sheet
    assert "maydays answered" in said
    steps = [(e["said"], e["by"], e["exercise"]) for e in bridge.log() if "said" in e]
    assert [s for s, _, _ in steps] == ["mayday", "mayday_answered", "mayday_over", "mayday_over"]
    assert steps[2][1] != steps[3][1] and all(is_exercise for *_, is_exercise in steps), steps
    assert not bridge.get("/v1/alarms").json["alarms"]


def what_is_played_is_an_exercise_and_says_nothing_of_the_real_units(make):
    bridge, broker, accounts = _city(make)
    with Radio(broker, "bridge", [f"{BASE}/agency/#", f"{BASE}/unit/+/dispatch", f"{BASE}/unit/+/position",
                                  f"{BASE}/unit/+/presence", f"{BASE}/mark"]) as real, \
            Radio(broker, "bridge", f"{BASE}/exercise/#") as stage:
        _, sheet = _play(bridge, accounts, "kebakaran-pasar", 8, 60)
        stage.wait(lambda h: [x for x in h if x.topic.endswith("/events")], "it was played")
        real.send(f"{BASE}/mark", "x")
        real.wait(lambda h: any(x.topic == f"{BASE}/mark" for x in h), "all that was to be heard")
        assert {h.topic for h in real.heard if h.payload} == {f"{BASE}/mark"}
    assert sheet["exercise"] is True and sheet["orders"] > 0
    assert {a["agency"]: a["taken"]["count"] > 0 for a in sheet["agencies"]}["fire"], "by a person with a session"
    told = [e for e in bridge.log() if "incident" in e or "call" in e]
    assert told and all(e["exercise"] for e in told)
    assert all(u["position"] is None and u["presence"] is None for u in bridge.get("/v1/units").json["units"])
    assert not bridge.get("/v1/incidents?status=live").json["incidents"], "nobody is bound by a game that is over"
    assert {u["status"] for u in bridge.get("/v1/units").json["units"]} == {"available"}


def in_earnest_it_plays_on_a_demo_alone(make):
    bridge, broker, accounts = _city(make)
    done = tangi(*_simulate(bridge, accounts, "badai-prank", "--for-real", "--duration", "1"), check=False)
    assert done.returncode == 1 and "is no demo" in done.stderr and not bridge.log()
    bridge.stop()
    bridge.settings["demo"] = "true"
    bridge.start()
    with Radio(broker, "bridge", f"{BASE}/unit/+/position") as real:
        _, sheet = _play(bridge, accounts, "kebakaran-pasar", 8, 60, "--for-real")
        real.wait(lambda h: h, "crews say where they are")
    assert sheet["exercise"] is False and not any(e["exercise"] for e in bridge.log())


def who_stops_it_finds_nothing_left_open(make):
    bridge, _, accounts = _city(make)
    log = accounts.parent / "simulate.log"
    played = Process("simulate", log).spawn(
        [places.PROGRAM, *_simulate(bridge, accounts, "kebakaran-pasar", "--speed", "60")], SANITIZERS)
    try:
        wait.until(lambda: any(u["status"] != "available" for u in bridge.get("/v1/units").json["units"]),
                   "somebody was sent", within=30)
        played.signal(signal.SIGINT)
        assert played.wait(60) == 0, played.log_tail()
    finally:
        played.kill()
    assert "score sheet" in played.log_text()
    assert not bridge.get("/v1/incidents?status=live").json["incidents"]
    assert {u["status"] for u in bridge.get("/v1/units").json["units"]} == {"available"}


def people_may_be_the_desk_and_keep_what_they_have_open(make):
    bridge, _, accounts = _city(make)
    _, sheet = _play(bridge, accounts, "kebakaran-pasar", 4, 60, "--without-desk")
    assert sheet["orders"] == 0 and sheet["unalarmed"] == 0
    live = bridge.get("/v1/incidents?status=live").json["incidents"]
    assert live and all(i["exercise"] for i in live)


@pytest.mark.parametrize("wrong, says", [
    (["nix"], "there is no scenario nix"), (["hari-biasa", "--speed", "0"], "--speed 0"),
    (["hari-biasa", "--url", "http://127.0.0.1:1"], "127.0.0.1:1"), ([], "which scenario")])
def what_is_wrong_is_said_before_anything_is_sent(make, wrong, says):
    bridge, _, accounts = _city(make)
    done = tangi("simulate", *wrong, "--config", bridge.config, "--accounts", accounts, check=False)
    assert done.returncode in (1, 2) and says in done.stderr, done.stderr
    assert not bridge.log()


def without_its_accounts_it_says_which_is_missing(make):
    bridge, _, accounts = _city(make)
    doc = json.loads(accounts.read_text())
    for gone, says in (("rest", "adapter"), ("pengawas", "supervisor")):
        less = accounts.parent / "less.json"
        less.write_text(json.dumps({**doc, "tokens": [t for t in doc["tokens"] if t["name"] != gone]}))
        done = tangi(*_simulate(bridge, less, "hari-biasa"), check=False)
        assert done.returncode == 1 and f"there is no account of the role {says}" in done.stderr
        assert not [t for t in doc["tokens"] if t["token"] in done.stderr]


def _with_five_crews_each(folder):
    """The city, with so many units of each agency that five of each have a crew."""
    config = folder / "city"
    shutil.copytree(places.CONFIG, config)
    with open(config / "units.tsv", newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t"))
    for agency in AGENCIES:
        own = [r for r in rows if r["agency"] == agency]
        for n in range(len(own), 5):
            rows.append({**own[0], "id": f"{own[0]['id'][:3]}-{90 + n}", "name_id": f"Cadangan {agency} {n}"})
    with open(config / "units.tsv", "w", newline="") as f:
        out = csv.DictWriter(f, rows[0].keys(), delimiter="\t", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    return config


def a_flood_night_leaves_nothing_unacknowledged_without_an_alarm(make):
    """An hour of the city takes three minutes; a turn of it always, the whole of it when there is time."""
    bridge, _, accounts = _city(make, config=_with_five_crews_each(make.folder()))
    minutes = 60 if places.LONG else 5
    _, sheet = _play(bridge, accounts, "banjir-malam", minutes, 20, "--crews", "5", within=400)
    assert sheet["crews"] == 5 * len(AGENCIES)
    assert sheet["unalarmed"] == 0 and sheet["differences"] == 0 and sheet["orders_lost"] == 0
    assert sheet["missed"] == 0 and sheet["emergencies"] > 0
