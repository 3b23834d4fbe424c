#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The whole server under valgrind: no invalid access, nothing lost, per packet or at the end."""

import glob
import itertools
import os
import re
import shutil

from lib import case, garbage
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import Skip, check, wait_for

CLIENTS = 60
BAD = re.compile(r"Invalid |uninitialised|(definitely|indirectly) lost: [1-9]|"
                 r"ERROR SUMMARY: [1-9]")


def reports(folder):
    """What valgrind wrote, by process."""
    found = {}
    for name in glob.glob(os.path.join(folder, "memcheck.*")):
        with open(name, encoding="utf-8", errors="replace") as f:
            found[name] = f.read()
    return found


def ended(folder):
    return [text for text in reports(folder).values() if "ERROR SUMMARY" in text]


@test("valgrind: leases, renewals, releases, garbage, commands, a reload: nothing to report",
      only="lessord")
def memcheck(lab):
    if shutil.which("valgrind") is None:
        raise Skip("valgrind is not installed")
    tree = server(subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.250"))
    one, port = lab.simple(tree, start=False)
    one.wrapper = ["valgrind", "-q", "-v", "--leak-check=full", "--errors-for-leak-kinds=definite",
                   f"--log-file={lab.dir}/memcheck.%p"]
    one.options = ["--no-sandbox"]  # valgrind makes system calls of its own
    one.children_die = True         # slow as they are some are killed at the end
    one.start(seconds=60)
    clients = [Station(port, number) for number in range(1, CLIENTS)]
    for client in clients:
        client.lease()
    for client in clients[:20]:
        client.renew()
    for client in clients[:10]:
        client.release()
    for _, frame in itertools.islice(garbage.source(7), 300):
        port.send(frame)
    one.leases()
    one.statistics()
    before = len(ended(lab.dir))
    one.reload()
    # loader and the first worker, store and control have ended by themselves
    wait_for(lambda: len(ended(lab.dir)) >= before + 3, 60, "the first generation has ended")
    clients[30].renew()
    one.process.stop(60)
    for name, text in reports(lab.dir).items():
        found = BAD.search(text)
        check(found is None, f"{name}: {found and text[found.start():found.start() + 800]}")
    lab.note = f"{len(ended(lab.dir))} processes"


if __name__ == "__main__":
    case.main()
