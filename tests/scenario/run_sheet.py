"""What a desk has on paper when the bridge is down."""

import os
import signal
import stat

from world import wait

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam, hubungi 081234567890"


def _sheet(bridge):
    path = bridge.data / "run-sheet.html"
    return path.read_text() if path.exists() else ""


def a_bridge_that_is_killed_leaves_what_was_open_and_whom_to_call_on_paper(make):
    bridge = make.bridge(settings={"run_sheet.every_s": "1"}).start()
    fire = bridge.report(FIRE)
    done = bridge.report("Pohon tumbang menimpa mobil di Jl. Pemuda, orang terjepit")
    bridge.act(done["incident_id"], "close", who="pengawas", outcome="resolved")
    first, other = (f"<td>{bridge.incident(i)['no']:04}</td>" for i in (fire["incident_id"], done["incident_id"]))
    wait.until(lambda: first in _sheet(bridge) and other not in _sheet(bridge), "the fire alone is on paper")
    bridge.kill()
    page = _sheet(bridge)
    assert "Kebakaran bangunan" in page and "fire: belum diambil" in page
    assert "081234567890" not in page, "nobody's number lies on a desk"
    assert "0231-484113" in page, "but the fire brigade's does"
    assert stat.S_IMODE(os.stat(bridge.data / "run-sheet.html").st_mode) == 0o600
    bridge.start()


def it_is_written_anew_after_a_reload_and_while_the_disk_takes_it(make):
    bridge = make.bridge(settings={"run_sheet.every_s": "1"}).start()
    wait.until(lambda: "0 insiden terbuka" in _sheet(bridge), "an empty city's sheet")
    bridge.process.signal(signal.SIGHUP)
    bridge.report(FIRE)
    wait.until(lambda: "1 insiden terbuka" in _sheet(bridge), "the report after the reload is on it")
    written = bridge.metrics()["tangi_run_sheets_total"]
    wait.until(lambda: bridge.metrics()["tangi_run_sheets_total"] > written, "and it goes on")
