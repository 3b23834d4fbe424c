#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures lessord beside Kea and dnsmasq: same host, same load, one run. `make bench` calls it.

Runs as root, in network namespaces of its own. It measures from outside only, by lessor-load and
/proc; no figure comes from a server's own counters.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time

import report
import scenario_estate
import scenario_pair
from search import LATENCY_RATE, loaded, per_s, probe_disk, search, stepper
from servers import (DNSMASQ_LEASES, IF_CLIENT, LIFETIME, RELAY_IP, SERVER_IP, Dnsmasq, Kea,
                     Lessord, Reflector, install_missing, load, network, say)

OF_ONE = ("memory", "start", "rate", "latency", "renew")
OF_PAIR = ("pair", "takeover")
SCENARIOS = ("disk", *OF_ONE, "estate", *OF_PAIR)
MEMORY_STEPS = (0, 100000)


def keep_better(out, key, result, better):
    if result is not None and (key not in out or better(result) > better(out[key])):
        out[key] = result


def measure_loads(server, count, wanted, out):
    """What needs a running server that has its leases."""
    args = server.args
    lan = ["--lan", IF_CLIENT, "-n", count]
    relay = ["--relay", RELAY_IP, SERVER_IP, "-n", count, "--renew", "--resume", server.known]

    if "rate" in wanted:
        keep_better(out, "rate", search(args, stepper(server, lan), "exchanges"), per_s)
    if "latency" in wanted:
        result = loaded(server, *lan, "-r", LATENCY_RATE, "-d", args.step, "--spin")
        keep_better(out, "latency", result, lambda r: (-r["drop_percent"] if r["drop_percent"] > 1
                                                       else 0, -r["latency_us"]["ack"]["p50"]))
    if "renew" in wanted and server.stores:
        keep_better(out, "renew", search(args, stepper(server, relay), "renewals"), per_s)


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
                count = min(args.leases, 100000)
                server.choose_threads(args.step, lambda s=server, n=count: s.give_leases(n),
                                      ["--lan", IF_CLIENT, "-n", count])
                facts["threads"] = f"{server.threads} threads" if server.threads else "without"
        for turn in range(args.rounds):
            for server in servers if turn % 2 == 0 else reversed(servers):
                if turn == 0 or not server.one_turn:
                    measure_round(server, wanted, results[server.name], turn == 0)


class CutOff(Exception):
    """The time is over. No TimeoutError, which somebody may take for a socket's."""


def on_alarm(_signal, _frame):
    raise CutOff


def on_term(_signal, _frame):
    sys.exit(1)


def attempt(notes, what, measure_it, *args):
    """What has been measured before stands, whatever becomes of this part."""
    try:
        measure_it(*args)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        notes.append(f"{what} broke off: {error}")


def parse_args():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("scenario", nargs="*", help=f"of {', '.join(SCENARIOS)}; default: all")
    p.add_argument("--lessord", default="./lessord")
    p.add_argument("--lessorctl", default="./lessorctl")
    p.add_argument("--load", default="./lessor-load")
    p.add_argument("--reflector", default="./reflector")
    p.add_argument("--work", default="/var/tmp/lessor-bench", help="folder on the disk to measure")
    p.add_argument("--doc", help="write this file")
    p.add_argument("--quick", action="store_true", help="rough figures in 8 minutes")
    p.add_argument("--leases", type=int, help="stored while measuring (1000000)")
    p.add_argument("--rounds", type=int, help="turns of each server (2)")
    args = p.parse_args()
    for name in args.scenario:
        if name not in SCENARIOS:
            p.error(f"no scenario '{name}'; there are {', '.join(SCENARIOS)}")
    quick = args.quick
    args.leases = args.leases or (100000 if quick else 1000000)
    args.rounds = args.rounds or (1 if quick else 2)
    args.step, args.precision = (1.5, 0.15) if quick else (2.5, 0.05)
    args.kills = 2 if quick else 5
    args.limit = 600 if quick else 1200
    for name in ("lessord", "lessorctl", "load", "reflector"):
        setattr(args, name, os.path.abspath(getattr(args, name)))
    return args


def main():
    args = parse_args()
    if os.geteuid() != 0:
        sys.exit("bench.py: it makes network namespaces: run it as root")
    wanted = set(args.scenario or SCENARIOS)
    os.makedirs(args.work, exist_ok=True)
    install_missing({"ip": "iproute2", "taskset": "util-linux", "dnsmasq": "dnsmasq-base",
                     "kea-dhcp4": "kea-dhcp4-server", "kea-ctrl-agent": "kea-ctrl-agent"})
    servers, notes = choose_servers(args)
    results = {server.name: {"durable": server.durable} for server in servers}
    facts = {"machine": report.machine(args.work), "notes": notes, "rounds": args.rounds,
             "precision": args.precision, "step": args.step, "lifetime": LIFETIME,
             "threads": "not tried", "dnsmasq": DNSMASQ_LEASES, "commit": "not measured"}
    estate, pair = {}, {}
    signal.signal(signal.SIGALRM, on_alarm)
    signal.signal(signal.SIGTERM, on_term)
    signal.alarm(args.limit)
    try:
        if wanted & {"disk", "pair"}:
            ms, per_s = probe_disk(args.work)
            facts["commit"] = f"{ms:.2f} ms (median), {per_s:,.0f} a second"
            say(f"durable commit alone: {facts['commit']}")
        if wanted & set(OF_ONE):
            measure(args, servers, wanted, results, facts)
        have_kea = any(isinstance(server, Kea) for server in servers)
        if "estate" in wanted:
            attempt(notes, "The estate", scenario_estate.measure, args, have_kea, estate)
        if wanted & set(OF_PAIR):
            attempt(notes, "The pair", scenario_pair.measure, args, wanted, have_kea, pair)
    except CutOff:
        notes.append(f"The run was cut off after {args.limit // 60} minutes.")
    finally:
        signal.alarm(0)
        shutil.rmtree(args.work, ignore_errors=True)
    facts["sections"] = [scenario_estate.section(estate)] if estate else []
    if pair:
        facts["sections"].append(scenario_pair.section(args, pair, facts["commit"]))
    if wanted & set(OF_ONE):
        say("\n" + report.table(results))
    for section in facts["sections"]:
        say("\n" + section)
    for note in notes:
        say(f"Note: {note}")
    if args.doc:
        report.document(args.doc, results, facts, "make bench" + (
            " BENCH_FLAGS=--quick" if args.quick else ""))
        say(f"written to {args.doc}")


if __name__ == "__main__":
    main()
