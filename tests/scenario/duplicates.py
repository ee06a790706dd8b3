"""Reports of one matter: linked, suggested, folded in a surge; and all of it undone again."""

import concurrent.futures
import json
import math
import random
import shutil
import signal

import pytest

from world import places, wait, web

CHANNELS = ["lapor-web", "lapor-sms", "lapor-mobile", "call-112"]

# One fire in a market, as those tell it who see it: the first column says whether a point came along.
FIRE = [
    ("Kebakaran di Pasar Kanoman!! api besar sekali", 1),
    ("pasar kanoman kebakaran pak, kios kain yg terbakar", 1),
    ("Tolong damkar, ada kebakaran kios di pasar Kanoman", 1),
    ("asap hitam tebal dari arah pasar kanoman, kayaknya kebakaran", 1),
    ("Kebakaran kios pakaian Pasar Kanoman, api merambat ke kios sebelah", 1),
    ("min ada kebakaran di kanoman, kios2 pada kebakar", 1),
    ("Api berkobar di pasar, pedagang panik, mohon segera kirim pemadam kebakaran", 1),
    ("KEBAKARAN PASAR KANOMAN TOLONG", 1),
    ("ada kebakaran besar dkt keraton kanoman, los pasar", 1),
    ("lapor kebakaran, lokasi pasar kanoman los kain lantai dasar", 1),
    ("kios terbakar di pasar kanoman mohon bantuan mobil pemadam", 1),
    ("Kebakaran! kios plastik dan kain di Kanoman habis terbakar", 1),
    ("selamat siang mau lapor kebakaran di pasar kanoman, apinya sudah membesar", 1),
    ("kebakaran pasarr kanomannn cepetan damkar", 1),
    ("Api membakar deretan kios di Pasar Kanoman Lemahwungkuk", 1),
    ("ada api besar di pasar, warga teriak kebakaran", 1),
    ("saya lihat asap tebal dan api dari atap pasar kanoman", 1),
    ("kebakaran los pasar kanoman, listrik padam semua, api msh nyala", 1),
    ("Pak tolong kios saya kebakaran di pasar kanoman blok kain", 1),
    ("pasar kanoman terbakar, sudah 20 kios kena", 1),
    ("terjadi kebakaran di pasar tradisional kanoman", 1),
    ("Damkar tolong ke pasar kanoman, kebakaran hebat", 1),
    ("kebakarann di kanoman, angin kenceng api makin gede", 1),
    ("lapor pak, kios terbakar, api nyambar ke gudang belakang pasar", 1),
    ("Kebakaran kios pasar, pedagang sedang menyelamatkan barang", 1),
    ("asap pekat di sekitar pasar kanoman, kebakaran kios", 1),
    ("mohon bantuan kebakaran pasar kanoman kota cirebon", 1),
    ("bu ada kebakaran di belakang keraton kanoman, pasar yg kebakar", 1),
    ("api kebakaran pasar sudah sampai kios buah, tolong cepat", 1),
    ("Kebakaran di los kain pasar kanoman belum ada pemadam datang", 1),
    ("kebakaran pasar!! tlg damkar segera", 1),
    ("Pasar Kanoman kebakaran besar, jalan macet banyak orang nonton", 1),
    ("kebakaran pasar kanoman kios kain, tolong segera", 0),
    ("pasar kanoman kebakaran min, api besar", 0),
    ("Info kebakaran di Pasar Kanoman, kios2 kain terbakar", 0),
    ("tolong ada kebakaran kios", 0),
    ("kebakaran di pasar, cepat kirim damkar", 0),
    ("Ada kebakaran besar pak", 0),
    ("kebakaran kanoman tolong pak damkar", 0),
    ("kios pasar kanoman terbakar hebat, mohon bantuan pemadam", 0),
]

