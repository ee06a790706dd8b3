"""A major incident: what is part of it lives by itself, and is found from it."""

import itertools

FLOOD = "Banjir di Jl. Kesambi, warga terjebak, butuh perahu"
_n = itertools.count()


def _incident(bridge, **more):
    ident = bridge.report(FLOOD + f", titik {next(_n)}", **more)["incident_id"]
    answer = bridge.act(ident, "reclassify", "pengawas", agencies=["fire"])
    assert answer.status == 200, answer
    return ident


def _did(bridge, ident, action, who="pengawas", **fields):
    answer = bridge.act(ident, action, who, **fields)
    assert answer.status == 200, (action, answer)
    return bridge.incident(ident)


def _refused(answer, status, field=None):
    assert answer.status == status, answer
    if field is not None:
        assert answer.json["errors"][0]["field"] == field, answer
    return answer.json["detail"]


def what_is_part_of_it_is_told_to_consoles_and_rolled_up(make):
    bridge = make.bridge(make.broker()).start()
    unit = next(u for u, agency in bridge.broker.some_units if agency == "fire")
    parent, one, two = (_incident(bridge) for _ in range(3))
    assert "parent" not in bridge.incident(one) and "children" not in bridge.incident(parent)
    no = bridge.incident(parent)["no"]
    with bridge.console("pos-fire") as desk:
        now = _did(bridge, one, "link", parent=parent)
        assert now["parent"] == {"incident_id": parent, "no": no} and "major" not in now
        child = desk.wait(lambda c: next((f for f in c.frames if f.get("action") == "link" and f["incident"]["id"] == one), None),
                          "the part says so")
        told = desk.wait(lambda c: next((f for f in c.frames if f.get("child", {}).get("incident_id") == one), None),
                         "the whole says so")
        assert child["parent"]["no"] == no and told["incident"]["major"] is True and told["seq"] == child["seq"] + 1
    assert _did(bridge, two, "link", parent=no)["parent"]["incident_id"] == parent, "by its number too"
    _did(bridge, one, "assign", "pos-fire", units=[unit])
    _did(bridge, two, "close", outcome="resolved")
    for _ in range(2):
        children = bridge.incident(parent)["children"]
        assert (children["open"], children["closed"]) == (1, 1) and children["units"]["fire"] == [unit]
        assert [(c["incident_id"], c["status"]) for c in children["incidents"]] == [(one, "active"), (two, "closed")]
        assert "parent" not in bridge.incident(parent)
        bridge.restart()
    assert "link" in bridge.get("/v1/workflow").json["incident"]["active"]
    assert "parent" not in _did(bridge, one, "unlink") and bridge.incident(parent)["children"]["open"] == 0
    _did(bridge, two, "unlink")
    assert "major" not in bridge.incident(parent) and "children" not in bridge.incident(parent)
    bridge.stop()
    bridge.verify()


def there_is_one_level_and_whoever_asks_for_more_hears_why(make):
    bridge = make.bridge().start()
    parent, child, other = (_incident(bridge) for _ in range(3))
    played, secret = _incident(bridge, exercise=True), bridge.report(FLOOD, anonymity="secret")["incident_id"]
    _did(bridge, child, "link", parent=parent)
    head = bridge.head()
    assert "major incident itself" in _refused(bridge.act(parent, "link", "pengawas", parent=other), 409)
    assert "link to that" in _refused(bridge.act(other, "link", "pengawas", parent=child), 409)
    assert "unlink it first" in _refused(bridge.act(child, "link", "pengawas", parent=other), 409)
    _refused(bridge.act(parent, "merge", "pengawas", into=other), 409)
    _refused(bridge.act(played, "link", "pengawas", parent=parent), 422, "parent")
    _refused(bridge.act(secret, "link", "pengawas", parent=parent), 422, "parent")
    _refused(bridge.act(other, "link", "pengawas", parent=9999), 422, "parent")
    _refused(bridge.act(other, "link", "pengawas", parent=other), 400, "parent")
    _refused(bridge.act(other, "link", "pengawas", parent="banjir"), 400, "parent")
    assert bridge.head() == head


def a_major_one_ends_with_its_parts_or_lets_them_go(make):
    bridge = make.bridge().start()
    parent, one, two = (_incident(bridge) for _ in range(3))
    for ident in (one, two):
        _did(bridge, ident, "link", parent=parent)
    assert "2 of its parts are open" in _refused(bridge.act(parent, "close", "pengawas", outcome="resolved"), 409)
    assert bridge.incident(parent)["status"] != "closed"
    _refused(bridge.act(parent, "close", "pengawas", outcome="resolved", children="too"), 400, "children")
    _did(bridge, two, "close", outcome="resolved")
    now = _did(bridge, parent, "close", outcome="resolved", children="leave")
    assert now["status"] == "closed" and [c["incident_id"] for c in now["children"]["incidents"]] == [two]
    free = bridge.incident(one)
    assert "parent" not in free and free["status"] != "closed" and free["timeline"][-1]["action"] == "unlink"
    _refused(bridge.act(one, "link", "pengawas", parent=parent), 422, "parent")
    bridge.stop()
    bridge.verify()
