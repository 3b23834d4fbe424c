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


@test("a long value comes in parts of at most 255 octets (RFC 3396)")
def long_value(lab):
    text = "".join(chr(97 + i % 26) for i in range(700))
    _, port = lab.simple(server(option_data=[option("root-path", text)]))
    ack = Station(port).lease({dhcp.WANTED: bytes([17]),
                               dhcp.MAX_SIZE: (1400).to_bytes(2, "big")})
    equal(ack.get(17), text.encode(), "value")
    parts = [len(value) for code, value in ack.options if code == 17]
    equal(parts, [255, 255, 190] if lab.kind == "lessord" else [253, 253, 194], "parts")


@test("domain search (119) is compressed, classless routes (121) are packed")
def forms(lab):
    data = [option("domain-search", "eng.example.org, example.org, lab.eng.example.org")]
    if lab.kind == "lessord":
        data.append(option("classless-static-route",
                           "0.0.0.0/0 - 192.0.2.1, 10.17.0.0/16 - 192.0.2.2, "
                           "203.0.113.129/25 - 192.0.2.3"))
    _, port = lab.simple(server(option_data=data))
    ack = Station(port).lease({dhcp.WANTED: bytes([119, 121])})
    name = b"\x03eng\x07example\x03org\0"
    if lab.kind == "lessord":
        equal(ack.get(119), name + b"\xc0\x04" + b"\x03lab\xc0\x00", "option 119")
        equal(ack.get(121), b"\x00" + ip("192.0.2.1") + b"\x10\x0a\x11" + ip("192.0.2.2")
              + b"\x19" + ip("203.0.113.128") + ip("192.0.2.3"), "option 121")
    else:
        check(ack.has(119), "option 119")


@test("encrypted resolvers (162, RFC 9463)", only="lessord")
def resolvers(lab):
    _, port = lab.simple(server(option_data=[
        option("v4-dnr", "10, dns.example.org, 192.0.2.53 192.0.2.54, alpn=dot")]))
    got = Station(port).lease({dhcp.WANTED: bytes([162])}).get(162)
    name = b"\x03dns\x07example\x03org\0"
    body = (b"\x00\x0a" + bytes([len(name)]) + name + b"\x08" + ip("192.0.2.53")
            + ip("192.0.2.54") + b"\x00\x01\x00\x04\x03dot")
    equal(got, len(body).to_bytes(2, "big") + body, "option 162")


@test("IPv6-only preferred (108): no address for those that ask for it", only="lessord")
def ipv6_only(lab):
    one, port = lab.simple(server(option_data=[option("v6-only-preferred", "1800")]))
    client, want = Station(port, 1), {dhcp.WANTED: bytes([108])}
    offer = client.discover(want)
    equal((offer.yiaddr, offer.number(108), offer.has(dhcp.LEASE_TIME)), ("0.0.0.0", 1800, False),
          "offer")
    check(offer.has(dhcp.SERVER_ID), f"no server identifier: {offer}")
    equal(one.leases(), {}, "leases")
    ack = client.request({**want, dhcp.ADDRESS: ip("192.0.2.77"), dhcp.SERVER_ID: ip("192.0.2.1")})
    equal((ack.yiaddr, ack.number(108)), ("192.0.2.77", 1800), "a client that wants one after all")
    plain = Station(port, 2).lease()
    check(plain.yiaddr != "0.0.0.0" and not plain.has(108), f"a client that does not: {plain}")


@test("a site's own option goes to those who ask for it, in its place")
def own_option(lab):
    _, port = lab.simple(server(
        option_def=[{"name": "site", "code": 234, "type": "string"}],
        option_data=[option("site", "W10"), {"code": 250, "data": "0102", "csv-format": False}]))
    check(not Station(port, 1).lease().has(234), "sent to a client that did not ask")
    ack = Station(port, 2).lease({dhcp.WANTED: bytes([234, 250, 6, 3, 1])})
    equal((ack.get(234), ack.get(250)), (b"W10", b"\x01\x02"), "options 234 and 250")
    ordered(lab, ack.codes())


@test("what a client asks for last stays out where room is short, and is counted",
      only="lessord")
def priority(lab):
    one, port = lab.simple(server(option_data=[option("merit-dump", "m" * 120), option(
        "root-path", "r" * 120), option("extensions-path", "e" * 120)]))
    ack = Station(port).lease({dhcp.WANTED: bytes([18, 17, 14])})
    equal([ack.has(code) for code in (18, 17, 14)], [True, True, False], "options 18, 17, 14")
    check("option-left-out" in one.ctl("stats").stdout, "no counter")


@test("options in sname and file, and in several parts, are read", only="lessord")
def overload(lab):
    _, port = lab.simple(server(option_data=OPTIONS))
    client = Station(port)
    message = client.message(dhcp.DISCOVER, {52: b"\x03"})
    message.file = bytes([dhcp.WANTED, 1, 42, 255]).ljust(128, b"\0")
    message.sname = bytes([dhcp.HOST_NAME, 2]) + b"ov" + b"\xff"
    message.options += [(dhcp.WANTED, b"\x04")]
    client.send(message)
    offer = client.answer()
    check(offer is not None and offer.has(42) and offer.get(dhcp.HOST_NAME) == b"ov", f"{offer}")
    check(not offer.has(52), "the answer is not overloaded")


