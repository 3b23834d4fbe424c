# SPDX-License-Identifier: Apache-2.0
"""Two nodes on one LAN with a cable of their own between them: lessord's pair beside one lessord,
and Kea's hot standby; what a pair costs, and how long clients wait when the active node dies."""
import contextlib
import os
import statistics
import subprocess
import sys
import time

import report
from nodes import LINK_IP, KeaNode, LessordNode
from search import LATENCY_RATE, loaded, per_s, search, stepper
from servers import (IF_CLIENT, IF_LINK, IF_SERVER, NS_CLIENT, NS_PARTNER, NS_SERVER, NS_SWITCH,
                     background_load, end_load, in_ns, ip, plug, run, say, spaces)

KEA_LEASES = 5000    # what Kea's standby has to fetch when it starts
SYNC_RATE = 5000     # exchanges/s while a standby fetches everything
KILL_RATE = 1000     # exchanges/s when the active node is killed
KEA_KILL_RATE = 200
KEA_WAIT_S = 90      # for Kea's standby
KEA_HEARTBEAT_MS = 10000  # Kea's default
SYNC_WAIT_S = 120


@contextlib.contextmanager
def pair_network():
    """Two servers and the clients on a switch, and the link between the servers."""
    hosts = ((NS_SERVER, IF_SERVER, "10.0.0.1/8"), (NS_PARTNER, IF_SERVER, "10.0.0.3/8"),
             (NS_CLIENT, IF_CLIENT, "10.0.0.2/8"))
    with spaces(*(ns for ns, _, _ in hosts), NS_SWITCH):
        ip(NS_SWITCH, "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
        ip(NS_SWITCH, "link set br0 up")
        for number, (ns, dev, address) in enumerate(hosts):
            plug(ns, dev, address, NS_SWITCH, f"p{number}")
            ip(NS_SWITCH, f"link set p{number} master br0")
        plug(NS_SERVER, IF_LINK, LINK_IP[0] + "/30", NS_PARTNER, IF_LINK)
        ip(NS_PARTNER, f"addr add {LINK_IP[1]}/30 dev {IF_LINK}")
        yield


ECHO = f"""
import socket
with socket.create_server(("{LINK_IP[0]}", 7)) as s:
    print(flush=True)
    peer = s.accept()[0]
    while data := peer.recv(1):
        peer.send(data)
"""
ASK = f"""
import socket, statistics, time
s, times = socket.create_connection(("{LINK_IP[0]}", 7)), []
for _ in range(500):
    begin = time.monotonic()
    s.send(b"x")
    s.recv(1)
    times.append(time.monotonic() - begin)
print(statistics.median(times))
"""


def round_trip_ms():
    """A message over TCP and its answer, between a process on each node."""
    with subprocess.Popen(in_ns(NS_SERVER, 0, sys.executable, "-c", ECHO),
                          stdout=subprocess.PIPE) as echo:
        echo.stdout.readline()
        text = run(*in_ns(NS_PARTNER, 1, sys.executable, "-c", ASK), capture_output=True,
                   text=True).stdout
        echo.kill()
    return float(text) * 1e3


class Both:
    """The nodes of a pair, as one server."""

    def __init__(self, nodes):
        self.nodes, self.args = nodes, nodes[0].args

    def cpu_s(self):
        return sum(node.cpu_s() for node in self.nodes)

    def stop(self):
        for node in self.nodes:
            node.stop()

    def wait_in_sync(self, seconds=SYNC_WAIT_S):
        """Until one serves and the other is ready to; returns the seconds that took."""
        begin, states = time.monotonic(), None
        while time.monotonic() < begin + seconds:
            states = sorted(str(node.state()) for node in self.nodes)
            if states == sorted(self.nodes[0].in_sync):
                return time.monotonic() - begin
            time.sleep(0.05)
        raise RuntimeError(f"the nodes do not get in sync: {states}, "
                           + "; ".join(node.last_words() for node in self.nodes))

    def active(self):
        """The node that serves, then the other."""
        first, second = self.nodes
        return (first, second) if first.serves() else (second, first)


def measure_rate(server, count, out):
    lan = ["--lan", IF_CLIENT, "-n", count]
    out["rate"] = search(server.args, stepper(server, lan), "exchanges", 0.1)
    # no --spin: lessor-load must not keep the second node from the core that they share
    out["latency"] = loaded(server, *lan, "-r", LATENCY_RATE, "-d", server.args.step)


def measure_sync(both, count, out):
    """The second node starts with an empty disk while the first one serves."""
    first, second = both.nodes
    first.launch()
    first.wait_serving()
    with background_load(both.args, "--lan", IF_CLIENT, "-n", count, "-r", SYNC_RATE, "-d",
                         max(8, count / 50000)) as load:
        time.sleep(1)
        second.fresh()
        second.launch()
        seconds = both.wait_in_sync()
        result = end_load(load)
    say(f"  in sync after {seconds:.2f} s, {result['drops']} of {result['started']} dropped")
    out["sync"] = {"seconds": seconds, "drops": result["drops"], "leases": count}


def ack_times(path):
    with open(path, encoding="ascii") as f:
        return sorted(float(line.split()[2]) for line in f.read().split("\n")[:-1])


def first_ack(times, moment):
    """When service went on after moment: the end of the longest time without an ACK."""
    gaps = [(b - a, b) for a, b in zip(times, times[1:]) if b > moment]
    return max(gaps)[1] - moment if gaps else None


def kill_active(both, rate, count, wait_s):
    """Seconds from SIGKILL of the active node's processes to the other's first ACK (None: it did
    not come), and the node that was killed."""
    active, _ = both.active()
    path = f"{both.args.work}/takeover.leases"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with background_load(both.args, "--lan", IF_CLIENT, "-n", count, "-r", rate, "-d",
                         wait_s + 3, "--timeout", 400, "--leases", path) as load:
        time.sleep(1.5)
        moment = active.kill()
        # answers that were under way may still come: service is what comes a second later
        while time.time() < moment + wait_s and not ack_times(path)[-1] > moment + 1:
            time.sleep(0.5)
        load.terminate()
        end_load(load)
    times = ack_times(path)
    return first_ack(times, moment) if times[-1] > moment + 1 else None, active


def takeover(both, rounds, count, out):
    for _ in range(rounds):
        seconds, killed = kill_active(both, KILL_RATE, count, 10)
        out.setdefault("takeover", []).append(seconds)
        say(f"  take-over: {report.number(seconds, 3)} s")
        killed.launch()
        both.wait_in_sync()


def measure_lessord(args, wanted, found):
    nodes = [LessordNode(args, 0), LessordNode(args, 1)]
    single, both, count = nodes[0], Both(nodes), args.leases
    try:
        say("lessord, one node:")
        single.alone = True
        single.give_leases(count)
        if "pair" in wanted:
            single.start()
            measure_rate(single, count, found.setdefault("lessord, one node", {}))
            single.stop()
        say("lessord, pair:")
        out = found.setdefault("lessord, pair", {})
        single.alone = False
        single.configure()
        measure_sync(both, count, out)
        if "pair" in wanted:
            measure_rate(both, count, out)
        if "takeover" in wanted:
            takeover(both, args.kills, count, out)
    finally:
        both.stop()


def start_kea(both, threads, count, heartbeat_ms=1000):
    for node in both.nodes:
        node.threads, node.heartbeat_ms = threads, heartbeat_ms
        node.give_leases(count)
        node.launch()
    seconds = both.wait_in_sync()
    say(f"  in sync after {seconds:.0f} s, {'2 threads' if threads else 'without threads'}")


def measure_kea(args, wanted, found):
    both = Both([KeaNode(args, 0), KeaNode(args, 1)])
    count, best = min(KEA_LEASES, args.leases), 0
    out = found.setdefault("Kea, hot standby", {})
    say("Kea, hot standby:")
    try:
        if "pair" in wanted:
            lan, rates = ["--lan", IF_CLIENT, "-n", count], {}
            for threads in (0, 2):
                start_kea(both, threads, count)
                rates[threads] = per_s(loaded(both, *lan, "-w", 64, "-d", args.step))
                say(f"  closed loop: {rates[threads]:.0f}/s")
                both.stop()
            best = max(rates, key=rates.get)
            start_kea(both, best, count)
            measure_rate(both, count, out)
            both.stop()
        if "takeover" in wanted:
            start_kea(both, best, count, KEA_HEARTBEAT_MS)
            seconds, _ = kill_active(both, KEA_KILL_RATE, count, KEA_WAIT_S)
            out["takeover"] = [seconds]
            say(f"  take-over: {report.number(seconds, 1)} s")
    finally:
        both.stop()


def measure(args, wanted, have_kea, found):
    """Puts the figures of each arrangement into found by its name."""
    with pair_network():
        found["trip_ms"] = round_trip_ms()
        measure_lessord(args, wanted, found)
        if have_kea:
            measure_kea(args, wanted, found)


def added_ms(found):
    """What the pair adds to the median latency of an ACK; None if one was not measured."""
    pair, one = (report.latency(found.get(name, {}), "ack", "p50")
                 for name in ("lessord, pair", "lessord, one node"))
    return pair - one if pair is not None and one is not None else None


def quotient(result, other):
    rate, base = (report.value(r, "rate", "exchanges_per_s") for r in (result, other))
    return rate / base if rate and base else None


METHOD = """\
Two nodes and the clients on a switch, and a cable between the nodes without delay, all on one
machine of {cores} cores: the first node has one core, the second node and `lessor-load` share the
other, so nodes of one core each would do more. The single node is the first one alone on the same
switch. {leases:,} leases; Kea's pair has {kea:,}, which is to its advantage. Kea's nodes reach each
other through kea-ctrl-agent, or, with multi-threading, through their own listeners, whichever
is faster here.

* Take-over: SIGKILL for all processes of the active node under {rate:,} exchanges/s (Kea's:
  {kea_rate}), until the other node's first ACK. Kea has its default times but max-unacked-clients
  0, so that it waits for no client to complain; its standby was given {wait} s.
* A standby with an empty disk starts while the active node serves {sync:,} exchanges/s.
* A message over TCP between processes of the two nodes and its answer took {trip:.3f} ms
  (median), a durable commit {commit}.{added}"""


def section(args, found, commit):
    trip = found.pop("trip_ms", float("nan"))
    kea, one = found.get("Kea, hot standby", {}), found.get("lessord, one node", {})
    lines = [["", *found]]
    for label, figure, digits in (
            ("exchanges/s at <= 1 % drops", lambda r: report.value(r, "rate", "exchanges_per_s"),
             0),
            ("- of one node's", lambda r: quotient(r, one), 2),
            ("- times Kea's", lambda r: quotient(r, kea), 1),
            ("- CPU us/exchange, all nodes", lambda r: report.value(r, "rate", "server_cpu_us"), 1),
            ("at 2,000 exchanges/s: ACK median, ms", lambda r: report.latency(r, "ack", "p50"), 2),
            ("- ACK 99 %, ms", lambda r: report.latency(r, "ack", "p99"), 2),
            ("- CPU us/exchange, all nodes", report.cpu_at_fixed_rate, 1),
            ("killed to first ACK: median, s", lambda r: kills(r, statistics.median), 2),
            ("- longest, s", lambda r: kills(r, max), 2),
            ("empty standby to in sync, s", lambda r: report.value(r, "sync", "seconds"), 1),
            ("- exchanges dropped meanwhile", lambda r: report.value(r, "sync", "drops"), 0)):
        figures = [figure(r) for r in found.values()]
        if any(f is not None for f in figures):
            lines.append([label, *(report.number(f, digits) for f in figures)])
    added = added_ms(found)
    text = METHOD.format(cores=os.cpu_count(), leases=args.leases, rate=KILL_RATE, sync=SYNC_RATE,
                         kea_rate=KEA_KILL_RATE, kea=min(KEA_LEASES, args.leases),
                         wait=KEA_WAIT_S, trip=trip, commit=commit, added="" if added is None else
                         f" The pair adds {added:.2f} ms to the median ACK.")
    return f"## The pair\n\n{report.markdown(lines)}\n\n{text}\n"


def kills(result, which):
    times = [t for t in result.get("takeover", ()) if t is not None]
    return which(times) if times else None
