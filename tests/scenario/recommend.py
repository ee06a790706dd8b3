"""Whom to send: the program's proposals beside those of an oracle, written from bridge/README.md, "Whom to send",
and not from the program."""

import csv
import datetime
import json
import math
import os
import random
import shutil
import time

from world import bridge as bridges
from world import places, wait
from world.radio import BASE, Radio

CITIES, EACH = 10, 100
NOW = datetime.datetime(2026, 11, 25, 3, 0, tzinfo=datetime.timezone.utc)

# What fits fewer stands before what fits more: so the plans' rules want it.
NEEDS = ["fire/rescue+height", "fire/rescue", "fire/engine+animals", "fire/engine", "fire/engine|rescue",
         "health/ambulance+advanced", "health/ambulance", "health/motorcycle", "health/ambulance|motorcycle",
         "police/car+traffic", "police/car", "police/motorcycle", "police/car|motorcycle",
         "disaster/team+chainsaw", "disaster/team", "disaster/boat", "city/truck+pump", "city/truck", "city/team"]
KINDS = [("fire", "rescue", "height"), ("fire", "engine", "animals"), ("health", "ambulance", "advanced"),
         ("health", "motorcycle", ""), ("police", "car", "traffic"), ("police", "motorcycle", ""),
         ("disaster", "team", "chainsaw"), ("disaster", "boat", ""), ("city", "truck", "pump"), ("city", "team", "")]
GROUPS = ["kebakaran", "penyelamatan,medis", "krisis_sosial,lalu_lintas,kamtibmas,ketertiban", "bencana,utilitas"]
CATEGORIES = {"fire_building": 0, "gas_leak": 0, "rescue_trapped": 1, "med_stroke": 1, "traffic_injury": 2,
              "crime_theft": 2, "flood": 3, "tree_fallen": 3}

with open(places.CONFIG / "rules/rest.tsv", newline="") as _file:
    REST = {row["measure"]: int(row["minutes"]) for row in csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE)}
with open(places.CONFIG / "hospitals.tsv", newline="") as _file:
    HOSPITALS = list(csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE))


# ---- Cities: as many as there are dice for. ----

def _somewhere(dice):
    return round(dice.uniform(-6.80, -6.68), 5), round(dice.uniform(108.52, 108.60), 5)


def _stations(dice):
    return [{"id": f"ST-{agency}-{n}", "agency": agency, "at": _somewhere(dice)}
            for agency in ("fire", "health", "police", "disaster", "city") for n in range(dice.randint(1, 3))]


def _crew(dice, agency, units):
    """None, or one that shares at most four vehicles."""
    crew = f"C-{agency}-{dice.randrange(3)}" if dice.random() < 0.3 else None
    return crew if sum(u["crew"] == crew for u in units) < 4 else None


def _units(dice, stations):
    units = []
    for n in range(dice.randint(20, 45)):
        agency, kind, ability = KINDS[n] if n < len(KINDS) else dice.choice(KINDS)
        home = dice.choice([s for s in stations if s["agency"] == agency] + [None] * (n >= len(KINDS)))
        units.append({"id": f"U-{dice.randrange(1000):03}-{n}", "agency": agency, "kind": kind,
                      "abilities": {ability} - {""} if n < len(KINDS) or dice.random() < 0.3 else set(),
                      "station": home and home["id"], "home": home and home["at"],
                      "crew": _crew(dice, agency, units),
                      "crew_min": dice.choice([None, None, 2, 3])})
    return units


def _row(wanted):
    return ",".join(f"{need}:{wanted[need]}" for need in NEEDS if need in wanted)


def _plans(dice):
    """(name, groups, priorities, level, {need: count}), in the order of the table."""
    rows = []
    for n, groups in enumerate(GROUPS):
        worst, other = ({need: dice.randint(1, 2) for need in dice.sample(NEEDS, dice.randint(1, 5))} for _ in range(2))
        rows += [(f"p{n}a", groups, "1", 1, worst), (f"p{n}b", groups, "-", 1, other)]
        above = {need: max(worst.get(need, 0), other.get(need, 0)) for need in {*worst, *other}}
        for level in (2, 3):
            above = {**above, **({dice.choice(NEEDS): 3} if len(above) < 8 else {})}
            if len(above) <= 8 and dice.random() < 0.7:
                rows.append((f"p{n}l{level}", groups, "-", level, dict(above)))
    return rows


def _table(path, header, rows):
    path.write_text("\n".join("\t".join(row) for row in [header, *rows]) + "\n")


