#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""RFC 2131 on the wire: what a client in each state gets, with crafted messages on one link."""

import time

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.dhcp import ip
from lib.station import Station
from lib.wait import check, clock_reaches, equal, wait_for

POOL = dhcp.address_range("192.0.2.10", 191)


def answer_headers(client, reply):
    """What holds for every answer to a direct client."""
    sent = client.sent
    equal((reply.op, reply.htype, reply.hlen, reply.hops), (2, 1, 6, 0), "fixed header")
    equal((reply.xid, reply.chaddr, reply.flags), (sent.xid, sent.chaddr, sent.flags), "echoed")
    equal(client.frame.src_port, 67, "source port")
    check(client.frame.checksums_right(), "UDP checksum is wrong")


@test("SELECTING: DISCOVER, OFFER, REQUEST, ACK")
def selecting(lab):
    server_, port = lab.simple()
    client = Station(port)
    offer = client.discover()
    answer_headers(client, offer)
    check(offer.yiaddr in POOL, f"offered {offer.yiaddr}, not of the pool")
    equal(offer.number(dhcp.LEASE_TIME), 3600, "lease time")
    equal(offer.address(dhcp.SERVER_ID), "192.0.2.1", "server identifier")
    equal(offer.address(dhcp.MASK), "255.255.255.0", "subnet mask")
    check(not server_.holds(offer.yiaddr), "an offer is no lease")
    ack = client.select(offer)
    answer_headers(client, ack)
    equal(ack.yiaddr, offer.yiaddr, "address acknowledged")
    equal(ack.number(dhcp.LEASE_TIME), 3600, "lease time")
    check(server_.holds(ack.yiaddr), "no lease after the ACK")
    equal(client.discover().yiaddr, ack.yiaddr, "address offered to the holder of a lease")


@test("SELECTING: a REQUEST for another client's address gets a NAK")
def selecting_taken(lab):
    _, port = lab.simple()
    first, second = Station(port, 1), Station(port, 2)
    ack = first.lease()
    offer = second.discover()
    second.request({dhcp.ADDRESS: ip(ack.yiaddr), dhcp.SERVER_ID: offer.get(dhcp.SERVER_ID)},
                   expect=dhcp.NAK)
    equal(second.select(offer).yiaddr, offer.yiaddr, "address after the NAK")


@test("INIT-REBOOT: the right address gets an ACK")
def reboot_right(lab):
    _, port = lab.simple()
    client = Station(port)
    ack = client.lease()
    equal(client.reboot(ack.yiaddr).yiaddr, ack.yiaddr, "address")


@test("INIT-REBOOT: a wrong address gets a NAK, broadcast")
def reboot_wrong(lab):
    _, port = lab.simple()
    client = Station(port)
    client.lease()
    nak = client.reboot("198.51.100.77", expect=dhcp.NAK)
    answer_headers(client, nak)
    check(client.to_all(), f"the NAK was not broadcast: {client.frame}")
    equal((nak.yiaddr, nak.ciaddr), ("0.0.0.0", "0.0.0.0"), "addresses in the NAK")
    equal(nak.address(dhcp.SERVER_ID), "192.0.2.1", "server identifier")
    check(not nak.has(dhcp.LEASE_TIME), "a NAK carries no lease time")


@test("INIT-REBOOT: a client unknown here gets no answer")
def reboot_unknown(lab):
    _, port = lab.simple()
    fence, client = lab.fence(port), Station(port)
    client.send(client.message(dhcp.REQUEST, {dhcp.ADDRESS: ip("192.0.2.99")}))
    client.silence(fence)


@test("INIT-REBOOT: a client unknown here gets a NAK where the server is authoritative")
def reboot_authoritative(lab):
    _, port = lab.simple(server(authoritative=True))
    Station(port).reboot("192.0.2.99", expect=dhcp.NAK)


@test("RENEWING: unicast, answered by unicast to ciaddr")
def renewing(lab):
    server_, port = lab.simple()
    client = Station(port)
    address = client.lease().yiaddr
    before = server_.lease(address)["cltt"]
    clock_reaches(before + 1.1, 3)
    ack = client.renew()
    equal((ack.yiaddr, ack.ciaddr), (address, address), "yiaddr and ciaddr")
    equal((client.frame.dst_mac, client.frame.dst_ip, client.frame.dst_port),
          (client.mac, address, 68), "destination")
    check(server_.lease(address)["cltt"] > before, "the lease was not prolonged")


