#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The control channel on RUN/control.sock as Kea's clients know it, and lessorctl on top of it."""

import json
import re
import socket
import time

from lib import case, control, dhcp
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal, wait_for

GLOBAL = """
pkt4-received pkt4-discover-received pkt4-request-received pkt4-decline-received
pkt4-release-received pkt4-inform-received pkt4-offer-received pkt4-ack-received pkt4-nak-received
pkt4-lease-query-received pkt4-unknown-received pkt4-sent pkt4-offer-sent pkt4-ack-sent
pkt4-nak-sent pkt4-lease-query-response-unassigned-sent pkt4-lease-query-response-unknown-sent
pkt4-lease-query-response-active-sent pkt4-parse-failed pkt4-receive-drop pkt4-service-disabled
pkt4-queue-full pkt4-duplicate pkt4-rfc-violation pkt4-admin-filtered pkt4-not-for-us
pkt4-processing-failed pkt4-limit-exceeded v4-allocation-fail v4-allocation-fail-shared-network
v4-allocation-fail-subnet v4-allocation-fail-no-pools v4-allocation-fail-classes
v4-reservation-conflicts v4-lease-reuses cumulative-assigned-addresses declined-addresses
reclaimed-leases reclaimed-declined-addresses
""".split()
POOL = """total-addresses assigned-addresses cumulative-assigned-addresses declined-addresses
reclaimed-leases reclaimed-declined-addresses""".split()
SUBNET = POOL + """v4-reservation-conflicts v4-lease-reuses v4-allocation-fail
v4-allocation-fail-shared-network v4-allocation-fail-subnet v4-allocation-fail-no-pools
v4-allocation-fail-classes""".split()
CSV = ("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"
       "state,user_context,pool_id")


def ask(one, data, seconds=5):
    return json.loads(control.exchange(one.socket, data, seconds))


@test("a command comes in pieces, with white space around; what follows it is ignored")
def pieces(lab):
    one, _ = lab.simple()
    whole = b' \r\n\t{"command":\n "version-get" }  \n'
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(one.socket)
        for octet in whole[:-3]:
            s.sendall(bytes([octet]))
        equal(json.loads(control.read_all(s))["result"], 0, "result of a command in pieces")
    equal(ask(one, whole)["result"], 0, "result with white space")
    equal(ask(one, b'{"command": "version-get"}{"x')["result"], 0, "octets after the command")
    equal(ask(one, b'{"command": "version-get", "service": ["dhcp4"]}')["result"], 0, "service")


@test("what is no command gets result 1 and a reason, and disturbs nobody", only="lessord")
def malformed(lab):
    one, _ = lab.simple()
    for data in (b'{"command": version-get}', b'[1, 2]', b'"version-get"', b'{"command": 7}',
                 b'{"arguments": {}}', b'{"command": "version-get", "service": ["dhcp6"]}',
                 b'{"command": "version-get", "service": ["dhcp4", "dhcp4"]}',
                 b'{"command": "version-get", "service": "dhcp4"}',
                 b'{"command": "version-get", "other": 1}', b'{"a":' * 200, b'\xff\xfe{"',
                 b'{"command": "lease4-get", "arguments": {"ip-address": "192.0.2"}}',
                 b'{"command": "lease4-get"}', b'}'):
        answer = ask(one, data)
        equal(answer["result"], 1, f"result of {data[:60]!r}")
        check(answer.get("text"), f"no reason for {data[:60]!r}")
    answer = one.call("no-such-command", result=2)
    equal(answer["text"], "'no-such-command' command not supported.", "text")
    equal(one.call("version-get")["result"], 0, "the channel afterwards")


@test("half a command is answered after 10 s without traffic; others are served meanwhile",
      only="lessord")
def timeout(lab):
    one, _ = lab.simple()
    with socket.socket(socket.AF_UNIX) as half, socket.socket(socket.AF_UNIX) as deaf:
        for s, data in ((half, b'{"command": "ver'), (deaf, b'{"command": "statistic-get-all"}')):
            s.settimeout(20)
            s.connect(one.socket)
            s.sendall(data)
        idle = [socket.socket(socket.AF_UNIX) for _ in range(20)]
        for s in idle:
            s.connect(one.socket)
        start = time.monotonic()
        one.call("version-get", seconds=2)
        answer = json.loads(control.read_all(half))
        check(8 < time.monotonic() - start < 15, "not after 10 s")
        equal(answer["result"], 1, "result")
        check("Connection over control channel timed out" in answer["text"], answer["text"])
        for s in idle:
            s.close()
        equal(json.loads(control.read_all(deaf))["result"], 0, "answer read late")


