"""No sequence of bytes on the public listener stops the consoles.

Each case sends its bytes on a socket of its own, says which answers are allowed, and afterwards
two things must be true: /healthz answers at once, and a console that was there all the time gets
the next event. What the case sent has stored nothing unless it says so.
"""

import json
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import time

import pytest

from world import wait, web
from world.console import BINARY, CLOSE, MORE, PING, TEXT, frame, upgrade_bytes

# The absolute limit for one request in this file; each case that runs into it costs this long.
REQUEST_MS = 1500
REFUSED = {400, 404, 405, 408, 411, 413, 414, 417, 426, 431, 501, 505}
BODY = b'{"source":"lapor-web","text":"bytes"}'


@pytest.fixture(scope="module")
def bridge(make_for_all):
    # Rules of one's own listener, not of this machine: everybody comes from 127.0.0.1 here.
    return make_for_all.bridge(settings={"http.request_timeout_ms": REQUEST_MS,
                                         "http.max_connections": 14000,
                                         "http.max_waiting_per_address": 12000}).start()


@pytest.fixture(scope="module")
def witness(bridge):
    with bridge.console(name="witness") as desk:
        yield desk


def _still_serves(bridge, witness):
    bridge.process.must_run()
    _answers_at_once(bridge)
    report = bridge.report("Pohon tumbang di Drajat")
    witness.sees(report["id"])


def _answers_at_once(bridge):
    """/healthz within 100 ms. A busy machine may take one try away, a stopped loop takes all."""
    took = []
    for _ in range(20):
        begin = time.monotonic()
        answer = web.ask(bridge.public, "GET", "/healthz", within=10)
        took.append(time.monotonic() - begin)
        assert answer.status == 200, answer
        if took[-1] <= 0.1:
            return
    raise AssertionError(f"/healthz took {[f'{t * 1000:.0f} ms' for t in took]}")


