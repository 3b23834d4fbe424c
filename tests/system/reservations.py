#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reservations: who gets a reserved address, who does not, and what comes with it."""

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.dhcp import ip
from lib.station import Station
from lib.wait import check, equal, wait_for

MAC = [f"02:1e:55:00:00:{n:02x}" for n in range(16)]


def host(number, address=None, **more):
    made = {"hw-address": MAC[number]}
    if address is not None:
        made["ip-address"] = address
    made.update({name.replace("_", "-"): value for name, value in more.items()})
    return made


def four(*hosts, **more):
    """A subnet with four addresses to lease."""
    return subnet(pool="192.0.2.100 - 192.0.2.103", reservations=list(hosts), **more)


def change(one, tree):
    one.write(tree)
    one.call("config-reload")


@test("a reserved address, in a pool or not, is its client's and nobody else's")
def kept(lab):
    one, port = lab.simple(server(four(host(1, "192.0.2.101"), host(2, "192.0.2.50"))))
    fence = lab.fence(port)
    thief = Station(port, 7)
    for address in ("192.0.2.101", "192.0.2.50"):
        offer = thief.discover({dhcp.ADDRESS: ip(address)})
        check(offer.yiaddr != address, f"{address} offered to another client")
    others = [fence.address] + [Station(port, n).lease().yiaddr for n in (7, 8)]
    equal(set(others), {"192.0.2.100", "192.0.2.102", "192.0.2.103"}, "addresses of the others")
    late = Station(port, 9)
    late.send(late.message(dhcp.DISCOVER))
    late.silence(fence)
    for number, address in ((1, "192.0.2.101"), (2, "192.0.2.50")):
        client = Station(port, number)
        equal(client.discover().yiaddr, address, "offered")
        equal(client.lease().yiaddr, address, "leased")
        equal(client.renew().yiaddr, address, "renewed")
        equal(one.lease(address)["hw-address"], MAC[number], "in the table")


@test("another client's request for a reserved address: NAK")
def refused(lab):
    _, port = lab.simple(server(four(host(1, "192.0.2.101"))))
    client = Station(port, 7)
    offer = client.discover()
    client.request({dhcp.ADDRESS: ip("192.0.2.101"),
                    dhcp.SERVER_ID: offer.get(dhcp.SERVER_ID)}, expect=dhcp.NAK)


@test("a client is found by each kind of identifier")
def identifiers(lab):
    duid = bytes.fromhex("000100011234567802000000aabb")
    hosts = [{"duid": duid.hex(":"), "hostname": "by-duid"},
             {"client-id": "01:02:03:04", "hostname": "by-client-id"},
             host(1, hostname="by-hw-address")]
    one, port = lab.simple(server(four(*hosts), host_reservation_identifiers=[
        "hw-address", "duid", "circuit-id", "client-id"]))
    for number, (client_id, name) in enumerate(((None, "by-hw-address"),
                                                (b"\xff\0\0\0\1" + duid, "by-duid"),
                                                (b"\1\2\3\4", "by-client-id")), 1):
        ack = Station(port, number, client_id=client_id).lease({dhcp.WANTED: bytes([12])})
        equal(ack.get(dhcp.HOST_NAME), name.encode(), "option 12")
        equal(one.lease(ack.yiaddr)["hostname"], name, "name of the lease")


@test("circuit-id and flex-id, through a relay", only="lessord")
def relayed(lab):
    hosts = [{"circuit-id": "'port-7'", "ip-address": "192.0.2.77"},
             {"flex-id": "'seven'", "ip-address": "192.0.2.78"}]
    lan, server_space, relay = lab.lan(), lab.space("server"), lab.space("relay")
    lan.join(server_space, "eth0", "192.0.2.1/24")
    lan.join(relay, "eth0")
    port = lab.port(relay)
    lab.server(server_space, server(
        four(*hosts), host_reservation_identifiers=["flex-id", "circuit-id"],
        flex_id_expression="substring(relay4[2].hex, 0, 5)"))
    port.owns["192.0.2.2"] = port.mac
    for number, (agent, want) in enumerate((
            (bytes([1, 6]) + b"port-7", "192.0.2.77"),
            (bytes([1, 6]) + b"port-7" + bytes([2, 7]) + b"sevenup", "192.0.2.78")), 1):
        client = Station(port, number)
        offer = client.discover({dhcp.AGENT: agent}, giaddr="192.0.2.2", hops=1, around={
            "src_ip": "192.0.2.2", "dst_ip": "192.0.2.1", "src_port": 67,
            "dst_mac": server_space.mac("eth0")})
        equal(offer.yiaddr, want, "address")


@test("the host name and the boot fields of a reservation win")
def fields(lab):
    one, port = lab.simple(server(
        four(host(1, "192.0.2.101", hostname="Printer7.Example.org", next_server="192.0.2.9",
                  boot_file_name="mine", client_classes=["c"])),
        client_classes=[{"name": "c", "boot-file-name": "class", "server-hostname": "class"}],
        next_server="192.0.2.8"))
    for reply in (Station(port, 1).discover({dhcp.HOST_NAME: b"called-so"}),
                  Station(port, 1).lease({dhcp.HOST_NAME: b"called-so"})):
        equal((reply.siaddr, reply.file.rstrip(b"\0"), reply.sname.rstrip(b"\0")),
              ("192.0.2.9", b"mine", b"class"), "boot fields")
        equal(reply.get(dhcp.HOST_NAME), b"printer7.example.org", "option 12")
    equal(one.lease("192.0.2.101")["hostname"], "printer7.example.org", "name of the lease")


