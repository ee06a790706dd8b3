"""People and programs: made and taken away on the command line, beside a running bridge."""

import json
import re
import stat
import threading

import pytest

from world import console as consoles
from world import places, wait
from world.bridge import tangi

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


def _folder(make):
    folder = make.folder() / "data"
    folder.mkdir(mode=0o700)
    return folder


def _add(kind, data, name, role, *more):
    return json.loads(tangi(kind, "add", name, "--role", role, "--data", data, *more).stdout)


def _me(bridge, **kw):
    return bridge.ask("GET", "/v1/me", **kw)


def _sign_in(bridge, user, password):
    return bridge.ask("POST", "/v1/session", {"user": user, "password": password})


def a_program_sends_for_no_other_source_than_its_own(make):
    data = _folder(make)
    bridge, tokens = make.bridge(), {}
    for name, role, *more in (("siaga", "app"), ("warga", "app", "--source", "app:,lapor-mobile"),
                              ("sms", "adapter", "--source", "lapor-sms"), ("semua", "adapter")):
        tokens[name] = _add("token", bridge.data, name + "-kota", role, *more)["token"]
    bridge.start()
    sources = ("app:siaga-kota", "app:lain", "lapor-mobile", "lapor-sms", "call-112")
    for name, may in (("siaga", "app:siaga-kota"), ("warga", "app:siaga-kota app:lain lapor-mobile"),
                      ("sms", "lapor-sms"), ("semua", " ".join(sources))):
        for source in sources:
            answer = bridge.send(FIRE, who=tokens[name], source=source)
            assert answer.status == (201 if source in may.split() else 403), (name, source, answer)
            assert answer.status == 201 or answer.json["errors"][0]["field"] == "source"
    assert tangi("user", "add", "siti", "--role", "admin", "--source", "app:", "--data", data, check=False).returncode == 2
    assert tangi("token", "add", "x", "--role", "app", "--source", "a,,b", "--data", data, check=False).returncode == 2


# The commands.