@test("list-commands, version-get, build-report, status-get")
def general(lab):
    one, _ = lab.simple()
    commands = one.call("list-commands")["arguments"]
    equal(commands, sorted(commands), "order of list-commands")
    for name in ("lease4-get", "lease4-get-all", "lease4-get-page", "lease4-del", "list-commands",
                 "statistic-get", "statistic-get-all", "status-get", "version-get"):
        check(name in commands, f"{name} is not among {commands}")
    version = one.call("version-get")
    check(re.match(r"\d+\.\d+", version["text"]) and version["arguments"]["extended"],
          f"version-get: {version}")
    status = one.call("status-get")["arguments"]
    equal(status["pid"], one.process.pid, "pid")
    check(0 <= status["uptime"] < 60 and 0 <= status["reload"] < 60, f"status-get: {status}")
    if one.kind == "lessord":
        check(one.call("build-report")["text"], "build-report is empty")
        equal(status["sockets"], {"status": "ready"}, "sockets")


def some_leases(lab):
    """A server with two subnets; leases of a client with an identifier and of one without."""
    tree = server(subnet(), subnet(7, "198.51.100.0/24", "198.51.100.5 - 198.51.100.9", None))
    one, port = lab.simple(tree)
    first, second = Station(port, 1, client_id=b"\x01\x02\x1e\x55\x00\x00\x01"), Station(port, 2)
    first.lease()
    second.lease()
    return one, first, second


@test("lease4-get by address, hardware address and client identifier")
def lease_get(lab):
    one, first, second = some_leases(lab)
    lease = one.lease(first.address)
    equal({key: lease.get(key) for key in ("ip-address", "hw-address", "client-id", "subnet-id",
                                           "valid-lft", "state", "hostname", "fqdn-fwd",
                                           "fqdn-rev")},
          {"ip-address": first.address, "hw-address": "02:1e:55:00:00:01",
           "client-id": "01:02:1e:55:00:00:01", "subnet-id": 1, "valid-lft": 3600, "state": 0,
           "hostname": "", "fqdn-fwd": False, "fqdn-rev": False}, "lease")
    check(abs(lease["cltt"] - time.time()) < 60, "cltt")
    check("client-id" not in one.lease(second.address), "an identifier that was never sent")
    for kind, value, expected in (("hw-address", "02:1e:55:00:00:02", second.address),
                                  ("hw-address", "02:1E:55:00:00:01", first.address),
                                  ("client-id", "01:02:1e:55:00:00:01", first.address)):
        found = one.call("lease4-get", {"subnet-id": 1, "identifier-type": kind,
                                        "identifier": value})
        equal(found["arguments"]["ip-address"], expected, f"lease by {kind} {value}")
    answer = one.call("lease4-get", {"ip-address": "192.0.2.199"}, 3)
    equal((answer["text"], "arguments" in answer), ("Lease not found.", False), "no lease")


@test("lease4-get-all, for all subnets and for some; pages")
def lease_lists(lab):
    one, first, second = some_leases(lab)
    both = sorted((first.address, second.address))
    answer = one.call("lease4-get-all")
    equal((sorted(lease["ip-address"] for lease in answer["arguments"]["leases"]), answer["text"]),
          (both, "2 IPv4 lease(s) found."), "all leases")
    equal(len(one.call("lease4-get-all", {"subnets": [1]})["arguments"]["leases"]), 2, "subnet 1")
    equal(one.call("lease4-get-all", {"subnets": [7]}, 3)["arguments"], {"leases": []}, "subnet 7")
    one.call("lease4-get-all", {"subnets": ["x"]}, 1)
    page = one.call("lease4-get-page", {"from": "start", "limit": 1})["arguments"]
    equal((page["count"], page["leases"][0]["ip-address"]), (1, both[0]), "first page")
    page = one.call("lease4-get-page", {"from": both[0], "limit": 5})["arguments"]
    equal((page["count"], page["leases"][0]["ip-address"]), (1, both[1]), "second page")
    page = one.call("lease4-get-page", {"from": both[1], "limit": 5}, 3)["arguments"]
    equal((page["count"], page["leases"]), (0, []), "after the last page")


@test("lease4-del: the lease is gone, and the address is free")
def lease_del(lab):
    one, first, _ = some_leases(lab)
    one.call("lease4-del", {"ip-address": first.address})
    check(one.lease(first.address) is None, "the lease is still there")
    one.call("lease4-del", {"ip-address": first.address}, 3)
    other = Station(first.port, 3)
    equal(other.lease({dhcp.ADDRESS: dhcp.ip(first.address)}).yiaddr, first.address,
          "address asked for by another client")


