"""Start, stop, reload, and what an operator is told when something is wrong."""

import ctypes
import json
import os
import re
import shutil
import signal

import pytest

from world import places, senders, wait, web
from world.bridge import tangi
from world.console import Wire
from world.process import Process, stopwatch

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


def sigterm_answers_what_is_open_and_ends_with_0(make):
    bridge = make.bridge().start()
    load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(5000, "term"), lines=8).start()
    wait.until(lambda: load.count > 200, "the load is under way", within=60)
    bridge.stop()
    acked = {next(iter(v)) for v in load.acked.values()}
    load._stop.set()
    assert len(acked) < 5000, "it was stopped in the middle"
    bridge.start()
    assert acked <= {e["report_id"] for e in bridge.log()}
    load.stop()


def a_console_is_told_that_the_bridge_goes_away(make):
    bridge = make.bridge().start()
    with bridge.console() as desk:
        bridge.stop()
        code, _ = desk.wait_end()
        assert code in (1001, 1012), desk.ended


def consoles_that_never_answer_do_not_hold_up_a_stop(make):
    bridge = make.bridge().start()
    deaf = [Wire(bridge.public, token=bridge.token("pengawas")) for _ in range(20)]
    clock = stopwatch()
    bridge.stop()
    assert clock() < 10
    for one in deaf:
        one.close()


def a_stop_while_it_starts_is_a_stop_in_good_order(make):
    bridge = make.bridge(make.broker()).start()
    senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(1500, "start"), lines=4).start().join(120)
    bridge.stop()
    for n in range(15):
        bridge.spawn()
        clock = stopwatch()
        # 0 .. 280 ms into the start: the moment is what is varied, nothing is waited for.
        wait.until(lambda: clock() > n * 0.02, "the moment", every=0.001)
        bridge.process.signal(signal.SIGTERM)
        assert bridge.process.wait(20) in (0, -signal.SIGTERM), bridge.process.log_tail()
    bridge.start()
    assert len(bridge.log()) == 1500


def a_second_signal_hurries_a_stop_that_waits_for_the_broker(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    broker.process.signal(signal.SIGSTOP)
    bridge.report(FIRE)
    bridge.process.signal(signal.SIGTERM)
    wait.until(lambda: "serve.stopping" in bridge.process.log_text(), "it stops", within=20)
    bridge.process.signal(signal.SIGTERM)
    clock = stopwatch()
    assert bridge.process.wait(20) == 0
    assert "serve.hurry" in bridge.process.log_text() and clock() < 4


def _copy_of_config(folder):
    config = folder / "config"
    shutil.copytree(places.CONFIG, config)
    return config


def _category(bridge, text):
    return bridge.report(text)["classification"]["category"]


def _add_rule(config, line):
    """One more line of the lexicon, made from one that is there."""
    with open(config / "lexicon.tsv", "a") as f:
        f.write(line)


def _lexicon_line(config, term):
    """A copy of the line of a known term under another name, without its spellings: each is one term's."""
    text = (config / "lexicon.tsv").read_text().splitlines()
    columns = text[0].split("\t")
    row = next(l for l in text[1:] if "\tfire_building\t" in l or l.endswith("fire_building"))
    cells = row.split("\t")
    name = columns.index("term") if "term" in columns else 0
    cells[name] = term
    cells[columns.index("variants")] = ""
    return "\t".join(cells) + "\n"


def sighup_takes_up_new_rules_and_keeps_the_history(make):
    folder = make.folder()
    config = _copy_of_config(folder)
    bridge = make.bridge(folder=folder, config=config).start()
    before = bridge.report("zorbaflam di Kesambi")
    assert before["classification"]["category"] != "fire_building"
    _add_rule(config, _lexicon_line(config, "zorbaflam"))
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: _category(bridge, "zorbaflam di Kesambi") == "fire_building", "the new rule", within=20)
    assert bridge.incident(before["incident_id"])["category"] == before["classification"]["category"]


def sighup_with_a_mistake_anywhere_changes_nothing_and_is_said(make):
    folder = make.folder()
    config = _copy_of_config(folder)
    bridge = make.bridge(folder=folder, config=config).start()
    _add_rule(config, _lexicon_line(config, "zorbaflam"))
    good = (config / "tangi.json").read_text()
    (config / "tangi.json").write_text('{"http": {"lissten": "x"}}')
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "lissten" in bridge.process.log_text(), "the mistake is named", within=20)
    assert _category(bridge, "zorbaflam di Kesambi") != "fire_building", "whole or not at all"
    (config / "tangi.json").write_text(good)
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: _category(bridge, "zorbaflam di Kesambi") == "fire_building", "the new rule", within=20)


