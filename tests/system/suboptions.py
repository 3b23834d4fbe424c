#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Options inside options: vendors' 43 and 125, CableLabs' 122, a site's own containers."""

from lib import case, dhcp
from lib.case import test
from lib.config import option, server, subnet
from lib.dhcp import ip, u32
from lib.station import Station
from lib.wait import check, equal

V43 = "vendor-encapsulated-options-space"
VIVCO, VIVSO = 124, 125


def define(name, code, kind, space="dhcp4", **more):
    return {"name": name, "code": code, "type": kind, "space": space, **more}


def vendor(number, *options):
    body = b"".join(bytes([code, len(value)]) + value for code, value in options)
    return u32(number) + bytes([len(body)]) + body


@test("option 43 holds the options of its space, each from its innermost scope")
def option_43(lab):
    tree = server(subnet(routers=None, option_data=[option("url", "inner", space=V43)]),
                  option_def=[define("url", 1, "string", V43), define("port", 2, "uint16", V43)],
                  option_data=[option("url", "outer", space=V43), option("port", "69", space=V43),
                               {"name": "vendor-encapsulated-options"}])
    _, port = lab.simple(tree)
    check(not Station(port, 1).lease().has(43), "option 43 for a client that did not ask")
    got = Station(port, 2).lease({dhcp.WANTED: bytes([43])}).get(43)
    inner = b"\x01\x05inner"
    if lab.kind == "kea":  # needs container and contents in one scope
        inner = b"\x01\x05outer"
    equal(got, inner + b"\x02\x02\x00\x45", "option 43")


@test("option 43 of a site's own type", only="lessord")
def own_43(lab):
    tree = server(option_def=[define("vendor-encapsulated-options", 43, "ipv4-address",
                                     array=True)],
                  option_data=[option("vendor-encapsulated-options", "192.0.2.7, 192.0.2.8",
                                      **{"always-send": True})])
    _, port = lab.simple(tree)
    equal(Station(port).lease().get(43), ip("192.0.2.7") + ip("192.0.2.8"), "option 43")


@test("a site's own container, with a value in front and a container inside")
def own_container(lab):
    tree = server(option_def=[define("box", 230, "uint8", encapsulate="outer"),
                              define("lid", 1, "empty", "outer", encapsulate="inner"),
                              define("label", 2, "string", "outer"),
                              define("deep", 9, "ipv4-address", "inner")],
                  option_data=[option("box", "7"), {"name": "lid", "space": "outer"},
                               option("label", "x", space="outer"),
                               option("deep", "192.0.2.9", space="inner")])
    _, port = lab.simple(tree)
    got = Station(port).lease({dhcp.WANTED: bytes([230])}).get(230)
    equal(got, b"\x07" + b"\x01\x06\x09\x04" + ip("192.0.2.9") + b"\x02\x01x", "option 230")


@test("option 122 by its standard sub-options")
def option_122(lab):
    space = "cablelabs-client-conf"
    _, port = lab.simple(server(option_data=[
        {"name": "cablelabs-client-conf"}, option("tsp-primary-server", "192.0.2.50", space=space),
        option("tsp-realm", "KDC.EXAMPLE", space=space), option("tsp-use-tgt", "true", space=space)]
        ) if lab.kind == "lessord" else server(option_def=[
            define("tsp-primary-server", 1, "ipv4-address", space),
            define("tsp-realm", 6, "fqdn", space), define("tsp-use-tgt", 7, "boolean", space),
            define("cablelabs-client-conf", 122, "empty", encapsulate=space)],
            option_data=[
                {"name": "cablelabs-client-conf"},
                option("tsp-primary-server", "192.0.2.50", space=space),
                option("tsp-realm", "KDC.EXAMPLE", space=space),
                option("tsp-use-tgt", "true", space=space)]))
    got = Station(port).lease({dhcp.WANTED: bytes([122])}).get(122)
    realm = b"\x03KDC\x07EXAMPLE\0" if b"KDC" in got else b"\x03kdc\x07example\0"
    equal(got, b"\x01\x04" + ip("192.0.2.50") + b"\x06" + bytes([len(realm)]) + realm
          + b"\x07\x01\x01", "option 122")


VENDORS = {"option_def": [define("a", 1, "uint8", "vendor-9"), define("b", 2, "string", "vendor-9")],
           "option_data": [option("a", "17", space="vendor-9"), option("b", "x", space="vendor-9"),
                           option("tftp-servers", "192.0.2.70", space="vendor-4491"),
                           {"code": 5, "space": "vendor-4491", "data": "ee", "csv-format": False}]}


@test("CableLabs: the sub-options that option 125's own list asks for")
def cablelabs(lab):
    _, port = lab.simple(server(**VENDORS))
    got = Station(port, 1).lease({VIVSO: vendor(4491, (1, b"\x02"))}).get(VIVSO)
    equal(got, vendor(4491, (2, ip("192.0.2.70"))), "option 125")


@test("option 125 for the enterprise that a client names in 125")
def vendors(lab):
    _, port = lab.simple(server(option_def=VENDORS["option_def"], option_data=[
        option("a", "17", space="vendor-9", **{"always-send": True}),
        option("b", "x", space="vendor-9")]))
    for number, (want, expected) in enumerate((({VIVSO: vendor(9)}, vendor(9, (1, b"\x11"))),
                                               ({VIVSO: vendor(8)}, None)), 1):
        if lab.kind == "kea" or expected is not None:
            equal(Station(port, number).lease(want).get(VIVSO), expected, f"125 for {want}")


@test("always-send in a vendor's space reaches everybody, never-send nobody", only="lessord")
def always(lab):
    data = [option("a", "17", space="vendor-9", **{"always-send": True})]
    never = subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.20", None,
                   option_data=[{"code": VIVSO, "never-send": True}])
    _, port = lab.simple(server(subnet(), never, option_def=VENDORS["option_def"],
                                option_data=data))
    equal(Station(port, 1).lease().get(VIVSO), vendor(9, (1, b"\x11")), "option 125")
    reply = Station(port, 2).discover({118: ip("198.51.100.0")})
    check(reply.yiaddr.startswith("198.51.100.") and not reply.has(VIVSO), f"{reply}")


@test("option 125 configured by its enterprise number, on request")
def configured(lab):
    data = [option("vivso-suboptions", "9"),
            option("a", "17", space="vendor-9", **{"always-send": True})]
    _, port = lab.simple(server(option_def=VENDORS["option_def"], option_data=data))
    equal(Station(port).lease({dhcp.WANTED: bytes([VIVSO])}).get(VIVSO),
          vendor(9, (1, b"\x11")), "option 125")


@test("hostile 43, 124 and 125 do no harm", only="lessord")
def hostile(lab):
    _, port = lab.simple(server(**VENDORS))
    values = (b"", b"\0", b"\0\0\0\x09", u32(9) + b"\xff", u32(9) + b"\x05\x01",
              u32(4491) + b"\x02\x01\xff", vendor(9) * 51, b"\xff" * 255, b"\0" * 255)
    for number, value in enumerate(values, 1):
        for code in (43, VIVCO, VIVSO):
            Station(port, 100 * code + number).lease(
                {code: value, dhcp.WANTED: bytes([43, 124, 125] * 85)})


if __name__ == "__main__":
    case.main()
