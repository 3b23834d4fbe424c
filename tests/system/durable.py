#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a client was told stands: kill -9 of everything, or of a worker, at random moments under
load loses no lease and doubles none. ROUNDS sets the number of rounds (LESSOR_FULL=1: 20, 100)."""

import os
import random
import time

from lib import case, process
from lib.case import test
from lib.load import Load, busy_site, check_kept
from lib.station import Station
from lib.wait import check, equal, wait_for

RATE = int(os.environ.get("RATE", 2500))  # exchanges a second; 2,000 are promised
CLIENTS = 40_000
KILLS = case.rounds(3, 20)
WORKER_KILLS = case.rounds(4, 100)


def rate_of(acks):
    return (len(acks) - 1) / max(acks[-1].time - acks[0].time, 0.001) if len(acks) > 1 else 0


@test("kill -9 of the whole process tree under load: nothing is lost, nothing doubled",
      seconds=60 + 30 * KILLS)
def everything_killed(lab):
    one, host, _ = busy_site(lab)
    acks, rates = [], []
    for number in range(KILLS):
        load = Load(lab, host, RATE, 60, CLIENTS, "--seed", str(random.getrandbits(31)),
                    name=f"load{number}")
        start = one.statistic("pkt4-ack-sent")
        moment = random.uniform(RATE * 0.5, RATE * 2)
        wait_for(lambda: one.statistic("pkt4-ack-sent") - start >= moment, 30, "ACKs flow",
                 pause=random.uniform(0.001, 0.03))
        one.kill()
        load.stop()
        fresh = load.acks()
        check(len(fresh) >= moment * 0.9, f"{len(fresh)} ACKs, {moment} were sent")
        rates.append(rate_of(fresh))
        acks += fresh
        one.start(seconds=30)
        check_kept(acks, one.leases())
    kept = check_kept(acks, one.leases())
    lab.note = f"{KILLS} rounds at {min(rates):.0f} - {max(rates):.0f} exchanges/s, {kept} leases"
    if case.full():
        check(min(rates) >= 2000, f"only {min(rates):.0f} exchanges/s")


def serves(port, number, seconds=1.0):
    """Waits until a new client is offered an address; returns the seconds that took."""
    start = time.monotonic()
    client = Station(port, number)
    wait_for(lambda: client.discover(expect=None, seconds=0.04), seconds, "the service goes on")
    return time.monotonic() - start


@test("kill -9 of a worker under load: service goes on within 1 s, nothing is lost",
      only="lessord", seconds=120 + 8 * WORKER_KILLS)
def worker_killed(lab):
    one, host, port = busy_site(lab)
    one.children_die = True
    rest = {pid for pid, title in one.children().items() if "worker" not in title}
    load = Load(lab, host, RATE, 8 * WORKER_KILLS + 60, CLIENTS)
    gaps = []
    for number in range(WORKER_KILLS):
        start = one.statistic("pkt4-ack-sent")
        moment = random.randrange(1, RATE)
        wait_for(lambda: one.statistic("pkt4-ack-sent") - start >= moment, 10, "ACKs flow",
                 pause=random.uniform(0.001, 0.03))
        (worker,) = one.children("worker")
        process.kill(worker)
        gaps.append(serves(port, 1000 + number))
    report = load.stop()
    acks = load.acks()
    kept = check_kept(acks, one.leases())
    now = {pid for pid, title in one.children().items() if "worker" not in title}
    equal(now, rest, "the other processes")
    renewed(one, port, acks)
    lab.note = (f"{WORKER_KILLS} rounds at {rate_of(acks):.0f} exchanges/s, {kept} leases, "
                f"longest gap {max(gaps):.2f} s, {report['drops']} exchanges given up")


def renewed(one, port, acks):
    """A sample of the leases can be renewed by their clients."""
    for ack in random.sample(acks, min(200, len(acks))):
        mac = bytes.fromhex(ack.mac.replace(":", ""))
        client = Station(port, mac=mac, client_id=b"\x01" + mac)
        client.address, client.server = ack.address, "10.0.0.1"
        equal(client.renew().yiaddr, ack.address, f"renewal by {ack.mac}")


@test("kill -9 of store and control under load: clients do not notice", only="lessord",
      seconds=120)
def others_killed(lab):
    one, host, _ = busy_site(lab)
    one.children_die = True
    load = Load(lab, host, 1000, 6, CLIENTS)
    for role in ("store", "control", "store"):
        (victim,) = one.children(role)
        process.kill(victim)
        wait_for(lambda r=role, v=victim: one.children(r) and v not in one.children(r), 2,
                 f"a new {role}")
        wait_for(one.ready, 5, "the control channel answers")
    report = load.finish()
    equal(report["drops"], 0, "exchanges given up")
    check_kept(load.acks(), one.leases())


@test("a clean stop and start keep every lease and its time")
def restarted(lab):
    one, host, _ = busy_site(lab)
    load = Load(lab, host, 1000, 2, CLIENTS)
    load.finish()
    before = one.leases()
    one.stop()
    one.start(seconds=30)
    equal(one.leases(), before, "leases")
    lab.note = f"{check_kept(load.acks(), before)} leases"


if __name__ == "__main__":
    case.main()
