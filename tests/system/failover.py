#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two nodes serve one LAN: whatever happens to one of them, clients go on, no lease is lost, none
is doubled, nobody who holds one is refused. ROUNDS sets the number of kills (LESSOR_FULL=1: 50)."""

import os
import random
import signal
import statistics
import time

from lib import case, process
from lib.case import Skip, test
from lib.disk import fill
from lib.load import Load, check_kept
from lib.pair import Pair, details, in_sync, state, wait_equal, wait_state
from lib.station import Station
from lib.wait import check, equal, wait_for

RATE = int(os.environ.get("RATE", 1000))
CLIENTS = 20_000
KILLS = case.rounds(4, 50)
CLOCK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);
	if (id == CLOCK_REALTIME)
		t->tv_sec += SKEW;
	return rc;
}
"""
APART = 20 if case.full() else 4  # seconds


def load(lab, pair, seconds, name="load", *more):
    return Load(lab, pair.load[0], RATE, seconds, CLIENTS, "--timeout", "400", *more, name=name)


def gap_behind(acks, moment):
    """The longest time without an ACK that begins around this moment, or later."""
    times = sorted(ack.time for ack in acks if ack.time > moment - 1)
    return max((b - a for a, b in zip(times, times[1:])), default=float("inf"))


def flows(run, more=300):
    """Waits until so many more ACKs have come."""
    have = len(run.acks())
    wait_for(lambda: len(run.acks()) >= have + more, 10, "ACKs flow", pause=0.05)


def no_naks(pair):
    for one in pair.servers:
        equal(one.statistic("pkt4-nak-sent"), 0, "NAKs")


def ends(server):
    """When each lease ends, by the server's own clock."""
    return {a: l["cltt"] + l["valid-lft"] for a, l in server.leases().items() if l["state"] == 0}


def other_clock(lab, seconds):
    """A library that shifts the wall clock of the program that it is loaded into."""
    source, library = (os.path.join(lab.dir, name) for name in ("clock.c", "clock.so"))
    with open(source, "w", encoding="ascii") as f:
        f.write(CLOCK)
    process.run(["cc", "-shared", "-fPIC", f"-DSKEW={seconds}", "-o", library, source])
    return library


def no_double(acks):
    """Nobody was given what another one still held, by the clients' clock."""
    last = {}
    for ack in sorted(acks, key=lambda a: a.time):
        before = last.get(ack.address)
        check(before is None or before.mac == ack.mac or before.end <= ack.time,
              f"{ack.address} went to {ack.mac} while {before and before.mac} held it")
        last[ack.address] = ack


def one_active(pair, seconds=20):
    wait_for(lambda: sorted(map(str, map(state, pair.servers))) == ["active", "standby"], seconds,
             lambda: f"one is active: {[details(one) for one in pair.servers]}")


def ends_well(pair, run, seconds=10):
    """One serves again, nothing is lost or doubled, nobody was refused; tables equal in time."""
    one_active(pair)
    flows(run)
    run.stop()
    check_kept(run.acks(), wait_equal(pair, seconds))
    no_naks(pair)


@test("kill -9 of the active under load: the standby serves, the killed one comes back as standby",
      only="lessord", seconds=120 + 20 * KILLS)
