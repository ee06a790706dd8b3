"""Where things are: the program under test, the sample city, free ports, scratch folders."""

import os
import pathlib
import random
import socket

TREE = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = pathlib.Path(os.environ.get("TANGI_BIN", TREE / "build/dev/tangi"))
CONFIG = pathlib.Path(os.environ.get("TANGI_CONFIG", TREE / "config/cirebon"))
SHARED = TREE.parent / "shared"
CITY = "cirebon"

LONG = os.environ.get("TANGI_LONG", "") not in ("", "0")

_low, _high = (int(p) for p in os.environ.get("TANGI_TEST_PORTS", "18400-18599").split("-"))
_pool = list(range(_low, _high + 1))
# Two runs beside each other start at different places of the same range.
random.shuffle(_pool)


def _is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    """A port of the range that nobody listens on; each is given out once per round."""
    for _ in range(len(_pool)):
        port = _pool.pop()
        _pool.insert(0, port)
        if _is_free(port):
            return port
    raise RuntimeError(f"no free port between {_low} and {_high}")
