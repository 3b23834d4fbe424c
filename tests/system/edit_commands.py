#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Subnets, shared networks and classes added, changed and removed by command at run time."""

import json
import socket

from lib import case, control, dhcp, pair, web
from lib.case import test
from lib.config import option, server, subnet
from lib.station import Station
from lib.wait import check, equal, wait_for

ACME = "substring(option[60].hex, 0, 4) == 'ACME'"
VENDOR = {60: b"ACME x"}
OTHER = "203.0.113.0/24"


def tree(*subnets, **more):
    """Served over HTTP too; the link's own subnet is left to the commands."""
    made = server(*subnets, http=[{"port": 8000}], **more)
    if not subnets:
        del made["subnet4"]
    return made


def other(number=7, **more):
    return subnet(number, OTHER, "203.0.113.10 - 203.0.113.20", None, **more)


def unserved(port, number):
    """The client is offered nothing, and refused an address. Messages are worked off in order."""
    one = Station(port, number)
    asked = one.message(dhcp.DISCOVER)
    one.send(asked)
    wanted = one.message(dhcp.REQUEST, {dhcp.ADDRESS: dhcp.ip("192.0.2.77"),
                                        dhcp.SERVER_ID: dhcp.ip("192.0.2.1")})
    one.send(wanted)
    for _, message in port.replies(5):
        check(message.xid != asked.xid, f"{message} for a client without a subnet")
        if message.xid == wanted.xid:
            equal(message.type, dhcp.NAK, "answer to the REQUEST")
            return
    check(False, "no answer to the REQUEST")


def ids(call):
    return [s["id"] for s in call("subnet4-list")["arguments"]["subnets"]]


def transports(one):
    """The same command as of one.call(), on the socket and over HTTP."""
    def over_http(command, arguments=None, result=0):
        answer = web.call(one.space, command, arguments)
        equal(answer["result"], result, f"{command} {arguments}: {answer.get('text')}")
        return answer

    return one.call, over_http


@test("subnet4-add, -get, -update, -del: clients are served and refused at once; leases stay",
      only="lessord")
def subnets(lab):
    one, port = lab.simple(tree())
    for turn, call in enumerate(transports(one)):
        unserved(port, 1)
        made = subnet(3, user_context={"room": None, "4th": [1.5]}, valid_lifetime=1234)
        answer = call("subnet4-add", {"subnet4": [made]})
        equal(answer, {"result": 0, "text": "IPv4 subnet added",
                       "arguments": {"subnets": [{"id": 3, "subnet": "192.0.2.0/24"}]}}, "add")
        client = Station(port, turn + 1)
        ack = client.lease()
        equal((ack.number(dhcp.LEASE_TIME), ack.address(dhcp.ROUTERS)), (1234, "192.0.2.1"), "ack")
        answer = call("subnet4-get", {"id": 3})
        equal(answer["text"], "Info about IPv4 subnet 192.0.2.0/24 (id 3) returned", "text")
        full = answer["arguments"]["subnets"][0]
        made["pools"][0]["option-data"] = []
        equal(full, made, "the subnet")
        equal(call("subnet4-get", {"subnet": "192.0.2.0/24"})["arguments"]["subnets"], [full],
              "by prefix")
        equal(call("subnet4-list")["arguments"]["subnets"],
              [{"id": 3, "subnet": "192.0.2.0/24", "shared-network-name": None}], "list")
        full["valid-lifetime"] = 2345
        answer = call("subnet4-update", {"subnet4": [full]})
        equal((answer["text"], answer["arguments"]), ("IPv4 subnet updated", {
            "subnets": [{"id": 3, "subnet": "192.0.2.0/24"}]}), "update")
        equal(client.renew().number(dhcp.LEASE_TIME), 2345, "lease time after the update")
        answer = call("subnet4-del", {"id": 3})
        equal(answer, {"result": 0, "text": "IPv4 subnet 192.0.2.0/24 (id 3) deleted",
                       "arguments": {"subnets": [{"id": 3, "subnet": "192.0.2.0/24"}]}}, "del")
        unserved(port, 9)
        client.renew(expect=dhcp.NAK)
        lease = call("lease4-get", {"ip-address": client.address})["arguments"]
        equal((lease["subnet-id"], lease["state"]), (3, 0), "the lease")
        equal(call("subnet4-del", {"id": 3}, 3)["text"], "no subnet with id 3 found", "again")
        equal(call("subnet4-get", {"id": 3}, 3)["text"], "No subnet with id 3 found", "gone")
        call("subnet4-list", None, 3)
    call("subnet4-add", {"subnet4": [subnet(3)]})
    equal(Station(port, 1).lease().yiaddr, "192.0.2.10", "the address of before")