@test("compatibility: another server's clients, addresses that end in 0 and 255",
      only="lessord")
def compatibility(lab):
    _, port = lab.simple(server(
        subnet(prefix="192.0.0.0/16", pool="192.0.2.255 - 192.0.3.1"),
        compatibility={"ignore-dhcp-server-identifier": True, "exclude-first-last-24": True}))
    client = Station(port)
    offer = client.discover({dhcp.ADDRESS: ip("192.0.2.255")})
    equal(offer.yiaddr, "192.0.3.1", "offered address")
    client.request({dhcp.ADDRESS: ip(offer.yiaddr), dhcp.SERVER_ID: ip("10.9.9.9")})


def of(station):
    return ":".join(f"{octet:02x}" for octet in station.mac)


LAB = {"name": "lab", "test": "option[77].hex == 'LAB'"}
IN_LAB = {77: b"LAB"}


@test("reservation, pool, subnet, shared network, classes in their order, global")
def all_scopes(lab):
    names = ("ntp-servers", "log-servers", "cookie-servers", "lpr-servers", "impress-servers",
             "resource-location-servers", "font-servers")
    codes = (42, 7, 8, 9, 10, 11, 48)

    def data(number, count):
        return [option(name, f"192.0.2.{number}") for name in names[:count]]
    _, port = lab.simple()  # for its link
    client = Station(port, 77)
    inner = subnet(routers=None, option_data=data(3, 3))
    inner["pools"][0]["option-data"] = data(2, 2)
    inner["reservations"] = [{"hw-address": of(client), "option-data": data(1, 1)}]
    tree = server(option_data=data(7, 7), client_classes=[
        {**LAB, "option-data": data(5, 5)},
        {"name": "more", "test": "member('lab')", "option-data": data(6, 6)}])
    tree["shared-networks"] = [{"name": "net", "option-data": data(4, 4), "subnet4": [inner]}]
    tree["subnet4"] = []
    lab.servers[0].stop()
    lab.server(lab.servers[0].space, tree, "second")
    ack = client.lease({dhcp.WANTED: bytes(codes), **IN_LAB})
    equal([ack.address(code) for code in codes], [f"192.0.2.{n}" for n in range(1, 8)],
          "options by scope")
    ack = Station(port, 78).lease({dhcp.WANTED: bytes(codes)})
    equal([ack.address(code) for code in codes],
          [f"192.0.2.{n}" for n in (2, 2, 3, 4, 7, 7, 7)], "without reservation and classes")


@test("always-send and never-send of a class count for its members", only="lessord")
def class_flags(lab):
    _, port = lab.simple(server(
        option_data=[option("ntp-servers", "192.0.2.1", **{"always-send": True}),
                     option("log-servers", "192.0.2.1")],
        client_classes=[{**LAB, "option-data": [
            {"name": "ntp-servers", "never-send": True},
            option("log-servers", "192.0.2.2", **{"always-send": True})]}]))
    plain, member = Station(port, 1).lease(), Station(port, 2).lease(IN_LAB)
    equal((plain.has(42), plain.has(7)), (True, False), "options 42 and 7 for others")
    equal((member.has(42), member.address(7)), (False, "192.0.2.2"), "for members")


@test("an option with classes goes to their members, before the one for all", only="lessord")
def tagged(lab):
    tag = {"client-classes": ["lab"]}
    _, port = lab.simple(server(
        client_classes=[LAB, {"name": "other", "test": "option[77].hex == 'OTHER'"}],
        option_data=[option("domain-name", "all.example"), option("domain-name", "lab.example", **tag),
                     option("domain-name", "two.example", **{"client-classes": ["other", "lab"]}),
                     option("ntp-servers", "192.0.2.9", **tag, **{"always-send": True})]))
    for number, (sent, name, ntp) in enumerate(((b"LAB", b"lab.example", True),
                                                (b"OTHER", b"two.example", False),
                                                (b"", b"all.example", False)), 1):
        ack = Station(port, number).lease({77: sent} if sent else {})
        equal((ack.get(dhcp.DOMAIN_NAME), ack.has(42)), (name, ntp), f"for {sent}")


@test("option 43 as the client's class defines it", only="lessord")
def class_definition(lab):
    def own(name, test, kind, data):
        return {"name": name, "test": f"option[60].hex == '{test}'",
                "option-def": [{"name": "vendor-encapsulated-options", "code": 43, "type": kind}],
                "option-data": [option("vendor-encapsulated-options", data)]}
    _, port = lab.simple(server(client_classes=[own("a", "A", "string", "text"),
                                                own("b", "B", "ipv4-address", "192.0.2.8")]))
    want = {dhcp.WANTED: bytes([43])}
    equal(Station(port, 1).lease({**want, 60: b"A"}).get(43), b"text", "for class a")
    equal(Station(port, 2).lease({**want, 60: b"B"}).get(43), ip("192.0.2.8"), "for class b")
    check(not Station(port, 3).lease(want).has(43), "for nobody's")


if __name__ == "__main__":
    case.main()
