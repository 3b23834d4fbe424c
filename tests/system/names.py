#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The name that a client gets, in option 81 (RFC 4702) or 12, and in its lease."""

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal

FQDN = 81
S, O, E, N = 1, 2, 4, 8


def labels(name):
    """A domain name on the wire; one without a dot at its end has no root."""
    parts = name.rstrip(".").split(".") if name.strip(".") else []
    return (b"".join(bytes([len(p)]) + p.encode() for p in parts)
            + (b"\0" if name.endswith(".") else b""))


def fqdn(flags, name):
    return bytes([flags, 0, 0]) + (labels(name) if flags & E else name.encode())


def stored(lab, server_, address):
    """The lease's name; Kea keeps the dot at its end."""
    name = server_.lease(address)["hostname"]
    return name.rstrip(".") if lab.kind == "kea" else name


@test("option 12: the client's name comes back clean, complete and in lower case")
def host_name(lab):
    server_, port = lab.simple(server(ddns_qualifying_suffix="example.org"))
    cases = ((b"Desk", "desk.example.org"), (b"desk_2!", "desk2.example.org"),
             (b"Desk.lan", "desk.lan"), (b"desk\0", "desk.example.org"))
    for number, (sent, expected) in enumerate(cases, 1):
        client = Station(port, number)
        want = {dhcp.HOST_NAME: sent}
        offer = client.discover(want)
        ack = client.select(offer, want)
        equal((offer.get(dhcp.HOST_NAME), ack.get(dhcp.HOST_NAME)), (expected.encode(),) * 2,
              f"option 12 for {sent}")
        equal(stored(lab, server_, ack.yiaddr), expected, f"lease's name for {sent}")
    ack = Station(port, 9).lease()
    check(not ack.has(dhcp.HOST_NAME) and not ack.has(FQDN), f"names for nobody's: {ack}")
    equal(stored(lab, server_, ack.yiaddr), "", "name of a client without one")


@test("option 81: flags as RFC 4702 has them where no DNS updates are made")
def flags(lab):
    server_, port = lab.simple(server(ddns_qualifying_suffix="example.org"))
    cases = ((E | S, "desk.", E | N | O, "desk."), (E, "desk.", E | N, "desk."),
             (E | N, "desk.", E | N, "desk."), (E | S, "desk", E | N | O, "desk.example.org."),
             (S, "desk.lan.", N | O, "desk.lan."), (0, "desk", N, "desk.example.org."))
    for number, (sent, name, flag, expected) in enumerate(cases, 1):
        client = Station(port, number)
        want = {FQDN: fqdn(sent, name), dhcp.HOST_NAME: b"ignored"}
        ack = client.lease(want)
        value = ack.get(FQDN)
        check(value is not None, f"no option 81 for {sent:#x} {name}: {ack}")
        equal(value[0], flag, f"flags for {sent:#x} {name}")
        if lab.kind == "lessord":
            equal(value[1:3], b"\xff\xff", "RCODE fields")
        equal(value[3:], fqdn(flag, expected)[3:], f"name for {sent:#x} {name}")
        check(not ack.has(dhcp.HOST_NAME), "option 12 beside option 81")
        equal(stored(lab, server_, ack.yiaddr), expected.rstrip("."), "lease's name")


@test("option 81 without a name: one is made up from the address")
def empty_fqdn(lab):
    _, port = lab.simple(server(ddns_qualifying_suffix="example.org"))
    ack = Station(port).lease({FQDN: fqdn(E | S, "")})
    expected = "myhost-" + ack.yiaddr.replace(".", "-") + ".example.org."
    equal(ack.get(FQDN)[3:], labels(expected), "name")


@test("ddns-replace-client-name: always, when-present, when-not-present, never")
def replace(lab):
    made, own = "p-{}.lan", "desk.lan"
    for number, (mode, with_name, without) in enumerate((
            ("never", own, None), ("always", made, made), ("when-present", made, None),
            ("when-not-present", own, made))):
        host, clients, lan = (lab.space(f"server{number}"), lab.space(f"clients{number}"),
                              lab.lan(f"lan{number}"))
        lan.join(host, "eth0", "192.0.2.1/24")
        lan.join(clients, "eth0")
        one = lab.server(host, server(ddns_replace_client_name=mode, ddns_generated_prefix="p",
                                      ddns_qualifying_suffix="lan"), f"server{number}")
        port = lab.port(clients)
        for client, want, expected in ((1, {dhcp.HOST_NAME: b"desk"}, with_name),
                                       (2, {}, without)):
            ack = Station(port, client).lease(want)
            value = ack.get(dhcp.HOST_NAME)
            if expected is not None:
                expected = expected.format(ack.yiaddr.replace(".", "-")).encode()
            equal(value, expected, f"option 12, mode {mode}, sent {want}")
        one.stop()


@test("hostname-char-set and -replacement")
def characters(lab):
    _, port = lab.simple(server(hostname_char_set="[^A-Za-z0-9.-]", hostname_char_replacement="x"))
    ack = Station(port).lease({dhcp.HOST_NAME: b"a_b.c d"})
    equal(ack.get(dhcp.HOST_NAME), b"axb.cxd", "option 12")


@test("a reservation's name goes before the client's, in option 81 or 12")
def reserved(lab):
    server_, port = lab.simple(server(
        subnet(reservations=[{"hw-address": f"02:1e:55:00:00:0{n}", "hostname": f"Res{n}"}
                             for n in (1, 2, 3)]), ddns_qualifying_suffix="example.org"))
    cases = (({}, dhcp.HOST_NAME, b"res1.example.org"),
             ({dhcp.HOST_NAME: b"other.lan"}, dhcp.HOST_NAME, b"res2.example.org"),
             ({FQDN: fqdn(E, "other.lan.")}, FQDN, labels("res3.example.org.")))
    for number, (sent, code, expected) in enumerate(cases, 1):
        ack = Station(port, number).lease(sent)
        value = ack.get(code)
        equal(value[3:] if code == FQDN else value, expected, f"name for {sent}")
        equal(stored(lab, server_, ack.yiaddr), f"res{number}.example.org", "lease's name")


@test("names that are none do no harm", only="lessord")
def hostile(lab):
    server_, port = lab.simple()
    cases = [{dhcp.HOST_NAME: b"\xff" * 255}, {dhcp.HOST_NAME: b"." * 255}, {dhcp.HOST_NAME: b""},
             {dhcp.HOST_NAME: b"a" * 255}, {FQDN: b"\x05\0\0" + b"\xff" * 200},
             {FQDN: b"\x05\0\0\x3f"}, {FQDN: b"\x05"}, {FQDN: b""},
             {FQDN: b"\x05\0\0" + b"\x01a" * 126}, {FQDN: b"\x01\0\0" + b"\0" * 250}]
    for number, want in enumerate(cases, 1):
        ack = Station(port, number).lease(want)
        name = server_.lease(ack.yiaddr)["hostname"]
        check(len(name) <= 253 and name.isascii(), f"lease's name {name!r} for {want}")
        check(not ack.has(dhcp.HOST_NAME), f"option 12 for {want}: {ack}")


if __name__ == "__main__":
    case.main()
