# SPDX-License-Identifier: Apache-2.0
"""Processes of a test: started with a log each, found with their children, surely ended."""

import os
import signal
import subprocess
import time

from . import kernel
from .wait import Failure, wait_for


def title(pid):
    """The command line as ps shows it; empty for a process that has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f.read().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _stat(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()
    except OSError:
        return None


def alive(pid):
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX"


def descendants(pid):
    """All living processes below pid, nearest first."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _stat(name)
            if fields is not None and fields[0] not in "ZX":
                parents.setdefault(int(fields[1]), []).append(int(name))
    found, queue = [], [pid]
    while queue:
        children = sorted(parents.get(queue.pop(0), []))
        found += children
        queue += children
    return found


def kill(pid, sig=signal.SIGKILL):
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        pass


def kill_all(pids, seconds=5):
    for pid in pids:
        kill(pid)
    wait_for(lambda: not any(alive(p) for p in pids), seconds,
             lambda: f"killed processes end: {[(p, title(p)) for p in pids if alive(p)]}")


def reap_orphans():
    """Ends whatever is left below this process, also what has hidden behind a double fork."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = descendants(os.getpid())
        if not left:
            break
        for pid in left:
            kill(pid)
        time.sleep(0.01)
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


class Process:
    """A program in the background, in a namespace, writing to a log."""

    def __init__(self, argv, log, network_fd=None, env=None, pass_fds=()):
        self.argv, self.log = argv, log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, pass_fds=pass_fds,
                env={**os.environ, **(env or {})}, start_new_session=True,
                preexec_fn=lambda: kernel.child_setup(network_fd))
        self.pid = self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def signal(self, sig):
        if self.running():
            kill(self.pid, sig)

    def wait(self, seconds):
        """The exit status; negative: ended by that signal."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"still running after {seconds} s: {' '.join(self.argv)}") from None

    def stop(self, seconds=5):
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def tree(self):
        return [self.pid] + descendants(self.pid)

    def kill_tree(self):
        if self.running():
            pids = self.tree()
            for pid in pids:
                kill(pid)
            self.popen.wait(5)
            kill_all(pids)

    def log_text(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""


def run(argv, seconds=20, network_fd=None, status=0, env=None):
    """Runs a program to its end and returns the result; status None: any exit status will do."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=seconds, env={**os.environ, **(env or {})},
            preexec_fn=lambda: kernel.child_setup(network_fd), check=False)
    except subprocess.TimeoutExpired:
        raise Failure(f"still running after {seconds} s: {' '.join(argv)}") from None
    if status is not None and done.returncode != status:
        raise Failure(f"{' '.join(argv)}: status {done.returncode}, expected {status}\n"
                      f"{done.stdout}{done.stderr}")
    return done