@test("statistic-get-all: every name of Kea's from the start, and no other", only="lessord")
def statistic_names(lab):
    one, _ = lab.simple()
    found = one.call("statistic-get-all")["arguments"]
    expected = set(GLOBAL) | {f"subnet[1].{name}" for name in SUBNET} | {
        f"subnet[1].pool[0].{name}" for name in POOL}
    equal(sorted(expected - set(found)), [], "names missing")
    equal(sorted(set(found) - expected), [], "names that Kea has not")
    for name, samples in found.items():
        value, when = samples[0]
        equal(value, 191 if name.endswith("total-addresses") else 0, name)
        check(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", when), f"{name}: {when}")


@test("statistics count what happens, by type, subnet and pool")
def statistics(lab):
    one, first, _ = some_leases(lab)
    first.reboot("203.0.113.1", expect=dhcp.NAK)
    expected = {"pkt4-received": 5, "pkt4-discover-received": 2, "pkt4-request-received": 3,
                "pkt4-sent": 5, "pkt4-offer-sent": 2, "pkt4-ack-sent": 2, "pkt4-nak-sent": 1,
                "cumulative-assigned-addresses": 2, "subnet[1].total-addresses": 191,
                "subnet[1].assigned-addresses": 2, "subnet[1].cumulative-assigned-addresses": 2,
                "subnet[7].total-addresses": 5, "subnet[7].assigned-addresses": 0}
    if one.kind == "lessord":
        expected["subnet[1].pool[0].assigned-addresses"] = 2

    def differ():
        found = one.statistics()
        return {name: (found.get(name), value) for name, value in expected.items()
                if found.get(name) != value}
    wait_for(lambda: not differ(), 3, lambda: f"statistics, (shown, expected): {differ()}")
    equal(one.call("statistic-get", {"name": "no-such"})["arguments"], {}, "unknown statistic")
    one.call("statistic-get", {}, 1)
    if one.kind == "lessord":
        equal(one.statistic("assigned-addresses"), 2, "assigned-addresses")
        table = one.call("stat-lease4-get")["arguments"]["result-set"]
        equal(table["rows"], [[1, 191, 2, 2, 0], [7, 5, 0, 0, 0]], "stat-lease4-get")


@test("lessorctl: status, leases, lease get, lease del, stats", only="lessord")
def ctl(lab):
    one, first, second = some_leases(lab)
    for command in ("status", "leases", "stats"):
        check(one.ctl(command).stdout, f"lessorctl {command} prints nothing")
        json.loads(one.ctl("--json", command).stdout)
    for name in ("pkt4-received", "msg-bad-cookie", "frame-udp-checksum"):
        check(name in one.ctl("stats").stdout, f"lessorctl stats does not show {name}")
    lines = one.ctl("leases").stdout
    check(first.address in lines and second.address in lines, f"leases: {lines}")
    check(first.address not in one.ctl("leases", "--subnet", "7").stdout, "leases of subnet 7")
    table = one.ctl("leases", "--csv").stdout.splitlines()
    equal((table[0], len(table)), (CSV, 3), "leases as CSV")
    for key in (first.address, "02:1e:55:00:00:01", "01:02:1e:55:00:00:01"):
        check(first.address in one.ctl("lease", "get", key).stdout, f"lease get {key}")
    one.ctl("lease", "del", first.address)
    equal(one.ctl("lease", "get", first.address, status=1).stdout, "", "a lease that is gone")
    one.ctl("lease", "del", first.address, status=1)
    answer = json.loads(one.ctl("command", "lease4-get",
                                json.dumps({"ip-address": second.address})).stdout)
    check(second.address in json.dumps(answer), f"lessorctl command: {answer}")


@test("lessorctl: exit status 1 for what fails, 2 for wrong usage, the reason on standard error",
      only="lessord")
def ctl_status(lab):
    one, _ = lab.simple()
    one.ctl("check", one.file)
    for argv, status in ((("lease", "get", "192.0.2.9"), 1), (("no-such",), 2), ((), 2),
                         (("lease", "get"), 2), (("lease", "get", "x", "y"), 2),
                         (("leases", "--subnet", "x"), 2), (("command", "no-such"), 1),
                         (("check", "/nonexistent"), 1)):
        done = one.ctl(*argv, status=status)
        check(done.stderr.strip(), f"lessorctl {' '.join(argv)} fails without a word")
    one.stop()
    done = one.ctl("status", status=1)
    check(one.socket in done.stderr, f"the error does not name the socket: {done.stderr}")


if __name__ == "__main__":
    case.main()