def a_secret_is_shown_once_and_kept_by_nobody(make):
    data = _folder(make)
    siti = _add("user", data, "siti", "dispatcher", "--agency", "fire")
    lapor = _add("token", data, "lapor", "adapter")
    assert siti["user"] == "siti" and siti["role"] == "dispatcher" and siti["agency"] == "fire"
    assert lapor["name"] == "lapor" and lapor["role"] == "adapter" and lapor["agency"] is None
    assert re.fullmatch(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", siti["password"])
    assert len(lapor["token"]) >= 43
    for file in data.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        text = file.read_text()
        assert siti["password"] not in text and lapor["token"] not in text
    listed = tangi("user", "list", "--data", data).stdout + tangi("token", "list", "--data", data).stdout
    assert [l.split("\t")[:3] for l in listed.splitlines()] == \
        [["siti", "dispatcher", "fire"], ["lapor", "adapter", "-"]]
    assert siti["password"] not in listed and lapor["token"] not in listed


def no_two_passwords_or_tokens_are_the_same(make):
    data = _folder(make)
    secrets = [_add("token", data, f"t{n}", "app")["token"] for n in range(5)]
    secrets += [_add("user", data, f"u{n}", "viewer")["password"] for n in range(3)]
    secrets.append(json.loads(tangi("user", "password", "u0", "--data", data).stdout)["password"])
    assert len(set(secrets)) == len(secrets)


WRONG = {
    "no verb": ([], 2),
    "an unknown verb": (["dance", "siti"], 2),
    "no name": (["add", "--role", "admin"], 2),
    "two names": (["add", "a", "b", "--role", "admin"], 2),
    "no role": (["add", "a"], 2),
    "an unknown role": (["add", "a", "--role", "boss"], 2),
    "a dispatcher of no agency": (["add", "a", "--role", "dispatcher"], 2),
    "an agency that is no id": (["add", "a", "--role", "dispatcher", "--agency", "Dinas Kebakaran"], 2),
    "an administrator of one agency": (["add", "a", "--role", "admin", "--agency", "fire"], 2),
    "an agency the city has not": (["add", "a", "--role", "dispatcher", "--agency", "circus",
                                    "--config", places.CONFIG], 1),
    "a name with a space": (["add", "a b", "--role", "admin"], 2),
    "a name with a new line": (["add", "a\nb", "--role", "admin"], 2),
    "a name that is too long": (["add", "a" * 65, "--role", "admin"], 2),
    "a name that is taken": (["add", "siti", "--role", "admin"], 1),
    "a name that a token has": (["add", "lapor", "--role", "admin"], 1),
    "removing nobody": (["remove", "nobody"], 1),
    "a role to remove with": (["remove", "siti", "--role", "admin"], 2),
    "a password for nobody": (["password", "nobody"], 1),
    "a password for a token": (["password", "lapor"], 1),
}


@pytest.fixture(scope="module")
def kept(make_for_all):
    data = _folder(make_for_all)
    _add("user", data, "siti", "dispatcher", "--agency", "fire")
    _add("token", data, "lapor", "adapter")
    return data


@pytest.mark.parametrize("argv, status", WRONG.values(), ids=WRONG.keys())
def what_cannot_be_done_is_said_and_changes_nothing(kept, argv, status):
    before = (kept / "accounts.json").read_bytes()
    done = tangi("user", *argv, "--data", kept, check=False)
    assert done.returncode == status and done.stderr and not done.stdout, done
    assert (kept / "accounts.json").read_bytes() == before


def a_broken_file_or_no_folder_is_named(make):
    data = _folder(make)
    done = tangi("user", "add", "a", "--role", "admin", "--data", data / "nothing", check=False)
    assert done.returncode == 1 and "nothing" in done.stderr
    (data / "accounts.json").write_text('{"version": 1, "users": [')
    for argv in (["add", "a", "--role", "admin"], ["list"], ["remove", "a"]):
        done = tangi("user", *argv, "--data", data, check=False)
        assert done.returncode == 1 and "accounts.json" in done.stderr, done
    assert (data / "accounts.json").read_text() == '{"version": 1, "users": ['


def many_commands_at_one_moment_lose_nothing(make):
    data = _folder(make)
    hands = [threading.Thread(target=_add, args=("token", data, f"t{n}", "app")) for n in range(12)]
    [h.start() for h in hands]
    [h.join() for h in hands]
    assert len(tangi("token", "list", "--data", data).stdout.splitlines()) == 12


# Beside a running bridge.

def a_new_account_may_at_once_and_a_removed_one_no_more(make):
    bridge = make.bridge().start()
    token = _add("token", bridge.data, "baru", "adapter")["token"]
    wait.until(lambda: bridge.send(FIRE, who=token).status == 201, "the new token is known", 5)
    person = _add("user", bridge.data, "rina", "viewer")
    wait.until(lambda: _sign_in(bridge, "rina", person["password"]).status == 200, "she may sign in", 5)
    cookie, _ = bridge.sign_in("rina", person["password"])
    assert _me(bridge, headers={"Cookie": cookie}).json["user"] == "rina"
    tangi("token", "remove", "baru", "--data", bridge.data)
    tangi("user", "remove", "rina", "--data", bridge.data)
    wait.until(lambda: bridge.send(FIRE, who=token).status == 401, "the token is gone", 5)
    wait.until(lambda: _me(bridge, headers={"Cookie": cookie}).status == 401, "the session is gone", 5)
    assert _sign_in(bridge, "rina", person["password"]).status == 401


def a_new_password_signs_its_person_out_everywhere(make):
    bridge = make.bridge().start()
    cookie, _ = bridge.sign_in("siti")
    home = f"http://127.0.0.1:{bridge.public}"
    desk = consoles.Console(bridge.public, cookie=cookie, origin=home).ready()
    fresh = json.loads(tangi("user", "password", "siti", "--data", bridge.data).stdout)["password"]
    desk.wait_end(within=20)
    assert _me(bridge, headers={"Cookie": cookie}).status == 401
    assert _sign_in(bridge, "siti", bridge.accounts.users["siti"]).status == 401
    assert _sign_in(bridge, "siti", fresh).status == 200


def a_restart_or_a_kill_signs_nobody_out(make):
    bridge = make.bridge().start()
    cookie, csrf = bridge.sign_in("siti")
    bridge.restart()
    assert _me(bridge, headers={"Cookie": cookie}).json["csrf"] == csrf
    other, _ = bridge.sign_in("budi")
    wait.until(lambda: (bridge.data / "sessions.json").read_text().count('"hash"') == 2, "both are written", 5)
    bridge.kill()
    bridge.start()
    for each, user in ((cookie, "siti"), (other, "budi")):
        assert _me(bridge, headers={"Cookie": each}).json["user"] == user
    text = (bridge.data / "sessions.json").read_text()
    assert cookie.split("=")[1] not in text and csrf not in text


def a_broken_accounts_file_keeps_everybody_and_is_said(make):
    bridge = make.bridge().start()
    good = (bridge.data / "accounts.json").read_bytes()
    (bridge.data / "accounts.json").write_bytes(good[:len(good) // 2])
    wait.until(lambda: "accounts.broken" in bridge.process.log_text(), "it is said", 5)
    bridge.report(FIRE)
    bridge.sign_in("siti")
    (bridge.data / "accounts.json").write_bytes(good)
    token = _add("token", bridge.data, "baru", "adapter")["token"]
    wait.until(lambda: bridge.send(FIRE, who=token).status == 201, "changes are seen again", 5)


def guesses_lock_nobody_out_and_stop_nobody(make):
    bridge = make.bridge().start()
    before = bridge.metrics()["tangi_sign_in_failures_total"]
    statuses = []

    def guess():
        for n in range(2):
            statuses.append(_sign_in(bridge, "siti", f"salah{n}").status)
    hands = [threading.Thread(target=guess) for _ in range(6)]
    [h.start() for h in hands]
    for _ in range(20):
        bridge.report(FIRE)  # while passwords are tried
    [h.join() for h in hands]
    assert set(statuses) <= {401, 429} and 401 in statuses, statuses
    assert bridge.metrics()["tangi_sign_in_failures_total"] - before == len(statuses)
    right = wait.until(lambda: (a := _sign_in(bridge, "siti", bridge.accounts.users["siti"])).status == 200
                       and a, "the right password is welcome", 30)
    assert right.json["csrf"]
    assert "salah" not in bridge.process.log_text()
