"""The reference is true: what bridge/api/openapi.yaml and asyncapi.yaml say is what is served."""

import json
import time
import uuid

from world import console, places, reference, wait, web
from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
NOBODYS = {"reports": "R-01ARZ3NDEKTSV4RRFFQ69G5FAV", "incidents": "I-01ARZ3NDEKTSV4RRFFQ69G5FAV",
           "calls": "C-01ARZ3NDEKTSV4RRFFQ69G5FAV", "callers": "N-01ARZ3NDEKTSV4RRFFQ69G5FAV", "tickets": "9999999999"}

# What takes a broken disk, a stop at the right moment or a broker that is away: fault/disk.py and
# scenario/broker_restart.py see to those.
RARE = {503}
# Its answers are looked at on their own: they are those to an upgrade.
STREAM = "/v1/stream"


def _target(path):
    """A target for a documented path, of something that is not there."""
    for kind, ident in NOBODYS.items():
        if path.startswith(f"/v1/{kind}/"):
            head, _, tail = path.partition("{")
            return head + ident + tail.partition("}")[2]
    return path


def every_example_is_what_its_schema_says():
    count = 0
    for book in (reference.Http(), reference.Messages()):
        for where, schema, home, value in book.examples():
            assert not reference.faults(schema, home, value), (where, reference.faults(schema, home, value))
            count += 1
    assert count > 30


def every_route_of_the_sources_stands_in_the_reference_and_no_other():
    documented = {(method, path) for method, path, _ in reference.Http().operations() if path != STREAM}
    assert reference.routes_in_the_sources() == documented


def every_documented_path_has_the_documented_methods(bridge):
    methods = {}
    for method, path, _ in reference.Http().operations():
        methods.setdefault(path, set()).add(method)
    for path, known in methods.items():
        answer = bridge.ask("PATCH", _target(path))
        if "GET" in known and path != STREAM:
            known.add("HEAD")
        assert answer.status == 405, (path, answer)
        assert set(answer["allow"].split(", ")) == known, (path, answer.head)


def every_call_but_the_public_ones_wants_to_know_who_asks(bridge):
    book = reference.Http()
    for method, path, operation in book.operations():
        if path == STREAM or operation.get("security") == []:
            continue
        answer = bridge.ask(method, _target(path), b"{}" if "requestBody" in operation else None)
        assert answer.status == 401, (method, path, answer)
        book.check(method, _target(path), answer)


