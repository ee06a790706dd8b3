"""The duty roster: taken over from what a personnel system exports, and nobody off duty is proposed."""

import datetime
import json
import stat

from world import places, wait
from world.bridge import tangi

PEOPLE = """\ufeffNIP;Nama;Unit;Tanggal;Mulai;Selesai;Jabatan;Kode Petugas\r
197001011990031001;Budi Kenari;DMK-01;25/11/2026;07:00;14:00;Danru;D-12\r
197001011990031002;"Siti; Kenari";DMK-01;25/11/2026;07:00;14:00;Anggota;A-1\r
197001011990031003;Wati Kenari;DMK-01;25/11/2026;07:00;14:00;Anggota;A-2\r
197001011990031004;Tono Kenari;DMK-01;25/11/2026;07:00;14:00;Pengemudi;P-1\r
197001011990031001;Budi Kenari;DMK-01;26/11/2026;07:00;14:00;Danru;D-12\r
197001011990031005;Joko Kenari;DMK-02;25/11/2026;07:00;14:00;Danru;D-13\r
"""
SHIFTS = "unit,tanggal,mulai,selesai,jumlah\nDMK-01,2026-11-25,21.00,07.00,5\n"


def _data(make):
    data = make.folder() / "data"
    data.mkdir(mode=0o700)
    return data


def _import(data, text, *more, check=True):
    file = data.parent / "jaga.csv"
    file.write_text(text, newline="")
    return tangi("roster", "import", file, "--config", places.CONFIG, "--data", data, *more, check=check)


def _show(data, at):
    out = tangi("roster", "show", "--config", places.CONFIG, "--data", data, "--at", at).stdout
    return {row[0]: row[1:] for row in (line.split("\t") for line in out.splitlines())}


def _propose(data, now):
    fire = {"now": now, "incident": {"category": "fire_building", "location": {"lat": -6.731, "lon": 108.544}}}
    out = tangi("recommend", "--config", places.CONFIG, "--data", data, "--situation", "-", "--json", input=json.dumps(fire)).stdout
    doc = json.loads(out)
    return [u["unit"] for u in doc["units"]], {u["unit"]: u["reason"] for u in doc["passed_over"]}


def who_is_off_duty_is_never_proposed_nor_who_is_too_few(make):
    data = _data(make)
    _import(data, PEOPLE)
    units, passed = _propose(data, "2026-11-25T10:00:00+07:00")
    assert "DMK-01" in units and passed["DMK-02"] == "understaffed", (units, passed)
    units, passed = _propose(data, "2026-11-25T14:00:00+07:00")
    assert units[0] == "DMK-02" and passed["DMK-01"] == "off_duty", (units, passed)
    shown = _show(data, "2026-11-25T10:00:00+07:00")
    assert shown["DMK-01"] == ["on", "2026-11-25 07:00", "2026-11-25 14:00", "4", "D-12"], shown
    assert shown["AMB-01"] == ["-", "-", "-", "0", "-"], "nothing is said of it"
    assert _show(data, "2026-11-25T20:00:00+07:00")["DMK-01"][:2] == ["off", "2026-11-25 14:00"]


def a_running_bridge_says_who_is_on_duty_and_takes_up_another_roster(make):
    bridge = make.bridge().start()
    def unit(ident):
        return next(u for u in bridge.get("/v1/units", "tamu").json["units"] if u["id"] == ident)
    first = unit("DMK-01")
    assert first["roster"] is None and first["crew_min"] == 4 and first["station"] == "Mako Damkar Bima", first
    assert unit("DMK-03")["capabilities"] == ["hydraulic", "height", "animals"] and unit("BPB-03")["shared_crew"] == "TRC-2"
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    begun, end = now - datetime.timedelta(hours=2), now + datetime.timedelta(hours=5)
    row = "DMK-01;{:%d/%m/%Y %H:%M};{:%d/%m/%Y %H:%M};4\n"
    _import(bridge.data, "unit;mulai;selesai;jumlah\n" + row.format(begun, end))
    on = unit("DMK-01")["roster"]
    assert (on["duty"], on["crew"]) == ("on", 4), on
    assert datetime.datetime.fromisoformat(on["until"].replace("Z", "+00:00")) == end.replace(second=0, microsecond=0), on
    hour = datetime.timedelta(hours=1)
    _import(bridge.data, "unit;mulai;selesai;jumlah\n" + row.format(begun, begun + hour) + row.format(end, end + hour))
    off = unit("DMK-01")["roster"]
    assert off["duty"] == "off" and "until" not in off, off


