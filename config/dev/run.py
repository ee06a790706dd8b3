"""`./dev run`: a city's broker and bridge in the foreground, with accounts of their own.

First run: makes one account per role and agency. Then: starts mosquitto, waits until it listens,
starts `tangi serve`, waits for /readyz, writes DIR/run.json, and prints where everything is.
A broker that dies is started again beside the running bridge; a bridge that dies ends the run.
Ctrl-C: the bridge drains and stops, then the broker. No data is removed.
"""

import argparse
import fcntl
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "config/mosquitto"))
import provision  # noqa: E402 (a neighbour, not a package)

TANGI = TREE / "build/release/tangi"
LOCAL = "127.0.0.1"

PEOPLE = [("operator", "calltaker"), ("pengawas", "supervisor"), ("admin", "admin"),
          ("pemantau", "viewer")]
TOKENS = [("lapor", "adapter"), ("aplikasi-kota", "app", None, "app:,lapor-web,lapor-mobile"), ("layar", "viewer")]


class Trouble(Exception):
    """Something the person at the terminal can mend."""


def port_number(text):
    if not 0 < int(text) < 65535:
        raise ValueError
    return int(text)


port_number.__name__ = "port"  # what argparse calls a wrong one


def arguments():
    words = argparse.ArgumentParser(prog="./dev run")
    words.add_argument("--data", default=str(TREE / "run/cirebon"))
    words.add_argument("--config", default=str(TREE / "config/cirebon"))
    words.add_argument("--http-port", type=port_number, default=8112)
    words.add_argument("--mqtt-port", type=port_number, default=1883)
    words.add_argument("--simulate", metavar="SCENARIO")
    words.add_argument("--speed", type=int, default=10)
    args = words.parse_args()
    start = pathlib.Path(os.environ.get("DEV_FROM", "."))
    args.data = (start / args.data).resolve()
    args.config = (start / args.config).resolve()
    return args


# What is there.

def take(folder):
    """The folder is ours until we end, however we do: a second run on it would give the broker other
    ports under the first one's feet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = open(folder / "run.lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(f"another ./dev run is at work in {folder}; choose another with --data")
    return lock


def city_of(config):
    """Its name, once all that is read here can be read; what is wrong the program says better."""
    try:
        list(provision.wanted_accounts(config))
        return json.loads((config / "tangi.json").read_text(encoding="utf-8-sig"))["city"]
    except (OSError, ValueError, LookupError) as e:
        is_said = subprocess.run([TANGI, "check", "--config", config], stdout=subprocess.DEVNULL).returncode != 0
        raise Trouble(f"{config} is no city's folder yet" + ("" if is_said else f": {e!r}"))


# Ports.

def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((LOCAL, port))
        except OSError:
            return False
    return True


def must_be_free(port, option):
    if not is_free(port):
        raise Trouble(f"port {port} is taken; choose another with {option}")


def next_free(port, taken):
    """The first port after this one that nobody has and nobody here is going to have."""
    return next(p for p in range(port + 1, 65536) if p not in taken and is_free(p))


class Ports:
    def __init__(self, args):
        self.http, self.mqtt = args.http_port, args.mqtt_port
        must_be_free(self.http, "--http-port")
        must_be_free(self.mqtt, "--mqtt-port")
        self.trusted = next_free(self.http, {self.mqtt})
        self.mqtt_ws = next_free(self.mqtt, {self.http, self.trusted})


# Accounts.

def add_account(kind, data, name, role, agency=None, sources=None):
    where = (["--agency", agency] if agency else []) + (["--source", sources] if sources else [])
    done = subprocess.run([TANGI, kind, "add", name, "--role", role, *where, "--data", data],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble(f"tangi {kind} add {name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def accounts(args):
    """Made once; a password is shown only when it is made, so what was shown is kept, 0600."""
    kept = args.data / "sample-accounts.json"
    if kept.exists():
        return json.loads(kept.read_text())
    agencies = [row["id"] for row in provision.read_table(args.config / "agencies.tsv")]
    people = PEOPLE + [(f"petugas-{a}", "dispatcher", a) for a in agencies]
    made = {"accounts": [add_account("user", args.data, *who) for who in people],
            "tokens": [add_account("token", args.data, *who) for who in TOKENS]}
    provision.write_secret(kept, json.dumps(made, indent=1) + "\n")
    return made


# The two processes.

def spawn(argv, **kw):
    """In a session of its own, so that Ctrl-C reaches only us and we keep the order; it ends with
    us even if we are killed."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *map(str, argv)],
                            stdin=subprocess.DEVNULL, start_new_session=True, **kw)


def listens(port):
    try:
        socket.create_connection((LOCAL, port), 1).close()
        return True
    except OSError:
        return False


def is_ready(port):
    try:
        line = http.client.HTTPConnection(LOCAL, port, timeout=5)
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def wait_until(ready, child, name, within_s=30):
    end = time.monotonic() + within_s
    while not ready():
        if child.poll() is not None:
            raise Trouble(f"{name} ended with {child.returncode}")
        if time.monotonic() > end:
            raise Trouble(f"{name} was not ready within {within_s} s")
        time.sleep(0.01)


