#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lessorctl selftest: passes on a server that leases, leaves nothing behind, and says what is wrong
with one that does not."""

import json
import os
import signal

from lib import case
from lib.case import test
from lib.config import server, subnet
from lib.disk import fill
from lib.load import Load, busy_site, check_kept
from lib.pair import Pair, in_sync, wait_state
from lib.station import Station
from lib.wait import check, equal, wait_for

MAC = "00:00:5e:00:53:67"
TESTS = case.rounds(10, 100)
DISK = 24 << 20


def passes(one, *more):
    shown = json.loads(one.ctl("--json", "selftest", *more).stdout)
    check(not any(lease["hw-address"] == MAC for lease in one.leases().values()),
          "no lease of the test client is left")
    return shown


def fails(one, *words, more=()):
    text = one.ctl("selftest", *more, status=1).stderr
    check(all(word in text for word in words), text)


@test("selftest: passes under load, again and again, and leaves no lease", only="lessord",
      seconds=60 + 2 * TESTS)
def under_load(lab):
    one, loader, _ = busy_site(lab, workers=2)
    load = Load(lab, loader, 1000, 60, 20_000)
    shown = [passes(one) for _ in range(TESTS)]
    report = load.stop()
    check(report["drops"] <= report["started"] / 100, f"exchanges given up: {report['drops']}")
    check_kept(load.acks(), one.leases())
    equal({(s["interface"], s["subnet-id"], s["standby"]) for s in shown}, {("eth0", 1, False)},
          "what was tested")
    lab.note = f"{TESTS} tests, a lease took {max(s['lease-us'] for s in shown) / 1000:.0f} ms at most"


@test("selftest: in udp mode; two at the same time", only="lessord", seconds=60)
def udp(lab):
    one, _ = lab.simple(server(socket_type="udp"))
    equal(passes(one)["ip-address"], "192.0.2.10", "address")
    argv = [lab.program("lessorctl"), "-s", one.socket, "selftest"]
    both = [one.space.start(*argv, log=f"test{n}") for n in range(2)]
    equal([p.wait(15) for p in both], [0, 0], "exit status of two at once")
    passes(one)


@test("selftest: says what is wrong: service off, subnets that are full or not for everybody",
      only="lessord", seconds=60)
def configured(lab):
    tree = server(subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.10"),
                  subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.20",
                         client_class="LAB"),
                  client_classes=[{"name": "LAB", "test": "option[77].hex == 'LAB'"}])
    one, port = lab.simple(tree)
    passes(one)
    fails(one, "DHCPDISCOVER", "was dropped", "not-for-us",
          more=("--subnet", "2"))
    fails(one, "id of a subnet", more=("--subnet", "3"))
    one.call("dhcp-disable")
    fails(one, "disabled")
    one.call("dhcp-enable")
    client = Station(port, 1)
    client.lease()
    # leases are counted once a second
    wait_for(lambda: "free address" in one.call("lessor-selftest", result=1)["text"], 5, "full")
    fails(one, "allocation-fail", more=("--subnet", "1"))
    client.release()
    wait_for(lambda: one.call("lessor-selftest", result=None)["result"] == 0, 5, "it passes again")
    one.call("lessor-selftest", {"subnet-id": "1"}, result=1)
    one.call("lessor-selftest", {"subnet-id": -1}, result=1)


@test("selftest: says what is wrong: a worker that hangs, no server", only="lessord", seconds=60)
def hanging(lab):
    one, _ = lab.simple()
    (worker,) = one.children("worker")
    os.kill(worker, signal.SIGSTOP)
    fails(one, "no worker answered a DHCPDISCOVER")
    os.kill(worker, signal.SIGCONT)
    passes(one)
    one.stop()
    fails(one, "is lessord running")


def is_leased(client):
    return client.select(client.discover(), expect=None, seconds=1.0) is not None


@test("selftest: says what is wrong: a lease that cannot be written", only="lessord", seconds=120)
def full_disk(lab):
    tree = server(subnet(1, "192.0.0.0/16", "192.0.3.0 - 192.0.40.255", None))
    one, port = lab.simple(tree, start=False)
    disk = os.path.join(one.dir, "disk")
    lab.small_disk(disk, DISK)
    one.state_dir = os.path.join(disk, "state")
    one.start()
    passes(one)
    filler = fill(disk)
    number = 0
    while number < 5000 and is_leased(Station(port, number + 1)):
        number += 1
    fails(one, "no answer to a DHCPREQUEST")
    os.truncate(filler, 1)
    passes(one)


@test("selftest: the active node of a pair passes, the standby says that it is one", only="lessord",
      seconds=90)
def pair(lab):
    two = Pair(lab)
    active, standby = two.servers
    in_sync(two)
    json_text = active.ctl("--json", "selftest").stdout
    equal(json.loads(json_text)["standby"], False, "the active")
    text = standby.ctl("selftest").stdout
    check("is a standby" in text, text)
    equal([lease["state"] for one in two.servers for lease in one.leases().values()
           if lease["hw-address"] == MAC and lease["state"] == 0], [], "leases of the test client")
    active.stop()
    wait_state(standby, "interrupted")
    standby.ctl("selftest")
    standby.stop()
    active.start(ready=True)


if __name__ == "__main__":
    case.main()
