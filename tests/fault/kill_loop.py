"""SIGKILL at random under load: what was answered is there, once; what was shown is in the log."""

import contextlib
import json
import os
import random
import sqlite3
import threading

import pytest

from world import senders, wait, web
from world.console import Console, Refused
from world.process import stopwatch

REPORTS = int(os.environ.get("TANGI_KILL_REPORTS", "20000"))
KILLS = int(os.environ.get("TANGI_KILLS", "5"))


class _Faithful:
    """A console that comes back by itself and remembers the bytes of all it was shown."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.after = 0
        self.epoch = None
        self.shown = []
        self.snapshots = 0
        self._done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self._done.is_set():
            try:
                console = Console(self.bridge.public, token=self.bridge.token("pengawas"),
                                  after=self.after, epoch=self.epoch)
            except (OSError, Refused):
                self._done.wait(0.02)
                continue
            self.last = console
            while not self._done.is_set() and not console.ended:
                self._done.wait(0.02)
            console.cut()
            self.snapshots += len(console.snapshots)
            self.shown += console.frames
            if console.subscribed:
                self.epoch = console.epoch
            if console.frames:
                self.after = console.frames[-1]["seq"]

    def end(self, seq):
        wait.until(lambda: self.last.seqs[-1:] == [seq] or self.after == seq,
                   lambda: f"console at {self.after}/{self.last.seqs[-1:]} of {seq}", within=30)
        self._done.set()
        self.thread.join(20)


def every_acked_report_survives_kill_exactly_once_and_what_was_shown_is_in_the_log(make, capsys):
    seed = int(os.environ.get("TANGI_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    dice = random.Random(seed)
    bridge = make.bridge(settings={"joining.enabled": "true"}).start()  # the samples are linked by the dozen
    watcher = _Faithful(bridge)
    load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(REPORTS, "kill"), lines=8)
    clock = stopwatch()
    load.start()
    points = sorted(dice.sample(range(REPORTS // 20, REPORTS * 19 // 20), KILLS))
    restarts, acked_at = [], []
    for point in points:
        wait.until(lambda: load.count >= point or load.is_done, "load goes on", within=240, every=0.001)
        bridge.kill()
        acked_at.append(load.count)
        bridge.start()
        restarts.append(bridge.started_s)
    load.join(300 * wait.PATIENCE)
    took = clock()
    head = bridge.head()
    watcher.end(head)
    log = bridge.log()

    assert load.count == REPORTS, f"seed {seed}"
    two_ids = {k: v for k, v in load.acked.items() if len(v) != 1}
    assert not two_ids, f"seed {seed}: {two_ids}"
    assert [e["seq"] for e in log] == list(range(1, head + 1)), "numbers are dense"
    logged = [e["report_id"] for e in log if e.get("action") != "fold"]
    acked = {next(iter(v)) for v in load.acked.values()}
    assert len(logged) == len(set(logged)), f"seed {seed}: a report twice in the log"
    assert acked == set(logged), f"seed {seed}: lost {len(acked - set(logged))}, extra {len(set(logged) - acked)}"
    # Shown means committed: the same bytes are in the log, no number was shown twice or out of order.
    assert [f["seq"] for f in watcher.shown] == list(range(1, head + 1)), f"seed {seed}"
    assert watcher.shown == log
    # Asked again, each key gives the id it gave before the kills.
    with web.Line(bridge.trusted) as line:
        for key in dice.sample(sorted(load.acked), 200):
            n = int(key.split("-")[1])
            body = json.dumps(
                {"source": "lapor-web", "source_id": key,
                 "text": f"{senders.SAMPLES[n % len(senders.SAMPLES)]} (nomor {n})"}).encode()
            answer = line.ask("POST", "/v1/reports", body, bridge.token("rest"))
            assert answer.status == 200 and {answer.json["id"]} == load.acked[key]
    bridge.stop()
    judged = bridge.verify()
    assert judged.returncode == 0, judged.stdout + judged.stderr
    # Promised under 2 s; the bound is wide because a sanitized build on a busy machine runs this too.
    assert max(restarts) < 20
    with capsys.disabled():
        print(f"\n  seed {seed}: {REPORTS} reports, {KILLS} kills at {acked_at} acked, {load.retries} retries: "
              f"0 lost, 0 twice, {took:.1f} s; restart to ready "
              f"{', '.join(f'{r * 1000:.0f}' for r in restarts)} ms")


def actions_and_calls_that_were_answered_survive_kill(make):
    bridge = make.bridge().start()
    report = bridge.report("Kebakaran rumah di Kesambi, masih ada orang di dalam")
    done = bridge.act(report["incident_id"], "acknowledge", agency="fire").json
    call = bridge.ask("POST", "/v1/calls", {"call_id": "k1", "state": "ringing"}, "siaga").json
    bridge.kill()
    bridge.start()
    incident = bridge.incident(report["incident_id"])
    assert incident["version"] == done["version"] and incident["status"] == "active"
    assert bridge.get(f"/v1/calls/{call['id']}", "siaga").json["state"] == "ringing"


def a_kill_while_it_starts_is_only_another_start(make):
    bridge = make.bridge().start()
    first = [bridge.report(f"Pohon tumbang {n}")["id"] for n in range(20)]
    bridge.kill()
    for n in range(10):
        bridge.spawn()
        clock = stopwatch()
        # 0 .. 180 ms into the start: the moment is what is varied, nothing is waited for.
        wait.until(lambda: clock() > n * 0.02, "the moment", every=0.001)
        bridge.kill()
    bridge.start()
    assert [e["report_id"] for e in bridge.log()] == first
    bridge.stop()
    assert bridge.verify().returncode == 0


TAMPERED = {
    "a changed word": "update event set body = cast(replace(cast(body as text), 'tumbang 2', 'tumbang 9') as blob)"
                      " where seq = 3",
    "a changed time": "update event set body = cast(replace(cast(body as text), '\"time\":\"2', '\"time\":\"3')"
                      " as blob) where seq = 3",
    "a changed link": "update event set link = zeroblob(32) where seq = 3",
    "a missing event": "delete from event where seq = 3",
    "two events that changed places": "update event set body = (select body from event e where e.seq = 7 - event.seq)"
                                      " where seq in (3, 4)",
    "a changed column beside the body": "update event set agencies = 'nobody' where seq = 3",
    "a closed incident that is open in the log": "update incident set status = 'closed' where seq = 3",
    "an incident that is not in the table": "delete from incident where seq = 3",
}


@pytest.mark.parametrize("sql", TAMPERED.values(), ids=TAMPERED.keys())
def a_change_of_the_log_by_another_hand_is_found_and_named(make, sql):
    bridge = make.bridge().start()
    for n in range(5):
        bridge.report(f"Pohon tumbang {n}")
    bridge.stop()
    assert bridge.verify().returncode == 0
    db, = bridge.data.glob("*.db")
    with contextlib.closing(sqlite3.connect(db)) as store:
        assert store.execute(sql).rowcount > 0
        store.commit()
    judged = bridge.verify()
    assert judged.returncode == 1, judged
    assert "3" in judged.stdout + judged.stderr, judged