def of_the_people_only_what_duty_needs_is_kept(make):
    data = _data(make)
    done = _import(data, PEOPLE)
    kept = "".join(file.read_text() for file in data.iterdir()) + done.stdout + done.stderr
    assert "Kenari" not in kept and "19700101" not in kept, kept
    assert "D-12" in kept and "A-1" not in kept, kept
    assert stat.S_IMODE((data / "roster.tsv").stat().st_mode) == 0o600
    wrong = _import(data, PEOPLE.replace("D-12", "197001011990031001"), check=False)
    assert wrong.returncode == 1 and "jaga.csv:2: Kode Petugas: is as long as a NIP" in wrong.stderr, wrong.stderr
    assert "19700101" not in wrong.stderr and "Kenari" not in wrong.stderr, wrong.stderr


def a_dry_run_says_what_it_would_do_and_changes_nothing(make):
    data = _data(make)
    said = _import(data, PEOPLE, "--dry-run").stdout
    for part in ("6 rows, 3 shifts, from 2026-11-25 07:00 to 2026-11-26 14:00", "DMK-02 from 2026-11-25 07:00: a crew of 1 where 4",
                 "nothing is said of: DMK-03 DMK-04", "a dry run"):
        assert part in said, said
    assert not (data / "roster.tsv").exists()


def with_one_mistake_nothing_is_taken_over_and_every_mistake_is_named(make):
    data = _data(make)
    _import(data, SHIFTS)
    before = (data / "roster.tsv").read_bytes()
    broken = SHIFTS + "DMK-99,2026-11-25,21.00,07.00,5\nDMK-02,30/02/2026,21.00,07.00,5\nDMK-03,2026-11-25,21.00,07.00,5\n"
    done = _import(data, broken, check=False)
    assert done.returncode == 1 and "2 mistakes; nothing was taken over" in done.stderr, done.stderr
    for named in ('jaga.csv:3: unit: no unit "DMK-99"', 'jaga.csv:4: tanggal: "30/02/2026" is not a date'):
        assert named in done.stderr, done.stderr
    assert (data / "roster.tsv").read_bytes() == before


def a_later_import_takes_the_place_of_what_was_said_from_its_first_shift_on(make):
    data = _data(make)
    _import(data, PEOPLE)
    _import(data, SHIFTS)
    assert _show(data, "2026-11-25T10:00:00+07:00")["DMK-01"][0] == "on", "before the first shift of the later one"
    assert _show(data, "2026-11-26T03:00:00+07:00")["DMK-01"][:4] == ["on", "2026-11-25 21:00", "2026-11-26 07:00", "5"]
    assert _show(data, "2026-11-26T10:00:00+07:00")["DMK-01"][0] == "-", "replaced, and nothing is said after the last shift"
    assert _show(data, "2026-11-25T10:00:00+07:00")["DMK-02"][0] == "on", "another unit's stay"


def a_shift_that_ends_takes_its_unit_off_duty_and_nobody_can_send_it(make):
    bridge = make.bridge().start()
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    at = lambda minutes: (now + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%d,%H.%M")
    until = lambda minutes: (now + datetime.timedelta(minutes=minutes)).strftime("%H.%M")
    table = "unit,tanggal,mulai,selesai,jumlah\n"
    unit = lambda: next(u for u in bridge.get("/v1/units").json["units"] if u["id"] == "DMK-01")
    fire = bridge.report("Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam")["incident_id"]
    between = lambda ident: table + "".join(f"{ident},{at(m)},{until(m + 60)},5\n" for m in (-120, 60))
    _import(bridge.data, between("DMK-01"))
    wait.until(lambda: unit()["status"] == "off_duty", "its shift is over", within=20)
    assert bridge.act(fire, "assign", units=["DMK-01"]).status == 422
    told = [e for e in bridge.log() if e["event"] == "unit.updated"]
    assert len(told) == 1 and told[0]["by"] is None and "jadwal jaga" in told[0]["note"]
    called_in = bridge.ask("PUT", "/v1/units/DMK-01/status", {"status": "on_duty", "note": "dipanggil"}, "pos-fire")
    assert called_in.status == 200 and bridge.act(fire, "assign", units=["DMK-01"]).status == 200
    bridge.restart()
    wait.until(lambda: bridge.readyz().status == 200, "it is back")
    assert unit()["duty"] == "on", "what a person said after the shift's end stands"
    bridge.ask("PUT", "/v1/units/DMK-03/status", {"status": "out_of_service"}, "pos-fire")
    _import(bridge.data, between("DMK-03") + between("DMK-02")[len(table):])
    of = lambda ident: next(u for u in bridge.get("/v1/units").json["units"] if u["id"] == ident)
    wait.until(lambda: of("DMK-02")["duty"] == "off", "the other's shift is over too", within=20)
    assert of("DMK-03")["duty"] == "out_of_service", "the roster does not mend an engine"
