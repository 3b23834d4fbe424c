#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A server bombarded with malformed packets neither crashes nor stops, and counts every one."""

import itertools
import os
import random

from lib import case, garbage
from lib.case import test
from lib.station import Station
from lib.wait import check, equal, wait_for

COUNT = int(os.environ.get("MALFORMED", 100_000))
WINDOW = 500  # sent before the server is asked how many it has seen: its queue must hold them
REASONS = ("pkt4-parse-failed", "pkt4-rfc-violation", "pkt4-not-for-us", "pkt4-admin-filtered",
           "pkt4-service-disabled", "pkt4-queue-full", "pkt4-duplicate",
           "pkt4-processing-failed", "pkt4-limit-exceeded")


def received(one, least):
    """Waits until the server has taken so many packets from its socket."""
    wait_for(lambda: one.statistic("pkt4-received") >= least, 20,
             lambda: f"{least} packets received; it counts {one.statistic('pkt4-received')}")


def children(one):
    return one.children() if one.kind == "lessord" else {}


@test(f"{COUNT} malformed packets: no crash, each is counted, the next client is served",
      seconds=300, only="lessord")
def counted(lab):
    one, port = lab.simple()
    before, family = one.statistics(), children(one)
    seed = random.getrandbits(32)
    kinds = {}
    supply = itertools.islice(garbage.source(seed), COUNT)
    sent = 0
    while batch := list(itertools.islice(supply, WINDOW)):
        for kind, frame in batch:
            port.send(frame)
            kinds[kind] = kinds.get(kind, 0) + 1
        sent += len(batch)
        received(one, sent)
        port.drain()
    equal(len(kinds), len(garbage.KINDS), "kinds sent")
    equal(children(one), family, f"processes afterwards (seed {seed})")
    Station(port).lease()
    after = one.statistics()
    lab.note = f"seed {seed}, " + ", ".join(
        f"{name} {after[name]}" for name in REASONS if after.get(name))
    equal(after["pkt4-received"] - before["pkt4-received"], sent + 2, "received")
    equal(after["pkt4-receive-drop"], sent, f"dropped (seed {seed})")
    equal(sum(after[name] for name in REASONS), sent, "sum of the reasons")
    equal(after["pkt4-sent"], 2, "answers sent")


@test("each kind of malformed packet is dropped for its reason", only="lessord")
def reasons(lab):
    one, port = lab.simple()
    rng = random.Random(1)
    violations = (garbage.unknown_message_type, garbage.server_id_in_discover,
                  garbage.no_identity, garbage.decline_of_nothing, garbage.servers_message)
    for number, kind in enumerate(garbage.KINDS, 1):
        before = one.statistics()
        port.send(kind(rng))
        received(one, number)
        after = one.statistics()
        moved = {name for name in REASONS if after[name] != before[name]}
        allowed = {"pkt4-rfc-violation"} if kind in violations else {"pkt4-parse-failed"}
        if kind is garbage.wrong_length:  # of option 54: both would be right
            allowed.add("pkt4-rfc-violation")
        check(len(moved) == 1 and moved <= allowed, f"counters of {kind.__name__}: {moved}")


@test("frames damaged below DHCP: no crash, the next client is served")
def junk(lab):
    one, port = lab.simple()
    family = children(one)
    seed = random.getrandbits(32)
    rng = random.Random(seed)
    for number in range(20_000):
        port.send(garbage.junk(rng))
        if number % WINDOW == 0:
            one.call("version-get")
            port.drain()
    wait_for(lambda: Station(port).discover(expect=None, seconds=0.5), 20,
             f"an answer afterwards (seed {seed})")
    Station(port, 2).lease()
    equal(children(one), family, f"processes afterwards (seed {seed})")
    check(one.process.running(), "the server has ended")


if __name__ == "__main__":
    case.main()
