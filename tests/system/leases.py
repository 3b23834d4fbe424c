#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How leases are given: BOOTP, lease times, answers without a write, offers, allocators."""

import time

from lib import case, dhcp
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal, wait_for

FOR_EVER = 0xffffffff


def bootp(client):
    """One exchange of RFC 951."""
    client.send(client.message(dhcp.DISCOVER, {dhcp.TYPE: None}))
    return client.answer()


@case.test("a BOOTP client gets a lease for ever and an answer without DHCP's options",
           only="lessord")
def bootp_lease(lab):
    one, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.11"), bootp=True,
                                  client_classes=[{"name": "old", "test": "member('BOOTP')",
                                                   "boot-file-name": "kernel"}]))
    client = Station(port, 1)
    reply = bootp(client)
    check(reply is not None, "no BOOTREPLY")
    equal((reply.op, reply.yiaddr), (2, "192.0.2.10"), "op and yiaddr")
    equal(reply.codes(), [dhcp.MASK, dhcp.ROUTERS], "options")
    equal(reply.file.rstrip(b"\0"), b"kernel", "boot file of the class")
    check(len(client.frame.payload) >= 300, f"only {len(client.frame.payload)} octets")
    equal(one.lease("192.0.2.10")["valid-lft"], FOR_EVER, "lease time")
    equal(bootp(client).yiaddr, "192.0.2.10", "the second time")
    equal(Station(port, 2).lease().yiaddr, "192.0.2.11", "address of a DHCP client")


@case.test("without bootp = true a BOOTP client gets no answer")
def bootp_off(lab):
    _, port = lab.simple(server())
    fence, client = Station(port, 2), Station(port, 1)
    fence.lease()
    client.send(client.message(dhcp.DISCOVER, {dhcp.TYPE: None}))
    client.silence(fence)


@case.test("an early renewal gets the time that is left, nothing is written", only="lessord")
def reused(lab):
    one, port = lab.simple(server(subnet(cache_threshold=0.5), valid_lifetime=1000))
    client, names = Station(port, 1), {dhcp.HOST_NAME: b"one"}
    address = client.lease(names).yiaddr
    begun = one.lease(address)["cltt"]
    wait_for(lambda: time.time() >= begun + 2, 5, "two seconds have passed")
    ack = client.renew(options=names)
    check(990 <= ack.number(dhcp.LEASE_TIME) <= 998, f"{ack.number(dhcp.LEASE_TIME)} s are left")
    equal(one.lease(address)["cltt"], begun, "time of the last write")
    for name in ("v4-lease-reuses", "subnet[1].v4-lease-reuses"):
        equal(one.statistic(name), 1, name)
    ack = client.renew(options={dhcp.HOST_NAME: b"two"})
    equal(ack.number(dhcp.LEASE_TIME), 1000, "lease time after a change of the name")
    equal(one.lease(address)["hostname"], "two", "name")
    check(one.lease(address)["cltt"] > begun, "a changed name is not written")
    equal(one.statistic("v4-lease-reuses"), 1, "reuses")


@case.test("a lease for ever: option 51 says so, without T1 and T2")
def for_ever(lab):
    one, port = lab.simple(server(subnet(), valid_lifetime=FOR_EVER, calculate_tee_times=True))
    client = Station(port, 1)
    for ack in (client.lease(), client.renew()):
        equal(ack.number(dhcp.LEASE_TIME), FOR_EVER, "lease time")
        check(not ack.has(dhcp.T1) and not ack.has(dhcp.T2), f"T1 or T2: {ack}")
    equal(one.lease(client.address)["valid-lft"], FOR_EVER, "lease time that is kept")


@case.test("offer-lifetime: an offered address is another client's once that is over", only="lessord")
def offer_lifetime(lab):
    _, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.10", offer_lifetime=2)))
    first, second = Station(port, 1), Station(port, 2)
    begun = time.monotonic()
    equal(first.discover().yiaddr, "192.0.2.10", "the only address")
    offer = wait_for(lambda: second.discover(expect=None, seconds=0.2), 8, "an offer to another")
    equal(offer.yiaddr, "192.0.2.10", "its address")
    check(time.monotonic() - begun >= 1, "it was not kept for the first one")


@case.test("allocator = \"random\": addresses do not follow one another", only="lessord")
def random_allocator(lab):
    _, port = lab.simple(server(subnet(allocator="random")))
    got = [int(Station(port, number).lease().yiaddr.rsplit(".", 1)[1]) for number in range(1, 9)]
    equal(len(set(got)), 8, "different addresses")
    check(any(b - a != 1 for a, b in zip(got, got[1:])), f"addresses in turn: {got}")
    check(got != sorted(got), f"ascending addresses: {got}")


if __name__ == "__main__":
    case.main()
