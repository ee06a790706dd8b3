#!/usr/bin/env python3
"""Makes a broker's folder from a city's configuration: mosquitto.conf, accounts and access rules.

    provision.py --config config/cirebon --to DIR [--port 1883] [--ws-port 9001] [--owner mosquitto]

Accounts are kept in DIR/accounts.json, readable by its owner only: an agency or unit that is there
already keeps its password, a new one gets its own, one that has left the configuration loses it.
A broker that runs takes up what is new with SIGHUP.

--owner is for root: what the broker reads and writes becomes that user's, who the broker then runs
as. accounts.json and bridge-password stay root's own: the broker knows passwords as hashes only.
"""

import argparse
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def read_table(path):
    """Rows of a .tsv with a heading, as dictionaries."""
    lines = [l for l in path.read_text(encoding="utf-8-sig").splitlines() if l and not l.startswith("#")]
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"))) for line in lines[1:]]


def write_secret(path, text):
    """Whole or not at all, and for the owner's eyes only."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    fresh.rename(path)


def wanted_accounts(config):
    """Who may talk to the broker: the bridge, each agency's console, each unit."""
    yield {"user": "bridge", "role": "bridge"}
    for row in read_table(config / "agencies.tsv"):
        yield {"user": f"agency-{row['id']}", "role": "agency", "agency": row["id"]}
    for row in read_table(config / "units.tsv"):
        yield {"user": row["id"], "role": "unit", "unit": row["id"], "agency": row["agency"]}


def accounts(config, folder):
    """Those wanted, each with the password it had or a new one."""
    kept = folder / "accounts.json"
    old = {a["user"]: a["password"] for a in json.loads(kept.read_text())} if kept.exists() else {}
    made = [{**a, "password": old.get(a["user"]) or secrets.token_urlsafe(15)}
            for a in wanted_accounts(config)]
    write_secret(kept, json.dumps(made, indent=1) + "\n")
    return made


def rules(city, people):
    """The access rules. Patterns go by user name (%u): a client id can be borrowed."""
    base = f"tangi/v1/{city}"
    lines = ["user bridge", f"topic readwrite {base}/#"]
    for who in people[1:]:
        lines += ["", f"user {who['user']}", f"topic read {base}/bridge"]
        if who["role"] == "agency":
            lines += [f"topic read {base}/agency/{who['agency']}/#",
                      f"topic read {base}/exercise/agency/{who['agency']}/#"]
            lines += [f"topic read {base}{stage}/unit/{one['unit']}/dispatch" for one in people
                      if one["role"] == "unit" and one["agency"] == who["agency"]
                      for stage in ("", "/exercise")]
    lines += ["", f"pattern read {base}/unit/%u/dispatch", f"pattern read {base}/exercise/unit/%u/dispatch"]
    lines += [f"pattern write {base}/unit/%u/{leaf}"
              for leaf in ("ack", "status", "position", "presence", "sync")]
    return "\n".join(lines) + "\n"


def settings(folder, address, port, ws_port, owner):
    """mosquitto.conf. Started by root, mosquitto becomes `mosquitto`, who can not enter a folder
    that is root's own: there it stays who it is."""
    text = (HERE / "mosquitto.conf").read_text()
    user = f"user {owner or 'root'}" if os.geteuid() == 0 else "# user: whoever starts it"
    words = {"PORT": port, "WS_PORT": ws_port, "ADDRESS": address, "FOLDER": folder, "USER": user}
    for word, value in words.items():
        text = text.replace(f"@{word}@", str(value))
    return text


def give_to(owner, folder):
    """The folder, and what in it the broker needs; never a secret that it does not."""
    for path in [folder, *(folder / name for name in ("passwords", "acl", "mosquitto.conf"))]:
        shutil.chown(path, owner, owner)


def provision(config, folder, city, port, ws_port, address="127.0.0.1", owner=None):
    """Writes all files; the accounts with their passwords."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    people = accounts(config, folder)
    passwords = folder / "passwords"
    write_secret(passwords, "".join(f"{a['user']}:{a['password']}\n" for a in people))
    subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
    write_secret(folder / "acl", rules(city, people))
    write_secret(folder / "bridge-password", people[0]["password"] + "\n")
    write_secret(folder / "mosquitto.conf", settings(folder, address, port, ws_port, owner))
    if owner:
        give_to(owner, folder)
    return people


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--config", type=pathlib.Path, required=True, help="the city's folder")
    words.add_argument("--to", type=pathlib.Path, required=True, help="the broker's folder")
    words.add_argument("--address", default="127.0.0.1", help="where it listens (this machine only)")
    words.add_argument("--port", type=int, default=1883)
    words.add_argument("--ws-port", type=int, default=9001)
    words.add_argument("--owner", help="the user whom the broker runs as")
    args = words.parse_args()
    try:
        city = json.loads((args.config / "tangi.json").read_text(encoding="utf-8-sig"))["city"]
        people = provision(args.config, args.to.resolve(), city, args.port, args.ws_port, args.address, args.owner)
    except (OSError, LookupError, ValueError) as e:
        sys.exit(f"provision: {e}")
    print(f"{len(people)} accounts in {args.to.resolve()}")


if __name__ == "__main__":
    main()
