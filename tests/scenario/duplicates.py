"""Reports of one matter: linked, suggested, folded in a surge; and all of it undone again."""

import math
import random

import pytest

from world import wait

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
