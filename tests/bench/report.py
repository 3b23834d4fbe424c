# SPDX-License-Identifier: Apache-2.0
"""Figures of bench.py as a table, and doc/performance.md around it."""
import os
import platform
import subprocess
import time


def value(result, *path):
    """result[path[0]][path[1]]..., None if it was not measured."""
    for key in path:
        if result is None or key not in result:
            return None
        result = result[key]
    return result


def latency(result, *path):
    """A latency at 2,000/s in ms; None where the server did not keep up."""
    if value(result, "latency") is None or result["latency"]["drop_percent"] > 1:
        return None
    return value(result, "latency", "latency_us", *path) / 1e3


def cpu_at_fixed_rate(result):
    return None if latency(result, "ack", "p50") is None else result["latency"]["server_cpu_us"]


def memory(stored, which):
    return lambda r: r["memory"][stored][which] if stored in r.get("memory", {}) else None


def memory_text(stored):
    return f"{stored // 1000000} M" if stored >= 1000000 else f"{stored // 1000} k"


# (label, figure, digits, whether more is better)
def rows(counts):
    table = [
        ("exchanges/s at <= 1 % drops", lambda r: value(r, "rate", "exchanges_per_s"), 0, True),
        ("- CPU us/exchange", lambda r: value(r, "rate", "server_cpu_us"), 1, False),
        ("renewals/s at <= 1 % drops, each written",
         lambda r: value(r, "renew", "exchanges_per_s"), 0, True),
        ("- CPU us/renewal", lambda r: value(r, "renew", "server_cpu_us"), 1, False),
        ("at 2,000 exchanges/s: OFFER median, ms", lambda r: latency(r, "offer", "p50"), 2, False),
        ("- OFFER 99 %, ms", lambda r: latency(r, "offer", "p99"), 2, False),
        ("- ACK median, ms", lambda r: latency(r, "ack", "p50"), 2, False),
        ("- ACK 99 %, ms", lambda r: latency(r, "ack", "p99"), 2, False),
        ("- CPU us/exchange", cpu_at_fixed_rate, 1, False),
        ("start to first OFFER, s", lambda r: value(r, "start"), 2, False),
    ]
    for stored in counts:
        label = "no" if stored == 0 else memory_text(stored)
        table.append((f"memory with {label} leases: PSS, MiB", memory(stored, 0), 1, False))
        table.append(("- RSS, MiB", memory(stored, 1), 1, False))
    return table


def ratio(ours, theirs, more):
    if not ours or not theirs:
        return ""
    times = ours / theirs if more else theirs / ours
    return f"{times:.2f}" if times < 10 else f"{times:.0f}"


def table(results):
    """What all servers did. The ratio is how many times better lessord is than Kea."""
    names = list(results)
    counts = sorted({n for r in results.values() for n in r.get("memory", {})})
    lines = [["", *names, "lessord : Kea"]]
    for label, figure, digits, more in rows(counts):
        figures = {name: figure(results[name]) for name in names}
        if all(f is None for f in figures.values()):
            continue
        shown = [number(f, digits) for f in figures.values()]
        lines.append([label, *shown, ratio(figures.get("lessord"), figures.get("Kea"), more)])
    lines.append(["leases stored meanwhile", *(f"{r.get('leases', 0):,}" for r in results.values()),
                  ""])
    lines.append(["an acknowledged lease is durable",
                  *(r["durable"] for r in results.values()), ""])
    return markdown(lines)


def number(figure, digits):
    return "-" if figure is None else f"{figure:,.{digits}f}"


def markdown(lines):
    """A table, its first line the head, aligned so that it can be read as it stands."""
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    lines.insert(1, [":" + "-" * (widths[0] - 1), *("-" * (w - 1) + ":" for w in widths[1:])])
    return "\n".join("| " + " | ".join(
        cell.ljust(widths[k]) if k == 0 else cell.rjust(widths[k])
        for k, cell in enumerate(line)) + " |" for line in lines)


def first_line(*argv):
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        return (done.stdout.splitlines() or ["?"])[0]
    except OSError:
        return "?"


def machine(work):
    cpu = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="ascii") as f:
        memory_gib = int(f.readline().split()[1]) / 1048576
    kernel = platform.release().split("-")[0]
    filesystem = first_line("findmnt", "-no", "FSTYPE", "-T", work)
    virtual = first_line("systemd-detect-virt") not in ("none", "?")
    return (f"{os.cpu_count()} cores of {cpu}{' (virtual)' if virtual else ''}, "
            f"{memory_gib:.0f} GiB, Linux {kernel}, {filesystem}")


def versions(names):
    texts = {"Kea": "Kea " + first_line("kea-dhcp4", "-v"),
             "dnsmasq": first_line("dnsmasq", "--version").split("  ")[0]}
    return ", ".join(texts[name] for name in names if name in texts)


METHOD = """\
One exchange is DISCOVER, OFFER, REQUEST, ACK. `lessor-load` plays the clients, taken at random, in
an open loop: it sends by the clock, does not wait for the server, and counts latencies from the
moment that a message was meant to leave. Server and load generator have a core each and
a network namespace each, joined by a veth pair. All servers lease from one /8 with a pool of 3.2 M
addresses, for {lifetime} s; exchanges come from the link, renewals through a relay. The servers
take turns; the best of {rounds} turn(s) counts (of one for dnsmasq and 'no server logic').

* Highest rate: doubled or halved, then bisected, until the highest that loses at most
  1 % and the lowest that loses more are within {precision:.0%}; each step takes {step:g} s, and
  a narrow failure gets a second try. Returning clients: all of them have leases already.
* CPU is user and system time of all processes of the server, from /proc, by what was completed.
  The kernel's work for a packet counts for whoever it interrupts.
* Kea writes its lease file but never waits for the disk, and keeps it in memory (memfile), the
  fastest that it can do; `cache-threshold` is 0, so that each renewal is written. It is run
  with or without multi-threading, whichever is faster here ({threads}).
* dnsmasq writes its whole file for each lease; it is measured with {dnsmasq:,} leases.
* 'No server logic' answers everything and stores nothing: the limit of the packets' way itself.
* Memory is the proportional set size (PSS), in which shared pages count once; the resident
  size (RSS) counts them in each process.
* A durable commit of this disk (two writes, each followed by fdatasync, as LMDB commits) took
  {commit}.
"""


def document(path, results, facts, repeat):
    with open(path, "w", encoding="utf-8") as f:
        f.write("# How fast Lessor is\n\n"
                f"Measured on {time.strftime('%Y-%m-%d')}: {facts['machine']};\n"
                f"{versions(results)}. Quote ratios: absolute figures move with the machine.\n\n"
                f"{table(results)}\n\n")
        if facts["notes"]:
            f.write("\n".join(f"Note: {note}" for note in facts["notes"]) + "\n\n")
        f.write("".join(text + "\n" for text in facts["sections"]))
        f.write(f"## Method\n\n{METHOD.format(**facts)}\n"
                f"## Repeat it\n\n    {repeat}\n\n"
                "As root. It installs Kea and dnsmasq from the distribution if they are missing, "
                "uses network\nnamespaces of its own and takes under 20 minutes. One scenario: "
                "`make bench SCENARIO=rate`\n(disk, memory, start, rate, latency, renew, "
                "estate, pair, takeover); quick and rough:\n`make bench BENCH_FLAGS=--quick`.\n")
