#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Relayed clients, in both kinds of sockets: which subnet, which answer, sent where."""

import json
import os

from lib import case, dhcp
from lib.config import option, server, subnet
from lib.dhcp import ip
from lib.station import Station
from lib.wait import check, equal

SERVER, RELAY, GIADDR = "198.51.100.1", "198.51.100.2", "192.0.2.1"
CIRCUIT = (bytes([1, 6]) + b"port-7" + bytes([2, 4]) + b"\x00\xff\x0a\x01"
           + bytes([151, 3]) + b"\0vp")


def test(promise, **more):
    """Registers the function for raw and for udp sockets; it gets the mode as second argument."""
    def register(function):
        for mode in ("raw", "udp"):
            case.test(f"{promise} ({mode})", **more)(
                lambda lab, mode=mode: function(lab, mode))
        return function
    return register


class Relayed(Station):
    """A client behind a relay that the test plays: unicast from the relay to the server."""

    def __init__(self, port, number=1, giaddr=GIADDR, agent=CIRCUIT, from_port=67, **more):
        super().__init__(port, number, **more)
        self.giaddr, self.agent, self.from_port = giaddr, agent, from_port

    def message(self, kind, options=None, wanted=None, **fields):
        if "ciaddr" not in fields or kind == dhcp.INFORM:
            fields.setdefault("giaddr", self.giaddr)
            fields.setdefault("hops", 1)
            options = {**(options or {}), dhcp.AGENT: self.agent}
        return super().message(kind, options, wanted, **fields)

    def send(self, message, **around):
        host = {"src_ip": RELAY, "dst_ip": SERVER, "src_port": self.from_port}
        super().send(message, **{"src_mac": self.port.mac, "dst_mac": self.port.server_mac,
                                 **(host if message.giaddr != "0.0.0.0" else {}), **around})

    def to_server(self):
        """A renewal comes from the client itself, by way of the relay's host as its router."""
        return {"src_ip": self.address, "dst_ip": SERVER, "dst_mac": self.port.server_mac}


def site(lab, mode, *subnets, **more):
    """A server whose clients are all behind 198.51.100.2; returns server and port."""
    lan, host, relay = lab.lan(), lab.space("server"), lab.space("relay")
    lan.join(host, "eth0", f"{SERVER}/24")
    lan.join(relay, "eth0")
    host.ip(f"route add default via {RELAY}")
    port = lab.port(relay)
    port.owns[RELAY] = port.mac
    port.server_mac = host.mac("eth0")
    return lab.server(host, server(*subnets, socket_type=mode, **more)), port


@test("the answer goes to the relay's address, port 67")
def destination(lab, mode):
    _, port = site(lab, mode)
    client = Relayed(port)
    offer = client.discover()
    for reply in (offer, client.select(offer)):
        frame = client.frame
        equal((frame.dst_ip, frame.dst_port, frame.src_port, frame.dst_mac),
              (GIADDR, 67, 67, port.mac), "destination")
        equal((reply.giaddr, reply.op), (GIADDR, 2), "giaddr")
        check(reply.yiaddr.startswith("192.0.2."), f"{reply.yiaddr} is of another subnet")
        equal(reply.address(dhcp.SERVER_ID), SERVER, "server identifier")


@test("option 82 comes back octet for octet, as the last option")
def agent(lab, mode):
    _, port = site(lab, mode, option_data=[option("ntp-servers", "192.0.2.123")])
    client = Relayed(port, client_id=b"\0relayed")
    offer = client.discover({dhcp.WANTED: bytes([42])})
    nak = Relayed(port, 1, client_id=b"\0relayed")
    for reply in (offer, client.select(offer), nak.reboot("203.0.113.9", expect=dhcp.NAK)):
        equal(reply.get(dhcp.AGENT), CIRCUIT, "option 82")
        equal(reply.codes()[-1], dhcp.AGENT, "last option")
    check(not Relayed(port, 2, agent=None).lease().has(dhcp.AGENT), "option 82 out of nothing")


