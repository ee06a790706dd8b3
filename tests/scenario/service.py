"""Under systemd: what the service manager is told, and that the sandbox lets the bridge work."""

import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from world import places, wait
from world.bridge import SANITIZERS

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