@test("REBINDING: broadcast, answered by unicast to ciaddr")
def rebinding(lab):
    _, port = lab.simple()
    client = Station(port)
    address = client.lease().yiaddr
    ack = client.rebind()
    equal(ack.yiaddr, address, "address")
    equal((client.frame.dst_mac, client.frame.dst_ip), (client.mac, address), "destination")


@test("REQUEST that names another server gets no answer and takes no lease")
def other_server(lab):
    server_, port = lab.simple()
    fence, client = lab.fence(port), Station(port)
    offer = client.discover()
    client.send(client.message(dhcp.REQUEST, {dhcp.ADDRESS: ip(offer.yiaddr),
                                              dhcp.SERVER_ID: ip("192.0.2.3")}))
    client.silence(fence)
    check(not server_.holds(offer.yiaddr), "the client chose another server")
    equal(server_.statistic("pkt4-receive-drop"), 1, "pkt4-receive-drop")
    if server_.kind == "lessord":
        equal(server_.statistic("pkt4-not-for-us"), 1, "pkt4-not-for-us")


@test("DECLINE: the address rests, the client gets another")
def decline(lab):
    server_, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.13")))
    fence, client, other = lab.fence(port), Station(port, 1), Station(port, 2)
    address = client.lease().yiaddr
    client.decline()
    client.silence(fence)
    lease = server_.lease(address)
    equal((lease["state"], lease["hw-address"]), (1, ""), "state and client of what was declined")
    second = client.lease().yiaddr
    check(second != address, "the declined address was given again")
    check(other.lease({dhcp.ADDRESS: ip(address)}).yiaddr != address,
          "the declined address was given to another client")
    wait_for(lambda: server_.statistic("declined-addresses") == 1, 3, "declined-addresses is 1")


@test("DECLINE of another client's address changes nothing")
def decline_foreign(lab):
    server_, port = lab.simple()
    fence, thief = lab.fence(port), Station(port, 2)
    thief.lease()
    thief.address = fence.address
    thief.decline()
    thief.silence(fence)
    check(server_.holds(fence.address), "a client declined another one's address")


@test("RELEASE: the lease ends; the client gets the address back")
def release(lab):
    server_, port = lab.simple()
    fence, client = lab.fence(port), Station(port)
    address = client.lease().yiaddr
    client.release()
    client.silence(fence)
    check(not server_.holds(address), "still leased after the RELEASE")
    again = client.lease().yiaddr
    if server_.remembers:
        equal(again, address, "address of a client that comes back")


@test("RELEASE: by another client, or with another ciaddr, changes nothing")
def release_foreign(lab):
    server_, port = lab.simple()
    fence, thief = lab.fence(port), Station(port, 2)
    own = thief.lease().yiaddr
    thief.release(ciaddr=fence.address)
    thief.silence(fence)
    check(server_.holds(fence.address) and server_.holds(own), "a lease was released")


@test("RELEASE: the address is free for others")
def release_free(lab):
    _, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.11")))
    fence, client, other = lab.fence(port), Station(port, 1), Station(port, 2)
    address = client.lease().yiaddr
    other.discover(expect=None, seconds=0)
    other.silence(fence)
    client.release()
    wait_for(lambda: other.discover(expect=None, seconds=0.5), 5, "the address is free again")
    equal(other.lease().yiaddr, address, "address given")


@test("INFORM: an ACK to ciaddr, without yiaddr and lease time")
def inform(lab):
    server_, port = lab.simple()
    client = Station(port)
    port.owns["192.0.2.250"] = client.mac
    client.send(client.message(dhcp.INFORM, ciaddr="192.0.2.250", wanted=[dhcp.ROUTERS]),
                src_ip="192.0.2.250")
    ack = client.answer()
    check(ack is not None and ack.type == dhcp.ACK, f"no ACK: {ack}")
    equal((ack.yiaddr, ack.ciaddr), ("0.0.0.0", "192.0.2.250"), "yiaddr and ciaddr")
    check(not ack.has(dhcp.LEASE_TIME), "an INFORM is no lease")
    equal(ack.address(dhcp.ROUTERS), "192.0.2.1", "routers")
    equal((client.frame.dst_ip, client.frame.dst_mac), ("192.0.2.250", client.mac), "destination")
    check(server_.lease("192.0.2.250") is None, "a lease was stored")


