#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk: no ACK without its lease on disk, an event that names the cure, and recovery by
itself when there is room again."""

import os

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.disk import fill
from lib.station import Station
from lib.wait import check, equal, wait_for

SIZE = 24 << 20
MOST = 30_000   # clients until a disk without room has to be noticed
STEP = 100


def ask(port, numbers):
    """The four messages for these clients at once; returns {address: mac} of the ACKs."""
    clients = {client.mac: client for client in (Station(port, number) for number in numbers)}
    for client in clients.values():
        client.send(client.message(dhcp.DISCOVER))
    acked = {}
    for _, reply in port.replies(1.0):
        client = clients.get(reply.mac)
        if client is None:
            continue
        if reply.type == dhcp.OFFER:
            client.send(client.message(dhcp.REQUEST, {
                dhcp.ADDRESS: dhcp.ip(reply.yiaddr),
                dhcp.SERVER_ID: reply.get(dhcp.SERVER_ID)}))
        elif reply.type == dhcp.ACK:
            acked[reply.yiaddr] = reply.mac.hex(":")
            if len(acked) == len(clients):
                break
    return acked


@test("a full disk: no ACK that is not stored, a clear event, recovery without a restart",
      only="lessord", seconds=180)
def full(lab):
    lan, host, clients = lab.lan(), lab.space("server"), lab.space("clients")
    lan.join(host, "eth0", "10.0.0.1/8")
    lan.join(clients, "eth0")
    tree = server(subnet(1, "10.0.0.0/8", "10.0.1.0 - 10.3.255.255", None))
    one = lab.server(host, tree, start=False)
    disk = os.path.join(one.dir, "disk")
    lab.small_disk(disk, SIZE)
    one.state_dir = os.path.join(disk, "state")
    one.start()
    port = lab.port(clients)
    family = one.children()
    acked = ask(port, range(1, STEP + 1))
    equal(len(acked), STEP, "ACKs while there is room")
    filler = fill(disk)
    refused = None
    for start in range(STEP + 1, MOST, STEP):
        got = ask(port, range(start, start + STEP))
        acked.update(got)
        if len(got) < STEP:
            refused = start
            break
    check(refused, f"{MOST} leases went onto a full disk of {SIZE} octets")
    wait_for(lambda: "COMMIT_FAILED" in one.log(), 5, "the event COMMIT_FAILED")
    event = next(line for line in one.log().splitlines() if "COMMIT_FAILED" in line)
    check("room" in event.lower(), f"the event does not name the cure: {event}")
    for _ in range(3):
        acked.update(ask(port, range(refused, refused + 5)))
    equal(one.children(), family, "processes while the disk is full")
    os.unlink(filler)
    late = Station(port, MOST + 1)
    wait_for(lambda: recovered(late), 10, "an ACK when there is room again")
    acked[late.address] = late.mac.hex(":")
    wait_for(lambda: "COMMIT_RECOVERED" in one.log(), 5, "the event COMMIT_RECOVERED")
    equal(one.children(), family, "processes afterwards")
    kept(one, acked)
    one.kill()
    one.start()
    kept(one, acked)
    lab.note = f"{len(acked)} leases, refused from client {refused} on"


def recovered(client):
    offer = client.discover(expect=None, seconds=0.3)
    if offer is None:
        return False
    reply = client.request({dhcp.ADDRESS: dhcp.ip(offer.yiaddr),
                            dhcp.SERVER_ID: offer.get(dhcp.SERVER_ID)}, expect=None, seconds=0.3)
    return reply is not None and reply.type == dhcp.ACK


def kept(one, acked):
    leases = one.leases()
    lost = [a for a, mac in acked.items() if leases.get(a, {}).get("hw-address") != mac]
    check(not lost, f"{len(lost)} of {len(acked)} acknowledged leases are lost: {lost[:5]}")


if __name__ == "__main__":
    case.main()
