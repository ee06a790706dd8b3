"""Consoles that are cut, and consoles that do not read, while ten thousand events go by."""

import json
import os
import random
import threading
import time

from world import senders, wait
from world.console import CLOSE, TEXT, Wire, frame

EVENTS = int(os.environ.get("TANGI_CUT_EVENTS", "10000"))
STALLED = 40


class _Wanderer:
    """A console that loses its line at random and comes back with the last number it has."""

    def __init__(self, bridge, epoch, after, seed):
        self.bridge = bridge
        self.epoch = epoch
        self.after = after
        self.random = random.Random(seed)
        self.seen = []
        self.cuts = 0
        self.gaps = 0
        self.fault = None
        self.last = None  # set when the end is known
        self.thread = threading.Thread(target=self._guard, daemon=True)
        self.thread.start()

    def _guard(self):
        try:
            while self.last is None or self.after < self.last:
                self._once()
        except Exception as e:  # shown by the test
            self.fault = e

    def _once(self):
        console = self.bridge.console(after=self.after, epoch=self.epoch, name="wanderer")
        try:
            until = time.monotonic() + self.random.uniform(0.02, 0.8)
            while time.monotonic() < until and not (self.last and console.seqs[-1:] == [self.last]):
                time.sleep(0.01)  # the life of this line, not a wait for anything
        finally:
            console.cut()
        self.gaps += len(console.snapshots)
        self.cuts += 1
        self.seen += [(f["seq"], f.get("report_id")) for f in console.frames]
        if console.frames:
            self.after = console.frames[-1]["seq"]

    def end(self, last):
        self.last = last
        self.thread.join(60 * wait.PATIENCE)
        assert not self.thread.is_alive(), f"at {self.after} of {last} after {self.cuts} cuts"
        if self.fault:
            raise self.fault


def a_console_cut_at_random_has_the_exact_set_in_order_and_a_stalled_one_costs_nobody(make, capsys):
    bridge = make.bridge(settings={"stream.stall_timeout_ms": 600000}).start()
    first = bridge.report("Pohon tumbang di Drajat")
    steady = bridge.console(name="steady", after=first["seq"], epoch=None).ready()
    epoch = steady.epoch
    # No thread reads these: their sockets fill up and stay full for the whole run.
    stalled = [Wire(bridge.public, token=bridge.token("pengawas"), receive_buffer=4096)
               for _ in range(STALLED)]
    for wire in stalled:
        wire.send(frame(TEXT, b'{"type":"subscribe"}'))
    wanderers = [_Wanderer(bridge, epoch, first["seq"], seed) for seed in (1, 2)]
    load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(EVENTS, "cut"), lines=4)
    half = None
    load.start()

    def is_half():
        return load.count >= EVENTS // 2
    wait.until(is_half, "half of the load", within=120)
    half = bridge.process.resident_mb()
    load.join(180 * wait.PATIENCE)
    ended = time.monotonic()
    last = bridge.head()
    steady.wait(lambda c: c.frames and c.frames[-1]["seq"] == last, "the steady console has all", within=30)
    lag = time.monotonic() - ended
    grown = bridge.process.resident_mb() - half
    for one in wanderers:
        one.end(last)

    log = [(e["seq"], e.get("report_id")) for e in bridge.log(after=first["seq"])]
    assert [s for s, _ in log] == list(range(first["seq"] + 1, last + 1))
    assert len({r for _, r in log}) == EVENTS
    assert [(f["seq"], f.get("report_id")) for f in steady.frames if f["seq"] > first["seq"]] == log
    for one in wanderers:
        assert one.seen == log and one.gaps == 0 and one.cuts > 3
    # Held in queues, the stalled ones' second half alone would be STALLED * EVENTS / 2 * 1 KB.
    assert grown < STALLED * EVENTS / 2 / 1024 / 2, f"{grown:.0f} MB more in the second half"
    assert lag < 10 * wait.PATIENCE
    steady.close()
    [wire.close() for wire in stalled]
    bridge.report("Masih hidup")
    with capsys.disabled():
        print(f"\n  {EVENTS} events, {sum(w.cuts for w in wanderers)} cuts, {STALLED} stalled: 0 lost, "
              f"0 repeated, steady console {lag * 1000:.0f} ms behind at the end, +{grown:.1f} MB")


def a_console_that_stalled_is_told_or_caught_up_but_never_has_a_silent_gap(make):
    bridge = make.bridge(settings={"stream.stall_timeout_ms": 2000}).start()
    first = bridge.report("Pohon tumbang")
    wire = Wire(bridge.public, token=bridge.token("pengawas"), receive_buffer=4096)
    wire.send(frame(TEXT, json.dumps({"type": "subscribe", "after": first["seq"]}).encode()))
    load = senders.Senders(bridge.trusted, bridge.token("rest"),
                           ((f"s{n}", json.dumps({"source": "lapor-web", "source_id": f"s{n}",
                                                  "text": f"{n} " + "panjang " * 1500}).encode())
                            for n in range(1500)), lines=4).start().join(120)
    assert load.count == 1500
    metrics = bridge.metrics
    wait.until(lambda: bridge.head() and _closed_by_peer(bridge, metrics), "the stalled one is cut off", within=30)
    seen = []
    try:
        while True:
            opcode, payload = wire.next()
            if opcode == CLOSE:
                break
            if opcode != TEXT:
                continue
            message = json.loads(payload)
            seen += [f["seq"] for f in message.get("events", [message]) if f["type"] == "event"]
    except OSError:
        pass
    assert seen == list(range(first["seq"] + 1, first["seq"] + 1 + len(seen)))


def a_slow_console_that_still_reads_is_not_cut(make):
    bridge = make.bridge(settings={"stream.stall_timeout_ms": 2000}).start()
    first = bridge.report("Pohon tumbang")

    def open_wire():
        wire = Wire(bridge.public, token=bridge.token("pengawas"), receive_buffer=4096)
        wire.send(frame(TEXT, json.dumps({"type": "subscribe", "after": first["seq"]}).encode()))
        return wire
    slow, stalled = open_wire(), open_wire()
    load = senders.Senders(bridge.trusted, bridge.token("rest"),
                           ((f"s{n}", json.dumps({"source": "lapor-web", "source_id": f"s{n}",
                                                  "text": f"{n} " + "panjang " * 1500}).encode())
                            for n in range(800)), lines=4).start()

    def cut_count():
        slow.rest += slow.sock.recv(512)  # a little each time it is asked
        return bridge.metrics()["tangi_stream_consoles_cut_total"]
    wait.until(lambda: cut_count() == 1 and load.count == 800, "the one that reads nothing is cut", within=60)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        assert cut_count() == 1
        time.sleep(0.05)  # its pace, not a wait
    seen = []
    while not seen or seen[-1] < first["seq"] + 800:
        opcode, payload = slow.next()
        if opcode == TEXT:
            message = json.loads(payload)
            seen += [f["seq"] for f in message.get("events", [message]) if f["type"] == "event"]
    assert seen == list(range(first["seq"] + 1, first["seq"] + 801))
    slow.close()
    stalled.close()


def _closed_by_peer(bridge, metrics):
    """No console is connected any more, by the daemon's own count."""
    values = metrics()
    counts = [v for k, v in values.items() if "console" in k and not k.endswith(("_total", "_bucket", "_sum",
                                                                                 "_count"))
              and "lag" not in k]
    return counts and min(counts) == 0