@test("a relayed NAK has the broadcast bit set", only="lessord")
def nak_broadcast(lab, mode):
    _, port = site(lab, mode)
    client = Relayed(port)
    client.lease()
    nak = client.reboot("203.0.113.9", expect=dhcp.NAK)
    equal(nak.flags & dhcp.BROADCAST, dhcp.BROADCAST, "broadcast bit")
    equal((client.frame.dst_ip, client.frame.dst_port), (GIADDR, 67), "destination")


@test("renewals come through the router and are answered to the client")
def renewal(lab, mode):
    _, port = site(lab, mode)
    client = Relayed(port)
    address = client.lease().yiaddr
    ack = client.renew()
    equal((ack.yiaddr, ack.giaddr), (address, "0.0.0.0"), "yiaddr and giaddr")
    equal((client.frame.dst_ip, client.frame.dst_port), (address, 68), "destination")


@test("the relay's address chooses the subnet: by prefix, by relay.ip-addresses")
def subnets(lab, mode):
    _, port = site(lab, mode, subnet(), subnet(
        2, "203.0.113.0/24", "203.0.113.10 - 203.0.113.99", "203.0.113.1",
        relay={"ip-addresses": ["10.9.9.9"]}))
    cases = ((GIADDR, "192.0.2."), ("192.0.2.77", "192.0.2."), ("10.9.9.9", "203.0.113."))
    for number, (giaddr, prefix) in enumerate(cases, 1):
        got = Relayed(port, number, giaddr).lease().yiaddr
        check(got.startswith(prefix), f"giaddr {giaddr}: {got}")


@test("link selection (RFC 3527, RFC 3011) chooses the subnet")
def link_selection(lab, mode):
    _, port = site(lab, mode, subnet(), subnet(
        2, "203.0.113.0/24", "203.0.113.10 - 203.0.113.99", "203.0.113.1"))
    by_relay = Relayed(port, 1, agent=CIRCUIT + bytes([5, 4]) + ip("203.0.113.0"))
    check(by_relay.lease().yiaddr.startswith("203.0.113."), "link-selection")
    by_client = Relayed(port, 2)
    offer = by_client.discover({118: ip("203.0.113.0")})
    check(offer.yiaddr.startswith("203.0.113."), "subnet-selection")


@test("server-id-override (RFC 5107) is the server identifier", only="lessord")
def override(lab, mode):
    _, port = site(lab, mode)
    client = Relayed(port, agent=CIRCUIT + bytes([11, 4]) + ip(GIADDR))
    offer = client.discover()
    equal(offer.address(dhcp.SERVER_ID), GIADDR, "server identifier")
    equal(client.select(offer).address(dhcp.SERVER_ID), GIADDR, "server identifier of the ACK")


@test("a relay port (RFC 8357) is answered at that port, another source port is not",
      only="lessord")
def relay_port(lab, mode):
    _, port = site(lab, mode)
    with_option = Relayed(port, 1, agent=CIRCUIT + bytes([19, 2]) + (4067).to_bytes(2, "big"),
                          from_port=4067)
    with_option.discover()
    equal(with_option.frame.dst_port, 4067, "port with sub-option 19")
    without = Relayed(port, 2, from_port=4067)
    without.discover()
    equal(without.frame.dst_port, 67, "port without sub-option 19")


@test("relay-reply-port = \"source\": a relay is answered at the port it sends from", only="lessord")
def reply_port(lab, mode):
    one, port = site(lab, mode, subnet(relay_reply_port="source"), subnet(
        2, "203.0.113.0/24", "203.0.113.10 - 203.0.113.99", "203.0.113.1"))
    client = Relayed(port, 1, from_port=4067)
    ack = client.lease()
    equal((client.frame.dst_ip, client.frame.dst_port), (GIADDR, 4067), "destination of the ACK")
    equal(ack.giaddr, GIADDR, "giaddr")
    client = Relayed(port, 2, "203.0.113.1", from_port=4067)
    client.lease()
    equal(client.frame.dst_port, 67, "port in the other subnet")
    check("RELAY_PORT_SUSPECTED" not in one.log(), "a relay that is answered is suspected")


