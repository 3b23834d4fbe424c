#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that the book in doc/book tells its readers to type is typed, in its order, on the hosts
of its picture; what the book prints beneath has to come."""

import glob
import os
import re

from lib import case, chapter
from lib.case import full, test
from lib.machine import Machine
from lib.wait import Failure, check, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOOK = sorted(glob.glob(os.path.join(TOP, "doc", "book", "*.md")))
PROSE = BOOK + [os.path.join(TOP, name) for name in
                ("README.md", "CONTRIBUTING.md", "SECURITY.md", "doc/release.md")]

# host: interfaces in the order of their names, each the link and the host's address there
PICTURE = {
    "dhcp1": [("office", "192.0.2.1/24")],
    "dhcp2": [("office", "192.0.2.2/24")],
    "laptop": [("office", None)],
    "router": [("office", "192.0.2.3/24"), ("branch", "198.51.100.1/24")],
    "desk": [("branch", None)],
}


class Hosts:
    """The hosts of the book's picture, made when a block first names them."""

    def __init__(self, lab):
        self.lab, self.links, self.made = lab, {}, {}

    def get(self, name):
        if name not in self.made:
            self.made[name] = self._make(name)
        return self.made[name]

    def _make(self, name):
        host = Machine(self.lab, name)
        for number, (link, address) in enumerate(PICTURE[name]):
            if link not in self.links:
                self.links[link] = self.lab.lan(link)
            ifname = f"eth{number}"
            self.links[link].join(host.space, ifname)
            mac = f"02:00:00:00:0{number}:0{list(PICTURE).index(name) + 1}"
            host.space.ip(f"link set {ifname} address {mac}")
            host.space.up(ifname, address)
        if name.startswith("dhcp"):
            host.space.ip("route add 198.51.100.0/24 via 192.0.2.3")
        if name == "router":
            host.space.sysctl("net/ipv4/ip_forward", 1)
        return host


def play(lab, path):
    hosts, done, left = Hosts(lab), 0, 0
    for block in chapter.blocks(path):
        if block.host is None:
            continue
        if "full" in block.words and not full():
            left += 1
            continue
        if "file" in block.words:
            hosts.get(block.host).write(block.words["file"], block.text)
        else:
            chapter.play(block, hosts.get(block.host), wait_for)
        done += 1
    lab.note = f"{done} blocks" + (f", {left} with LESSOR_FULL=1 only" if left else "")


def register(path):
    name = os.path.basename(path)

    @test(f"what {name} tells to type does what it says", only="lessord",
          seconds=3600 if full() else 120)
    def _played(lab):
        play(lab, path)


@test("every command of the book and its neighbours is marked for this test", only="lessord")
def marked(_lab):
    for path in PROSE:
        for block in chapter.blocks(path):
            typed = block.language in ("console", "sh", "bash", "shell")
            check(not typed or block.host is not None,
                  f"{path}:{block.line}: a command that nothing tests")
            check(block.host in (None, *PICTURE), f"{path}:{block.line}: no host {block.host}")


@test("links of the book lead to files that are there", only="lessord")
def links(_lab):
    for path in PROSE:
        with open(path, encoding="utf-8") as f:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", f.read()):
                there = os.path.join(os.path.dirname(path), target)
                if not os.path.exists(there):
                    raise Failure(f"{path}: no {target}")


for one in PROSE:
    if any(block.host for block in chapter.blocks(one)):
        register(one)

if __name__ == "__main__":
    case.main()
