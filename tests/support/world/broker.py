"""A real mosquitto with accounts and the access rules of the product, on a port of its own."""

import csv
import secrets
import shutil
import signal
import socket

from . import places, wait
from .process import Process, run

CONF = """\
listener {port} 127.0.0.1
user root
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence true
persistence_location {folder}/
persistence_file broker.db
autosave_interval 1800
max_queued_messages 0
max_inflight_messages 100
log_dest stderr
"""


def units():
    """The sample city's units: code -> agency."""
    with open(places.CONFIG / "units.tsv", newline="") as f:
        rows = [r for r in csv.DictReader((l for l in f if not l.startswith("#")), delimiter="\t")]
    return {r["id"]: r["agency"] for r in rows}


def _rules(city, agencies):
    base = f"tangi/v1/{city}"
    yield "user bridge"
    yield f"topic readwrite {base}/#"
    for agency in agencies:
        yield f"\nuser agency-{agency}"
        yield f"topic read {base}/agency/{agency}/#"
        yield f"topic read {base}/bridge"
    yield f"\npattern read {base}/unit/%u/dispatch"
    yield f"pattern read {base}/bridge"
    for leaf in ("ack", "status", "position", "presence", "sync"):
        yield f"pattern write {base}/unit/%u/{leaf}"


class Broker:
    AGENCIES = ("fire", "police", "health", "disaster", "city")

    def __init__(self, folder):
        self.folder = folder
        self.port = places.free_port()
        self.process = Process("mosquitto", folder / "mosquitto.log")
        self.passwords = {}
        self._provision()

    def _provision(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        names = ["bridge", *(f"agency-{a}" for a in self.AGENCIES), *list(units())[:4]]
        self.passwords = {name: secrets.token_hex(8) for name in names}
        plain = self.folder / "passwords"
        plain.write_text("".join(f"{n}:{p}\n" for n, p in self.passwords.items()))
        run("mosquitto_passwd", "-U", plain)
        (self.folder / "acl").write_text("\n".join(_rules(places.CITY, self.AGENCIES)) + "\n")
        (self.folder / "mosquitto.conf").write_text(
            CONF.format(port=self.port, folder=self.folder))
        secret = self.folder / "bridge-password"
        secret.write_text(self.passwords["bridge"] + "\n")
        secret.chmod(0o600)

    @property
    def bridge_password_file(self):
        return self.folder / "bridge-password"

    @property
    def some_units(self):
        """(code, agency) of the units that have an account here."""
        known = units()
        return [(n, known[n]) for n in self.passwords if n in known]

    def _answers(self):
        self.process.must_run()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def start(self):
        self.process.spawn([shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c",
                            self.folder / "mosquitto.conf"])
        wait.until(self._answers, "the broker accepts connections")
        return self

    def stop(self):
        """In good order: it writes down what it holds."""
        if self.process.is_running:
            self.process.signal(signal.SIGTERM)
            self.process.wait()

    def kill(self):
        self.process.kill()

    def forget(self):
        """Stopped only: throws away all that it would remember."""
        assert not self.process.is_running
        (self.folder / "broker.db").unlink(missing_ok=True)
