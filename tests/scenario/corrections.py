"""What a dispatcher decides otherwise: it changes route and clocks at once, and is learnt from later."""

import json
import shutil
import stat
import time

from world import bridge as bridges
from world import places, wait
from world.radio import BASE, Radio

NAME, PHONE, PLATE = "Sutrisno", "0812-3456-7890", "E 1234 AB"
TOLD = (f"Kebakaran mobil {PLATE} di Jl. Kesambi depan toko, apinya besar. Saya {NAME}, hubungi {PHONE}")
REPORTER = {"name": f"Bapak {NAME}", "phone": PHONE}


def _export(bridge, *more):
    """The rows, with the bridge up or down: those of texts, and those of pairs."""
    out = bridges.tangi("export", "corrections", "--data", bridge.data, *more).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    return [r for r in rows if "class" in r], [r for r in rows if "same" in r]


def _target(bridge, incident):
    """When somebody has to be there, as a console draws it: minutes after it was opened, or None."""
    taxonomy = bridge.get("/v1/taxonomy").json
    return next(c["target_min"] for c in taxonomy["categories"] if c["id"] == incident["category"])


def _part(incident, agency):
    return next((a for a in incident["assignments"] if a["agency"] == agency), None)


def a_correction_changes_route_and_clocks_and_lands_in_the_export_across_a_kill(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    topics = {a: f"{BASE}/agency/{a}/incidents/#" for a in ("fire", "police")}
    with bridge.console("pos-fire") as fire, bridge.console("pos-police") as police, \
            Radio(broker, "agency-fire", topics["fire"]) as fire_radio, \
            Radio(broker, "agency-police", topics["police"]) as police_radio:
        report = bridge.report(TOLD, reporter=REPORTER)
        ident = report["incident_id"]
        before = fire.sees(report["id"])["incident"]
        assert "fire" in before["agencies"], before
        # As the console's dialog does: one decision with category, priority and agencies.
        first = fire.act(ident, "reclassify", category="traffic_injury", priority=1, agencies=["fire", "police"],
                         expected_version=before["version"])
        assert first["ok"], first
        done = fire.act(ident, "reclassify", category="brawl_riot", priority=2, agencies=["police"],
                        expected_version=first["version"])
        assert done["ok"], done

        def told(console):
            return console.wait(lambda c: next((f for f in c.frames if f["seq"] == done["seq"]), None), "the handing over")
        assert told(fire) == told(police), "who had it is told by the same event as who has it now"
        after = told(police)["incident"]
        fire_radio.wait(lambda h: [x for x in h if ident in x.topic][-1:] and
                        not [x for x in h if ident in x.topic][-1].payload, "the fire desk's view is cleared")
        police_radio.wait(lambda h: [x for x in h if ident in x.topic and x.payload and
                                     x.json["incident"]["category"] == "brawl_riot"], "the police's view")
    with Radio(broker, "agency-fire", topics["fire"]) as late_fire, \
            Radio(broker, "agency-police", topics["police"]) as late_police:
        late_police.wait(lambda h: [x for x in h if ident in x.topic and x.retain], "it is kept for the police")
        assert not [x for x in late_fire.heard if ident in x.topic and x.payload]
    assert (after["category"], after["priority"], after["agencies"]) == ("brawl_riot", 2, ["police"])
    assert after["disposition"] == "emergency" and after["judged_by"] == "pos-fire"
    assert bridge.get(f"/v1/incidents/{ident}", "pos-fire").status == 404
    # The clocks: another target, counted from the report, and a part of its own for who is new.
    assert _target(bridge, after) != _target(bridge, before)
    assert after["opened_at"] == before["opened_at"]
    assert _part(after, "police")["state"] == "pending" and _part(after, "fire") is None
    assert _part(after, "police")["since"] >= before["opened_at"]

    texts, _ = _export(bridge)
    bridge.kill()
    bridge.start()
    kept = bridge.incident(ident)
    assert {k: kept[k] for k in after} == after
    assert _export(bridge) == (texts, []), "the same rows after a kill, beside the bridge"
    row, = texts
    assert row["id"] == report["id"] and row["class"] == "emergency" and row["severity"] == 2
    assert row["category"] == "brawl_riot" and row["agencies"] == ["police"]
    assert row["was"]["category"] == before["category"] and row["was"]["agencies"] == before["agencies"]
    assert row["was"]["rules"] == before["rules"]
    whole = json.dumps(row)
    for secret in (NAME, "3456", "1234 AB", "pos-fire"):
        assert secret not in whole, whole
    assert "Kebakaran mobil" in row["text"] and "Jl. Kesambi depan toko" in row["text"]


def an_end_as_prank_or_as_no_event_is_a_correction_and_one_taken_back_is_none(make):
    bridge = make.bridge().start()
    ends = {o: bridge.report(f"Kebakaran rumah di gang {o}") for o in ("prank", "no_event", "resolved", "handed_over")}
    back = bridge.report("Kebakaran gudang di Jl. Pemuda")
    for outcome, report in ends.items():
        assert bridge.act(report["incident_id"], "close", "pengawas", outcome=outcome).status == 200
    assert bridge.act(back["incident_id"], "close", "pengawas", outcome="prank").status == 200
    assert bridge.act(back["incident_id"], "reopen", "pengawas").status == 200
    texts, pairs = _export(bridge)
    assert {r["id"]: (r["class"], r["outcome"]) for r in texts} == {
        ends["prank"]["id"]: ("noise", "prank"), ends["no_event"]["id"]: ("no_event", "no_event")}
    assert not pairs


def only_what_was_decided_since_is_exported(make):
    bridge = make.bridge().start()
    old, new = (bridge.report(f"Banjir di RW {n}")["incident_id"] for n in (1, 2))
    assert bridge.act(old, "reclassify", "pengawas", priority=1).status == 200
    at = bridge.incident(old)["updated_at"]
    wait.until(lambda: time.time() > 0 and bridge.act(new, "note", "pengawas", note="x").status == 200
               and bridge.incident(new)["updated_at"] > at, "a millisecond later")
    assert bridge.act(new, "reclassify", "pengawas", priority=1).status == 200
    since = bridge.incident(new)["updated_at"]
    assert len(_export(bridge)[0]) == 2
    assert [r["decided_at"] for r in _export(bridge, "--since", since)[0]] == [since]
    assert len(_export(bridge, "--since", "2020-01-31")[0]) == 2


def a_merge_and_a_split_are_pairs_and_the_last_word_counts(make):
    bridge = make.bridge().start()
    point = {"lat": -6.73215, "lon": 108.55201}
    one, two, three = (bridge.report(f"Kebakaran kios nomor {n}, saya {NAME}", reporter=REPORTER, location=point)
                       for n in (1, 2, 3))
    for other in (two, three):
        answer = bridge.act(other["incident_id"], "merge", "pengawas", into=one["incident_id"])
        assert answer.status == 200, answer
    answer = bridge.act(one["incident_id"], "split", "pengawas", reports=[three["id"]])
    assert answer.status == 200, answer
    _, pairs = _export(bridge)
    said = {frozenset((p["id_a"], p["id_b"])): p["same"] for p in pairs}
    assert said == {frozenset((one["id"], two["id"])): True, frozenset((one["id"], three["id"])): False}
    for pair in pairs:
        assert NAME not in json.dumps(pair), pair
        # A hundred metres: how far apart, not who lives there.
        assert (pair["lat_a"], pair["lon_b"]) == (-6.732, 108.552)


def nothing_secret_and_no_exercise_leaves_and_whoever_is_anonymous_stays_so(make):
    bridge = make.bridge().start()
    said = {how: bridge.report(f"Kebakaran di Jl. Pemuda, lapor {NAME} {PHONE}", reporter=REPORTER, **more)
            for how, more in {"secret": {"anonymity": "secret"}, "anonymous": {"anonymity": "anonymous"},
                              "exercise": {"exercise": True}}.items()}
    for report in said.values():
        assert bridge.act(report["incident_id"], "reclassify", "pengelola", priority=3).status == 200
    texts, _ = _export(bridge)
    assert [r["id"] for r in texts] == [said["anonymous"]["id"]]
    assert texts[0]["text"] == "Kebakaran di Jl. Pemuda, lapor [nama] [telepon]"


def an_export_is_for_its_owner_only_and_whole_or_not_there(make):
    bridge = make.bridge().start()
    ident = bridge.report(TOLD)["incident_id"]
    assert bridge.act(ident, "reclassify", "pengawas", priority=3).status == 200
    out = bridge.data.parent / "corrections.jsonl"
    bridges.tangi("export", "corrections", "--data", bridge.data, "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600 and len(out.read_text().splitlines()) == 1
    nowhere = bridge.data.parent / "other.jsonl"
    told = bridges.tangi("export", "corrections", "--data", bridge.data / "none", "--out", nowhere, check=False)
    assert told.returncode == 1 and "none" in told.stderr
    assert not list(nowhere.parent.glob("other.jsonl*"))
    for wrong in (["--data", bridge.data], ["gold", "--data", bridge.data], ["corrections"]):
        assert bridges.tangi("export", *wrong, check=False).returncode == 2, wrong
    assert bridges.tangi("export", "corrections", "--data", bridge.data, "--since", "kemarin", check=False).returncode == 1


def what_was_exported_can_be_learnt_from_and_a_broken_row_is_named(make):
    bridge = make.bridge().start()
    for n in range(3):
        ident = bridge.report(f"Pagar taman nomor {n} roboh")["incident_id"]
        assert bridge.act(ident, "reclassify", "pengawas", priority=1, agencies=["fire", "disaster"]).status == 200
    rows, model = bridge.data.parent / "rows.jsonl", bridge.data.parent / "triage.model"
    bridges.tangi("export", "corrections", "--data", bridge.data, "--out", rows)
    learn = ["train", "--config", places.CONFIG, "--corrections", rows, "--out", model]
    with_them = bridges.tangi(*learn, within=120).stdout
    assert "of them 3 corrections" in with_them and model.exists()
    rows.write_text(rows.read_text() + '{"text":"api","class":"maybe"}\n')
    told = bridges.tangi(*learn, check=False, within=120)
    assert told.returncode == 1 and "rows.jsonl:4" in told.stderr and "class" in told.stderr


def what_new_rules_would_change_is_listed_by_report_beside_a_running_bridge(make):
    config = make.folder() / "city"
    shutil.copytree(places.CONFIG, config)
    (config / "model/triage.model").unlink()
    bridge = make.bridge(config=config).start()
    texts = ["Kebakaran rumah, masih ada orang di dalam", "lampu jalan mati di depan rumah saya",
             f"ini apa ya saya {NAME} tidak tahu", "tolong pak ada apa itu rame sekali", "terima kasih min",
             "mohon info syarat KTP", "ijazah saya ditahan sekolah", "jalan berlubang depan pasar"]
    reports = [bridge.report(t, reporter=REPORTER) for t in texts]
    head = bridge.head()

    def replay(city, *more):
        return bridges.tangi("evaluate", "--config", city, "--replay", bridge.data, *more, within=60)
    same = json.loads(replay(config, "--json").stdout)
    assert same["changes"] == [] and same["sum"]["changed"] == 0 and same["sum"]["reports"] == len(texts)
    found = json.loads(replay(places.CONFIG, "--json").stdout)
    total = found["sum"]
    assert total["versions"] == [{"from": reports[0]["classification"]["rules"], "to": "no model", "n": len(texts)}]
    assert total["model"] != "none" and 0 < total["changed"] == len(found["changes"])
    by_id = {r["id"]: r["classification"] for r in reports}
    for change in found["changes"]:
        assert change["old"]["disposition"] == by_id[change["id"]]["disposition"]
        assert change["old"]["rules"] == by_id[change["id"]]["rules"] and change["new"]["model"] == total["model"]
    moved = sum(c["old"]["disposition"] != c["new"]["disposition"] for c in found["changes"])
    assert sum(c["n"] for c in total["disposition"]) == moved
    lines = replay(places.CONFIG, "--limit", "1").stdout
    assert sum(line.startswith("R-") for line in lines.splitlines()) == 1
    assert f"of {len(texts)} reports {total['changed']} would be judged otherwise" in lines
    assert NAME not in lines and NAME.lower() not in json.dumps(found)
    assert bridge.head() == head and bridges.tangi("verify", "--data", bridge.data, check=False).returncode == 0


def what_people_decided_stands_beside_what_new_rules_would_say(make):
    bridge = make.bridge().start()
    config = make.folder() / "city"
    shutil.copytree(places.CONFIG, config)
    (config / "model/triage.model").unlink()
    report = bridge.report("ijazah saya ditahan sekolah")
    old = report["classification"]
    again = bridges.tangi("evaluate", "--config", config, "--replay", bridge.data, "--json").stdout
    assert json.loads(again)["sum"]["people"]["decided"] == 0
    answer = bridge.act(report["incident_id"], "reclassify", "pengawas", category=old["category"],
                        priority=old["priority"])
    assert answer.status == 200, answer
    again = json.loads(bridges.tangi("evaluate", "--config", config, "--replay", bridge.data, "--json").stdout)
    assert again["sum"]["changed"] == 1
    assert again["sum"]["people"] == {"decided": 1, "old_agrees": 1, "new_agrees": 0}
