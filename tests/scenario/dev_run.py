"""`./dev run` as a person uses it: up, told where everything is, down again with Ctrl-C."""

import json
import os
import shutil
import signal
import stat
import subprocess

import pytest

from world import console, places, wait, web
from world.process import Process, stopwatch
from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


class _Run:
    """One ./dev run in a process group of its own, as a terminal would have it."""

    def __init__(self, folder, *options):
        self.options = options
        self.data = folder / "data"
        self.http, self.mqtt = places.free_port(), places.free_port()
        self.process = Process("dev run", folder / "dev.log")

    def start(self, within):
        clock = stopwatch()
        doc = self.data / "run.json"
        doc.unlink(missing_ok=True)
        self.process.spawn([places.TREE / "dev", "run", "--data", self.data, "--http-port", self.http,
                            "--mqtt-port", self.mqtt, *self.options], before=os.setsid)

        def is_ready():
            self.process.must_run()
            return doc.exists()
        wait.until(is_ready, lambda: self.process.log_tail(), within=within)
        self.doc = json.loads(doc.read_text())
        self.took_s = clock()
        return self

    def ctrl_c(self):
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def end(self):
        if self.process.is_running:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(30)
            except wait.Late:
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def port(self):
        return int(self.doc["http"].rsplit(":", 1)[1])

    def sign_in(self, role, agency=None):
        """Where the console's page comes from, and the session's cookie."""
        who = self.account(role, agency)
        home = f"http://127.0.0.1:{self.port}"
        session = web.ask(self.port, "POST", "/v1/session", {"user": who["user"], "password": who["password"]},
                          headers={"Origin": home})
        assert session.status == 200, session
        return home, session["set-cookie"].split(";", 1)[0]

    def account(self, role, agency=None):
        return next(a for a in self.doc["accounts"]
                    if a["role"] == role and (agency is None or a.get("agency") == agency))

    # What Radio wants of a broker.
    @property
    def passwords(self):
        return {a["user"]: a["password"] for a in self.doc["mqtt_accounts"]}


@pytest.fixture(scope="module")
def run(make_for_all):
    if not (places.TREE / "dev").exists():
        pytest.skip("there is no ./dev here")
    one = _Run(make_for_all.folder())
    try:
        yield one.start(within=600)
    finally:
        one.end()


