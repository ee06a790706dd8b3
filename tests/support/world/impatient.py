"""A city that loses its patience in seconds, and what rises in it."""

import datetime
import shutil

from . import places, wait

FIRE = "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
HEADER = ["rule", "kind", "agency", "priority", "time", "steps", "example", "example_at", "why"]
STEPS = [2.0, 4.0, 6.0]  # of city(), seconds


def city(make, untaken="desk 2s, supervisor 4s, other_channel 6s", unsent="desk 2s, supervisor 600s",
         unmoved="supervisor 600s", unanswered="supervisor 600s", callback="supervisor 600s"):
    """The sample city with an impatient table."""
    folder = make.folder()
    config = folder / "config"
    shutil.copytree(places.CONFIG, config)
    rows = [["u", "unsure", "supervisor 2s"], ["t", "untaken", untaken], ["s", "unsent", unsent],
            ["a", "unanswered", unanswered], ["m", "unmoved", unmoved], ["l", "late", "supervisor 100%"], ["c", "callback", callback]]
    lines = [HEADER] + [[n, k, "-", "-", "-", s, "fire 1", "", "a test has no time"] for n, k, s in rows]
    (config / "rules" / "escalation.tsv").write_text("".join("\t".join(x) + "\n" for x in lines))
    return {"folder": folder, "config": config, "settings": {"escalation.enabled": "true"}}


def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def rises(bridge, ident, agency="fire"):
    return [t for t in bridge.incident(ident)["timeline"] if t["event"] == "incident.escalated" and t["agency"] == agency]


def risen(bridge, ident, count, agency="fire", within=15):
    return wait.until(lambda: (r := rises(bridge, ident, agency)) and len(r) >= count and r, f"{count} rises of {ident}", within)


def part(bridge, ident, agency="fire"):
    return next(a for a in bridge.incident(ident)["assignments"] if a["agency"] == agency)
