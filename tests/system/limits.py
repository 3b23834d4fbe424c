#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Limits of leases and packets per subnet and class, and shorter leases where addresses run short."""

import json
from concurrent.futures import ThreadPoolExecutor

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal, wait_for

USER_CLASS = 77
GOLD = {USER_CLASS: b"GOLD"}


def gold(**limits):
    return {"name": "gold", "test": "option[77].hex == 'GOLD'",
            **{name.replace("_", "-"): value for name, value in limits.items()}}


def offers(port, numbers, options=None):
    """How many of the clients of these numbers are offered an address: two do not wait long."""
    return sum(Station(port, n).discover(options, expect=None, seconds=0.3) is not None
               for n in numbers)


@test("address-limit of a subnet: so many leases, no more; one that ends makes room",
      only="lessord")
def subnet_limit(lab):
    one, port = lab.simple(server(subnet(address_limit=3), offer_hold_time=2))
    clients = [Station(port, n) for n in range(1, 4)]
    for client in clients:
        client.lease()
    late = Station(port, 9)
    late.send(late.message(dhcp.DISCOVER))
    late.silence(clients[0])
    late.request({dhcp.ADDRESS: dhcp.ip("192.0.2.99"), dhcp.SERVER_ID: dhcp.ip(clients[0].server)},
                 expect=dhcp.NAK)
    for client in clients:
        client.renew()
        client.lease()
    equal(one.call("stat-lease4-get")["arguments"]["result-set"]["rows"][0][3], 3, "assigned")
    check("LIMIT_EXCEEDED" in one.log() and "subnet 1 has 3 leases already" in one.log(),
          "the event")
    check(one.log().count("LIMIT_EXCEEDED") == 1, "one event for both")
    equal(json.loads(one.ctl("--json", "stats").stdout).get("address-limit"), 2, "counter")
    clients[1].release()
    wait_for(lambda: offers(port, [9]) == 1, 10, "the lease's place is free")
    late.lease()
    clients[1].send(clients[1].message(dhcp.DISCOVER))
    clients[1].silence(clients[0])
    one.stop()
    one.start()
    equal(offers(port, [20, 21]), 0, "offers after a restart")
    clients[2].renew()


@test("an offer counts while it is held; a limit of 0 lets nobody in", only="lessord")
def offered(lab):
    one, port = lab.simple(server(subnet(address_limit=1), client_classes=[gold(address_limit=0)],
                                  offer_hold_time=1))
    first = Station(port, 1)
    first.discover()
    equal(offers(port, [2]), 0, "while the offer is held")
    equal(offers(port, [1]), 1, "to the same client")
    wait_for(lambda: offers(port, [3]) == 1, 10, "the offer lapses")
    one.write(server(subnet(), client_classes=[gold(address_limit=0)]))
    one.reload()
    wait_for(lambda: offers(port, [4, 5]) == 2, 10, "the limit is gone")
    equal(offers(port, [6], GOLD), 0, "class with limit 0")


@test("address-limit of a class: over all subnets, through restart and renewal", only="lessord")
def class_limit(lab):
    one, port = lab.simple(server(client_classes=[gold(address_limit=2)]))
    members = [Station(port, n) for n in (1, 2)]
    for client in members:
        client.lease(GOLD)
    lease = one.lease(members[0].address)
    equal(lease["user-context"], {"ISC": {"client-classes": ["gold"]}}, "the lease's classes")
    equal(offers(port, [3], GOLD), 0, "beyond the class's limit")
    other = Station(port, 4)
    other.lease()
    equal("user-context" in one.lease(other.address), False, "a context of others")
    one.kill()
    one.start()
    equal(offers(port, [5], GOLD), 0, "after a crash")
    members[0].renew(options=GOLD)
    members[1].renew()  # not a member any more
    equal(offers(port, [5], GOLD), 1, "one has left the class")