class _Hand:
    """One hostile connection."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.token = bridge.token("rest")
        self.sock = socket.create_connection(("127.0.0.1", bridge.public), 20 * wait.PATIENCE)
        self.got = b""

    def put(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before it was all said: as good an answer as any

    def to_the_end(self, within=10.0):
        """All that comes until the far side closes; fails when it does not."""
        self.sock.settimeout(within * wait.PATIENCE)
        try:
            while True:
                got = self.sock.recv(65536)
                if not got:
                    return self.got
                self.got += got
        except TimeoutError:
            raise AssertionError(f"left open after {self.got[:300]!r}")
        except ConnectionResetError:
            return self.got
        finally:
            self.sock.close()

    def statuses(self):
        """The status of each answer in what came, the interim one left out."""
        out = []
        for line in self.got.split(b"\r\n"):
            if line.startswith(b"HTTP/1.") and not line.startswith(b"HTTP/1.1 100"):
                out.append(int(line.split(b" ")[1]))
        return out


def _post(token, body=BODY, head=b"", length=None, target=b"/v1/reports", version=b"HTTP/1.1",
          host=b"Host: 127.0.0.1\r\n"):
    length = b"Content-Length: %d\r\n" % len(body) if length is None else length
    return (b"POST " + target + b" " + version + b"\r\n" + host + b"Authorization: Bearer " +
            token.encode() + b"\r\nContent-Type: application/json\r\n" + length + head + b"\r\n" + body)


def _get(target=b"/healthz", head=b"", version=b"HTTP/1.1", host=b"Host: 127.0.0.1\r\n", method=b"GET"):
    return method + b" " + target + b" " + version + b"\r\n" + host + head + b"\r\n"


# name -> (bytes or a function of the token, allowed statuses of the first answer, stored reports).
# An empty set: the connection is closed without an answer; None in the set: that is allowed too.
HTTP = {
    "two posts in one go": (lambda t: _post(t) * 2, {201}, 1),
    "a hundred posts in one go": (lambda t: _post(t) * 100, {201}, 1),
    "a post and a get in one go": (lambda t: _post(t) + _get(), {201}, 1),
    "a get and a post in one go": (lambda t: _get() + _post(t), {200}, 0),
    "a thousand gets in one go": (_get() * 1000, {200}, 0),
    "a post and half a post": (lambda t: _post(t) + _post(t)[:60], {201}, 1),
    "a post whose body holds a request": (lambda t: _post(t, _get() + b"x" * 20), {400, 422}, 0),
    "a body longer than announced": (lambda t: _post(t, BODY + b"GARBAGE" * 500,
                                                     length=b"Content-Length: %d\r\n" % len(BODY)), {201}, 1),
    "a get with a body": (lambda t: _get(head=b"Content-Length: 5\r\n") + b"hello", {200, 400, 413}, 0),
    "chunked": (lambda t: _post(t, b"25\r\n" + BODY + b"\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\r\n", b""),
                {411, 400, 501}, 0),
    "chunked and a length": (lambda t: _post(t, b"25\r\n" + BODY + b"\r\n0\r\n\r\n",
                                             b"Transfer-Encoding: chunked\r\n"), {411, 400, 501}, 0),
    "chunked, spelled oddly": (lambda t: _post(t, b"25\r\n" + BODY + b"\r\n0\r\n\r\n",
                                               b"tRansfer-eNcoding: identity, chunked\r\n"), {411, 400, 501}, 0),
    "chunked on a get": (_get(head=b"Transfer-Encoding: chunked\r\n") + b"5\r\nhello\r\n0\r\n\r\n",
                         {200, 411, 400, 501}, 0),
    "chunked with a monstrous size": (lambda t: _post(t, b"ffffffffffffffff\r\n",
                                                      b"Transfer-Encoding: chunked\r\n", b""), {411, 400, 501}, 0),
    "no length": (lambda t: _post(t, length=b""), {411}, 0),
    "length -1": (lambda t: _post(t, length=b"Content-Length: -1\r\n"), {400}, 0),
    "length +37": (lambda t: _post(t, length=b"Content-Length: +37\r\n"), {400}, 0),
    "length 0x25": (lambda t: _post(t, length=b"Content-Length: 0x25\r\n"), {400}, 0),
    "length 3,7": (lambda t: _post(t, length=b"Content-Length: 3,7\r\n"), {400}, 0),
    "length 37, 37": (lambda t: _post(t, length=b"Content-Length: 37, 37\r\n"), {400}, 0),
    "length 3 7": (lambda t: _post(t, length=b"Content-Length: 3 7\r\n"), {400}, 0),
    "length 37.0": (lambda t: _post(t, length=b"Content-Length: 37.0\r\n"), {400}, 0),
    "length 1e3": (lambda t: _post(t, length=b"Content-Length: 1e3\r\n"), {400}, 0),
    "length without a number": (lambda t: _post(t, length=b"Content-Length:\r\n"), {400, 411}, 0),
    "length of words": (lambda t: _post(t, length=b"Content-Length: many\r\n"), {400}, 0),
    "length 0": (lambda t: _post(t, b"", length=b"Content-Length: 0\r\n"), {400}, 0),
    "length beyond 64 bits": (lambda t: _post(t, length=b"Content-Length: 99999999999999999999999\r\n"), {400, 413}, 0),
    "length that wraps 32 bits": (lambda t: _post(t, length=b"Content-Length: 4294967333\r\n"), {400, 413}, 0),
    "length of a gigabyte": (lambda t: _post(t, length=b"Content-Length: 1073741824\r\n"), {413, 400}, 0),
    "length one over": (lambda t: _post(t, length=b"Content-Length: 65537\r\n"), {413}, 0),
    "two lengths that agree": (lambda t: _post(t, length=b"Content-Length: 37\r\nContent-Length: 37\r\n"), {400}, 0),
    "two lengths that differ": (lambda t: _post(t, length=b"Content-Length: 37\r\nContent-Length: 5\r\n"), {400}, 0),
    "two lengths, the bad one first": (lambda t: _post(t, length=b"Content-Length: -5\r\nContent-Length: 37\r\n"), {400}, 0),
    "no host": (_get(host=b""), {400}, 0),
    "no host on a post": (lambda t: _post(t, host=b""), {400}, 0),
    "two hosts": (_get(host=b"Host: 127.0.0.1\r\nHost: evil.example\r\n"), {400}, 0),
    "two hosts that agree": (_get(host=b"Host: 127.0.0.1\r\nhost: 127.0.0.1\r\n"), {400}, 0),
    "empty host": (_get(host=b"Host: \r\n"), {400, 200}, 0),
    "host with a path": (_get(host=b"Host: a/b@c\r\n"), {400, 200}, 0),
    "HTTP/9.9": (_get(version=b"HTTP/9.9"), {400, 505}, 0),
    "HTTP/2.0": (_get(version=b"HTTP/2.0"), {400, 505}, 0),
    "HTTP/1.2": (_get(version=b"HTTP/1.2"), {400, 505, 200}, 0),
    "HTTP/0.9": (b"GET /healthz\r\n", {400, 505, None}, 0),
    "HTTP/1.0": (_get(version=b"HTTP/1.0"), {200, 400, 505}, 0),
    "HTTP/1.0 that wants to stay": (_get(version=b"HTTP/1.0", head=b"Connection: keep-alive\r\n"), {200, 400, 505}, 0),
    "http/1.1 in small letters": (_get(version=b"http/1.1"), {400, 505, None}, 0),
    "no version at all": (b"GET /healthz\r\nHost: a\r\n\r\n", {400, 505, None}, 0),
    "a version that goes on": (_get(version=b"HTTP/1.1x"), {400, 505, None}, 0),
    "two spaces": (b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", {400, None, 200, 404}, 0),
    "tab instead of a space": (b"GET\t/healthz\tHTTP/1.1\r\nHost: a\r\n\r\n", {400, 405, 501, None}, 0),
    "bare line feeds": (b"GET /healthz HTTP/1.1\nHost: a\n\n", {400, 200, None}, 0),
    "bare carriage returns": (b"GET /healthz HTTP/1.1\rHost: a\r\r" + b"\r\n" * 2, {400, None}, 0),
    "a header without a colon": (_get(head=b"nonsense\r\n"), {400, None}, 0),
    "a header name with a space": (_get(head=b"Content-Length : 5\r\n"), {400, None}, 0),
    "a header that is folded": (_get(head=b"X-A: 1\r\n  folded\r\n"), {400, None}, 0),
    "control characters in a header": (_get(head=b"X-A: a\x01\x02\x7fb\r\n"), {400, None}, 0),
    "control characters in a known header": (_get(head=b"User-Agent: a\x01\x02b\r\n"), {400, None}, 0),
    "NUL in a header": (_get(head=b"X-A: a\x00b\r\n"), {400, None}, 0),
    "NUL in the host": (_get(host=b"Host: a\x00b\r\n"), {400, None}, 0),
    "control characters in the target": (_get(b"/heal\x01thz"), {400, 404, None}, 0),
    "NUL in the target": (_get(b"/healthz\x00.html"), {400, 404, None}, 0),
    "high bytes in the target": (_get(b"/\xff\xfe\x80"), {400, 404, None}, 0),
    "escaped NUL in the target": (_get(b"/web/%00"), {400, 404, None}, 0),
    "bad escapes in the target": (_get(b"/web/%zz%"), {400, 404, None}, 0),
    "out of the folder": (_get(b"/web/../../../../etc/passwd"), {400, 403, 404, None}, 0),
    "out of the folder, escaped": (_get(b"/web/%2e%2e/%2e%2e/%2e%2e/etc/passwd"), {400, 403, 404, None}, 0),
    "out of the folder, doubly escaped": (_get(b"/web/%252e%252e/%252e%252e/tangi.json"), {400, 403, 404, None}, 0),
    "out of the folder, backslashes": (_get(b"/web/..\\..\\tangi.json"), {400, 403, 404, None}, 0),
    "the whole address as target": (_get(b"http://evil.example/healthz"), {400, 404, 200, None}, 0),
    "star as target": (_get(b"*", method=b"OPTIONS"), {400, 404, 405, 200, 204, None}, 0),
    "no target": (b"GET HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404, 505, None}, 0),
    "connect": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n", {400, 405, 501, None}, 0),
    "trace": (_get(method=b"TRACE"), {400, 405, 501, None}, 0),
    "an unknown method": (_get(method=b"BREW"), {400, 405, 501, None}, 0),
    "a method of a thousand letters": (_get(method=b"A" * 1000), {400, 405, 501, None}, 0),
    "a post to healthz": (lambda t: _post(t, target=b"/healthz"), {405, 404}, 0),
    "h2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", {400, 505, None}, 0),
    "h2c upgrade": (_get(head=b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                              b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"), {200, 400, 403, 426, 501, None}, 0),
    "upgrade to something unknown": (_get(head=b"Connection: Upgrade\r\nUpgrade: teapot\r\n"),
                                     {200, 400, 403, 426, 501, None}, 0),
    "expect 100-continue": (lambda t: _post(t, head=b"Expect: 100-continue\r\n"), {201}, 1),
    "expect a miracle": (lambda t: _post(t, head=b"Expect: miracle\r\n"), {201, 417, 400}, None),
    "a header of 70 KB": (_get(head=b"X-A: " + b"a" * 70000 + b"\r\n"), {400, 431, 413, None}, 0),
    "a token of 9 KB": (_get(b"/v1/me", head=b"Authorization: Bearer " + b"a" * 9000 + b"\r\n"),
                        {400, 401, 431, 413, None}, 0),
    "two thousand headers": (_get(head=b"".join(b"X-%d: y\r\n" % n for n in range(2000))), {400, 431, 413, None}, 0),
    "a target of 9 KB": (_get(b"/" + b"a" * 9000), {400, 404, 414, 431, 413, None}, 0),
    "a target of 100 KB": (_get(b"/" + b"a" * 100000), {400, 414, 431, 413, None}, 0),
    "a query of 3 KB": (_get(b"/v1/incidents?" + b"a=b&" * 750), {200, 400, 401, 404, 414, 431, None}, 0),
    "an unfinished header without end": (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 300000, {400, 431, 413, None}, 0),
    "empty lines first": (b"\r\n\r\n\r\n" + _get(), {200, 400, None}, 0),
    "a TLS greeting": (bytes.fromhex("16030100c8010000c40303") + bytes(range(190)), {400, None}, 0),
    "an SSH greeting": (b"SSH-2.0-OpenSSH_9.2\r\n", {400, None}, 0),
    "64 KB of noise": (random.Random(7).randbytes(65536), {400, 405, 431, 413, 501, None}, 0),
    "64 KB of NULs": (bytes(65536), {400, 431, 413, 501, None}, 0),
    "two authorizations": (lambda t: _post(t, head=b"Authorization: Bearer other\r\n"), {201, 400, 401}, None),
    "a form": (lambda t: _post(t, b"source=lapor-web&text=x"), {400, 415, 422}, 0),
    "a multipart form": (lambda t: _post(t, b"--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nx\r\n--b--\r\n"),
                         {400, 415, 422}, 0),
}


@pytest.mark.parametrize("name", HTTP)
def no_request_stops_the_consoles(bridge, witness, name):
    data, allowed, stored = HTTP[name]
    data = data(bridge.token("rest")) if callable(data) else data
    head = bridge.head()
    hand = _Hand(bridge)
    hand.put(data)
    hand.to_the_end(within=REQUEST_MS / 1000 + 10)
    first = (hand.statuses() or [None])[0]
    assert first in allowed, hand.got[:400]
    assert b"101 Switching" not in hand.got and b"root:" not in hand.got
    assert len(hand.statuses()) <= 1, "one answer, then it is closed"
    if stored is not None:
        assert bridge.head() - head == stored
    _still_serves(bridge, witness)


def _close_now(hand):
    hand.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    hand.sock.close()


def a_request_cut_anywhere_leaves_nothing_behind(bridge, witness):
    whole = _post(bridge.token("rest"))
    head = bridge.head()
    for cut in range(0, len(whole) - 1, 7):
        for end in ("reset", "half", "close"):
            hand = _Hand(bridge)
            hand.put(whole[:cut])
            if end == "reset":
                _close_now(hand)
            elif end == "half":
                hand.sock.shutdown(socket.SHUT_WR)
                hand.to_the_end(within=REQUEST_MS / 1000 + 10) if cut % 49 == 0 else hand.sock.close()
            else:
                hand.sock.close()
    assert bridge.head() == head
    _still_serves(bridge, witness)


def one_who_expects_100_continue_gets_it_before_the_body(bridge, witness):
    whole = _post(bridge.token("rest"), head=b"Expect: 100-continue\r\n")
    hand = _Hand(bridge)
    hand.put(whole[:-len(BODY)])
    hand.sock.settimeout(10)
    assert hand.sock.recv(200).startswith(b"HTTP/1.1 100 ")
    hand.put(BODY)
    hand.to_the_end()
    assert 201 in hand.statuses(), hand.got
    _still_serves(bridge, witness)


def one_who_writes_a_byte_at_a_time_is_served_or_timed_out_never_waited_for(bridge, witness):
    """Each byte renews nothing: the limit is absolute, for the head and for the body."""
    whole = _post(bridge.token("rest"), b'{"source":"lapor-web","text":"' + b"x" * 400 + b'"}')
    body_at = whole.index(b"\r\n\r\n") + 4
    hands = {"head": (_Hand(bridge), whole, 0), "body": (_Hand(bridge), whole, body_at),
             "nothing": (_Hand(bridge), b"", 0), "half a head": (_Hand(bridge), whole[:40], 40)}
    for hand, data, at in hands.values():
        hand.put(data[:at])
    begin = time.monotonic()
    ended = {}
    sent = {name: at for name, (_, _, at) in hands.items()}
    while len(ended) < len(hands):
        for name, (hand, data, _) in hands.items():
            if name in ended:
                continue
            hand.sock.settimeout(0.02)
            try:
                if hand.sock.recv(4096) == b"":
                    ended[name] = time.monotonic() - begin
                    continue
            except TimeoutError:
                pass
            except OSError:
                ended[name] = time.monotonic() - begin
                continue
            try:
                if sent[name] < len(data):
                    hand.sock.sendall(data[sent[name]:sent[name] + 1])
                    sent[name] += 1
            except OSError:
                ended[name] = time.monotonic() - begin
        assert time.monotonic() - begin < (REQUEST_MS / 1000 + 15) * wait.PATIENCE, f"only {ended}"
    assert all(sent[n] < len(whole) for n in ("head", "body")), "the bytes ran out before the limit"
    _still_serves(bridge, witness)


def one_who_does_not_read_his_answer_is_forgotten(bridge, witness):
    for n in range(300):
        bridge.report(f"Pohon tumbang nomor {n} " + "panjang " * 100)
    hands = []
    for _ in range(20):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", bridge.public))
        sock.sendall(web.request_bytes("GET", "/v1/events?after=0&limit=500", bridge.public,
                                       token=bridge.token("pengawas")))
        hands.append(sock)
    _still_serves(bridge, witness)
    [s.close() for s in hands]
    _still_serves(bridge, witness)


# Upgrades that must not become a stream: name -> (bytes of the token, allowed).
def _bad_upgrade(bridge, **kw):
    return upgrade_bytes(bridge.public, token=bridge.token("pengawas"), **kw)


UPGRADES = {
    "no key": {"drop": ("Sec-WebSocket-Key",)},
    "an old version": {"Sec_WebSocket_Version": "8"},
    "no version": {"drop": ("Sec-WebSocket-Version",)},
    "another protocol": {"Sec_WebSocket_Protocol": "chat"},
    "no host": {"drop": ("Host",)},
    "another path": {"path": "/v1/reports"},
    "a foreign page": {"origin": "http://evil.example"},
    "a key that is none": {"Sec_WebSocket_Key": "x"},
}


@pytest.mark.parametrize("name", UPGRADES)
def no_bad_upgrade_becomes_a_stream(bridge, witness, name):
    hand = _Hand(bridge)
    hand.put(_bad_upgrade(bridge, **UPGRADES[name]))
    hand.to_the_end()
    assert b" 101 " not in hand.got, hand.got
    assert (hand.statuses() or [400])[0] in REFUSED | {401, 403}, hand.got
    _still_serves(bridge, witness)


def a_stream_asked_for_with_a_post_is_none(bridge, witness):
    hand = _Hand(bridge)
    hand.put(_bad_upgrade(bridge).replace(b"GET ", b"POST ", 1))
    hand.to_the_end(within=REQUEST_MS / 1000 + 10)
    assert b" 101 " not in hand.got
    _still_serves(bridge, witness)


def _json(message):
    return frame(TEXT, json.dumps(message).encode())


# name -> (frames, close codes that are right; None: the stream may go on or just end)
FRAMES = {
    "unmasked": (frame(TEXT, b'{"type":"subscribe"}', mask=None), {1002, "cut"}),
    "reserved bits": (frame(TEXT, b"{}", rsv=4), {1002, "cut"}),
    "all reserved bits": (frame(TEXT, b"{}", rsv=7), {1002, "cut"}),
    "reserved opcode 3": (frame(3, b"x"), {1002, "cut"}),
    "reserved opcode 11": (frame(11, b"x"), {1002, "cut"}),
    "a length of 2^62": (frame(TEXT, b"x" * 10, announce=2**62), {1009, 1002, "cut"}),
    "a length with the top bit": (struct.pack("!BBQ", 0x81, 0xFF, 2**63 + 5) + b"abcd" + b"x" * 20,
                                  {1009, 1002, "cut"}),
    "a length of 1 GB": (frame(TEXT, b"x" * 10, announce=2**30), {1009, 1002, "cut"}),
    "a length said the long way": (struct.pack("!BBQ", 0x81, 0xFF, 2) + b"\0\0\0\0{}", {1002, 1009, "cut", None}),
    "1 MB in one message": (frame(TEXT, b"x" * 2**20), {1009, 1002, "cut"}),
    "fragments without end": (frame(TEXT, b"x" * 1000, fin=False) + frame(MORE, b"x" * 1000, fin=False) * 2000,
                              {1009, 1002, "cut"}),
    "empty fragments without end": (frame(TEXT, b"", fin=False) + frame(MORE, b"", fin=False) * 50000 +
                                    frame(MORE, b"{"), {1009, 1002, 1008, "cut", None}),
    "a continuation of nothing": (frame(MORE, b"x"), {1002, "cut"}),
    "a second beginning": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), {1002, "cut"}),
    "text that is no UTF-8": (frame(TEXT, b'{"type":"\xff\xfe"}'), {1007, 1002, "cut"}),
    "UTF-8 that stops half way": (frame(TEXT, b'{"type":"\xc3'), {1007, 1002, "cut"}),
    "binary": (frame(BINARY, b'{"type":"subscribe"}'), {1003, 1002, 1008, "cut", None}),
    "a close of one byte": (frame(CLOSE, b"\x03"), {1002, "cut", 1000}),
    "a close with code 999": (frame(CLOSE, struct.pack("!H", 999)), {1002, "cut", 999, 1000}),
    "a close with code 1005": (frame(CLOSE, struct.pack("!H", 1005)), {1002, "cut", 1005, 1000}),
    "a close with bad UTF-8": (frame(CLOSE, struct.pack("!H", 1000) + b"\xff\xff"), {1002, 1007, "cut", 1000}),
    "a close and then more": (frame(CLOSE, struct.pack("!H", 1000)) + frame(TEXT, b"{}") * 100, {1000, "cut"}),
    "a ping in two parts": (frame(PING, b"x", fin=False), {1002, "cut"}),
    "a ping of 126 bytes": (frame(PING, b"x" * 126), {1002, "cut"}),
    "ten thousand pings": (frame(PING, b"x" * 100) * 10000, {1002, 1008, "cut", None}),
    "ten thousand pongs": (frame(10, b"x" * 100) * 10000, {1002, 1008, "cut", None}),
    "no JSON": (frame(TEXT, b"hello"), {1002, 1003, 1007, 1008, "cut", None}),
    "deep JSON": (frame(TEXT, b'{"type":"subscribe","z":' + b"[" * 7000 + b"]" * 7000 + b"}"),
                  {1002, 1003, 1007, 1008, 1009, "cut", None}),
    "a thousand subscriptions": (_json({"type": "subscribe"}) * 1000, {1002, 1008, 1013, "cut", None}),
    "a subscription to a negative number": (_json({"type": "subscribe", "after": -5, "epoch": "x"}), {None, 1008, "cut"}),
    "a subscription to 2^70": (frame(TEXT, b'{"type":"subscribe","after":1180591620717411303424}'), {None, 1007, 1008, "cut"}),
    "a thousand bad actions": (_json({"type": "action", "command_id": "x", "action": "dance"}) * 1000,
                               {1002, 1008, "cut", None}),
    "half a frame": (frame(TEXT, b"x" * 100)[:50], {None, "cut", 1002}),
    "noise": (random.Random(9).randbytes(20000), {1002, 1003, 1007, 1008, 1009, "cut", None}),
    "an HTTP request": (_get() * 3, {1002, 1003, 1007, 1008, 1009, "cut", None}),
}


@pytest.mark.parametrize("name", FRAMES)
def no_frame_stops_the_consoles(bridge, witness, name):
    data, allowed = FRAMES[name]
    desk = bridge.console(subscribe=False, name=name)
    head = bridge.head()
    try:
        desk.wire.send(data)
    except OSError:
        pass  # cut while it was still talking
    _still_serves(bridge, witness)
    if None not in allowed:
        code, _ = desk.wait_end(within=15)
        assert (code or "cut") in allowed, desk.ended
    assert bridge.head() == head + 1
    desk.close()
    _still_serves(bridge, witness)


def a_line_that_goes_dead_without_a_word_costs_nobody_anything(bridge, witness):
    desks = [bridge.console(name=f"dead {n}").ready() for n in range(50)]
    for desk in desks:
        desk.cut()
    _still_serves(bridge, witness)


HOLD = """
import resource, socket, sys, time
port, count = int(sys.argv[1]), int(sys.argv[2])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
held = []
for n in range(count):
    s = socket.socket()
    s.settimeout(5)
    try:
        s.connect(("127.0.0.1", port))
        held.append(s)
    except OSError:
        s.close()