@test("subnet4-update keeps the shared network and the reservations, of the file and by command",
      only="lessord")
def kept(lab):
    host = {"hw-address": "02:1e:55:00:00:01", "ip-address": "192.0.2.50"}
    made = tree(other())
    made["shared-networks"] = [{"name": "floor", "subnet4": [subnet(reservations=[host])]}]
    one, port = lab.simple(made)
    one.call("reservation-add", {"reservation": {"subnet-id": 1, "ip-address": "192.0.2.60",
                                                 "hw-address": "02:1e:55:00:00:02"}}, 0)
    full = one.call("subnet4-get", {"id": 1})["arguments"]["subnets"][0]
    check("reservations" not in full, f"reservations in {full}")
    full["pools"][0]["pool"] = "192.0.2.100 - 192.0.2.101"
    one.call("subnet4-update", {"subnet4": [full]}, 0)
    for number, address in ((1, "192.0.2.50"), (2, "192.0.2.60"), (3, "192.0.2.100")):
        equal(Station(port, number).lease().yiaddr, address, f"client {number}")
    network = one.call("network4-get", {"name": "floor"})["arguments"]["shared-networks"][0]
    equal(network["subnet4"], [full], "members of the network")


@test("subnet4-delta-add and -del: what is named is changed, members of lists by their keys",
      only="lessord")
def deltas(lab):
    one, port = lab.simple(tree(subnet(valid_lifetime=1111)))

    def change(word, **more):
        one.call(f"subnet4-delta-{word}", {"subnet4": [
            {"id": 1, "subnet": "192.0.2.0/24", **more}]}, 0)
        return one.call("subnet4-get", {"id": 1})["arguments"]["subnets"][0]

    full = change("add", **{
        "pools": [{"pool": "192.0.2.10-192.0.2.200", "option-data": [option("routers",
                                                                           "192.0.2.3")]},
                  {"pool": "192.0.2.201 - 192.0.2.202"}],
        "option-data": [{"code": 3, "data": "192.0.2.2"}, option("domain-name", "a.example")],
        "renew-timer": 100, "user-context": {"a": 1}})
    equal((full["valid-lifetime"], full["renew-timer"], full["user-context"]),
          (1111, 100, {"a": 1}), "added")
    equal([(o.get("name"), o.get("data")) for o in full["option-data"]],
          [("routers", "192.0.2.2"), ("domain-name", "a.example")], "options")
    equal([(p["pool"], len(p["option-data"])) for p in full["pools"]],
          [("192.0.2.10 - 192.0.2.200", 1), ("192.0.2.201 - 192.0.2.202", 0)], "pools")
    equal(Station(port, 1).lease({dhcp.WANTED: b"\3"}).address(dhcp.ROUTERS), "192.0.2.3",
          "routers")
    full = change("del", **{
        "pools": [{"pool": "192.0.2.10-192.0.2.200", "option-data": [{"code": 3}]},
                  {"pool": "192.0.2.201 - 192.0.2.202"}],
        "option-data": [option("domain-name", "a.example")], "renew-timer": 0,
        "user-context": {"a": 0}})
    equal([p["pool"] for p in full["pools"]], ["192.0.2.10 - 192.0.2.200"], "pools")
    equal([o.get("name") for o in full["option-data"]], ["routers"], "options")
    check("renew-timer" not in full, "renew-timer is there")
    equal(Station(port, 2).lease({dhcp.WANTED: b"\3"}).address(dhcp.ROUTERS), "192.0.2.2",
          "routers")
    answer = one.call("subnet4-delta-add", {"subnet4": [{"id": 1, "subnet": OTHER}]}, 1)
    check("192.0.2.0/24" in answer["text"], answer["text"])


@test("network4-add, -get, -subnet-add, -subnet-del, -del: members inherit and leave",
      only="lessord")
