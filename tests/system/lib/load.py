# SPDX-License-Identifier: Apache-2.0
"""lessor-load in a test: load in the background, its report, and every lease it was told of."""

import dataclasses
import json
import os

from . import config
from .wait import Failure, check


@dataclasses.dataclass
class Ack:
    address: str
    mac: str
    time: float
    lease: int

    @property
    def end(self):
        return self.time + self.lease


class Load:
    """One run. Its report goes to standard output, which is a file of its own."""

    def __init__(self, lab, space, rate, seconds, clients, *more, name="load", ifname="eth0"):
        self.name = name
        self.leases_file = os.path.join(lab.dir, f"{name}.leases")
        argv = [lab.program("lessor-load"), "--lan", ifname, "-r", str(rate), "-d", str(seconds),
                "-n", str(clients), "--leases", self.leases_file, "--json", *more]
        self.report_start = 0
        self.process = space.start(*argv, log=name)

    def finish(self, seconds=30):
        """Waits for its end and returns the report."""
        return self._report(self.process.wait(seconds))

    def stop(self):
        """Ends it now and returns the report."""
        return self._report(self.process.stop(10))

    def _report(self, status):
        text = self.process.log_text()
        check(status in (0, 1, 4), f"lessor-load ended with status {status}: {text[-500:]}")
        try:
            report = json.loads(text[text.rindex("\n{\n") + 1 if "\n{\n" in text else 0:])
        except ValueError:
            raise Failure(f"lessor-load printed no report: {text[-500:]}") from None
        check(report["duplicates"] == 0, f"{report['duplicates']} addresses went to two clients")
        return report

    def acks(self):
        """Every ACK so far, oldest first; complete once the run has ended."""
        return read_acks(self.leases_file)


def busy_site(lab, workers=1):
    """A server with a pool for everybody, a host for the load, another one for probes."""
    lan, host, load, probe = (lab.lan(), lab.space("server"), lab.space("load"),
                              lab.space("probe"))
    lan.join(host, "eth0", "10.0.0.1/8")
    lan.join(load, "eth0")
    lan.join(probe, "eth0")
    more = {"workers": workers} if lab.kind == "lessord" else {}
    tree = config.server(config.subnet(1, "10.0.0.0/8", "10.0.1.0 - 10.3.255.255", None), **more)
    return lab.server(host, tree), load, lab.port(probe)


def read_acks(path):
    try:
        with open(path, encoding="ascii") as f:
            lines = f.read().split("\n")[:-1]  # the last one may be half a line
    except FileNotFoundError:
        return []
    return [Ack(a, m, float(t), int(l)) for a, m, t, l in (line.split() for line in lines)]


def check_kept(acks, leases):
    """Every acknowledged lease is in the table with its client and its time, none is doubled."""
    last = {}
    for ack in acks:
        before = last.get(ack.address)
        if before is not None and before.mac != ack.mac and before.end > ack.time:
            raise Failure(f"{ack.address} acknowledged to {ack.mac} while {before.mac} held it")
        last[ack.address] = ack
    missing = []
    for address, ack in last.items():
        lease = leases.get(address)
        if (lease is None or lease["hw-address"] != ack.mac or lease["state"] != 0
                or lease["cltt"] + lease["valid-lft"] < int(ack.end) - 1):
            missing.append((ack, lease))
    if missing:
        raise Failure(f"{len(missing)} of {len(last)} acknowledged leases are lost or changed, "
                      f"first: {missing[0][0]}, table: {missing[0][1]}")
    owners = {}
    for address, lease in leases.items():
        if lease["state"] == 0 and lease["hw-address"]:
            other = owners.setdefault(lease["hw-address"], address)
            check(other == address, f"{lease['hw-address']} has two leases: {other}, {address}")
    return len(last)