@test("a relay that seems not to get its answers is named once in the journal", only="lessord")
def suspected(lab, mode):
    one, port = site(lab, mode)
    deaf, good = Relayed(port, 1, from_port=4067), Relayed(port, 2)
    for _ in range(4):
        good.discover()
    check("RELAY_PORT_SUSPECTED" not in one.log(), "a relay at port 67 is suspected")
    for _ in range(8):
        deaf.discover()
    said = [line for line in one.log().splitlines() if "RELAY_PORT_SUSPECTED" in line]
    equal(len(said), 1, "events")
    check(f"relay {GIADDR} ({RELAY}): sends from port 4067" in said[0], said[0])


@test("no subnet for a relay: DISCOVER gets no answer, REQUEST a NAK")
def no_subnet(lab, mode):
    one, port = site(lab, mode)
    fence, client = Relayed(port, 2), Relayed(port, giaddr="10.66.0.1")
    fence.lease()
    client.send(client.message(dhcp.DISCOVER))
    client.silence(fence)
    client.request({dhcp.ADDRESS: ip("10.66.0.9"), dhcp.SERVER_ID: ip(SERVER)}, expect=dhcp.NAK)
    if one.kind == "lessord":
        check("DHCP4_PACKET_NAK_0001" in one.log(), "the event names no subnet")


@test("a shared network: when one subnet is full, the next one serves")
def shared(lab, mode):
    first = subnet(pool="192.0.2.10 - 192.0.2.10")
    second = subnet(2, "203.0.113.0/24", "203.0.113.10 - 203.0.113.11", "203.0.113.1")
    one, port = site(lab, mode, subnet(3, "198.51.100.0/24", None, None),
                     shared_networks=[{"name": "floor", "subnet4": [first, second]}])
    acks = [Relayed(port, number).lease() for number in (1, 2, 3)]
    equal([ack.yiaddr for ack in acks][0], "192.0.2.10", "first address")
    equal({ack.yiaddr for ack in acks[1:]}, {"203.0.113.10", "203.0.113.11"}, "next ones")
    equal([ack.address(dhcp.ROUTERS) for ack in acks], ["192.0.2.1"] + ["203.0.113.1"] * 2,
          "routers by subnet")
    fence, late = Relayed(port, 1), Relayed(port, 4)
    fence.lease()
    late.send(late.message(dhcp.DISCOVER))
    late.silence(fence)
    equal(one.statistic("v4-allocation-fail-shared-network"), 1, "allocation failures")


@test("a relayed INFORM is answered to the client itself")
def inform(lab, mode):
    _, port = site(lab, mode)
    client = Relayed(port)
    client.send(client.message(dhcp.INFORM, ciaddr="192.0.2.250"))
    ack = client.answer()
    check(ack is not None and ack.type == dhcp.ACK, f"no ACK: {ack}")
    equal((client.frame.dst_ip, client.frame.dst_port), ("192.0.2.250", 68), "destination")
    equal((ack.yiaddr, ack.giaddr, ack.has(dhcp.AGENT)), ("0.0.0.0", "0.0.0.0", False),
          "what is of the relay's way")


@test("store-extended-info keeps option 82 in the lease, through a renewal without it",
      only="lessord")
def extended_info(lab, mode):
    one, port = site(lab, mode, store_extended_info=True)
    client = Relayed(port)
    address = client.lease().yiaddr
    kept = {"sub-options": "0x" + CIRCUIT.hex().upper(), "remote-id": "00FF0A01"}
    for what in ("the lease", "its renewal"):
        equal(one.lease(address)["user-context"], {"ISC": {"relay-agent-info": kept}}, what)
        client.renew()
    check("user-context" not in site_without(lab, mode), "kept without being told to")


