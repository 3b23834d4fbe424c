# SPDX-License-Identifier: Apache-2.0
"""Unmodified DHCP programs, run so that they touch nothing but their namespace and one folder."""

import os
import re
import signal

from .wait import Failure, check, wait_for

# dhclient and dhcpcd name the event in $reason, udhcpc in its argument. dhcpcd sets the address
# itself, before it calls this.
_SCRIPT = """#!/bin/sh
event=${{reason:-$1}}
address=${{new_ip_address:-$ip}}
server=${{new_dhcp_server_identifier:-$serverid}}
via=${{new_routers:-$router}}
case $event in
BOUND|RENEW|REBIND|REBOOT|bound|renew)
	ip addr replace "$address/24" dev "$interface"
	[ -z "$via" ] || ip route replace default via "$via" ;;
PREINIT|EXPIRE|RELEASE|STOP|deconfig)
	ip link set "$interface" up
	[ "{program}" = dhcpcd ] || ip addr flush dev "$interface" ;;
esac
echo "$event $address $server" >> "{events}"
"""


class Client:
    """A client on eth0 of a host of its own. Every action has its event, which is waited for."""

    program = ""
    bound_events = ("BOUND", "REBOOT")
    renewed_events = ("RENEW",)

    def __init__(self, lab, lan):
        self.lab = lab
        self.space = lab.space(self.program)
        lan.join(self.space, "eth0")
        self.dir = os.path.join(lab.dir, self.program)
        os.makedirs(self.dir)
        os.chmod(self.dir, 0o777)
        self.events_file = self.path("events")
        with open(self.events_file, "w", encoding="ascii"):
            pass
        os.chmod(self.events_file, 0o666)
        self.script = self.path("script")
        with open(self.script, "w", encoding="ascii") as f:
            f.write(_SCRIPT.format(events=self.events_file, program=self.program))
        os.chmod(self.script, 0o755)
        self.prepare()
        self.process = None
        self.seen = 0

    def path(self, name):
        return os.path.join(self.dir, name)

    def prepare(self):
        """Writes what the program reads."""

    def command(self):
        raise NotImplementedError

    def events(self):
        """What has happened since the last start() or renewal asked for: (event, address)."""
        with open(self.events_file, encoding="ascii") as f:
            lines = f.read().splitlines()[self.seen:]
        return [(line.split() + [""])[:2] for line in lines]

    def forget(self):
        self.seen += len(self.events())

    def start(self):
        self.forget()
        self.process = self.space.start(*self.command(), log=self.program)

    def wait(self, names, seconds):
        def happened():
            return next((address for event, address in self.events() if event in names), None)
        return wait_for(happened, seconds,
                        lambda: f"{self.program}: {names[0]}, events: {self.events()}")

    def bound(self, seconds=15):
        """The address that the client has got."""
        address = self.wait(self.bound_events, seconds)
        check(f"inet {address}/" in self.space.ip("-4 addr show dev eth0"),
              f"{self.program}: {address} is not on the interface")
        return address

    def renew(self):
        """Has the lease renewed; by default T1 does that."""
        self.forget()

    def renewed(self, seconds=15):
        return self.wait(self.renewed_events, seconds)

    def release(self):
        raise NotImplementedError


class Udhcpc(Client):
    program = "udhcpc"
    bound_events = ("bound",)
    renewed_events = ("renew",)

    def command(self):
        return ["udhcpc", "-f", "-i", "eth0", "-s", self.script, "-p", self.path("pid"),
                "-t", "10", "-T", "1", "-A", "1"]

    def renew(self):
        super().renew()
        self.process.signal(signal.SIGUSR1)

    def release(self):
        self.forget()
        self.process.signal(signal.SIGUSR2)
        wait_for(lambda: any(e == "deconfig" for e, _ in self.events()), 5, "udhcpc releases")
        self.process.stop()


class Dhclient(Client):
    program = "dhclient"

    def prepare(self):
        with open(self.path("conf"), "w", encoding="ascii") as f:
            f.write("timeout 20;\nretry 1;\ninitial-interval 1;\nreboot 10;\n"
                    "request subnet-mask, routers, domain-name-servers;\n")

    def command(self, *more):
        return ["dhclient", "-4", "-d", "-v", "-sf", self.script, "-cf", self.path("conf"),
                "-lf", self.path("leases"), "-pf", self.path("pid"), *more, "eth0"]

    def release(self):
        self.space.run(*self.command("-r"))
        self.process.wait(5)


class Dhcpcd(Client):
    program = "dhcpcd"

    def prepare(self):
        with open(self.path("conf"), "w", encoding="ascii") as f:
            f.write("noarp\nnodelay\nnoipv4ll\nnoipv6\nclientid\npersistent\n"
                    "option subnet_mask, routers, domain_name_servers\n")

    def command(self):
        return ["dhcpcd", "-B", "-4", "-d", "-f", self.path("conf"), "-c", self.script, "eth0"]

    def release(self):
        self.process.signal(signal.SIGALRM)
        self.process.wait(10)


ALL = (Udhcpc, Dhclient, Dhcpcd)


def relay(space, server, down="eth1", up="eth0"):
    """ISC's relay, which adds option 82."""
    return space.start("dhcrelay", "-4", "-d", "-a", "-pf", "/dev/null", "-id", down, "-iu", up,
                       server)


def perfdhcp(space, server, rate=300, exchanges=3000):
    """Runs it, with a second of patience for the last answers; returns
    {"DISCOVER-OFFER": (sent, drops), "REQUEST-ACK": ...} and its whole output."""
    argv = ["perfdhcp", "-4", "-l", "eth0", "-r", str(rate), "-n", str(exchanges),
            "-R", "5000000", "-d", "3", "-W", "1000000", server]
    text = space.run(*argv, seconds=60, status=None).stdout
    found = re.findall(r"\*\*\*Statistics for: ([A-Z-]+)\*\*\*\nsent packets: (\d+)\n"
                       r"received packets: (\d+)\ndrops: (-?\d+)", text)
    if len(found) != 2:
        raise Failure(f"perfdhcp printed no statistics:\n{text}")
    return {name: (int(sent), int(drops)) for name, sent, _, drops in found}, text


def nmap_discover(space, seconds=2):
    """What nmap's broadcast-dhcp-discover prints."""
    return space.run("nmap", "-n", "--script", "broadcast-dhcp-discover", "-e", "eth0",
                     "--script-args", f"broadcast-dhcp-discover.timeout={seconds}",
                     seconds=60).stdout