@test("answers without an address: broadcast flag, or unicast to yiaddr at chaddr")
def destinations(lab):
    _, port = lab.simple()
    one, two = Station(port, 1), Station(port, 2)
    for expect in ("OFFER", "ACK"):
        if expect == "OFFER":
            plain, flagged = one.discover(), two.discover(flags=dhcp.BROADCAST)
        else:
            plain, flagged = one.select(plain), two.select(flagged, flags=dhcp.BROADCAST)
        equal((one.frame.dst_mac, one.frame.dst_ip, one.frame.dst_port),
              (one.mac, plain.yiaddr, 68), f"{expect} without the flag")
        check(two.to_all() and two.frame.dst_port == 68, f"{expect} with the flag: {two.frame}")
        equal(flagged.flags, dhcp.BROADCAST, "flags echoed")
        equal(one.frame.src_ip, "192.0.2.1", "source")


@test("two clients are never offered the same address at once")
def offers_differ(lab):
    _, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.59")))
    clients = [Station(port, i) for i in range(1, 51)]
    for client in clients:
        client.send(client.message(dhcp.DISCOVER))
    offered = {}
    for _, reply in port.replies(2.0):
        if reply.type == dhcp.OFFER:
            check(reply.yiaddr not in offered.values(), f"{reply.yiaddr} was offered twice")
            offered[reply.xid] = reply.yiaddr
        if len(offered) == len(clients):
            break
    equal(len(offered), len(clients), "clients with an offer")


@test("a client twice in a batch gets one address, one lease", only="lessord")
def twice(lab):
    server_, port = lab.simple()
    client = Station(port)
    sent = [client.message(dhcp.DISCOVER) for _ in range(2)]
    sent.append(sent[1])
    for message in sent:
        client.send(message)
    offers = [reply for _, reply in _take(port, 2, 2.0)]
    equal(len({offer.yiaddr for offer in offers}), 1, "addresses offered to one client")
    wanted = {dhcp.ADDRESS: ip(offers[0].yiaddr), dhcp.SERVER_ID: offers[0].get(dhcp.SERVER_ID)}
    for _ in range(2):
        client.send(client.message(dhcp.REQUEST, wanted))
    replies = [reply for _, reply in _take(port, 1, 2.0, dhcp.ACK)]
    equal({reply.yiaddr for reply in replies}, {offers[0].yiaddr}, "address acknowledged")
    equal(list(server_.leases()), [offers[0].yiaddr], "leases")


def _take(port, least, seconds, kind=dhcp.OFFER):
    found = []
    deadline = time.monotonic() + seconds
    for frame, message in port.replies(seconds):
        if message.type == kind:
            found.append((frame, message))
        if len(found) >= least or time.monotonic() > deadline:
            break
    check(len(found) >= least, f"{len(found)} answers, at least {least} are due")
    return found


@test("an exhausted pool: silence, and it is counted")
def exhausted(lab):
    server_, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.12")))
    fence = lab.fence(port)
    for number in (1, 2):
        Station(port, number).lease()
    late = Station(port, 3)
    late.send(late.message(dhcp.DISCOVER))
    late.silence(fence)
    for name in ("v4-allocation-fail", "v4-allocation-fail-subnet",
                 "subnet[1].v4-allocation-fail"):
        equal(server_.statistic(name), 1, name)


@test("an offered address is kept for its client", only="lessord")
def offer_held(lab):
    _, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.11"), offer_hold_time=30))
    fence, client, other = lab.fence(port), Station(port, 1), Station(port, 2)
    offer = client.discover()
    other.send(other.message(dhcp.DISCOVER))
    other.silence(fence)
    equal(client.select(offer).yiaddr, offer.yiaddr, "address")


@test("addresses whose leases have expired are taken last")
def expired_last(lab):
    server_, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.12"), valid_lifetime=2,
                                      min_valid_lifetime=2, max_valid_lifetime=3600))
    first = Station(port, 1)
    address = first.lease().yiaddr
    lease = server_.lease(address)
    clock_reaches(lease["cltt"] + lease["valid-lft"] + 1, 6)
    long = {dhcp.LEASE_TIME: dhcp.u32(3600)}
    given = [Station(port, number).lease(long).yiaddr for number in (2, 3)]
    check(address not in given, "an expired address was taken while there were free ones")
    equal(Station(port, 4).lease(long).yiaddr, address, "address when no other is left")
    equal(server_.lease(address)["hw-address"], "02:1e:55:00:00:04", "its client")


if __name__ == "__main__":
    case.main()
