"""The other side of a channel: a server that takes messages, refuses them, or says nothing at all."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import socket
import threading


class Receiver:
    """Keeps what was posted to it, as (headers, body); answers `status`, which may change."""

    def __init__(self, status=204, port=0):
        self.status, self.heard = status, []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def messages(self):
        return [json.loads(body) for _, body in self.heard]


@contextlib.contextmanager
def deaf():
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def entry(name, port, **more):
    return {"name": name, "kind": "webhook", "url": f"http://127.0.0.1:{port}/tangi", **more}


def is_signed(headers, body, secret):
    """As Standard Webhooks 1.0.0 says, by another implementation than ours."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(headers["webhook-signature"], expected)
