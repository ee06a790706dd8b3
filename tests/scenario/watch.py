"""Silence ends at a person: what nobody takes rises, once, at its time, whatever happens to the bridge."""

import datetime
import signal

from world import impatient, wait
from world.impatient import FIRE, STEPS
from world.radio import BASE, Radio


def what_nobody_takes_takes_each_step_at_its_time_for_everybody_to_see(make):
    broker = make.broker()
    bridge = make.bridge(broker, **impatient.city(make)).start()
    with bridge.console("pos-fire") as console, \
            Radio(broker, "agency-fire", f"{BASE}/agency/fire/events") as radio:
        ident = bridge.report(FIRE)["incident_id"]
        begun = impatient.part(bridge, ident)["escalation"]
        assert (begun["kind"], begun["level"], begun.get("to"), begun["next"]) == ("untaken", 0, None, "desk"), begun
        assert abs(impatient.at(begun["due_at"]) - impatient.at(begun["since"]) - STEPS[0]) < 0.001, begun
        rises = impatient.risen(bridge, ident, 3)
        late = [impatient.at(r["time"]) - impatient.at(begun["since"]) - s for r, s in zip(rises, STEPS)]
        assert all(0 <= x <= 1.0 * wait.PATIENCE for x in late), late
        assert [(r["level"], r["to"], r["kind"], r["by"]) for r in rises] == [
            (1, "desk", "untaken", None), (2, "supervisor", "untaken", None), (3, "other_channel", "untaken", None)], rises
        seen = console.wait(lambda c: [f for f in c.frames if f.get("event") == "incident.escalated" and f["agency"] == "fire"][2:], "the console hears the third")
        assert seen[0]["incident"]["assignments"], seen
        radio.wait(lambda h: [x for x in h if x.payload and x.json.get("event") == "incident.escalated" and x.json.get("level") == 3], "the same by radio")
    last = impatient.part(bridge, ident)["escalation"]
    assert (last["level"], last["due_at"], last["next"]) == (3, None, None), last
    assert bridge.verify().returncode == 0


def killed_before_the_deadline_and_started_after_it_runs_at_once_and_once(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 3s, supervisor 600s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    due = impatient.at(impatient.part(bridge, ident)["escalation"]["due_at"])
    bridge.kill()
    wait.until(lambda: datetime.datetime.now().timestamp() > due + 1, "it is overdue")
    bridge.start()
    first, = impatient.risen(bridge, ident, 1, within=2)
    bridge.kill()
    bridge.start()
    bridge.restart()
    assert impatient.rises(bridge, ident) == [first]


def killed_again_and_again_no_step_is_lost_or_given_twice(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 1s, station 2s, second_unit 3s, supervisor 4s")).start()
    idents = [bridge.report(f"{FIRE} rumah nomor {n}")["incident_id"] for n in range(20)]
    for _ in range(6):
        bridge.kill()
        bridge.start()
    for ident in idents:
        rises = impatient.risen(bridge, ident, 4)
        assert [r["level"] for r in rises] == [1, 2, 3, 4], rises
    assert bridge.verify().returncode == 0


def acknowledged_in_time_nothing_rises_and_idle_after_that_it_does(make):
    bridge = make.bridge(**impatient.city(make)).start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "acknowledge", agency="fire").status == 200
    rises = impatient.risen(bridge, ident, 1)
    assert [(r["kind"], r["level"], r["to"]) for r in rises] == [("unsent", 1, "desk")], rises
    assert impatient.risen(bridge, ident, 1, agency="police")[0]["kind"] == "untaken"


def a_closed_one_is_quiet_and_a_reopened_one_waits_anew(make):
    bridge = make.bridge(**impatient.city(make)).start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "close", "pengawas", outcome="no_event").status == 200
    assert impatient.part(bridge, ident)["escalation"] is None
    other = bridge.report(FIRE + " lantai dua")["incident_id"]
    impatient.risen(bridge, other, 2)
    assert impatient.rises(bridge, ident) == []
    assert bridge.act(ident, "reopen", "pengawas").status == 200
    opened = impatient.part(bridge, ident)["escalation"]
    first = impatient.risen(bridge, ident, 1)[0]
    assert first["level"] == 1 and 0 <= impatient.at(first["time"]) - impatient.at(opened["since"]) - STEPS[0] <= wait.PATIENCE, first


