"""What `cmake --install` puts on a machine is what the units, the settings and the README name there."""

import json
import os
import pathlib
import pwd
import re
import stat
import subprocess
import sys

import pytest

from world import places
from world.process import run

BUILD = places.PROGRAM.parent
README = (places.TREE / "README.md").read_text()


@pytest.fixture(scope="module")
def root(scratch):
    """A machine's tree, made with the umask that root has there."""
    if not (places.TREE / "build/web").is_dir():
        pytest.skip("the console's pages are not built")
    folder = scratch / "installed"
    run("sh", "-c", f"umask 022 && exec cmake --install '{BUILD}' --prefix /usr",
        env={**os.environ, "DESTDIR": str(folder)})
    return folder


def _named_by(text):
    """Paths below /usr of ours, as a unit or a line of the README names them."""
    return set(re.findall(r"/usr/(?:bin/tangi|share/tangi/[\w./-]*\w)", text))


def every_place_that_a_unit_or_the_readme_names_is_installed(root):
    units = "".join(p.read_text() for p in (places.TREE / "config/systemd").rglob("*.*") if p.is_file())
    named = _named_by(units) | _named_by(README)
    assert {"/usr/bin/tangi", "/usr/share/tangi/web", "/usr/share/tangi/haproxy.cfg"} <= named
    assert [n for n in named if not (root / n[1:]).exists()] == []
    for unit in set(re.findall(r"\btangi[\w-]*\.(?:service|timer)\b", README)):
        assert (root / "usr/lib/systemd/system" / unit).is_file(), unit


def everybody_may_read_what_is_installed(root):
    for path in (root / "usr").rglob("*"):
        wanted = 0o755 if path.is_dir() or path.name in ("tangi", "provision.py") else 0o644
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def the_installed_city_is_one_that_check_accepts(root):
    assert run(places.PROGRAM, "check", "--config", root / "usr/share/tangi/cirebon").returncode == 0


def every_command_that_the_readme_names_is_one_of_the_program():
    known = set(re.findall(r"^  (\w+) ", run(places.PROGRAM, "--help").stdout, re.M))
    named = set(re.findall(r"(?:build/release/|-- |`|^)tangi ([a-z]+)", README, re.M))
    assert {"check", "user", "restore", "verify"} <= named
    assert named <= known, named - known


def _provision(root, folder, *more):
    return subprocess.run([sys.executable, root / "usr/share/tangi/mosquitto/provision.py", "--config", places.CONFIG,
                           "--to", folder, *more], capture_output=True, text=True)


def the_broker_owns_what_it_reads_and_no_password_in_the_clear(root, make):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    folder = make.folder() / "broker"
    done = _provision(root, folder, "--owner", "mosquitto")
    assert done.returncode == 0, done.stderr
    owner = {p.name: pwd.getpwuid(p.stat().st_uid).pw_name for p in [folder, *folder.iterdir()]}
    assert owner == {"broker": "mosquitto", "mosquitto.conf": "mosquitto", "passwords": "mosquitto", "acl": "mosquitto",
                     "accounts.json": "root", "bridge-password": "root"}
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in folder.iterdir())
    clear = [a["password"] for a in json.loads((folder / "accounts.json").read_text())]
    assert not any(word in (folder / "passwords").read_text() for word in clear)
    assert "user mosquitto" in (folder / "mosquitto.conf").read_text()


def provisioning_again_keeps_every_password_and_a_mistake_is_said_in_a_line(root, make):
    folder = make.folder() / "broker"
    for _ in range(2):
        assert _provision(root, folder).returncode == 0
        kept = folder / "accounts.json"
        before = kept.read_text()
    assert kept.read_text() == before
    wrong = _provision(root, folder, "--owner", "nobody-of-this-name")
    assert wrong.returncode == 1 and wrong.stderr.startswith("provision: ") and wrong.stderr.count("\n") == 1
    assert pathlib.Path(places.CONFIG).name not in wrong.stderr


def the_readme_names_every_command_of_the_program():
    commands = re.findall(r"^  (\w+) ", run(places.PROGRAM, "--help").stdout, re.M)
    assert len(commands) > 10
    missing = [c for c in commands if not re.search(rf"tangi {c}\b", README)]
    assert not missing, missing
