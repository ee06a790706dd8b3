"""The hand-over of a shift: what the next one is told, and who signs for it."""

import uuid

from world import wait

FIRE = "Kebakaran rumah di Jl. Kesambi dekat masjid, hubungi Pak Slamet 081234567890"
POLICE = "Ada perampokan bersenjata di Jl. Siliwangi"


def _page(bridge, who="pos-fire", agency=None):
    answer = bridge.get("/v1/shift" + (f"?agency={agency}" if agency else ""), who)
    assert answer.status == 200, answer
    return answer.json


def _sign(bridge, seq, who="pos-fire", **more):
    return bridge.ask("POST", "/v1/shift/hand-overs", {"from": "budi", "seq": seq, **more}, who)


def _signed(bridge, seq, **more):
    answer = _sign(bridge, seq, **more)
    assert answer.status == 200, answer
    return answer.json


def the_page_says_what_is_open_promised_silent_and_unreturned(make):
    bridge = make.bridge(make.broker()).start()
    unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
    ident, theirs = bridge.report(FIRE)["incident_id"], bridge.report(POLICE)["incident_id"]
    played = bridge.report(FIRE, exercise=True)["incident_id"]
    assert bridge.act(ident, "assign", units=[unit]).status == 200
    assert bridge.act(ident, "note", note="Kembali dengan pompa kedua, 0812 9999 8888", promise=True).status == 200
    off = bridge.ask("PUT", "/v1/units/DMK-03/status", {"status": "out_of_service"}, "pos-fire")
    assert off.status == 200, off
    for number, states in (("+6281200000001", ("ringing", "abandoned")), ("+6281200000002", ("ringing", "abandoned")),
                           ("+6281200000002", ("ringing", "answered"))):
        call = uuid.uuid4().hex
        for state in states:
            done = bridge.ask("POST", "/v1/calls", {"call_id": call, "state": state, "caller": number}, "siaga")
            assert done.status == 201, done
    page = _page(bridge)
    assert ident in [row["incident_id"] for row in page["open"]]
    assert not {theirs, played} & {row["incident_id"] for row in page["open"]}
    row = next(row for row in page["open"] if row["incident_id"] == ident)
    part = next(part for part in row["parts"] if part["agency"] == "fire")
    assert (part["state"], part["by"]) == ("dispatched", "pos-fire") and part["waits"], part
    assert [(p["kind"], p["by"], p["incident_id"]) for p in page["promised"]] == [("note", "pos-fire", ident)]
    assert [(u["unit"], u["by"]) for u in page["silent_units"]] == [(unit, "pos-fire")]
    assert [(u["unit"], u["duty"]) for u in page["units"]] == [("DMK-03", "out_of_service")]
    assert page["unreturned_calls"] == [] and page["since"] is None and page["system"]["broker"]["ok"]
    over_all = _page(bridge, "pengawas")
    assert {ident, theirs} <= {row["incident_id"] for row in over_all["open"]}
    assert [c["caller"][-1] for c in over_all["unreturned_calls"]] == ["1"], "who was called back is not on it"
    assert _page(bridge, "siaga", "fire")["agency"] == "fire"
    assert bridge.get("/v1/shift?agency=police", "pos-fire").status == 400


def what_was_promised_goes_when_its_incident_is_closed_and_who_answers_is_silent_no_more(make):
    bridge = make.bridge(make.broker()).start()
    unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "assign", units=[unit]).status == 200
    assert bridge.act(ident, "note", note="pompa kedua", promise=True).status == 200
    assert _page(bridge)["silent_units"] and _page(bridge)["promised"]
    assert bridge.act(ident, "status", unit=unit, status="en_route").status == 200
    assert not _page(bridge)["silent_units"]
    _signed(bridge, _page(bridge)["seq"])
    assert _page(bridge)["promised"], "also in the shift after"
    assert bridge.act(ident, "close", "pengawas", outcome="resolved", release=True).status == 200
    assert not _page(bridge)["promised"]


def what_was_promised_goes_where_its_incident_was_merged_into(make):
    bridge = make.bridge().start()
    first, second = bridge.report(FIRE)["incident_id"], bridge.report(FIRE)["incident_id"]
    assert bridge.act(first, "note", note="pompa kedua", promise=True).status == 200
    assert bridge.act(first, "merge", into=second).status == 200
    promised, = _page(bridge)["promised"]
    assert (promised["incident_id"], promised["words"]) == (second, "pompa kedua")
    _signed(bridge, _page(bridge)["seq"])
    assert _page(bridge)["promised"] == [promised], "also in the shift after"
    assert bridge.act(second, "close", "pengawas", outcome="resolved").status == 200
    assert not _page(bridge)["promised"]


