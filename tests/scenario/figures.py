"""What the shipped rules and model reach on real texts does not fall unseen below the floors beside the model.

It has met most of these texts, so the floors are no figures of quality (model/README.md has those, by
cross-validation): they say that rules, lexicon and model still belong together. The texts lie beside the
repository and not in it; where they are absent this is one counted skip.
"""

import csv
import re

import pytest

from world import bridge as bridges
from world import places

FIGURE = re.compile(r"^  (\S.*?)\s{2,}([\d.]+)  \(", re.M)
COMPLAINTS = re.compile(r"^of 1,000 complaints \(\d+\): emergency ([\d.]+) review ([\d.]+) .* false alarms ([\d.]+)$", re.M)


def _reached(said):
    """What evaluate prints of the citizens' own texts, which come first, and of complaints."""
    own = said.split("citizens' own texts", 1)[1].split("\n==", 1)[0]
    figures = {what: float(value) for what, value in reversed(FIGURE.findall(own))}
    names = ("complaints in emergency", "complaints in review", "false alarms")
    figures.update(zip(names, map(float, COMPLAINTS.search(said).groups())))
    return figures


def _falls(floor, reached):
    return (floor["least"] != "-" and reached < float(floor["least"]) or
            floor["most"] != "-" and reached > float(floor["most"]))


def what_the_shipped_model_reaches_does_not_fall_below_its_floors():
    if not (places.SHARED / "data/reports").is_dir():
        pytest.skip("the collection of real reports is not beside this repository")
    said = bridges.tangi("evaluate", "--config", places.CONFIG, "--data", places.SHARED / "data", "--part", "shipped").stdout
    reached = _reached(said)
    with open(places.CONFIG / "model/floors.tsv", encoding="utf-8", newline="") as f:
        floors = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {f["what"] for f in floors} <= set(reached), "each floor is of a figure that evaluate prints"
    assert len(floors) >= 10
    fallen = {f["what"]: reached[f["what"]] for f in floors if _falls(f, reached[f["what"]])}
    assert not fallen, f"{fallen}: below model/floors.tsv; judge whether that is meant before it is lowered"