def sighup_names_what_needs_a_restart_and_takes_up_the_rest(make):
    folder = make.folder()
    config = _copy_of_config(folder)
    bridge = make.bridge(folder=folder, config=config).start()
    _add_rule(config, _lexicon_line(config, "zorbaflam"))
    doc = json.loads((config / "tangi.json").read_text())
    doc["sources"].append("app-baru")
    doc["log"] = {"level": "debug"}
    (config / "tangi.json").write_text(json.dumps(doc))
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "serve.reloaded" in bridge.process.log_text(), bridge.process.log_tail, within=20)
    named = [line for line in bridge.process.log_text().splitlines() if "needs=restart" in line]
    assert len(named) == 1 and "key=sources" in named[0], named
    assert _category(bridge, "zorbaflam di Kesambi") == "fire_building"
    assert bridge.send("x", source="app-baru").status == 422


def sighup_with_other_agencies_changes_nothing_and_says_what_it_takes(make):
    folder = make.folder()
    config = _copy_of_config(folder)
    bridge = make.bridge(folder=folder, config=config).start()
    _add_rule(config, _lexicon_line(config, "zorbaflam"))
    with open(config / "agencies.tsv", "a") as f:
        f.write("harbour\tSyahbandar\tHarbour master\n")
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "serve.reload.refused" in bridge.process.log_text(), bridge.process.log_tail, within=20)
    assert "restart" in bridge.process.log_text()
    assert _category(bridge, "zorbaflam di Kesambi") != "fire_building", "whole or not at all"


def signals_to_reload_that_come_at_once_are_all_heard(make):
    """Under load, with a reading of the folder under way: the last state of the folder wins."""
    folder = make.folder()
    config = _copy_of_config(folder)
    bridge = make.bridge(folder=folder, config=config).start()
    load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(2000, "hup"), lines=4).start()
    for n in range(20):
        _add_rule(config, _lexicon_line(config, f"zorba{'abcdefghijklmnopqrst'[n]}flam"))
        bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: _category(bridge, "zorbatflam di Kesambi") == "fire_building", "the last", within=30)
    load.join(120)


@pytest.mark.parametrize("wrong, named", [
    ({"no.such.key": "1"}, "no.such.key"), ({"store.batchmax": "1"}, "store.batchmax"),
    ({"store.batch_max": "many"}, "store.batch_max"), ({"stream.tick_ms": "-1"}, "stream.tick_ms"),
    ({"http.listen": "nowhere"}, "http.listen")])
def a_setting_that_is_not_known_or_not_possible_stops_the_start_by_its_name(make, wrong, named):
    bridge = make.bridge(settings=wrong).spawn()
    assert bridge.process.wait(20) in (1, 2)
    assert named in bridge.process.log_text()


def an_unknown_key_in_the_file_stops_start_and_check_by_its_name(make):
    folder = make.folder()
    config = _copy_of_config(folder)
    assert tangi("check", "--config", config).returncode == 0
    doc = json.loads((config / "tangi.json").read_text())
    doc["lissten"] = 1
    (config / "tangi.json").write_text(json.dumps(doc))
    judged = tangi("check", "--config", config, check=False)
    assert judged.returncode == 1 and "lissten" in judged.stdout + judged.stderr
    bridge = make.bridge(folder=folder, config=config).spawn()
    assert bridge.process.wait(20) in (1, 2)
    assert "lissten" in bridge.process.log_text()


def check_names_every_mistake_at_once_with_its_file_and_line(make):
    config = _copy_of_config(make.folder())
    (config / "tangi.json").write_text('{\n"city": "x",\n"http": {\n"lissten": 1}}\n')
    _add_rule(config, "half\ta line\n")
    lines = len((config / "lexicon.tsv").read_text().splitlines())
    units = (config / "units.tsv").read_text()
    (config / "units.tsv").write_text(units.replace("\tfire\t", "\tfier\t", 1))
    judged = tangi("check", "--config", config, check=False)
    assert judged.returncode == 1
    for named in ("tangi.json:4", "http.lissten", f"lexicon.tsv:{lines}", "units.tsv:2", '"fier"'):
        assert named in judged.stderr, judged.stderr


def check_judges_the_citys_examples(make):
    config = _copy_of_config(make.folder())
    with open(config / "examples.tsv", "a") as f:
        f.write("Rumah kebakaran di Kesambi\troutine\tfire_building\t\n")
    judged = tangi("check", "--config", config, check=False)
    assert judged.returncode == 1 and "examples.tsv" in judged.stderr and "routine" in judged.stderr


