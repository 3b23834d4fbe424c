#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What an answer holds: which options, from which scope, in which order, with which times."""

from lib import case, dhcp
from lib.case import test
from lib.config import option, server, subnet
from lib.dhcp import ip
from lib.station import Station
from lib.wait import check, equal

CLIENT_ID = b"\x00lessor-test"


def ordered(lab, codes):
    """The message type first (Kea 2.2: in its place), the rest ascending, option 82 last."""
    rest = [code for code in codes if code not in (dhcp.TYPE, dhcp.AGENT)]
    if lab.kind == "lessord":
        equal(codes[0], dhcp.TYPE, f"first option of {codes}")
    equal(rest, sorted(rest), "order of options")
    if dhcp.AGENT in codes:
        equal(codes[-1], dhcp.AGENT, f"last option of {codes}")


@test("RFC 6842: the client identifier comes back in every answer")
def client_id(lab):
    _, port = lab.simple()
    client = Station(port, client_id=CLIENT_ID)
    for reply in (client.discover(), client.lease(), client.reboot("198.51.100.9",
                                                                   expect=dhcp.NAK)):
        equal(reply.get(dhcp.CLIENT_ID), CLIENT_ID, f"option 61 in {reply}")
    check(not Station(port, 2).lease().has(dhcp.CLIENT_ID), "option 61 for a client without one")


@test("echo-client-id = false: it does not")
def client_id_off(lab):
    _, port = lab.simple(server(echo_client_id=False))
    check(not Station(port, client_id=CLIENT_ID).lease().has(dhcp.CLIENT_ID), "option 61 is there")


@test("a client is known by its identifier, without one by its hardware address")
def identity(lab):
    _, port = lab.simple()
    first = Station(port, 1, client_id=CLIENT_ID).lease().yiaddr
    equal(Station(port, 2, client_id=CLIENT_ID).lease().yiaddr, first, "same id, other MAC")
    other = Station(port, 1, client_id=b"\x00another").lease().yiaddr
    check(other != first, "another identifier with the same MAC is another client")


@test("match-client-id = false: by its hardware address alone")
def identity_hardware(lab):
    _, port = lab.simple(server(match_client_id=False))
    first = Station(port, 1, client_id=CLIENT_ID).lease().yiaddr
    equal(Station(port, 1, client_id=b"\x00another").lease().yiaddr, first, "same MAC, other id")
    check(Station(port, 2, client_id=CLIENT_ID).lease().yiaddr != first, "same id, other MAC")


@test("a requested address is given if it is free")
def requested(lab):
    _, port = lab.simple()
    want = {dhcp.ADDRESS: ip("192.0.2.142")}
    equal(Station(port, 1).lease(want).yiaddr, "192.0.2.142", "address")
    check(Station(port, 2).lease(want).yiaddr != "192.0.2.142", "given to a second client")
    for number, address in enumerate(("192.0.2.201", "192.0.2.1", "198.51.100.1"), 3):
        got = Station(port, number).lease({dhcp.ADDRESS: ip(address)}).yiaddr
        check(got != address, f"{address} is not of the pool")


@test("a requested lease time is honoured within its limits")
def lease_time(lab):
    server_, port = lab.simple(server(min_valid_lifetime=600, max_valid_lifetime=7200))
    cases = ((None, 3600), (1000, 1000), (599, 600), (1, 600), (7201, 7200), (0xffffffff, 7200))
    for number, (asked, expected) in enumerate(cases, 1):
        want = {dhcp.LEASE_TIME: None if asked is None else dhcp.u32(asked)}
        client = Station(port, number)
        offer = client.discover(want)
        ack = client.select(offer, want)
        equal((offer.number(dhcp.LEASE_TIME), ack.number(dhcp.LEASE_TIME)), (expected, expected),
              f"lease time for {asked}")
        equal(server_.lease(ack.yiaddr)["valid-lft"], expected, "lease time stored")


@test("without limits every client gets valid-lifetime")
def lease_time_fixed(lab):
    _, port = lab.simple()
    want = {dhcp.LEASE_TIME: dhcp.u32(99999)}
    equal(Station(port).lease(want).number(dhcp.LEASE_TIME), 3600, "lease time")


@test("an endless lease: 4294967295")
def lease_endless(lab):
    server_, port = lab.simple(server(valid_lifetime=0xffffffff))
    ack = Station(port).lease()
    equal(ack.number(dhcp.LEASE_TIME), 0xffffffff, "lease time")
    equal(server_.lease(ack.yiaddr)["valid-lft"], 0xffffffff, "lease time stored")


