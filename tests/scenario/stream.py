"""A console's stream: where it begins, how it goes on, what it may see, how it is refused."""

import asyncio
import json
import uuid

import pytest
import websockets

from world import console as consoles
from world import wait, web
from world.bridge import tangi
from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
TEXTS = [FIRE, "Ada maling masuk rumah di Drajat", "Ibu saya pingsan tidak sadar di Pekalipan",
         "Lampu jalan mati di Perumnas", "Banjir setinggi dada di Argasunya, orang terjebak"]
DESKS = {"pos-fire": "fire", "pos-police": "police", "pos-health": "health",
         "pos-disaster": "disaster", "pos-city": "city"}


def a_console_begins_with_a_snapshot_and_goes_on_with_every_event(bridge):
    before = bridge.report(FIRE)
    with bridge.console() as desk:
        snapshot = desk.snapshots[0]
        assert before["incident_id"] in [i["id"] for i in snapshot["incidents"]]
        assert snapshot["seq"] >= before["seq"] and snapshot["epoch"] and "units" in snapshot
        after = [bridge.report(t) for t in TEXTS]
        desk.sees(after[-1]["id"])
        mine = [f for f in desk.frames if f["seq"] > snapshot["seq"]]
        assert [f["seq"] for f in mine] == sorted({f["seq"] for f in mine})
        assert mine[0]["seq"] == snapshot["seq"] + 1
        for report in after:
            frame = desk.sees(report["id"])
            assert frame["seq"] == report["seq"]
            assert frame["incident"]["id"] == report["incident_id"]
            assert frame["incident"]["version"] >= 1
            assert list(frame["incident"])[-1] == "text"


def a_console_resumes_after_its_last_number_without_gap_or_repeat(bridge):
    first = bridge.report(FIRE)
    missed = [bridge.report(t) for t in TEXTS]
    with bridge.console() as probe:
        epoch = probe.epoch
    with bridge.console(after=first["seq"], epoch=epoch) as desk:
        assert desk.subscribed[0]["recovered"] and not desk.snapshots
        live = bridge.report(FIRE)
        desk.sees(live["id"])
        assert desk.seqs == list(range(first["seq"] + 1, live["seq"] + 1))
        assert {r["id"] for r in missed} <= {f.get("report_id") for f in desk.frames}


def a_resumed_console_gets_the_same_bytes_as_the_log(bridge):
    first = bridge.report(FIRE)
    bridge.report(TEXTS[1])
    with bridge.console() as probe:
        epoch = probe.epoch
    with bridge.console(after=first["seq"] - 1, epoch=epoch) as desk:
        last = bridge.report(FIRE)
        desk.sees(last["id"])
        assert desk.frames == bridge.log(after=first["seq"] - 1)


def another_epoch_or_a_number_never_given_gets_a_snapshot(bridge):
    bridge.report(FIRE)
    with bridge.console(after=1, epoch="some-other-epoch") as desk:
        assert not desk.subscribed[0]["recovered"] and len(desk.snapshots) == 1
    with bridge.console() as probe:
        epoch = probe.epoch
    with bridge.console(after=10**9, epoch=epoch) as desk:
        assert not desk.subscribed[0]["recovered"] and len(desk.snapshots) == 1


def a_quiet_stream_ticks_so_that_a_console_knows_it_is_alive(bridge):
    with bridge.console() as desk:
        desk.wait(lambda c: c.ticks >= 2, "two ticks", within=12)


def the_log_as_lines_stays_open_and_gives_the_same_bytes(bridge):
    first = bridge.report(FIRE)
    with web.Line(bridge.trusted) as line:
        line.sock.sendall(web.request_bytes("GET", f"/v1/events?after={first['seq'] - 1}", bridge.trusted,
                                            token=bridge.token("pengawas"),
                                            headers={"Accept": "application/x-ndjson"}))
        line.sock.settimeout(0.2)
        got = bytearray()

        def more():
            try:
                got.extend(line.sock.recv(65536))
            except TimeoutError:
                pass
            return got
        wait.until(lambda: first["id"].encode() in more(), "the first event")
        later = bridge.report(TEXTS[1])
        wait.until(lambda: later["id"].encode() in more(), "a later event, live")
        wait.until(lambda: b'"type":"tick"' in more(), "a tick", within=15)
    head, _, body = bytes(got).partition(b"\r\n\r\n")
    lines = (web.unchunk(body) if b"chunked" in head else body).split(b"\n")[:-1]
    frames = [json.loads(l) for l in lines if l.startswith(b'{"type":"event"')]
    assert frames == bridge.log(after=first["seq"] - 1)[:len(frames)] and len(frames) >= 2