# What else goes on in those ten minutes: text, and where it is told from.
OTHERS = [
    ("Kecelakaan motor lawan truk di Jl. Brigjen Dharsono, korban luka parah", (-6.7290, 108.5340)),
    ("Ibu saya sesak napas, tolong ambulans ke Perumnas Gunung", (-6.7420, 108.5480)),
    ("Begal bawa celurit di Jl. Ciremai Raya, motor dirampas", (-6.7480, 108.5400)),
    ("Pohon tumbang menutup jalan di Argasunya", (-6.7690, 108.5350)),
    ("Kebakaran lahan ilalang di Argasunya dekat TPA Kopi Luhur", (-6.7800, 108.5330)),
    ("Rumah kebakaran di Kalijaga, api dari dapur tetangga", (-6.7560, 108.5530)),
    ("Banjir di Perumahan Gerbang Permai, air selutut masuk rumah", (-6.7600, 108.5600)),
    ("Ada ular besar masuk rumah di Harjamukti, tolong", (-6.7530, 108.5450)),
    ("Tawuran pelajar depan stadion Bima bawa senjata tajam", (-6.7330, 108.5250)),
    ("Lampu jalan mati sepanjang Jl. Pemuda sudah seminggu", (-6.7200, 108.5500)),
    ("Sampah menumpuk di pinggir Jl. Cipto belum diangkut", (-6.7180, 108.5480)),
    ("Anak hilang umur 5 tahun di Alun-alun Kejaksan baju merah", (-6.7068, 108.5600)),
    ("Kakek jatuh pingsan di Kesambi tidak sadar", (-6.7310, 108.5510)),
    ("Orang tenggelam di pantai Kejawanan, belum ketemu", (-6.7340, 108.5850)),
    ("Maling motor tertangkap warga di Drajat, mau dihakimi massa", (-6.7370, 108.5560)),
]

MARKET = (-6.7216, 108.5690)


def _point(lat, lon, accuracy_m=15):
    return {"lat": round(lat, 6), "lon": round(lon, 6), "accuracy_m": accuracy_m}


def _around(dice, place, metres):
    """Somewhere within so many metres."""
    r, a = metres * math.sqrt(dice.random()), dice.random() * 2 * math.pi
    return _point(place[0] + r * math.sin(a) / 111195,
                  place[1] + r * math.cos(a) / (111195 * math.cos(math.radians(place[0]))),
                  dice.choice([8, 15, 30, 60]))


def _burst(dice):
    """The fire's forty reports among the fifteen others, in an order of chance: (is_fire, fields)."""
    told = []
    for n, (text, has_point) in enumerate(FIRE):
        fields = {"text": text, "source": CHANNELS[n % len(CHANNELS)]}
        if has_point:
            fields["location"] = _around(dice, MARKET, 150)
        told.append((True, fields))
    for n, (text, place) in enumerate(OTHERS):
        told.append((False, {"text": text, "source": CHANNELS[n % len(CHANNELS)],
                             "location": _point(*place)}))
    dice.shuffle(told)
    return told


def _live(bridge):
    """All open incidents by id."""
    live, cursor = {}, ""
    while True:
        page = bridge.get(f"/v1/incidents?limit=100{cursor}").json
        live.update({i["id"]: i for i in page["incidents"] if i["status"] != "closed"})
        if not page.get("next"):
            return live
        cursor = f"&cursor={page['next']}"


def _cards(live):
    """Those that a dispatcher has to read: not shown under another that is open."""
    return {i: one for i, one in live.items()
            if not one["folded_into"] or one["folded_into"]["incident_id"] not in live}


def _under(live, incident_id):
    """What is shown under this card, itself included."""
    return [one for one in live.values() if one["id"] == incident_id
            or one["folded_into"] and one["folded_into"]["incident_id"] == incident_id]


@pytest.mark.parametrize("seed", range(1, 7))
def forty_reports_of_one_fire_are_three_cards_at_most_and_no_other_is_among_them(make, seed):
    bridge = make.bridge(settings={"joining.enabled": "true"}).start()
    fire, other, home = set(), set(), {}
    for is_fire, fields in _burst(random.Random(seed)):
        answer = bridge.report(**fields)
        home[answer["id"]] = answer["incident_id"]
        (fire if is_fire else other).add(answer["id"])
    live = wait.until(lambda: _settled(bridge), "what is folded is in the log")
    cards = _cards(live)
    of_fire = {i for i in cards if any(home[r] == one["id"] for one in _under(live, i) for r in fire)}
    mixed = [one for one in cards if any(home[r] == u["id"] for u in _under(live, one) for r in other)
             and one in of_fire]
    assert not mixed, [cards[i]["text"] for i in mixed]
    assert len({home[r] for r in other}) == len(OTHERS), "no false merge"
    assert sum(one["report_count"] for one in live.values()) == len(FIRE) + len(OTHERS)
    assert len(of_fire) <= 3, [(cards[i]["report_count"], cards[i]["text"]) for i in of_fire]


