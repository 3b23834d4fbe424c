#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The process tree from the outside: exit codes, -t, signals, reload, restarts, systemd."""

import os
import re
import signal
import socket
import time

from lib import case, dhcp, process
from lib.case import test
from lib.config import option, server, subnet
from lib.load import Load
from lib.station import Station
from lib.wait import check, equal, wait_for


def ends(one, status, *words, seconds=10):
    """Starts a server that cannot run; it has to end so, with one clear line."""
    one.start(ready=False)
    equal(one.process.wait(seconds), status, f"exit status; log: {one.log()[-600:]}")
    for word in words:
        check(word in one.log(), f"'{word}' is not in the log: {one.log()[-600:]}")


@test("exit codes: 2 usage, --version, --help", only="lessord")
def usage(lab):
    space, lessord = lab.space("server"), lab.program("lessord")
    for argv in (("--no-such-option",), ("stray",), ("-c",), ("--log-format", "pretty")):
        done = space.run(lessord, *argv, status=2)
        check(done.stderr.strip(), f"{argv}: no reason on standard error")
    check(re.search(r"\d+\.\d+", space.run(lessord, "--version").stdout), "--version")
    check("--state-dir" in space.run(lessord, "--help").stdout, "--help")


@test("-t: 0 for a good file; 1 and every mistake with file, line, path and reason for a bad one",
      only="lessord")
def check_only(lab):
    one = lab.server(lab.space("server"), start=False)
    done = one.space.run(*one.command("-t"))
    check(not os.path.exists(one.state_dir), "-t made the state folder")
    tree = server(subnet(pool="192.0.3.1 - 192.0.3.9"), valid_lifetime="long")
    tree["subnet4"][0]["option-data"] = [option("routres", "192.0.2.1")]
    tree["subnet4"][0]["id"] = 0
    tree["valid-lifetim"] = 7
    one.write(tree)
    done = one.space.run(*one.command("-t"), status=1)
    lines = [line for line in done.stderr.splitlines() if line.startswith(one.file + ":")]
    with open(one.file, encoding="utf-8") as f:
        text = f.read().splitlines()
    for path, part in (("valid-lifetime", "valid-lifetime ="),
                       ("valid-lifetim", "valid-lifetim ="),
                       ("subnet4[0].id", "id ="), ("subnet4[0].pools[0].pool", "pool ="),
                       ("subnet4[0].option-data[0].name", "routres")):
        at = [n for n, line in enumerate(text, 1) if part in line]
        found = [line for line in lines if re.match(
            re.escape(one.file) + r":(%s): %s: .+" % ("|".join(map(str, at)), re.escape(path)),
            line)]
        check(found, f"{path}: not told, or with another line than {at}: {done.stderr}")
    check(any("routers" in line for line in lines), f"no suggestion: {done.stderr}")
    ends(one, 1)
    one.file = os.path.join(one.dir, "missing.conf")
    ends(one, 1, "missing.conf")


@test("a syntax error is told with its line, exit 1", only="lessord")
def syntax(lab):
    one = lab.server(lab.space("server"), start=False)
    with open(one.file, "w", encoding="ascii") as f:
        f.write("valid-lifetime = 3600;\nsubnet4 = ( { id = 1; \n")
    done = one.space.run(*one.command("-t"), status=1)
    check(re.search(re.escape(one.file) + r":[23]: ", done.stderr), done.stderr)


@test("exit 3: port 67 taken, state folder unusable, state folder in use", only="lessord")
def runtime(lab):
    lan, host = lab.lan(), lab.space("server")
    lan.join(host, "eth0", "192.0.2.1/24")
    one = lab.server(host, start=False)
    with host.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 67))
        ends(one, 3, "67")
    good, one.state_dir = one.state_dir, os.path.join(one.file, "state")
    ends(one, 3, one.state_dir)
    one.state_dir = good
    one.start()
    other_space = lab.space("other")
    lan.join(other_space, "eth0", "192.0.2.2/24")
    other = lab.server(other_space, name="second", start=False)
    other.state_dir = one.state_dir
    ends(other, 3, one.state_dir)
    check(one.ready(), "the first server was disturbed")


@test("SIGTERM and SIGINT: exit 0 within 2 s, no process and no socket left over",
      only="lessord")
