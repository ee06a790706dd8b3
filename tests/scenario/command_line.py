"""The command line: one grammar for the console's line and a terminal's, over HTTP and the stream."""

import threading
import uuid

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
FLOOD = "Banjir setinggi dada di Argasunya, orang terjebak"


def _incident(bridge, text=FIRE):
    """Its id, and the number it is called by."""
    ident = bridge.report(text)["incident_id"]
    return ident, bridge.incident(ident)["no"]


def _say(bridge, line, who="pengawas", **fields):
    return bridge.ask("POST", "/v1/command", {"line": line, **fields}, who)


def _dry(bridge, line, who="pengawas", **fields):
    answer = _say(bridge, line, who, dry_run=True, **fields)
    assert answer.status == 200, answer
    return answer.json


def a_dry_run_says_what_it_would_do_and_changes_nothing(bridge):
    ident, no = _incident(bridge)
    head = bridge.head()
    for line, action in ((f"tutup {no} selesai", "close"), (f"ambil {no} damkar", "acknowledge"),
                         (f"catat {no} ada tangga", "note"), (f"prio {no} 3", "reclassify"),
                         (f"lokasi {no} -6.72,108.56", "relocate")):
        would = _dry(bridge, line, command_id=str(uuid.uuid4()))
        assert would["ok"] and would["action"]["action"] == action, would
        assert would["incident"]["incident_id"] == ident and would["incident"]["no"] == no
        assert f"{no:04d}" in would["says"]["id"] and would["says"]["id"] != would["says"]["en"]
    assert bridge.head() == head and bridge.incident(ident)["version"] == 1


def a_line_does_what_its_dry_run_said(bridge):
    ident, no = _incident(bridge)
    other, other_no = _incident(bridge, FLOOD)

    def did(line, who="pengawas", **fields):
        would = _dry(bridge, line, who, **fields)
        assert would["ok"], would
        version = would["incident"].get("expected_version")
        answer = _say(bridge, line, who, command_id=str(uuid.uuid4()), expected_version=version, **fields)
        assert answer.status == 200 and answer.json["says"] == would["says"], answer
        return bridge.incident(answer.json["incident_id"])

    parts = {a["agency"]: a["state"] for a in did(f"ambil {no}", "pos-fire")["assignments"]}
    assert parts["fire"] == "acknowledged"
    did("catat gang buntu, lewat timur", incident_id=ident)
    assert any(t.get("note") == "gang buntu, lewat timur" for t in bridge.incident(ident)["timeline"])
    assert did(f"prio {no} 3")["priority"] == 3
    assert did(f"jenis {no} kebakaran kendaraan")["category"] == "fire_vehicle"
    assert set(did(f"instansi damkar {no} polisi")["agencies"]) == {"fire", "police"}
    assert did(f"bahaya {no} gas kabel")["hazards"] == ["gas", "live_wires"]
    assert did(f"bahaya {no} -kabel")["hazards"] == ["gas"]
    moved = did(f"lokasi {no} -6.72, 108.56")["location"]
    assert (moved["lat"], moved["lon"], moved["from"]) == (-6.72, 108.56, "person")
    assert did(f"tutup selesai {no}")["outcome"] == "resolved"
    assert did(f"buka {no}")["status"] != "closed"
    assert did(f"gabung {other_no} {no}")["merged_into"]["no"] == no
    assert bridge.incident(other)["merged_into"]["incident_id"] == ident
    did(f"pisah {no} #2")
    assert bridge.incident(other)["status"] != "closed"


def the_same_line_with_the_same_id_is_one_action(bridge):
    ident, no = _incident(bridge)
    command = str(uuid.uuid4())
    first = _say(bridge, f"tutup {no} nihil", command_id=command)
    head = bridge.head()
    again = _say(bridge, f"tutup {no} nihil", command_id=command)
    assert (first.status, again.status) == (200, 200), again
    assert again.json["seq"] == first.json["seq"] and bridge.head() == head
    assert _say(bridge, f"tutup {no} nihil", command_id=str(uuid.uuid4())).status == 422
    with bridge.console("pengawas") as desk:
        assert _over_stream(desk, f"tutup {no} nihil", command)["seq"] == first.json["seq"]
    assert bridge.incident(ident)["outcome"] == "no_event"