def _settled(bridge):
    """The open incidents, when the log has stood still for a moment."""
    head = bridge.head()
    live = _live(bridge)
    return live if bridge.head() == head else None


# Two who tell of one fire, and a third.
AT = _point(-6.7300, 108.5500)
NEAR = _point(-6.7309, 108.5506)
SMOKE = {"text": "Kebakaran gudang rongsokan, asap hitam", "location": AT}
SEEN = {"text": "Gudang rongsok terbakar pak, apinya besar", "location": NEAR}
AGAIN = {"text": "gudang rongsokan kebakar, tolong damkar", "location": _point(-6.7304, 108.5503)}


@pytest.fixture
def linking(make):
    return make.bridge(settings={"joining.enabled": "true"}).start()


def _view(incident):
    """What is shown of it, without what only tells when it was written."""
    return {k: v for k, v in incident.items()
            if k not in ("version", "decided_version", "updated_at", "seq", "timeline", "timeline_is_cut", "callers")}


def a_second_report_of_one_matter_is_linked_with_its_reasons(linking):
    first = linking.report(**SMOKE)
    second = linking.report(source="lapor-sms", **SEEN)
    assert second["incident_id"] == first["incident_id"] and second["duplicate_of"] == first["id"]
    incident = linking.incident(first["incident_id"])
    assert incident["report_count"] == 2 and incident["reports"] == [first["id"], second["id"]]
    entry = next(t for t in incident["timeline"] if t.get("report_id") == second["id"])
    signs = {r["is"]: r for r in entry["likeness"]["reasons"]}
    assert signs["place"]["value"].endswith(" m") and entry["likeness"]["score"] > 0.5, entry["likeness"]
    assert entry["report"]["text"] == SEEN["text"] and incident["text"] == SMOKE["text"]


def a_call_is_never_linked_only_suggested(linking):
    first = linking.report(**SMOKE)
    call = linking.report(**SEEN, source="call-112")
    assert call["duplicate_of"] is None and call["incident_id"] != first["incident_id"]
    incident = linking.incident(call["incident_id"])
    assert [s["incident_id"] for s in incident["similar"]] == [first["incident_id"]]
    assert incident["similar"][0]["reasons"] and incident["status"] == "new"
    assert linking.incident(first["incident_id"])["report_count"] == 1


def a_secret_report_meets_nothing_and_an_exercise_nothing_real(linking):
    first = linking.report(**SMOKE)
    secret = linking.report(**SEEN, anonymity="secret")
    drill = linking.report(**AGAIN, exercise=True)
    last = linking.report(**AGAIN)
    for one in (secret, drill):
        assert one["duplicate_of"] is None
        assert linking.incident(one["incident_id"])["similar"] == []
    assert last["incident_id"] == first["incident_id"], "what is real still finds what is real"
    again = linking.report(**SEEN, exercise=True)
    assert again["incident_id"] == drill["incident_id"], "and an exercise the exercise"


def a_linked_report_may_raise_and_never_lowers(linking):
    calm = linking.report("Asap hitam tebal dari gudang rongsokan, kayaknya kebakaran kecil", location=AT)
    worse = linking.report("Kebakaran gudang rongsokan, ada orang terjebak di dalam, tolong", location=NEAR)
    milder = linking.report("gudang rongsokan kebakar, asap saja", location=NEAR)
    assert {worse["incident_id"], milder["incident_id"]} == {calm["incident_id"]}
    told = [one["classification"] for one in (calm, worse, milder)]
    assert told[1]["priority"] == 1
    incident = linking.incident(calm["incident_id"])
    assert incident["report_count"] == 3 and incident["priority"] == min(t["priority"] for t in told) == 1
    assert set(incident["agencies"]) == {a for t in told for a in t["agencies"]}