def _city(make, dice):
    config = make.folder() / "config"
    shutil.copytree(places.CONFIG, config)
    stations = _stations(dice)
    units, plans = _units(dice, stations), _plans(dice)
    _table(config / "stations.tsv", ["id", "agency", "name_id", "lat", "lon"],
           [[s["id"], s["agency"], s["id"], str(s["at"][0]), str(s["at"][1])] for s in stations])
    _table(config / "units.tsv", ["id", "agency", "kind", "name_id", "station", "capabilities", "crew", "crew_min", "lat", "lon"],
           [[u["id"], u["agency"], u["kind"], u["id"], u["station"] or "-", ",".join(u["abilities"]) or "-", u["crew"] or "-",
             str(u["crew_min"] or "-"), "", ""] for u in units])
    _table(config / "rules/plans.tsv", ["plan", "type", "priority", "level", "send"],
           [[name, groups, priorities, str(level), _row(wanted)] for name, groups, priorities, level, wanted in plans])
    return config, units, plans


# ---- Situations. ----

def _time(seconds_ago):
    return (NOW - datetime.timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _age_s(said):
    return (NOW - datetime.datetime.fromisoformat(said["at"].replace("Z", "+00:00"))).total_seconds()


def _state(dice, unit):
    state = {"id": unit["id"], "duty": dice.choices(["on", "off", "out_of_service"], [12, 1, 1])[0],
             "presence": dice.choices(["unknown", "online", "offline", "logged_out"], [4, 6, 2, 1])[0],
             "shift_jobs": dice.randint(0, 3)}
    if dice.random() < 0.7:
        state["on_since"] = _time(60 * dice.choice([5, 300, REST["on_duty"] - 1, REST["on_duty"], 900]))
        state["worked_min"] = dice.choice([0, 0, 40, REST["at_work"] - 1, REST["at_work"], 500])
    if dice.random() < 0.6:
        lat, lon = _somewhere(dice)
        state["position"] = {"lat": lat, "lon": lon, "at": _time(dice.choice([0, 40, 599, 600, 601, 3000]))}
    if dice.random() < 0.2:
        state["busy"] = {"no": dice.randint(1, 999), "state": "en_route", "since": _time(90)}
    for mark, chance in (("here", 0.15), ("declined", 0.05)):
        if dice.random() < chance:
            state[mark] = True
    if dice.random() < 0.4:
        state["staff"] = dice.randint(1, 4)
    return state


def _situation(dice, units, areas):
    incident = {"category": dice.choice(list(CATEGORIES)), "priority": dice.randint(1, 4)}
    where = dice.random()
    if where < 0.65:
        incident["location"] = dict(zip(("lat", "lon"), _somewhere(dice)))
    elif where < 0.85:
        incident["area"] = dice.choice(list(areas))
    said = [{"id": h["id"], "receiving": dice.choice(["open", "busy", "divert"]), "at": _time(dice.choice([5, 899, 900, 901, 4000]))}
            for h in HOSPITALS if dice.random() < 0.6]
    return {"now": _time(0), "hospitals": said, "level": dice.randint(1, 3), "incident": incident,
            "units": [_state(dice, u) for u in units if dice.random() < 0.8]}


# ---- Places, by other ways than the program's. ----

def _areas():
    """code -> (level, [(the lowest and the highest latitude, ring)])"""
    doc = json.loads((places.CONFIG / "areas.geojson").read_text())
    areas = {}
    for feature in doc["features"]:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        areas[feature["id"]] = feature["properties"]["level"], [(_heights(ring), ring) for part in parts for ring in part]
    return areas


def _heights(ring):
    return min(lat for _, lat in ring), max(lat for _, lat in ring)


def _great_circle(a, b):
    """The angle between two directions from the centre of a sphere of the earth's mean radius."""
    def direction(at):
        lat, lon = map(math.radians, at)
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
    return 6371008.8 * 2 * math.asin(min(1, math.dist(direction(a), direction(b)) / 2))


def _holds(rings, at):
    lat, lon = at
    inside = False
    for (low, high), ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1]) if low <= lat <= high else ():
            if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


def _to_border(rings, at):
    """Zero inside; else to the nearest side, on a plane that touches the earth where one stands."""
    if _holds(rings, at):
        return 0
    per_degree = math.radians(1) * 6371000
    def flat(point):
        return complex((point[0] - at[1]) * per_degree * math.cos(math.radians(at[0])), (point[1] - at[0]) * per_degree)
    def to_side(p, q):
        if p == q:
            return abs(p)
        part = (-p * (q - p).conjugate()).real / abs(q - p) ** 2
        return abs(p + (q - p) * min(1, max(0, part)))
    return min(to_side(flat(p), flat(q)) for _, ring in rings for p, q in zip(ring, ring[1:] + ring[:1]))


