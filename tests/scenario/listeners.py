"""Where and for whom the bridge listens: behind TLS, for pages of another name, on a Unix socket."""

import os
import socket
import stat

import pytest

from world import console as consoles
from world import wait, web

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"


def _sign_in(bridge, user, origin):
    return bridge.ask("POST", "/v1/session", {"user": user, "password": bridge.accounts.users[user]},
                      headers={"Origin": origin})


def behind_tls_the_sessions_cookie_is_secure_and_of_this_host_only(make):
    bridge = make.bridge(settings={"http.secure_cookie": "true"}).start()
    home = f"http://127.0.0.1:{bridge.public}"
    answer = _sign_in(bridge, "siti", home)
    cookie, *flags = [part.strip() for part in answer["set-cookie"].split(";")]
    # What browsers ask of the prefix: Secure, Path=/ and no Domain.
    assert cookie.startswith("__Host-tangi_session=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} == set(flags)
    assert bridge.ask("GET", "/v1/me", headers={"Cookie": cookie}).json["user"] == "siti"
    planted = cookie.replace("__Host-", "")
    assert bridge.ask("GET", "/v1/me", headers={"Cookie": planted}).status == 401
    consoles.Console(bridge.public, cookie=cookie, origin=home).ready().close()
    gone = bridge.ask("DELETE", "/v1/session", headers={"Cookie": cookie, "Origin": home,
                                                        "X-Tangi-Csrf": answer.json["csrf"]})
    assert gone.status == 204 and "__Host-tangi_session=; Max-Age=0" in gone["set-cookie"]
    assert bridge.ask("GET", "/v1/me", headers={"Cookie": cookie}).status == 401


def a_page_of_another_name_needs_that_name_in_the_settings(make):
    bridge = make.bridge(settings={"http.origins": '["https://konsol.example"]'}).start()
    answer = _sign_in(bridge, "siti", "https://konsol.example")
    cookie = answer["set-cookie"].split(";")[0]
    assert answer.status == 200
    consoles.Console(bridge.public, cookie=cookie, origin="https://konsol.example").ready().close()
    for origin in ("http://konsol.example", "https://konsol.example.evil", "https://konsol.example:444"):
        assert _sign_in(bridge, "siti", origin).status == 403, origin
        with pytest.raises(consoles.Refused) as refused:
            consoles.Console(bridge.public, cookie=cookie, origin=origin)
        assert refused.value.answer.status == 403, origin


class _UnixLine(web.Line):
    def __init__(self, path):
        self.port, self.rest = 0, b""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20 * wait.PATIENCE)
        self.sock.connect(str(path))


def the_trusted_listener_may_be_a_unix_socket_for_its_owner_and_group(make):
    folder = make.folder()
    path = folder / "tangi.sock"
    bridge = make.bridge(folder=folder, settings={"http.trusted": f"unix:{path}"}).start()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    with _UnixLine(path) as line:
        sent = {"source": "lapor-web", "source_id": "unix-1", "text": FIRE}
        assert line.ask("POST", "/v1/reports", sent, bridge.token("rest")).status == 201
        assert line.ask("GET", "/readyz").status == 200, "the connection is kept"
        assert line.ask("GET", "/metrics").status == 200, "and is this machine's own"
    bridge.kill()
    assert path.exists(), "nobody was there to remove it"
    bridge.start()
    with _UnixLine(path) as line:
        assert line.ask("POST", "/v1/reports", sent, bridge.token("rest")).status == 200
    bridge.stop()
    assert not path.exists()
