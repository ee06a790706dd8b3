"""What is measured of each system: one class per row of the table of targets."""

import json
import shutil

import systems


class Scenario:
    """measure(system) -> figures of one run."""

    only = None  # the systems it makes sense for; None: all

    def __init__(self, world, is_quick):
        self.world = world
        self.seconds = 2 if is_quick else 3.5
        self.is_quick = is_quick

    def systems(self, wanted):
        return [s for s in wanted if self.only is None or s in self.only]


class Rate(Scenario):
    """As fast as answers come, 10 consoles, 10 units."""

    connections = 1

    def measure(self, system):
        with self.world.system(system) as s:
            return s.load(connections=self.connections, consoles=10, units=10,
                          seconds=self.seconds)


class Rate16(Rate):
    connections = 16


class Rate64(Rate):
    connections = 64


class Flood(Rate):
    """The same as rate-16, and each report is linked to what it is about or folded under it."""

    only = ("tangi",)

    def measure(self, system):
        with self.world.system(system, joins=True) as s:
            return s.load(connections=16, consoles=10, units=10, seconds=self.seconds)


class Steady(Scenario):
    """500 reports a second by schedule, 100 consoles, 10 units."""

    def measure(self, system):
        with self.world.system(system) as s:
            return s.load(connections=32, consoles=100, units=10, rate=500,
                          seconds=self.seconds + 1, warm=1)


class Burst(Scenario):
    """5,000 reports to 1,000 consoles: when has the last console the last event?"""

    def measure(self, system):
        with self.world.system(system) as s:
            return s.load(connections=16, consoles=1000, units=10, count=5000, warm=0, within=120)


class OneTo1000(Scenario):
    """One event at a time to many consoles."""

    only = ("tangi", "node", "ceiling-inline")
    consoles, rate = 1000, 20

    def measure(self, system):
        with self.world.system(system) as s:
            return s.load(connections=4, consoles=self.consoles, rate=self.rate,
                          seconds=self.seconds)


class OneTo5000(OneTo1000):
    consoles, rate = 5000, 6


class Silent(Scenario):
    """The answer's time with 5,000 consoles of another agency, and with none."""

    only = ("tangi",)

    def measure(self, system):
        figures = {}
        for name, silent in (("none", 0), ("silent", 5000)):
            with self.world.system(system) as s:
                figures[name] = s.load(connections=4, silent=silent, rate=200,
                                       seconds=self.seconds)
        return figures


class Stalled(Scenario):
    """100 consoles that read, and 90 with 10 that never do."""

    only = ("tangi",)

    def measure(self, system):
        figures = {}
        for name, stalled in (("moving", 0), ("stalled", 10)):
            with self.world.system(system) as s:
                figures[name] = s.load(connections=32, consoles=100 - stalled, stalled=stalled,
                                       rate=500, seconds=self.seconds + 1)
        return figures


class Stored(Scenario):
    """100,000 incidents stored: seconds to ready, memory with 1,000 consoles."""

    only = ("tangi", "node")

    def __init__(self, world, is_quick):
        super().__init__(world, is_quick)
        self.count = 20000 if is_quick else 100000

    def measure(self, system):
        folder = systems.SCRATCH / f"stored-{system}"
        self._fill(system, folder)
        ready = []
        with self.world.system(system, folder) as s:
            for _ in range(3):
                s.stop()
                ready.append(s.start())
            got = s.load(connections=4, consoles=1000, rate=20, seconds=2) if system == "tangi" else {}
        return {"ready_s": min(ready), "stored": self.count, **got}

    def _fill(self, system, folder):
        mark = folder / f"filled-{self.count}"
        if mark.exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        with self.world.system(system, folder) as s:
            s.load(connections=64, count=self.count, within=120)
        mark.touch()


class Disk(Scenario):
    """What the disk and bare SQLite give."""

    only = ("disk",)

    def systems(self, wanted):
        return ["disk"]

    def measure(self, system):
        folder = systems.SCRATCH / "disk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return json.loads(systems.run(systems.SCRATCH / "tools/disk", folder, "0.5"))


class Verdict(Scenario):
    """What a verdict costs on one core, without the rest of a report's way."""

    only = ("tangi",)

    def measure(self, system):
        return json.loads(systems.run(systems.SCRATCH / "tools/verdict", systems.REPO / "config/cirebon"))


ALL = {"disk": Disk, "verdict": Verdict, "rate-1": Rate, "rate-16": Rate16, "rate-64": Rate64, "flood": Flood, "steady": Steady,
       "burst": Burst, "one-to-1000": OneTo1000, "one-to-5000": OneTo5000, "silent": Silent,
       "stalled": Stalled, "stored": Stored}
