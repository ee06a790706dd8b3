"""What failed, by its name, and the lines that say why: read from what ctest, pytest, node and the
fuzzers leave. Where only the end of what was said is kept, a failure that nobody can name cannot be
mended; so the names come first, and again last, and what is shown of each is bounded.
"""

import dataclasses
import re
import xml.etree.ElementTree as xml

LINES_OF_ONE = 40  # a sanitizer's report with both its stacks, or an assertion with what was compared
LINES_OF_SUITE = 120
NAMES_OF_SUITE = 40


@dataclasses.dataclass
class Failure:
    name: str
    lines: list  # those that say why, the first first

    def why(self):
        """What says most of it, on one line: where it failed, and what was compared."""
        marks = r"[Ee]rror\b|ERROR|Sanitizer: |^E  |^ended"
        words = [line for line in self.lines if re.search(marks, line)][:2] or self.lines[:1]
        return " ".join(" ".join(words).split())[:200]


def late_stories(failures):
    """The files of which the first failure is that something did not come in time, as on a machine that
    is busy with others: what failed after it may be its consequence. A sanitizer's word is never late."""
    stories = {}
    for failure in failures:
        stories.setdefault(failure.name.split("::")[0], []).append(failure)
    return {story: found for story, found in stories.items()
            if any(re.match(r"E +\S*(Late|TimeoutExpired): ", line) for line in found[0].lines)
            and not any("Sanitizer" in line for one in found for line in one.lines)}


def shown(failures):
    """For people: all names, then the lines of each as far as there is room for all."""
    names = [f.name for f in failures[:NAMES_OF_SUITE]]
    more = len(failures) - len(names)
    each = max(8, min(LINES_OF_ONE, LINES_OF_SUITE // max(1, len(failures))))
    room, lines = LINES_OF_SUITE, [f"  failed: {n}" for n in names] + ([f"  and {more} more"] if more else [])
    for failure in failures:
        part = middle_out(failure.lines, min(each, room))
        room -= len(part)
        if part:
            lines += [f"--- {failure.name}", *part]
    return lines + ["---"]


def middle_out(lines, room):
    """The first and the last of them, when not all have room: what failed stands at one of the ends."""
    lines = [line.rstrip()[:400] for line in lines]
    if len(lines) <= room:
        return lines
    if room < 3:
        return []
    first = (room - 1) * 2 // 3
    last = room - 1 - first
    return [*lines[:first], f"... {len(lines) - room + 1} lines ...", *lines[-last:]]


# ctest. A program holds many cases of cmocka; a sanitizer speaks outside of them.

REPORT = re.compile(r"(?:WARNING|ERROR): \w+Sanitizer|runtime error: |ERROR: libFuzzer")


def of_ctest(report, log):
    ends = dict(re.findall(r"Test +#\d+: (\S+) \.*\*\*\*(.*?) +[\d.]+ sec", log))
    for case in xml.parse(report).getroot().iter("testcase"):
        if case.get("status") != "run":
            yield from of_program(case.get("name"), case.findtext("system-out") or "", ends)


def of_program(name, text, ends):
    lines = text.splitlines()
    cases = list(of_cmocka(name, lines))
    reports = of_sanitizer(lines)
    yield from cases
    if reports:
        yield Failure(f"{name} (sanitizer)", reports)
    elif not cases:
        yield Failure(name, [f"ended: {ends.get(name, 'failed')}", *lines[-20:]])


def of_cmocka(name, lines):
    """A case's own lines stand between its RUN and its FAILED."""
    begin = 0
    for i, line in enumerate(lines):
        if line.startswith("[ RUN      ]"):
            begin = i
        ended = re.match(r"\[  FAILED  \] (\w+)$", line)
        if ended and lines[begin] == f"[ RUN      ] {ended[1]}":
            yield Failure(f"{name}::{ended[1]}", lines[begin + 1:i])
            begin = i  # cmocka names it again in its list


def of_sanitizer(lines):
    """All its reports, from the line that names the trouble to the one that sums it up."""
    found, is_inside = [], False
    for line in lines:
        is_inside = is_inside or bool(REPORT.search(line))
        if is_inside:
            found.append(line)
        is_inside = is_inside and not line.startswith("SUMMARY")
    return found


# pytest. Its report has the names; what broke and what the daemons said stands in the log.

def of_pytest(report, log):
    parts = dict(pytest_parts(log.splitlines()))
    for case in xml.parse(report).getroot().iter("testcase"):
        for trouble in (*case.findall("failure"), *case.findall("error")):
            part = parts.get(case.get("name"), trouble.get("message", "").splitlines())
            trace, said = divided(part, r"-+ .* -+$")
            words = [line for line in trace if line.startswith("E ") or re.match(r"[\w/.-]+\.py:\d+: ", line)]
            yield Failure(f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}",
                          [*(words or trace[-12:]), *said[-LINES_OF_ONE // 2:]])


def pytest_parts(lines):
    """A test's name and the lines below it, of those that failed."""
    for i, line in enumerate(lines):
        head = re.match(r"_+ (?:ERROR at \w+ of )?(\S.*?) _+$", line)
        if head:
            yield head[1], list(until(lines[i + 1:], r"_+ \S.* _+$|=+ \S.* =+$"))


def divided(lines, at):
    """What stands before the first line of this form, and from it on."""
    i = next((i for i, line in enumerate(lines) if re.match(at, line)), len(lines))
    return lines[:i], lines[i:]


# Node's test runner, whose inner tests are written further in.

def of_node(log):
    lines = log.splitlines()
    for i, line in enumerate(lines):
        failed = re.match(r"( *)not ok \d+ - (.*)", line)
        if failed and not re.search(r"# (SKIP|T[O]DO)", line):
            block = list(until(lines[i + 1:], rf"{failed[1]}  \.\.\.$"))
            if not any("subtestsFailed" in b for b in block):
                yield Failure(failed[2], [b.strip() for b in block if not re.search(r"duration_ms|node:internal|---$", b)])


def until(lines, end):
    for line in lines:
        if re.match(end, line):
            return
        yield line


# tests/fuzz/run.

def of_fuzz(log):
    lines = log.splitlines()
    for i, line in enumerate(lines):
        found = re.match(r"found (fuzz_\w+)", line)
        if found:
            said = list(until(lines[i + 1:], r"(ok|found) +fuzz_"))
            bytes_ = [s for s in said if s.startswith("Base64:")]
            yield Failure(found[1], [*bytes_, *(of_sanitizer(said) or said)])


# Commands of which each is one test: what it said stands between its line and its verdict.

def of_commands(log):
    lines = log.splitlines()
    begin = 0
    for i, line in enumerate(lines):
        if line.startswith("$ "):
            begin = i
        elif line.startswith("FAILED "):
            yield Failure(lines[begin][2:], lines[begin + 1:i])
