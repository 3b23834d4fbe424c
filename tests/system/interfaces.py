#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Interfaces come, go and change without a restart: served within 3 s of being ready, and the
others never notice."""

import time

from lib import case, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.load import Load
from lib.net import Lan
from lib.station import Station
from lib.wait import check, equal, wait_for

WITHIN = 3.0
SECOND = "198.51.100.1/24"


class Site:
    """A server on eth0, which is there and under load, and on eth1, which the test plays with."""

    def __init__(self, lab, interfaces=("eth0", "eth1"), join=True, **more):
        self.lab = lab
        self.first, self.second = lab.lan("first"), lab.lan("second")
        self.host, self.clients, self.others = (lab.space("server"), lab.space("clients"),
                                                lab.space("others"))
        self.first.join(self.host, "eth0", "192.0.2.1/24")
        self.first.join(self.clients, "eth0")
        self.second.join(self.others, "eth0")
        self.port = lab.port(self.others)
        self.number = 0
        if join:
            self.second.join(self.host, "eth1", SECOND)
        self.one = lab.server(self.host, server(
            subnet(1, "192.0.2.0/24"),
            subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.200", None),
            interfaces=interfaces, **more))
        self.load = Load(lab, self.clients, 100, 60, 100)

    def offer(self, seconds=0.1):
        """What a new client on the second link is offered, if anything."""
        self.number += 1
        return Station(self.port, self.number).discover(expect=None, seconds=seconds)

    def served(self, what):
        """Waits until it is; returns the OFFER and notes how long that took."""
        start = time.monotonic()
        offer = wait_for(self.offer, WITHIN, f"clients on eth1 are served: {what}")
        check(offer.yiaddr.startswith("198.51.100."), f"offered {offer.yiaddr}")
        self.took(what, time.monotonic() - start)
        return offer

    def took(self, what, seconds):
        self.lab.note += f"{', ' if self.lab.note else ''}{what} {seconds:.2f} s"

    def state(self, word):
        """Waits until the log names the event for eth1 (INTERFACE_UP, INTERFACE_DOWN)."""
        def told():
            lines = [line for line in self.one.log().splitlines()
                     if "INTERFACE_" in line and "eth1" in line]
            return lines and word in lines[-1]
        wait_for(told, WITHIN, f"{word} eth1 is logged")

    def end(self):
        """The load on eth0 ran without a single loss, by the same processes."""
        report = self.load.stop()
        check(report["completed"] > 0, "no load on eth0")
        equal(report["drops"], 0, "exchanges given up on eth0")


@test("an interface missing at start is served when it appears", only="lessord")
def appears(lab):
    site = Site(lab, join=False)
    equal(site.one.call("status-get")["result"], 0, "status while eth1 is missing")
    site.state("INTERFACE_DOWN")
    site.second.join(site.host, "eth1", SECOND)
    site.served("appeared")
    site.state("INTERFACE_UP")
    site.end()


@test("an interface goes down and up", only="lessord")
def down_up(lab):
    site = Site(lab)
    site.served("at start")
    site.host.ip("link set eth1 down")
    site.state("INTERFACE_DOWN")
    check(site.offer() is None, "served through an interface that is down")
    site.host.ip("link set eth1 up")
    site.served("up again")
    site.end()


@test("the link of an interface is cut and mended", only="lessord")
def carrier(lab):
    site = Site(lab)
    site.served("at start")
    port = f"p{site.second.ports}"
    site.second.switch.ip(f"link set {port} down")
    site.state("INTERFACE_DOWN")
    site.second.switch.ip(f"link set {port} up")
    site.served("mended")
    site.end()


@test("an address changes: the new one is the server identifier", only="lessord")
def address_changes(lab):
    site = Site(lab)
    equal(site.served("at start").address(dhcp.SERVER_ID), "198.51.100.1", "server identifier")
    # in this order: the kernel takes secondary addresses away with their primary one
    site.host.ip("addr del 198.51.100.1/24 dev eth1")
    site.host.ip("addr add 198.51.100.2/24 dev eth1")
    start = time.monotonic()

    def changed():
        offer = site.offer()
        return offer is not None and offer.address(dhcp.SERVER_ID) == "198.51.100.2"
    wait_for(changed, WITHIN, "the server identifier is the new address")
    site.took("new address", time.monotonic() - start)
    site.end()


@test("an address goes and comes back", only="lessord")
def address_missing(lab):
    site = Site(lab)
    site.served("at start")
    site.host.ip("addr flush dev eth1")
    site.state("INTERFACE_DOWN")
    check(site.offer() is None, "served without an address to be identified by")
    site.host.ip(f"addr add {SECOND} dev eth1")
    site.served("address back")
    site.end()


@test("an interface is removed and made again under its name", only="lessord")
def made_again(lab):
    site = Site(lab)
    site.served("at start")
    for number in range(3):
        site.host.ip("link del eth1")
        if number == 0:
            site.state("INTERFACE_DOWN")
        site.second.join(site.host, "eth1", SECOND)
        site.served(f"made again ({number + 1})")
    site.end()


@test('interfaces = "*": new ones are served as they come', only="lessord")
def any_interface(lab):
    site = Site(lab, interfaces=("*",), join=False)
    site.second.join(site.host, "eth1", SECOND)
    site.served("new")
    third = Lan(lab, "third")
    third.join(site.host, "other2", "203.0.113.1/24")
    third.join(site.others, "eth1")
    port = lab.port(site.others, "eth1")
    site.state("INTERFACE_UP")
    check(Station(port, 1).discover(expect=None, seconds=0.3) is None,
          "a link without a subnet gets no offer")
    site.end()


@test("interface-add serves one more at once; interface-redetect tells what is there",
      only="lessord")
def added(lab):
    site = Site(lab, interfaces=("eth0",))
    equal(site.one.call("interface-redetect", None, 0)["text"], "1 interface detected.", "before")
    for wrong in ({}, {"interfaces": "eth1"}, {"interfaces": [1]}, {"interfaces": ["a b"]},
                  {"interfaces": ["eth0/192.0.2.1"]}):
        site.one.call("interface-add", wrong, 1)
    answer = site.one.call("interface-add", {"interfaces": ["eth0", "eth1"]}, 0)
    equal(answer["text"], "Operation succeeded.", "text")
    site.served("added")
    answer = site.one.call("interface-redetect", None, 0)
    equal([i["name"] for i in answer["arguments"]["interfaces"]], ["eth0", "eth1"], "interfaces")
    equal(site.one.call("config-get")["arguments"]["Dhcp4"]["interfaces-config"]["interfaces"],
          ["eth0", "eth1"], "configuration")
    site.end()


@test("several workers on an interface serve each client once", only="lessord")
def workers(lab):
    site = Site(lab, workers=3)
    wait_for(lambda: len(site.one.children("worker")) == 6, WITHIN, "six workers")
    for number in range(1, 60):
        client = Station(site.port, 0x100000 + number)
        offer = client.discover()
        check(client.answer(0) is None, "two answers to one DISCOVER")
        equal(client.select(offer).yiaddr, offer.yiaddr, "address")
    site.end()


if __name__ == "__main__":
    case.main()
