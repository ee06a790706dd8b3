"""Medians, ratios, and how far each target is."""

from statistics import median

PEERS = ("node", "node-single")


def pick(run, path):
    """pick(run, "ack_ms.p50"); None where it is not."""
    for key in path.split("."):
        if isinstance(run, list):
            run = run[int(key)] if int(key) < len(run) else None
        else:
            run = run.get(key) if run is not None else None
        if run is None:
            return None
    return run


class Figures:
    def __init__(self, figures):
        self.figures = figures

    def values(self, scenario, system, path):
        runs = self.figures.get(scenario, {}).get(system, [])
        return [v for v in (pick(r, path) for r in runs) if v is not None]

    def mid(self, scenario, system, path):
        values = self.values(scenario, system, path)
        return median(values) if values else None

    def best(self, scenario, system, path):
        return min(self.values(scenario, system, path), default=None)

    def peer(self, scenario, path, choose):
        values = [v for s in PEERS if (v := self.mid(scenario, s, path)) is not None]
        return choose(values) if values else None


COLUMNS = {
    "rate-1": [("acked/s", "acked_per_s"), ("ack p50 ms", "ack_ms.p50"),
               ("console p50 ms", "console_ms.p50"), ("unit p50 ms", "unit_ms.p50"),
               ("CPU %", "processes.0.cpu_percent"), ("broker CPU %", "processes.1.cpu_percent"),
               ("CPU µs/report", "cpu_us_per_report")],
    "steady": [("ack p50", "ack_ms.p50"), ("ack p99", "ack_ms.p99"), ("console p50", "console_ms.p50"),
               ("console p99", "console_ms.p99"), ("unit p50", "unit_ms.p50"),
               ("unit p99", "unit_ms.p99"), ("CPU %", "processes.0.cpu_percent"),
               ("RSS MB", "processes.0.rss_mb")],
    "burst": [("all arrived s", "all_arrived_s"), ("all acked s", "all_acked_s"), ("lost", "lost"),
              ("cut", "cut"), ("snapshots", "snapshots"), ("CPU s", "processes.0.cpu_s"),
              ("peak MB", "processes.0.peak_mb")],
    "one-to-1000": [("last console p50", "console_ms.p50"), ("p99", "console_ms.p99")],
    "silent": [("ack p50 none", "none.ack_ms.p50"), ("ack p50 5,000", "silent.ack_ms.p50"),
               ("CPU % none", "none.processes.0.cpu_percent"),
               ("CPU % 5,000", "silent.processes.0.cpu_percent")],
    "stalled": [("ack p50 moving", "moving.ack_ms.p50"), ("ack p50 10 stalled", "stalled.ack_ms.p50"),
                ("CPU % moving", "moving.processes.0.cpu_percent"),
                ("CPU % stalled", "stalled.processes.0.cpu_percent"),
                ("peak MB moving", "moving.processes.0.peak_mb"),
                ("peak MB stalled", "stalled.processes.0.peak_mb")],
    "stored": [("stored", "stored"), ("ready s", "ready_s"), ("RSS MB", "processes.0.rss_mb"),
               ("peak MB", "processes.0.peak_mb")],
    "verdict": [("load ms", "load_ms"), ("300 letters p50 µs", "p50_us"), ("p99 µs", "p99_us"),
                ("worst 16 KiB µs", "worst_us")],
    "disk": [("4 KiB appends/s", "append_per_s"), ("overwrites/s", "overwrite_per_s"),
             *((f"rows/s by {n}", f"rows_per_s.{n}") for n in (1, 8, 32, 128))],
}
COLUMNS["rate-16"] = COLUMNS["rate-64"] = COLUMNS["flood"] = COLUMNS["rate-1"]
COLUMNS["one-to-5000"] = COLUMNS["one-to-1000"]


