#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lessorctl explain says what a client gets before it gets it, and changes nothing; lease add."""

import json

from lib import case
from lib.case import test
from lib.config import server
from lib.station import Station
from lib.wait import check, equal


def tree():
    return server(
        {"id": 1, "subnet": "192.0.2.0/24",
         "pools": [{"pool": "192.0.2.10 - 192.0.2.12"}],
         "option-data": [{"name": "routers", "data": "192.0.2.1"},
                         {"name": "ntp-servers", "data": "192.0.2.5"}],
         "reservations": [{"hw-address": "02:1e:55:00:00:09", "ip-address": "192.0.2.77",
                           "hostname": "printer"}]},
        **{"client-classes": [
            {"name": "lab", "test": "option[77].hex == 'LAB'",
             "option-data": [{"name": "domain-name", "data": "lab.example"}]},
            {"name": "other", "test": "option[77].hex == 'OTHER'"}]})


def explain(one, station, *more):
    return json.loads(one.ctl("explain", "--json", "--mac", station.mac.hex(":"), *more).stdout)


def options(found, key="options"):
    return {o["code"]: o for o in found[key]}


@test("explain: foretells the address, the classes and the options with their scopes",
      only="lessord")
def foretells(lab):
    one, port = lab.simple(tree())
    client = Station(port, 1)
    found = explain(one, client, "--option", '77="LAB"', "--option", "55=0103060f")
    check("lab" in found["classes"] and "other" in found["classes-not-matched"], found)
    equal(found["answer"], "DHCPOFFER", "answer")
    equal(found["subnet"]["id"], 1, "subnet")
    check("interface" in found["rule"], found["rule"])
    sent = options(found)
    equal((sent[3]["data"], sent[3]["from"]), ("192.0.2.1", "subnet 1"), "routers")
    equal((sent[15]["data"], sent[15]["from"]), ("lab.example", "class lab"), "domain name")
    equal(sent[51]["from"], "server", "lease time")
    check("ask" in options(found, "options-not-sent")[42]["because"], "ntp-servers")
    offer = client.discover({77: b"LAB", 55: bytes([1, 3, 6, 15])})
    equal(found["ip-address"], offer.yiaddr, "address foretold")
    equal(sorted(sent), sorted(code for code, _ in offer.options), "options foretold")
    text = one.ctl("explain", "--mac", client.mac.hex(":"), "--option", '77="LAB"').stdout
    check("class lab" in text and "the client has it" in text, text)


@test("explain: says by which rule and why there is no answer, as a relay sees it", only="lessord")
def rules(lab):
    one, port = lab.simple(tree())
    known, other = Station(port, 9), Station(port, 2)
    found = explain(one, known, "--giaddr", "192.0.2.200", "--circuit-id", "'port7'")
    equal(found["ip-address"], "192.0.2.77", "reserved address")
    check("reserved" in found["address-because"] and "giaddr" in found["rule"], found)
    equal(found["reservation"]["hostname"], "printer", "reservation")
    found = explain(one, other, "--giaddr", "198.51.100.1")
    equal((found["answer"], "subnet" in found), ("none", False), "a relay that nobody knows")
    found = explain(one, other, "--type", "request", "--requested", "192.0.2.77", "--server-id",
                    "192.0.2.1")
    check(found["answer"] != "DHCPACK", "an address that is another client's")
    for wrong in (["--giaddr", "x"], ["--class", "nowhere"], ["--iface", "eth9"]):
        one.ctl("explain", "--mac", "02:00:00:00:00:01", *wrong, status=1)
    one.ctl("explain", status=2)
    one.ctl("explain", "--mac", "02:00:00:00:00:01", "--option", "0=1", status=2)
    one.ctl("status", "--mac", "02:00:00:00:00:01", status=2)


@test("explain: a thousand of them change no lease, no counter and no address", only="lessord")
def harmless(lab):
    one, port = lab.simple(tree())
    first = Station(port, 1)
    address = first.lease().yiaddr
    before, leases = one.statistics(), one.leases()
    for k in range(1000):
        one.call("lessor-explain", {"hw-address": f"02:00:00:00:{k // 256:02x}:{k % 256:02x}",
                                    "type": "discover"})
    one.call("lessor-explain", {"hw-address": first.mac.hex(), "type": "request",
                                "ciaddr": address})
    after = one.statistics()
    equal({k: v for k, v in after.items() if before.get(k) != v}, {}, "statistics")
    equal(one.leases(), leases, "leases")
    # both of the two free addresses are still there
    equal(len({Station(port, k).lease().yiaddr for k in (2, 3)}), 2, "addresses left")


@test("lease add: makes a lease that its client then gets", only="lessord")
def lease_add(lab):
    one, port = lab.simple(tree())
    client = Station(port, 4)
    one.ctl("lease", "add", "192.0.2.12", "--mac", client.mac.hex(":"), "--hostname", "box",
            "--lifetime", "600")
    lease = one.lease("192.0.2.12")
    equal((lease["hostname"], lease["valid-lft"]), ("box", 600), "the lease")
    equal(client.discover().yiaddr, "192.0.2.12", "its client's address")
    one.ctl("lease", "add", "192.0.2.12", "--mac", "02:00:00:00:00:77", status=1)
    one.ctl("lease", "add", "192.0.2.12", status=2)


if __name__ == "__main__":
    case.main()
