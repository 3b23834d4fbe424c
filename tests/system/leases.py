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


if __name__ == "__main__":
    case.main()