def what_was_linked_is_taken_out_as_if_it_had_never_been_there(linking):
    first = linking.report("Asap hitam tebal dari gudang rongsokan, kayaknya kebakaran kecil", location=AT)
    before = linking.incident(first["incident_id"])
    second = linking.report("Kebakaran gudang rongsokan, ada orang terjebak di dalam, tolong", location=NEAR)
    assert second["incident_id"] == first["incident_id"]
    came = next(e for e in linking.log() if e.get("report_id") == second["id"])
    answer = linking.act(first["incident_id"], "split", "pengawas", reports=[second["id"]])
    assert answer.status == 200, answer
    assert _view(linking.incident(first["incident_id"])) == _view(before), "as before, clocks and all"
    own = linking.get(f"/v1/reports/{second['id']}").json["incident_id"]
    given = linking.incident(own)
    assert given["opened_at"] == came["time"], "it has waited since it came"
    assert {a["since"] for a in given["assignments"]} == {came["time"]} and given["status"] == "new"
    assert {a["state"] for a in given["assignments"]} == {"pending"}
    for key, value in second["classification"].items():
        assert given[key] == value, key
    assert given["location"]["lat"] == NEAR["lat"] and given["reports"] == [second["id"]]


def two_at_the_same_moment_are_one_incident(linking):
    told = [dict(SMOKE, location=_point(-6.7300 + n * 0.0001, 108.5500), text=f"{SMOKE['text']}{' ya' * n}")
            for n in range(16)]
    with concurrent.futures.ThreadPoolExecutor(len(told)) as together:
        answers = list(together.map(lambda one: linking.report(**one), told))
    assert len({a["incident_id"] for a in answers}) == 1
    assert sum(a["duplicate_of"] is None for a in answers) == 1
    incident = linking.incident(answers[0]["incident_id"])
    assert incident["report_count"] == 16 and set(incident["reports"]) == {a["id"] for a in answers}


def a_repeated_report_gives_its_first_answer_and_is_no_duplicate_of_itself(linking):
    first = linking.send(source_id="d1", **SMOKE)
    assert linking.send(source_id="d1", **SMOKE).body == first.body
    second = linking.send(source_id="d2", **SEEN)
    again = linking.send(source_id="d2", **SEEN)
    assert (second.status, again.status) == (201, 200) and again.body == second.body
    assert second.json["duplicate_of"] == first.json["id"]
    assert linking.incident(first.json["incident_id"])["report_count"] == 2


def all_of_it_survives_a_kill(linking):
    first = linking.report(**SMOKE)
    second = linking.report(**SEEN)
    call = linking.report(source="call-112", **AGAIN)
    other = linking.report("Banjir di Perumnas Burung blok Merak, air masuk rumah sepaha")
    before = {i: linking.incident(i) for i in (first["incident_id"], call["incident_id"])}
    linking.kill()
    linking.start()
    assert {i: linking.incident(i) for i in before} == before
    third = linking.report("rongsokan terbakar di gudang, asap hitam pekat", location=AT)
    assert third["incident_id"] == first["incident_id"] and third["duplicate_of"] == first["id"]
    flood = linking.report("Perumnas Burung blok Merak banjir sepaha, air sudah masuk rumah warga")
    assert flood["incident_id"] == other["incident_id"]
    assert second["incident_id"] == first["incident_id"]
    linking.stop()
    assert linking.verify().returncode == 0


def an_old_incident_that_is_still_open_is_found_again_after_a_start(make):
    bridge = make.bridge(settings={"joining.enabled": "true"}).start()
    first = bridge.report(**SMOKE)
    ident = bridge.report("Lampu jalan mati di Jl. Pemuda")["incident_id"]
    with web.Line(bridge.trusted) as line:
        for n in range(1100):  # more than the end of the log that is told once more
            body = {"action": "note", "note": f"catatan {n}"}
            assert line.ask("POST", f"/v1/incidents/{ident}/actions", body, bridge.token("pengawas")).status == 200
    bridge.kill()
    bridge.start()
    wait.until(lambda: bridge.metrics()["tangi_recent_reports"] == 2, "what is open is known", within=10)
    assert bridge.report(**SEEN)["incident_id"] == first["incident_id"]


