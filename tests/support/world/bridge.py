"""The bridge under test: its data folder, its accounts and the process."""

import json
import resource
import shutil
import signal
import urllib.parse
import uuid

from . import console, places, wait, web
from .process import Process, run, stopwatch

SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=0:detect_leaks=1:quarantine_size_mb=16:verify_asan_link_order=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=0:exitcode=66",
}

TOKENS = [("rest", "adapter", None), ("other", "adapter", None), ("app", "app", None),
          ("siaga", "calltaker", None),
          ("pos-fire", "dispatcher", "fire"), ("pos-police", "dispatcher", "police"),
          ("pos-health", "dispatcher", "health"), ("pos-disaster", "dispatcher", "disaster"),
          ("pos-city", "dispatcher", "city"),
          ("pengawas", "supervisor", None), ("pengelola", "admin", None),
          ("tamu", "viewer", None), ("regu", "unit", "fire")]
USERS = [("siti", "dispatcher", "fire"), ("budi", "calltaker", None), ("wati", "admin", None)]


def tangi(*argv, **kw):
    """Runs the program's other commands."""
    return run(places.PROGRAM, *argv, env=_environment(), **kw)


def _environment(more=None):
    import os
    return {**os.environ, **SANITIZERS, **(more or {})}


class Accounts:
    """One account of every role, made by the program itself, shared by all data folders."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.tokens = {}
        self.users = {}
        for name, role, agency in TOKENS:
            self.tokens[name] = self._add("token", name, role, agency)["token"]
        for name, role, agency in USERS:
            self.users[name] = self._add("user", name, role, agency)["password"]

    def _add(self, kind, name, role, agency):
        where = ["--agency", agency] if agency else []
        out = tangi(kind, "add", name, "--role", role, *where, "--data", self.folder).stdout
        return json.loads(out)

    def give(self, data):
        shutil.copy(self.folder / "accounts.json", data / "accounts.json")
        (data / "accounts.json").chmod(0o600)


class Bridge:
    """One data folder and the daemon on it; both listeners keep their ports across restarts."""

    def __init__(self, folder, accounts, broker=None, settings=None, env=None, descriptors=None,
                 config=places.CONFIG):
        self.data = folder / "data"
        self.config = config
        self.accounts = accounts
        self.broker = broker
        self.settings = dict(settings or {})
        self.env = dict(env or {})
        self.descriptors = descriptors
        self.public = places.free_port()
        self.trusted = places.free_port()
        self.process = Process("tangi", folder / "tangi.log")
        if not self.data.exists():
            self.data.mkdir(parents=True)
            accounts.give(self.data)

    @property
    def argv(self):
        settings = {"http.listen": f"127.0.0.1:{self.public}",
                    "http.trusted": f"127.0.0.1:{self.trusted}",
                    "http.max_connections": 2000, "http.max_waiting_per_address": 1500,
                    # Most stories say the same words again and mean another matter each time; whoever asks
                    # what is one matter switches it on.
                    "joining.enabled": "false",
                    # And most leave what they report to nobody, for as long as they take.
                    "escalation.enabled": "false"}
        if self.broker:
            settings.update({"mqtt.host": "127.0.0.1", "mqtt.port": self.broker.port,
                             "mqtt.username": "bridge",
                             "mqtt.password_file": self.broker.bridge_password_file})
        else:
            settings.update({"mqtt.host": ""})
        settings.update(self.settings)
        sets = [x for k, v in settings.items() if v is not None
                for x in ("--set", f"{k}={v}")]
        return [places.PROGRAM, "serve", "--config", self.config, "--data", self.data, *sets]

    def spawn(self):
        """Starts and does not wait."""
        def limit():
            if self.descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))
        self.process.spawn(self.argv, {**SANITIZERS, **self.env}, limit)
        return self

    def start(self, within=30):
        """Starts and waits until it says it is ready; seconds that took are in started_s."""
        clock = stopwatch()
        self.spawn()
        wait.until(self._is_ready, lambda: f"ready; {self.readyz()!r}\n{self.process.log_tail()}",
                   within, every=0.01)
        self.started_s = clock()
        return self

    def _is_ready(self):
        self.process.must_run()
        answer = self.readyz()
        return answer is not None and answer.status == 200

    def readyz(self):
        try:
            return web.ask(self.public, "GET", "/readyz", within=5)
        except OSError:
            return None

    def stop(self, within=30):
        """SIGTERM. A sanitizer that found something, or a leak, shows in the exit code."""
        code = self.process.terminate(within)
        assert code == 0, f"exit {code} after SIGTERM:\n{self.process.log_tail(80)}"

    def kill(self):
        self.process.kill()

    def restart(self):
        self.stop()
        return self.start()

    def end(self):
        """For the end of a test: stops what still runs and looks for a sanitizer's report."""
        if self.process.is_running:
            self.process.signal(signal.SIGCONT)
            self.stop()
        self.must_be_clean()

    def must_be_clean(self):
        log = self.process.log_text()
        for sign in ("ERROR: AddressSanitizer", "runtime error:", "ERROR: LeakSanitizer",
                     "WARNING: ThreadSanitizer"):
            assert sign not in log, log[max(0, log.index(sign) - 200):][:6000]

    # Asking.

    def token(self, who):
        return self.accounts.tokens.get(who, who)

    def ask(self, method, path, body=None, who=None, headers=None, trusted=False, within=20):
        return web.ask(self.trusted if trusted else self.public, method, path, body,
                       self.token(who) if who else None, headers, within)

    def get(self, path, who="pengelola", **kw):
        return self.ask("GET", path, who=who, **kw)

    def send(self, text, who="rest", headers=None, **fields):
        """One report; its answer."""
        body = {"source": "lapor-web", "text": text, **fields}
        return self.ask("POST", "/v1/reports", body, who, headers)

    def report(self, text, **kw):
        """One report that must be new; the document of the answer."""
        answer = self.send(text, **{"source_id": uuid.uuid4().hex, **kw})
        assert answer.status == 201, answer
        return answer.json

    def act(self, incident_id, action, who="pos-fire", **fields):
        body = {"action": action, "command_id": str(uuid.uuid4()), **fields}
        return self.ask("POST", f"/v1/incidents/{incident_id}/actions", body, who)

    def incident(self, incident_id, who="pengelola"):
        answer = self.get(f"/v1/incidents/{incident_id}", who)
        assert answer.status == 200, answer
        return answer.json

    def log(self, after=0, who="pengelola", page=1000):
        """All events after a number, as who may see them."""
        events = []
        with web.Line(self.trusted) as line:
            while True:
                answer = line.ask("GET", f"/v1/events?after={after}&limit={page}",
                                  token=self.token(who), headers={"Accept": "application/json"})
                assert answer.status == 200, answer
                got = answer.json["events"]
                if not got:
                    return events
                events += got
                after = got[-1]["seq"]

    def head(self):
        """The number of the newest event."""
        return self.get("/v1/events?after=0&limit=1", headers={"Accept": "application/json"}).json["seq"]

    def console(self, who="pengawas", **kw):
        kw.setdefault("name", who)
        return console.Console(self.public, token=self.token(who), **kw)

    def sign_in(self, user, password=None, origin=None):
        """(cookie, csrf) of a new session."""
        answer = self.ask("POST", "/v1/session",
                          {"user": user, "password": password or self.accounts.users[user]},
                          headers={"Origin": origin or f"http://127.0.0.1:{self.public}"})
        assert answer.status == 200, answer
        cookie = answer["set-cookie"].split(";", 1)[0]
        return cookie, answer.json["csrf"]

    def metrics(self):
        """Prometheus text -> {name or name{labels}: value}."""
        answer = self.get("/metrics", trusted=True)
        assert answer.status == 200, answer
        out = {}
        for line in answer.body.decode().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                out[name] = float(value)
        return out

    def verify(self):
        """What `tangi verify` says about the folder; the daemon must be down."""
        return tangi("verify", "--data", self.data, check=False)


def quoted(path):
    return urllib.parse.quote(path, safe="")