class Broker:
    """mosquitto, kept running."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.child = None

    def start(self):
        with open(self.folder / "mosquitto.log", "ab") as log:
            self.child = spawn([mosquitto(), "-c", self.folder / "mosquitto.conf"],
                               stdout=log, stderr=log)
        self.started = time.monotonic()
        try:
            wait_until(lambda: listens(self.port), self.child, "mosquitto")
        except Trouble as e:
            raise Trouble(f"{e}; its words are in {self.folder / 'mosquitto.log'}")

    def revive(self):
        """A store file it can not read would end it again and again: it is put aside, since the
        bridge sends what it held."""
        store = self.folder / "mosquitto.db"
        if time.monotonic() - self.started < 3 and store.exists():
            store.rename(store.with_suffix(".db.unreadable"))
        self.start()


def mosquitto():
    """Debian keeps it where only root's PATH goes."""
    return next((p for p in ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto") if os.path.exists(p)),
                "mosquitto")


def serve(args, ports, broker):
    """The bridge, started and not yet ready."""
    options = {"http.listen": f"{LOCAL}:{ports.http}", "http.trusted": f"{LOCAL}:{ports.trusted}",
               "http.web_dir": TREE / "build/web",
               "mqtt.host": LOCAL, "mqtt.port": ports.mqtt, "mqtt.username": "bridge",
               "mqtt.password_file": broker.folder / "bridge-password"}
    if args.simulate:
        options["demo"] = "true"
    sets = [x for key, value in options.items() for x in ("--set", f"{key}={value}")]
    return spawn([TANGI, "serve", "--config", args.config, "--data", args.data, *sets])


def simulate(args):
    """A played city on the running bridge, as if it were real: it says that it is a demo."""
    if not args.simulate:
        return None
    return spawn([TANGI, "simulate", args.simulate, "--config", args.config, "--accounts", args.data / "run.json",
                  "--speed", args.speed, "--for-real"])


def end(child):
    """SIGTERM lets it finish what it has begun; the wait is longer than that can take."""
    if child is None or child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


# What the person and the scripts are told.

def write_run_json(args, ports, tangi, broker, city, made, radios):
    doc = {"http": f"http://{LOCAL}:{ports.http}", "http_trusted": f"http://{LOCAL}:{ports.trusted}",
           "mqtt": {"host": LOCAL, "port": ports.mqtt, "ws_port": ports.mqtt_ws},
           "pid": tangi.pid, "broker_pid": broker.child.pid, "city": city, **made,
           "mqtt_accounts": [a for a in radios if a["role"] != "bridge"]}
    provision.write_secret(args.data / "run.json", json.dumps(doc, indent=1, ensure_ascii=False) + "\n")


def tell(args, ports, made):
    print(f"\nTANGI siap / is ready\n"
          f"  Konsol / console     http://{LOCAL}:{ports.http}/konsol\n"
          f"  Adaptor / adapters   http://{LOCAL}:{ports.trusted}\n"
          f"  MQTT                 {LOCAL}:{ports.mqtt}  (WebSocket: {ports.mqtt_ws})\n"
          f"  Untuk skrip / for scripts   {args.data / 'run.json'}\n\n"
          f"  {'Pengguna / user':22}{'Kata sandi / password':28}Peran / role")
    for a in made["accounts"]:
        print(f"  {a['user']:22}{a['password']:28}{a['role']} {a.get('agency') or ''}".rstrip())
    print("\n  Ctrl-C menghentikan semuanya / stops all of it\n", flush=True)


# All together.

class Stopped(Exception):
    """The person has had enough."""


def on_signal(*_):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def watch(tangi, broker, on_new_broker):
    while True:
        if tangi.poll() is not None:
            raise Trouble(f"tangi ended with {tangi.returncode}")
        if broker.child.poll() is not None:
            print(f"mosquitto berhenti, dijalankan lagi / ended with {broker.child.returncode}, "
                  "starting it again", flush=True)
            time.sleep(1)
            broker.revive()
            on_new_broker()
        time.sleep(0.2)


def run(args):
    city = city_of(args.config)
    lock = take(args.data)
    ports = Ports(args)
    (args.data / "run.json").unlink(missing_ok=True)
    made = accounts(args)
    broker, tangi, played = Broker(args.data / "broker", ports.mqtt), None, None
    radios = provision.provision(args.config, broker.folder, city, ports.mqtt, ports.mqtt_ws)
    try:
        broker.start()
        tangi = serve(args, ports, broker)
        wait_until(lambda: is_ready(ports.http), tangi, "tangi")

        def announce():
            write_run_json(args, ports, tangi, broker, city, made, radios)
        announce()
        tell(args, ports, made)
        played = simulate(args)
        watch(tangi, broker, announce)
    finally:
        end(played)  # it closes what it has opened
        end(tangi)
        end(broker.child)
        lock.close()


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        run(arguments())
    except Stopped:
        return 0
    except (Trouble, OSError) as e:
        print(f"dev run: {e}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
