"""Under systemd: what the service manager is told, and that the sandbox lets the bridge work."""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from world import places, senders, wait, web
from world.bridge import SANITIZERS
from world.disk import FailingDisk

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
UNIT = places.TREE / "config/systemd/tangi.service"


class _Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(10 * wait.PATIENCE)

    def hears(self):
        return self.socket.recv(4096).decode()

    def env(self, watchdog_us):
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(watchdog_us)}


def the_manager_is_told_ready_then_alive_then_stopping(make):
    folder = make.folder()
    manager = _Manager(folder)
    bridge = make.bridge(folder=folder, env=manager.env(600000)).start()
    assert manager.hears() == "READY=1"
    assert [manager.hears(), manager.hears()] == ["WATCHDOG=1"] * 2
    bridge.process.signal(signal.SIGTERM)
    wait.until(lambda: manager.hears() == "STOPPING=1", "it says that it stops")
    assert bridge.process.wait() == 0


def a_bridge_that_does_not_come_so_far_is_never_called_ready(make):
    folder = make.folder()
    first = make.bridge().start()
    manager = _Manager(folder)
    bridge = make.bridge(folder=folder, env=manager.env(600000),
                         settings={"http.listen": f"127.0.0.1:{first.public}"}).spawn()
    assert bridge.process.wait(20) == 1
    manager.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.hears()


def sigterm_under_load_answers_what_is_open_and_loses_nothing(make):
    folder = make.folder()
    disk = FailingDisk(folder)
    bridge = make.bridge(folder=folder, env=disk.env).start()
    lines = [web.Line(bridge.trusted, within=60) for _ in range(40)]
    with disk.failing("held-sync"):
        for line, (_, body) in zip(lines, senders.bodies(len(lines), "open")):
            line.tell("POST", "/v1/reports", body, bridge.token("rest"))
        # Each is read and none is committed: the disk holds the first, the others wait behind it.
        wait.until(lambda: bridge.metrics()["tangi_store_queue"] >= len(lines), "all are read", within=20)
        bridge.process.signal(signal.SIGTERM)
        wait.until(lambda: "serve.stopping" in bridge.process.log_text(), "it stops", within=20)
        bridge.process.must_run()
    answers = [line.answer() for line in lines]
    assert [a.status for a in answers] == [201] * len(lines)
    assert bridge.process.wait(30) == 0, bridge.process.log_tail()
    bridge.start()
    assert {e["report_id"] for e in bridge.log()} == {a.json["id"] for a in answers}


def _add_line(path, line):
    """Its number."""
    with open(path, "a", encoding="utf-8") as f:
        f.write(line)
    return len(path.read_text(encoding="utf-8").splitlines())


def sighup_with_a_broken_file_keeps_the_old_whole_and_says_which_file_and_line(make):
    folder = make.folder()
    config = folder / "config"
    shutil.copytree(places.CONFIG, config)
    bridge = make.bridge(folder=folder, config=config).start()
    rules = bridge.report(FIRE)["classification"]["rules"]
    _add_line(config / "rules/slang.tsv", "rumah\trummahh\t\n")  # in itself a good change
    for name in ("lexicon.tsv", "gazetteer.tsv", "taxonomy.tsv", "stations.tsv", "units.tsv", "hospitals.tsv", "neighbours.tsv", "offices.tsv", "rules/plans.tsv",
                 "rules/joining.tsv"):
        good = (config / name).read_bytes()
        line = _add_line(config / name, "half\ta line\n")
        bridge.process.signal(signal.SIGHUP)
        wait.until(lambda: re.search(rf"serve\.reload\.refused .*{re.escape(name)}:{line}: ", bridge.process.log_text()),
                   bridge.process.log_tail, within=20)
        assert bridge.report(FIRE)["classification"]["rules"] == rules
        (config / name).write_bytes(good)
    assert "serve.reloaded" not in bridge.process.log_text()
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "serve.reloaded" in bridge.process.log_text(), bridge.process.log_tail, within=20)
    assert bridge.report(FIRE)["classification"]["rules"] != rules


def _setting(name):
    return [line.split("=", 1)[1] for line in UNIT.read_text().splitlines() if line.startswith(name + "=")]


def a_bridge_that_ends_is_started_again_however_often():
    """A second after it ended, five starts are over within systemd's ten seconds: then it would give up."""
    assert _setting("Restart") == ["always"] and _setting("StartLimitIntervalSec") == ["0"]


def _calls(name):
    """The system calls of a set that systemd knows by name."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    calls = set()
    for line in map(str.strip, listed.stdout.splitlines()[1:]):
        if line.startswith("@"):
            calls |= _calls(line)
        elif line and not line.startswith("#"):
            calls.add(line)
    return calls


def _allowed():
    """What the unit's SystemCallFilter= lines leave, one after the other."""
    allowed = _calls("@default")
    for line in UNIT.read_text().splitlines():
        if not line.startswith("SystemCallFilter="):
            continue
        value = line.split("=", 1)[1]
        for word in value.lstrip("~").split():
            calls = _calls(word) if word.startswith("@") else {word}
            allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def the_sandbox_allows_every_system_call_that_a_working_bridge_makes(make):
    if not shutil.which("systemd-analyze") or not shutil.which("strace"):
        pytest.skip("systemd-analyze and strace are needed")
    folder = make.folder()
    trace = folder / "strace"
    broker = make.broker()
    bridge = make.bridge(broker, folder=folder,
                         env={"ASAN_OPTIONS": SANITIZERS["ASAN_OPTIONS"].replace("detect_leaks=1", "detect_leaks=0")})
    argv = ["strace", "-D", "-f", "-q", "-o", trace, *bridge.argv]
    bridge.process.spawn(argv, {**SANITIZERS, **bridge.env})
    wait.until(bridge._is_ready, bridge.process.log_tail, within=60)
    with bridge.console() as desk:
        report = bridge.report(FIRE)
        desk.sees(report["id"])
        assert bridge.act(report["incident_id"], "acknowledge", agency="fire").status == 200
    bridge.sign_in("siti")
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: "serve.reloaded" in bridge.process.log_text(), "reloaded", within=20)
    bridge.process.signal(signal.SIGTERM)
    bridge.process.wait(60)
    wait.until(lambda: "exited with" in trace.read_text(), "the trace is whole")
    made = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M))
    # SQLite gives its files to the folder's owner when it is root, which the service is not.
    made -= {"fchown"} if os.geteuid() == 0 else set()
    assert "openat" in made and "fdatasync" in made
    assert made <= _allowed(), f"the sandbox would refuse {sorted(made - _allowed())}"
