#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures lessord beside Kea and dnsmasq: same host, same load, one run. `make bench` calls it.

Runs as root, in network namespaces of its own. It measures from outside only, by lessor-load and
/proc; no figure comes from a server's own counters.
"""
import argparse
import math
import os
import shutil
import signal
import statistics
import sys
import time

import report
from servers import (DNSMASQ_LEASES, IF_CLIENT, LIFETIME, RELAY_IP, SERVER_IP, Dnsmasq, Kea,
                     Lessord, Reflector, install_missing, load, network, say)

SCENARIOS = ("disk", "memory", "start", "rate", "latency", "renew")
LATENCY_RATE = 2000
DROPS_ALLOWED = 1.0  # per cent
RETRY_BELOW = 30.0  # per cent
MEMORY_STEPS = (0, 100000)


def loaded(server, *options):
    """A run of lessor-load, with the server's CPU time per exchange."""
    before = server.cpu_s()
    result = load(server.args, *options)
    result["server_cpu_us"] = (server.cpu_s() - before) * 1e6 / max(1, result["completed"])
    return result


def per_s(result):
    return result["exchanges_per_s"]


def search(args, step, name):
    """Highest rate at <= 1 % drops: double or halve until it is between two, then bisect. What
    was completed counts, not what was asked for: a queue that grows hides losses for a while."""
    rate = max(20.0, per_s(step(None)))
    low = high = best = None
    for _ in range(14):
        result = step(rate)
        if DROPS_ALLOWED < result["drop_percent"] < RETRY_BELOW:
            result = step(rate)  # one disturbance from outside must not end the search
        good = result["drop_percent"] <= DROPS_ALLOWED
        say(f"  {name} at {rate:8.0f}/s: {result['drop_percent']:6.2f} % dropped, "
            f"{result['server_cpu_us']:.1f} us CPU"
            + (" (lessor-load is the limit)" if result["not_started"] > 0 else ""))
        if good:
            low = rate
            best = max(best or result, result, key=per_s)
        else:
            high = rate
        if high is None:
            rate *= 2
        elif low is None:
            rate /= 2
        elif high / low <= 1 + args.precision:
            break
        else:
            rate = math.sqrt(low * high)
        time.sleep(0.5)  # what is still queued in the server gets done
    return best


def probe_disk(folder, seconds=2.0):
    """A durable commit as LMDB does it: data and fdatasync, then the head and fdatasync. Returns
    the median in ms, and how many there are in a second."""
    path, times, page, at = os.path.join(folder, "probe"), [], os.urandom(4096), 8192
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(fd, 0, 64 << 20)
        os.fsync(fd)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            os.pwrite(fd, page, at)
            os.fdatasync(fd)
            os.pwrite(fd, page, len(times) % 2 * 4096)
            os.fdatasync(fd)
            times.append(time.monotonic() - begin)
            at = at + 4096 if at < 60 << 20 else 8192
    finally:
        os.close(fd)
        os.unlink(path)
    return statistics.median(times) * 1e3, len(times) / seconds


def keep_better(out, key, result, better):
    if result is not None and (key not in out or better(result) > better(out[key])):
        out[key] = result


def measure_loads(server, count, wanted, out):
    """What needs a running server that has its leases."""
    args = server.args
    lan = ["--lan", IF_CLIENT, "-n", count]
    relay = ["--relay", RELAY_IP, SERVER_IP, "-n", count, "--renew", "--resume", server.known]

    def step(base):
        def at(rate):
            pace = ["-w", 64] if rate is None else ["-r", f"{rate:.1f}"]
            return loaded(server, *base, *pace, "-d", args.step)
        return at

    if "rate" in wanted:
        keep_better(out, "rate", search(args, step(lan), "exchanges"), per_s)
    if "latency" in wanted:
        result = loaded(server, *lan, "-r", LATENCY_RATE, "-d", args.step, "--spin")
        keep_better(out, "latency", result, lambda r: (-r["drop_percent"] if r["drop_percent"] > 1
                                                       else 0, -r["latency_us"]["ack"]["p50"]))
    if "renew" in wanted and server.stores:
        keep_better(out, "renew", search(args, step(relay), "renewals"), per_s)


def measure_memory(server, count, out):
    for stored in sorted({min(n, count) for n in MEMORY_STEPS}):
        server.give_leases(stored)
        server.start()
        time.sleep(1)
        out.setdefault("memory", {})[stored] = server.memory_mib()
        server.stop()