def _is_there(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def a_run_says_where_everything_is_to_its_owner_only(run):
    doc = run.doc
    assert stat.S_IMODE((run.data / "run.json").stat().st_mode) == 0o600
    assert doc["city"] and _is_there(doc["pid"]) and _is_there(doc["broker_pid"])
    assert run.port == run.http and doc["mqtt"]["port"] == run.mqtt
    roles = {(a["role"], a.get("agency")) for a in doc["accounts"]}
    for agency in ("fire", "police", "health", "disaster", "city"):
        assert ("dispatcher", agency) in roles
    assert {"calltaker", "supervisor", "admin", "viewer"} <= {r for r, _ in roles}
    assert any(t["role"] == "adapter" for t in doc["tokens"])
    assert {"role", "user", "password"} <= set(doc["mqtt_accounts"][0])
    assert {a["role"] for a in doc["mqtt_accounts"]} >= {"agency", "unit"}
    secrets = [a["password"] for a in doc["accounts"] + doc["mqtt_accounts"]] + [t["token"] for t in doc["tokens"]]
    assert len(set(secrets)) == len(secrets), "no two accounts share a password"


def a_report_reaches_a_signed_in_console_and_an_agencys_radio(run):
    token = next(t["token"] for t in run.doc["tokens"] if t["role"] == "adapter")
    home, cookie = run.sign_in("dispatcher", "fire")
    radio_user = next(a["user"] for a in run.doc["mqtt_accounts"] if a["role"] == "agency" and a.get("agency") == "fire")

    class Broker:
        port, passwords = run.doc["mqtt"]["port"], run.passwords
    with console.Console(run.port, cookie=cookie, origin=home) as desk, \
            Radio(Broker, radio_user, f"{BASE}/agency/fire/events") as radio:
        answer = web.ask(run.port, "POST", "/v1/reports", {"source": "lapor-web", "text": FIRE}, token)
        assert answer.status == 201, answer
        desk.sees(answer.json["id"])
        radio.wait(lambda h: [x for x in h if x.json["seq"] == answer.json["seq"]], "the event")


def the_console_page_is_there_and_loads_nothing_from_elsewhere(run):
    for path in ("/konsol", "/masuk"):
        page = web.ask(run.port, "GET", path)
        assert page.status in (200, 302, 303), (path, page)
        assert b"http://" not in page.body.replace(b"http://www.w3.org", b"") and b"https://" not in page.body


def every_answer_on_the_public_listener_closes_and_the_trusted_one_keeps(run):
    def serves_two(port):
        with web.Line(port, within=5) as line:
            line.ask("GET", "/healthz")
            try:
                return line.ask("GET", "/healthz").status == 200
            except OSError:
                return False
    assert not serves_two(run.port)
    assert serves_two(int(run.doc["http_trusted"].rsplit(":", 1)[1]))


def the_lines_of_the_readme_show_what_they_say(run):
    """Each ```sh block marked `<!-- run -->` is run as it stands, with RUN naming run.json."""
    blocks = [part.split("```", 1)[0] for part in
              (places.TREE / "README.md").read_text().split("<!-- run -->\n```sh\n")[1:]]
    if not blocks:
        pytest.skip("the README marks no lines to run")
    for block in blocks:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=places.TREE, timeout=60,
                              env={**os.environ, "RUN": str(run.data / "run.json")},
                              capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout.strip(), f"{block}\n{done.stdout}\n{done.stderr}"


def a_played_city_is_seen_on_a_console_from_its_first_report_to_its_sheet(run, make):
    """Beside the first run, whose build it uses; the market burns down in half a minute."""
    one = _Run(make.folder(), "--simulate", "kebakaran-pasar", "--speed", "120")
    try:
        one.start(within=60)
        home, cookie = one.sign_in("supervisor")
        with console.Console(one.port, after=0, cookie=cookie, origin=home) as desk:
            def has_been(event, state=None):
                return desk.wait(lambda c: any(
                    f["event"] == event and (state is None or any(p["state"] == state for p in f["incident"]["assignments"]))
                    for f in c.frames), f"{event} {state or ''}", within=60)
            has_been("incident.created")
            has_been("assignment.updated", "on_scene")
            has_been("incident.closed")
            assert not any(f["exercise"] for f in desk.frames), "it is a demo, and played as if it were real"
        wait.until(lambda: "score sheet" in one.process.log_text(), lambda: one.process.log_tail(), within=180)
        sheet = one.process.log_text().split("score sheet", 1)[1]
        assert "reports stored" in sheet and "maydays answered" in sheet
        assert web.ask(one.port, "GET", "/readyz").status == 200, "the bridge stays when the play is over"
        pids = one.doc["pid"], one.doc["broker_pid"]
        one.ctrl_c()
        wait.until(lambda: not any(map(_is_there, pids)), "all of it is gone", within=20)
    finally:
        one.end()


def _another(*options):
    """A ./dev run that has to end by itself; what it said."""
    done = subprocess.run([places.TREE / "dev", "run", *map(str, options)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def another_run_on_the_same_folder_or_port_is_refused_and_the_first_goes_on(run, scratch):
    spare = places.free_port()
    assert "--data" in _another("--data", run.data, "--http-port", spare, "--mqtt-port", places.free_port())
    assert "--http-port" in _another("--data", scratch / "another", "--http-port", run.http, "--mqtt-port", spare)
    assert json.loads((run.data / "run.json").read_text()) == run.doc
    assert web.ask(run.port, "GET", "/readyz").status == 200
    assert _is_there(run.doc["broker_pid"])


@pytest.mark.parametrize("broken, named", [
    (None, "tangi.json"), (("tangi.json", '{"city": "x",\n'), "tangi.json:2"), (("tangi.json", '{"http": {}}\n'), "city"),
    (("units.tsv", "id\nhalf\n"), "units.tsv:"), (("lexicon.tsv", "half\n"), "lexicon.tsv:1")])
def a_city_that_cannot_be_read_is_said_by_its_file_and_nothing_is_left_running(tmp_path, broken, named):
    config = tmp_path / "city"
    if broken:
        shutil.copytree(places.CONFIG, config)
        (config / broken[0]).write_text(broken[1])
    said = _another("--config", config, "--data", tmp_path / "data", "--http-port", places.free_port(),
                    "--mqtt-port", places.free_port())
    assert named in said, said


def ctrl_c_stops_all_of_it_and_the_next_run_is_ready_at_once_with_all_that_was_there(run, capsys):
    pids = run.doc["pid"], run.doc["broker_pid"]
    old = run.doc
    run.ctrl_c()
    wait.until(lambda: not any(map(_is_there, pids)), "both are gone", within=20)
    run.start(within=30)  # promised within 3 s
    with capsys.disabled():
        print(f"\n  a second ./dev run was ready after {run.took_s:.1f} s")
    token = next(t["token"] for t in run.doc["tokens"] if t["role"] == "adapter")
    assert token == next(t["token"] for t in old["tokens"] if t["role"] == "adapter")
    assert web.ask(run.port, "GET", "/v1/me", token=token).status == 200
    run.ctrl_c()
    wait.until(lambda: not _is_there(run.doc["pid"]), "gone again", within=20)
