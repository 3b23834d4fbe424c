# SPDX-License-Identifier: Apache-2.0
"""The runner of one file of tests: each test gets a laboratory of its own, which is cleaned up
whatever happens, and prints one line PASS, FAIL or SKIP.

    python3 tests/system/FILE.py [-l] [-k WORD] [--server lessord|kea] [--build DIR] [--keep]
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback

from . import config, kernel, net, process, server, station, wire
from .wait import Failure, Skip

_tests = []
_options = None

# What the unmodified clients would write to, were it not covered for this process.
_COVERED = ("/run", "/var/lib/dhcp", "/var/lib/dhcpcd", "/var/lib/lessor")


def test(promise, only=None, seconds=90):
    """Registers a function of one argument, the laboratory. only: the kind of server it needs."""
    def register(function):
        _tests.append((promise, function, only, seconds))
        return function
    return register


def full():
    """Whether the long form of the tests is wanted (LESSOR_FULL=1)."""
    return os.environ.get("LESSOR_FULL", "0") not in ("", "0")


def rounds(few, many):
    """How often to repeat what is left to chance: ROUNDS, else few, or many in the full run."""
    return int(os.environ.get("ROUNDS", many if full() else few))


class Lab:
    """Everything that one test makes; close() ends it in reverse order."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="lessor-", dir=_options.tmp)
        os.chmod(self.dir, 0o755)
        self.kind = _options.server
        self.spaces, self.processes, self.ports, self.servers = [], [], [], []
        self.mounts = []
        self.note = ""  # a figure to print beside the result

    def space(self, name):
        self.spaces.append(net.Space(self, name))
        return self.spaces[-1]

    def lan(self, name="lan"):
        return net.Lan(self, name)

    def track(self, proc):
        self.processes.append(proc)
        return proc

    def small_disk(self, folder, size):
        """Makes the folder a file system of its own, of so many octets."""
        os.makedirs(folder, exist_ok=True)
        kernel.mount_tmpfs(folder, f"mode=0755,size={size}")
        self.mounts.append(folder)

    def program(self, name):
        path = os.path.join(_options.build, name)
        if not os.access(path, os.X_OK):
            raise Failure(f"{path} is not there: build it, or name another folder with --build")
        return path

    def server(self, space, tree=None, name="server", start=True):
        made = server.KINDS[self.kind](self, space, tree or config.server(), name)
        self.servers.append(made)
        return made.start() if start else made

    def port(self, space, ifname="eth0"):
        self.ports.append(wire.Port(space, ifname))
        return self.ports[-1]

    def simple(self, tree=None, start=True):
        """A server at 192.0.2.1 and a link with crafted clients; returns server and port."""
        lan, host, clients = self.lan(), self.space("server"), self.space("clients")
        lan.join(host, "eth0", "192.0.2.1/24")
        lan.join(clients, "eth0")
        return self.server(host, tree, start=start), self.port(clients)

    def fence(self, port):
        """A client with a lease, for Station.silence()."""
        made = station.Station(port, 0xfe0000)
        made.lease()
        return made

    def check_servers(self):
        """After a test that went well: a server still running has to stop as it should."""
        for one in self.servers:
            if one.process is not None and one.process.running():
                one.stop()
            one.check_sane()

    def logs(self):
        for name in sorted(os.listdir(self.dir)):
            if name.endswith(".log"):
                with open(os.path.join(self.dir, name), encoding="utf-8", errors="replace") as f:
                    lines = f.read().splitlines()
                print(f"    --- {name}, last {min(len(lines), 30)} of {len(lines)} lines")
                print("".join(f"    {line[:240]}\n" for line in lines[-30:]), end="")

    def close(self):
        for proc in reversed(self.processes):
            proc.kill_tree()
        process.reap_orphans()
        for port in self.ports:
            port.close()
        for space in self.spaces:
            space.close()
        for folder in self.mounts:
            kernel.unmount(folder)
        if _options.keep:
            print(f"    kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


def _too_long(_signal, _frame):
    raise Failure("the test as a whole took too long")


def _ended(number, _frame):
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _run(function, seconds):
    """Returns the result's word and a remark."""
    lab = Lab()
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(seconds)
    try:
        function(lab)
        lab.check_servers()
        return "PASS", lab.note
    except Skip as reason:
        return "SKIP", str(reason)
    except Exception as error:  # whatever it is, the next test is to run
        signal.alarm(0)
        where = traceback.extract_tb(error.__traceback__)
        place = next((f for f in reversed(where) if "/lib/" not in f.filename), where[-1])
        print(f"    {os.path.basename(place.filename)}:{place.lineno}: "
              f"{type(error).__name__}: {error}")
        if not isinstance(error, Failure):
            traceback.print_exc(file=sys.stdout)
        lab.logs()
        return "FAIL", str(error).partition("\n")[0]
    finally:
        signal.alarm(0)
        lab.close()


def _cover(folder):
    """Nothing that a client writes, the name servers first of all, gets out of this process."""
    kernel.private_mounts()
    kernel.adopt_orphans()
    if os.path.exists("/etc/resolv.conf"):
        path = os.path.join(folder, "resolv.conf")
        with open(path, "w", encoding="ascii"):
            pass
        kernel.mount_bind(path, os.path.realpath("/etc/resolv.conf"))
    for path in _COVERED:
        if os.path.isdir(path):
            kernel.mount_tmpfs(path)


def _arguments(name):
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0]))))
    parser = argparse.ArgumentParser(description=f"System tests: {name}")
    parser.add_argument("-l", "--list", action="store_true", help="list the tests")
    parser.add_argument("-k", metavar="WORD", help="only tests whose promise has this in it")
    parser.add_argument("--server", choices=server.KINDS,
                        default=os.environ.get("LESSOR_SERVER", "lessord"))
    parser.add_argument("--build", default=os.environ.get("LESSOR_BUILD",
                                                          os.path.join(top, "build")))
    parser.add_argument("--tmp", default=tempfile.gettempdir(), help="where to make folders")
    parser.add_argument("--keep", action="store_true", help="keep the folders with the logs")
    return parser.parse_args()


def main():
    """Runs the tests of the calling file; the last line of each is its result."""
    global _options
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    _options = _arguments(name)
    _options.build = os.path.abspath(_options.build)
    chosen = [t for t in _tests if _options.k is None or _options.k in t[0]]
    if _options.list:
        print("\n".join(t[0] for t in chosen))
        return
    if os.geteuid() != 0:
        sys.exit("namespaces and raw sockets need root")
    sys.stdout.reconfigure(line_buffering=True)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _ended)
    random.seed(os.environ.get("SEED") or None)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="lessor-", dir=_options.tmp) as folder:
        _cover(folder)
        for promise, function, only, seconds in chosen:
            start = time.monotonic()
            if only not in (None, _options.server):
                word, remark = "SKIP", f"not for {_options.server}"
            else:
                word, remark = _run(function, seconds)
            failed += word == "FAIL"
            print(f"{word} {name}: {promise} ({time.monotonic() - start:.1f} s)"
                  + (f": {remark}" if remark else ""))
    sys.exit(failed > 0)