def stops(lab):
    one, port = lab.simple()
    for number, sig in enumerate((signal.SIGTERM, signal.SIGINT), 1):
        if not one.process.running():
            one.start()
        Station(port, number).lease()
        tree, start = one.process.tree(), time.monotonic()
        one.process.signal(sig)
        equal(one.process.wait(5), 0, "exit status")
        took = time.monotonic() - start
        check(took < 2, f"stopping took {took:.1f} s")
        left = [process.title(pid) for pid in tree if process.alive(pid)]
        check(not left, f"left over: {left}")
        check(not os.path.exists(one.socket), "the control socket is left over")
        lab.note += f"{sig.name} {took:.2f} s "


@test("the supervisor killed: nothing of it goes on", only="lessord")
def supervisor_killed(lab):
    one, port = lab.simple()
    Station(port, 1).lease()
    tree = one.process.tree()
    process.kill(one.process.pid)
    one.process.wait(5)
    wait_for(lambda: not any(process.alive(pid) for pid in tree), 2, "all its children end")
    one.start()
    Station(port, 2).lease()


@test("a child killed is replaced at once, the others stay", only="lessord")
def children(lab):
    one, _ = lab.simple(server(workers=2))
    one.children_die = True
    family = wait_for(lambda: len(one.children("worker")) == 2 and one.children(), 3, "children")
    for role in ("worker", "store", "control"):
        victim = next(pid for pid, title in family.items() if role in title)
        start = time.monotonic()
        process.kill(victim)
        wait_for(lambda r=role, n=len(one.children(role)), v=victim, f=family: any(
            pid not in f for pid in one.children(r)), 2, f"a new {role}")
        lab.note += f"{role} {time.monotonic() - start:.2f} s "
        now = one.children()
        lost = [family[pid] for pid in family if pid != victim and pid not in now]
        check(not lost, f"{role} killed, also gone: {lost}")
        wait_for(lambda: one.log().count("CHILD_DIED") >= 1, 2, "CHILD_DIED is logged")
        wait_for(one.ready, 3, "the server is ready")
        family = wait_for(lambda n=len(family): len(one.children()) == n and one.children(), 3,
                          "the family is complete")


@test("children run without privileges", only="lessord")
def unprivileged(lab):
    one, _ = lab.simple()
    for pid, title in one.children().items():
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
        check(status["Uid"].split()[0] != "0", f"{title} runs as root")
        equal(int(status["CapEff"], 16) | int(status["CapPrm"], 16), 0, f"capabilities of {title}")
        equal(status["NoNewPrivs"].strip(), "1", f"no_new_privs of {title}")


def lease_time(port, number):
    return Station(port, number).discover().number(dhcp.LEASE_TIME)


@test("SIGHUP: a good file is in force without a packet lost, a bad one changes nothing",
      only="lessord", seconds=120)
def reload(lab):
    one, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.250")))
    load = Load(lab, port.space, 300, 60, 100)
    wait_for(lambda: one.statistic("pkt4-ack-sent") > 100, 5, "load")
    for number, seconds in enumerate((1800, 900, 450), 1):
        one.write(server(subnet(pool="192.0.2.10 - 192.0.2.250"), valid_lifetime=seconds))
        old = set(one.children())
        one.reload()
        wait_for(lambda n=number, s=seconds: lease_time(port, 0x1000 * n) == s, 3,
                 f"lease time {seconds}")
        wait_for(lambda o=old: len(one.children()) == 3 and not o & set(one.children()), 5,
                 "the old generation has ended, the new one is complete")
    with open(one.file, "a", encoding="ascii") as f:
        f.write("no-such-parameter = 1;\n")
    before = wait_for(lambda: len(one.children()) == 3 and one.children(), 3, "one generation")
    one.reload()
    wait_for(lambda: "no-such-parameter" in one.log(), 3, "the mistake is logged")
    check("CONFIG_REJECTED" in one.log(), "the event CONFIG_REJECTED")
    equal(lease_time(port, 0x9000), 450, "lease time after a bad file")
    equal(one.children(), before, "processes after a bad file")
    report = load.stop()
    equal((report["drops"], report["duplicates"]), (0, 0), "exchanges given up during the reloads")
    lab.note = f"{report['completed']} exchanges"


@test("lessorctl reload: returns when the new configuration serves, or with every mistake",
      only="lessord", seconds=60)
