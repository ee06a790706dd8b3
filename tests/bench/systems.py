"""What is measured: each system's build, start and stop, and the broker they share."""

import http.client
import json
import os
import pathlib
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[1]
SCRATCH = REPO / "build" / "bench"
PORTS = int(os.environ.get("TANGI_BENCH_PORTS", "18200"))
HTTP, TRUSTED, MQTT = PORTS, PORTS + 1, PORTS + 2
CITY = "cirebon"
TOPIC = f"tangi/v1/{CITY}/agency/fire/events"
TOOLS = ("loadgen", "ceiling", "disk", "verdict")
ALL = ["tangi", "node", "node-single", "ceiling", "ceiling-inline"]

BROKER = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence false
max_queued_messages 0
max_inflight_messages 100
log_dest none
"""


class Failed(Exception):
    pass


def run(*argv, **kw):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, **kw)
    if done.returncode != 0:
        raise Failed(f"{argv[0]}: {(done.stderr or done.stdout)[-400:]}")
    return done.stdout


def listens(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def is_ready(port):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def until(true, what, within=20, process=None):
    end = time.monotonic() + within
    while not true():
        if process is not None and process.poll() is not None:
            raise Failed(f"{what}: the process ended with {process.returncode}")
        if time.monotonic() > end:
            raise Failed(f"not within {within} s: {what}")
        time.sleep(0.001)


def lift_limits():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class World:
    """The builds, the broker and whichever system runs."""

    def __init__(self):
        self.passwords = {name: secrets.token_hex(8) for name in ("bridge", "agency-fire")}
        self.broker = None

    def build(self, wanted):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        run("cmake", "--preset", "release", "-B", SCRATCH / "tools", "-DTANGI_BENCH=ON", cwd=REPO)
        run("cmake", "--build", SCRATCH / "tools", "--target", *TOOLS)
        if "tangi" in wanted:
            self.program = self._program()
        if any(w.startswith("node") for w in wanted):
            self._install_peer()

    def _program(self):
        if "TANGI_BIN" in os.environ:
            return os.environ["TANGI_BIN"]
        run(REPO / "dev", "build")
        return REPO / "build/release/tangi"

    def _install_peer(self):
        there = SCRATCH / "peer-node"
        there.mkdir(exist_ok=True)
        for f in (HERE / "peer-node").iterdir():
            if f.is_file():
                shutil.copy(f, there)
        if not (there / "node_modules/better-sqlite3/build/Release/better_sqlite3.node").exists():
            # Its ready-made binary may be out of reach; the headers of the system's node do.
            run("npm", "ci", cwd=there, env={**os.environ, "npm_config_nodedir": "/usr"})

    def start(self):
        folder = SCRATCH / "broker"
        folder.mkdir(exist_ok=True)
        plain = folder / "passwords"
        plain.write_text("".join(f"{n}:{p}\n" for n, p in self.passwords.items()))
        run("mosquitto_passwd", "-U", plain)
        (folder / "acl").write_text(f"user bridge\ntopic readwrite tangi/v1/{CITY}/#\n\n"
                                    f"user agency-fire\ntopic read {TOPIC}\n")
        (folder / "bridge-password").write_text(self.passwords["bridge"] + "\n")
        (folder / "bridge-password").chmod(0o600)
        conf = folder / "mosquitto.conf"
        conf.write_text(BROKER.format(port=MQTT, folder=folder) +
                        ("user root\n" if os.geteuid() == 0 else ""))
        self.conf = conf

    def start_broker(self):
        """A new one for each run: a rival's backlog is no one else's."""
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.broker = subprocess.Popen([program, "-c", str(self.conf)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: listens(MQTT), "the broker", process=self.broker)

    def stop(self):
        if self.broker is not None and self.broker.poll() is None:
            self.broker.terminate()
            self.broker.wait()

    def system(self, name, folder=None, joins=False):
        kind = Tangi if name == "tangi" else Rival
        return kind(self, name, folder, joins)


class System:
    """with world.system("node") as s: it runs, on a folder of its own."""

    def __init__(self, world, name, folder, joins):
        self.world = world
        self.name = name
        self.joins = joins
        self.is_kept = folder is not None
        self.data = folder or SCRATCH / "data"
        self.process = None

    def __enter__(self):
        if not self.is_kept:
            shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, exist_ok=True)
        self.world.start_broker()
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self.world.stop()
        if not self.is_kept:
            shutil.rmtree(self.data, ignore_errors=True)

    def prepare(self):
        pass

    def start(self):
        """Seconds from exec until it says that it is ready."""
        with open(SCRATCH / f"{self.name}.log", "ab") as log:
            began = time.monotonic()
            self.process = subprocess.Popen([str(a) for a in self.argv()], stdout=log, stderr=log,
                                            preexec_fn=lift_limits)
        until(self.is_up, f"{self.name} is ready", process=self.process)
        return time.monotonic() - began

    def is_up(self):
        return is_ready(HTTP)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def head(self):
        return 0, "0"

    def load(self, within=60, **options):
        """One run of the generator; its figures."""
        after, epoch = self.head()
        argv = [SCRATCH / "tools/loadgen", "--run", secrets.token_hex(4),
                "--after", after, "--epoch", epoch,
                "--trusted", f"127.0.0.1:{self.trusted}", "--stream", f"127.0.0.1:{HTTP}",
                "--token", self.tokens["adapter"], "--console-token", self.tokens["supervisor"],
                "--silent-token", self.tokens["dispatcher"],
                "--mqtt", f"127.0.0.1:{MQTT}", "--mqtt-user", "agency-fire",
                "--mqtt-password", self.world.passwords["agency-fire"], "--topic", TOPIC,
                "--pid", self.process.pid, "--pid", self.world.broker.pid]
        for name, value in options.items():
            argv += [f"--{name}", value]
        try:
            return json.loads(run(*argv, timeout=within, preexec_fn=lift_limits))
        except subprocess.TimeoutExpired:
            raise Failed(f"the load was not done within {within} s") from None


class Rival(System):
    trusted = HTTP
    tokens = dict.fromkeys(("adapter", "supervisor", "dispatcher"), "none")

    def argv(self):
        program = (["node", SCRATCH / "peer-node/server.js"] if self.name.startswith("node")
                   else [SCRATCH / "tools/ceiling"])
        flag = {"node-single": ["--single"], "ceiling-inline": ["--inline"]}.get(self.name, [])
        return [*program, HTTP, self.data, MQTT, *flag, "bridge", self.world.passwords["bridge"]]

    def is_up(self):
        return is_ready(HTTP) if self.name.startswith("node") else listens(HTTP)


class Tangi(System):
    trusted = TRUSTED

    def prepare(self):
        self.tokens = {}
        for role, more in (("adapter", []), ("supervisor", []), ("dispatcher", ["--agency", "city"])):
            out = run(self.world.program, "token", "add", f"{role}-{secrets.token_hex(3)}", "--role",
                      role, *more, "--data", self.data)
            self.tokens[role] = json.loads(out)["token"]

    def argv(self):
        # The load is one text a thousand times over, and the rivals make an incident of each report:
        # so it is here too, but in the row "flood", which says what finding them alike costs. Nobody takes
        # what they report, and no rival minds.
        settings = {"joining.enabled": str(self.joins).lower(), "escalation.enabled": "false", "http.listen": f"127.0.0.1:{HTTP}", "http.trusted": f"127.0.0.1:{TRUSTED}",
                    "http.max_connections": 12000, "http.max_waiting_per_address": 10000,
                    "mqtt.host": "127.0.0.1", "mqtt.port": MQTT, "mqtt.username": "bridge",
                    "mqtt.password_file": SCRATCH / "broker/bridge-password"}
        sets = [x for k, v in settings.items() for x in ("--set", f"{k}={v}")]
        return [self.world.program, "serve", "--config", REPO / "config/cirebon",
                "--data", self.data, *sets]

    def head(self):
        line = http.client.HTTPConnection("127.0.0.1", TRUSTED, timeout=10)
        line.request("GET", "/v1/events?after=0&limit=1", headers={
            "Authorization": f"Bearer {self.tokens['supervisor']}", "Accept": "application/json"})
        answer = line.getresponse()
        doc = json.loads(answer.read())
        line.close()
        if answer.status != 200:
            raise Failed(f"GET /v1/events: {doc}")
        return doc["seq"], doc["epoch"]