@test("a reservation that comes later: NAK for the old address, then the reserved one")
def moved(lab):
    one, port = lab.simple(server(four()))
    client = Station(port, 1)
    old = client.lease().yiaddr
    change(one, server(four(host(1, "192.0.2.50"))))
    client.renew(expect=dhcp.NAK)
    client.reboot(old, expect=dhcp.NAK)
    equal(client.lease().yiaddr, "192.0.2.50", "address")
    equal(client.renew().yiaddr, "192.0.2.50", "renewed")
    check(not one.holds(old), f"{old} is still leased")


@test("a reserved address that another client holds: another one meanwhile, and a conflict")
def conflict(lab):
    one, port = lab.simple(server(four()))
    holder, client = Station(port, 7), Station(port, 1)
    address = holder.lease().yiaddr
    change(one, server(four(host(1, address))))
    other = client.lease().yiaddr
    check(other != address and other.startswith("192.0.2.10"), f"leased: {other}")
    for name in ("v4-reservation-conflicts", "subnet[1].v4-reservation-conflicts"):
        check(one.statistic(name) >= 1, name)
    holder.renew(expect=dhcp.NAK)
    holder.release()
    wait_for(lambda: not one.holds(address), 5, f"{address} is released")
    equal(client.discover().yiaddr, address, "offered once it is free")
    client.renew(expect=dhcp.NAK)
    equal(client.lease().yiaddr, address, "leased")


@test("an address that is not reserved any more goes to whoever comes", only="lessord")
def freed(lab):
    hosts = [host(n, f"192.0.2.{100 + n}") for n in range(4)]
    one, port = lab.simple(server(four(*hosts)), start=False)
    one.start()
    client = Station(port, 9)
    for number in range(9, 12):
        client = Station(port, number)
        client.send(client.message(dhcp.DISCOVER))
        equal(client.answer(0.3), None, "all are reserved")
    change(one, server(four()))
    got = {wait_for(lambda n=n: Station(port, n).discover(expect=None, seconds=1), 10,
                    "an offer").yiaddr for n in range(9, 13)}
    equal(got, {f"192.0.2.{n}" for n in range(100, 104)}, "offered")


@test("global reservations count where a subnet says so; disabled ones nowhere")
def modes(lab):
    for n, (mode, want) in enumerate((("all", "192.0.2.50"), ("global", "192.0.2.60"),
                                      ("disabled", None), ("out-of-pool", "192.0.2.50"))):
        space, clients, lan = lab.space(f"server{n}"), lab.space(f"clients{n}"), lab.lan(f"lan{n}")
        lan.join(space, "eth0", "192.0.2.1/24")
        lan.join(clients, "eth0")
        flags = {"all": {}, "global": {"reservations-global": True,
                                       "reservations-in-subnet": False},
                 "disabled": {"reservations-in-subnet": False},
                 "out-of-pool": {"reservations-out-of-pool": True}}[mode]
        tree = server(four(host(1, "192.0.2.50")), reservations=[host(1, "192.0.2.60")])
        tree["subnet4"][0].update(flags)
        one = lab.server(space, tree, f"server{n}")
        got = Station(lab.port(clients), 1).lease().yiaddr
        check(got == want or (want is None and got.startswith("192.0.2.10")), f"{mode}: {got}")
        one.stop()


@test("a global reservation leads its client into a subnet, if it is looked for early",
      only="lessord")
def early(lab):
    members = [subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.19", client_class="x"),
               subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.19", None)]
    tree = server(reservations=[host(1, client_classes=["x"])], client_classes=[{"name": "x"}],
                  reservations_global=True, early_global_reservations_lookup=True,
                  shared_networks=[{"name": "n", "interface": "eth0", "subnet4": members}])
    tree["subnet4"] = []
    _, port = lab.simple(tree)
    equal(Station(port, 1).lease().yiaddr, "192.0.2.10", "with a reservation")
    equal(Station(port, 2).lease().yiaddr, "198.51.100.10", "without")


@test("in a shared network the subnet of the reservation comes first")
def network(lab):
    members = [subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.19"),
               subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.19", None,
                      reservations=[host(1, "198.51.100.50", hostname="two")])]
    tree = server(shared_networks=[{"name": "n", "interface": "eth0", "subnet4": members}])
    tree["subnet4"] = []
    one, port = lab.simple(tree)
    client = Station(port, 1)
    equal(client.lease().yiaddr, "198.51.100.50", "with a reservation")
    equal(client.renew().yiaddr, "198.51.100.50", "renewed")
    equal(one.lease("198.51.100.50")["subnet-id"], 2, "subnet")
    check(Station(port, 2).lease().yiaddr.startswith("192.0.2."), "without")


if __name__ == "__main__":
    case.main()