@test("T1 and T2 only where they are configured")
def timers(lab):
    subnets = [subnet(), subnet(2, "198.51.100.0/24", None, None)]
    for number, (more, expected) in enumerate((
            ({}, (None, None)),
            ({"renew_timer": 900, "rebind_timer": 1800}, (900, 1800)),
            ({"renew_timer": 900}, (900, None)),
            ({"calculate_tee_times": True, "t1_percent": 0.5, "t2_percent": 0.875},
             (1800, 3150)))):
        host, clients, lan = (lab.space(f"server{number}"), lab.space(f"clients{number}"),
                              lab.lan(f"lan{number}"))
        lan.join(host, "eth0", "192.0.2.1/24")
        lan.join(clients, "eth0")
        one = lab.server(host, server(*subnets, **more), f"server{number}")
        for reply in (Station(lab.port(clients)).discover(), Station(lab.port(clients)).lease()):
            equal((reply.number(dhcp.T1), reply.number(dhcp.T2)), expected, f"T1, T2 with {more}")
        one.stop()


OPTIONS = [option("domain-name-servers", "192.0.2.53, 192.0.2.54"),
           option("ntp-servers", "192.0.2.123"), option("domain-name", "example.org"),
           option("time-servers", "192.0.2.37", **{"always-send": True}),
           option("www-server", "192.0.2.80", **{"never-send": True})]


@test("options: those asked for, those always tried, always-send and never-send")
def chosen(lab):
    _, port = lab.simple(server(option_data=OPTIONS))
    plain = Station(port, 1).lease()
    base = {dhcp.MASK, dhcp.ROUTERS, 4, dhcp.DNS, dhcp.DOMAIN_NAME, dhcp.LEASE_TIME, dhcp.TYPE,
            dhcp.SERVER_ID}
    equal(set(plain.codes()), base, "options of a client that asks for none")
    asking = Station(port, 2).lease({dhcp.WANTED: bytes([dhcp.NTP, 72, dhcp.HOST_NAME, 119])})
    equal(set(asking.codes()), base | {dhcp.NTP}, "options of a client that asks for 42")
    equal(asking.get(dhcp.DNS), ip("192.0.2.53") + ip("192.0.2.54"), "option 6")
    equal(asking.get(dhcp.DOMAIN_NAME), b"example.org", "option 15")


@test("options come in ascending order after the message type, each once")
def order(lab):
    _, port = lab.simple(server(option_data=OPTIONS, renew_timer=900, rebind_timer=1800))
    client = Station(port, client_id=CLIENT_ID)
    want = {dhcp.WANTED: bytes([42, 15, 6, 3, 1, 42, 6])}
    for reply in (client.discover(want), client.lease(want),
                  client.reboot("198.51.100.9", expect=dhcp.NAK)):
        ordered(lab, reply.codes())
        equal(len(set(reply.codes())), len(reply.codes()), f"options given twice: {reply}")


@test("the nearest scope wins: pool, subnet, shared network, global")
def scopes(lab):
    def data(number):
        return [option(name, f"192.0.2.{number}") for name in
                ("ntp-servers", "log-servers", "cookie-servers", "lpr-servers")[:number]]
    inner = subnet(routers=None, option_data=data(2))
    inner["pools"][0]["option-data"] = data(1)
    tree = server(option_data=data(4))
    tree["shared-networks"] = [{"name": "net", "option-data": data(3), "subnet4": [inner]}]
    tree["subnet4"] = []
    _, port = lab.simple(tree)
    ack = Station(port).lease({dhcp.WANTED: bytes([42, 7, 8, 9])})
    equal([ack.address(code) for code in (42, 7, 8, 9)], [f"192.0.2.{n}" for n in (1, 2, 3, 4)],
          "options by scope")


@test("boot fields: next-server, server-hostname, boot-file-name")
def boot(lab):
    _, port = lab.simple(server(next_server="192.0.2.69", server_hostname="boot.example.org",
                                boot_file_name="pxe/loader.0"))
    ack = Station(port).lease()
    equal((ack.siaddr, ack.sname.rstrip(b"\0"), ack.file.rstrip(b"\0")),
          ("192.0.2.69", b"boot.example.org", b"pxe/loader.0"), "boot fields")


@test("an answer keeps to the client's maximum message size", only="lessord")
def size(lab):
    long = [option("domain-name", "d" * 200), option("root-path", "r" * 200),
            option("merit-dump", "m" * 200)]
    _, port = lab.simple(server(option_data=long))
    want = {dhcp.WANTED: bytes([14, 15, 17])}
    for number, limit in enumerate((None, 576, 1500), 1):
        client = Station(port, number)
        ack = client.lease({**want, dhcp.MAX_SIZE: None if limit is None else
                            limit.to_bytes(2, "big")})
        most = limit or 576
        check(client.frame.ip_length <= most, f"{client.frame.ip_length} octets, limit {most}")
        check(ack.has(dhcp.SERVER_ID) and ack.has(dhcp.LEASE_TIME), f"needed options: {ack}")
        equal(all(ack.has(code) for code in (14, 15, 17)), limit == 1500, "all options fit")


if __name__ == "__main__":
    case.main()
