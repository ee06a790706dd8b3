"""Waiting for something to become true, with a deadline and a reason."""

import os
import time

# Sanitizers and a busy machine stretch time; a deadline says "never", not "fast enough".
PATIENCE = float(os.environ.get("TANGI_PATIENCE", "1"))


class Late(AssertionError):
    """What was waited for did not come in time."""


def until(is_true, what, within=10.0, every=0.02):
    """The first true value of is_true(); Late when the deadline passes without one."""
    end = time.monotonic() + within * PATIENCE
    while True:
        value = is_true()
        if value:
            return value
        if time.monotonic() > end:
            raise Late(f"not within {within * PATIENCE:.1f} s: {what() if callable(what) else what}")
        time.sleep(every)
