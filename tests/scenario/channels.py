"""What rises out of the house reaches the other side: signed, without anybody's data, at least once, and delays nobody."""

import json
import stat

from world import channels, impatient, wait
from world.channels import Receiver, deaf, entry
from world.impatient import FIRE

STEPS = "desk 1s, supervisor 2s, other_channel 3s"


def _bridge(make, *entries, untaken=STEPS, **settings):
    city = impatient.city(make, untaken=untaken)
    city["settings"] = {**city["settings"], "channels": json.dumps(list(entries)), **settings}
    return make.bridge(**city)


def _told(receiver, count=1):
    return wait.until(lambda: len(receiver.heard) >= count and receiver.heard, f"{count} messages", within=30)


def _state(bridge, name):
    channel = next(c for c in bridge.get("/readyz", "pengelola").json["channels"] if c["name"] == name)
    return channel


def _sent(bridge):
    return bridge.metrics()["tangi_outbox_sent_total"]


def a_rise_to_another_channel_reaches_it_signed_and_says_nothing_of_who_called(make):
    with Receiver() as receiver:
        bridge = _bridge(make, entry("piket", receiver.port, agencies=["fire"])).start()
        report = bridge.report(FIRE + ", telepon saya 081299901888", reporter={"name": "Bu Sumiati", "phone": "+6281299901888"})
        (headers, body), = _told(receiver)
        secret_file = bridge.data / "channel-piket.secret"
        assert stat.S_IMODE(secret_file.stat().st_mode) == 0o600
        assert channels.is_signed(headers, body, secret_file.read_text())
        assert not channels.is_signed(headers, body + b" ", secret_file.read_text())
        message = json.loads(body)
        data = message["data"]
        incident = bridge.incident(report["incident_id"])
        assert (message["type"], data["incident_id"], data["no"], data["agency"], data["priority"]) == \
            ("incident.escalated", incident["id"], incident["no"], "fire", 1)
        assert data["waits_for"] == "untaken" and data["since"] == impatient.part(bridge, incident["id"])["escalation"]["since"]
        assert "belum diambil" in data["text_id"] and "nobody has taken it" in data["text_en"], data
        for personal in (b"Sumiati", b"81299901888", b"telepon saya"):
            assert personal not in body
        wait.until(lambda: _sent(bridge) == 1, "it is counted", within=30)
        assert _state(bridge, "piket") == {"name": "piket", "ok": True, "reason": None, "waiting": None, "sent": 1, "given_up": 0}
        assert secret_file.read_text() not in bridge.process.log_text()


def a_channel_hears_of_its_agencies_and_priorities_only(make):
    with Receiver() as all_of_it, Receiver() as police, Receiver() as small:
        bridge = _bridge(make, entry("semua", all_of_it.port), entry("polisi", police.port, agencies=["police"]),
                         entry("ringan", small.port, priorities=[3, 4])).start()
        bridge.report(FIRE)
        agencies = {m["data"]["agency"] for m in (json.loads(b) for _, b in _told(all_of_it, 3))}
        _told(police)
        assert {"fire", "police"} <= agencies
        assert {m["data"]["agency"] for m in police.messages} == {"police"} and small.heard == []


def a_deaf_channel_delays_neither_reports_nor_the_others(make):
    with Receiver() as good, deaf() as port:
        bridge = _bridge(make, entry("tuli", port), entry("baik", good.port, agencies=["fire"])).start()
        first = bridge.report(FIRE)["incident_id"]
        wait.until(lambda: _state(bridge, "tuli")["waiting"], "the deaf one is being tried", within=30)
        with bridge.console("pos-fire") as desk:
            second = bridge.report("Kebakaran gudang di Jl. Siliwangi")
            desk.sees(second["id"])
        _told(good, 2)
        assert {m["data"]["incident_id"] for m in good.messages} == {first, second["incident_id"]}
        assert _state(bridge, "tuli")["sent"] == 0