def what_people_decide_counts_for_what_comes_after(linking):
    first = linking.report(**SMOKE)
    assert linking.act(first["incident_id"], "close", "pengawas", outcome="resolved").status == 200
    second = linking.report(**SEEN)
    assert second["incident_id"] != first["incident_id"], "what is over gets no more reports"
    assert linking.incident(second["incident_id"])["similar"] == []
    merged = linking.act(second["incident_id"], "close", "pengawas", outcome="resolved")
    assert merged.status == 200
    assert linking.act(first["incident_id"], "reopen", "pengawas").status == 200
    third = linking.report(**AGAIN)
    assert third["incident_id"] == first["incident_id"], "what is open again gets them again"
    away = linking.act(first["incident_id"], "relocate", "pengawas", location={"lat": -6.7600, "lon": 108.5700})
    assert away.status == 200
    fourth = linking.report(**SEEN)
    assert fourth["incident_id"] != first["incident_id"], "a person has said that it is elsewhere"
    there = linking.report("gudang rongsokan terbakar, api besar", location=_point(-6.7601, 108.5702))
    assert there["incident_id"] == first["incident_id"]


def reports_of_what_was_merged_go_to_the_one_that_stands_for_it(linking):
    call = linking.report("Banjir di Perumnas Burung blok Merak, air masuk rumah sepaha", source="call-112")
    other = linking.report("banjir, got meluap ke jalan", source="call-112")
    assert call["incident_id"] != other["incident_id"]
    answer = linking.act(call["incident_id"], "merge", "pengawas", into=other["incident_id"])
    assert answer.status == 200, answer
    third = linking.report("Perumnas Burung blok Merak banjir sepaha, air sudah masuk rumah warga")
    assert third["incident_id"] == other["incident_id"]
    assert linking.incident(other["incident_id"])["report_count"] == 3


def _flood(linking, count, **fields):
    """Calls, so that each is an incident of its own, of one flood."""
    said = ["Banjir di Perumnas Burung, air masuk rumah", "air naik sepaha di perumnas burung, banjir",
            "Perumnas Burung kebanjiran, tolong perahu", "banjir perumnas burung sudah selutut",
            "rumah kami banjir di perumnas burung", "banjir lagi perumnas burung, air deras",
            "Perumnas Burung banjir semua, got meluap", "banjir di perumnas burung belum surut"]
    return [linking.report(said[n % len(said)], source="call-112",
                           location=_point(-6.7420 + 0.0003 * n, 108.5480), **fields) for n in range(count)]


def a_surge_is_one_card_and_the_odd_one_stays_outside(linking):
    flood = _flood(linking, 8)
    street = linking.report("Banjir di Jl. Kalijaga depan pasar ikan, air masuk rumah", source="call-112")
    kind = linking.report("Ibu saya sesak napas, tolong ambulans", source="call-112",
                          location=_point(-6.7421, 108.5481))
    live = wait.until(lambda: _settled(linking), "what is folded is in the log")
    cards = _cards(live)
    assert street["incident_id"] in cards and kind["incident_id"] in cards
    assert len(cards) == 3, [c["text"] for c in cards.values()]
    card, = (c for c in cards.values() if c["id"] not in (street["incident_id"], kind["incident_id"]))
    assert {u["id"] for u in _under(live, card["id"])} == {f["incident_id"] for f in flood}
    assert all(u["status"] == "new" and u["assignments"] for u in _under(live, card["id"])), "each lives on"
    fold = [e for e in linking.log() if e.get("action") == "fold"]
    assert fold and all(e["by"] is None for e in fold)


def another_kind_that_the_same_service_goes_for_stays_outside(linking):
    for n, (text, _) in enumerate(FIRE[:8]):
        linking.report(text, source="call-112", location=_point(MARKET[0] + 0.0002 * n, MARKET[1]))
    snake = linking.report("Ular sanca masuk dapur rumah dekat Pasar Kanoman, ada balita", source="call-112",
                           location=_point(MARKET[0] + 0.0005, MARKET[1] + 0.0002))
    live = wait.until(lambda: _settled(linking), "what is folded is in the log")
    cards = _cards(live)
    assert snake["incident_id"] in cards and len(cards) == 2, [c["text"] for c in cards.values()]