def a_person_escalates_and_the_next_step_follows_from_there(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 600s, supervisor 1000s")).start()
    ident = bridge.report(FIRE)["incident_id"]
    answer = bridge.act(ident, "escalate", note="tidak ada yang mengangkat telepon")
    assert answer.status == 200, answer
    rise, = impatient.rises(bridge, ident)
    assert (rise["by"], rise["agency"], rise["to"], rise["level"]) == ("pos-fire", "fire", "desk", 1), rise
    assert rise["note"] == "tidak ada yang mengangkat telepon"
    assert bridge.act(ident, "escalate").status == 200
    assert bridge.act(ident, "escalate").status == 200
    assert [r["to"] for r in impatient.rises(bridge, ident)] == ["desk", "supervisor", "supervisor"]
    refused = bridge.act(ident, "escalate", agency="police")
    assert refused.status == 422 and refused.json["errors"][0]["field"] == "agency", refused
    stale = bridge.act(ident, "acknowledge", expected_version=1)
    assert stale.status == 200, "a rise makes nobody's decision stale"


def an_exercise_escalates_as_one_and_never_leaves_the_house(make):
    bridge = make.bridge(**impatient.city(make)).start()
    real = bridge.report(FIRE)["incident_id"]
    drill = bridge.report(FIRE, exercise=True)["incident_id"]
    impatient.risen(bridge, real, 3)
    rises = impatient.rises(bridge, drill)
    assert [r["to"] for r in rises] == ["desk", "supervisor"] and all(r["exercise"] for r in rises), rises


def a_changed_table_counts_from_the_next_thing_that_happens(make):
    city = impatient.city(make, untaken="desk 600s, supervisor 1000s")
    bridge = make.bridge(**city).start()
    ident = bridge.report(FIRE)["incident_id"]
    table = city["config"] / "rules" / "escalation.tsv"
    table.write_text(table.read_text().replace("desk 600s", "desk 1s"))
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "serve.reloaded" in bridge.process.log_text(), bridge.process.log_tail, within=20)
    assert bridge.act(ident, "note", note="dua mobil").status == 200
    impatient.risen(bridge, ident, 1)


def a_table_in_which_something_would_wait_for_ever_stops_the_start(make):
    city = impatient.city(make)
    table = city["config"] / "rules" / "escalation.tsv"
    table.write_text("".join(x for x in table.read_text().splitlines(True) if "\tunsent\t" not in x))
    bridge = make.bridge(**city).spawn()
    assert bridge.process.wait(20) == 1
    assert "no row for unsent of fire" in bridge.process.log_text() and "wait for ever" in bridge.process.log_text()


def where_nobody_is_on_duty_it_rises_at_once_to_who_leads_and_says_why(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 300s, station 400s, supervisor 500s, other_channel 600s")).start()
    for unit in [u["id"] for u in bridge.get("/v1/units").json["units"] if u["agency"] == "fire"]:
        assert bridge.ask("PUT", f"/v1/units/{unit}/status", {"status": "off_duty"}, "pos-fire").status == 200
    ident = bridge.report(impatient.FIRE)["incident_id"]
    risen = impatient.risen(bridge, ident, 3, within=30)
    assert [r["to"] for r in risen] == ["desk", "station", "supervisor"], risen
    assert all("on duty" in r["note"] and r["by"] is None for r in risen), risen
    bridge.kill()
    bridge.start()
    other = bridge.report("Pohon tumbang di Jl. Kesambi menimpa rumah, ada orang di dalam")["incident_id"]
    impatient.risen(bridge, other, 3, within=30)
    assert len(impatient.rises(bridge, ident)) == 3, "no step twice, and who leads has as long as ever"
    assert impatient.rises(bridge, ident, "police") == [], "the others have people"


def when_the_last_one_goes_off_duty_what_waits_there_rises_at_once(make):
    bridge = make.bridge(**impatient.city(make, untaken="desk 300s, station 400s, supervisor 500s, other_channel 600s")).start()
    fire = [u["id"] for u in bridge.get("/v1/units").json["units"] if u["agency"] == "fire"]
    ident = bridge.report(impatient.FIRE)["incident_id"]
    police = bridge.report("Ada perampokan bersenjata di Jl. Siliwangi")["incident_id"]
    for unit in fire:
        assert impatient.rises(bridge, ident) == [], f"before {unit} has gone somebody is there"
        assert bridge.ask("PUT", f"/v1/units/{unit}/status", {"status": "off_duty"}, "pos-fire").status == 200
    risen = impatient.risen(bridge, ident, 3, within=30)
    assert [r["to"] for r in risen] == ["desk", "station", "supervisor"], risen
    assert all("on duty" in r["note"] and r["by"] is None for r in risen), risen
    assert impatient.rises(bridge, police, "police") == [], "the others have people"
