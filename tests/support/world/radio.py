"""An MQTT client that writes down all it hears, in the order it came."""

import json
import threading
import uuid

import paho.mqtt.client as mqtt

from . import places, wait

BASE = f"tangi/v1/{places.CITY}"


class Heard:
    """One message."""

    def __init__(self, message):
        self.topic = message.topic
        self.payload = message.payload
        self.retain = bool(message.retain)
        self.qos = message.qos

    @property
    def json(self):
        return json.loads(self.payload)

    def __repr__(self):
        return f"{self.topic} {'(retained) ' if self.retain else ''}{self.payload[:120]!r}"


class Radio:
    """Connects as a broker account and subscribes; comes back by itself when the broker does."""

    def __init__(self, broker, user, topics, session=None, password=None, protocol=mqtt.MQTTv311, will=None):
        self.heard = []
        self.codes = []
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self.topics = [topics] if isinstance(topics, str) else list(topics)
        keep = {} if protocol == mqtt.MQTTv5 else {"clean_session": session is None}
        self.client = mqtt.Client(session or f"t-{uuid.uuid4().hex[:12]}", protocol=protocol, **keep)
        if will:
            self.client.will_set(will, "offline", 1, True)
        self.client.username_pw_set(user, password if password is not None else broker.passwords[user])
        self.client.reconnect_delay_set(0.1, 0.2)
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.connect_async("127.0.0.1", broker.port, keepalive=20)
        self.client.loop_start()

    def _on_connect(self, client, _data, _flags, code, *_):
        self.codes.append(code)
        if code == 0:
            if self.topics:
                client.subscribe([(t, 1) for t in self.topics])
            else:
                self._subscribed.set()

    def _on_message(self, _client, _data, message):
        with self._changed:
            self.heard.append(Heard(message))
            self._changed.notify_all()

    def ready(self, within=10):
        if not self._subscribed.wait(within * wait.PATIENCE):
            raise wait.Late(f"radio did not subscribe; connect codes {self.codes}")
        return self

    def wait(self, is_true, what, within=10.0):
        """Waits until is_true(list of what was heard); its value."""
        with self._changed:
            if not self._changed.wait_for(lambda: is_true(self.heard), within * wait.PATIENCE):
                raise wait.Late(f"radio: {what}; heard {len(self.heard)}: {self.heard[-3:]}")
            return is_true(self.heard)

    def on(self, topic):
        with self._changed:
            return [h for h in self.heard if h.topic == topic]

    def send(self, topic, payload, qos=1, retain=False):
        """Publishes and waits for the broker's answer, which proves nothing about the rules.

        mosquitto 2.0.11 answers a publish that the rules forbid and then cuts the line, so the one
        after it may have to wait for the line to come back, and an answer may be lost with it: then
        it is sent again.
        """
        for _ in range(3):
            info = self.client.publish(topic, payload, qos, retain)
            if info.rc == mqtt.MQTT_ERR_NO_CONN:
                wait.until(self.client.is_connected, "the radio's line comes back")
                info.rc = mqtt.MQTT_ERR_SUCCESS  # it was queued, and is sent now
            info.wait_for_publish(5 * wait.PATIENCE)
            if info.is_published():
                return
        raise wait.Late(f"radio: no answer to what was sent on {topic}")

    def cut(self):
        """Its line breaks: a phone whose battery is taken out."""
        self.client.loop_stop()
        self.client._sock_close()

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def __enter__(self):
        return self.ready()

    def __exit__(self, *_):
        self.close()
