#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""flex-option: options that expressions make or take out, as Kea's hook flex_option does."""

from lib import case, dhcp
from lib.case import test
from lib.config import option, server, subnet
from lib.dhcp import ip, u32
from lib.station import Station
from lib.wait import check, equal

BOOT, USER_CLASS, VENDOR, VIVSO = 67, 77, 43, 125
LAB = {"name": "lab", "test": "option[77].hex == 'LAB'"}
MADE = "ifelse(option[host-name].exists, concat(option[host-name].text, '.boot'), '')"


def answers(lab, entries, *sent, **more):
    """The ACK for each of the sent options, with these entries of flex-option."""
    _, port = lab.simple(server(flex_option=entries, client_classes=[LAB], **more))
    acks = []
    for number, options in enumerate(sent, 1):
        client = Station(port, number)
        offer = client.discover(options)
        acks.append(client.select(offer, options))
        equal([v for v in offer.options if v[0] != 53], [v for v in acks[-1].options if v[0] != 53],
              "options of OFFER and ACK")
    return acks


@test("add: the expression's value, if it has one and the option is not there", only="lessord")
def add(lab):
    got = answers(lab, [{"code": BOOT, "add": MADE}, {"name": "routers", "add": "192.0.2.9"},
                        {"name": "domain-name", "add": "option[77].hex", "client-class": "lab"}],
                  {}, {dhcp.HOST_NAME: b"one"}, {USER_CLASS: b"LAB"}, {USER_CLASS: b"BAL"})
    equal([ack.get(BOOT) for ack in got], [None, b"one.boot", None, None], "option 67")
    equal([ack.get(dhcp.ROUTERS) for ack in got], [ip("192.0.2.1")] * 4, "option 3 is there")
    equal([ack.get(dhcp.DOMAIN_NAME) for ack in got], [None, None, b"LAB", None], "by class")


@test("supersede: also what the server makes itself; csv-format by the definition",
      only="lessord")
def supersede(lab):
    got = answers(lab, [
        {"code": 1, "supersede": "ifelse(option[77].hex == 'LAB', 255.255.255.255, '')"},
        {"code": 119, "supersede": "option[12].text + ', b.example.org'", "csv-format": True},
        {"code": 3, "supersede": "option[12].text", "csv-format": True}],
                  {USER_CLASS: b"LAB", dhcp.HOST_NAME: b"a.example.org"}, {}, {dhcp.HOST_NAME: b"x\0y"})
    equal([ack.get(dhcp.MASK) for ack in got],
          [ip("255.255.255.255")] + [ip("255.255.255.0")] * 2, "option 1")
    equal(got[0].get(119), b"\1a\7example\3org\0\1b\xc0\2", "option 119")
    equal(got[2].get(119), None, "of a name that is none")
    equal([ack.get(dhcp.ROUTERS) for ack in got], [ip("192.0.2.1")] * 3,
          "a value that the definition does not allow")


@test("remove: where the test holds; entries work one after the other", only="lessord")
def remove(lab):
    got = answers(lab, [{"name": "routers", "remove": "member('lab')"},
                        {"name": "routers", "add": "192.0.2.77", "client-class": "lab"},
                        {"name": "domain-name-servers", "remove": "not member('lab')"}],
                  {}, {USER_CLASS: b"LAB"}, option_data=[option("domain-name-servers", "192.0.2.2")])
    equal([ack.get(dhcp.ROUTERS) for ack in got], [ip("192.0.2.1"), ip("192.0.2.77")], "option 3")
    equal([ack.get(dhcp.DNS) for ack in got], [None, ip("192.0.2.2")], "option 6")


V43 = "vendor-encapsulated-options-space"
SUBS = [{"code": 2, "supersede": "'new'"}, {"code": 3, "remove": "member('lab')"},
        {"code": 9, "add": "option[12].text"}]


@test("sub-options: in what is configured, and in an option that comes or goes with them",
      only="lessord")
def sub_options(lab):
    data = [{"code": code, "space": V43, "csv-format": False, "data": value}
            for code, value in ((1, "01"), (2, "02"), (3, "03"))]
    want = {dhcp.WANTED: bytes([VENDOR])}
    got = answers(lab, [{"code": VENDOR, "sub-options": SUBS}], {**want},
                  {**want, USER_CLASS: b"LAB", dhcp.HOST_NAME: b"h"}, option_data=data)
    equal([ack.get(VENDOR) for ack in got],
          [b"\1\1\1\2\3new\3\1\3", b"\1\1\1\2\3new\x09\1h"], "option 43")