def of_two_who_saw_the_same_one_is_told_that_somebody_was_first(bridge):
    ident, no = _incident(bridge)
    lines = [f"prio {no} 2", f"prio {no} 3"]
    version = _dry(bridge, lines[0])["incident"]["expected_version"]
    answers = [None, None]

    def say(i):
        answers[i] = _say(bridge, lines[i], command_id=str(uuid.uuid4()), expected_version=version)
    both = [threading.Thread(target=say, args=(i,)) for i in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(a.status for a in answers) == [200, 409], answers
    lost = next(a for a in answers if a.status == 409)
    assert lost.json["incident"]["id"] == ident
    won = next(i for i, a in enumerate(answers) if a.status == 200)
    assert bridge.incident(ident)["priority"] == won + 2


def a_line_may_do_what_its_action_may_and_no_more(bridge):
    ident, no = _incident(bridge)
    head = bridge.head()
    for who in ("rest", "app", "regu"):
        assert _say(bridge, f"catat {no} x", who).status == 403, who
    assert _say(bridge, f"catat {no} x", None).status == 401
    assert _say(bridge, f"catat {no} x", "tamu").status == 403
    assert not _dry(bridge, f"catat {no} x", "tamu")["ok"]
    # Not among its agencies: it is not there, not even by its number.
    unseen = _say(bridge, f"catat {no} x", "pos-city")
    assert unseen.status == 404 and unseen.json["error"]["column"] == 6, unseen
    dry = _dry(bridge, f"catat {no} x", "pos-city")
    assert not dry["ok"] and dry["error"]["column"] == 6 and dry["incident"] is None
    assert not _dry(bridge, "catat x", "pos-city", incident_id=ident)["ok"]
    assert _dry(bridge, f"tutup {no}", "pos-city", cursor=len(f"tutup {no}"))["completions"] == []
    assert _say(bridge, f"ambil {no} polisi", "pos-fire").status in (403, 422)
    assert all("city" in i["agencies"] for i in _say(bridge, "cari kesambi", "pos-city").json["incidents"])
    assert bridge.head() == head


def what_is_wrong_is_told_at_its_column_in_both_languages(bridge):
    _, no = _incident(bridge)
    head = bridge.head()
    line = f"ambil é{no}"
    wrong = _dry(bridge, line)["error"]
    assert (wrong["column"], wrong["to"]) == (6, len(line)), wrong
    assert wrong["says"]["id"] and wrong["says"]["en"] and wrong["remedy"]["id"]
    refused = _say(bridge, f"tutup {no} padam", command_id="x")
    assert refused.status == 400 and refused.json["errors"][0]["field"] == "line"
    assert refused.json["error"]["column"] == len(f"tutup {no} ")
    assert _say(bridge, "  ").status == 400
    assert _say(bridge, "x" * 1001).status == 400
    assert bridge.ask("POST", "/v1/command", {}, "pengawas").status == 400
    assert bridge.head() == head


def what_was_begun_is_completed_with_what_is_there(bridge):
    _, no = _incident(bridge)
    number = f"{no:04d}"

    def texts(line):
        return [c["text"]["id"] for c in _dry(bridge, line)["completions"]]
    assert "tutup" in texts("tu")
    assert number in texts(f"tutup {number[:3]}")
    assert texts(f"tutup {no} s") == ["selesai"]
    assert "Kebakaran kendaraan" in texts(f"jenis {no} kebakaran k")
    assert "polisi" in texts(f"instansi {no} +pol")


def a_search_finds_by_words_and_by_number(bridge):
    ident, no = _incident(bridge, "Ular kobra masuk rumah di Drajat belakang masjid")

    def found(words):
        return [i["id"] for i in _say(bridge, f"cari {words}", "pos-fire").json["incidents"]]
    assert ident in found("kobra") and ident in found("KOBRA masjid") and ident in found(str(no))
    assert ident not in found("kobra sekolah")


def _over_stream(desk, line, command=None, **fields):
    command = command or str(uuid.uuid4())
    desk.send({"type": "command", "command_id": command, "line": line, **fields})
    return desk.wait(lambda c: c.results.get(command), f"a result of {line}")


def the_stream_takes_the_same_lines(bridge):
    ident, no = _incident(bridge)
    with bridge.console("pos-fire") as fire:
        would = _over_stream(fire, f"tutup {no} selesai", dry_run=True, cursor=3)
        assert would["ok"] and would["dry_run"] and would["action"]["outcome"] == "resolved"
        assert [c["text"]["id"] for c in would["completions"]] == ["tutup"]
        done = _over_stream(fire, f"tutup {no} selesai", expected_version=would["incident"]["expected_version"])
        assert done["ok"] and done["incident_id"] == ident and done["version"] == 2
        refused = _over_stream(fire, f"tutup {no} selesai")
        assert not refused["ok"] and refused["problem"]["status"] == 422
        wrong = _over_stream(fire, "tutp")
        assert wrong["problem"]["status"] == 400 and wrong["problem"]["error"]["column"] == 0
    with bridge.console("tamu") as guest:
        assert _over_stream(guest, f"catat {no} x")["problem"]["status"] == 403
    with bridge.console("pos-city") as city:
        assert _over_stream(city, f"catat {no} x")["problem"]["status"] == 404