print(len(held), flush=True)
sys.stdin.read()
"""


class _Crowd:
    """So many silent connections, held by another process until it is told to go."""

    def __init__(self, port, count):
        self.child = subprocess.Popen([sys.executable, "-c", HOLD, str(port), str(count)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.held = int(self.child.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(20)
        self.child.stdout.close()


def ten_thousand_silent_sockets_stop_nobody(make, capsys):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 12000:
        pytest.skip("10,000 sockets need RLIMIT_NOFILE of 12,000")
    bridge = make.bridge(settings={"http.max_connections": 14000, "http.max_waiting_per_address": 13000,
                                   "http.request_timeout_ms": 60000}, descriptors=20000).start()
    with bridge.console(name="witness") as witness:
        before = bridge.process.resident_mb()
        with _Crowd(bridge.public, 10000) as crowd:
            assert crowd.held == 10000
            _still_serves(bridge, witness)
            grown = bridge.process.resident_mb() - before
            held = len(os.listdir(f"/proc/{bridge.process.pid}/fd"))
        _still_serves(bridge, witness)
        assert held > 9000, "they were really there"
    with capsys.disabled():
        print(f"\n  10,000 silent sockets: {held} held at once, +{grown:.0f} MB")


def silent_sockets_of_one_address_are_capped_and_timed_out(make):
    bridge = make.bridge(settings={"http.max_connections": 500, "http.max_waiting_per_address": 100,
                                   "http.request_timeout_ms": 2000}).start()

    def held():
        return len(os.listdir(f"/proc/{bridge.process.pid}/fd"))
    with bridge.console(name="witness") as witness:
        quiet = held()
        with _Crowd(bridge.public, 400):
            assert held() < quiet + 150
            # Those over the cap are turned away, those under it run into the limit: then all is free.
            wait.until(lambda: held() <= quiet + 2, "all of them are gone", within=20)
            _still_serves(bridge, witness)


def descriptors_exhausted_is_survived_and_said_once(make):
    bridge = make.bridge(settings={"http.max_connections": 10000, "http.max_waiting_per_address": 10000,
                                   "http.request_timeout_ms": 60000}, descriptors=256).start()
    with bridge.console(name="witness") as witness:
        lines = len(bridge.process.log_text().splitlines())
        cpu = bridge.process.cpu_s()
        with _Crowd(bridge.public, 600):
            # The silent make room for those who speak.
            for _ in range(20):
                _still_serves(bridge, witness)
            # The loop does not spin on accept: it idles while nothing can come in.
            begin = time.monotonic()
            wait.until(lambda: time.monotonic() - begin > 1.0, "a second of watching", within=5)
            assert bridge.process.cpu_s() - cpu < 6
        wait.until(lambda: _serves(bridge), "new connections again", within=20)
        _still_serves(bridge, witness)
    said = len(bridge.process.log_text().splitlines()) - lines
    assert said < 200, f"{said} lines about it"


def _serves(bridge):
    try:
        return web.ask(bridge.public, "GET", "/healthz", within=2).status == 200
    except OSError:
        return False
