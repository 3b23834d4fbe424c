#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Unmodified clients get, renew, release and get back their addresses, directly and relayed."""

from lib import case, clients
from lib.case import test
from lib.config import server, subnet
from lib.wait import check, equal, wait_for


def direct_site(lab, mode):
    """Clients on the server's own link."""
    core, host = lab.lan(), lab.space("server")
    core.join(host, "eth0", "192.0.2.1/24")
    return core, lab.server(host, server(socket_type=mode, renew_timer=2, rebind_timer=1800))


def relayed_site(lab, mode):
    """Clients on a link of a host that relays and routes."""
    core, edge = lab.lan("core"), lab.lan("edge")
    host, middle = lab.space("server"), lab.space("relay")
    core.join(host, "eth0", "198.51.100.1/24")
    core.join(middle, "eth0", "198.51.100.2/24")
    edge.join(middle, "eth1", "192.0.2.1/24")
    middle.sysctl("net/ipv4/ip_forward", 1)
    host.ip("route add default via 198.51.100.2")
    made = lab.server(host, server(socket_type=mode, renew_timer=2, rebind_timer=1800))
    relay = clients.relay(middle, "198.51.100.1")
    wait_for(lambda: "Sending on" in relay.log_text(), 5, "dhcrelay is ready")
    return edge, made


def life(lab, lan, one):
    """All clients at the same time, since most of it is their waiting."""
    all_ = [kind(lab, lan) for kind in clients.ALL]
    for client in all_:
        client.start()
    addresses = {client: client.bound() for client in all_}
    equal(len(set(addresses.values())), len(all_), "different addresses")
    for client in all_:
        client.renew()
    for client in all_:
        equal(client.renewed(), addresses[client], f"{client.program}: address renewed")
    for client in all_[1:]:  # udhcpc keeps no lease over a restart
        client.process.kill_tree()
        client.space.ip("addr flush dev eth0")
        client.start()
        equal(client.bound(), addresses[client], f"{client.program}: address after a crash")
        check(any(event == "REBOOT" for event, _ in client.events()),
              f"{client.program}: no INIT-REBOOT: {client.events()}")
    for client in all_:
        check(one.holds(addresses[client]), f"{client.program}: no lease at the server")
        client.release()
        wait_for(lambda c=client: not one.holds(addresses[c]), 5, f"{client.program}: released")
    for client in all_:
        client.start()
    for client in all_:
        again = client.bound()
        if one.remembers:
            equal(again, addresses[client], f"{client.program}: address after its release")
    lab.note = ", ".join(f"{c.program} {addresses[c]}" for c in all_)


@test("udhcpc, dhclient, dhcpcd: lease, renew, crash, release, return; direct")
def direct(lab):
    life(lab, *direct_site(lab, "raw"))


@test("udhcpc, dhclient, dhcpcd: lease, renew, crash, release, return; by dhcrelay, raw sockets")
def relayed_raw(lab):
    life(lab, *relayed_site(lab, "raw"))


@test("udhcpc, dhclient, dhcpcd: lease, renew, crash, release, return; by dhcrelay, udp sockets")
def relayed_udp(lab):
    life(lab, *relayed_site(lab, "udp"))


@test("nmap broadcast-dhcp-discover finds the server")
def nmap(lab):
    lan, host, other = lab.lan(), lab.space("server"), lab.space("nmap")
    lan.join(host, "eth0", "192.0.2.1/24")
    lan.join(other, "eth0", "192.0.2.250/24")  # it looks at interfaces with an address only
    lab.server(host)
    text = clients.nmap_discover(other)
    for part in ("DHCP Message Type: DHCPOFFER", "Server Identifier: 192.0.2.1",
                 "Router: 192.0.2.1", "IP Address Lease Time: 1h00m00s"):
        check(part in text, f"nmap does not show '{part}':\n{text}")


@test("perfdhcp -4 -r 300 -n 3000 -R 5000000 -d 3: no drops")
def perf(lab):
    lan, host, load = lab.lan(), lab.space("server"), lab.space("load")
    lan.join(host, "eth0", "10.0.0.1/16")
    lan.join(load, "eth0", "10.0.0.2/16")
    lab.server(host, server(subnet(1, "10.0.0.0/16", "10.0.1.0 - 10.0.63.255", "10.0.0.1")))
    found, text = clients.perfdhcp(load, "10.0.0.1")
    for name, (sent, drops) in found.items():
        check(sent > 0 and drops == 0, f"{name}: {drops} drops of {sent}\n{text}")
    lab.note = ", ".join(f"{name} {sent}" for name, (sent, _) in found.items())


if __name__ == "__main__":
    case.main()
