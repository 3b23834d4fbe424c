#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Client classes: who is in them, what they let a client have, what they tell it."""

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal

USER_CLASS, VENDOR_CLASS = 77, 60


def pools(*pairs):
    """Pools of one subnet: (last octets, class)."""
    return [{"pool": f"192.0.2.{range_[0]} - 192.0.2.{range_[1]}",
             **({"client-class": name} if name else {})} for range_, name in pairs]


def user(name):
    return {USER_CLASS: name.encode()}


LAB = {"name": "lab", "test": "option[77].hex == 'LAB'"}


@test("a pool is for members of its class only; a lease is refused when its client leaves it")
def pool_guard(lab):
    tree = server(subnet(pool=None, pools=pools(((10, 19), "lab"), ((20, 29), "other"))),
                  client_classes=[LAB, {"name": "other", "test": "not member('lab')"}])
    _, port = lab.simple(tree)
    in_lab = Station(port, 1)
    equal(in_lab.lease(user("LAB")).yiaddr, "192.0.2.10", "in the class")
    for number, sent in enumerate(({}, user("lab"), user("LABX")), 2):
        address = Station(port, number).lease(sent).yiaddr
        check(int(address.split(".")[3]) >= 20, f"{address} for {sent}")
    in_lab.renew(options=user("LAB"))
    in_lab.renew(expect=dhcp.NAK)


@test("guards of subnets and of a shared network lead clients to theirs")
def subnet_guards(lab):
    members = [subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.19", client_class="lab"),
               subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.19", None,
                      client_class="phone"),
               subnet(3, "203.0.113.0/24", "203.0.113.10 - 203.0.113.19", None)]
    tree = server(client_classes=[LAB, {"name": "phone",
                                        "test": "substring(option[60].hex, 0, 3) == 'tel'"},
                                  {"name": "banned", "test": "option[77].hex == 'BAN'"},
                                  {"name": "good", "test": "not member('banned')"}],
                  shared_networks=[{"name": "n", "interface": "eth0", "client-class": "good",
                                    "subnet4": members}])
    tree["subnet4"] = []
    _, port = lab.simple(tree)
    fence = lab.fence(port)
    for number, (sent, prefix) in enumerate(((user("LAB"), "192.0.2."),
                                             ({VENDOR_CLASS: b"tel9"}, "198.51.100."),
                                             ({}, "203.0.113.")), 1):
        address = Station(port, number).lease(sent).yiaddr
        check(address.startswith(prefix), f"{address} for {sent}")
    banned = Station(port, 9)
    banned.send(banned.message(dhcp.DISCOVER, user("BAN")))
    banned.silence(fence)


@test("no pool for a client's classes: silence, counted with its reason")
def excluded(lab):
    tree = server(subnet(pool=None, pools=pools(((10, 19), "lab"), ((30, 30), "fence"))),
                  client_classes=[LAB, {"name": "fence", "test": "pkt4.mac == 0x021e55fe0000"}])
    one, port = lab.simple(tree)
    fence = lab.fence(port)
    client = Station(port)
    client.send(client.message(dhcp.DISCOVER))
    client.silence(fence)
    if lab.kind == "lessord":  # Kea 2.2 does not count it
        for name in ("v4-allocation-fail", "v4-allocation-fail-classes",
                     "subnet[1].v4-allocation-fail", "subnet[1].v4-allocation-fail-classes"):
            equal(one.statistic(name), 1, name)
        check("ALLOC_ENGINE_V4_ALLOC_FAIL_CLASSES" in one.log(), "the event is missing")
        check("ALL, UNKNOWN" in one.log(), "its text names the classes")


@test("KNOWN and UNKNOWN clients, and what depends on them, once reservations are looked for")
def known(lab):
    tree = server(subnet(pool=None, pools=pools(((10, 19), "KNOWN"), ((20, 29), "guest"),
                                                ((30, 39), "member")),
                         reservations=[{"hw-address": "02:1e:55:00:00:01", "hostname": "one"},
                                       {"hw-address": "02:1e:55:00:00:02",
                                        "client-classes": ["member"]}]),
                  client_classes=[{"name": "guest", "test": "member('UNKNOWN')"},
                                  {"name": "member"}])
    _, port = lab.simple(tree)
    equal(Station(port, 1).lease().yiaddr, "192.0.2.10", "known")
    equal(Station(port, 3).lease().yiaddr, "192.0.2.20", "unknown")


@test("the class of a reservation opens a pool")
def reserved_class(lab):
    tree = server(subnet(pool=None, pools=pools(((10, 19), "member"), ((20, 29), "UNKNOWN")),
                         reservations=[{"hw-address": "02:1e:55:00:00:01",
                                        "client-classes": ["member"]}]),
                  client_classes=[{"name": "member"}])
    _, port = lab.simple(tree)
    equal(Station(port, 1).lease().yiaddr, "192.0.2.10", "in the class")
    equal(Station(port, 2).lease().yiaddr, "192.0.2.20", "not in the class")


@test("VENDOR_CLASS_x: by option 60")
def vendor(lab):
    tree = server(subnet(pool=None, pools=pools(((10, 19), "VENDOR_CLASS_PXE 2.1"),
                                                ((20, 29), None))),
                  client_classes=[{"name": "VENDOR_CLASS_PXE 2.1", "boot-file-name": "boot.efi"}])
    _, port = lab.simple(tree)
    ack = Station(port, 1).lease({VENDOR_CLASS: b"PXE 2.1"})
    equal((ack.yiaddr, ack.file.rstrip(b"\0")), ("192.0.2.10", b"boot.efi"), "address, file")
    full = [Station(port, n).lease().yiaddr for n in range(2, 4)]
    equal(full, ["192.0.2.20", "192.0.2.21"], "others")