def who_takes_over_signs_for_what_they_read_and_it_stays_signed(make):
    bridge = make.bridge().start()
    bridge.report(FIRE)
    read = _page(bridge)["seq"]
    command = uuid.uuid4().hex
    first = _signed(bridge, read, command_id=command, remark="DMK-03 di bengkel")
    told = first["hand_over"]
    assert (told["agency"], told["by"], told["from"], told["read_seq"], told["before"]) == \
        ("fire", "pos-fire", "budi", read, 0)
    assert _signed(bridge, read, command_id=command, remark="DMK-03 di bengkel") == first
    assert _sign(bridge, read, command_id=command, remark="lain").status == 409
    bridge.kill()
    bridge.start()
    page = _page(bridge)
    assert page["last_hand_over"] == {**told, "seq": first["seq"]} and page["since"] == told["at"]
    second = _signed(bridge, page["seq"])
    listed = bridge.get("/v1/shift/hand-overs", "pos-fire").json["hand_overs"]
    assert [h["seq"] for h in listed] == [second["seq"], first["seq"]]
    events = [e for e in bridge.log() if e["event"] == "shift.handed_over"]
    assert [e["seq"] for e in events] == [first["seq"], second["seq"]]
    assert not bridge.get("/v1/shift/hand-overs", "pengawas").json["hand_overs"], "that of 112 is another desk"
    bridge.stop()
    bridge.verify()


def what_came_since_is_named_and_makes_the_signature_stale(make):
    bridge = make.bridge().start()
    ident = bridge.report(FIRE)["incident_id"]
    read = _page(bridge)["seq"]
    assert bridge.act(ident, "note", note="masih menyala").status == 200
    theirs = bridge.report(POLICE)
    bridge.report(FIRE, exercise=True)
    _signed(bridge, read)  # a note, another desk's incident and what is played are no reason to read again
    read = _page(bridge)["seq"]
    new = bridge.report("Kebakaran pasar di Jl. Karanggetas, api membesar")
    stale = _sign(bridge, read)
    assert stale.status == 409, stale
    assert [(s["event"], s["incident_id"]) for s in stale.json["since"]] == [("incident.created", new["incident_id"])]
    assert stale.json["errors"][0]["field"] == "seq" and theirs["seq"] < new["seq"] <= stale.json["seq"]
    _signed(bridge, stale.json["seq"])
    again = _sign(bridge, stale.json["seq"])
    assert again.status == 409 and again.json["since"][0]["event"] == "shift.handed_over", "somebody was first"


def nobody_hands_over_to_themselves_or_for_a_desk_that_is_not_theirs(make):
    bridge = make.bridge().start()
    seq = _page(bridge)["seq"]
    for status, field, more in ((422, "from", {"from": "pos-fire"}), (422, "agency", {"agency": "police"}),
                                (422, "seq", {"seq": seq + 100}), (400, "from", {"from": " "}),
                                (400, "agency", {"agency": "navy"}), (400, "seq", {"seq": "x"})):
        answer = _sign(bridge, **{"seq": seq, **more})
        assert answer.status == status and answer.json["errors"][0]["field"] == field, (more, answer)
    assert _sign(bridge, seq, "tamu").status == 403
    assert not bridge.log()
    assert _signed(bridge, seq, who="pengawas", agency="police")["hand_over"]["agency"] == "police"
    assert _signed(bridge, _page(bridge, "pengawas")["seq"], who="pengawas")["hand_over"]["agency"] is None


def a_desk_hears_of_its_own_hand_over_and_not_of_another_s(make):
    bridge = make.bridge().start()
    with bridge.console("pos-police") as other, bridge.console("pos-fire") as desk:
        told = _signed(bridge, _page(bridge)["seq"])
        desk.wait(lambda c: [f for f in c.frames if f["event"] == "shift.handed_over"], "it is told")
        mark = bridge.report(POLICE)
        other.wait(lambda c: [f for f in c.frames if f["seq"] == mark["seq"]], "the police hear theirs")
        assert not [f for f in other.frames if f["event"] == "shift.handed_over"]
    assert told["hand_over"]["agency"] == "fire"


def the_page_is_printed_with_room_to_sign_and_without_what_citizens_said(make):
    bridge = make.bridge().start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.report("Suami saya memukuli saya <b>", anonymity="secret").keys()
    assert bridge.act(ident, "note", note="telepon 0812 9999 8888 <script>", promise=True).status == 200
    for answer in (bridge.get("/v1/shift?format=html", "pengawas"),
                   bridge.get("/v1/shift", "pengawas", headers={"Accept": "text/html"})):
        page = answer.body.decode()
        assert answer.status == 200 and answer["content-type"].startswith("text/html")
        assert "Serah terima" in page and "Hand-over" in page and "Menerima" in page
        assert "Kebakaran" in page and "janji" in page
        for canary in ("Slamet", "081234567890", "9999 8888", "<script>", "memukuli", "src=", "href="):
            assert canary not in page, canary


def what_rose_in_this_shift_is_on_it_and_not_what_rose_before(make):
    bridge = make.bridge().start()
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "escalate", agency="fire", note="api merambat").status == 200
    rises = wait.until(lambda: _page(bridge)["escalations"], "it is there")
    assert [(r["incident_id"], r["agency"], r["by"]) for r in rises] == [(ident, "fire", "pos-fire")]
    _signed(bridge, _page(bridge)["seq"])
    assert not _page(bridge)["escalations"]