class _Asker:
    """Asks, expects a status, and holds every answer against the reference."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.book = reference.Http()

    def __call__(self, status, method, target, body=None, who="pengelola", **kw):
        answer = self.bridge.ask(method, target, body, who, **kw)
        assert answer.status == status, (method, target, answer)
        self.book.check(method, target, answer)
        return answer.json if answer.body and "json" in answer["content-type"] else answer


def _intake(ask):
    key = uuid.uuid4().hex
    body = {"source": "lapor-web", "source_id": key, "text": FIRE, "received_at": "2026-11-23T14:05:09+07:00",
            "reporter": {"name": "Kenari", "phone": "+62811222333"}, "kind": "pengaduan",
            "location": {"lat": -6.732, "lon": 108.552, "accuracy_m": 15},
            "attachments": [{"url": "https://example.org/a.jpg", "type": "image/jpeg"}]}
    report = ask(201, "POST", "/v1/reports", body, "rest")
    ask(200, "POST", "/v1/reports", body, "rest")
    ask(409, "POST", "/v1/reports", {**body, "text": "Banjir"}, "rest")
    ask(400, "POST", "/v1/reports", {"source": "lapor-web"}, "rest")
    ask(422, "POST", "/v1/reports", {**body, "source": "radio-gelap"}, "rest")
    ask(403, "POST", "/v1/reports", body, "tamu")
    ask(413, "POST", "/v1/reports", b" " * 70000, "rest")
    for who in ("pengelola", "pengawas", "pos-fire", "tamu"):
        ask(200, "GET", f"/v1/reports/{report['id']}", who=who)
    ask(404, "GET", _target("/v1/reports/{id}"))
    ask(403, "GET", f"/v1/reports/{report['id']}", who="rest")
    ask(200, "GET", f"/v1/tickets/{report['tracking_id']}", who=None)
    ask(404, "GET", _target("/v1/tickets/{tracking_id}"), who=None)
    return report


def _calls(ask):
    call = {"call_id": uuid.uuid4().hex, "state": "ringing", "caller": "+6281234567890"}
    ident = ask(201, "POST", "/v1/calls", call, "siaga")["id"]
    ask(200, "POST", "/v1/calls", call, "siaga")
    ask(201, "POST", "/v1/calls", {**call, "state": "ended", "at": "2026-11-23T07:05:09Z"}, "siaga")
    ask(422, "POST", "/v1/calls", {**call, "state": "answered"}, "siaga")
    ask(400, "POST", "/v1/calls", {"state": "singing"}, "siaga")
    ask(403, "POST", "/v1/calls", call, "tamu")
    ask(413, "POST", "/v1/calls", b" " * 9000, "siaga")
    assert ask(200, "GET", f"/v1/calls/{ident}", who="siaga") == \
        ask(200, "GET", f"/v1/calls/{call['call_id']}", who="siaga")
    ask(403, "GET", f"/v1/calls/{ident}", who="pos-fire")
    ask(404, "GET", _target("/v1/calls/{id}"))


def _callers(ask):
    call = {"call_id": uuid.uuid4().hex, "caller": "+6281199887766"}
    for state, more in (("ringing", {}), ("ended", {}), ("ended", {"outcome": "silent"})):
        ask(201, "POST", "/v1/calls", {**call, "state": state, **more}, "siaga")
    ask(422, "POST", "/v1/calls", {**call, "state": "ended", "outcome": "real"}, "siaga")
    card = ask(200, "GET", f"/v1/calls/{call['call_id']}", who="siaga")["card"]
    target = f"/v1/callers/{card['handle']}"
    assert ask(200, "GET", target, who="siaga")["reasons"] == card["reasons"]
    ask(403, "GET", target, who="pos-fire")
    ask(404, "GET", _target("/v1/callers/{handle}"))
    ask(404, "GET", "/v1/callers/081199887766")
    wish = {"reason": "nomor ganti pemilik", "command_id": uuid.uuid4().hex}
    ask(403, "POST", f"{target}/clear", wish, "siaga")
    ask(400, "POST", f"{target}/clear", {"reason": " "}, "pengawas")
    ask(404, "POST", _target("/v1/callers/{handle}/clear"), wish, "pengawas")
    ask(413, "POST", f"{target}/clear", b" " * 9000, "pengawas")
    first = ask(200, "POST", f"{target}/clear", wish, "pengawas")
    assert ask(200, "POST", f"{target}/clear", wish, "pengawas") == first
    other = {**call, "call_id": uuid.uuid4().hex, "caller": "+6281199887700"}
    ask(201, "POST", "/v1/calls", {**other, "state": "ringing"}, "siaga")
    handle = ask(200, "GET", f"/v1/calls/{other['call_id']}", who="siaga")["card"]["handle"]
    ask(409, "POST", f"/v1/callers/{handle}/clear", wish, "pengawas")
    _call_back(ask, f"/v1/callers/{handle}/call-back", other)


def _call_back(ask, target, call):
    done = {"action": "done", "outcome": "reached"}
    ask(422, "POST", target, done, "siaga")
    ask(201, "POST", "/v1/calls", {**call, "state": "abandoned"}, "siaga")
    ask(200, "GET", "/v1/alarms", who="siaga")
    taken = {"action": "acknowledge", "command_id": uuid.uuid4().hex}
    assert not ask(200, "POST", target, taken, "siaga")["repeated"]
    assert ask(200, "POST", target, taken, "siaga")["repeated"]
    ask(409, "POST", target, {"action": "acknowledge"}, "pengawas")
    ask(400, "POST", target, {"action": "shelve", "minutes": 9}, "siaga")
    ask(403, "POST", target, done, "pos-fire")
    ask(404, "POST", _target("/v1/callers/{handle}/call-back"), done, "siaga")
    ask(413, "POST", target, b" " * 9000, "siaga")
    ask(200, "POST", target, done, "siaga")


def _actions(ask, incident):
    target = f"/v1/incidents/{incident}/actions"
    ask(200, "POST", target, {"action": "acknowledge", "agency": "fire", "expected_version": 1}, "pos-fire")
    ask(200, "POST", target, {"action": "note", "note": "ada tangga"}, "pengawas")
    ask(409, "POST", target, {"action": "note", "note": "x", "expected_version": 1}, "pengawas")
    ask(422, "POST", target, {"action": "reopen"}, "pengawas")
    ask(400, "POST", target, {"action": "dance"}, "pengawas")
    ask(403, "POST", target, {"action": "note", "note": "x"}, "tamu")
    ask(404, "POST", _target("/v1/incidents/{id}/actions"), {"action": "note", "note": "x"}, "pengawas")
    ask(413, "POST", target, b" " * 17000, "pengawas")
    other = ask(201, "POST", "/v1/reports", {"source": "lapor-web", "text": "Banjir di Drajat"}, "rest")
    beside = f"/v1/incidents/{other['incident_id']}"
    ask(200, "POST", f"{beside}/actions", {"action": "merge", "into": incident}, "pengawas")
    assert ask(200, "GET", beside)["merged_into"]["incident_id"] == incident
    assert any("merged" in t for t in ask(200, "GET", f"/v1/incidents/{incident}")["timeline"])
    ask(200, "POST", target, {"action": "split", "reports": [other["id"]]}, "pengawas")
    assert ask(200, "GET", beside)["status"] == "new"
    _lines(ask, incident)
    _units(ask, incident)
    ask(422, "POST", target, {"action": "close", "outcome": "resolved"}, "pengawas")
    ask(200, "POST", target, {"action": "close", "outcome": "resolved", "release": True}, "pengawas")
    ask(200, "GET", f"/v1/incidents/{incident}")
    _proposals(ask, f"/v1/incidents/{incident}/recommendation")
    ask(403, "GET", f"/v1/incidents/{incident}", who="rest")
    ask(404, "GET", _target("/v1/incidents/{id}"))


def _proposals(ask, target):
    assert ask(200, "GET", target, who="pos-fire")["level"] == 1
    assert ask(200, "GET", f"{target}?level=3", who="pengawas")["plan"]["level"] == 3
    ask(400, "GET", f"{target}?level=4", who="pengawas")
    ask(403, "GET", target, who="tamu")
    ask(404, "GET", _target("/v1/incidents/{id}/recommendation"), who="pengawas")


def _units(ask, incident):
    target, status = f"/v1/incidents/{incident}/actions", "/v1/units/DMK-01/status"
    ask(200, "POST", target, {"action": "assign", "units": ["DMK-01", "POL-01"]}, "pengawas")
    ask(200, "POST", target, {"action": "relocate", "location": {"lat": -6.73, "lon": 108.55}}, "pengawas")
    ask(200, "POST", target, {"action": "cancel", "units": ["POL-01"], "reason": "cukup"}, "pengawas")
    ask(200, "PUT", status, {"status": "on_scene", "incident_id": incident}, "pos-fire")
    ask(422, "PUT", status, {"status": "en_route", "incident_id": incident}, "pos-fire")
    duty = {"status": "off_duty", "command_id": uuid.uuid4().hex, "note": "ganti regu"}
    ask(200, "PUT", status, duty, "pos-fire")
    assert ask(200, "PUT", status, duty, "pos-fire")["unit"]["duty"] == "off"
    ask(409, "PUT", status, {**duty, "status": "on_duty"}, "pos-fire")
    ask(200, "PUT", status, {"status": "available"}, "pos-fire")
    ask(400, "PUT", status, {"status": "asleep"}, "pos-fire")
    ask(422, "PUT", status, {"status": "mayday_over"}, "pos-fire")
    ask(200, "PUT", status, {"status": "mayday", "incident_id": incident, "note": "terjebak"}, "pos-fire")
    ask(200, "PUT", status, {"status": "mayday_answered"}, "pengawas")
    assert ask(200, "GET", "/v1/alarms", who="pos-fire")["alarms"][0]["unit"] == "DMK-01"
    ask(200, "GET", "/v1/units", who="tamu")
    for who in ("pos-fire", "pengawas"):
        ask(200, "PUT", status, {"status": "mayday_over"}, who)
    ask(403, "PUT", status, duty, "tamu")
    ask(404, "PUT", _target("/v1/units/{id}/status"), duty, "pos-fire")
    ask(413, "PUT", status, b" " * 17000, "pos-fire")


def _lines(ask, incident):
    no = ask(200, "GET", f"/v1/incidents/{incident}")["no"]
    for line in ("", "tutup", f"tutup {no}", f"tutup {no} selesai", f"catat {no} x", "cari kesambi", "ambil 9999", "l"):
        ask(200, "POST", "/v1/command", {"line": line, "dry_run": True, "cursor": len(line)}, "pengawas")
    ask(200, "POST", "/v1/command", {"line": f"catat {no} x", "command_id": uuid.uuid4().hex}, "pengawas")
    ask(200, "POST", "/v1/command", {"line": "cari kesambi"}, "pengawas")
    ask(400, "POST", "/v1/command", {"line": "tutp"}, "pengawas")
    ask(403, "POST", "/v1/command", {"line": f"catat {no} x"}, "tamu")
    ask(404, "POST", "/v1/command", {"line": "ambil 9999"}, "pengawas")
    ask(409, "POST", "/v1/command", {"line": f"prio {no} 1", "expected_version": 1}, "pengawas")
    ask(413, "POST", "/v1/command", b" " * 17000, "pengawas")
    ask(422, "POST", "/v1/command", {"line": f"buka {no}"}, "pengawas")


def _lists(ask):
    page = ask(200, "GET", "/v1/incidents?limit=1&status=closed&agency=fire&since=2020-01-01T00:00:00%2B07:00")
    if page["next"]:
        ask(200, "GET", f"/v1/incidents?limit=1&cursor={page['next']}")
    for bad in ("limit=0", "status=open", "agency=circus", "area=kesambi", "since=kemarin", "cursor=c0"):
        answer = ask(400, "GET", f"/v1/incidents?{bad}")
        assert answer["errors"][0]["field"] == bad.partition("=")[0]
    ask(403, "GET", "/v1/incidents", who="rest")
    log = ask(200, "GET", "/v1/events?after=0&limit=3")
    ask(200, "GET", f"/v1/events?after={log['next']}&limit=1000&epoch={log['epoch']}")
    ask(200, "GET", f"/v1/events?after={log['seq']}", who="pos-city")
    for bad in ("after=x", "limit=1001"):
        ask(400, "GET", f"/v1/events?{bad}")
    ask(410, "GET", "/v1/events?after=1&epoch=another")
    ask(410, "GET", "/v1/events?after=900000000")
    ask(410, "GET", "/v1/events?after=900000000", headers={"Accept": "application/x-ndjson"})
    ask(403, "GET", "/v1/events", who="regu")


def _people(ask, bridge):
    home = f"http://127.0.0.1:{bridge.public}"
    word = {"user": "siti", "password": bridge.accounts.users["siti"]}
    ask(401, "POST", "/v1/session", {**word, "password": "salah"}, None)
    ask(400, "POST", "/v1/session", {"user": "siti"}, None)
    ask(413, "POST", "/v1/session", b" " * 5000, None)
    ask(403, "POST", "/v1/session", word, None, headers={"Origin": "http://evil.example"})
    cookie, csrf = bridge.sign_in("siti")
    me = ask(200, "GET", "/v1/me", who=None, headers={"Cookie": cookie})
    assert me["csrf"] == csrf and me["user"] == "siti" and me["agency"] == "fire"
    ask(200, "POST", "/v1/session", word, None, headers={"Cookie": cookie, "Origin": home})
    ask(401, "GET", "/v1/me", who=None, headers={"Cookie": cookie})
    cookie, csrf = bridge.sign_in("siti")
    ask(403, "DELETE", "/v1/session", who=None, headers={"Cookie": cookie, "Origin": home})
    ask(403, "DELETE", "/v1/session")
    ask(204, "DELETE", "/v1/session", who=None,
        headers={"Cookie": cookie, "Origin": home, "X-Tangi-Csrf": csrf})
    ask(200, "GET", "/v1/me", who="rest")


def _shift(ask):
    ask(200, "POST", f"/v1/incidents/{ask(201, 'POST', '/v1/reports', _fire(), 'rest')['incident_id']}/actions",
        {"action": "note", "note": "petugas menelepon kembali", "promise": True}, "pos-fire")
    page = ask(200, "GET", "/v1/shift", who="pos-fire")
    assert page["open"] and page["promised"]
    ask(200, "GET", "/v1/shift", who="pengawas")
    ask(200, "GET", "/v1/shift?format=html", who="pengawas")
    ask(400, "GET", "/v1/shift?agency=navy", who="pengawas")
    ask(403, "GET", "/v1/shift", who="tamu")
    target, wish = "/v1/shift/hand-overs", {"from": "budi", "seq": page["seq"], "command_id": uuid.uuid4().hex}
    signed = ask(200, "POST", target, wish, "pos-fire")
    assert ask(200, "POST", target, wish, "pos-fire") == signed
    ask(409, "POST", target, {**wish, "command_id": None}, "pos-fire")
    ask(422, "POST", target, {**wish, "from": "pos-fire", "command_id": None}, "pos-fire")
    ask(400, "POST", target, {"from": "budi"}, "pos-fire")
    ask(403, "POST", target, wish, "tamu")
    ask(413, "POST", target, b" " * 9000, "pos-fire")
    assert ask(200, "GET", f"{target}?limit=1", who="pos-fire")["hand_overs"][0]["seq"] == signed["seq"]
    ask(200, "GET", "/v1/shift", who="pos-fire")
    ask(400, "GET", f"{target}?limit=0", who="pos-fire")
    ask(403, "GET", target, who="tamu")


def _paper(ask):
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    paper = {"entered_from": "paper", "received_at": at}
    report = ask(201, "POST", "/v1/reports", {**_fire(), **paper}, "rest")
    ask(422, "POST", "/v1/reports", {**_fire(), **paper, "received_at": "2020-01-01T00:00:00Z"}, "rest")
    assert ask(200, "GET", f"/v1/reports/{report['id']}")["from_paper"]
    ask(200, "POST", f"/v1/incidents/{report['incident_id']}/actions",
        {"action": "note", "note": "x", "entered_from": "paper", "happened_at": at}, "pengawas")
    assert ask(200, "GET", f"/v1/incidents/{report['incident_id']}")["timeline"][-1]["happened_at"]
    call = {"call_id": uuid.uuid4().hex, "state": "ringing", "entered_from": "paper", "at": at}
    assert ask(200, "GET", f"/v1/calls/{ask(201, 'POST', '/v1/calls', call, 'siaga')['id']}", who="siaga")["from_paper"]
    ask(200, "GET", "/v1/events?after=0&limit=1000")


def _fire():
    return {"source": "lapor-web", "source_id": uuid.uuid4().hex, "text": FIRE}


def _city(ask):
    for path in ("/v1/units", "/v1/alarms", "/v1/workflow", "/v1/taxonomy", "/v1/areas"):
        ask(200, "GET", path, who="tamu")
        ask(403, "GET", path, who="rest")
    found = ask(200, "GET", "/v1/places?q=dpn%20rsud%20gn%20jati&limit=3", who="tamu")
    assert found["candidates"][0]["place"] == "RSD Gunung Jati" and len(found["candidates"]) <= 3
    assert ask(200, "GET", "/v1/places?q=zzz", who="tamu")["candidates"] == []
    ask(403, "GET", "/v1/places?q=kesambi", who="rest")
    for bad in ("q=", "q=a&limit=0"):
        answer = ask(400, "GET", f"/v1/places?{bad}", who="tamu")
        assert answer["errors"][0]["field"] in bad
    assert ask(400, "GET", "/v1/alarms?agency=navy", who="tamu")["errors"][0]["field"] == "agency"
    ask(200, "GET", "/healthz", who=None)
    wait.until(lambda: ask.bridge.readyz().status == 200, "its broker is there", within=30)
    ask(200, "GET", "/readyz", who=None)
    ask(200, "GET", "/metrics", who="tamu")
    ask(200, "GET", "/metrics", who=None, trusted=True)
    ask(403, "GET", "/metrics", who="pos-fire")


def every_answer_is_one_that_the_reference_knows_and_it_promises_no_other(bridge):
    ask = _Asker(bridge)
    report = _intake(ask)
    _calls(ask)
    _callers(ask)
    _actions(ask, report["incident_id"])
    _lists(ask)
    _people(ask, bridge)
    _city(ask)
    _shift(ask)
    _paper(ask)
    for method, path, operation in ask.book.operations():
        if path != STREAM and operation.get("security") != []:
            ask(401, method, _target(path), b"{}" if "requestBody" in operation else None, None)
    promised = {(method, path, int(status)) for method, path, operation in ask.book.operations()
                for status in operation["responses"] if path != STREAM and int(status) not in RARE}
    # Too many sign-ins at once: what it takes is net/sign_in.c's to know.
    promised.discard(("POST", "/v1/session", 429))
    assert promised == ask.book.seen, (promised - ask.book.seen, ask.book.seen - promised)


def every_refusal_of_the_stream_is_one_that_the_reference_knows(bridge):
    book = reference.Http()
    token = {"token": bridge.token("pengawas")}
    for status, upgrade in ((401, {}), (403, {"token": bridge.token("rest")}),
                            (403, {**token, "origin": "http://evil.example"}),
                            (426, {**token, "Sec_WebSocket_Version": "8"}),
                            (400, {**token, "Sec_WebSocket_Key": "x"}),
                            (404, {**token, "drop": ("Upgrade",)})):
        try:
            console.Wire(bridge.public, **upgrade)
        except console.Refused as refused:
            assert refused.answer.status == status, (upgrade, refused.answer)
            book.check("GET", STREAM, refused.answer)
        else:
            raise AssertionError(f"{upgrade} was let in")
    seen = {status for _, _, status in book.seen}
    assert seen == {int(s) for s in book.paths[STREAM]["get"]["responses"]} - RARE - {101}


def the_answer_in_trouble_is_one_that_the_reference_knows(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    broker.stop()
    ready = wait.until(lambda: (a := bridge.readyz()).status == 503 and a, "it is said", within=30)
    reference.Http().check("GET", "/readyz", ready)
    assert not ready.json["broker"]["ok"] and ready.json["broker"]["reason"]
    assert ready.json["store"]["ok"] and ready.json["takes_reports"]
    bridge.report(FIRE)


def every_message_of_the_stream_is_one_that_the_reference_knows(bridge):
    book = reference.Messages()
    heard = []
    first = bridge.report(FIRE)
    with bridge.console("pengawas") as desk:
        _listen_in(desk, heard)
        report = bridge.report(FIRE)
        call = {"call_id": uuid.uuid4().hex, "caller": "+6281234567890"}
        for state in ("ringing", "ended"):
            assert bridge.ask("POST", "/v1/calls", {**call, "state": state}, "siaga").status == 201
        ident = report["incident_id"]
        assert desk.act(ident, "acknowledge", agency="fire", note="berangkat")["ok"]
        assert not desk.act(ident, "note", note="x", expected_version=1)["ok"]
        assert not desk.act(ident, "reopen")["ok"]
        assert not desk.act(ident, "dance")["ok"]
        other = bridge.report("Banjir di Drajat")
        assert desk.act(other["incident_id"], "merge", into=ident)["ok"]
        for action, more in (("note", {"note": "a"}), ("relocate", {"location": {"lat": -6.72, "lon": 108.56}}),
                             ("reclassify", {"priority": 2, "agencies": ["fire"], "category": "flood"}),
                             ("split", {"reports": [other["id"]]}), ("close", {"outcome": "other"}), ("reopen", {})):
            assert desk.act(ident, action, **more)["ok"], action
        no = bridge.incident(ident)["no"]
        for i, (line, is_dry) in enumerate(((f"tutup {no} selesai", True), ("tutp", True), (f"catat {no} x", False), ("cari x", False),
                                            ("tutp", False), (f"lepas {no}", False), (f"prio {no} 1", False))):
            desk.send({"type": "command", "command_id": f"line-{i}", "line": line, "dry_run": is_dry, "expected_version": 1})
            desk.wait(lambda c: c.results.get(f"line-{i}"), line)
        desk.send({"type": "dance"})
        desk.send({"type": "subscribe"})
        desk.wait(lambda c: len(c.snapshots) == 2 and c.errors, "another snapshot, and an error")
        desk.send({"type": "subscribe", "after": first["seq"] - 1, "agencies": ["fire", "police"]})
        desk.wait(lambda c: len(c.subscribed) == 3 and c.batches and c.ticks, "nearly all kinds of messages")
        unit = bridge.broker.some_units[0][0]
        with Radio(bridge.broker, unit, []) as radio:
            radio.send(f"{BASE}/unit/{unit}/presence", "online")
            radio.send(f"{BASE}/unit/{unit}/position", '{"lat":-6.72,"lon":108.55,"accuracy_m":5,"speed":1,"heading":9}')
            desk.wait(lambda c: c.units, "all kinds of messages")
    for message in heard:
        book.check("stream", message["type"], message)
    told = {name for name in book.on("stream") if name not in ("subscribe", "action", "command")}
    assert {name for _, name in book.seen} == told


def _listen_in(desk, heard):
    """Every message as it came, also those that came before."""
    heard += desk.subscribed + desk.snapshots
    take = desk._take

    def both(message):
        heard.append(message)
        take(message)
    desk._take = both


def every_line_of_the_log_is_one_that_the_reference_knows(bridge):
    bridge.report(FIRE)
    with web.Line(bridge.trusted) as line:
        line.sock.sendall(web.request_bytes("GET", "/v1/events?after=0", bridge.trusted, token=bridge.token("pengawas"),
                                            headers={"Accept": "application/x-ndjson"}))
        line.sock.settimeout(0.2)
        got = bytearray()

        def more():
            try:
                got.extend(line.sock.recv(262144))
            except TimeoutError:
                pass
            return b'"type":"tick"' in got
        wait.until(more, "a tick", within=20)
    head, _, body = bytes(got).partition(b"\r\n\r\n")
    lines = web.unchunk(body).split(b"\n")[:-1]
    schema = reference.document("openapi.yaml")["components"]["schemas"]["LogLine"]
    check = reference.validator(schema, "openapi.yaml")
    assert lines and b"application/x-ndjson" in head
    for text in lines:
        check.validate(json.loads(text))


def every_message_on_the_broker_is_one_that_the_reference_knows(bridge):
    book = reference.Messages()
    with Radio(bridge.broker, "bridge", f"{BASE}/#") as radio:
        for stage in ("", "exercise/"):
            report = bridge.report(FIRE, exercise=bool(stage))
            view = f"{BASE}/{stage}agency/fire/incidents/{report['incident_id']}"
            unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
            dispatch = f"{BASE}/{stage}unit/{unit}/dispatch"
            assert bridge.act(report["incident_id"], "assign", units=[unit]).status == 200
            order = radio.wait(lambda h: next((x.json for x in h if x.topic == dispatch and x.payload
                                               and x.json["incident_id"] == report["incident_id"]), None), "its order, and none that was kept")
            assert bridge.act(report["incident_id"], "cancel", units=[unit]).status == 200
            radio.wait(lambda h: [x for x in h if x.topic == dispatch and x.payload and x.json["type"] == "recall"
                                  and x.json["dispatch_id"] == order["dispatch_id"]], "recalled")
            with Radio(bridge.broker, unit, []) as crew:
                crew.send(f"{BASE}/unit/{unit}/ack", json.dumps({"dispatch_id": order["dispatch_id"], "receipt": "confirmed"}))
                crew.send(f"{BASE}/unit/{unit}/status", json.dumps({"status": "on_duty"}))
            radio.wait(lambda h: [x for x in h if x.topic == dispatch and not x.payload], "it is answered")
            assert bridge.act(report["incident_id"], "close", "pengawas", outcome="resolved").status == 200
            radio.wait(lambda h: [x for x in h if x.topic == view and not x.payload], "it is cleared")
        radio.wait(lambda h: [x for x in h if x.topic == f"{BASE}/bridge"], "the bridge's presence")
        heard = list(radio.heard)
    for one in heard:
        channel = book.channel_of(one.topic, places.CITY)
        if not one.payload:
            book.seen.add((channel, "cleared"))
            continue
        for name in book.on(channel):
            if name != "cleared":
                book.check(channel, name, one.json)
    assert book.seen == {("bridge", "presence"), ("agencyIncident", "view"), ("agencyIncident", "cleared"),
                         ("agencyEvents", "event"), ("exerciseIncident", "view"),
                         ("exerciseIncident", "cleared"), ("exerciseEvents", "event"),
                         ("unitDispatch", "order"), ("unitDispatch", "cleared"), ("unitAck", "ack"),
                         ("unitStatus", "status"), ("exerciseDispatch", "order"), ("exerciseDispatch", "cleared")}
