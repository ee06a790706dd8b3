"""A report comes in: what it is answered with, what a repeat gets, what is refused and why."""

import contextlib
import json
import sqlite3
import threading
import uuid

import pytest

from world import web

FIRE = "Kebakaran rumah di Jl. Kesambi dekat RSUD Gunung Jati, masih ada orang di dalam"


def _fresh():
    return uuid.uuid4().hex


def _problem(answer, status, field=None):
    assert answer.status == status, answer
    assert answer["content-type"].startswith("application/problem+json"), answer.head
    problem = answer.json
    assert problem["status"] == status and problem["type"] and problem["title"], problem
    if field:
        assert field in [e["field"] for e in problem["errors"]], problem
    return problem


def a_report_is_answered_201_with_its_ids_and_the_reason_of_its_verdict(bridge):
    answer = bridge.send(FIRE, source_id=_fresh(), received_at="2026-11-23T14:05:09+07:00",
                         kind="pengaduan", anonymity="public",
                         location={"lat": -6.7320, "lon": 108.5520, "accuracy_m": 15})
    assert answer.status == 201, answer
    assert answer["content-type"].startswith("application/json")
    got = answer.json
    assert got["id"].startswith("R-") and len(got["id"]) == 28
    assert got["incident_id"].startswith("I-") and len(got["incident_id"]) == 28
    assert got["tracking_id"].isdigit() and len(got["tracking_id"]) >= 7
    assert isinstance(got["seq"], int) and got["seq"] >= 1
    assert got["duplicate_of"] is None
    verdict = got["classification"]
    assert verdict["disposition"] == "emergency" and verdict["priority"] == 1
    assert verdict["category"] == "fire_building" and "fire" in verdict["agencies"]
    assert 0 <= verdict["confidence"] <= 1
    assert verdict["because"] and all(b["term"] and "weight" in b for b in verdict["because"])
    place = got["location"]
    assert place["from"] == "device" and place["area"].startswith("32.74.")
    assert (place["lat"], place["lon"]) == (pytest.approx(-6.7320), pytest.approx(108.5520))


def a_text_that_says_nothing_known_is_for_a_person_to_look_at(bridge):
    verdict = bridge.report("xqzv wplk mmrt")["classification"]
    assert verdict["disposition"] == "review"


def the_same_report_again_gets_the_same_answer_and_nothing_new(bridge):
    key = _fresh()
    first = bridge.send(FIRE, source_id=key)
    head = bridge.head()
    again = bridge.send(FIRE, source_id=key)
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert bridge.head() == head


def an_idempotency_key_makes_a_repeat_as_good_as_a_source_id(bridge):
    key = {"Idempotency-Key": _fresh()}
    first = bridge.send(FIRE, headers=key)
    head = bridge.head()
    again = bridge.send(FIRE, headers=key)
    assert (first.status, again.status) == (201, 200), (first, again)
    assert again.json == first.json
    assert bridge.head() == head


def an_idempotency_key_and_a_source_id_of_one_spelling_are_two_keys(bridge):
    key = _fresh()
    one = bridge.send(FIRE, source_id=key)
    two = bridge.send(FIRE, headers={"Idempotency-Key": key})
    assert (one.status, two.status) == (201, 201)
    assert one.json["id"] != two.json["id"]


def one_source_never_meets_the_key_of_another(bridge):
    key = _fresh()
    one = bridge.send(FIRE, source_id=key, source="lapor-web")
    two = bridge.send(FIRE, source_id=key, source="lapor-sms")
    assert (one.status, two.status) == (201, 201), two
    assert one.json["id"] != two.json["id"]


def a_report_without_any_key_is_a_report_of_its_own_each_time(bridge):
    assert bridge.send(FIRE).json["id"] != bridge.send(FIRE).json["id"]


