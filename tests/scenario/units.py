"""Units: who is sent, who is there, and what nobody may be sent to twice."""

import datetime
import itertools

import pytest

from world import web

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
_n = itertools.count()


@pytest.fixture
def fire(bridge):
    """A fire that nobody has taken; at the end every unit is free again."""
    report = bridge.report(FIRE + f", nomor {next(_n)}")
    yield report["incident_id"]
    bridge.act(report["incident_id"], "close", who="pengawas", outcome="resolved", release=True)


def _part(bridge, incident_id, agency="fire"):
    return next(a for a in bridge.incident(incident_id)["assignments"] if a["agency"] == agency)


def _order(bridge, incident_id, unit):
    return next(o for o in _part(bridge, incident_id)["orders"] if o["unit"] == unit)


def _unit(bridge, unit):
    return next(u for u in bridge.get("/v1/units").json["units"] if u["id"] == unit)


def a_unit_that_is_sent_has_an_order_with_its_proof_and_the_unit_shows_it(bridge, fire):
    with bridge.console() as desk:
        answer = bridge.act(fire, "assign", units=["DMK-01"])
        assert answer.status == 200, answer
        part, order, unit = _part(bridge, fire), _order(bridge, fire, "DMK-01"), _unit(bridge, "DMK-01")
        assert part["state"] == "dispatched" and part["units"] == ["DMK-01"]
        assert order["state"] == "ordered" and order["by"] == "pos-fire" and order["revision"] == 1
        assert order["dispatch_id"].startswith("D-") and order["receipts"]["queued"]
        assert not any(order["receipts"][r] for r in ("confirmed", "accepted", "declined"))
        assert unit["status"] == "ordered" and [j["incident_id"] for j in unit["jobs"]] == [fire]
        frame = desk.wait(lambda c: next((f for f in c.frames if f["event"] == "unit.updated"
                                          and f["unit"]["id"] == "DMK-01"), None), "the unit's own event")
        assert frame["unit"]["jobs"][0]["no"] == bridge.incident(fire)["no"]
        sent = next(f for f in desk.frames if f.get("action") == "assign")
        assert sent["units"] == ["DMK-01"] and frame["because_of"] == sent["seq"]


def the_part_goes_as_far_as_its_furthest_unit_and_each_step_keeps_its_first_time(bridge, fire):
    bridge.act(fire, "assign", units=["DMK-01", "DMK-02"])
    for status, part in (("accepted", "dispatched"), ("en_route", "en_route"), ("on_scene", "on_scene")):
        assert bridge.act(fire, "status", unit="DMK-01", status=status).status == 200
        assert _part(bridge, fire)["state"] == part
    assert _order(bridge, fire, "DMK-01")["receipts"]["accepted"]
    assert bridge.act(fire, "status", unit="DMK-01", status="cleared").status == 200
    assert _part(bridge, fire)["state"] == "dispatched", "the other is still to come"
    assert bridge.act(fire, "status", unit="DMK-02", status="declined", reason="ban kempes").status == 200
    assert _part(bridge, fire)["state"] == "cleared"
    assert set(_order(bridge, fire, "DMK-01")["steps"]) == {"ordered", "accepted", "en_route", "on_scene", "cleared"}
    assert _unit(bridge, "DMK-01")["status"] == "available"


def a_step_back_is_refused_and_named(bridge, fire):
    bridge.act(fire, "assign", units=["DMK-01"])
    bridge.act(fire, "status", unit="DMK-01", status="on_scene")
    before = _order(bridge, fire, "DMK-01")
    answer = bridge.act(fire, "status", unit="DMK-01", status="en_route")
    assert answer.status == 422 and answer.json["errors"][0]["field"] == "status"
    assert "on_scene" in answer.json["detail"]
    after = _order(bridge, fire, "DMK-01")
    assert after["state"] == before["state"] and after["steps"] == before["steps"]


