"""Senders that keep trying: the far side of "a retry with the same key gives the same answer"."""

import json
import queue
import threading
import time

from . import web


class Senders:
    """Several connections that send bodies from one list until each has a 2xx answer.

    acked holds, for every key, the set of report ids it was ever answered with: more than one is
    a broken promise. A refused connection or a 5xx means "try again"; a 4xx is a fault.
    """

    def __init__(self, port, token, bodies, lines=4, pace=None, on_ack=None):
        self.port = port
        self.token = token
        self.pace = pace          # reports a second, all lines together; None: as fast as it goes
        self.on_ack = on_ack
        self.acked = {}
        self.first_s = {}         # key -> monotonic time of its first 2xx
        self.worst_s = 0.0        # the slowest single answer that came
        self.statuses = {}
        self.retries = 0
        self.faults = []
        self._lock = threading.Lock()
        self._work = queue.SimpleQueue()
        self._begin = time.monotonic()
        self.total = 0
        for place, (key, body) in enumerate(bodies):
            self._work.put((place, key, body))
            self.total += 1
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(lines)]

    def start(self):
        self._begin = time.monotonic()
        for t in self._threads:
            t.start()
        return self

    @property
    def count(self):
        return len(self.acked)

    @property
    def is_done(self):
        return not any(t.is_alive() for t in self._threads)

    def stop(self):
        self._stop.set()
        self.join(30)

    def join(self, within):
        end = time.monotonic() + within
        for t in self._threads:
            t.join(max(0.0, end - time.monotonic()))
        assert self.is_done, f"senders stuck at {self.count} of {self.total}; {self.statuses}"
        assert not self.faults, self.faults[:3]
        return self

    def _run(self):
        line = None
        while not self._stop.is_set():
            try:
                place, key, body = self._work.get_nowait()
            except queue.Empty:
                break
            if self.pace:
                self._stop.wait(max(0.0, self._begin + place / self.pace - time.monotonic()))
            line = self._deliver(line, key, body)
        if line:
            line.close()

    def _deliver(self, line, key, body):
        while not self._stop.is_set():
            begin = time.monotonic()
            try:
                line = line or web.Line(self.port)
                answer = line.ask("POST", "/v1/reports", body, self.token)
            except OSError:
                line = _drop(line)
                with self._lock:
                    self.retries += 1
                self._stop.wait(0.02)
                continue
            if answer.get("connection", "").lower() == "close":
                line = _drop(line)
            if self._note(key, answer, begin):
                return line
            self._stop.wait(0.02)
        return line

    def _note(self, key, answer, begin):
        now = time.monotonic()
        with self._lock:
            self.worst_s = max(self.worst_s, now - begin)
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status in (200, 201):
                self.acked.setdefault(key, set()).add(answer.json["id"])
                self.first_s.setdefault(key, now)
                if self.on_ack:
                    self.on_ack(key, answer)
                return True
            if answer.status < 500:
                self.faults.append((key, answer))
                return True
            self.retries += 1
            return False


def _drop(line):
    if line:
        line.close()
    return None


SAMPLES = ["Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam",
           "Kecelakaan motor lawan mobil di perempatan Pemuda, korban tidak sadar",
           "Ada maling masuk rumah tetangga di Drajat, orangnya masih di dalam",
           "Bapak saya sesak napas berat di Pekalipan, minta ambulans",
           "Lampu jalan di Perumnas sudah seminggu mati",
           "Terima kasih pelayanannya bagus sekali",
           "Pohon tumbang menutup jalan di Argasunya",
           "Sampah di depan pasar belum diangkut"]


def bodies(count, prefix, source="lapor-web"):
    """(key, JSON body) for so many different reports with the samples' words."""
    for n in range(count):
        key = f"{prefix}-{n}"
        yield key, json.dumps({"source": source, "source_id": key,
                               "text": f"{SAMPLES[n % len(SAMPLES)]} (nomor {n})"}).encode()