def a_second_daemon_on_one_folder_is_refused_and_the_first_goes_on(make):
    bridge = make.bridge().start()
    bridge.report(FIRE)
    second = make.bridge(folder=bridge.data.parent)
    second.process.log = bridge.data.parent / "second.log"
    clock = stopwatch()
    second.spawn()
    assert second.process.wait(20) == 1 and clock() < 20
    assert "lock" in second.process.log_text() or "use" in second.process.log_text()
    bridge.report(FIRE)


def every_command_has_help_and_says_wrong_use_with_2(make):
    commands = re.findall(r"^  (\w+) ", tangi("--help").stdout, re.M)
    assert {"serve", "check", "classify", "evaluate", "export", "restore"} <= set(commands)
    for command in commands:
        done = tangi(command, "--help", check=False)
        assert done.returncode == 0 and done.stdout, command
        assert tangi(command, "--no-such-option", check=False).returncode == 2, command
    assert tangi("dance", check=False).returncode == 2
    assert tangi(check=False).returncode == 2


def readiness_and_metrics_say_what_an_operator_needs(bridge):
    ready = bridge.readyz()
    assert ready.status == 200 and b"store" in ready.body
    assert bridge.ask("GET", "/healthz").status == 200
    for n in range(3):
        bridge.report(FIRE)
    text = bridge.get("/metrics", trusted=True).body.decode()
    for part in ("_bucket{", "commit", "socket", "puback", "queue", "lag", "batch"):
        assert part in text, part
    for line in text.splitlines():
        assert line.startswith("#") or float(line.rpartition(" ")[2]) >= 0


def classify_answers_line_by_line_in_order_and_offline(make):
    lines = [json.dumps({"text": t, "n": n}) for n, t in enumerate(senders.SAMPLES)]
    done = tangi("classify", "--config", places.CONFIG, input="\n".join(lines) + "\n")
    out = [json.loads(l) for l in done.stdout.splitlines()]
    assert [o["n"] for o in out] == list(range(len(lines)))
    assert all(o["classification"]["disposition"] and "location" in o for o in out)
    plain = tangi("classify", "--config", places.CONFIG, input="Kebakaran rumah\n\n\x01kosong\n")
    assert json.loads(plain.stdout.splitlines()[0])["classification"]["disposition"] == "emergency"


def the_programs_own_report_and_watch_work_against_it(make):
    bridge = make.bridge().start()
    url = f"http://127.0.0.1:{bridge.public}"
    token = bridge.data.parent / "token"
    token.write_text(bridge.token("rest") + "\n")
    viewer = bridge.data.parent / "viewer"
    viewer.write_text(bridge.token("pengawas") + "\n")
    sent = tangi("report", "--url", url, "--token-file", token, "--source", "lapor-web",
                 "--source-id", "cli-1", FIRE)
    assert '"R-' in sent.stdout or "R-" in sent.stdout
    watch = Process("watch", bridge.data.parent / "watch.log")
    watch.spawn([places.PROGRAM, "watch", "--url", url, "--token-file", viewer, "--after", "0", "--json"])
    try:
        wait.until(lambda: FIRE in watch.log_text(), lambda: watch.log_tail(), within=20)
        bridge.report("Pohon tumbang \x1b[2J di Drajat")
        wait.until(lambda: "di Drajat" in watch.log_text(), "a live one", within=20)
        assert "\x1b" not in watch.log_text()
    finally:
        watch.kill()


def watch_says_that_a_hung_bridge_gives_no_sign_of_life_and_goes_on_when_it_does(make):
    bridge = make.bridge().start()
    viewer = bridge.data.parent / "viewer"
    viewer.write_text(bridge.token("pengawas") + "\n")
    viewer.chmod(0o600)
    watch = Process("watch", bridge.data.parent / "watch.log")
    watch.spawn([places.PROGRAM, "watch", "--url", f"http://127.0.0.1:{bridge.public}", "--token-file", viewer,
                 "--after", "0"])
    try:
        bridge.report("Pohon tumbang nomor satu")
        wait.until(lambda: "nomor satu" in watch.log_text(), watch.log_tail, within=20)
        bridge.process.signal(signal.SIGSTOP)
        try:
            wait.until(lambda: "no sign of life" in watch.log_text(), watch.log_tail, within=30)
        finally:
            bridge.process.signal(signal.SIGCONT)
        bridge.report("Pohon tumbang nomor dua")
        wait.until(lambda: "nomor dua" in watch.log_text(), watch.log_tail, within=60)
        assert watch.log_text().count("nomor satu") == 1 and watch.log_text().count("nomor dua") == 1
    finally:
        watch.kill()