def measure_round(server, wanted, out, first):
    count = min(server.args.leases, server.lease_limit or server.args.leases)
    memory = "memory" in wanted and server.stores and first
    say(f"{server.name}:")
    try:
        if memory:
            measure_memory(server, count, out)
        server.give_leases(count)
        seconds = server.start()
        say(f"  first OFFER after {seconds:.2f} s, {count} leases")
        if server.stores:
            out["start"] = min(seconds, out.get("start", seconds))
            out["leases"] = count
        time.sleep(1)
        if memory:
            out["memory"][count] = server.memory_mib()
        measure_loads(server, count, wanted, out)
    finally:
        server.stop()


def choose_servers(args):
    servers, notes = [], []
    for kind, program in ((Lessord, args.lessord), (Kea, shutil.which("kea-dhcp4")),
                          (Dnsmasq, shutil.which("dnsmasq")), (Reflector, args.reflector)):
        if program and os.access(program, os.X_OK):
            servers.append(kind(args))
        else:
            notes.append(f"{kind.name} is not here, so it was left out.")
    return servers, notes


def measure(args, servers, wanted, results, facts):
    with network():
        for server in servers:
            if isinstance(server, Kea) and wanted & {"rate", "latency", "renew"}:
                server.choose_threads(min(args.leases, 100000), args.step)
                facts["threads"] = f"{server.threads} threads" if server.threads else "without"
        for turn in range(args.rounds):
            for server in servers if turn % 2 == 0 else reversed(servers):
                measure_round(server, wanted, results[server.name], turn == 0)


def on_alarm(_signal, _frame):
    raise TimeoutError


def on_term(_signal, _frame):
    sys.exit(1)


def parse_args():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("scenario", nargs="*", help=f"of {', '.join(SCENARIOS)}; default: all")
    p.add_argument("--lessord", default="./lessord")
    p.add_argument("--load", default="./lessor-load")
    p.add_argument("--reflector", default="./reflector")
    p.add_argument("--work", default="/var/tmp/lessor-bench", help="folder on the disk to measure")
    p.add_argument("--doc", help="write this file")
    p.add_argument("--quick", action="store_true", help="rough figures in 3 minutes")
    p.add_argument("--leases", type=int, help="stored while measuring (1000000)")
    p.add_argument("--rounds", type=int, help="turns of each server (2)")
    args = p.parse_args()
    for name in args.scenario:
        if name not in SCENARIOS:
            p.error(f"no scenario '{name}'; there are {', '.join(SCENARIOS)}")
    quick = args.quick
    args.leases = args.leases or (100000 if quick else 1000000)
    args.rounds = args.rounds or (1 if quick else 2)
    args.step, args.precision = (1.5, 0.15) if quick else (3, 0.05)
    args.limit = 180 if quick else 1200
    for name in ("lessord", "load", "reflector"):
        setattr(args, name, os.path.abspath(getattr(args, name)))
    return args


def main():
    args = parse_args()
    if os.geteuid() != 0:
        sys.exit("bench.py: it makes network namespaces: run it as root")
    wanted = set(args.scenario or SCENARIOS)
    os.makedirs(args.work, exist_ok=True)
    install_missing({"ip": "iproute2", "taskset": "util-linux", "dnsmasq": "dnsmasq-base",
                     "kea-dhcp4": "kea-dhcp4-server"})
    servers, notes = choose_servers(args)
    results = {server.name: {"durable": server.durable} for server in servers}
    facts = {"machine": report.machine(args.work), "notes": notes, "rounds": args.rounds,
             "precision": args.precision, "step": args.step, "lifetime": LIFETIME,
             "threads": "not tried", "dnsmasq": DNSMASQ_LEASES, "commit": "not measured"}
    signal.signal(signal.SIGALRM, on_alarm)
    signal.signal(signal.SIGTERM, on_term)
    signal.alarm(args.limit)
    try:
        if "disk" in wanted:
            ms, per_s = probe_disk(args.work)
            facts["commit"] = f"{ms:.2f} ms (median), {per_s:,.0f} a second"
            say(f"durable commit alone: {facts['commit']}")
        if wanted - {"disk"}:
            measure(args, servers, wanted, results, facts)
    except TimeoutError:
        notes.append(f"The run was cut off after {args.limit // 60} minutes.")
    finally:
        signal.alarm(0)
        shutil.rmtree(args.work, ignore_errors=True)
    say("\n" + report.table(results))
    for note in notes:
        say(f"Note: {note}")
    if args.doc:
        report.document(args.doc, results, facts, "make bench" + (
            " BENCH_FLAGS=--quick" if args.quick else ""))
        say(f"written to {args.doc}")


if __name__ == "__main__":
    main()
