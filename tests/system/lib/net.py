# SPDX-License-Identifier: Apache-2.0
"""Hosts and links of a test: anonymous network namespaces, veth pairs, bridges.

Nothing has a name outside the test's process, so everything ends with it, whatever ends it.
"""

import os
import socket

from . import kernel
from .process import Process, run


class Space:
    """One host: a network namespace."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.fd = kernel.new_network()
        self.path = f"/proc/{os.getpid()}/fd/{self.fd}"
        self.sysctl("net/ipv6/conf/all/disable_ipv6", 1)
        self.sysctl("net/ipv6/conf/default/disable_ipv6", 1)
        self.ip("link set lo up")

    def close(self):
        os.close(self.fd)

    def sysctl(self, name, value):
        with kernel.inside_network(self.fd):
            path = f"/proc/sys/{name}"
            if os.path.exists(path):
                with open(path, "w", encoding="ascii") as f:
                    f.write(str(value))

    def ip(self, command):
        return self.run("ip", *command.split()).stdout

    def run(self, *argv, seconds=20, status=0, env=None):
        return run(list(argv), seconds, self.fd, status, env)

    def start(self, *argv, log=None, env=None, pass_fds=()):
        path = os.path.join(self.lab.dir, f"{log or os.path.basename(argv[0])}-{self.name}.log")
        return self.lab.track(Process(list(argv), path, self.fd, env, pass_fds))

    def socket(self, *args):
        with kernel.inside_network(self.fd):
            return socket.socket(*args)

    def mac(self, ifname):
        with kernel.inside_network(self.fd):
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
                s.bind((ifname, 0))
                return s.getsockname()[4]

    def up(self, ifname, address=None):
        if address:
            self.ip(f"addr add {address} dev {ifname}")
        self.ip(f"link set {ifname} up")


class Lan:
    """One link: a bridge in a namespace of its own, to which hosts are joined."""

    def __init__(self, lab, name):
        self.lab = lab
        self.switch = lab.space(f"switch-{name}")
        self.switch.ip("link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
        # A switch passes on what it is given; a host's netfilter would drop bad IP headers.
        for table in ("arptables", "ip6tables", "iptables"):
            self.switch.sysctl(f"net/bridge/bridge-nf-call-{table}", 0)
        self.switch.ip("link set br0 up")
        self.ports = 0

    def join(self, space, ifname, address=None):
        """Gives the host an interface on this link; address with prefix length, or none."""
        self.ports += 1
        port = f"p{self.ports}"
        self.switch.ip(f"link add {port} type veth peer name {ifname} netns {space.path}")
        self.switch.ip(f"link set {port} master br0 up")
        space.up(ifname, address)