def targets(f):
    """(what, TANGI's figure, the one it is held against, most or least allowed ratio)"""
    for n in (16, 64):
        rate = f.mid(f"rate-{n}", "tangi", "acked_per_s")
        yield (f"acked/s, {n} connections, against the best peer", rate,
               f.peer(f"rate-{n}", "acked_per_s", max), ">=", 1.3)
        yield (f"acked/s, {n} connections, against the ceiling", rate,
               f.mid(f"rate-{n}", "ceiling", "acked_per_s")
               or f.mid(f"rate-{n}", "ceiling-inline", "acked_per_s"), ">=", 0.6)
    for name in ("ack", "console", "unit"):
        yield (f"500/s: {name} p50 ms, against Node with group commit",
               f.mid("steady", "tangi", f"{name}_ms.p50"),
               f.mid("steady", "node", f"{name}_ms.p50"), "<=", 1.0)
    for name in ("ack", "console", "unit"):
        yield (f"500/s: {name} p99 ms (best round), against the ceiling inline",
               f.best("steady", "tangi", f"{name}_ms.p99"),
               f.best("steady", "ceiling-inline", f"{name}_ms.p99"), "<=", 1.3)
    yield ("500/s: CPU of the daemon, against Node with group commit",
           f.mid("steady", "tangi", "processes.0.cpu_percent"),
           f.mid("steady", "node", "processes.0.cpu_percent"), "<=", 0.7)
    yield ("burst of 5,000 to 1,000 consoles s, against the best peer",
           f.mid("burst", "tangi", "all_arrived_s"), f.peer("burst", "all_arrived_s", min), "<=", 0.8)
    for n, most in ((1000, 1.3), (5000, 1.5)):
        yield (f"one event to {n} consoles, last p50 ms, against bare epoll",
               f.mid(f"one-to-{n}", "tangi", "console_ms.p50"),
               f.mid(f"one-to-{n}", "ceiling-inline", "console_ms.p50"), "<=", most)
    yield ("ack p50 ms with 5,000 silent consoles, against none",
           f.mid("silent", "tangi", "silent.ack_ms.p50"),
           f.mid("silent", "tangi", "none.ack_ms.p50"), "<=", 1.3)
    yield ("ack p50 ms with 10 of 100 consoles stalled, against none",
           f.mid("stalled", "tangi", "stalled.ack_ms.p50"),
           f.mid("stalled", "tangi", "moving.ack_ms.p50"), "<=", 1.0)
    yield ("resident MB, 1,000 consoles, 100,000 stored",
           f.mid("stored", "tangi", "processes.0.rss_mb"), 40, "<=", 1.0)
    yield ("verdict on 300 letters, median µs", f.mid("verdict", "tangi", "p50_us"), 150, "<=", 1.0)
    yield ("verdict on the worst 16 KiB, µs", f.mid("verdict", "tangi", "worst_us"), 1000, "<=", 1.0)
    yield ("rules and model loaded, ms", f.mid("verdict", "tangi", "load_ms"), 50, "<=", 1.0)
    yield ("ready after exec s, 100,000 stored", f.mid("stored", "tangi", "ready_s"), 0.2, "<=", 1.0)


def show(figures):
    f = Figures(figures)
    for scenario, by_system in figures.items():
        columns = COLUMNS[scenario]
        print(f"\n{scenario}: medians")
        print(" " * 16 + "".join(f"{title:>19}" for title, _ in columns))
        for system, runs in by_system.items():
            row = (f.mid(scenario, system, path) for _, path in columns)
            failed = sum("failed" in r for r in runs)
            print(f"{system:16}" + "".join(f"{'-' if v is None else f'{v:,.2f}':>19}" for v in row) +
                  (f"  {failed} failed" if failed else ""))
    print("\ntargets")
    for what, ours, theirs, sense, limit in targets(f):
        if not ours or not theirs:
            continue
        ratio = ours / theirs
        is_met = ratio >= limit if sense == ">=" else ratio <= limit
        miss = limit / ratio if sense == ">=" else ratio / limit
        verdict = "met" if is_met else f"MISSED by a factor {miss:.2f}"
        print(f"  {what:66} {ours:10,.2f} / {theirs:10,.2f} = {ratio:6.2f} ({sense} {limit}) {verdict}")
    for scenario, by_system in figures.items():
        for n, run in enumerate(by_system.get("tangi", [])):
            for part in ([run] if "lost" in run else [r for r in run.values() if isinstance(r, dict)]):
                bad = {k: part[k] for k in ("lost", "repeated", "wrong_words", "cut", "refused")
                       if part.get(k)}
                if bad:
                    print(f"  {scenario} round {n + 1}: {bad}")
