#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two nodes hold the same leases: streaming under load, restarts of either side, catching up by
the journal, and a node with an empty disk, which gets a copy."""

import os
import re
import shutil

from lib import case, process, web
from lib.case import test
from lib.load import Load, check_kept
from lib.pair import (PRIMARY, STANDBY, Pair, certificates, details, in_sync, state, status, tls,
                      tree, wait_equal, wait_state)
from lib.wait import check, equal, wait_for

RATE = int(os.environ.get("RATE", 1000))
CLIENTS = 20_000


def load(lab, pair, seconds, name="load", node=0, rate=RATE):
    return Load(lab, pair.load[node], rate, seconds, CLIENTS, name=name)


@test("under load the standby's table follows the active's", only="lessord")
def streaming(lab):
    pair = Pair(lab)
    in_sync(pair)
    run = load(lab, pair, 4)
    run.finish()
    leases = wait_equal(pair)
    kept = check_kept(run.acks(), leases)
    servers = status(pair.servers[0])["ha-servers"]
    equal(servers["local"]["state"], "hot-standby", "the active's state in Kea's words")
    check(servers["remote"]["in-touch"], "the partner is in touch")
    lab.note = f"{kept} leases on both nodes"


@test("a standby that was away catches up by the journal", only="lessord")
def catch_up(lab):
    pair = Pair(lab)
    active, standby = pair.servers
    in_sync(pair)
    load(lab, pair, 2, "first").finish()
    wait_equal(pair)
    standby.stop()
    wait_state(active, "interrupted")
    load(lab, pair, 2, "second").finish()
    standby.start()
    in_sync(pair)
    wait_equal(pair)
    check("a copy of all leases" not in standby.log(), "it needed no copy")


@test("an active node that is restarted finds the same leases and a standby", only="lessord")
def restart_active(lab):
    pair = Pair(lab)
    active, _ = pair.servers
    in_sync(pair)
    run = load(lab, pair, 2)
    run.finish()
    wait_equal(pair)
    active.kill()
    active.start()
    wait_for(lambda: all(status(one)["ha-servers"]["remote"]["in-touch"]
                         for one in pair.servers), 10, "both are in touch")
    leases = wait_equal(pair, 15)
    check_kept(run.acks(), leases)


@test("a node with an empty disk gets a copy, and the survivor keeps its leases", only="lessord")
def empty_disk(lab):
    pair = Pair(lab)
    active, standby = pair.servers
    in_sync(pair)
    run = load(lab, pair, 3, "first")
    run.finish()
    wait_equal(pair)
    standby.kill()
    shutil.rmtree(standby.state_dir)
    wait_state(active, "interrupted")
    more = load(lab, pair, 6, "second")
    standby.start()
    in_sync(pair)
    more.finish()
    leases = wait_equal(pair)
    check_kept(run.acks() + more.acks(), leases)
    check("a copy of all leases comes" in standby.log(), "it got a copy")
    lab.note = f"{len(leases)} leases"


@test("TLS: the nodes know each other by certificate, and a stranger is refused", only="lessord")
def encrypted(lab):
    folder = certificates(lab)
    pair = Pair(lab, start=False)
    active, standby = pair.servers
    active.write(tree(PRIMARY, tls=tls(folder, PRIMARY)))
    standby.write(tree(STANDBY, tls=tls(folder, "stranger")))
    active.start()
    standby.start()
    wait_for(lambda: "certificate" in active.log() + standby.log(), 10, "somebody is refused")
    check(not details(active)["linked"], "the stranger is connected")
    standby.stop()
    standby.write(tree(STANDBY, tls=tls(folder, STANDBY)))
    standby.start()
    in_sync(pair)
    run = load(lab, pair, 2)
    run.finish()
    lab.note = f"{check_kept(run.acks(), wait_equal(pair))} leases over TLS 1.3"


@test("after the link was cut the nodes find together again and hold the same leases",
      only="lessord")
def cut_link(lab):
    pair = Pair(lab)
    in_sync(pair)
    run = load(lab, pair, 6)
    wait_for(lambda: len(run.acks()) > 500, 5, "ACKs flow")
    pair.cut(1)
    for one in pair.servers:
        wait_state(one, "interrupted")
    pair.plug(1)
    wait_for(lambda: sorted(map(state, pair.servers)) == ["active", "standby"], 15,
             lambda: f"one is active: {[details(one) for one in pair.servers]}")
    run.finish()
    check_kept(run.acks(), wait_equal(pair))


@test("a planned hand-over moves the service, and leases go the other way then", only="lessord")
def handed_over(lab):
    pair = Pair(lab)
    first, second = pair.servers
    in_sync(pair)
    run = load(lab, pair, 2, "first")
    run.finish()
    wait_equal(pair)
    check("serves now" in first.ctl("ha", "handover").stdout, "lessorctl says so")
    in_sync(pair, active=1)
    check(status(second)["ha-servers"]["local"]["scopes"] == [PRIMARY], "the scope moved")
    more = load(lab, pair, 2, "second", node=1)
    more.finish()
    check_kept(run.acks() + more.acks(), wait_equal(pair))


@test("kill -9 of either ha process under load: nothing is lost, the tables become equal",
      only="lessord")
def ha_killed(lab):
    pair = Pair(lab)
    in_sync(pair)
    run = load(lab, pair, 8)
    for number, one in enumerate(pair.servers[::-1] + pair.servers):
        one.children_die = True
        wait_for(lambda n=number: len(run.acks()) > 500 * (n + 1), 10, "ACKs flow")
        (victim,) = one.children(": ha")
        process.kill(victim)
        wait_for(lambda o=one, v=victim: v not in o.children(": ha") and o.children(": ha"), 5,
                 "a new ha process")
    run.finish()
    wait_for(lambda: sorted(map(str, map(state, pair.servers))) == ["active", "standby"], 15,
             lambda: f"one is active: {[details(one) for one in pair.servers]}")
    lab.note = f"{check_kept(run.acks(), wait_equal(pair))} leases"


def reservations(server):
    """Addresses reserved by command."""
    answer = server.call("reservation-get-all", {"subnet-id": 1}, result=None)
    return {one["ip-address"] for one in answer.get("arguments", {}).get("hosts", [])}


def reserve(server, number):
    host = {"subnet-id": 1, "hw-address": f"02:00:00:00:77:{number:02x}",
            "ip-address": f"10.3.0.{number}"}
    server.call("reservation-add", {"reservation": host})


def both_have(pair, *numbers):
    wanted = {f"10.3.0.{number}" for number in numbers}
    for one in pair.servers:
        wait_for(lambda o=one: reservations(o) == wanted, 10,
                 lambda o=one: f"{wanted} at {o.dir}, there are {reservations(o)}")


@test("reservations made by command: streamed, copied, merged, and counting on both nodes",
      only="lessord", seconds=120)
def reserved(lab):
    pair = Pair(lab)
    active, standby = pair.servers
    in_sync(pair)
    for number in (1, 2):
        reserve(active, number)
    answer = standby.call("reservation-add", {"reservation": {
        "subnet-id": 1, "hw-address": "02:00:00:00:77:09", "ip-address": "10.3.0.9"}}, result=1)
    check("active" in answer["text"], f"the standby refuses: {answer['text']}")
    both_have(pair, 1, 2)
    standby.kill()
    shutil.rmtree(standby.state_dir)
    active.call("reservation-del", {"subnet-id": 1, "ip-address": "10.3.0.1"})
    standby.start()
    in_sync(pair)
    both_have(pair, 2)
    pair.cut(1)
    for one in pair.servers:
        wait_state(one, "interrupted")
    reserve(active, 3)
    reserve(standby, 4)
    pair.plug(1)
    wait_for(lambda: sorted(map(state, pair.servers)) == ["active", "standby"], 15,
             "one is active")
    both_have(pair, 2, 3, 4)


@test("metrics tell of the pair; rules and dashboard ask for nothing that is not there",
      only="lessord")
def metrics(lab):
    pair = Pair(lab, start=False)
    active, standby = pair.servers
    # as many as there can be: the control process gets a descriptor for each
    active.write({**tree(PRIMARY), "http": [{"port": 8000 + n} for n in range(8)]})
    active.start()
    standby.start()
    in_sync(pair)
    load(lab, pair, 1).finish()
    wait_equal(pair)
    page = web.get(active.space, "/metrics")[2].decode()
    for line in ('lessor_ha_state{state="active"} 1', 'lessor_ha_state{state="standby"} 0',
                 "lessor_ha_connected 1", 'lessor_ha_alarm{alarm="clock-skew"} 0'):
        check(f"\n{line}\n" in page, f"no {line}")
    check(float(re.search(r"lessor_replication_duration_seconds_count (\d+)", page)[1]) > 10,
          "replication is timed")
    names = set(re.findall(r"^(lessor_\w+)", page, re.M))
    packaging = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging")
    for name in ("prometheus/lessor.rules.yml", "grafana/lessor.json"):
        with open(os.path.join(packaging, name), encoding="utf-8") as f:
            asked = set(re.findall(r"lessor_ha_\w+", f.read()))
        check(asked, f"{name} looks at the pair")
        equal(sorted(asked - names), [], f"metrics in {name} that there are not")
    if shutil.which("promtool") is not None:
        path = os.path.join(lab.dir, "page")
        with open(path, "w", encoding="ascii") as f:
            f.write(page)
        done = active.space.run("sh", "-c", f"promtool check metrics <{path}")
        equal(done.stdout + done.stderr, "", "what promtool says")


@test("octets that are no frames do not disturb the pair", only="lessord")
def garbage(lab):
    pair = Pair(lab)
    in_sync(pair)
    stranger = lab.space("stranger")
    pair.link.join(stranger, "eth0", "10.99.0.9/24")
    for data in (b"", b"GET / HTTP/1.0\r\n\r\n", bytes(64), b"\xff" * 70_000):
        with stranger.socket() as s:
            s.settimeout(5)
            s.connect(("10.99.0.1", 647))
            s.sendall(data)
            if data:
                s.recv(1000)
    in_sync(pair, seconds=2)
    equal(details(pair.servers[0])["alarms"], "", "alarms")


if __name__ == "__main__":
    case.main()
