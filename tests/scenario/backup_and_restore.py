"""A backup is taken, proved and put back; who read on is told that the past has changed."""

from world import places, wait
from world.bridge import tangi
from world.process import Process

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


def a_restored_log_has_a_new_epoch_and_consoles_begin_again(make):
    bridge = make.bridge().start()
    kept = [bridge.report(f"{FIRE} {n}") for n in range(5)]
    with bridge.console() as desk:
        epoch = desk.epoch
    copy = bridge.data.parent / "backup"
    tangi("backup", "--data", bridge.data, "--to", copy)  # while it runs
    later = bridge.report(FIRE)
    bridge.stop()
    assert tangi("verify", "--data", copy).returncode == 0

    fresh = make.bridge()
    for old in fresh.data.iterdir():
        old.unlink()
    fresh.data.rmdir()
    tangi("restore", "--from", copy, "--data", fresh.data)
    if not (fresh.data / "accounts.json").exists():
        fresh.accounts.give(fresh.data)
    fresh.start()
    with fresh.console(after=later["seq"], epoch=epoch) as desk:
        assert desk.epoch != epoch and not desk.subscribed[0]["recovered"]
        assert len(desk.snapshots) == 1
        assert {i["id"] for i in desk.snapshots[0]["incidents"]} == {k["incident_id"] for k in kept}
        again = fresh.report(FIRE)
        desk.sees(again["id"])
    log = fresh.log()
    assert [e["report_id"] for e in log][:5] == [k["id"] for k in kept]
    assert fresh.send(f"{FIRE} 1", source_id="other").json["id"] not in [k["id"] for k in kept]
    fresh.stop()
    judged = fresh.verify()
    assert judged.returncode == 0, judged.stdout + judged.stderr


def who_is_on_duty_and_which_hospitals_receive_are_restored_too(make):
    bridge = make.bridge().start()
    roster = bridge.data.parent / "jaga.csv"
    roster.write_text("unit,tanggal,mulai,selesai,jumlah\nDMK-01,2026-11-25,07.00,21.00,5\n")
    config = ("--config", places.CONFIG, "--data", bridge.data)
    tangi("roster", "import", roster, *config)
    tangi("hospital", "rs-ciremai", "divert", *config)
    copy, fresh = bridge.data.parent / "backup", bridge.data.parent / "fresh"
    tangi("backup", "--data", bridge.data, "--to", copy)
    tangi("restore", "--from", copy, "--data", fresh)
    for name in ("accounts.json", "roster.tsv", "receiving.tsv"):
        assert (fresh / name).read_bytes() == (bridge.data / name).read_bytes(), name
    (copy / "roster.tsv").write_text("")
    refused = tangi("verify", "--data", copy, check=False)
    assert refused.returncode == 1 and "roster.tsv" in refused.stderr


def a_restore_over_a_log_that_is_there_or_in_use_is_refused(make):
    bridge = make.bridge().start()
    bridge.report(FIRE)
    copy = bridge.data.parent / "backup"
    tangi("backup", "--data", bridge.data, "--to", copy)
    assert tangi("restore", "--from", copy, "--data", bridge.data, check=False).returncode == 1
    assert tangi("backup", "--data", bridge.data, "--to", copy, check=False).returncode == 1
    bridge.stop()
    assert tangi("restore", "--from", copy, "--data", bridge.data, check=False).returncode == 1
    assert tangi("restore", "--from", copy / "nothing", "--data", copy / "new", check=False).returncode == 1
    bridge.start()
    assert len(bridge.log()) == 1


def watch_is_told_that_the_past_has_changed_and_goes_on_with_what_comes(make):
    bridge = make.bridge().start()
    token = bridge.data.parent / "token"
    token.write_text(bridge.token("pengawas") + "\n")
    bridge.report(f"{FIRE} satu")
    copy = bridge.data.parent / "backup"
    tangi("backup", "--data", bridge.data, "--to", copy)
    bridge.report(f"{FIRE} dua")
    watch = Process("watch", bridge.data.parent / "watch.log")
    watch.spawn([places.PROGRAM, "watch", "--url", f"http://127.0.0.1:{bridge.public}", "--token-file", token,
                 "--after", 0])
    try:
        wait.until(lambda: "dua" in watch.log_text(), watch.log_tail, within=20)
        bridge.stop()
        data = bridge.data.parent / "restored"
        tangi("restore", "--from", copy, "--data", data)
        bridge.data = data
        bridge.start()
        wait.until(lambda: "not to be had any more" in watch.log_text(), watch.log_tail, within=30)
        wait.until(lambda: bridge.report(f"{FIRE} tiga") and "tiga" in watch.log_text(), watch.log_tail, within=30,
                   every=0.5)
    finally:
        watch.kill()