def _kecamatan(areas, at):
    for code, (level, rings) in areas.items():
        if level == "kelurahan" and _holds(rings, at):
            return code.rsplit(".", 1)[0]
    return None


# ---- The oracle. ----

class Oracle:
    def __init__(self, units, plans, areas, situation):
        self.areas = areas
        self.incident = situation["incident"]
        said = {state["id"]: state for state in situation["units"]}
        self.hospitals = [{**h, **next((s for s in situation["hospitals"] if s["id"] == h["id"]), {}),
                           "way": self.way((float(h["lat"]), float(h["lon"])))} for h in HOSPITALS]
        self.units = [{**u, **said.get(u["id"], {})} for u in units]
        for u in self.units:
            self.place(u)
        self.plan = self.find_plan(plans, situation["level"])
        self.needs = [self.read(word) for word in _row(self.plan[4]).split(",")]
        self.sent = []

    def place(self, u):
        """Where it says it is, at most ten minutes ago; else where it waits."""
        u["at"] = u["home"]
        said = u.get("position")
        if said and _age_s(said) <= 600:
            u["at"] = (said["lat"], said["lon"])
        u["way"] = u["at"] and self.way(u["at"])

    def way(self, at):
        if "location" in self.incident:
            return _great_circle(at, (self.incident["location"]["lat"], self.incident["location"]["lon"]))
        return _to_border(self.areas[self.incident["area"]][1], at) if "area" in self.incident else None

    def find_plan(self, plans, level):
        """Of the rows of the level the first that holds; without one, that of the level below."""
        groups = GROUPS[CATEGORIES[self.incident["category"]]]
        for l in range(level, 0, -1):
            for plan in plans:
                if plan[3] == l and plan[1] == groups and plan[2] in ("-", str(self.incident["priority"])):
                    return plan

    @staticmethod
    def read(word):
        what, count = word.split(":")
        what, _, ability = what.partition("+")
        agency, kinds = what.split("/")
        return {"agency": agency, "kinds": kinds.split("|"), "ability": ability, "wanted": int(count), "there": 0, "proposed": 0}

    @staticmethod
    def is_of_kind(u, need):
        return u["agency"] == need["agency"] and u["kind"] in need["kinds"]

    def fits(self, u, need):
        return self.is_of_kind(u, need) and (not need["ability"] or need["ability"] in u["abilities"])

    def mates(self, u):
        return [m for m in self.units if u["crew"] and m is not u and m["crew"] == u["crew"]]

    def cannot(self, u):
        """The first that holds, or None."""
        reasons = {"off_duty": u.get("duty") == "off", "out_of_service": u.get("duty") == "out_of_service",
                   "logged_out": u.get("presence") == "logged_out", "declined": u.get("declined"), "busy": "busy" in u,
                   "crew_out": any(m.get("here") or "busy" in m or m in self.sent for m in self.mates(u)),
                   "understaffed": u["crew_min"] and "staff" in u and u["staff"] < u["crew_min"]}
        return next((reason for reason, holds in reasons.items() if holds), None)

    def rank(self, u):
        """The first in this order goes first."""
        far = 10 ** 9 if u["at"] is None else 0 if u["way"] is None else math.floor(u["way"] + 0.5)
        return [("unreached", u.get("presence") == "offline"), ("farther", far // 250), ("tired", self.must_rest(u)),
                ("busier", u.get("shift_jobs", 0)), ("farther", far), ("equal", u["id"])]

    @staticmethod
    def must_rest(u):
        """Awake since a moment that many minutes ago, or at work for as many."""
        up = "on_since" in u and _time(60 * REST["on_duty"]) >= u["on_since"]
        return up or u.get("worked_min", 0) >= REST["at_work"]

    def count_there(self):
        for u in self.units:
            if u.get("here"):
                need = next((n for n in self.needs if self.fits(u, n) and n["there"] < n["wanted"]), None)
                if need:
                    need["there"] += 1

    def fill(self):
        for need in self.needs:
            while need["there"] + need["proposed"] < need["wanted"]:
                may = [u for u in self.units if self.fits(u, need) and not u.get("here") and u not in self.sent and not self.cannot(u)]
                if not may:
                    break
                best = min(may, key=lambda u: [value for _, value in self.rank(u)])
                best["for"] = need
                self.sent.append(best)
                need["proposed"] += 1

    def why_not(self, u):
        cannot = self.cannot(u)
        if cannot:
            return cannot
        need = next((n for n in self.needs if self.fits(u, n)), None)
        if need is None:
            return "lacks"
        rivals = [s for s in self.sent if s["for"] is need]
        if not rivals:
            return "not_needed"
        return next(why for (why, mine), (_, theirs) in zip(self.rank(u), self.rank(rivals[-1])) if mine != theirs)

    def bare(self):
        def was_free(u):
            return (u.get("duty", "on") == "on" and u.get("presence") != "logged_out" and not u.get("here") and "busy" not in u
                    and not (u["crew_min"] and "staff" in u and u["staff"] < u["crew_min"])
                    and not any(m.get("here") or "busy" in m for m in self.mates(u)))
        free = [u for u in self.units if was_free(u)]
        gone = [u for u in free if u in self.sent or any(m in self.sent for m in self.mates(u))]
        left = [u for u in free if u not in gone]
        found = {}
        for u in free:
            u["kecamatan"] = u["at"] and _kecamatan(self.areas, u["at"])
        for u in gone:
            key = u["kecamatan"], u["agency"], u["kind"]
            if u["kecamatan"] is None or key in found or any((o["kecamatan"], o["agency"], o["kind"]) == key for o in left):
                continue
            near = [o for o in left if (o["agency"], o["kind"]) == key[1:] and o["at"]]
            found[key] = min(near, key=lambda o: (round(_great_circle(o["at"], u["at"])), o["id"]))["id"] if near else None
        return found

    def destinations(self):
        """Who turns away comes last and before them who is busy, when that is fresh; else the nearer first."""
        kinds = {kind for need in self.needs for kind in need["kinds"]}
        fit = [h for h in self.hospitals if h["type"] in ("-", self.incident["category"]) and kinds & set(h["kinds"].split(","))]
        def standing(h):
            return {"busy": 1, "divert": 2}.get(h.get("receiving"), 0) if "at" in h and _age_s(h) <= 900 else 0
        return [h["id"] for h in sorted(fit, key=lambda h: (standing(h), math.floor((h["way"] or 0) + 0.5), h["id"]))]

    def answer(self):
        self.count_there()
        self.fill()
        asked = [u for u in self.units if any(self.is_of_kind(u, n) for n in self.needs) and u not in self.sent and not u.get("here")]
        return {"plan": self.plan[0],
                "needs": [(n["there"], n["proposed"], n["wanted"] - n["there"] - n["proposed"]) for n in self.needs],
                "units": [u["id"] for u in self.sent],
                "there": {u["id"] for u in self.units if u.get("here")},
                "passed_over": {u["id"]: self.why_not(u) for u in asked},
                "bare": self.bare(),
                "hospitals": self.destinations()}

    def is_clear(self):
        """No two are so nearly as far, and none so near to a step, that a centimetre decides."""
        ways = sorted({u["way"] for u in self.units if u["way"]})
        beds = sorted(h["way"] for h in self.hospitals if h["way"])
        return (all(b - a > 2 for a, b in [*zip(ways, ways[1:]), *zip(beds, beds[1:])]) and
                all(2 < w % 250 < 248 for w in ways))


def _told(doc):
    return {"plan": doc["plan"]["name"],
            "needs": [(n["there"], n["proposed"], n["missing"]) for n in doc["needs"]],
            "units": [u["unit"] for u in doc["units"]],
            "there": {u["unit"] for u in doc["there"]},
            "passed_over": {u["unit"]: u["reason"] for u in doc["passed_over"]},
            "bare": {(b["area"], b["agency"], b["kind"]): b["next"] for b in doc["bare"]},
            "hospitals": [h["id"] for h in doc["hospitals"]]}


def _must_be_as_far(doc, oracle):
    ways = {u["id"]: u["way"] for u in oracle.units}
    for row in doc["units"] + doc["passed_over"]:
        way, told = ways[row["unit"]], row["straight_line_m"]
        hours = next(u for u in oracle.units if u["id"] == row["unit"])
        assert row.get("tired", False) == ("on_since" in hours and oracle.must_rest(hours)), (row, hours)
        assert (way is None) == (told is None) and (way is None or abs(way - told) < 1), (row, way)
        assert row["why_id"] and row["why_en"] and "?" not in row["why_id"], row


def _draw(dice, units, plans, areas):
    while True:
        situation = _situation(dice, units, areas)
        oracle = Oracle(units, plans, areas, situation)
        if oracle.is_clear():
            return situation, oracle


def _ask(config, situations):
    lines = "".join(json.dumps(s) + "\n" for s in situations)
    out = bridges.tangi("recommend", "--config", config, "--situation", "-", "--json", input=lines, within=120).stdout
    return [json.loads(line) for line in out.splitlines()]


def a_thousand_random_situations_are_answered_as_the_oracle_answers_them(make):
    seed = os.environ.get("TANGI_SEED") or random.randrange(1 << 32)
    print(f"TANGI_SEED={seed}")
    dice = random.Random(int(seed))
    areas = _areas()
    seen = {"units": 0, "missing": 0, "bare": 0, "reasons": set()}
    for _ in range(CITIES):
        config, units, plans = _city(make, dice)
        drawn = [_draw(dice, units, plans, areas) for _ in range(EACH)]
        for (situation, oracle), doc in zip(drawn, _ask(config, [s for s, _ in drawn]), strict=True):
            expected, told = oracle.answer(), _told(doc)
            assert told == expected, f"TANGI_SEED={seed}\n{json.dumps(situation)}\ntold     {told}\nexpected {expected}"
            _must_be_as_far(doc, oracle)
            seen["units"] += len(told["units"])
            seen["missing"] += len(doc["shortfalls"])
            seen["bare"] += len(told["bare"])
            seen["reasons"] |= set(told["passed_over"].values())
    assert seen["units"] > 1000 and seen["missing"] > 100 and seen["bare"] > 100, seen
    assert len(seen["reasons"]) == 14, f"each reason was met: {seen['reasons']}"


def a_situation_that_is_not_one_is_refused_by_its_member(make):
    fire = {"category": "fire_building"}
    for situation, named in (
            ({}, "incident"), ({"incident": {}}, "category"), ({"incident": {"category": "fier"}}, 'no category "fier"'),
            ({"incident": fire, "levle": 2}, "levle"), ({"incident": fire, "level": 4}, "level"),
            ({"incident": fire, "units": [{"id": "DMK-99"}]}, 'no unit "DMK-99"'),
            ({"incident": fire, "units": [{"id": "DMK-01", "duty": "maybe"}]}, "duty: DMK-01: is on, off or out_of_service"),
            ({"incident": fire, "units": [{"id": "DMK-01", "position": {"lat": 1, "lon": 2}}]}, "at"),
            ({"incident": fire, "hospitals": [{"id": "rs-x", "receiving": "open", "at": "2026-11-25T03:00:00Z"}]}, 'no hospital "rs-x"'),
            ([], "is a JSON object")):
        done = bridges.tangi("recommend", "--config", places.CONFIG, "--situation", "-", input=json.dumps(situation), check=False)
        assert done.returncode == 1 and "situation 1" in done.stderr and named in done.stderr, (situation, done.stderr)


def a_text_is_answered_in_both_languages_with_all_units_at_home(make):
    out = bridges.tangi("recommend", "--config", places.CONFIG, "Kebakaran rumah di Pekalipan").stdout
    for said in ("fire_building P1, 32.74.04.1002, alarm 1: fire", "kirim / send", "km jarak lurus ke batas Pekalipan",
                 "in a straight line to the border of Pekalipan", "kosong / bare", "Harjamukti is without a free engine (fire)"):
        assert said in out, out


def check_tries_the_plans_by_their_examples_and_refuses_what_nobody_has(make):
    config = make.folder() / "config"
    shutil.copytree(places.CONFIG, config)
    table = config / "rules/plans.tsv"
    shipped = table.read_text()
    for old, new, said in (("DMK-04,DMK-01,AMB-01,POL-03", "DMK-01", 'plans.tsv:5: expected: "DMK-01" is expected'),
                           ("fire/engine:1\t", "fire/ladder:1\t", "send: fire/ladder: nobody has such a unit in units.tsv"),
                           ("flood\tflood\t-\t1", "flood\tflood\t1\t2", "")):
        table.write_text(shipped.replace(old, new, 1))
        done = bridges.tangi("check", "--config", config, check=False)
        assert done.returncode == 1 and said in done.stderr, done.stderr
    table.write_text(shipped)


# ---- As things stand. ----

KESAMBI = {"lat": -6.7310, "lon": 108.5440, "accuracy_m": 15}


def _proposal(bridge, ident, who="pengawas", more=""):
    answer = bridge.get(f"/v1/incidents/{ident}/recommendation{more}", who)
    assert answer.status == 200, answer
    return answer.json


def _ids(doc):
    return [u["unit"] for u in doc["units"]]


def the_bridge_proposes_from_where_units_are_and_who_is_on_duty(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    ident = bridge.report("Kebakaran rumah di Jl. Kesambi", location=KESAMBI)["incident_id"]
    doc = _proposal(bridge, ident)
    assert _ids(doc) == ["DMK-01", "DMK-02", "AMB-01", "POL-04"], doc
    fire = {"incident": {"category": "fire_building", "priority": 1, "location": KESAMBI}}
    assert {k: doc[k] for k in ("units", "passed_over", "bare", "needs")} == \
        {k: v for k, v in _ask(places.CONFIG, [fire])[0].items() if k in ("units", "passed_over", "bare", "needs")}, "as offline"
    near = json.dumps({"lat": -6.7311, "lon": 108.5441, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})
    with Radio(broker, "DMK-04", []) as radio:
        radio.send(f"{BASE}/unit/DMK-04/position", near)
        wait.until(lambda: _ids(_proposal(bridge, ident))[:2] == ["DMK-04", "DMK-01"], "the nearer one goes")
    first = _proposal(bridge, ident)["units"][0]
    assert first["counted_from"] == "live" and first["straight_line_m"] < 30 and first["position_age_s"] < 60, first
    today = datetime.date.today()
    roster = bridge.data.parent / "jaga.csv"
    roster.write_text("unit;mulai;selesai;jumlah\n" + "".join(
        f"DMK-01;{(today + datetime.timedelta(days)):%d/%m/%Y} 07:00;{(today + datetime.timedelta(days)):%d/%m/%Y} 07:30;4\n" for days in (-3, 4)))
    bridges.tangi("roster", "import", roster, "--config", places.CONFIG, "--data", bridge.data)
    doc = _proposal(bridge, ident)
    assert _ids(doc)[:2] == ["DMK-04", "DMK-02"], doc
    assert next(u for u in doc["passed_over"] if u["unit"] == "DMK-01")["reason"] == "off_duty"
    (bridge.data / "roster.tsv").write_text("half\n")
    assert _ids(_proposal(bridge, ident)) == _ids(doc), "a broken roster is not taken up"
    assert "duty.unreadable" in bridge.process.log_text()


def _hospital(bridge, *words, check=True):
    return bridges.tangi("hospital", *words, "--config", places.CONFIG, "--data", bridge.data, check=check)


def a_hospital_is_said_with_the_age_of_what_it_said_and_turns_away_only_while_that_is_fresh(make):
    bridge = make.bridge().start()
    ident = bridge.report("Ibu saya gejala stroke, mulut mencong, Jl. Kesambi", location=KESAMBI)["incident_id"]
    assert [h["id"] for h in _proposal(bridge, ident)["hospitals"]][0] == "rs-ciremai"
    _hospital(bridge, "rs-ciremai", "divert")
    last = _proposal(bridge, ident, "pos-health")["hospitals"][-1]
    assert last["id"] == "rs-ciremai" and last["receiving"] == "divert" and last["is_fresh"] and last["said_age_s"] < 60, last
    assert "IGD mengalihkan" in last["why_id"] and "turns away" in last["why_en"], last
    fire = bridge.report("Kebakaran rumah di Jl. Kesambi", location=KESAMBI)["incident_id"]
    assert _proposal(bridge, fire, "pos-fire")["hospitals"] == [], "none of that agency's brings anybody"
    (bridge.data / "receiving.tsv").write_text(f"id\tis\tat\nrs-ciremai\tdivert\t{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 1000))}\n")
    first = _proposal(bridge, ident)["hospitals"][0]
    assert first["id"] == "rs-ciremai" and not first["is_fresh"] and first["said_age_s"] >= 1000, first
    assert _hospital(bridge, "rs-ciremai", "open", "--at", "2026-01-01T00:00:00Z", check=False).returncode == 1, "older than what is known"
    assert _hospital(bridge, "rs-x", "open", check=False).returncode == 1
    assert _hospital(bridge, "rs-ciremai", "full", check=False).returncode == 1
    assert "rs-ciremai\tRS Tk. III Ciremai\tdivert\t" in _hospital(bridge).stdout


def a_proposal_knows_what_units_are_doing_and_a_second_alarm_adds_what_is_missing(make):
    bridge = make.bridge().start()
    ident = bridge.report("Kebakaran rumah di Jl. Kesambi", location=KESAMBI)["incident_id"]
    other = bridge.report("Pohon tumbang menimpa mobil di Jl. Pemuda, orang terjepit")["incident_id"]
    assert bridge.act(other, "assign", units=["DMK-01"], who="pengawas").status == 200
    bridge.act(other, "status", unit="DMK-01", status="en_route", who="pengawas")
    doc = _proposal(bridge, ident)
    busy = next(u for u in doc["passed_over"] if u["unit"] == "DMK-01")
    no = f"{bridge.incident(other)['no']:04}"
    assert _ids(doc)[:2] == ["DMK-02", "DMK-04"] and busy["reason"] == "busy", doc
    priority = bridge.incident(other)["priority"]
    assert f"bertugas di {no} (P{priority}), menuju lokasi sejak" in busy["why_id"] and f"busy at {no} (P{priority}), en_route" in busy["why_en"], busy
    raised = 1 if priority != 1 else 2
    assert bridge.act(other, "reclassify", priority=raised, who="pengawas").status == 200
    busy = next(u for u in _proposal(bridge, ident)["passed_over"] if u["unit"] == "DMK-01")
    assert f"(P{raised})" in busy["why_en"], busy
    assert bridge.act(ident, "assign", units=["DMK-02", "DMK-04"]).status == 200
    doc = _proposal(bridge, ident, "pos-fire")
    assert doc["units"] == [] and [u["unit"] for u in doc["there"]] == ["DMK-02", "DMK-04"] and not doc["shortfalls"], doc
    second = _proposal(bridge, ident, "pos-fire", "?level=2")
    assert _ids(second) == ["DMK-03"] and [(s["missing"], s["kinds"]) for s in second["shortfalls"]] == [(1, ["engine"])], second
    # Declined: another at once, and not the same again; off duty: nobody.
    bridge.act(ident, "status", unit="DMK-04", status="declined", reason="ban kempes")
    bridge.act(other, "status", unit="DMK-01", status="cleared", who="pengawas")
    doc = _proposal(bridge, ident, "pos-fire")
    assert _ids(doc) == ["DMK-01"] and [u["reason"] for u in doc["passed_over"]] == ["declined"], doc
    assert bridge.ask("PUT", "/v1/units/DMK-01/status", {"status": "off_duty"}, "pos-fire").status == 200
    doc = _proposal(bridge, ident, "pos-fire")
    assert doc["units"] == [] and doc["shortfalls"][0]["missing"] == 1, doc
    assert {u["unit"]: u["reason"] for u in doc["passed_over"]} == {"DMK-01": "off_duty", "DMK-04": "declined"}, doc


def who_has_had_more_jobs_in_this_shift_goes_after_one_as_near(make):
    bridge = make.bridge().start()
    duty = lambda status: bridge.ask("PUT", "/v1/units/DMK-01/status", {"status": status}, "pos-fire").status
    assert duty("off_duty") == duty("on_duty") == 200
    for n in range(2):
        ident = bridge.report(f"Pohon tumbang menimpa mobil, orang terjepit, nomor {n}")["incident_id"]
        assert bridge.act(ident, "assign", units=["DMK-01"], who="pengawas").status == 200
        bridge.act(ident, "status", unit="DMK-01", status="on_scene", who="pengawas")
        bridge.act(ident, "close", outcome="resolved", release=True, who="pengawas")
    unit = lambda: next(u for u in bridge.get("/v1/units").json["units"] if u["id"] == "DMK-01")
    assert unit()["shift_jobs"] == 2, "a step is no job more"
    fire = bridge.report("Kebakaran rumah di Jl. Kesambi", location=KESAMBI)["incident_id"]
    first = next(u for u in [*_proposal(bridge, fire)["units"], *_proposal(bridge, fire)["passed_over"]] if u["unit"] == "DMK-01")
    assert "2 tugas giliran ini" in first["why_id"] or first.get("reason") == "busier", first
    bridge.restart()
    assert unit()["shift_jobs"] == 2
    assert duty("logged_out") == duty("on_duty") == 200
    assert unit()["shift_jobs"] == 2, "the same shift"
    assert duty("off_duty") == duty("on_duty") == 200
    assert "shift_jobs" not in unit()


def how_long_a_crew_is_up_is_said_with_the_proposal_and_when_that_is_too_long(make):
    """By a city whose crews rest after an hour."""
    config = make.folder() / "config"
    shutil.copytree(places.CONFIG, config)
    _table(config / "rules/rest.tsv", ["measure", "minutes"], [["on_duty", "60"], ["at_work", "-"]])
    bridge = make.bridge(config=config).start()

    def duty(unit, status, minutes_ago):
        at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes_ago)
        answer = bridge.ask("PUT", f"/v1/units/{unit}/status", {"status": status, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}, "pengawas")
        assert answer.status == 200, answer

    ident = bridge.report("Pohon tumbang menimpa mobil, orang terjepit", location=KESAMBI)["incident_id"]
    def row(unit):
        doc = _proposal(bridge, ident)
        return next((r for r in [*doc["units"], *doc["passed_over"]] if r["unit"] == unit), None)
    first = _ids(_proposal(bridge, ident))[0]
    assert "tired" not in row(first), "nobody knows"
    duty(first, "on_duty", 50)
    assert row(first)["on_duty_min"] == 50 and row(first)["worked_min"] == 0 and not row(first)["tired"]
    assert "bertugas 50 menit" in row(first)["why_id"]
    duty(first, "logged_out", 40)
    duty(first, "on_duty", 30)
    assert row(first)["on_duty_min"] == 50, "the same shift"
    bridge.restart()
    assert row(first)["on_duty_min"] == 50
    duty(first, "off_duty", 20)
    duty(first, "on_duty", 10)
    assert row(first)["on_duty_min"] == 10, "the next"
    duty(first, "off_duty", 5)
    other = _ids(_proposal(bridge, ident))[0]
    duty(other, "on_duty", 90)
    tired = row(other)
    assert tired["tired"] and "istirahat" in tired["why_id"] and "rest" in tired["why_en"], tired


def who_is_on_duty_is_what_the_roster_says_or_a_person_has_said_since(make):
    bridge = make.bridge().start()
    ident = bridge.report("Kebakaran rumah di Jl. Kesambi", location=KESAMBI)["incident_id"]
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    roster = bridge.data.parent / "jaga.csv"

    def on_duty(*hours):
        roster.write_text("unit;mulai;selesai;jumlah\n" + "".join(
            f"DMK-01;{now + datetime.timedelta(hours=a):%d/%m/%Y %H:%M};{now + datetime.timedelta(hours=b):%d/%m/%Y %H:%M};4\n" for a, b in hours))
        bridges.tangi("roster", "import", roster, "--config", places.CONFIG, "--data", bridge.data)

    def says(status, hours_ago=0):
        at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours_ago)
        answer = bridge.ask("PUT", "/v1/units/DMK-01/status", {"status": status, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}, "pos-fire")
        assert answer.status == 200, answer

    def goes():
        return "DMK-01" in _ids(_proposal(bridge, ident, "pos-fire"))
    says("on_duty", 3)
    on_duty((-9, -2), (5, 6))
    assert not goes(), "their shift has ended since"
    on_duty((-9, -4), (5, 6))
    assert goes(), "called in, though the roster has them at home"
    says("off_duty", 2)
    on_duty((-1, 5))
    assert not goes(), "sent home is sent home until somebody says otherwise: nobody could send them"
    says("on_duty")
    assert goes()
    says("out_of_service")
    assert not goes(), "a shift mends no engine"