@test("address-limit in a shared network: the next subnet takes over", only="lessord")
def shared(lab):
    members = [subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.19", address_limit=1),
               subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.19", None)]
    tree = server(shared_networks=[{"name": "n", "interface": "eth0", "subnet4": members}])
    tree["subnet4"] = []
    _, port = lab.simple(tree)
    equal([Station(port, n).lease().yiaddr for n in range(1, 4)],
          ["192.0.2.10", "198.51.100.10", "198.51.100.11"], "addresses")


@test("address-limit with four workers: at most three leases too many", only="lessord")
def workers(lab):
    lan, host = lab.lan(), lab.space("server")
    lan.join(host, "eth0", "192.0.2.1/24")
    ports = []
    for n in range(4):
        space = lab.space(f"clients{n}")
        lan.join(space, "eth0")
        ports.append(lab.port(space))
    one = lab.server(host, server(subnet(address_limit=20), workers=4))

    def rush(n):
        return sum(
            (offer := Station(ports[n], 100 * n + k).discover(expect=None, seconds=0.2)) is not None
            and Station(ports[n], 100 * n + k).select(offer) is not None for k in range(1, 21))

    with ThreadPoolExecutor(4) as pool:
        given = sum(pool.map(rush, range(4)))
    check(20 <= given <= 23, f"{given} leases for a limit of 20")
    equal(len(one.leases()), given, "leases")
    lab.note = f"{given} leases for a limit of 20"


@test("rate-limit of a class and of a subnet: what is too much is dropped and counted",
      only="lessord")
def rate(lab):
    one, port = lab.simple(server(subnet(rate_limit="6 packets per minute"),
                                  client_classes=[gold(rate_limit="2 packets per hour")]))
    equal(offers(port, range(1, 5), GOLD), 2, "of the class")
    equal(one.statistic("pkt4-limit-exceeded"), 2, "pkt4-limit-exceeded")
    equal(offers(port, range(11, 19)), 4, "of the subnet, with those of the class")
    equal(one.statistic("pkt4-limit-exceeded"), 6, "pkt4-limit-exceeded")
    equal(one.statistic("pkt4-receive-drop"), 6, "pkt4-receive-drop")
    log = one.log()
    check("class gold: its limit of 2 packets in 3600 s is reached" in log, log)
    equal(log.count("LIMIT_EXCEEDED"), 1, "events in 10 s")
    one.reload()
    wait_for(lambda: one.log().count("is in force") == 2, 10, "reloaded")
    equal(offers(port, [31]), 0, "after a reload")


@test("rate-limit: a new time begins when the old one is over; by message type", only="lessord")
def rate_again(lab):
    one, port = lab.simple(server(client_classes=[
        {"name": "new", "test": "pkt4.msgtype == 1", "rate-limit": "3 packets per second"},
        {"name": "none", "test": "option[77].hex == 'NONE'", "rate-limit": "0 packets per day"}]))
    equal(sum(Station(port, n).discover(expect=None, seconds=0.05) is not None
              for n in range(1, 8)), 3, "in the first second")
    wait_for(lambda: offers(port, [8]) == 1, 5, "the second is over")
    client = Station(port, 9)
    wait_for(lambda: client.discover(expect=None, seconds=0.3) is not None, 5, "another second")
    for _ in range(6):
        client.request({dhcp.ADDRESS: dhcp.ip("192.0.2.50"),
                        dhcp.SERVER_ID: dhcp.ip("192.0.2.1")}, expect=None, seconds=0.3)
    wait_for(lambda: one.statistic("pkt4-ack-sent") == 6, 5, "all REQUESTs are answered")
    equal(offers(port, [10], {USER_CLASS: b"NONE"}), 0, "a limit of 0")


@test("the hook is imported from Kea, for subnets and classes", only="lessord")
def imported(lab):
    one, port = lab.simple(start=False)
    one.import_kea({
        "hooks-libraries": [{"library": "libdhcp_limits.so"}],
        "client-classes": [{"name": "gold", "test": "option[77].hex == 'GOLD'",
                            "user-context": {"limits": {"rate-limit": "1 packet per hour"}}}],
        "subnet4": [subnet(**{"user-context": {"limits": {"address-limit": 2}}})]})
    equal(offers(port, [1, 2], GOLD), 1, "packets of the class")
    equal(offers(port, [3, 4]), 1, "leases of the subnet")


@test("mistakes in limits are told", only="lessord")
def mistakes(lab):
    one, _ = lab.simple(start=False)
    for limit, word in (("10", "packets per UNIT"), ("10 packets per fortnight", "UNIT"),
                        ("-1 packets per second", "UNIT"), ("20000000 packets per day", "16777215")):
        said = one.refused(server(subnet(rate_limit=limit)))
        check("subnet4[0].rate-limit" in said and word in said, said)
    said = one.refused(server(client_classes=[{"name": 'a"b', "address-limit": 1}]))
    check("client-classes[0].address-limit" in said and "quotes" in said, said)


@test("adaptive-lease-time-threshold: short leases where more than that is in use",
      only="lessord")
def adaptive(lab):
    one, port = lab.simple(server(
        subnet(pool="192.0.2.10 - 192.0.2.13"), min_valid_lifetime=100, valid_lifetime=600,
        max_valid_lifetime=900, adaptive_lease_time_threshold=0.5))
    clients = [Station(port, n) for n in range(1, 5)]
    got = []
    for client in clients:
        offer = client.discover()
        ack = client.select(offer)
        equal(ack.number(dhcp.LEASE_TIME), offer.number(dhcp.LEASE_TIME), "OFFER and ACK")
        got.append(ack.number(dhcp.LEASE_TIME))
    equal(got, [600, 600, 600, 100], "lease times")
    left = clients[0].renew().number(dhcp.LEASE_TIME)
    check(590 <= left <= 600, f"the first client has {left} s, what was left of its lease")
    more = clients[3].renew(options={dhcp.LEASE_TIME: dhcp.u32(900)})
    equal(more.number(dhcp.LEASE_TIME), 100, "who asks for more")
    clients[1].release()
    clients[2].release()
    wait_for(lambda: one.statistic("subnet[1].assigned-addresses") == 2, 10, "released")
    equal(clients[3].renew().number(dhcp.LEASE_TIME), 600, "when there is room again")


@test("leases outside every pool are in the cumulative figures of their subnet", only="lessord")
def outside(lab):
    one, port = lab.simple(server(subnet(reservations=[
        {"hw-address": "02:1e:55:00:00:01", "ip-address": "192.0.2.250"}])))
    equal(Station(port, 1).lease().yiaddr, "192.0.2.250", "address")
    Station(port, 2).lease()
    for name, value in (("subnet[1].cumulative-assigned-addresses", 2),
                        ("subnet[1].pool[0].cumulative-assigned-addresses", 1),
                        ("cumulative-assigned-addresses", 2)):
        equal(one.statistic(name), value, name)
    equal(one.call("stat-lease4-get")["arguments"]["result-set"]["rows"][0][2], 2, "stat-lease4-get")
    one.call("statistic-reset", {"name": "subnet[1].cumulative-assigned-addresses"})
    equal(one.statistic("subnet[1].cumulative-assigned-addresses"), 0, "after a reset")


if __name__ == "__main__":
    case.main()