def networks(lab):
    one, port = lab.simple(tree(subnet(), other()))
    for call in transports(one):
        answer = call("network4-add", {"shared-networks": [{
            "name": "floor", "valid-lifetime": 777,
            "subnet4": [subnet(4, "198.51.100.0/24", "198.51.100.5 - 198.51.100.6", None)]}]})
        equal(answer, {"result": 0, "text": "A new IPv4 shared network 'floor' added",
                       "arguments": {"shared-networks": [{"name": "floor"}]}}, "add")
        equal(call("network4-subnet-add", {"name": "floor", "id": 1})["text"],
              "IPv4 subnet 192.0.2.0/24 (id 1) is now part of shared network 'floor'", "join")
        equal(Station(port, 1).lease().number(dhcp.LEASE_TIME), 777, "inherited lease time")
        answer = call("network4-get", {"name": "floor"})
        equal(answer["text"], "Info about IPv4 shared network 'floor' returned", "text")
        full = answer["arguments"]["shared-networks"][0]
        equal([s["id"] for s in full["subnet4"]], [4, 1], "members")
        answer = call("network4-subnet-add", {"name": "floor", "id": 1}, 1)
        check("is part of shared network 'floor'" in answer["text"], answer["text"])
        equal(call("network4-subnet-del", {"name": "floor", "id": 1})["text"],
              "IPv4 subnet 192.0.2.0/24 (id 1) is now removed from shared network 'floor'", "leave")
        equal(Station(port, 1).lease().number(dhcp.LEASE_TIME), 3600, "lease time afterwards")
        for command, arguments in (("subnet-add", {"name": "x", "id": 1}),
                                   ("subnet-add", {"name": "floor", "id": 99}),
                                   ("subnet-del", {"name": "x", "id": 1}),
                                   ("subnet-del", {"name": "floor", "id": 7}),
                                   ("get", {"name": "x"}), ("del", {"name": "x"})):
            call(f"network4-{command}", arguments, 3)
        equal(call("network4-del", {"name": "floor", "subnets-action": "keep"}),
              {"result": 0, "text": "IPv4 shared network 'floor' deleted",
               "arguments": {"shared-networks": [{"name": "floor"}]}}, "del")
        equal(ids(call), [1, 4, 7], "kept")
        call("network4-add", {"shared-networks": [{"name": "roof"}]})
        call("network4-subnet-add", {"name": "roof", "id": 4})
        call("network4-del", {"name": "roof", "subnets-action": "delete"})
        equal(ids(call), [1, 7], "deleted")


@test("class-add, -list, -get, -update, -del: members get its options; one in use stays",
      only="lessord")
def classes(lab):
    one, port = lab.simple(tree(subnet()))
    for call in transports(one):
        equal(call("class-list", None, 3), {"result": 3, "text": "0 classes found",
                                            "arguments": {"client-classes": []}}, "none")
        made = {"name": "acme", "test": ACME, "option-data": [option("domain-name", "a.example")]}
        equal(call("class-add", {"client-classes": [made]})["text"], "Class 'acme' added", "add")
        asked = {**VENDOR, dhcp.WANTED: bytes([dhcp.DOMAIN_NAME])}
        equal(Station(port, 1).lease(asked).get(dhcp.DOMAIN_NAME), b"a.example", "for a member")
        equal(call("class-list"), {"result": 0, "text": "1 class found",
                                   "arguments": {"client-classes": [{"name": "acme"}]}}, "list")
        answer = call("class-get", {"name": "acme"})
        equal(answer["text"], "Class 'acme' definition returned", "text")
        full = answer["arguments"]["client-classes"][0]
        equal({name: full[name] for name in made}, made, "the class")
        full["option-data"][0]["data"] = "b.example"
        equal(call("class-update", {"client-classes": [full]})["text"], "Class 'acme' updated",
              "update")
        equal(Station(port, 1).lease(asked).get(dhcp.DOMAIN_NAME), b"b.example", "updated")
        call("class-add", {"client-classes": [{"name": "two", "test": "member('acme')"}]})
        check("acme" in call("class-del", {"name": "acme"}, 1)["text"], "why it stays")
        call("class-del", {"name": "two"})
        equal(call("class-del", {"name": "acme"})["text"], "Class 'acme' deleted", "del")
        for command, arguments in (("class-get", {"name": "acme"}), ("class-del", {"name": "acme"}),
                                   ("class-update", {"client-classes": [made]})):
            equal(call(command, arguments, 3)["text"], "Class 'acme' not found", command)


