"""HAProxy with the shipped settings in front of the real bridge: what passes and what does not."""

import asyncio
import http.client
import json
import queue
import shutil
import signal
import socket
import ssl
import time

import paho.mqtt.client as mqtt
import pytest
import websockets

from world import places, wait
from world.process import Process, run

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
PROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"


class _Edge:
    """HAProxy on a port of its own, with a certificate made for it."""

    def __init__(self, folder, bridge):
        self.port, self.radio, self.bridge = places.free_port(), places.free_port(), bridge
        self.certificate = folder / "edge.pem"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
            "-keyout", folder / "key.pem", "-out", folder / "cert.pem")
        self.certificate.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
        self.trust = ssl.create_default_context(cafile=folder / "cert.pem")
        self.process = Process("haproxy", folder / "haproxy.log")

    def start(self):
        self.process.spawn([PROXY, "-f", places.TREE / "config/haproxy/haproxy.cfg"],
                           {"TANGI_EDGE": f"127.0.0.1:{self.port}", "TANGI_CERT": str(self.certificate),
                            "TANGI_RADIO": f"127.0.0.1:{self.radio}",
                            "TANGI_BROKER": f"127.0.0.1:{self.bridge.broker.port}",
                            "TANGI_TRUSTED": f"127.0.0.1:{self.bridge.trusted}"})
        wait.until(lambda: self.process.must_run() or self._is_through(), self.process.log_tail)
        return self

    def _is_through(self):
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def line(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.trust)

    def ask(self, method, path, body=None, who=None, headers=None, line=None):
        """(status, head, body)."""
        head = dict(headers or {})
        if who:
            head["Authorization"] = f"Bearer {self.bridge.token(who)}"
        if body is not None:
            head.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        line = line or self.line()
        line.request(method, path, body, head)
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()

    def say(self, raw):
        """The first line of the answer to these very bytes."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as bare:
            with self.trust.wrap_socket(bare, server_hostname="127.0.0.1") as line:
                line.sendall(raw)
                return line.recv(4096).split(b"\r\n", 1)[0]


@pytest.fixture(scope="module")
def edge(make_for_all):
    port = places.free_port()
    bridge = make_for_all.bridge(make_for_all.broker(), settings={"http.trusted": f"127.0.0.1:{port}"})
    bridge.trusted = port
    one = _Edge(make_for_all.folder(), bridge.start()).start()
    yield one
    one.process.signal(signal.SIGTERM)
    one.process.wait()


def a_report_comes_in_through_the_edge_and_its_line_is_kept(edge):
    line = edge.line()
    for n in range(3):
        status, _, body = edge.ask("POST", "/v1/reports", {"source": "lapor-web", "text": f"{FIRE} {n}"},
                                   "rest", line=line)
        assert status == 201 and json.loads(body)["id"].startswith("R-")


def a_console_follows_the_stream_through_the_edge(edge):
    async def follow():
        async with websockets.connect(f"wss://127.0.0.1:{edge.port}/v1/stream", ssl=edge.trust,
                                      subprotocols=["tangi.v1"], compression=None, max_size=None,
                                      extra_headers={"Authorization": f"Bearer {edge.bridge.token('pengawas')}"}
                                      ) as desk:
            await desk.send(json.dumps({"type": "subscribe"}))
            assert json.loads(await desk.recv())["type"] == "snapshot"
            sent = await asyncio.get_running_loop().run_in_executor(None, edge.bridge.report, FIRE)
            end = time.monotonic() + 20
            while time.monotonic() < end:
                if sent["id"] in await asyncio.wait_for(desk.recv(), 20):
                    return
            raise AssertionError("the event did not come")
    asyncio.run(follow())


def a_unit_outside_hears_its_agency_through_tls_and_nobody_without_a_password(edge):
    heard, refused = queue.Queue(), queue.Queue()

    def radio(user, password):
        line = mqtt.Client(user)
        line.username_pw_set(user, password)
        line.tls_set_context(edge.trust)
        line.connect("127.0.0.1", edge.radio)
        return line
    sent = edge.bridge.report(FIRE)
    line = radio("agency-fire", edge.bridge.broker.passwords["agency-fire"])
    line.on_connect = lambda *_: line.subscribe("tangi/v1/+/agency/fire/incidents/+", 1)
    line.on_message = lambda _line, _ctx, message: heard.put(message.topic)
    line.loop_start()
    stranger = radio("agency-fire", "guessed")
    stranger.on_connect = lambda _line, _ctx, _flags, code: refused.put(code)
    stranger.loop_start()
    try:
        wait.until(lambda: heard.get(timeout=20).endswith(sent["incident_id"]), "its incident", within=20)
        assert refused.get(timeout=20) == 5, "not authorised"
    finally:
        line.loop_stop()
        stranger.loop_stop()


@pytest.mark.parametrize("raw, status", [
    (b"GET /healthz HTTP/1.1\r\n\r\n", b"400"),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
    (b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n", b"400"),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX_Forwarded: b\r\n\r\n", b"403"),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n", b"400"),
    (b"TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"405"),
    (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", b"405"),
    (b"POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Length: 7,3\r\n\r\n{}", b"400"),
    (b"POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n{}", b"413"),
    (b"POST /v1/reports HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
    (b"GET /v1/me HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", b"400"),
    (b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
    (b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
])
def what_is_not_clean_ends_at_the_edge(edge, raw, status):
    before = edge.bridge.head()
    assert edge.say(raw).split(b" ")[1] == status
    assert edge.bridge.head() == before


def requests_sent_in_one_go_are_answered_each_and_in_order(edge):
    one = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.create_connection(("127.0.0.1", edge.port), 20) as bare:
        with edge.trust.wrap_socket(bare, server_hostname="127.0.0.1") as line:
            line.sendall(one * 19 + one.replace(b"Host: a", b"Host: a\r\nConnection: close"))
            got = b"".join(iter(lambda: line.recv(65536), b""))
    assert got.count(b"HTTP/1.1 200") == 20


def the_edge_asks_for_tls_from_now_on_and_says_nothing_of_what_is_behind(edge):
    _, head, _ = edge.ask("GET", "/healthz")
    assert head["strict-transport-security"] and head["server"] is None


def a_bridge_that_is_away_is_503_at_once(edge):
    edge.bridge.stop()
    wait.until(lambda: edge.ask("GET", "/v1/me", who="rest")[0] == 503, "503 from the edge", within=20)
    edge.bridge.start()
    wait.until(lambda: edge.ask("GET", "/healthz")[0] == 200, "through again", within=20)
