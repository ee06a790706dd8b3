"""A console on the WebSocket stream, and the frames it is made of.

Written on a bare socket, so that a test may stop reading, cut the line or send what no library
would send. tests/scenario/stream.py checks once with a library of other people's making that the
bridge speaks the same protocol to both.
"""

import base64
import json
import os
import socket
import struct
import threading
import uuid

from . import wait, web

TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0


class Refused(Exception):
    """The upgrade was answered with something else than 101."""

    def __init__(self, answer):
        super().__init__(repr(answer))
        self.answer = answer


def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x11\x22\x33\x44", announce=None):
    """One client frame. announce lies about the length; mask=None leaves it unmasked."""
    size = len(payload) if announce is None else announce
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if mask else 0
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    if not mask:
        return head + payload
    n = len(payload)
    key = (mask * (n // 4 + 1))[:n]
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(n, "big")


def upgrade_bytes(port, token=None, cookie=None, origin=None, path="/v1/stream", drop=(), **replace):
    """The upgrade request. drop leaves header names out, replace changes or adds them."""
    head = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "tangi.v1"}
    if token:
        head["Authorization"] = f"Bearer {token}"
    if cookie:
        head["Cookie"] = cookie
    if origin:
        head["Origin"] = origin
    head.update({k.replace("_", "-"): v for k, v in replace.items()})
    lines = [f"GET {path} HTTP/1.1"] + [f"{k}: {v}" for k, v in head.items() if k not in drop]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


class Wire:
    """A WebSocket without opinions: sends bytes, hands out frames."""

    def __init__(self, port, receive_buffer=None, within=20, **upgrade):
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(within * wait.PATIENCE)
        self.sock.connect(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.sendall(upgrade_bytes(port, **upgrade))
        self.rest = bytearray()
        while b"\r\n\r\n" not in self.rest:
            self._more()
        raw, _, rest = bytes(self.rest).partition(b"\r\n\r\n")
        status, head = web.parse_head(raw)
        if status != 101:
            self.sock.close()
            raise Refused(web.Answer(status, head, rest))
        self.head = dict(head)
        self.rest = bytearray(rest)

    def _more(self):
        got = self.sock.recv(262144)
        if not got:
            raise web.Cut("closed")
        self.rest += got

    def _take(self, n):
        while len(self.rest) < n:
            self._more()
        out = bytes(self.rest[:n])
        del self.rest[:n]
        return out

    def next(self):
        """(opcode, payload) of the next whole message or control frame."""
        whole = b""
        first = None
        while True:
            one, two = self._take(2)
            size = two & 0x7F
            if size == 126:
                size, = struct.unpack("!H", self._take(2))
            elif size == 127:
                size, = struct.unpack("!Q", self._take(8))
            payload = self._take(size)
            opcode = one & 0x0F
            if opcode >= 8:
                return opcode, payload
            first = opcode if first is None else first
            whole += payload
            if one & 0x80:
                return first, whole

    def send(self, data):
        self.sock.sendall(data)

    def close(self):
        self.sock.close()


class Console:
    """Reads the stream in a thread of its own and remembers everything it was told."""

    def __init__(self, port, after=None, epoch=None, agencies=None, subscribe=True, name="console",
                 **wire):
        self.name = name
        self.frames = []     # every event frame, parsed, in order of arrival
        self.snapshots = []
        self.units = []      # every frame that says where units are
        self.subscribed = []
        self.ticks = 0
        self.errors = []
        self.results = {}
        self.batches = 0
        self.ended = None    # None while open, else (code, reason)
        self._changed = threading.Condition()
        self.wire = Wire(port, **wire)
        self.wire.sock.settimeout(None)
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)
        if subscribe:
            self.subscribe(after, epoch, agencies)
        self._thread.start()

    def subscribe(self, after=None, epoch=None, agencies=None):
        ask = {"type": "subscribe", "after": after, "epoch": epoch, "agencies": agencies}
        self.send({k: v for k, v in ask.items() if v is not None})

    def send(self, message):
        with self._sending:
            self.wire.send(frame(TEXT, json.dumps(message).encode()))

    def _read(self):
        code = (None, "cut")
        try:
            while True:
                opcode, payload = self.wire.next()
                if opcode == PING:
                    with self._sending:
                        self.wire.send(frame(PONG, payload))
                elif opcode == CLOSE:
                    code = (struct.unpack("!H", payload[:2])[0] if len(payload) > 1 else None,
                            payload[2:].decode(errors="replace"))
                    break
                elif opcode == TEXT:
                    self._take(json.loads(payload))
        except (OSError, ValueError) as e:
            code = (None, f"{type(e).__name__}: {e}")
        with self._changed:
            self.ended = code
            self._changed.notify_all()
        self.wire.close()

    def _take(self, message):
        with self._changed:
            kind = message["type"]
            if kind == "event":
                self.frames.append(message)
            elif kind == "events":
                self.batches += 1
                self.frames.extend(message["events"])
            elif kind == "snapshot":
                self.snapshots.append(message)
            elif kind == "subscribed":
                self.subscribed.append(message)
            elif kind == "units":
                self.units.append(message)
            elif kind == "tick":
                self.ticks += 1
            elif kind == "result":
                self.results[message["command_id"]] = message
            elif kind == "error":
                self.errors.append(message)
            else:
                raise ValueError(f"unknown frame type {kind}")
            self._changed.notify_all()

    def wait(self, is_true, what, within=10.0):
        """Waits until is_true(self); its value. Fails at once when the stream has ended."""
        with self._changed:
            self._changed.wait_for(lambda: is_true(self) or self.ended, within * wait.PATIENCE)
            value = is_true(self)
            if not value:
                raise wait.Late(f"{self.name}: {what}; ended={self.ended} events={len(self.frames)}"
                                f" last={self.frames[-1:]} errors={self.errors[-2:]}")
            return value

    def ready(self, within=10):
        """Subscribed, and with the snapshot if one is due."""
        self.wait(lambda c: c.subscribed and (c.snapshots or c.subscribed[-1]["recovered"]),
                  "subscribed", within)
        return self

    def sees(self, report_id, within=10):
        """The first event that names this report."""
        return self.wait(lambda c: next((f for f in c.frames if f.get("report_id") == report_id), None),
                         f"report {report_id}", within)

    def reaches(self, seq, within=20):
        """The stream has come to seq, seen or said by a tick's place in the order."""
        return self.wait(lambda c: c.frames and c.frames[-1]["seq"] >= seq, f"seq {seq}", within)

    def act(self, incident_id, action, within=10, **more):
        command = more.pop("command_id", None) or str(uuid.uuid4())
        self.send({"type": "action", "command_id": command, "incident_id": incident_id,
                   "action": action, **more})
        return self.wait(lambda c: c.results.get(command), f"a result of {action}", within)

    def wait_end(self, within=10):
        with self._changed:
            if not self._changed.wait_for(lambda: self.ended, within * wait.PATIENCE):
                raise wait.Late(f"{self.name}: still open")
            return self.ended

    @property
    def seqs(self):
        with self._changed:
            return [f["seq"] for f in self.frames]

    @property
    def epoch(self):
        return self.subscribed[-1]["epoch"]

    def cut(self):
        """The line goes dead without a goodbye."""
        try:
            self.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.wire.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join(10)

    def close(self):
        self.cut()

    def __enter__(self):
        return self.ready()

    def __exit__(self, *_):
        self.close()