def what_comes_late_is_written_down_and_changes_nothing_newer(bridge, fire):
    bridge.act(fire, "assign", units=["DMK-01"])
    begun = datetime.datetime.fromisoformat(_order(bridge, fire, "DMK-01")["since"].replace("Z", "+00:00"))
    at = lambda s: (begun + datetime.timedelta(seconds=s)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    bridge.act(fire, "status", unit="DMK-01", status="on_scene", at=at(10))
    before = _unit(bridge, "DMK-01")
    say = lambda: bridge.act(fire, "status", unit="DMK-01", status="en_route", at=at(5), command_id=None)
    answer = say()
    assert answer.status == 200
    again = say()
    assert again.status == 200 and again.json["seq"] == answer.json["seq"], "the same word twice is one"
    assert [e["seq"] for e in bridge.log() if e.get("late") and e["incident"]["id"] == fire] == [answer.json["seq"]]
    order = _order(bridge, fire, "DMK-01")
    assert order["state"] == "on_scene" and order["since"] == at(10) and order["steps"]["en_route"] == at(5)
    assert _unit(bridge, "DMK-01") == before, "the unit is where it was"
    last = [e for e in bridge.log() if e.get("action") == "status"][-1]
    assert last["late"] is True and last["status"] == "en_route"
    far = bridge.act(fire, "status", unit="DMK-01", status="cleared", at=at(3600))
    assert far.status == 422 and far.json["errors"][0]["field"] == "at", "a clock that is ahead is not believed"


def who_is_busy_is_not_sent_unless_somebody_says_why(bridge, fire):
    other = bridge.report("Pohon tumbang menimpa mobil di Jl. Pemuda, orang terjepit")["incident_id"]
    bridge.act(fire, "assign", units=["DMK-01"])
    no = bridge.incident(fire)["no"]
    answer = bridge.act(other, "assign", who="pengawas", units=["DMK-01", "DMK-02"])
    assert answer.status == 409 and f"#{no:04}" in answer.json["detail"] and "pos-fire" in answer.json["detail"]
    assert _unit(bridge, "DMK-02")["jobs"] == [], "all or nothing"
    assert bridge.act(other, "assign", who="pengawas", units=["DMK-01"], override=True).status == 400, "why?"
    taken = bridge.act(other, "assign", who="pengawas", units=["DMK-01"], override=True, note="lebih dekat")
    assert taken.status == 200, taken
    jobs = _unit(bridge, "DMK-01")["jobs"]
    assert [(j["incident_id"], j["active"]) for j in jobs] == [(other, True), (fire, False)]
    # No state of one job shows on the other.
    bridge.act(other, "status", who="pengawas", unit="DMK-01", status="on_scene")
    assert _order(bridge, fire, "DMK-01")["state"] == "ordered"
    assert [j["state"] for j in _unit(bridge, "DMK-01")["jobs"]] == ["on_scene", "ordered"]
    bridge.act(other, "close", who="pengawas", outcome="resolved", release=True)
    assert [j["incident_id"] for j in _unit(bridge, "DMK-01")["jobs"]] == [fire]


def what_is_told_twice_of_duty_is_one_event_and_the_answer_says_so(bridge):
    say = lambda status, **more: bridge.ask("PUT", "/v1/units/DMK-04/status", {"status": status, **more}, "pos-fire").json
    begun = say("out_of_service")
    assert begun["repeated"] is False and begun["unit"]["duty_since"]
    late = say("off_duty", at="2026-01-01T00:00:00.000Z")
    assert say("off_duty", at="2026-01-01T00:00:00.000Z")["seq"] == late["seq"], "late, and once"
    again = say("out_of_service")
    assert again["repeated"] is True and again["unit"]["duty_since"] == begun["unit"]["duty_since"]
    assert say("on_duty")["repeated"] is False


@pytest.mark.parametrize("status", ("off_duty", "out_of_service", "logged_out"))
def who_is_not_on_duty_is_never_sent(bridge, fire, status):
    answer = bridge.ask("PUT", "/v1/units/DMK-03/status", {"status": status, "note": "ganti ban"}, "pos-fire")
    assert answer.status == 200 and answer.json["unit"]["status"] == status, answer
    refused = bridge.act(fire, "assign", units=["DMK-03"])
    assert refused.status == 422 and refused.json["errors"][0]["field"] == "units[0]", refused
    assert bridge.ask("PUT", "/v1/units/DMK-03/status", {"status": "available"}, "pos-fire").status == 200
    assert bridge.act(fire, "assign", units=["DMK-03"]).status == 200


@pytest.mark.parametrize("fields, field, status", [
    ({"units": []}, "units", 400),
    ({"units": ["XX-99"]}, "units[0]", 422),
    ({"units": ["DMK-01", "DMK-01"]}, "units[1]", 400),
    ({"units": ["DMK-01", "POL-01"]}, "units[1]", 422),
    ({"units": "DMK-01"}, "units", 400),
])
def whom_nobody_can_send_is_named_and_nobody_goes(bridge, fire, fields, field, status):
    answer = bridge.act(fire, "assign", **fields)
    assert answer.status == status and answer.json["errors"][0]["field"] == field, answer
    assert _unit(bridge, "DMK-01")["jobs"] == []


def a_recall_frees_the_unit_and_is_for_it_to_hear(bridge, fire):
    bridge.act(fire, "assign", units=["DMK-01", "DMK-02"])
    assert bridge.act(fire, "cancel", units=["DMK-01"], reason="tidak perlu").status == 200
    assert _order(bridge, fire, "DMK-01")["state"] == "recalled"
    assert _unit(bridge, "DMK-01")["status"] == "available"
    assert _part(bridge, fire)["units"] == ["DMK-02"]
    last = [e for e in bridge.log() if e.get("action") == "cancel"][-1]
    assert last["units"] == ["DMK-01"] and last["reason"] == "tidak perlu"


def one_crew_is_in_one_vehicle_unless_a_person_says_why(bridge, fire):
    guards = bridge.get("/v1/workflow").json["guards"]
    assert guards["crew_out"] == guards["busy"] == "warn" and guards["logged_out"] == guards["off_duty"] == "blocked"
    assert bridge.act(fire, "assign", who="pengawas", units=["BPB-02"]).status == 200
    refused = bridge.act(fire, "assign", who="pengawas", units=["BPB-03"])
    assert refused.status == 409 and "crew of BPB-02" in refused.json["detail"], refused
    assert bridge.act(fire, "assign", who="pengawas", units=["BPB-03"], override=True, note="ganti perahu").status == 200


def closing_names_who_is_bound_and_frees_all_in_one_step(make):
    bridge = make.bridge().start()
    incident = bridge.report(FIRE)["incident_id"]
    units = [u["id"] for u in bridge.get("/v1/units").json["units"]]
    one_crew = bridge.act(incident, "assign", who="pengawas", units=units)
    assert one_crew.status == 409 and "BPB-02" in one_crew.json["detail"] and "BPB-03" in one_crew.json["detail"]
    everybody = {"units": units, "override": True, "note": "semua turun"}
    assert bridge.act(incident, "assign", who="pengawas", **everybody).status == 200
    refused = bridge.act(incident, "close", who="pengawas", outcome="resolved")
    assert refused.status == 422 and refused.json["errors"][0]["field"] == "release"
    assert units[0] in refused.json["detail"]
    assert bridge.act(incident, "close", who="pengawas", outcome="resolved", release=True).status == 200
    assert all(u["status"] == "available" and not u["jobs"] for u in bridge.get("/v1/units").json["units"])
    bridge.restart()
    assert all(u["status"] == "available" for u in bridge.get("/v1/units").json["units"])
    bridge.stop()
    assert bridge.verify().returncode == 0


def what_was_ordered_and_is_different_now_is_told_and_asked_again(bridge, fire):
    bridge.act(fire, "assign", units=["DMK-01"])
    bridge.act(fire, "relocate", location={"lat": -6.73, "lon": 108.55})
    order = _order(bridge, fire, "DMK-01")
    assert order["revision"] == 2 and order["state"] == "ordered"
    last = [e for e in bridge.log() if e.get("action") == "relocate"][-1]
    assert last["units"] == ["DMK-01"] and last["changed"] == ["location"]


def of_two_who_want_the_same_unit_one_gets_it_and_the_other_hears_who(make):
    bridge = make.bridge().start()
    token, won_by = bridge.token("pengawas"), [0, 0]

    def two_fires():
        incidents = [bridge.report(f"{text} di Kesambi")["incident_id"] for text in (
            "Kebakaran rumah, orang di dalam", "Kebakaran gudang besar, api menjalar")]
        return incidents, [bridge.incident(i)["no"] for i in incidents]

    def tell(line, incident, action):
        line.tell("POST", f"/v1/incidents/{incident}/actions", {"action": action, "units": ["DMK-01"]}, token)
    with web.Line(bridge.trusted) as one, web.Line(bridge.trusted) as other:
        desks = [one, other]
        for turn in range(1000):
            if turn % 20 == 0:  # a long history of orders would be most of the time
                incidents, numbers = two_fires()
            for i in (turn % 2, 1 - turn % 2):  # both are on their way before either is answered
                tell(desks[i], incidents[i], "assign")
            answers = [desk.answer() for desk in desks]
            assert sorted(a.status for a in answers) == [200, 409], answers
            won = 0 if answers[0].status == 200 else 1
            won_by[won] += 1
            said = answers[1 - won].json["detail"]
            assert f"#{numbers[won]:04}" in said and "pengawas" in said, said
            tell(desks[won], incidents[won], "cancel")
            assert desks[won].answer().status == 200
    assert min(won_by) > 0, "it was a race"
    assert _unit(bridge, "DMK-01")["jobs"] == []


def a_restart_changes_nothing_about_any_unit(make):
    bridge = make.bridge().start()
    incident = bridge.report(FIRE)["incident_id"]
    bridge.act(incident, "assign", units=["DMK-01", "DMK-02"])
    bridge.ask("PUT", "/v1/units/DMK-03/status", {"status": "off_duty"}, "pos-fire")
    bridge.ask("PUT", "/v1/units/DMK-01/status", {"status": "en_route", "incident_id": incident}, "pos-fire")
    before = bridge.get("/v1/units").json
    bridge.kill()
    bridge.start()
    assert bridge.get("/v1/units").json == before
    with bridge.console() as desk:
        assert [(u["id"], u["status"]) for u in desk.snapshots[0]["units"]] == [
            (u["id"], u["status"]) for u in before["units"]]
    bridge.stop()
    assert bridge.verify().returncode == 0


def a_line_of_words_sends_moves_and_recalls(bridge, fire):
    no = bridge.incident(fire)["no"]
    say = lambda line, **more: bridge.ask("POST", "/v1/command", {"line": line, **more}, "pos-fire")
    dry = say(f"kirim dmk1 dmk2 {no}", dry_run=True)
    assert "Kirim DMK-01, DMK-02" in dry.json["says"]["id"] and _unit(bridge, "DMK-01")["jobs"] == []
    assert say(f"kirim dmk1 dmk2 {no}").status == 200
    assert say(f"status dmk1 lokasi {no}").status == 200
    assert say(f"mundur dmk2 {no} tidak perlu").status == 200
    assert _unit(bridge, "DMK-01")["status"] == "on_scene" and _unit(bridge, "DMK-02")["status"] == "available"
    assert "DMK-01 bebas" in say(f"tutup {no} selesai", dry_run=True).json["says"]["id"]
    offered = say("kirim dmk", dry_run=True, cursor=9).json["completions"]
    assert "dmk1" in str(offered) and "pol" not in str(offered), offered
    assert say(f"kirim pol1 {no}").status in (400, 422), "of another agency"
