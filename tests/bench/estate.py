#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the reference estate as a Kea configuration: 142 shared networks, 829 subnets, 14,404
reservations, two classes a subnet; --scale 10 writes ten times all that.

    tests/bench/estate.py [--scale N] [--interface IF] [--kea 2|3] [--leases FILE]
                          [--socket PATH] [-o FILE]

Always the same file for the same arguments. Subnets are 10.0.0.0/24, 10.0.1.0/24 and so on with the
ids 1, 2, ...; a network has five or six, and the address .1 of its first one is the relay of them
all. In each subnet .2 and up are reserved, .32 - .223 is for everybody, .224 - .239 for the user
class (option 77) SITE-<id>. Reserved clients have the addresses 02:00:00:00:00:01 and up. User class
W10TEST chooses the domain of the subnet, and option 234 is sent on request.
"""
import argparse
import json
import sys

NETWORKS, SUBNETS, RESERVATIONS = 142, 829, 14404
SUBNETS_MAX = 65536  # of /24 in 10.0.0.0/8
FIRST_RESERVED = 2


def address(subnet, host):
    return f"10.{subnet >> 8}.{subnet & 255}.{host}"


def share(total, parts, i):
    """The i-th of parts as equal as whole numbers can be, which add up to total."""
    return (i + 1) * total // parts - i * total // parts


class Estate:
    """The parts of the configuration, under the names that the wanted version of Kea has."""

    def __init__(self, args):
        self.args = args
        self.subnets = SUBNETS * args.scale
        self.reserved = 0
        new = args.kea == "3"
        self.only_listed = "only-in-additional-list" if new else "only-if-required"
        self.evaluate = "evaluate-additional-classes" if new else "require-client-classes"
        self.guard = (lambda name: {"client-classes": [name]}) if new else (
            lambda name: {"client-class": name})

    def classes(self):
        yield {"name": "phones", "test": "substring(option[60].hex, 0, 5) == 'Phone'",
               "option-data": [{"name": "tftp-server-name", "data": "phones.example.org"}]}
        for i in range(1, self.subnets + 1):
            yield {"name": f"s{i}-site", "test": f"option[77].hex == 'SITE-{i}'",
                   "option-data": [{"name": "ntp-servers", "data": address(i - 1, 250)}]}
            yield {"name": f"s{i}-w10", "test": "option[77].hex == 'W10TEST'",
                   self.only_listed: True,
                   "option-data": [{"name": "domain-name", "data": f"w10.s{i}.example.org"}]}

    def reservations(self, subnet):
        count = share(RESERVATIONS * self.args.scale, self.subnets, subnet)
        for host in range(FIRST_RESERVED, FIRST_RESERVED + count):
            self.reserved += 1
            mac = (2 << 40) + self.reserved
            yield {"hw-address": ":".join(f"{mac >> s & 255:02x}" for s in range(40, -8, -8)),
                   "ip-address": address(subnet, host), "hostname": f"host-{self.reserved}"}

    def subnet(self, i, relay):
        name = f"s{i + 1}"
        return {
            "id": i + 1, "subnet": address(i, 0) + "/24",
            "relay": {"ip-addresses": [relay]},
            self.evaluate: [name + "-w10"],
            "option-data": [
                {"name": "routers", "data": address(i, 1)},
                {"name": "site-url", "data": f"http://boot.example.org/{name}"}],
            "pools": [
                {"pool": f"{address(i, 32)} - {address(i, 223)}"},
                {"pool": f"{address(i, 224)} - {address(i, 239)}", **self.guard(name + "-site")}],
            "reservations": list(self.reservations(i))}

    def networks(self):
        first, count = 0, NETWORKS * self.args.scale
        for n in range(count):
            size, relay = share(self.subnets, count, n), address(first, 1)
            yield {"name": f"net-{n + 1}",
                   "subnet4": [self.subnet(i, relay) for i in range(first, first + size)]}
            first += size

    def whole(self):
        args = self.args
        conf = {
            "interfaces-config": {"interfaces": [args.interface]},
            "lease-database": {"type": "memfile", "lfc-interval": 0},
            "valid-lifetime": 4000,
            "option-def": [{"name": "site-url", "code": 234, "type": "string"}],
            "option-data": [
                {"name": "domain-name-servers", "data": "10.255.255.1, 10.255.255.2"},
                {"name": "domain-name", "data": "example.org"}],
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR",
                         "output_options": [{"output": "stderr"}]}],
            "client-classes": list(self.classes()),
            "shared-networks": list(self.networks())}
        if args.leases:
            conf["lease-database"]["name"] = args.leases
        if args.socket:
            conf["control-socket"] = {"socket-type": "unix", "socket-name": args.socket}
        return {"Dhcp4": conf}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=int, default=1,
                        help=f"size, 1 to {SUBNETS_MAX // SUBNETS} (default: 1)")
    parser.add_argument("--interface", default="eth0", help="interface to serve (default: eth0)")
    parser.add_argument("--kea", choices=("2", "3"), default="2",
                        help="names of Kea 2 (default) or Kea 3")
    parser.add_argument("--leases", help="Kea's lease file (default: Kea's own)")
    parser.add_argument("--socket", help="Kea's control socket (default: none)")
    parser.add_argument("-o", "--output", type=argparse.FileType("w", encoding="ascii"),
                        default=sys.stdout, help="(default: standard output)")
    args = parser.parse_args()
    if not 1 <= args.scale <= SUBNETS_MAX // SUBNETS:
        parser.error("--scale: out of range")
    json.dump(Estate(args).whole(), args.output, indent=2)
    args.output.write("\n")


if __name__ == "__main__":
    main()