def what_is_not_taken_is_tried_again_under_the_same_id_and_given_up_loudly(make):
    with Receiver(status=503) as receiver:
        bridge = _bridge(make, entry("rusak", receiver.port, agencies=["fire"]), channels_give_up_s="3").start()
        bridge.report(FIRE)
        wait.until(lambda: bridge.metrics()["tangi_outbox_given_up_total"] == 1, "it is given up", within=60)
        assert len(receiver.heard) >= 2 and len({h["webhook-id"] for h, _ in receiver.heard}) == 1
        state = _state(bridge, "rusak")
        assert (state["ok"], state["reason"], state["given_up"], state["waiting"]) == (False, "answered 503", 1, None), state
        assert "outbox.given_up" in bridge.process.log_text()
        receiver.status = 200
        other = bridge.report("Kebakaran gudang di Jl. Siliwangi")["incident_id"]
        wait.until(lambda: any(m["data"]["incident_id"] == other for m in receiver.messages), "the next one goes", within=30)
        wait.until(lambda: _state(bridge, "rusak")["ok"], "it is well again", within=30)


def what_the_other_side_will_never_take_does_not_hold_up_what_comes_after_it(make):
    with Receiver(status=400) as receiver:
        bridge = _bridge(make, entry("piket", receiver.port, agencies=["fire"])).start()
        bridge.report(FIRE)
        wait.until(lambda: bridge.metrics()["tangi_outbox_given_up_total"] == 1, "it is given up", within=30)
        assert len(receiver.heard) == 1, "and not tried again"
        receiver.status = 429
        other = bridge.report("Kebakaran gudang di Jl. Siliwangi")["incident_id"]
        _told(receiver, 3)
        receiver.status = 204
        wait.until(lambda: _sent(bridge) == 1, "who asks for patience is tried again", within=60)
        assert receiver.messages[-1]["data"]["incident_id"] == other


def what_has_risen_is_sent_although_the_bridge_was_killed_before_it_could(make):
    with Receiver(status=503) as receiver:
        bridge = _bridge(make, entry("piket", receiver.port, agencies=["fire"])).start()
        ident = bridge.report(FIRE)["incident_id"]
        _told(receiver)
        bridge.kill()
        receiver.status = 204
        bridge.start()
        wait.until(lambda: _sent(bridge) == 1, "it is sent after all", within=60)
        assert len({h["webhook-id"] for h, _ in receiver.heard}) == 1, "a repeat can be told from news"
        bridge.kill()
        bridge.start()
        other = bridge.report("Kebakaran gudang di Jl. Siliwangi")["incident_id"]
        wait.until(lambda: any(m["data"]["incident_id"] == other for m in receiver.messages), "the next one goes", within=60)
        # What was taken is not sent again once its place is saved.
        assert len([m for m in receiver.messages if m["data"]["incident_id"] == ident]) == len(receiver.heard) - 1


def what_is_over_by_then_is_not_sent(make):
    with Receiver(status=503) as receiver:
        bridge = _bridge(make, entry("piket", receiver.port, agencies=["fire"])).start()
        ident = bridge.report(FIRE)["incident_id"]
        _told(receiver)
        assert bridge.act(ident, "acknowledge", "pos-fire").status == 200
        receiver.status = 204
        wait.until(lambda: "outbox.over" in bridge.process.log_text(), "it is looked at again", within=60)
        assert _sent(bridge) == 0 and _state(bridge, "piket")["waiting"] is None


def an_exercise_never_leaves_the_house(make):
    with Receiver() as receiver:
        bridge = _bridge(make, entry("piket", receiver.port, agencies=["fire"])).start()
        played = bridge.report(FIRE, exercise=True)["incident_id"]
        impatient.risen(bridge, played, 2, within=30)
        for _ in range(4):  # a person presses on, behind the last step
            assert bridge.act(played, "escalate", "pengawas", agency="fire").status == 200
        real = bridge.report("Kebakaran gudang di Jl. Siliwangi")["incident_id"]
        _told(receiver)
        assert {m["data"]["incident_id"] for m in receiver.messages} == {real}


def a_channel_that_cannot_be_meant_keeps_the_bridge_from_starting_and_names_the_member(make):
    good = entry("piket", 9)
    for wrong, field in (({**good, "url": "http://10.0.0.1/x"}, "channels[0].url"), ({**good, "kind": "fax"}, "channels[0].kind"),
                         ({**good, "name": "Piket 1"}, "channels[0].name"), ({**good, "agencies": ["navy"]}, "channels[0].agencies"),
                         ({**good, "priorities": [5]}, "channels[0].priorities"), ({**good, "to": "x"}, "channels[0].to")):
        bridge = _bridge(make, wrong).spawn()
        assert bridge.process.wait(30) in (1, 2)
        assert field in bridge.process.log_text(), (field, bridge.process.log_tail())