def one_report_from_many_connections_at_one_moment_is_one(bridge):
    for _ in range(5):
        key, answers, gate = _fresh(), [], threading.Barrier(8)

        def post():
            with web.Line(bridge.public) as line:
                gate.wait()
                answers.append(line.ask("POST", "/v1/reports", {
                    "source": "lapor-web", "source_id": key, "text": FIRE},
                    bridge.token("rest")))
        hands = [threading.Thread(target=post) for _ in range(8)]
        [h.start() for h in hands]
        [h.join() for h in hands]
        assert sorted(a.status for a in answers) == [200] * 7 + [201], answers
        assert len({a.body for a in answers}) == 1
        assert [e["report_id"] for e in bridge.log() if e.get("report_id") == answers[0].json["id"]] \
            == [answers[0].json["id"]]


def a_report_repeated_after_a_restart_is_the_same(make):
    bridge = make.bridge().start()
    key = _fresh()
    first = bridge.send(FIRE, source_id=key)
    by_header = bridge.send(FIRE, headers={"Idempotency-Key": key})
    bridge.restart()
    again = bridge.send(FIRE, source_id=key)
    assert again.status == 200 and again.json == first.json
    again = bridge.send(FIRE, headers={"Idempotency-Key": key})
    assert again.status == 200 and again.json == by_header.json
    bridge.kill()
    bridge.start()
    assert bridge.send(FIRE, source_id=key).json == first.json


def other_words_under_a_used_key_are_a_conflict_and_change_nothing(bridge):
    key = _fresh()
    bridge.report(FIRE, source_id=key)
    head = bridge.head()
    _problem(bridge.send("Banjir di Drajat", source_id=key), 409)
    assert bridge.head() == head


def the_same_words_of_another_place_under_a_used_key_are_a_conflict_that_names_the_key(bridge):
    key, place = _fresh(), {"lat": -6.7320, "lon": 108.5520}
    first = bridge.send(FIRE, source_id=key, location=place, received_at="2026-11-23T14:05:09+07:00")
    head = bridge.head()
    again = bridge.send(FIRE, source_id=key, location=place, received_at="2026-11-23T14:06:30+07:00")
    assert again.status == 200 and again.json == first.json
    _problem(bridge.send(FIRE, source_id=key, location={**place, "lat": -6.75}), 409, "source_id")
    _problem(bridge.send(FIRE, source_id=key, location=place, reporter={"phone": "+6281200001111"}), 409, "source_id")
    assert bridge.head() == head


GOOD = {"source": "lapor-web", "text": "Pohon tumbang di Drajat"}

BAD_FIELDS = {
    "no source": ({"text": "x"}, "source"),
    "source is a number": ({**GOOD, "source": 7}, "source"),
    "source that nobody configured": ({**GOOD, "source": "radio-gelap"}, "source"),
    "no text": ({"source": "lapor-web"}, "text"),
    "text is null": ({**GOOD, "text": None}, "text"),
    "text is a list": ({**GOOD, "text": ["x"]}, "text"),
    "text is empty": ({**GOOD, "text": ""}, "text"),
    "text is blank": ({**GOOD, "text": " \n\t "}, "text"),
    "text over 16 KiB": ({**GOOD, "text": "a" * 16385}, "text"),
    "source_id is empty": ({**GOOD, "source_id": ""}, "source_id"),
    "source_id is an object": ({**GOOD, "source_id": {}}, "source_id"),
    "source_id too long": ({**GOOD, "source_id": "k" * 2000}, "source_id"),
    "received_at is no time": ({**GOOD, "received_at": "kemarin"}, "received_at"),
    "received_at of an impossible day": ({**GOOD, "received_at": "2026-02-30T00:00:00Z"}, "received_at"),
    "anonymity unknown": ({**GOOD, "anonymity": "ninja"}, "anonymity"),
    "reporter is a string": ({**GOOD, "reporter": "Budi"}, "reporter"),
    "reporter name is a number": ({**GOOD, "reporter": {"name": 5}}, "reporter.name"),
    "location is a list": ({**GOOD, "location": [1, 2]}, "location"),
    "lat without lon": ({**GOOD, "location": {"lat": -6.7}}, "location.lon"),
    "lat beyond the pole": ({**GOOD, "location": {"lat": -96.7, "lon": 108}}, "location.lat"),
    "lon beyond the line": ({**GOOD, "location": {"lat": -6.7, "lon": 190}}, "location.lon"),
    "lat is a string": ({**GOOD, "location": {"lat": "-6.7", "lon": 108}}, "location.lat"),
    "attachments is an object": ({**GOOD, "attachments": {}}, "attachments"),
    "exercise is a string": ({**GOOD, "exercise": "ya"}, "exercise"),
}


