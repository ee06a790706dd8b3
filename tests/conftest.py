"""What scenario/ and fault/ share: accounts once, one city for those who can share it, and a
factory for those who kill, fill or cut theirs."""

import contextlib
import inspect
import os
import pathlib
import shutil
import tempfile

import pytest

from world import bridge as bridges
from world import broker as brokers
from world import places

_started = []


def pytest_configure(config):
    if not places.PROGRAM.exists():
        raise pytest.UsageError(f"no program at {places.PROGRAM}; build it or set TANGI_BIN")


def pytest_pycollect_makeitem(collector, obj):
    """What a file imports is not one of its promises."""
    if inspect.isfunction(obj) and obj.__module__ != collector.obj.__name__:
        return []
    return None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the end of each daemon's log."""
    report = (yield).get_result()
    if report.failed:
        for one in _started:
            report.sections.append((f"log of {one.data}", one.process.log_tail(30)))


@pytest.fixture(scope="session")
def scratch():
    """A folder for the whole run, on a real disk; kept when TANGI_KEEP is set."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tangi-test-", dir=os.environ.get("TANGI_SCRATCH")))
    yield folder
    if not os.environ.get("TANGI_KEEP"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def accounts(scratch):
    return bridges.Accounts(scratch / "accounts")


@contextlib.contextmanager
def _building(scratch, accounts):
    """A function that makes brokers and bridges; at the end all of them are gone and clean."""
    made = []

    class Make:
        def folder(self):
            folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
            return folder

        def broker(self, **kw):
            one = brokers.Broker(self.folder() / "broker", **kw)
            made.append(one)
            return one.start()

        def bridge(self, broker=None, folder=None, **kw):
            one = bridges.Bridge(folder or self.folder(), accounts, broker, **kw)
            made.append(one)
            _started.append(one)
            return one

    try:
        yield Make()
    finally:
        trouble = []
        for one in reversed(made):
            try:
                one.end() if isinstance(one, bridges.Bridge) else one.kill()
            except AssertionError as e:
                trouble.append(str(e))
                one.process.kill()
            if one in _started:
                _started.remove(one)
        assert not trouble, "\n".join(trouble)


@pytest.fixture
def make(scratch, accounts):
    with _building(scratch, accounts) as made:
        yield made


@pytest.fixture(scope="module")
def make_for_all(scratch, accounts):
    with _building(scratch, accounts) as made:
        yield made


@pytest.fixture(scope="session")
def city(scratch, accounts):
    """A broker and a bridge for every test that leaves them as it found them."""
    with _building(scratch, accounts) as made:
        yield made.bridge(made.broker()).start()


@pytest.fixture
def bridge(city):
    city.process.must_run()
    return city
