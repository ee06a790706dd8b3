"""A child process as the way in: the program of adapters/README.md, as people will copy it, in a
bridge that is stopped and killed under it."""

import json
import re

from world import places, wait
from world.bridge import tangi


def _inbox(make, count, **options):
    """A bridge whose exec adapter is the README's example, on an inbox of so many texts."""
    bridge = make.bridge()
    readme = (places.TREE / "adapters/README.md").read_text()
    program = bridge.data.parent / "inbox.py"
    program.write_text(re.search(r"```python\n(.*?)```", readme, re.S)[1])
    texts = [f"Banjir di Drajat, laporan nomor {n}" for n in range(count)]
    (bridge.data.parent / "inbox").write_text("\n".join(texts) + "\n")
    command = ["python3", str(program), str(bridge.data.parent / "inbox")]
    bridge.settings["adapters"] = json.dumps(
        [{"kind": "rest"}, {"kind": "exec", "name": "inbox", "command": command, **options}])
    return bridge, texts


def _texts(bridge):
    return [e["incident"]["text"] for e in bridge.log() if e["event"] == "incident.created"]


def what_a_child_says_comes_in_once_and_in_order(make):
    bridge, texts = _inbox(make, 50)
    bridge.start()
    wait.until(lambda: bridge.head() >= 50, "all of the inbox")
    assert _texts(bridge) == texts
    bridge.restart()
    assert bridge.report("Pohon tumbang di Drajat")["seq"] == 51
    assert _texts(bridge)[:50] == texts


def what_a_child_says_is_there_once_also_when_the_bridge_is_killed(make):
    bridge, texts = _inbox(make, 400)
    bridge.start()
    for part in (50, 150, 250):
        wait.until(lambda: bridge.head() >= part, "some of the inbox", within=60)
        bridge.kill()
        bridge.start()
    wait.until(lambda: bridge.head() >= 400, "the rest of the inbox", within=60)
    assert _texts(bridge) == texts


def a_child_that_ends_at_once_is_no_trouble_for_the_others(make):
    bridge = make.bridge(settings={"adapters": json.dumps(
        [{"kind": "rest"}, {"kind": "exec", "name": "rusak", "command": ["false"], "restart_ms": 50},
         {"kind": "exec", "name": "tidak-ada", "command": ["/no/such/program"]}])}).start()
    wait.until(lambda: bridge.process.log_text().count('exec.ended name=rusak how="exit 1"') >= 3, "three tries")
    assert bridge.report("Kebakaran rumah di Kesambi")["id"]
    assert 'exec.begun name=tidak-ada why="/no/such/program' in bridge.process.log_text()


def a_child_that_does_not_go_does_not_hold_up_a_stop_for_longer_than_its_grace(make):
    bridge = make.bridge(settings={"adapters": json.dumps(
        [{"kind": "exec", "name": "bandel", "grace_ms": 500,
          "command": ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]}])}).start()
    bridge.stop(within=5)


def an_adapter_s_mistakes_are_named_before_the_start(make):
    bridge = make.bridge()
    for options, name in (({}, "adapters[1].command"), ({"command": ["x"], "max_open": 0}, "adapters[1].max_open"),
                          ({"command": "x"}, "adapters[1].command"), ({"command": ["x"], "cmd": 1}, "adapters[1].cmd")):
        adapters = json.dumps([{"kind": "exec", **options}])
        out = tangi("check", "--config", bridge.config, "--set", f"adapters={adapters}", check=False)
        assert out.returncode == 1 and name in out.stdout + out.stderr, out