@test("what cannot be is refused, says why, and changes nothing", only="lessord")
def refused(lab):
    made = tree(subnet(), other(), client_classes=[{"name": "acme", "test": ACME}])
    made["shared-networks"] = [{"name": "floor", "subnet4": []}]
    one, port = lab.simple(made)
    before, log = one.call("config-get")["arguments"], one.log().count("is in force")
    fourth = subnet(4, "198.51.100.0/24", "198.51.100.5 - 198.51.100.6", None)
    for command, arguments, part in (
            ("subnet4-add", {"subnet4": [subnet(1, "198.51.100.0/24", None)]}, "192.0.2.0/24"),
            ("subnet4-add", {"subnet4": [subnet(4)]}, "192.0.2.0/24"),
            ("subnet4-add", {"subnet4": [subnet(4, "192.0.2.0/25", "192.0.2.9-192.0.2.11")]},
             "overlaps"),
            ("subnet4-add", {"subnet4": [{**fourth, "what-is-this": 1}]}, "what-is-this"),
            ("subnet4-add", {"subnet4": [{**fourth, "client-classes": ["nobody"]}]}, "nobody"),
            ("subnet4-add", {"subnet4": [{**fourth, "reservations": []}]}, "reservation-add"),
            ("subnet4-add", {"subnet4": [{**fourth, "subnet": "198.51.100.0"}]}, "198.51.100.0"),
            ("subnet4-add", {"subnet4": [{**fourth, "pools": [{"pool": "192.0.2.250/31"}]}]},
             "inside"),
            ("subnet4-add", {"subnet4": [{"subnet": "198.51.100.0/24"}]}, "'id'"),
            ("subnet4-add", {"subnet4": [{"id": 0, "subnet": "198.51.100.0/24"}]}, "'id'"),
            ("subnet4-add", {"subnet4": [{"id": 1 << 32, "subnet": "198.51.100.0/24"}]}, "'id'"),
            ("subnet4-add", {"subnet4": [{"id": 4}]}, "'subnet'"),
            ("subnet4-add", {"subnet4": [fourth, fourth]}, "one map"),
            ("subnet4-add", {"subnet4": [7]}, "one map"),
            ("subnet4-add", {"subnet4": fourth}, "one map"),
            ("subnet4-add", {"subnet4": [fourth], "id": 4}, "'id'"),
            ("subnet4-add", {}, "'subnet4'"),
            ("subnet4-add", None, "map"), ("subnet4-add", [fourth], "map"),
            ("subnet4-update", {"subnet4": [fourth]}, "4"),
            ("subnet4-update", {"subnet4": [subnet(7)]}, "192.0.2.0/24"),
            ("subnet4-del", {"id": "1"}, "'id'"), ("subnet4-del", {"subnet": OTHER}, "'subnet'"),
            ("subnet4-get", {}, "expected"),
            ("subnet4-get", {"id": 1, "subnet": OTHER}, "expected"),
            ("subnet4-get", {"id": 1.5}, "'id'"),
            ("subnet4-delta-add", {"subnet4": [{"id": 1, "subnet": "192.0.2.0/24",
                                                "valid-lifetime": "x"}]}, "valid-lifetime"),
            ("subnet4-delta-add", {"subnet4": [{"id": 4, "subnet": "198.51.100.0/24"}]}, "4"),
            ("network4-add", {"shared-networks": [{"name": "floor"}]}, "'floor'"),
            ("network4-add", {"shared-networks": [{"name": ""}]}, "'name'"),
            ("network4-add", {"shared-networks": [{"name": "b", "subnet4": [subnet(1, OTHER)]}]},
             "same id"),
            ("network4-del", {"name": "floor", "subnets-action": "burn"}, "'keep'"),
            ("network4-subnet-add", {"name": "floor"}, "'id'"),
            ("network4-subnet-add", {"id": 1}, "'name'"),
            ("class-add", {"client-classes": [{"name": "acme"}]}, "'acme'"),
            ("class-add", {"client-classes": [{"name": "bad", "test": "option["}]}, "test"),
            ("class-add", {"client-classes": [{"test": ACME}]}, "'name'"),
            ("class-get", {"name": 7}, "'name'"), ("class-list", {"name": "acme"}, "'name'")):
        text = one.call(command, arguments, 1)["text"]
        check(part in text, f"{command} {arguments}: {part} is not in {text}")
    equal(one.call("config-get")["arguments"], before, "the configuration")
    equal(one.log().count("is in force"), log, "new generations")
    Station(port, 1).lease()


@test("clients that change at the same time all have their way; config-write keeps it for later",
      only="lessord")
def together(lab):
    one, port = lab.simple(tree(subnet()))
    sockets = [socket.socket(socket.AF_UNIX) for _ in range(10)]
    for n, s in enumerate(sockets):
        s.settimeout(30)
        s.connect(one.socket)
        s.sendall(json.dumps({"command": "subnet4-add", "arguments": {"subnet4": [
            subnet(10 + n, f"10.0.{n}.0/24", None, None)]}}).encode())
    for s in sockets:
        with s:
            answer = json.loads(control.read_all(s))
        equal(answer["result"], 0, f"result; {answer.get('text')}")
    there = [1, *range(10, 20)]
    equal(ids(one.call), there, "subnets")
    one.call("config-reload", None, 0)
    equal(ids(one.call), [1], "after a reload")
    one.call("subnet4-add", {"subnet4": [other()]}, 0)
    one.call("config-write", None, 0)
    one.stop()
    one.start()
    equal(ids(one.call), [1, 7], "restarted")
    Station(port, 1).lease()


