# SPDX-License-Identifier: Apache-2.0
"""The reference estate behind its relays: lessord with one subnet, with the estate and with ten
times the estate, Kea with the estate. Both read the same file, lessord after `import kea`."""
import json
import os
import subprocess
import sys
import time

import report
from search import search, stepper
from servers import (IF_CLIENT, IF_SERVER, NS_CLIENT, NS_SERVER, Kea, Lessord, ip, load, network,
                     say)

SERVER_IP, CLIENT_IP = "192.168.255.1", "192.168.255.2"
FIRST_MAC = "02:00:00:00:00:01"  # the first one that has a reservation
REQUEST = "1,3,6,15,42,51,66,234"
LEASES = 100000  # of clients without a reservation, together

# Clients of each subnet that have no reservation: share of them, and what they send.
KINDS = ((0.7, ""), (0.15, "77=W10TEST"), (0.05, "77=SITE-{id}"), (0.1, "60=Phone.7"))


def write_file(path, scale):
    estate = os.path.join(os.path.dirname(os.path.abspath(__file__)), "estate.py")
    subprocess.run([sys.executable, estate, "--scale", str(scale), "--interface", IF_SERVER, "-o",
                    path], check=True)
    with open(path, encoding="ascii") as f:
        return json.load(f)["Dhcp4"]


def write_relays(path, tree):
    """Who is where, for lessor-load: those with a reservation first, as their addresses go."""
    subnets = [s for network in tree["shared-networks"] for s in network["subnet4"]]
    each = LEASES / len(subnets)
    with open(path, "w", encoding="ascii") as f:
        for subnet in subnets:
            f.write(f"{subnet['relay']['ip-addresses'][0]} {len(subnet['reservations'])}\n")
        for subnet in subnets:
            for share, options in KINDS:
                f.write(f"{subnet['relay']['ip-addresses'][0]} {max(1, round(each * share))} "
                        f"{options.format(id=subnet['id'])}\n")


class OneSubnet(Lessord):
    """What the estate is compared with: as many clients, the same options, one subnet."""
    giaddr = "10.0.0.1"

    def __init__(self, args):
        super().__init__(args, "onesubnet")
        self.relays = f"{args.work}/onesubnet.relays"

    def prepare(self):
        with open(self.relays, "w", encoding="ascii") as f:
            f.write(f"{self.giaddr} {LEASES}\n")
        self.fresh()

    def configure(self, more=""):
        super().configure("""
option-def = ( { name = "site-url"; code = 234; type = "string"; } );
option-data = ( { name = "domain-name-servers"; data = "10.255.255.1, 10.255.255.2"; },
                { name = "domain-name"; data = "example.org"; },
                { name = "routers"; data = "10.0.0.1"; },
                { name = "site-url"; data = "http://boot.example.org/s1"; } );
""")


class LessordEstate(Lessord):
    giaddr = "10.0.0.1"

    def __init__(self, args, scale):
        super().__init__(args, f"estate{scale}")
        self.scale = scale
        self.relays = f"{args.work}/estate{scale}.relays"
        self.import_s = None

    def prepare(self):
        tree = write_file(f"{self.dir}.json", self.scale)
        write_relays(self.relays, tree)
        self.fresh()

    def configure(self, more=""):
        begin = time.monotonic()
        with open(self.log, "a", encoding="ascii") as log:
            subprocess.run([self.args.lessorctl, "import", "kea", f"{self.dir}.json", "-o",
                            f"{self.dir}/lessor.conf"], check=True, stdout=log, stderr=log)
        self.import_s = time.monotonic() - begin