def site_without(lab, mode):
    """A lease of a server that keeps nothing."""
    host, relay, lan = lab.space("server2"), lab.space("relay2"), lab.lan("lan2")
    lan.join(host, "eth0", f"{SERVER}/24")
    lan.join(relay, "eth0")
    host.ip(f"route add default via {RELAY}")
    port = lab.port(relay)
    port.owns[RELAY] = port.mac
    port.server_mac = host.mac("eth0")
    one = lab.server(host, server(socket_type=mode), "server2")
    return one.lease(Relayed(port).lease().yiaddr)


@test("stash-agent-options: a renewal without option 82 counts as if it had it", only="lessord")
def stash(lab, mode):
    one, port = site(lab, mode, stash_agent_options=True)
    client = Relayed(port, agent=CIRCUIT + bytes([11, 4]) + ip(GIADDR))
    client.lease()
    ack = client.renew()
    equal(ack.address(dhcp.SERVER_ID), GIADDR, "server identifier, by the relay's override")
    check(not ack.has(dhcp.AGENT), "option 82 to a client that sent none")
    check("user-context" in one.lease(ack.yiaddr), "kept by the renewal")
    other = Relayed(port, 2)
    other.address, other.server = client.address, SERVER
    reply = other.renew(expect=None)
    check(reply is None or reply.type == dhcp.NAK, f"another client's address: {reply}")


@test("compatibility: link selection ignored, cut sub-options mended", only="lessord")
def compatibility(lab, mode):
    _, port = site(lab, mode, subnet(), subnet(2, "203.0.113.0/24", "203.0.113.10 - 203.0.113.99"),
                   compatibility={"lenient-option-parsing": True,
                                  "ignore-rai-link-selection": True})
    client = Relayed(port, agent=bytes([5, 4]) + ip("203.0.113.0") + b"\x01\x09ab")
    offer = client.discover()
    check(offer.yiaddr.startswith("192.0.2."), f"link selection was followed: {offer}")
    equal(offer.get(dhcp.AGENT), bytes([5, 4]) + ip("203.0.113.0") + b"\x01\x02ab", "option 82")


@case.test("lessor-load plays several relays, and its clients send the options of their line",
           only="lessord")
def load_of_relays(lab):
    lan, host, relay = lab.lan(), lab.space("server"), lab.space("relay")
    lan.join(host, "eth0", f"{SERVER}/24")
    lan.join(relay, "eth0", f"{RELAY}/24")
    host.ip(f"route add default via {RELAY}")
    relay.ip("route add local 192.0.0.0/16 dev lo")
    lab_class = {"name": "lab", "test": "option[77].hex == 'LAB'"}
    one = lab.server(host, server(
        subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.200"),
        subnet(2, "192.0.3.0/24", "192.0.3.10 - 192.0.3.200", client_class="lab"),
        client_classes=[lab_class]))
    path = os.path.join(lab.dir, "relays")
    with open(path, "w", encoding="ascii") as f:
        f.write("192.0.2.1 20  # no options\n\n192.0.3.1 30 77=LAB 60=any\n")
    argv = (lab.program("lessor-load"), "--relays", path, SERVER, "--once", "--json")
    equal(json.loads(relay.run(*argv).stdout)["completed"], 50, "exchanges")
    for address, lease in one.leases().items():
        equal(lease["subnet-id"], 1 if int(lease["hw-address"][-2:], 16) < 20 else 2, address)
    with open(path, "a", encoding="ascii") as f:
        f.write("192.0.3.1 10 77=" + "x" * 70 + "\n")
    relay.run(*argv, status=3)


if __name__ == "__main__":
    case.main()