@test("in a pair a change is that node's: an alarm says so until the partner has it as well",
      only="lessord")
def pairs(lab):
    both = pair.Pair(lab)
    pair.in_sync(both)
    for number, one in enumerate(both.servers):
        one.call("subnet4-add", {"subnet4": [other()]}, 0)
        wanted = ("configuration-differs", "")[number]
        for each in both.servers:
            wait_for(lambda: pair.details(each)["alarms"] == wanted, 10, f"alarms are {wanted!r}")
    pair.in_sync(both)
    Station(lab.port(both.load[0]), 1).lease()


@test("who may only read sees subnets, networks and classes, and changes none", only="lessord")
def roles(lab):
    one, _ = lab.simple(server(subnet(), http=[{"port": 8000, "authentication": {"clients": [
        {"user": "r", "password": "one", "role": "read"},
        {"user": "o", "password": "two", "role": "operate"},
        {"user": "c", "password": "three", "role": "configure"}]}}]))

    def status(command, arguments, user, password):
        with web.Web(one.space) as w:
            return w.ask(web.post({"command": command, "arguments": arguments},
                                  web.basic(user, password)))[0]

    for command in ("subnet4-get", "network4-get", "class-get", "class-list",
                    "subnet4-select-test"):
        equal(status(command, {}, "r", "one"), 200, command)
    for command in ("subnet4-add", "subnet4-update", "subnet4-del", "subnet4-delta-add",
                    "subnet4-delta-del", "network4-add", "network4-del", "network4-subnet-add",
                    "network4-subnet-del", "class-add", "class-update", "class-del"):
        equal([status(command, {}, *who) for who in (("r", "one"), ("o", "two"), ("c", "three"))],
              [403, 403, 200], command)


@test("subnet4-select-test names the subnet that a worker would choose", only="lessord")
def selection(lab):
    made = tree(subnet(), other(relay={"ip-addresses": ["198.51.100.1"]}),
                subnet(8, "10.0.8.0/24", None, None, client_classes=["acme"]),
                client_classes=[{"name": "acme", "test": ACME}])
    made["shared-networks"] = [{"name": "floor", "subnet4": [
        subnet(4, "10.0.4.0/24", None, None), subnet(5, "10.0.5.0/24", None, None)]}]
    one, _ = lab.simple(made)
    first, seventh = "selected subnet '192.0.2.0/24' id 1", f"selected subnet '{OTHER}' id 7"
    for call in transports(one):
        for arguments, text in (
                ({"interface": "eth0"}, first),
                ({"relay": "203.0.113.9"}, seventh), ({"relay": "198.51.100.1"}, seventh),
                ({"address": "203.0.113.9", "interface": "eth0"}, seventh),
                ({"remote": "203.0.113.9", "local": "192.0.2.1"}, seventh),
                ({"remote": "203.0.113.9", "local": "255.255.255.255", "interface": "eth0"}, first),
                ({"relay": "192.0.2.7", "link": "203.0.113.1"}, seventh),
                ({"relay": "192.0.2.7", "subnet": "203.0.113.1"}, seventh),
                ({"subnet": "203.0.113.1", "link": "192.0.2.9"}, first),
                ({"relay": "10.0.5.1"}, "selected shared network 'floor' starting with subnet "
                                        "'10.0.5.0/24' id 5"),
                ({"relay": "10.0.8.1", "classes": ["acme"]}, "selected subnet '10.0.8.0/24' id 8")):
            equal(call("subnet4-select-test", arguments, 0)["text"], text, f"{arguments}")
        for arguments in ({}, {"relay": "10.0.8.1"}, {"relay": "10.9.9.9"}):
            equal(call("subnet4-select-test", arguments, 3)["text"], "no subnet selected",
                  f"{arguments}")
        for arguments in (None, [], {"relay": "x"}, {"relay": 7}, {"link": "::1"},
                          {"interface": "eth9"}, {"classes": "acme"}, {"classes": ["nobody"]},
                          {"giaddr": "192.0.2.1"}):
            check(call("subnet4-select-test", arguments, 1)["text"], f"no reason for {arguments}")


if __name__ == "__main__":
    case.main()
