#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reservations made, changed and removed by command while the server runs."""

import json

from lib import case, control
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal

MAC = [f"02:1e:55:00:00:{n:02x}" for n in range(16)]


def host(number, address=None, subnet_id=1, **more):
    made = {"subnet-id": subnet_id, "hw-address": MAC[number]}
    if address is not None:
        made["ip-address"] = address
    made.update({name.replace("_", "-"): value for name, value in more.items()})
    return made


def tree():
    return server(subnet(reservations=[{"hw-address": MAC[9], "ip-address": "192.0.2.99"}]))


def add(one, made, result=0):
    return one.call("reservation-add", {"reservation": made}, result)


@test("reservation-add: the client gets the address at once, also after kill -9 and a restart",
      only="lessord")
def kept(lab):
    one, port = lab.simple(tree())
    equal(add(one, host(1, "192.0.2.50", hostname="Printer7"))["text"], "Host added.", "text")
    equal(Station(port, 1).lease().yiaddr, "192.0.2.50", "leased")
    add(one, host(2, "192.0.2.60"))
    one.kill()
    one.start()
    equal(Station(port, 2).lease().yiaddr, "192.0.2.60", "leased after a restart")
    one.stop()
    one.start()
    equal(Station(port, 1).lease().yiaddr, "192.0.2.50", "leased after another one")
    one.call("config-reload")
    found = one.call("reservation-get", {"subnet-id": 1, "ip-address": "192.0.2.50"})["arguments"]
    equal(found, {"subnet-id": 1, "hw-address": MAC[1], "ip-address": "192.0.2.50",
                  "hostname": "Printer7", "next-server": "0.0.0.0", "server-hostname": "",
                  "boot-file-name": "", "client-classes": [], "option-data": []}, "the host")


@test("what contradicts another reservation, or the configuration, is refused and changes nothing",
      only="lessord")
def refused(lab):
    one, _ = lab.simple(tree())
    add(one, host(1, "192.0.2.50"))
    before = one.log().count("is in force")
    for made in (host(1, "192.0.2.51"), host(2, "192.0.2.50"), host(9), host(3, "192.0.2.99"),
                 host(4, "198.51.100.1"), host(4, "192.0.2.70", 77), host(4, what_is_this=1),
                 host(4, client_classes=["nobody-knows-it"]), {"subnet-id": 1}, "x",
                 {**host(4), "duid": "00:01"}, host(4, user_context={"a": "x" * 2000}),
                 {"subnet-id": 1, "hw-address": "zz"}):
        check(add(one, made, 1)["text"], f"no reason for {made}")
    equal(one.log().count("is in force"), before, "new generations")
    one.call("reservation-update", {"reservation": host(7)}, 1)
    equal(len(one.call("reservation-get-all", {"subnet-id": 1})["arguments"]["hosts"]), 2, "hosts")


@test("reservation-update and -del; those of the file stay", only="lessord")
def changed(lab):
    one, port = lab.simple(tree())
    add(one, host(1, "192.0.2.50"))
    one.call("reservation-update", {"reservation": host(1, "192.0.2.51")})
    equal(Station(port, 1).lease().yiaddr, "192.0.2.51", "leased")
    where = {"subnet-id": 1, "identifier-type": "hw-address", "identifier": MAC[1]}
    equal(one.call("reservation-del", where)["text"], "Host deleted.", "text")
    equal(one.call("reservation-del", where, 3)["text"], "Host not deleted (not found).", "text")
    one.call("reservation-get", where, 3)
    answer = one.call("reservation-del", {"subnet-id": 1, "ip-address": "192.0.2.99"}, 1)
    check("configuration" in answer["text"], answer["text"])
    one.stop()
    one.start()
    one.call("reservation-get", where, 3)


@test("lists: of a subnet, by name, by identifier, by address, page by page as Stork asks",
      only="lessord")
def lists(lab):
    one, _ = lab.simple(tree())
    for n in range(5):
        add(one, host(n, f"192.0.2.{50 + n}", hostname=f"pc{n}"))
    add(one, {"client-id": "'port-7'", "hostname": "pc9"})
    equal(len(one.call("reservation-get-all", {"subnet-id": 1})["arguments"]["hosts"]), 6, "all")
    empty = one.call("reservation-get-all", {"subnet-id": 5}, 3)
    equal(empty["arguments"], {"hosts": []}, "none")
    found = one.call("reservation-get-by-id", {"identifier-type": "client-id",
                                               "identifier": "706F72742D37"})["arguments"]["hosts"]
    equal([(h["client-id"], h["subnet-id"]) for h in found], [("706F72742D37", 0)], "by id")
    for command, arguments in (("hostname", {"hostname": "PC3"}),
                               ("address", {"ip-address": "192.0.2.53"})):
        found = one.call(f"reservation-get-by-{command}", arguments)["arguments"]["hosts"]
        equal([h["hw-address"] for h in found], [MAC[3]], command)
    seen, place = [], {"from": 0, "source-index": 0}
    while True:
        request = {"command": "reservation-get-page", "service": ["dhcp4"],
                   "arguments": {"subnet-id": 1, "limit": 4, **place}}
        answer = json.loads(control.exchange(one.socket, json.dumps(request).encode()))
        if answer["result"] == 3:
            equal(answer["arguments"], {"count": 0, "hosts": []}, "the end")
            break
        equal(answer["arguments"]["count"], len(answer["arguments"]["hosts"]), "count")
        seen += [h["ip-address"] for h in answer["arguments"]["hosts"]]
        place = answer["arguments"]["next"]
    equal(sorted(seen), ["192.0.2.50", "192.0.2.51", "192.0.2.52", "192.0.2.53", "192.0.2.54",
                         "192.0.2.99"], "all pages")


@test("a stored reservation that a new configuration makes impossible is left out, and comes back "
      "with it", only="lessord")
def left_out(lab):
    one, port = lab.simple(tree())
    add(one, host(1, "192.0.2.50"))
    one.write(server(subnet(reservations=[{"hw-address": MAC[8], "ip-address": "192.0.2.50"}])))
    one.call("config-reload")
    check("left out" in one.log(), "nothing was said about it")
    equal(Station(port, 8).lease().yiaddr, "192.0.2.50", "leased to the file's client")
    one.write(tree())
    one.call("config-reload")
    Station(port, 8).to_server()
    found = one.call("reservation-get", {"subnet-id": 1, "ip-address": "192.0.2.50"})
    equal(found["arguments"]["hw-address"], MAC[1], "the stored one")


if __name__ == "__main__":
    case.main()