@test("DROP: no answer, counted as filtered; also where it depends on KNOWN")
def drop(lab):
    for n, (expression, seen) in enumerate((("option[77].hex == 'BAD'", user("BAD")),
                                            ("member('UNKNOWN')", None))):
        host, clients, lan = lab.space(f"server{n}"), lab.space(f"clients{n}"), lab.lan(f"lan{n}")
        lan.join(host, "eth0", "192.0.2.1/24")
        lan.join(clients, "eth0")
        port = lab.port(clients)
        one = lab.server(host, server(
            subnet(reservations=[{"hw-address": "02:1e:55:fe:00:00", "hostname": "fence"}]),
            client_classes=[{"name": "DROP", "test": expression}]), f"server{n}")
        fence = lab.fence(port)
        client = Station(port, 1)
        client.send(client.message(dhcp.DISCOVER, seen))
        client.silence(fence)
        if lab.kind == "lessord":
            equal(one.statistic("pkt4-admin-filtered"), 1, "pkt4-admin-filtered")
        equal(one.statistic("pkt4-receive-drop"), 1, "pkt4-receive-drop")
        one.stop()


@test("REJECT: no offer, and NAK to a request", only="lessord")
def reject(lab):
    _, port = lab.simple(server(
        client_classes=[{"name": "REJECT", "test": "option[77].hex == 'NO'"}]))
    fence = lab.fence(port)
    client = Station(port, 1)
    client.send(client.message(dhcp.DISCOVER, user("NO")))
    client.silence(fence)
    client.lease()
    client.renew(options=user("NO"), expect=dhcp.NAK)


@test("lifetimes and boot fields: the first class that has them wins over the subnet")
def fields(lab):
    classes = [{**LAB, "next-server": "192.0.2.5"},
               {"name": "two", "test": "member('lab')", "next-server": "192.0.2.6",
                "boot-file-name": "two", "min-valid-lifetime": 100, "valid-lifetime": 200,
                "max-valid-lifetime": 300},
               {"name": "three", "test": "member('lab')", "valid-lifetime": 999,
                "server-hostname": "three"}]
    one, port = lab.simple(server(client_classes=classes, next_server="192.0.2.7",
                                  server_hostname="global"))
    for number, (sent, asked, want) in enumerate((
            ({}, None, (3600, "192.0.2.7", b"global", b"")),
            (user("LAB"), None, (200, "192.0.2.5", b"three", b"two")),
            (user("LAB"), 1000, (300, "192.0.2.5", b"three", b"two")),
            (user("LAB"), 1, (100, "192.0.2.5", b"three", b"two"))), 1):
        ack = Station(port, number).lease(
            {**sent, dhcp.LEASE_TIME: None if asked is None else dhcp.u32(asked)})
        equal((ack.number(dhcp.LEASE_TIME), ack.siaddr, ack.sname.rstrip(b"\0"),
               ack.file.rstrip(b"\0")), want, f"answer to {sent}, {asked}")
        equal(one.lease(ack.yiaddr)["valid-lft"], want[0], "valid-lft")


@test("additional classes are evaluated where a pool, subnet or network names them",
      only="lessord")
def additional(lab):
    classes = [{"name": "asked", "only-in-additional-list": True, "boot-file-name": "asked",
                "test": "option[77].hex == 'LAB'"},
               {"name": "untested", "server-hostname": "untested"},
               {"name": "elsewhere", "only-if-required": True, "next-server": "192.0.2.9",
                "test": "option[77].hex == 'LAB'"}]
    _, port = lab.simple(server(
        subnet(pool=None, require_client_classes=["untested"], pools=[
            {"pool": "192.0.2.10 - 192.0.2.19", "evaluate-additional-classes": ["asked"]}]),
        client_classes=classes))
    for number, (sent, want) in enumerate((({}, b""), (user("LAB"), b"asked")), 1):
        for reply in (Station(port, number).discover(sent), Station(port, number).lease(sent)):
            equal((reply.file.rstrip(b"\0"), reply.sname.rstrip(b"\0"), reply.siaddr),
                  (want, b"untested", "0.0.0.0"), f"answer to {sent}")


@test("template classes: the value makes the class", only="lessord")
def template(lab):
    classes = [{"name": "room", "template-test": "substring(option[77].hex, 0, 3)"},
               {"name": "SPAWN_room_r17", "boot-file-name": "r17"},
               {"name": "east", "test": "member('SPAWN_room_r18')"}]
    _, port = lab.simple(server(
        subnet(pool=None, pools=pools(((10, 19), "SPAWN_room_r17"), ((20, 29), "east"),
                                      ((30, 39), "SPAWN_room_r19"), ((40, 49), None))),
        client_classes=classes))
    # full pools first, so that each client can only get what its class opens to it
    others = [Station(port, 100 + n).lease().yiaddr for n in range(10)]
    equal(set(others), {f"192.0.2.{n}" for n in range(40, 50)}, "without a room")
    for number, (room, want) in enumerate((("r17x", 10), ("r18", 20), ("r19", 30)), 1):
        ack = Station(port, number).lease(user(room))
        equal(ack.yiaddr, f"192.0.2.{want}", f"room {room}")
        equal(ack.file.rstrip(b"\0"), b"r17" if want == 10 else b"", "file")


if __name__ == "__main__":
    case.main()
