#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A backup that is taken while clients come and go: everything acknowledged before it is in it,
and a server starts with it."""

import json
import os
import shutil
import stat
import time

from lib import case
from lib.case import test
from lib.config import server, subnet
from lib.load import Load
from lib.station import Station
from lib.wait import check, equal, wait_for

RATE, CLIENTS = 2000, 20_000
BACKUPS = case.rounds(3, 20)


def tree():
    return server(subnet(1, "10.0.0.0/8", "10.0.1.0 - 10.3.255.255", None))


def site(lab, name, more=()):
    """A server of its own network, and the hosts that join it."""
    lan, host = lab.lan(f"lan-{name}"), lab.space(name)
    lan.join(host, "eth0", "10.0.0.1/8")
    spaces = []
    for other in more:
        spaces.append(lab.space(f"{name}-{other}"))
        lan.join(spaces[-1], "eth0")
    return host, spaces


def restore(one, backup, like):
    """The backup as the lease database of a server that was never started; like: whose files it
    has to be like."""
    target = os.path.join(one.state_dir, "leases", "data.mdb")
    owner = os.stat(os.path.join(like.state_dir, "leases", "data.mdb"))
    os.makedirs(os.path.dirname(target), mode=0o750)
    shutil.copyfile(backup, target)
    for path in (one.state_dir, os.path.dirname(target), target):
        os.chown(path, owner.st_uid, owner.st_gid)
    return one


def older(kept, live):
    """Whether a lease of the backup is what the live one was once."""
    return (live is not None and live["cltt"] >= kept["cltt"] and
            (live["hw-address"] == kept["hw-address"] or live["cltt"] > kept["cltt"]))


@test("backup under load: all that was acknowledged before is in it, a server starts with it",
      only="lessord", seconds=60 + 10 * BACKUPS)
def under_load(lab):
    host, (loader,) = site(lab, "first", ["load"])
    one = lab.server(host, tree())
    load = Load(lab, loader, RATE, 3 * BACKUPS + 30, CLIENTS)
    wait_for(lambda: one.statistic("pkt4-ack-sent") > RATE, 20, "the load runs")
    backups = []
    for number in range(BACKUPS):
        path = os.path.join(lab.dir, f"backup{number}")
        # the store carries and trims all the time
        hurry = host.start("sh", "-c", f"while :; do {lab.program('lessorctl')} -s {one.socket} "
                           "history 10.0.1.0; done >/dev/null 2>&1", log=f"hurry{number}")
        begun = time.time()
        try:
            shown = json.loads(one.ctl("--json", "backup", path).stdout)
        finally:
            hurry.kill_tree()
        backups.append((path, begun, shown))
    load.stop()
    acks, live = load.acks(), one.leases()
    equal({name for name in os.listdir(lab.dir) if name.startswith("backup")},
          {f"backup{n}" for n in range(BACKUPS)}, "what is left behind")
    for number, (path, begun, shown) in enumerate(backups):
        check_restored(lab, one, number, path, shown, [a for a in acks if a.time < begun], live)
    lab.note = f"{len(live)} leases, {BACKUPS} backups"


def check_restored(lab, one, number, path, shown, acks, live):
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o640, "mode of the backup")
    host, (probe,) = site(lab, f"again{number}", ["probe"])
    two = restore(lab.server(host, tree(), f"again{number}", start=False), path, one).start()
    leases = two.leases()
    equal(len(leases), shown["leases"], "leases of the backup")
    equal(two.call("status-get")["arguments"]["lessor"]["journal"],
          {"committed": shown["position"], "applied": shown["position"]}, "its position")
    last = {}
    for ack in acks:
        last[ack.address] = ack
    lost = [a for a in last.values() if a.address not in leases or
            leases[a.address]["cltt"] < int(a.time) - 1]
    check(last and not lost, f"{len(lost)} of {len(last)} leases are not in the backup")
    odd = [kept for address, kept in leases.items() if not older(kept, live.get(address))]
    check(not odd, f"{len(odd)} leases that the first server never had: {odd[:1]}")
    client = Station(lab.port(probe), 1)
    address = client.lease().yiaddr
    two.kill()
    two.start()
    check(two.holds(address), "a new lease outlives a kill")
    equal(len(two.leases()), len(leases) + (address not in leases), "leases after the kill")
    two.stop()


@test("backup: reservations made by command are in it; a file that cannot be made is an error",
      only="lessord", seconds=60)
def small(lab):
    one, port = lab.simple()
    address = Station(port, 1).lease().yiaddr
    one.call("reservation-add", {"reservation": {
        "subnet-id": 1, "hw-address": "02:00:00:00:00:99", "ip-address": "192.0.2.99"}})
    path = os.path.join(lab.dir, "copy")
    check("1 leases" in one.ctl("backup", path).stdout, "it says how many")
    one.ctl("backup", path)  # over the one before
    check("no-such-place" in one.ctl("backup", "/no-such-place/b", status=1).stderr, "no folder")
    check("no regular file" in one.ctl("backup", lab.dir, status=1).stderr, "a folder")
    one.stop()
    two = restore(lab.server(one.space, one.tree, "again", start=False), path, one).start()
    check(two.holds(address), "the lease")
    found = two.call("reservation-get-all", {"subnet-id": 1})["arguments"]["hosts"]
    equal([h["ip-address"] for h in found], ["192.0.2.99"], "reservations")
    two.stop()
    # beside the journal of another database it is not a database
    shutil.copyfile(path, os.path.join(one.state_dir, "leases", "data.mdb"))
    one.children_die = True
    one.start(ready=False)
    equal(one.process.wait(10), 3, "exit status with a journal that is not its own")
    check("belongs to another one" in one.log(), "it says why")


@test("lessor-backup: what a client asks for wrongly is an error", only="lessord", seconds=30)
def hostile(lab):
    one, _ = lab.simple()
    first = one.call("lessor-backup")["arguments"]
    for wrong in ({}, {"part": "leases"}, {"part": "end", "from": "", "position": 0},
                  {"part": "leases", "from": 7, "position": 0},
                  {"part": "leases", "from": "0.0.0.0", "position": -1},
                  {"part": "changes", "from": "x" * 600, "position": first["position"]},
                  {"part": "changes", "from": "77", "position": first["position"]},
                  {"part": "leases", "from": "0.0.0.0", "position": 12345},
                  {"part": "leases", "from": "x", "position": first["position"]},
                  {"part": "reservations", "from": "x", "position": first["position"]}):
        one.call("lessor-backup", wrong, result=1)
    del first["entries"]
    one.call("lessor-backup", first)
    one.call("lessor-backup")
    one.call("lessor-backup", {**first, "position": first["position"] + 1}, result=1)


if __name__ == "__main__":
    case.main()