def a_dispatcher_is_told_what_its_agency_would_send_and_a_supervisor_all(make):
    bridge = make.bridge().start()
    ident = bridge.report("Kebakaran rumah di Jl. Kesambi", location=KESAMBI)["incident_id"]
    theft = bridge.report("Motor saya dicuri di Jl. Kesambi")["incident_id"]
    mine = _proposal(bridge, ident, "pos-fire")
    assert _ids(mine) == ["DMK-01", "DMK-02"] and {n["agency"] for n in mine["needs"]} == {"fire"}, mine
    assert {u["agency"] for u in mine["passed_over"]} == {"fire"} and {b["agency"] for b in mine["bare"]} == {"fire"}, mine
    assert {n["agency"] for n in _proposal(bridge, ident)["needs"]} == {"fire", "health", "police"}
    second = _proposal(bridge, ident, "pos-fire", "?level=2")
    assert second["plan"] == {"name": "fire_2", "level": 2} and len(second["units"]) == 4, second
    for who, what, status in (("pos-fire", theft, 404), ("tamu", ident, 403), ("rest", ident, 403)):
        assert bridge.get(f"/v1/incidents/{what}/recommendation", who).status == status, (who, what)
    assert [e["event"] for e in bridge.log()] == ["incident.created"] * 2, "nothing is sent by asking"
