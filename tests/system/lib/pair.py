# SPDX-License-Identifier: Apache-2.0
"""Two nodes of a pair, on a link that only the two share, and on one to clients each, or on one
together."""

import os

from . import config
from .wait import wait_for

PRIMARY, STANDBY = "node-a", "node-b"
ADDRESS = {PRIMARY: "10.99.0.1", STANDBY: "10.99.0.2"}
POOL = config.subnet(1, "10.0.0.0/8", "10.0.1.0 - 10.3.255.255", None)


def tree(name, **more):
    """The configuration of one node; more: parameters of high-availability, with _ for -."""
    peers = [{"name": PRIMARY, "role": "primary", "address": ADDRESS[PRIMARY]},
             {"name": STANDBY, "role": "standby", "address": ADDRESS[STANDBY]}]
    pair = {"this-server-name": name, "mode": "hot-standby", "peers": peers}
    pair.update({key.replace("_", "-"): value for key, value in more.items()})
    if "tls" not in pair:
        pair["plaintext"] = True
    return config.server(POOL, high_availability=pair)


def certificates(lab):
    """An authority and a certificate of each node, as files; returns the folder."""
    folder, host = os.path.join(lab.dir, "tls"), lab.space("authority")
    os.makedirs(folder)
    os.chmod(folder, 0o755)

    def openssl(*argv):
        host.run("openssl", *argv, seconds=60)

    def path(name):
        return os.path.join(folder, name)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=authority", "-keyout", path("ca.key"), "-out",
            path("ca.pem"))
    for name in (PRIMARY, STANDBY, "stranger"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                "-addext", "basicConstraints=critical,CA:FALSE", "-CA", path("ca.pem"),
                "-CAkey", path("ca.key"), "-keyout", path(name + ".key"), "-out",
                path(name + ".pem"))
        os.chmod(path(name + ".key"), 0o644)
    return folder


def tls(folder, name):
    """The "tls" group of a node that shows this certificate."""
    return {"trust-anchor": os.path.join(folder, "ca.pem"),
            "cert-file": os.path.join(folder, name + ".pem"),
            "key-file": os.path.join(folder, name + ".key")}


class Pair:
    """servers: the primary, then the standby; load: a host for clients of each, the same one if
    they share a LAN."""

    def __init__(self, lab, start=True, shared=False, **more):
        self.lab = lab
        self.link = lab.lan("link")
        self.servers, self.load = [], []
        self.lan = lab.lan("lan") if shared else None
        for number, name in enumerate((PRIMARY, STANDBY)):
            host, lan = lab.space(name), self.lan or lab.lan(f"lan-{name}")
            lan.join(host, "eth0", f"10.0.0.{number + 1}/8")
            if not shared or not self.load:
                clients = lab.space(f"clients-{name}")
                lan.join(clients, "eth0")
            self.link.join(host, "eth1", ADDRESS[name] + "/24")
            self.servers.append(lab.server(host, tree(name, **more), name, start=False))
            self.load.append(clients)
        if start:
            for one in self.servers:
                one.start()

    def cut(self, number):
        """Unplugs a node's cable of the link between the two."""
        self.link.switch.ip(f"link set p{number + 1} down")

    def plug(self, number):
        self.link.switch.ip(f"link set p{number + 1} up")

    def cut_clients(self, number):
        """Unplugs a node's cable of the LAN that both share."""
        self.lan.switch.ip(f"link set {self._port(number)} down")

    def plug_clients(self, number):
        self.lan.switch.ip(f"link set {self._port(number)} up")

    @staticmethod
    def _port(number):
        return ("p1", "p3")[number]  # the clients are on p2


def status(server):
    """The server's part of status-get about the pair."""
    return server.call("status-get")["arguments"]["high-availability"][0]


def details(server):
    """Lessor's own view of the pair."""
    return server.call("status-get")["arguments"]["lessor"].get("pair", {})


def state(server):
    return details(server).get("state")


def wait_state(server, wanted, seconds=10):
    """Waits until the server is in one of these states."""
    names = wanted if isinstance(wanted, tuple) else (wanted,)
    wait_for(lambda: state(server) in names, seconds,
             lambda: f"{server.dir} is {' or '.join(names)}, it is {details(server)}")


def in_sync(pair, active=0, seconds=15):
    wait_state(pair.servers[1 - active], "standby", seconds)
    wait_state(pair.servers[active], "active", seconds)


def wait_equal(pair, seconds=10):
    """Waits until both tables are the same, and returns one of them."""
    def equal():
        left, right = (one.leases() for one in pair.servers)
        return left if left == right else None
    return wait_for(equal, seconds, "both tables are equal", pause=0.3)
