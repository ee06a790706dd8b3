"""Whose desk a matter is for: said with its reason, moved by what people decide, and asked without sending."""

import shutil
import signal

from world import bridge as bridges
from world import places, wait
from world.radio import BASE, Radio

RUBBISH = "Mohon sampah di depan gang segera diangkut, sudah seminggu menumpuk"
KESAMBI = {"lat": -6.7320, "lon": 108.5520, "accuracy_m": 15}
KEDAWUNG = {"lat": -6.7080, "lon": 108.5300, "accuracy_m": 15}


def _city(make):
    folder = make.folder()
    config = folder / "config"
    shutil.copytree(places.CONFIG, config)
    return folder, config


def _rules(config, *rows):
    """These above those that are there."""
    table = config / "rules" / "routing.tsv"
    header, *rest = table.read_text().splitlines()
    table.write_text("\n".join([header, *("\t".join(r) for r in rows), *rest]) + "\n")


def _row(rule, kind, place, time, office):
    return rule, kind, place, time, office, "-", "", "", "", "agreed in a meeting"


def the_answer_the_console_and_the_broker_say_whose_desk_it_is_and_why(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    with bridge.console("pos-city") as console, \
            Radio(broker, "agency-city", f"{BASE}/agency/city/incidents/#") as radio:
        report = bridge.report(RUBBISH, location=KESAMBI)
        said = report["classification"]
        assert (said["office"], said["office_name"]) == ("DLH", "Dinas Lingkungan Hidup"), said
        assert said["route"]["by"] == "model" and said["route"]["rule"] == "learnt", said
        likely = said["route"]["learnt"]
        assert likely[0]["office"] == "DLH" and len(likely) == 3, likely
        assert [x["share"] for x in likely] == sorted((x["share"] for x in likely), reverse=True)
        seen = console.sees(report["id"])["incident"]
        assert {k: seen[k] for k in ("office", "office_name", "route")} == {k: said[k] for k in ("office", "office_name", "route")}
        radio.wait(lambda h: [x for x in h if x.payload and x.json["incident"].get("route") == said["route"]], "the same by radio")
    beyond = bridge.report(RUBBISH, location=KEDAWUNG)["classification"]
    assert beyond["office"] == "KAB112" and beyond["route"]["by"] == "rule" and beyond["route"]["rule"] == "outside", beyond
    noise = bridge.report("halo halo mbak cantik namanya siapa")["classification"]
    assert noise["disposition"] == "noise" and "office" not in noise and "route" not in noise, noise


def what_a_person_decides_moves_the_desk_and_survives_a_kill(make):
    bridge = make.bridge().start()
    report = bridge.report(RUBBISH, location=KESAMBI)
    ident = report["incident_id"]
    assert bridge.act(ident, "reclassify", "pengawas", category="integrity", priority=4).status == 200
    first = bridge.incident(ident)
    assert (first["office"], first["route"]) == ("INSPEKTORAT", {"by": "rule", "rule": "integrity"}), first
    assert bridge.act(ident, "relocate", "pengawas", location=KEDAWUNG).status == 200
    moved = bridge.incident(ident)
    assert (moved["office"], moved["route"]["rule"]) == ("KAB112", "outside"), moved
    bridge.kill()
    bridge.start()
    assert {k: bridge.incident(ident)[k] for k in moved} == moved
    assert bridge.verify().returncode == 0


def a_changed_table_is_taken_up_whole_or_not_at_all(make):
    folder, config = _city(make)
    bridge = make.bridge(folder=folder, config=config).start()
    good = (config / "rules" / "routing.tsv").read_text()

    def office():
        return bridge.report(RUBBISH, location=KESAMBI)["classification"]["office"]
    assert office() == "DLH"
    _rules(config, _row("kesambi", "garbage", "32.74.05", "-", "KELURAHAN"), _row("clash", "garbage", "32.74.05", "-", "DPUTR"))
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "serve.reload.refused" in bridge.process.log_text(), bridge.process.log_tail, within=20)
    assert "in conflict with line 2" in bridge.process.log_text()
    assert office() == "DLH"
    (config / "rules" / "routing.tsv").write_text(good)
    _rules(config, _row("kesambi", "garbage", "32.74.05", "-", "KELURAHAN"))
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: office() == "KELURAHAN", bridge.process.log_tail, within=20)
    said = bridge.report(RUBBISH, location=KESAMBI)["classification"]
    assert said["office_name"] == "Kelurahan Kesambi" and said["route"]["rule"] == "kesambi", said


def check_names_both_lines_of_rules_in_conflict_and_every_rule_that_is_never_reached(make):
    _, config = _city(make)
    _rules(config, _row("one", "garbage", "-", "-", "DLH"), _row("two", "garbage", "-", "-", "DPUTR"),
           _row("three", "garbage", "32.74", "work", "DPUTR"), _row("four", "garbage", "32.74", "-", "DPKK"))
    done = bridges.tangi("check", "--config", config, check=False)
    assert done.returncode == 1
    for said in ('routing.tsv:3: rule: in conflict with line 2, "one"', "routing.tsv:4: rule: never reached: line 2 takes all of it",
                 'routing.tsv:5: office: no office "DPKK" in offices.tsv'):
        assert said in done.stderr, done.stderr


def check_tries_the_examples_of_the_rules(make):
    _, config = _city(make)
    _rules(config, ("early", "garbage", "-", "-", "DPUTR", "-", "", "", "", "why"))
    done = bridges.tangi("check", "--config", config, check=False)
    assert done.returncode == 1 and 'goes by "early" to DPUTR' in done.stderr, done.stderr


def route_tells_each_rule_that_was_looked_at_and_the_one_that_decided(make):
    def ask(*argv):
        return bridges.tangi("route", "--config", places.CONFIG, *argv).stdout
    by_day = ask("--at", "2026-11-25T10:00:00+07:00", "--area", "32.74.05.1003", "Pohon tumbang menutup jalan")
    at_night = ask("--at", "2026-11-25T22:00:00+07:00", "--area", "32.74.05.1003", "Pohon tumbang menutup jalan")
    assert " tree_off_hours   yes  yes   no " in by_day, by_day
    assert "> " in by_day and "(by category: category)" in by_day, by_day
    assert "tree_off_hours   yes  yes   yes" in at_night and "office: BPBD" in at_night, at_night
    assert "because" in at_night and "flood_off_hours" not in at_night, "nothing below the one that decided"
    beyond = ask("--lat", "-6.7080", "--lon", "108.5300", RUBBISH)
    assert "32.09.20 Kedawung (outside)" in beyond and "office: KAB112" in beyond, beyond
    told = ask("--category", "integrity", "--area", "32.74.05.1003", RUBBISH)
    assert "office: INSPEKTORAT" in told and "learnt: -" in told, told
    wrong = bridges.tangi("route", "--config", places.CONFIG, "--area", "99", "x", check=False)
    assert wrong.returncode == 1 and 'no area "99"' in wrong.stderr