def active_killed(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    gaps, acks = [], []
    for number in range(KILLS):
        active = next(one for one in pair.servers if state(one) == "active")
        other = pair.servers[1 - pair.servers.index(active)]
        run = load(lab, pair, 60, f"load{number}")
        flows(run, random.randrange(300, 1500))
        moment = time.time()
        active.kill()
        flows(run, 500)
        run.stop()
        acks += run.acks()
        gaps.append(gap_behind(run.acks(), moment))
        check_kept(acks, other.leases())
        equal(other.statistic("pkt4-nak-sent"), 0, "NAKs")
        active.start()
        one_active(pair)
        wait_equal(pair)
    lab.note = (f"{KILLS} rounds, longest gap {max(gaps):.2f} s, median "
                f"{statistics.median(gaps):.2f} s, {len(acks)} ACKs")
    check(max(gaps) <= 1.5, f"the longest gap is {max(gaps):.2f} s")


@test("host loss: all cables of the active are cut", only="lessord")
def host_lost(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    run = load(lab, pair, 60)
    flows(run)
    moment = time.time()
    pair.cut_clients(0)
    pair.cut(0)
    flows(run, 1000)
    gap = gap_behind(run.acks(), moment)
    pair.plug(0)
    pair.plug_clients(0)
    ends_well(pair, run)
    check(gap <= 2, f"{gap:.2f} s without an ACK")
    lab.note = f"longest gap {gap:.2f} s"


@test("the active loses only its clients' network: it hands over to the node that hears them",
      only="lessord")
def clients_lost(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    run = load(lab, pair, 60)
    flows(run)
    moment = time.time()
    pair.cut_clients(0)
    flows(run, 1000)
    gap = gap_behind(run.acks(), moment)
    in_sync(pair, active=1)
    pair.plug_clients(0)
    ends_well(pair, run)
    lab.note = f"longest gap {gap:.2f} s"


@test("the link is cut while both nodes hear the clients: both serve, nothing is lost or doubled",
      only="lessord", seconds=120)
def partition(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    run = load(lab, pair, 60)
    flows(run)
    pair.cut(0)
    for one in pair.servers:
        wait_state(one, "interrupted")
    before = [one.statistic("pkt4-ack-sent") for one in pair.servers]
    time.sleep(APART)
    for one, count in zip(pair.servers, before):
        check(one.statistic("pkt4-ack-sent") > count, "each node serves")
    pair.plug(0)
    healed = time.monotonic()
    ends_well(pair, run, 5)
    lab.note = f"{len(run.acks())} ACKs, one active {time.monotonic() - healed:.1f} s after"


@test("the active is stopped (SIGSTOP) and goes on later: it tells clients nothing stale",
      only="lessord", seconds=120)
def paused(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    run = load(lab, pair, 90)
    flows(run)
    moment = time.time()
    pids = list(pair.servers[0].process.tree())
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        wait_state(pair.servers[1], "interrupted")
        time.sleep(APART)
    finally:
        for pid in pids:
            process.kill(pid, signal.SIGCONT)
    ends_well(pair, run)
    lab.note = f"longest gap {gap_behind(run.acks(), moment):.2f} s"


@test("a link that flaps", only="lessord", seconds=120)
def flapping(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    run = load(lab, pair, 90)
    for _ in range(6):
        flows(run, 200)
        pair.cut(0)
        time.sleep(random.uniform(0.1, 2))
        pair.plug(0)
        time.sleep(random.uniform(0.1, 2))
    ends_well(pair, run)


@test("both are killed and come back in either order", only="lessord", seconds=120)
def both_killed(lab):
    pair = Pair(lab, shared=True)
    acks = []
    in_sync(pair)
    for number, order in enumerate(((0, 1), (1, 0))):
        run = load(lab, pair, 60, f"load{number}")
        flows(run, 800)
        for one in pair.servers:
            one.kill()
        run.stop()
        acks += run.acks()
        pair.servers[order[0]].start()
        time.sleep(3)
        pair.servers[order[1]].start()
        one_active(pair)
        check_kept(acks, wait_equal(pair))
    no_naks(pair)


@test("the standby's disk is full: the active goes on, and both are equal when there is room again",
      only="lessord", seconds=120)
def disk_full(lab):
    pair = Pair(lab, shared=True, start=False)
    active, standby = pair.servers
    disk = os.path.join(standby.dir, "disk")
    lab.small_disk(disk, 24 << 20)
    standby.state_dir = os.path.join(disk, "state")
    for one in pair.servers:
        one.start()
    in_sync(pair)
    run = load(lab, pair, 90)
    flows(run)
    filler = fill(disk)
    moment = time.time()
    wait_state(active, "interrupted", 30)
    flows(run, 1000)
    check("room" in standby.log(), "the standby says what it needs")
    gap = gap_behind(run.acks(), moment)
    os.unlink(filler)
    ends_well(pair, run)
    check(gap <= 1.5, f"{gap:.2f} s without an ACK")
    lab.note = f"longest gap {gap:.2f} s"


@test("clocks that differ by a minute: an alarm, service as usual, no lease is lost", only="lessord",
      seconds=90)
def skewed(lab):
    pair = Pair(lab, shared=True, start=False)
    active, standby = pair.servers
    if active.sanitized():
        raise Skip("a sanitizer wants to be the first library")
    standby.env = {"LD_PRELOAD": other_clock(lab, -60)}
    for one in pair.servers:
        one.start()
    in_sync(pair)
    run = load(lab, pair, 60)
    flows(run)
    wait_for(lambda: "clock-skew" in details(standby)["alarms"], 5, "the alarm")
    skew = details(active)["clock-skew-us"] / 1e6
    check(-61 < skew < -59, f"the standby's clock is {skew} s off")
    run.stop()
    times = ends(active)
    wait_for(lambda: set(ends(standby)) == set(times), 10, "the standby has all leases")
    off = [there - here for here, there in ((times[a], end) for a, end in ends(standby).items())]
    check(-60 <= min(off) and max(off) <= -57, f"ends differ by {min(off)} to {max(off)} s")
    active.kill()
    more = load(lab, pair, 60, "more")
    flows(more, 500)
    more.stop()
    no_double(run.acks() + more.acks())


@test("a planned hand-over under load loses no packet", only="lessord", seconds=90)
def handed_over(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    run = load(lab, pair, 8, "load", "--timeout", "1000")
    flows(run)
    pair.servers[0].ctl("ha", "handover")
    in_sync(pair, active=1)
    flows(run)
    pair.servers[1].ctl("ha", "handover")
    in_sync(pair)
    report = run.finish()
    equal(report["drops"], 0, "exchanges given up")
    check_kept(run.acks(), wait_equal(pair))
    no_naks(pair)


@test("a client keeps its address when the node that gave it is gone, and a new one gets one",
      only="lessord")
def one_client(lab):
    pair = Pair(lab, shared=True)
    in_sync(pair)
    port = lab.port(pair.load[0])
    client = Station(port, 1)
    client.lease()
    address = client.address
    pair.servers[0].kill()
    wait_state(pair.servers[1], "interrupted")
    equal(client.rebind().yiaddr, address, "rebinding")
    equal(client.reboot(address).yiaddr, address, "INIT-REBOOT")
    check(Station(port, 2).lease().yiaddr != "0.0.0.0", "a new client gets an address")


if __name__ == "__main__":
    case.main()