def everybody_sees_exactly_what_concerns_them_on_every_way_out(bridge):
    """Stream, log, list and broker take one decision: agency of the incident, or a role that sees all."""
    desks = {who: bridge.console(who).ready() for who in (*DESKS, "pengawas", "siaga", "tamu")}
    radios = {a: Radio(bridge.broker, f"agency-{a}", f"{BASE}/agency/#").ready() for a in DESKS.values()}
    start = bridge.head()
    try:
        sent = [bridge.report(t) for t in TEXTS * 3]
        secret = bridge.report(FIRE, anonymity="secret")
        last = bridge.report(FIRE)  # concerns fire; the others are asked until they are quiet
        for who in ("pengawas", "siaga", "tamu"):
            desks[who].sees(last["id"])
        seqs = {r["id"]: r["seq"] for r in sent + [secret, last]}
        for who, agency in DESKS.items():
            due = [r["seq"] for r in sent + [secret, last] if agency in r["classification"]["agencies"]]
            wait.until(lambda: len(desks[who].seqs) >= len(due), f"{who} has its events")
            assert desks[who].seqs == due, who
            assert [e["seq"] for e in bridge.log(after=start, who=who)] == due, who
            heard = radios[agency].wait(
                lambda h: [x.json["seq"] for x in h if x.topic.endswith("/events")][-len(due):] == due
                if due else True, f"{agency}'s radio has its events")
            assert heard
            assert all(f"/agency/{agency}/" in h.topic for h in radios[agency].heard)
        assert secret["seq"] in desks["pengawas"].seqs
        assert secret["seq"] not in desks["siaga"].seqs + desks["tamu"].seqs
        for who in ("pengawas", "siaga", "tamu"):
            hidden = set() if who == "pengawas" else {secret["seq"]}
            assert [s for s in desks[who].seqs if s in seqs.values()] == \
                [s for s in seqs.values() if s not in hidden]
        listed = bridge.get("/v1/incidents?limit=200", "pos-police").json["incidents"]
        assert all("police" in i["agencies"] for i in listed)
        for who, agency in DESKS.items():
            for report in sent[:5]:
                answer = bridge.get(f"/v1/incidents/{report['incident_id']}", who)
                assert (answer.status == 200) == (agency in report["classification"]["agencies"]), who
    finally:
        [d.close() for d in desks.values()]
        [r.close() for r in radios.values()]


def an_agency_that_is_taken_off_an_incident_is_told_once_and_then_no_more(bridge):
    report = bridge.report(FIRE)
    assert "fire" in report["classification"]["agencies"]
    with bridge.console("pos-fire") as fire, bridge.console("pos-city") as town:
        done = bridge.act(report["incident_id"], "reclassify", "pengawas", agencies=["city"])
        assert done.status == 200, done
        after = bridge.act(report["incident_id"], "note", "pengawas", note="untuk kota saja")
        town.wait(lambda c: after.json["seq"] in c.seqs, "the note")
        marker = bridge.report(FIRE)
        fire.sees(marker["id"])
        assert done.json["seq"] in fire.seqs and after.json["seq"] not in fire.seqs


def a_console_may_ask_for_fewer_agencies_than_it_may_see(bridge):
    with bridge.console("pengawas", agencies=["police"]) as desk:
        fire = bridge.report("Kebakaran ilalang di Argasunya")
        police = bridge.report(TEXTS[1])
        assert "police" in police["classification"]["agencies"]
        desk.sees(police["id"])
        if "police" not in fire["classification"]["agencies"]:
            assert fire["seq"] not in desk.seqs