@test("sub-options: container-add and container-remove, the option's own class", only="lessord")
def containers(lab):
    data = [{"code": 1, "space": V43, "csv-format": False, "data": "01", "always-send": True},
            {"name": "vendor-encapsulated-options", "always-send": True}]
    gone = {"code": 1, "remove": "member('lab')"}
    kept = {"code": 1, "remove": "option[12].exists", "container-remove": False}
    got = answers(lab, [{"code": VENDOR, "sub-options": [gone, kept]},
                        {"code": 122, "sub-options": [{"code": 1, "add": "'ab'"}],
                         "client-class": "lab"},
                        {"code": 122, "sub-options": [
                            {"code": 2, "add": "'c'", "container-add": False}]}],
                  {}, {USER_CLASS: b"LAB"}, {dhcp.HOST_NAME: b"h"}, option_data=data)
    equal([ack.get(VENDOR) for ack in got], [b"\1\1\1", None, b""], "option 43")
    equal([ack.get(122) for ack in got], [None, b"\1\2ab\2\1c", None], "option 122")


@test("sub-options of 125: beside those of other enterprises", only="lessord")
def vendors(lab):
    data = [{"code": 1, "space": f"vendor-{n}", "csv-format": False, "data": "0a",
             "always-send": True} for n in (9, 7)]
    subs = [{"code": 4, "space": "vendor-7", "add": "'x'"},
            {"code": 1, "space": "vendor-9", "remove": "member('lab')"},
            {"code": 2, "space": "vendor-4491", "add": "192.0.2.3", "client-class": "lab"}]
    got = answers(lab, [{"code": VIVSO, "sub-options": subs}], {}, {USER_CLASS: b"LAB"},
                  option_data=data)
    seven = u32(7) + b"\x06\1\1\x0a\4\1x"
    equal(got[0].get(VIVSO), seven + u32(9) + b"\3\1\1\x0a", "option 125")
    equal(got[1].get(VIVSO), seven + u32(4491) + b"\6\2\4" + ip("192.0.2.3"), "of the class")


@test("the hook is imported from Kea and answers the same", only="lessord")
def imported(lab):
    one, port = lab.simple(start=False)
    one.import_kea({"subnet4": [subnet()], "hooks-libraries": [
        {"library": "libdhcp_flex_option.so", "parameters": {"options": [
            {"code": BOOT, "add": MADE},
            {"code": VENDOR, "sub-options": [{"code": 1, "add": "'foobar'"}]}]}}]})
    ack = Station(port).lease({dhcp.HOST_NAME: b"pc"})
    equal((ack.get(BOOT), ack.get(VENDOR)), (b"pc.boot", b"\1\6foobar"), "options 67, 43")


@test("mistakes in flex-option are told", only="lessord")
def mistakes(lab):
    one, _ = lab.simple(start=False)
    for entry, word in (({"code": 51, "add": "'x'"}, "the server alone makes option 51"),
                        ({"code": 15}, 'needs one of "add"'),
                        ({"code": 15, "add": "'x'", "remove": "member('lab')"}, "needs one of"),
                        ({"add": "'x'"}, 'needs a "name" or a "code"'),
                        ({"name": "domain-nam", "add": "'x'"}, 'did you mean "domain-name"?'),
                        ({"code": 15, "add": "member('lab')"}, "column"),
                        ({"code": 15, "add": "'x'", "client-class": "labb"}, 'mean "lab"?'),
                        ({"code": 240, "add": "'x'", "csv-format": True}, "no definition"),
                        ({"code": 97, "sub-options": [{"code": 1, "add": "'x'"}]}, "of its own"),
                        ({"code": 125, "sub-options": [{"code": 1, "add": "'x'"}]}, "vendor-"),
                        ({"code": 15, "space": "vendor-9", "add": "'x'"}, "sub-options")):
        said = one.refused(server(flex_option=[entry], client_classes=[LAB]))
        check("flex-option[0]" in said and word in said, f"{entry}: {said}")


if __name__ == "__main__":
    case.main()
