"""A real mosquitto with accounts and the access rules of the product, on a port of its own."""

import csv
import importlib.util
import secrets
import shutil
import signal
import socket

from . import places, wait
from .process import Process, run

_spec = importlib.util.spec_from_file_location("provision", places.TREE / "config/mosquitto/provision.py")
provision = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(provision)

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
listener {ws_port} 127.0.0.1
protocol websockets
"""


def units():
    """The sample city's units: code -> agency."""
    with open(places.CONFIG / "units.tsv", newline="") as f:
        rows = [r for r in csv.DictReader((l for l in f if not l.startswith("#")), delimiter="\t")]
    return {r["id"]: r["agency"] for r in rows}


class Broker:
    AGENCIES = ("fire", "police", "health", "disaster", "city")

    def __init__(self, folder, crews=None):
        """crews: code -> agency of the units that have an account; a few of the city's."""
        self.folder = folder
        self.crews = crews or dict(list(units().items())[:4])
        self.port = places.free_port()
        self.ws_port = places.free_port()
        self.process = Process("mosquitto", folder / "mosquitto.log")
        self.passwords = {}
        self._provision()

    def _provision(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        people = [{"user": "bridge", "role": "bridge"},
                  *({"user": f"agency-{a}", "role": "agency", "agency": a} for a in self.AGENCIES),
                  *({"user": u, "role": "unit", "unit": u, "agency": a} for u, a in self.crews.items())]
        self.passwords = {who["user"]: secrets.token_hex(8) for who in people}
        plain = self.folder / "passwords"
        plain.write_text("".join(f"{n}:{p}\n" for n, p in self.passwords.items()))
        run("mosquitto_passwd", "-U", plain)
        (self.folder / "acl").write_text(provision.rules(places.CITY, people))
        (self.folder / "mosquitto.conf").write_text(
            CONF.format(port=self.port, ws_port=self.ws_port, folder=self.folder))
        secret = self.folder / "bridge-password"
        secret.write_text(self.passwords["bridge"] + "\n")
        secret.chmod(0o600)

    @property
    def bridge_password_file(self):
        return self.folder / "bridge-password"

    @property
    def some_units(self):
        """(code, agency) of the units that have an account here."""
        return list(self.crews.items())

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