def the_name_and_number_of_a_reporter_appear_nowhere(bridge):
    canary = f"Canary{uuid.uuid4().hex[:10]}"
    phone = "+6281999000111"
    desks = [bridge.console(who).ready() for who in ("pengawas", "pos-fire", "siaga", "tamu")]
    with Radio(bridge.broker, "bridge", "#") as ear:
        raw = []
        report = bridge.report(FIRE, reporter={"name": canary, "phone": phone}, nickname=canary)
        call = bridge.ask("POST", "/v1/calls", {"call_id": uuid.uuid4().hex, "state": "ringing",
                                                "caller": phone}, "siaga")
        assert call.status == 201
        bridge.send("x", source_id="", reporter={"name": canary, "phone": phone})
        for desk in desks:
            raw.append(json.dumps(desk.sees(report["id"])))
            raw.append(json.dumps(desk.frames))
            desk.close()
        ear.wait(lambda h: [x for x in h if report["incident_id"] in x.topic], "the retained view")
        raw += [h.payload.decode() for h in ear.heard if h.payload]
    raw.append(json.dumps(bridge.log(after=report["seq"] - 1)))
    raw.append(bridge.get("/metrics", trusted=True).body.decode())
    raw.append(bridge.get(f"/v1/incidents/{report['incident_id']}", "pos-fire").body.decode())
    for text in raw:
        assert phone not in text and phone[1:] not in text
        assert canary not in text
    # The log of the daemon holds neither name nor number nor the words.
    for secret in (canary, phone[1:], "masih ada orang di dalam", bridge.token("rest")):
        assert secret not in bridge.process.log_text()


def the_words_of_a_report_are_not_left_in_the_broker(bridge):
    report = bridge.report("Kebakaran gudang rongsok Unikatakan di Kesambi", reporter={"name": "Canary"})
    with Radio(bridge.broker, "agency-fire", f"{BASE}/agency/fire/incidents/#") as late:
        topic = f"{BASE}/agency/fire/incidents/{report['incident_id']}"
        view = late.wait(lambda h: next((x for x in h if x.topic == topic and x.payload), None), "the view")
        assert b"Unikatakan" not in view.payload and "text" not in view.json["incident"]
        assert view.json["seq"] == report["seq"] and view.json["id"] and "exercise" in view.json


def a_foreign_page_cannot_open_the_stream(bridge):
    cookie, _ = bridge.sign_in("siti")
    home = f"http://127.0.0.1:{bridge.public}"
    consoles.Console(bridge.public, cookie=cookie, origin=home).ready().close()
    for origin in ("http://evil.example", "null", "https://127.0.0.1:1", home + ".evil.example", None):
        with pytest.raises(consoles.Refused) as refused:
            consoles.Console(bridge.public, cookie=cookie, origin=origin)
        assert refused.value.answer.status == 403, origin


def nobody_opens_the_stream_without_the_right(bridge):
    for kw, status in (({}, 401), ({"token": "wrong"}, 401), ({"cookie": "tangi_session=00"}, 401),
                       ({"token": bridge.token("rest")}, 403), ({"token": bridge.token("regu")}, 403)):
        with pytest.raises(consoles.Refused) as refused:
            consoles.Console(bridge.public, **kw)
        assert refused.value.answer.status == status, kw


def a_removed_account_loses_its_open_stream(make):
    bridge = make.bridge().start()
    with bridge.console("tamu") as guest, bridge.console() as desk:
        tangi("token", "remove", "tamu", "--data", bridge.data)
        # Promised within 2 s.
        guest.wait_end(within=20)
        bridge.report(FIRE)
        desk.wait(lambda c: c.frames, "others go on")
    with pytest.raises(consoles.Refused):
        bridge.console("tamu")


def a_message_that_means_nothing_is_answered_and_the_stream_goes_on(bridge):
    with bridge.console() as desk:
        for bad in ({"type": "dance"}, {"no": "type"}, {"type": "subscribe", "after": "x"},
                    {"type": "action"}, {"type": "subscribe", "agencies": ["circus"]}):
            count = len(desk.errors) + len(desk.results)
            desk.send(bad)
            desk.wait(lambda c: len(c.errors) + len(c.results) > count, f"an answer to {bad}")
        report = bridge.report(FIRE)
        desk.sees(report["id"])


def a_stock_websocket_library_and_the_tests_own_see_the_same(bridge):
    first = bridge.report(FIRE)
    with bridge.console() as probe:
        epoch = probe.epoch

    async def read():
        async with websockets.connect(
                f"ws://127.0.0.1:{bridge.public}/v1/stream", subprotocols=["tangi.v1"],
                extra_headers={"Authorization": f"Bearer {bridge.token('pengawas')}"}) as ws:
            assert ws.subprotocol == "tangi.v1"
            await ws.send(json.dumps({"type": "subscribe", "after": first["seq"] - 1, "epoch": epoch}))
            pong = await ws.ping()
            await asyncio.wait_for(pong, 10)
            while True:
                message = json.loads(await asyncio.wait_for(ws.recv(), 10))
                for frame in message.get("events", [message]):
                    if frame.get("report_id") == first["id"]:
                        return frame
    assert asyncio.run(read()) == bridge.log(after=first["seq"] - 1)[0]
