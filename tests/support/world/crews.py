"""A crew's device, made with clients that are not ours: mosquitto's programs, MQTT.js, paho.

Each hears what its topics bring (`heard`), says (`say`), ends in good order (`close`) or not (`cut`).
"""

import json
import os
import signal
import subprocess

from . import places, wait
from .process import Process, run
from .radio import Radio


class _Program:
    """One that writes down what it hears as JSON lines; `topic`, `retain` and `payload` in each."""

    def __init__(self, broker, unit, topics, session, will):
        self.broker, self.unit, self.topics, self.session, self.will = broker, unit, topics, session, will
        self.process = Process("crew", broker.folder / f"crew-{os.urandom(6).hex()}.log")
        self._begin()
        wait.until(self._is_ready, lambda: f"it has subscribed: {self.process.log_tail()}", within=30)

    def _lines(self):
        lines = self.process.log_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    @property
    def heard(self):
        return [line for line in self._lines() if "topic" in line]

    def cut(self):
        self.process.kill()


class Mosquitto(_Program):
    """mosquitto_sub hears, mosquitto_pub says."""

    version, keeping = "mqttv311", []

    def _account(self):
        return ["-h", "127.0.0.1", "-p", self.broker.port, "-u", self.unit, "-P", self.broker.passwords[self.unit],
                "-V", self.version, "-q", "1"]

    def _begin(self):
        argv = ["stdbuf", "-oL", "mosquitto_sub", *self._account(), "-d", "-F", "%j"]
        for topic in self.topics:
            argv += ["-t", topic]
        if self.session:  # it subscribes again each time: -R leaves out what is only kept
            argv += ["-i", self.session, "-c", "-R", *self.keeping]
        if self.will:
            argv += ["--will-topic", self.will, "--will-payload", "offline", "--will-qos", "1", "--will-retain"]
        self.process.spawn(argv)

    def _is_ready(self):
        self.process.must_run()
        return "Subscribed" in self.process.log_text()

    def say(self, topic, payload, retain=False):
        # Refused, it ends with 1 where the protocol can say so.
        run("mosquitto_pub", *self._account(), "-t", topic, "-m", payload, *(["-r"] if retain else []), check=False)

    def close(self):
        """Its handler of the signal writes to the log that -d asks for, and waits for itself for good when the
        program was writing there just then (mosquitto's issue 3175). What is kept for it is the same."""
        self.process.signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except wait.Late:
            self.process.kill()


class Mosquitto5(Mosquitto):
    version, keeping = "mqttv5", ["-x", "86400"]


class MqttJs(_Program):
    """Of npm, as web/package.json has it."""

    def _url(self):
        return f"mqtt://127.0.0.1:{self.broker.port}"

    def _begin(self):
        said = {"url": self._url(), "username": self.unit, "password": self.broker.passwords[self.unit],
                "topics": self.topics, "session": self.session, "will": self.will}
        self.process.spawn(["node", places.TREE / "tests/support/crew.mjs"], stdin=subprocess.PIPE,
                           env={"CREW": json.dumps(said)})

    def _is_ready(self):
        self.process.must_run()
        return any("ready" in line for line in self._lines())

    def say(self, topic, payload, retain=False):
        def answers():
            self.process.must_run()
            return sum("said" in line for line in self._lines())
        before = answers()
        line = json.dumps({"topic": topic, "payload": payload, "retain": retain})
        self.process.child.stdin.write(f"{line}\n".encode())
        self.process.child.stdin.flush()
        wait.until(lambda: answers() > before, f"the broker's answer for {topic}", within=30)

    def close(self):
        self.process.child.stdin.close()
        self.process.wait()


class MqttJsWs(MqttJs):
    """As a page in a browser connects."""

    def _url(self):
        return f"ws://127.0.0.1:{self.broker.ws_port}"


class Paho:
    """Python's: the radio of the other stories."""

    def __init__(self, broker, unit, topics, session, will):
        # A session has its subscriptions: to ask again would bring again what is kept.
        known = broker.__dict__.setdefault("known_sessions", set())
        self.radio = Radio(broker, unit, [] if session in known else topics, session=session,
                           will=will).ready(30)
        if session:
            known.add(session)
        self.say, self.cut, self.close = self.radio.send, self.radio.cut, self.radio.close

    @property
    def heard(self):
        return [{"topic": h.topic, "retain": h.retain, "payload": h.payload.decode()} for h in list(self.radio.heard)]


KINDS = {"mosquitto": Mosquitto, "mosquitto-v5": Mosquitto5, "mqttjs": MqttJs, "mqttjs-ws": MqttJsWs,
         "paho": Paho}
