# SPDX-License-Identifier: Apache-2.0
"""The server under test: lessord by its contract, or Kea to prove the laboratory itself."""

import json
import os
import re
import signal

from . import config, control, process
from .wait import Failure, check, equal, wait_for

_SANITIZER = re.compile(r"ERROR: \w+Sanitizer|: runtime error: |SUMMARY: \w+Sanitizer")


class Server:
    """One server in one namespace. Stays the same object over restarts."""

    kind = ""
    name = ""               # of the program, as its processes are called
    remembers = True        # whether a released or expired lease's client gets its address again

    def __init__(self, lab, space, tree, name="server"):
        self.lab, self.space, self.tree = lab, space, tree
        self.dir = os.path.join(lab.dir, name)
        self.process = None
        self.children_die = False  # set by tests that kill some
        self.wrapper = []          # a program, with its arguments, that runs the server
        self.options = []          # of the server, beyond the usual ones
        os.makedirs(self.dir)
        os.chmod(self.dir, 0o755)
        self.socket = os.path.join(self.dir, "run", "control.sock")
        self.file = os.path.join(self.dir, "server.conf")
        self.state_dir = os.path.join(self.dir, "state")
        self.run_dir = os.path.join(self.dir, "run")
        self.env = {}
        self.write(tree)

    def write(self, tree):
        """Writes the configuration file; a running server does not notice."""
        self.tree = tree
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(self.render(tree))

    def render(self, tree):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def start(self, ready=True, seconds=10, pass_fds=()):
        argv = self.command()
        self.process = self.space.start(*argv, env=self.env, log=os.path.basename(self.dir),
                                        pass_fds=pass_fds)
        if ready:
            wait_for(self.ready, seconds, f"{argv[0]} is ready")
        return self

    def ready(self):
        if not self.process.running():
            raise Failure(f"{self.name} ended with status {self.process.popen.returncode}")
        try:
            return self.call("status-get", result=None, seconds=2)["result"] == 0
        except (OSError, Failure):
            return False

    def stop(self, seconds=5):
        """SIGTERM; the exit status has to be 0."""
        equal(self.process.stop(seconds), 0, f"exit status of {self.name}")
        self.check_sane()

    def kill(self):
        """SIGKILL for the whole process tree at once."""
        self.process.kill_tree()

    def reload(self):
        self.process.signal(signal.SIGHUP)

    def check_sane(self):
        found = _SANITIZER.search(self.log())
        check(found is None, f"sanitizer report in the log of {self.name}")
        check(self.children_die or "CHILD_DIED" not in self.log(), "a child died by itself")

    def log(self):
        return self.process.log_text() if self.process else ""

    def call(self, command, arguments=None, result=0, seconds=15.0):
        return control.call(self.socket, command, arguments, result, seconds)

    def leases(self):
        """All leases as the control channel tells them, by address."""
        answer = self.call("lease4-get-all", result=(0, 3), seconds=60)
        return {lease["ip-address"]: lease for lease in answer["arguments"]["leases"]}

    def lease(self, address):
        """The lease of an address, or None."""
        answer = self.call("lease4-get", {"ip-address": address}, (0, 3))
        return answer.get("arguments") if answer["result"] == 0 else None

    def holds(self, address):
        """Whether the address is leased now."""
        lease = self.lease(address)
        return lease is not None and lease["state"] == 0 and lease["valid-lft"] > 0

    def statistics(self):
        found = self.call("statistic-get-all")["arguments"]
        return {name: samples[0][0] for name, samples in found.items()}

    def statistic(self, name):
        return self.call("statistic-get", {"name": name})["arguments"].get(name, [[0]])[0][0]


class Lessord(Server):
    kind, name = "lessord", "lessord"

    def render(self, tree):
        return config.libconfig(tree)

    def command(self, *more):
        return [*self.wrapper, self.lab.program("lessord"), "-f", "-c", self.file, "--state-dir", self.state_dir,
                "--run-dir", self.run_dir, *self.options, *more]

    def import_kea(self, dhcp4):
        """Starts with what the import makes of a map Dhcp4 of Kea's."""
        kea = os.path.join(self.dir, "kea.json")
        with open(kea, "w", encoding="utf-8") as f:
            json.dump({"Dhcp4": {"interfaces-config": {"interfaces": ["eth0"]}, **dhcp4}}, f)
        self.ctl("import", "kea", kea, "-o", self.file)
        return self.start()

    def refused(self, tree):
        """What lessord -t says to a configuration that it has to refuse."""
        self.write(tree)
        return self.space.run(*self.command("-t"), status=1).stderr

    def children(self, role=""):
        """pid -> title of the children whose title names this role ('worker', 'store'...)."""
        titles = {pid: process.title(pid) for pid in process.descendants(self.process.pid)}
        return {pid: title for pid, title in titles.items() if role in title}

    def sanitized(self):
        """Whether this is a build with sanitizers, which keep freed memory for a while."""
        with open(self.lab.program("lessord"), "rb") as f:
            return b"__asan_init" in f.read()

    def ctl(self, *argv, status=0):
        return self.space.run(self.lab.program("lessorctl"), "-s", self.socket, *argv,
                              status=status)


def _without_news(tree):
    """The configuration without what Kea 2.2 does not know."""
    if isinstance(tree, dict):
        return {name: _without_news(value) for name, value in tree.items()
                if name != "offer-hold-time"}
    if isinstance(tree, list):
        return [_without_news(v) for v in tree if not (isinstance(v, dict) and "never-send" in v)]
    return tree


class Kea(Server):
    """Debian's kea-dhcp4. What it does otherwise than lessord, the tests that care ask by kind."""
    kind, name = "kea", "kea-dhcp4"
    remembers = False

    def __init__(self, lab, space, tree, name="server"):
        super().__init__(lab, space, tree, name)
        os.makedirs(self.run_dir)
        os.makedirs(self.state_dir)
        self.env = {"KEA_LOCKFILE_DIR": self.run_dir, "KEA_PIDFILE_DIR": self.run_dir}

    def render(self, tree):
        tree = _without_news(tree)
        hooks = [{"library": "/usr/lib/x86_64-linux-gnu/kea/hooks/libdhcp_lease_cmds.so"}]
        return json.dumps({"Dhcp4": {
            **tree, "hooks-libraries": hooks, "multi-threading": {"enable-multi-threading": False},
            "control-socket": {"socket-type": "unix", "socket-name": self.socket},
            "lease-database": {"type": "memfile", "persist": True,
                               "name": os.path.join(self.state_dir, "leases.csv")},
            "loggers": [{"name": "kea-dhcp4", "severity": "WARN",
                         "output_options": [{"output": "stderr"}]}]}})

    def command(self, *more):
        return ["kea-dhcp4", "-c", self.file, *more]


KINDS = {cls.kind: cls for cls in (Lessord, Kea)}
