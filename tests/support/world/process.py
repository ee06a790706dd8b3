"""A child process with a log file, started and ended by its own id."""

import os
import signal
import subprocess
import time

from . import wait


def run(*argv, check=True, within=60, **kw):
    """Runs a command to its end; its standard output. Raises with both outputs when it fails."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True,
                          timeout=within * wait.PATIENCE, **kw)
    if check and done.returncode != 0:
        raise AssertionError(f"{argv} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class Process:
    """One child. Its output goes to a file, so that nothing it writes can block it."""

    def __init__(self, name, log):
        self.name = name
        self.log = log
        self.child = None

    def spawn(self, argv, env=None, before=None, stdin=subprocess.DEVNULL):
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen([str(a) for a in argv], stdin=stdin,
                                          stdout=out, stderr=subprocess.STDOUT,
                                          env={**os.environ, **(env or {})}, preexec_fn=before)
        return self

    @property
    def pid(self):
        return self.child.pid

    @property
    def is_running(self):
        return self.child is not None and self.child.poll() is None

    def must_run(self):
        if not self.is_running:
            code = self.child.returncode if self.child else None
            raise AssertionError(f"{self.name} is gone (exit {code}):\n{self.log_tail()}")

    def signal(self, number):
        self.must_run()
        self.child.send_signal(number)

    def wait(self, within=20):
        try:
            return self.child.wait(within * wait.PATIENCE)
        except subprocess.TimeoutExpired:
            raise wait.Late(f"{self.name} did not end within {within} s:\n{self.log_tail()}")

    def kill(self):
        if self.is_running:
            self.child.kill()
        if self.child is not None:
            self.child.wait()

    def terminate(self, within=20):
        self.signal(signal.SIGTERM)
        return self.wait(within)

    def log_text(self):
        try:
            return self.log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def log_tail(self, lines=40):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def resident_mb(self):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def cpu_s(self):
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stopwatch():
    """A function that says how many seconds have passed since this call."""
    begin = time.monotonic()
    return lambda: time.monotonic() - begin
