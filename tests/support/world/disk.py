"""Disks that fail: a shim in front of the daemon's system calls, and a small real file system."""

import contextlib
import os
import shutil
import subprocess

import pytest

from . import places
from .process import run


class FailingDisk:
    """Faults of support/shim/failing_disk.c, switched on and off while the daemon runs."""

    def __init__(self, folder):
        self.folder = folder / "faults"
        self.folder.mkdir()
        self.library = folder / "failing_disk.so"
        run("cc", "-shared", "-fPIC", "-O1", "-o", self.library,
            places.TREE / "tests/support/shim/failing_disk.c", "-ldl")

    @property
    def env(self):
        return {"LD_PRELOAD": str(self.library), "FAILING_DISK": str(self.folder)}

    @contextlib.contextmanager
    def failing(self, fault):
        flag = self.folder / fault
        flag.touch()
        try:
            yield
        finally:
            flag.unlink()


class SmallDisk:
    """A tmpfs of a few megabytes that is really full when it is full."""

    def __init__(self, folder, size_mb=24):
        self.folder = folder / "small"
        self.folder.mkdir()
        self.options = f"size={size_mb}m"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", self.options, "tmpfs", self.folder],
                              capture_output=True, text=True) if os.geteuid() == 0 else None
        if done is None or done.returncode != 0:
            pytest.skip("mounting a small file system is not permitted here")

    def fill(self):
        """Takes all the room there is."""
        room = os.statvfs(self.folder)
        with open(self.folder / "ballast", "ab", buffering=0) as f:
            try:
                f.write(bytes(room.f_bavail * room.f_frsize))
                while True:
                    f.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        (self.folder / "ballast").unlink()

    def read_only(self, is_read_only):
        run("mount", "-o", f"remount,{'ro' if is_read_only else 'rw'},{self.options}", self.folder)

    def remove(self):
        subprocess.run(["umount", "-l", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