def reload_command(lab):
    one, port = lab.simple(server(subnet(pool="192.0.2.10 - 192.0.2.250")))
    load = Load(lab, port.space, 300, 60, 100)
    for number, seconds in enumerate((1800, 900, 450, 225), 1):
        one.write(server(subnet(pool="192.0.2.10 - 192.0.2.250"), valid_lifetime=seconds))
        equal(one.call("config-reload")["text"], "Configuration successful.", "answer")
        equal(lease_time(port, 0x1000 * number), seconds, "lease time at once")
    with open(one.file, "a", encoding="ascii") as f:
        f.write("no-such-parameter = 1;\nworkers = 0;\n")
    answer = one.call("config-reload", result=1)
    for part in ("Config reload failed: ", "no-such-parameter", "workers"):
        check(part in answer["text"], f"'{part}' is not in {answer['text']}")
    check("workers" in one.ctl("reload", status=1).stderr, "lessorctl reload")
    equal(lease_time(port, 0x9000), 225, "lease time after a bad file")
    report = load.stop()
    equal((report["drops"], report["duplicates"]), (0, 0), "exchanges given up during the reloads")


@test("SIGHUP: subnets and interfaces come and go, leases stay", only="lessord")
def reload_other(lab):
    lan, host, clients = lab.lan(), lab.space("server"), lab.space("clients")
    lan.join(host, "eth0", "192.0.2.1/24")
    lan.join(clients, "eth0")
    port, second = lab.port(clients), lab.lan("second")
    second.join(host, "eth1", "198.51.100.1/24")
    second.join(clients, "eth1")
    other = lab.port(clients, "eth1")
    one = lab.server(host)
    client = Station(port)
    address = client.lease().yiaddr
    both = [subnet(), subnet(2, "198.51.100.0/24", "198.51.100.10 - 198.51.100.20", None)]
    one.write(server(*both, interfaces=("eth0", "eth1"), workers=2))
    one.reload()
    wait_for(lambda: Station(other).discover(expect=None, seconds=0.1), 3, "eth1 is served")
    wait_for(lambda: len(one.children("worker")) == 4, 3, "two workers for each interface")
    equal(client.renew().yiaddr, address, "renewal after the reload")
    one.write(server())
    one.reload()
    wait_for(lambda: Station(other, 2).discover(expect=None, seconds=0.1) is None, 3,
             "eth1 is no longer served")
    wait_for(lambda: len(one.children("worker")) == 1, 3, "one worker")
    equal(client.renew().yiaddr, address, "renewal after the second reload")


@test("systemd: READY=1, WATCHDOG=1, RELOADING=1, STOPPING=1", only="lessord")
def notify(lab):
    one, _ = lab.simple(start=False)
    path = os.path.join(one.dir, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        os.chmod(path, 0o777)
        s.setblocking(False)
        seen = []

        def told(word):
            try:
                while True:
                    seen.extend(s.recv(4096).decode().splitlines())
            except BlockingIOError:
                return word in seen

        one.env = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"}
        one.start(ready=False)
        wait_for(lambda: told("READY=1"), 10, lambda: f"READY=1: {seen}")
        equal(one.call("status-get")["result"], 0, "status-get right after READY=1")
        begin, count = time.time(), seen.count("WATCHDOG=1")
        wait_for(lambda: told("WATCHDOG=1") and seen.count("WATCHDOG=1") >= count + 3, 3,
                 "three signs of life")
        check(time.time() - begin > 0.2, "signs of life without a pause")
        seen.clear()
        one.reload()
        wait_for(lambda: told("RELOADING=1") and told("READY=1"), 5, lambda: f"reload: {seen}")
        check(any(line.startswith("MONOTONIC_USEC=") for line in seen), "MONOTONIC_USEC")
        check(seen.index("RELOADING=1") < len(seen) - 1 - seen[::-1].index("READY=1"), "order")
        one.process.signal(signal.SIGTERM)
        equal(one.process.wait(5), 0, "exit status")
        check(told("STOPPING=1"), f"STOPPING=1: {seen}")


@test("--log-format kea: date, level, [lessor.MODULE/PID], event", only="lessord")
def log_format(lab):
    one, _ = lab.simple(start=False)
    command = one.command
    one.command = lambda *more: command("--log-format", "kea", *more)
    one.start()
    line = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* +INFO +"
                      r"\[lessor\.\S+/\d+\] SERVER_STARTED ", re.M)
    wait_for(lambda: line.search(one.log()), 3, lambda: f"SERVER_STARTED: {one.log()[-400:]}")


if __name__ == "__main__":
    case.main()
