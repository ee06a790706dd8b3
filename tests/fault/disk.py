"""The disk is full, read-only, slow, or fails to sync: intake says so, loses nothing and recovers."""

import time
import uuid

import pytest

from world import senders, wait, web
from world.disk import FailingDisk, SmallDisk

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


def _refused_honestly(bridge):
    """A report in trouble: 503, with when to come back, or (once, while it is found out) no answer."""
    answer = bridge.send(FIRE, source_id=uuid.uuid4().hex)
    return answer if answer.status == 503 else None


def _in_trouble(bridge, begun):
    answer = wait.until(lambda: _refused_honestly(bridge), "503", within=30)
    assert int(answer["retry-after"]) >= 1
    assert answer["content-type"].startswith("application/problem+json")
    ready = bridge.readyz()
    assert ready.status == 503 and b"store" in ready.body, ready
    assert bridge.ask("GET", "/healthz").status == 200
    # Reads go on.
    assert bridge.get(f"/v1/incidents/{begun['incident_id']}").status == 200
    assert bridge.log()[0]["report_id"] == begun["id"]
    return ready


def _recovered(bridge):
    wait.until(lambda: bridge.readyz().status == 200, lambda: f"ready again: {bridge.readyz()!r}", within=60)
    return bridge.report(FIRE)


def _nothing_acked_is_lost(bridge, load):
    load.join(120 * wait.PATIENCE)
    assert all(len(ids) == 1 for ids in load.acked.values())
    acked = {next(iter(ids)) for ids in load.acked.values()}
    log = bridge.log()
    logged = [e["report_id"] for e in log]
    assert acked <= set(logged) and len(logged) == len(set(logged))
    assert [e["seq"] for e in log] == list(range(1, len(log) + 1))
    assert load.count == load.total
    bridge.stop()
    # What a restart finds is what was said before it.
    bridge.start()
    assert [e["report_id"] for e in bridge.log()] == logged
    bridge.stop()
    judged = bridge.verify()
    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize("fault", ["write-enospc", "write-erofs", "sync-eio"])
def a_failing_disk_is_said_and_nothing_acked_is_lost(make, fault):
    folder = make.folder()
    disk = FailingDisk(folder)
    bridge = make.bridge(folder=folder, env=disk.env).start()
    begun = bridge.report(FIRE)
    pid = bridge.process.pid
    with bridge.console() as desk:
        load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(3000, fault),
                               lines=4, pace=1000).start()
        wait.until(lambda: load.count > 300, "the load is under way", within=30)
        with disk.failing(fault):
            _in_trouble(bridge, begun)
            # All of them may be waiting in one commit in doubt: that is told at its deadline.
            wait.until(lambda: load.statuses.get(503), "the senders are told", within=30)
            count = load.count
        after = _recovered(bridge)
        desk.sees(after["id"])
    assert bridge.process.pid == pid and count <= load.count
    _nothing_acked_is_lost(bridge, load)


def a_full_disk_is_said_and_served_again_when_there_is_room_without_a_restart(make, capsys):
    folder = make.folder()
    small = SmallDisk(folder)
    try:
        bridge = make.bridge(folder=small.folder, settings={"store.min_free_mb": 0}).start()
        begun = bridge.report(FIRE)
        load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(1500, "full"),
                               lines=4, pace=500).start()
        wait.until(lambda: load.count > 100, "the load is under way", within=30)
        small.fill()
        _in_trouble(bridge, begun)
        small.free()
        _recovered(bridge)
        assert load.statuses.get(503)
        _nothing_acked_is_lost(bridge, load)
        bridge.must_be_clean()
    finally:
        bridge.process.kill()
        small.remove()


def below_the_free_space_mark_intake_says_so_before_the_disk_does(make):
    folder = make.folder()
    small = SmallDisk(folder, size_mb=64)
    try:
        bridge = make.bridge(folder=small.folder, settings={"store.min_free_mb": 16}).start()
        begun = bridge.report(FIRE)
        with open(small.folder / "ballast", "wb") as f:
            f.write(bytes(46 * 2**20))
        _in_trouble(bridge, begun)
        small.free()
        _recovered(bridge)
        bridge.stop()
        bridge.must_be_clean()
    finally:
        bridge.process.kill()
        small.remove()


def a_folder_that_is_read_only_stops_the_start_and_is_named(make):
    folder = make.folder()
    small = SmallDisk(folder)
    try:
        bridge = make.bridge(folder=small.folder, settings={"store.min_free_mb": 0}).start()
        bridge.report(FIRE)
        bridge.stop()
        log = folder / "read-only.log"
        bridge.process.log = log
        small.read_only(True)
        bridge.spawn()
        assert bridge.process.wait(20) == 1
        assert "data" in log.read_text()
        small.read_only(False)
        bridge.process.log = folder / "again.log"
        bridge.start()
        assert len(bridge.log()) == 1
        bridge.stop()
    finally:
        bridge.process.kill()
        small.remove()


def a_slow_disk_delays_answers_and_nothing_else(make):
    folder = make.folder()
    disk = FailingDisk(folder)
    bridge = make.bridge(folder=folder, env=disk.env).start()
    bridge.report(FIRE)
    with disk.failing("slow-sync"):
        load = senders.Senders(bridge.trusted, bridge.token("rest"), senders.bodies(24, "slow"), lines=4).start()
        fast = 0
        while not load.is_done:
            begin = time.monotonic()
            assert web.ask(bridge.public, "GET", "/healthz").status == 200
            fast += time.monotonic() - begin < 0.1
        load.join(60)
    assert load.worst_s > 0.25 and fast > 10