def fewer_than_a_surge_are_cards_of_their_own(linking):
    _flood(linking, 5)
    assert all(one["folded_into"] is None for one in _live(linking).values())


def a_card_is_never_less_urgent_than_what_lies_under_it(linking):
    _flood(linking, 8)
    worse = linking.report("tolong evakuasi banjir perumnas burung", source="call-112",
                           location=_point(-6.7424, 108.5480))
    live = wait.until(lambda: _settled(linking), "what is folded is in the log")
    cards = _cards(live)
    assert worse["incident_id"] in cards and worse["classification"]["priority"] == 1
    assert worse["classification"]["category"] == "flood"
    for card in cards:
        assert all(u["priority"] >= cards[card]["priority"] for u in _under(live, card))


def what_has_a_place_does_not_go_under_a_card_that_has_none(linking):
    for text in ("ada kebakaran", "kebakaran pak", "tolong kebakaran", "kebakaran besar", "kebakaran cepat",
                 "pak ada kebakaran tolong", "kebakaran, kirim damkar"):
        linking.report(text, source="call-112")
    placed = linking.report("Rumah kebakaran, api dari dapur tetangga", source="call-112", location=AT)
    live = wait.until(lambda: _settled(linking), "what is folded is in the log")
    cards = _cards(live)
    assert placed["incident_id"] in cards and len(cards) == 2, [c["text"] for c in cards.values()]
    assert len(_under(live, placed["incident_id"])) == 1


def what_a_person_has_taken_out_stays_out(linking):
    flood = _flood(linking, 8)
    live = wait.until(lambda: _settled(linking), "what is folded is in the log")
    one = next(i for i in live.values() if i["folded_into"])
    assert linking.act(one["id"], "unfold", "pengawas").status == 200
    _flood(linking, 3)
    after = wait.until(lambda: _settled(linking), "what is folded is in the log")
    assert after[one["id"]]["folded_into"] is None and after[one["id"]]["stands_alone"]
    linking.kill()
    linking.start()
    _flood(linking, 3)
    assert linking.incident(one["id"])["folded_into"] is None
    assert len(flood) == 8


def what_is_not_learnt_or_not_wanted_links_nothing_and_is_said(make):
    folder = make.folder()
    shutil.copytree(places.CONFIG, folder / "config")
    learnt = folder / "config/model/similar.tsv"
    kept = learnt.read_bytes()
    learnt.unlink()
    bridge = make.bridge(folder=folder, config=folder / "config", settings={"joining.enabled": None}).start()
    told = bridge.readyz().json
    assert told["status"] == "ready" and told["joining"]["ok"] is False and "similar.tsv" in told["joining"]["reason"]
    assert "similar.tsv" in bridge.process.log_text()
    first, second = bridge.report(**SMOKE), bridge.report(**SEEN)
    assert first["incident_id"] != second["incident_id"]
    learnt.write_bytes(kept)
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: bridge.readyz().json["joining"]["ok"], "it is taken up", within=20)
    third = wait.until(lambda: _linked(bridge), "what came before is known now", within=20)
    assert third["incident_id"] in (first["incident_id"], second["incident_id"])
    config = folder / "config/tangi.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "joining": {"enabled": False}}))
    bridge.process.signal(signal.SIGHUP)
    wait.until(lambda: bridge.readyz().json["joining"] is None, "it is switched off", within=20)
    assert bridge.report(**AGAIN)["duplicate_of"] is None


def _linked(bridge):
    answer = bridge.report(**AGAIN)
    return answer if answer["duplicate_of"] else None


def other_rules_lose_nothing_of_what_is_known(make):
    folder = make.folder()
    shutil.copytree(places.CONFIG, folder / "config")
    bridge = make.bridge(folder=folder, config=folder / "config", settings={"joining.enabled": "true"}).start()
    first = bridge.report(**SMOKE)
    for _ in range(2):
        bridge.process.signal(signal.SIGHUP)
        assert bridge.report(**SEEN)["incident_id"] == first["incident_id"], "at any moment of it"
    wait.until(lambda: bridge.process.log_text().count("serve.reloaded") >= 1, "it is taken up", within=20)
    assert bridge.report(**AGAIN)["incident_id"] == first["incident_id"]