def watch_comes_back_where_it_was_and_shows_each_event_once(make):
    bridge = make.bridge().start()
    password = bridge.data.parent / "password"
    password.write_text(bridge.accounts.users["wati"] + "\n")
    password.chmod(0o600)
    watch = Process("watch", bridge.data.parent / "watch.log")
    first = bridge.report("Pohon tumbang nomor satu")
    watch.spawn([places.PROGRAM, "watch", "--url", f"http://127.0.0.1:{bridge.public}", "--user", "wati",
                 "--password-file", password, "--after", first["seq"] - 1])

    def shown():
        return re.findall(r" #(\d+) incident\.created P\d \w+ \w+ tree_fallen", watch.log_text())
    try:
        wait.until(lambda: shown() == ["1"], watch.log_tail, within=20)
        bridge.restart()
        bridge.report("Pohon tumbang nomor dua")
        bridge.kill()
        bridge.start()
        bridge.report("Pohon tumbang nomor tiga")
        wait.until(lambda: len(shown()) == 3, watch.log_tail, within=30)
        assert shown() == ["1", "2", "3"] and "nomor tiga" in watch.log_text()
    finally:
        watch.kill()


def watch_without_the_right_ends_and_says_so(make):
    bridge = make.bridge().start()
    token = bridge.data.parent / "token"
    token.write_text(bridge.token("rest") + "\n")
    url = f"http://127.0.0.1:{bridge.public}"
    done = tangi("watch", "--url", url, "--token-file", token, check=False)
    assert done.returncode == 1 and "403" in done.stderr, done
    assert tangi("watch", "--url", url, check=False).returncode == 2
    assert tangi("watch", "--url", url, "--token-file", token, "--after", "x", check=False).returncode == 2
    lost = tangi("report", "--url", f"http://127.0.0.1:{places.free_port()}", "--token-file", token, "--source", "x", "y",
                 check=False)
    assert lost.returncode == 1 and "--source-id M-" in lost.stderr, "it may be sent again under the same number"


PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17


def a_loop_that_stands_still_is_ended_by_its_watchdog(make):
    """Only the loop's thread is held, by ptrace; a thread beside it must see that and abort."""
    bridge = make.bridge().start()
    one = bridge.report(FIRE)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    pid = bridge.process.pid
    if libc.ptrace(PTRACE_SEIZE, pid, None, None) != 0:
        pytest.skip("ptrace is not permitted here")
    assert libc.ptrace(PTRACE_INTERRUPT, pid, None, None) == 0
    os.waitpid(pid, 0x40000000)  # __WALL: the stop itself
    clock = stopwatch()
    try:
        # Held, it reads nothing; the deadline of the promise is 5 s.
        wait.until(lambda: not _alive(pid), "the watchdog ends it", within=30)
    finally:
        bridge.process.child.returncode = bridge.process.child.returncode or -signal.SIGABRT
    assert clock() > 2
    bridge.process.child = None
    bridge.start()
    assert bridge.log()[0]["report_id"] == one["id"]


def _alive(pid):
    """False once the process has ended (and is reaped); a ptrace-stop in between is passed on."""
    try:
        got, status = os.waitpid(pid, os.WNOHANG | 0x40000000)
    except ChildProcessError:
        return False
    if got == 0:
        return True
    return not (os.WIFSIGNALED(status) or os.WIFEXITED(status))


def a_machine_that_was_paused_is_not_taken_for_a_loop_that_hangs(make):
    bridge = make.bridge().start()
    with bridge.console() as desk:
        bridge.process.signal(signal.SIGSTOP)
        clock = stopwatch()
        wait.until(lambda: clock() > 7, "7 s of pause", within=10)
        bridge.process.signal(signal.SIGCONT)
        ticks = desk.ticks
        wait.until(lambda: desk.ticks > ticks, "it ticks again", within=20)
        for _ in range(3):
            bridge.report(FIRE)
        bridge.process.must_run()


def the_heads_and_bodies_that_are_open_at_once_are_capped_in_all(make):
    bridge = make.bridge(settings={"http.max_connections": 60, "http.max_waiting_per_address": 1000}).start()
    with bridge.console() as desk:
        held = []
        for _ in range(200):
            line = web.Line(bridge.public, within=5)
            held.append(line)
        assert _descriptors(bridge) < 120
        [line.close() for line in held]
        wait.until(lambda: _ok(bridge), "served again", within=20)
        report = bridge.report(FIRE)
        desk.sees(report["id"])


def _descriptors(bridge):
    """What it holds open; where nobody but root may look at that, what it says itself."""
    try:
        return len(os.listdir(f"/proc/{bridge.process.pid}/fd"))
    except PermissionError:
        return bridge.metrics()["tangi_http_connections"]


def _ok(bridge):
    try:
        return web.ask(bridge.public, "GET", "/healthz", within=2).status == 200
    except OSError:
        return False
