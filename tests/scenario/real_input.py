"""What people really write, through the REST adapter to everyone whom it concerns.

The collection lies beside the repository and not in it; where it is absent this is one counted skip.
"""

import collections
import concurrent.futures
import csv
import json
import os

import pytest

from world import places, web
from world.radio import BASE, Radio

AGENCIES = ("fire", "police", "health", "disaster", "city")
LINES = 8  # on which they are sent: one alone waits for each commit
LIMIT = int(os.environ.get("TANGI_REAL_LIMIT", "0")) or None


def _texts():
    for path in sorted((places.SHARED / "data/reports").glob("*.jsonl")):
        with open(path, encoding="utf-8") as f:
            for line in f:
                row = json.loads(line)
                place = {k: row[k] for k in ("lat", "lon") if k in row}
                yield f"{path.stem}/{row['id']}", row["text"], place if len(place) == 2 else None
    with open(places.SHARED / "domain/sample-reports.tsv", encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield f"sample/{row['id']}", row["text"], None


def _send(bridge, rows, answers):
    """One after the other on a connection."""
    with web.Line(bridge.trusted) as line:
        for key, text, place in rows:
            body = {"source": "lapor-web", "source_id": key, "text": text}
            if place:
                body["location"] = place
            answer = line.ask("POST", "/v1/reports", body, bridge.token("rest"))
            assert answer.status == 201, (key, answer)
            answers[key] = answer.json


def _send_all(bridge, rows):
    """key -> answer, in the order of the log; what came in on one line is there in the line's order."""
    answers = {}
    with concurrent.futures.ThreadPoolExecutor(LINES) as lines:
        for sent in [lines.submit(_send, bridge, rows[n::LINES], answers) for n in range(LINES)]:
            sent.result()
    for n in range(LINES):
        seqs = [answers[key]["seq"] for key, _, _ in rows[n::LINES]]
        assert seqs == sorted(seqs)
    return dict(sorted(answers.items(), key=lambda item: item[1]["seq"]))


def every_real_text_arrives_once_in_order_byte_for_byte_at_whom_it_concerns(make, capsys):
    if not (places.SHARED / "data/reports").is_dir():
        pytest.skip("the collection of real reports is not beside this repository")
    rows = [r for r in _texts() if r[1].strip()]
    rows = rows[-LIMIT:] if LIMIT else rows
    bridge = make.bridge(make.broker()).start()
    desks = {"all": bridge.console("pengawas").ready()}
    desks.update({a: bridge.console(f"pos-{a}").ready() for a in AGENCIES})
    radios = {a: Radio(bridge.broker, f"agency-{a}", f"{BASE}/agency/{a}/events").ready() for a in AGENCIES}
    try:
        answers = _send_all(bridge, rows)
        last = bridge.head()
        desks["all"].wait(lambda c: c.frames and c.frames[-1]["seq"] == last, "the last event", within=60)
        due = {a: [v["seq"] for v in answers.values() if a in v["classification"]["agencies"]] for a in AGENCIES}
        for agency in AGENCIES:
            desks[agency].wait(lambda c: len(c.frames) >= len(due[agency]), f"{agency}'s console", within=60)
            radios[agency].wait(lambda h: len({x.json["seq"] for x in h[-1:]} & set(due[agency][-1:])) or
                                not due[agency], f"{agency}'s radio", within=120)
    finally:
        [d.close() for d in desks.values()]
        [r.close() for r in radios.values()]

    texts = {key: text for key, text, _ in rows}
    keys = list(answers)
    assert keys and set(keys) == set(texts)
    frames = desks["all"].frames
    assert [f["report_id"] for f in frames] == [answers[k]["id"] for k in keys]
    for key, frame in zip(keys, frames):
        # The words of an incident are its first report's; a report that joined one has its own.
        if frame["event"] == "incident.created":
            assert frame["incident"]["text"].encode() == texts[key].encode(), key
        else:
            got = bridge.get(f"/v1/reports/{answers[key]['id']}", trusted=True).json
            assert got["text"].encode() == texts[key].encode(), key
    for agency in AGENCIES:
        assert [f["seq"] for f in desks[agency].frames] == due[agency], agency
        heard = [h.json for h in radios[agency].heard]
        assert [h["seq"] for h in heard] == due[agency], agency
        assert heard == desks[agency].frames

    said = collections.Counter(v["classification"]["disposition"] for v in answers.values())
    by_set = {}
    for key, v in answers.items():
        by_set.setdefault(key.split("/")[0], collections.Counter())[v["classification"]["disposition"]] += 1
    with capsys.disabled():
        print(f"\n  {len(rows)} real texts: all arrived once, in order, byte for byte")
        print("  " + _shares(said, len(rows)))
        print("  " + ", ".join(f"{a} {len(due[a]) / len(rows):.1%}" for a in AGENCIES))
        for name, counts in by_set.items():
            print(f"    {name} ({sum(counts.values())}): {_shares(counts, sum(counts.values()))}")


def _shares(counts, total):
    return ", ".join(f"{k} {v / total:.1%}" for k, v in counts.most_common())
