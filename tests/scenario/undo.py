"""What was just decided by mistake is taken back."""

from world.radio import BASE, Radio

FIRE = "Kebakaran rumah di Jl. Kesambi dekat masjid, bagian undo"


def who_was_sent_by_mistake_hears_the_recall_and_answers_it(make):
    broker = make.broker()
    bridge = make.bridge(broker).start()
    unit = next(u for u, agency in broker.some_units if agency == "fire")
    with Radio(broker, unit, f"{BASE}/unit/{unit}/dispatch") as radio, bridge.console("pos-fire") as desk:
        ident = bridge.report(FIRE)["incident_id"]
        sent = bridge.act(ident, "assign", "pos-fire", units=[unit])
        radio.wait(lambda h: [x for x in h if x.payload and x.json["type"] == "order"], "the order", within=30)
        assert "undo" in bridge.get("/v1/workflow").json["incident"]["active"]
        done = bridge.act(ident, "undo", "pos-fire", of=sent.json["seq"])
        assert done.status == 200, done
        recall = radio.wait(lambda h: next((x for x in h if x.payload and x.json["type"] == "recall"), None), "the recall", within=30)
        assert recall.json["revision"] == 2
        frame = desk.wait(lambda c: next((f for f in c.frames if f.get("action") == "undo"), None), "it is told")
    assert frame["undone"] == {"seq": sent.json["seq"], "action": "assign"} and frame["units"] == [unit]
    order = next(p for p in bridge.incident(ident)["assignments"] if p["agency"] == "fire")["orders"][0]
    assert order["state"] == "recalled" and order["receipts"]["confirmed"] is None
    assert next(u for u in bridge.get("/v1/units").json["units"] if u["id"] == unit)["status"] == "available"
    again = bridge.act(ident, "undo", "pos-fire", of=sent.json["seq"])
    assert again.status == 409 and "undo" in again.json["detail"], again
    bridge.stop()
    bridge.verify()


def nobody_takes_back_what_is_not_theirs_or_was_followed_by_a_decision(make):
    bridge = make.bridge(make.broker()).start()
    unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
    ident = bridge.report(FIRE)["incident_id"]
    assert bridge.act(ident, "assign", "pos-fire", units=[unit]).status == 200
    told = bridge.act(ident, "status", "pos-fire", unit=unit, status="on_scene").json["seq"]
    other = bridge.act(ident, "undo", "pengawas", of=told)
    assert other.status == 409 and "pos-fire" in other.json["detail"], other
    assert bridge.act(ident, "undo", "pos-fire", of=told).status == 200
    order = next(p for p in bridge.incident(ident)["assignments"] if p["agency"] == "fire")["orders"][0]
    assert order["state"] == "ordered" and "on_scene" not in order["steps"]
    told = bridge.act(ident, "status", "pos-fire", unit=unit, status="en_route").json["seq"]
    assert bridge.act(ident, "note", "pengawas", note="gerbang timur").status == 200
    late = bridge.act(ident, "undo", "pos-fire", of=told)
    assert late.status == 409 and "pengawas" in late.json["detail"], late
    for status, fields in ((400, {}), (400, {"of": "x"}), (422, {"of": told + 1000})):
        answer = bridge.act(ident, "undo", "pos-fire", **fields)
        assert answer.status == status and answer.json["errors"][0]["field"] == "of", answer
