"""A plain HTTP client that shows what was on the wire: no retries, no redirects, no pool."""

import json
import socket

from . import wait


class Answer:
    """One HTTP answer."""

    def __init__(self, status, head, body):
        self.status = status
        self.head = head  # list of (lower-case name, value)
        self.body = body

    def __getitem__(self, name):
        return dict(self.head)[name]

    def get(self, name, default=None):
        return dict(self.head).get(name, default)

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Cut(ConnectionError):
    """The connection ended before a whole answer was there."""


def request_bytes(method, path, port, body=None, token=None, headers=None):
    head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    for name, value in (headers or {}).items():
        head.append(f"{name}: {value}")
    if body is not None:
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if not any(h.lower().startswith("content-type:") for h in head):
            head.append("Content-Type: application/json")
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + (body or b"")


def parse_head(raw):
    lines = raw.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ", 2)[1])
    head = [(n.strip().lower(), v.strip()) for n, v in (l.split(":", 1) for l in lines[1:] if l)]
    return status, head


class Line:
    """One connection, kept between requests when the listener allows it."""

    def __init__(self, port, within=20):
        self.port = port
        self.sock = socket.create_connection(("127.0.0.1", port), within * wait.PATIENCE)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def tell(self, method, path, body=None, token=None, headers=None):
        """Sends and does not wait for the answer."""
        self.sock.sendall(request_bytes(method, path, self.port, body, token, headers))

    def ask(self, *request, **more):
        self.tell(*request, **more)
        return self.answer()

    def _more(self):
        got = self.sock.recv(262144)
        if not got:
            raise Cut("connection closed inside an answer")
        self.rest += got

    def answer(self):
        while b"\r\n\r\n" not in self.rest:
            self._more()
        raw, _, self.rest = self.rest.partition(b"\r\n\r\n")
        status, head = parse_head(raw)
        if status == 100:
            return self.answer()
        return Answer(status, head, self._body(dict(head)))

    def _body(self, head):
        if "content-length" in head:
            size = int(head["content-length"])
            while len(self.rest) < size:
                self._more()
            body, self.rest = self.rest[:size], self.rest[size:]
            return body
        parts = [self.rest]
        self.rest = b""
        while True:
            got = self.sock.recv(262144)
            if not got:
                break
            parts.append(got)
        return unchunk(b"".join(parts)) if "chunked" in head.get("transfer-encoding", "") \
            else b"".join(parts)

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def unchunk(raw):
    """The content of a chunked body, as far as it has come."""
    out = b""
    while b"\r\n" in raw:
        size, _, raw = raw.partition(b"\r\n")
        n = int(size.split(b";")[0], 16)
        if n == 0:
            break
        out, raw = out + raw[:n], raw[n + 2:]
    return out


def ask(port, method, path, body=None, token=None, headers=None, within=20):
    """One request on a connection of its own."""
    with Line(port, within) as line:
        return line.ask(method, path, body, token, headers)