class KeaEstate(Kea):
    """Kea with the file and the leases that lessord has had."""
    name, giaddr = "Kea, estate", "10.0.0.1"

    def __init__(self, args, model):
        super().__init__(args, "keaestate")
        self.model, self.relays = model, model.relays

    def tree(self):
        with open(f"{self.model.dir}.json", encoding="ascii") as f:
            tree = json.load(f)["Dhcp4"]
        tree["lease-database"]["name"] = f"{self.dir}/leases.csv"
        return {**tree, "multi-threading": self.threading()}

    def leases(self):
        with open(self.model.known, encoding="ascii") as f:
            last = dict(line.split()[:2] for line in f)
        for address, mac in last.items():
            _, high, low, _ = map(int, address.split("."))
            yield address, mac, high * 256 + low + 1

    def prepare(self):
        self.fresh()
        self.write_leases(self.leases())


def clients(server):
    return ["--relays", server.relays, SERVER_IP, "--mac-base", FIRST_MAC, "--request", REQUEST]


def measure_server(server, out):
    """A server with its leases, started, at its highest rate."""
    args = server.args
    server.prepare()
    if isinstance(server, Lessord):
        server.start()
        load(args, *clients(server), "-w", 256, "--once", "--leases", server.known)
        server.stop()
    out["start"] = server.start()
    out["import"] = getattr(server, "import_s", None)
    time.sleep(1)
    try:
        out["rate"] = search(args, stepper(server, clients(server)), "exchanges")
        out["latency"] = load(args, *clients(server), "-r", 1000, "-d", args.step)
    finally:
        server.stop()


def measure(args, have_kea, found):
    """Puts the figures of each server into found by its name."""
    model = LessordEstate(args, 1)
    servers = [("lessord, one subnet", OneSubnet(args)), ("lessord, estate", model),
               ("lessord, 10 x estate", LessordEstate(args, 10))]
    if have_kea:
        servers.append(("Kea, estate", KeaEstate(args, model)))
    with network(f"{SERVER_IP}/30", f"{CLIENT_IP}/30"):
        ip(NS_SERVER, f"route add 10.0.0.0/8 via {CLIENT_IP}")
        ip(NS_CLIENT, "route add local 10.0.0.0/8 dev lo")
        for name, server in servers:
            say(f"{name}:")
            if isinstance(server, Kea):
                server.choose_threads(args.step, server.prepare, clients(server))
            measure_server(server, found.setdefault(name, {}))
            say(f"  first OFFER after {found[name]['start']:.2f} s")


METHOD = """\
The estate of `tests/bench/estate.py`: 142 shared networks, 829 subnets, 14,404 reservations, 1,659
classes. `lessor-load` sends as all of its relays, for all clients with a reservation and {leases:,}
without, which have leases; three of ten of the latter send a user or vendor class. All of them ask
for option 234. Kea reads the same file as `lessorctl import kea`, and has the leases that lessord
gave."""


def section(found):
    one, kea = (value(found, name) for name in ("lessord, one subnet", "Kea, estate"))
    lines = [["", *found]]
    for label, figure, digits in (
            ("exchanges/s at <= 1 % drops", value_rate, 0),
            ("- CPU us/exchange", lambda r: report.value(r, "rate", "server_cpu_us"), 1),
            ("- of lessord's with one subnet, %", lambda r: quotient(r, one, 100), 0),
            ("- times Kea's", lambda r: quotient(r, kea, 1), 1),
            ("ACK median at 1,000/s, ms", ack_ms, 2),
            ("import, s", lambda r: r.get("import"), 2),
            ("start to first OFFER, s", lambda r: r.get("start"), 2)):
        lines.append([label, *(report.number(figure(r), digits) for r in found.values())])
    return (f"## The estate\n\n{report.markdown(lines)}\n\n{METHOD.format(leases=LEASES)}\n")


def value(found, name):
    return value_rate(found.get(name, {}))


def value_rate(result):
    return report.value(result, "rate", "exchanges_per_s")


def quotient(result, other, unit):
    rate = value_rate(result)
    return rate / other * unit if rate and other else None


def ack_ms(result):
    latency = result.get("latency")
    return latency["latency_us"]["ack"]["p50"] / 1e3 if latency and latency[
        "drop_percent"] <= 1 else None