@pytest.mark.parametrize("body, field", BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def a_bad_field_is_refused_by_its_name_and_changes_nothing(bridge, body, field):
    head = bridge.head()
    answer = bridge.ask("POST", "/v1/reports", body, "rest")
    assert answer.status in (400, 413, 422), answer
    _problem(answer, answer.status, field)
    assert bridge.head() == head


BAD_BODIES = {
    "nothing": b"",
    "not JSON": b"kebakaran!",
    "cut JSON": b'{"source":"lapor-web","text":"x"',
    "a list": b'[{"source":"lapor-web","text":"x"}]',
    "a string": b'"kebakaran"',
    "two documents": b'{"source":"lapor-web","text":"x"}{}',
    "a key twice": b'{"source":"lapor-web","text":"x","text":"y"}',
    "a key twice, deeper": b'{"source":"lapor-web","text":"x","location":{"lat":1,"lat":2,"lon":3}}',
    "bytes that are no UTF-8": b'{"source":"lapor-web","text":"\xff\xfe"}',
    "overlong UTF-8": b'{"source":"lapor-web","text":"\xc0\xaf"}',
    "half a surrogate": b'{"source":"lapor-web","text":"\\ud83d"}',
    "U+0000 escaped": b'{"source":"lapor-web","text":"a\\u0000b"}',
    "NUL byte": b'{"source":"lapor-web","text":"a\x00b"}',
    "UTF-16": '{"source":"lapor-web","text":"x"}'.encode("utf-16"),
    "too deep": b'{"source":"lapor-web","text":"x","z":' + b"[" * 17 + b"]" * 17 + b"}",
    "far too deep": b'{"source":"lapor-web","text":"x","z":' + b"[" * 30000 + b"]" * 30000 + b"}",
    "number without end": b'{"source":"lapor-web","text":"x","z":' + b"9" * 5000 + b"}",
    "1e999": b'{"source":"lapor-web","text":"x","location":{"lat":1e999,"lon":0}}',
    "NaN": b'{"source":"lapor-web","text":"x","location":{"lat":NaN,"lon":0}}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def a_body_that_is_no_report_is_refused_and_changes_nothing(bridge, body):
    head = bridge.head()
    answer = bridge.ask("POST", "/v1/reports", body, "rest")
    assert answer.status in (400, 413, 422), answer
    _problem(answer, answer.status)
    assert bridge.head() == head


def a_text_of_16_KiB_is_taken_and_counted_in_bytes(bridge):
    assert bridge.send("b" * 16384, source_id=_fresh()).status == 201
    assert bridge.send("é" * 8192, source_id=_fresh()).status == 201
    _problem(bridge.send("é" * 8192 + "a", source_id=_fresh()),
             bridge.send("a" * 16385, source_id=_fresh()).status, "text")


def a_body_of_64_KiB_is_taken_and_one_byte_more_is_413(bridge):
    body = json.dumps({**GOOD, "z": ""}).encode()
    full = body[:-2] + b"z" * (65536 - len(body)) + body[-2:]
    assert bridge.ask("POST", "/v1/reports", full, "rest").status == 201
    _problem(bridge.ask("POST", "/v1/reports", full[:-2] + b"z" + full[-2:], "rest"), 413)


def unknown_fields_are_ignored(bridge):
    bridge.report("Jalan berlubang", cuaca={"hujan": True}, skor=[1, 2, 3])


def the_body_is_kept_byte_for_byte(make):
    bridge = make.bridge().start()
    bodies = [b'{ "text" : "Pohon\\u0020tumbang \xf0\x9f\x8c\xb3", "source":"lapor-web" ,\n'
              b' "source_id":"b1", "x": 1.0e+2, "reporter":{"name":"Canary Wijaya"} }\n',
              b'\t{"source":"lapor-web","source_id":"b2","text":"a\\/b"}  ']
    for body in bodies:
        answer = bridge.ask("POST", "/v1/reports", body, "rest")
        assert answer.status == 201, answer
    bridge.stop()
    db, = bridge.data.glob("*.db")
    with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as store:
        kept = store.execute("select raw from reporter join report using (seq) order by seq").fetchall()
    assert [raw for (raw,) in kept] == bodies


WHO_MAY_SEND = {"rest": True, "app": True, "siaga": True, "pos-fire": False, "tamu": False, "regu": False}


@pytest.mark.parametrize("who, may", WHO_MAY_SEND.items())
def only_those_whose_work_it_is_may_send_reports(bridge, who, may):
    source = "app:app" if who == "app" else "lapor-web"
    answer = bridge.send(FIRE, who=who, source=source, source_id=_fresh())
    if may:
        assert answer.status == 201, answer
    else:
        _problem(answer, 403)


def nobody_sends_without_a_token(bridge):
    for who in (None, "not-a-token", ""):
        answer = bridge.ask("POST", "/v1/reports", GOOD, who)
        _problem(answer, 401)
        assert "www-authenticate" in dict(answer.head)


def who_sent_a_report_is_shown_to_those_with_the_right_only(bridge):
    def ask_as(who, report_id):
        return bridge.get(f"/v1/reports/{report_id}", who)
    name = {"name": "Canary Satu", "phone": "+628111222333"}
    public = bridge.report(FIRE, reporter=name)["id"]
    hidden = bridge.report(FIRE, reporter=name, anonymity="anonymous")["id"]
    secret = bridge.report(FIRE, reporter=name, anonymity="secret")["id"]
    for who in ("siaga", "pengawas", "pengelola"):
        assert ask_as(who, public).json["reporter"]["name"] == "Canary Satu", who
    for report in (hidden, secret):
        assert ask_as("pengelola", report).json["reporter"]["name"] == "Canary Satu"
        for who in ("siaga", "pengawas", "pos-fire", "tamu", "pos-police"):
            assert b"Canary" not in ask_as(who, report).body
    for who in ("pos-fire", "tamu"):
        answer = ask_as(who, public)
        assert answer.status == 200 and b"Canary" not in answer.body and b"8111222" not in answer.body
    assert ask_as("rest", public).status == 403
    assert ask_as("pos-city", secret).status in (403, 404)
    assert ask_as("tamu", secret).status in (403, 404)


def a_ticket_is_public_and_without_personal_data(bridge):
    report = bridge.report("Lampu jalan mati di Perumnas", reporter={"name": "Canary Dua"})
    answer = bridge.ask("GET", f"/v1/tickets/{report['tracking_id']}")
    assert answer.status == 200, answer
    assert b"Canary" not in answer.body and b"Lampu jalan" not in answer.body
    _problem(bridge.ask("GET", "/v1/tickets/9999999999"), 404)


def what_is_not_there_is_404_and_what_is_not_allowed_405(bridge):
    _problem(bridge.get("/v1/reports/R-01ARZ3NDEKTSV4RRFFQ69G5FAV"), 404)
    _problem(bridge.get("/v1/nothing"), 404)
    answer = bridge.ask("DELETE", "/v1/reports", who="rest")
    assert answer.status == 405 and "POST" in answer["allow"], answer
