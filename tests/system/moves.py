#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Leases and configurations that come from Kea and ISC dhcpd, and leases that go back to Kea: every
client keeps its address."""

import json
import os
import shutil
import time

from lib import case, dhcp, server as servers
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import wait_for, check, equal

HEAD = ("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"
        "state,user_context,pool_id\n")


def row(number, expire=None, lifetime=3600, state=0, subnet_id=1, mac=None):
    expire = int(time.time()) + 3000 if expire is None else expire
    return (f"192.0.2.{number},{mac or f'02:1e:55:00:00:{number:02x}'},,{lifetime},{expire},"
            f"{subnet_id},0,0,,{state},,0\n")


def write(one, name, text):
    path = os.path.join(one.dir, name)
    with open(path, "w", encoding="ascii") as f:
        f.write(text)
    return path


def import_leases(one, path, *more, status=0):
    return one.space.run(one.lab.program("lessorctl"), "import", "leases", path, "-c", one.file,
                         "--state-dir", one.state_dir, *more, status=status, seconds=60)


def export_stopped(one, path):
    return one.space.run(one.lab.program("lessorctl"), "export", "leases", "-o", path,
                         "--state-dir", one.state_dir)


def read(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def counts(done):
    return {text: int(number) for number, text in
            (line.split(None, 1) for line in done.stdout.splitlines())}


def kea(one, name="kea"):
    """A Kea in the place of this server."""
    made = servers.KINDS["kea"](one.lab, one.space, one.tree, name)
    one.lab.servers.append(made)
    return made


@test("leases of a Kea: imported from its file, and every client keeps its address", only="lessord")
def from_kea(lab):
    one, port = lab.simple(start=False)
    other = kea(one).start()
    clients = [Station(port, 1, client_id=b"\x01\x02\x1e\x55\x00\x00\x01"), Station(port, 2),
               Station(port, 3)]
    for client in clients:
        client.lease({dhcp.HOST_NAME: b"pc-%d" % clients.index(client)})
    clients[2].release()
    wait_for(lambda: not other.holds(clients[2].address), 5, "the release has arrived")
    before = other.leases()
    other.stop()
    done = import_leases(one, os.path.join(other.state_dir, "leases.csv"))
    equal(counts(done)["leases kept"], 2, f"leases kept: {done.stdout}")
    one.start()
    for client in clients[:2]:
        lease = one.lease(client.address)
        for key in ("hw-address", "client-id", "subnet-id", "hostname", "cltt", "valid-lft"):
            equal(lease.get(key), before[client.address].get(key), key)
        equal(client.reboot(client.address).yiaddr, client.address, "address after the move")
    stranger = Station(port, 9)
    check(stranger.lease().yiaddr not in [c.address for c in clients[:2]], "an address twice")


@test("leases go back to a Kea, from a running and from a stopped server alike", only="lessord")
def to_kea(lab):
    one, port = lab.simple()
    clients = [Station(port, 1, client_id=b"\x01,&\xff"), Station(port, 2), Station(port, 3)]
    for client in clients:
        client.lease({dhcp.HOST_NAME: b"pc-%d" % clients.index(client)})
    clients[2].decline()
    running = os.path.join(one.dir, "running.csv")
    one.ctl("export", "leases", "-o", running)
    equal(one.ctl("leases", "--csv").stdout, read(running), "leases --csv and export leases")
    equal(one.ctl("export", "leases").stdout, read(running), "export to standard output")
    leases = one.leases()
    one.stop()
    stopped = os.path.join(one.dir, "stopped.csv")
    export_stopped(one, stopped)
    equal(read(stopped), read(running), "from the stopped and from the running server")
    other = kea(one)
    shutil.copy(stopped, os.path.join(other.state_dir, "leases.csv"))
    other.start()
    equal(sorted(other.leases()), sorted(leases), "addresses that Kea has")
    for address, lease in other.leases().items():
        equal({key: lease.get(key) for key in leases[address] if key != "pool-id"},
              {key: value for key, value in leases[address].items() if key != "pool-id"}, address)
    for client in clients[:2]:
        equal(client.reboot(client.address).yiaddr, client.address, "address after the move")


@test("a Kea's file and those beside it; the last row of an address counts", only="lessord")
def kea_files(lab):
    one, _ = lab.simple(start=False)
    gone = int(time.time()) - 7200
    path = write(one, "l.csv", HEAD + row(13) + row(14, lifetime=0))
    write(one, "l.csv.1", HEAD + row(12) + row(13, mac="02:00:00:00:00:99") + row(14))
    write(one, "l.csv.2", HEAD + row(11) + row(12, mac="02:00:00:00:00:99") + row(15, gone))
    write(one, "l.csv.output", "nothing to read")
    found = counts(import_leases(one, path))
    equal((found["entries read"], found["leases kept"]), (8, 3), f"counts: {found}")
    one.start()
    equal({address: lease["hw-address"] for address, lease in one.leases().items()},
          {f"192.0.2.{n}": f"02:1e:55:00:00:{n:02x}" for n in (11, 12, 13)}, "leases")
    one.stop()
    write(one, "l.csv.completed", HEAD + row(16))
    found = counts(import_leases(one, path, "--force"))
    equal((found["entries read"], found["leases kept"]), (3, 2), "with .completed instead")
    json.loads(import_leases(one, path, "--force", "--json").stdout)


@test("import leases refuses a server that runs, leases that are there, and a broken file",
      only="lessord")
def refused(lab):
    one, port = lab.simple()
    path = write(one, "l.csv", HEAD + row(11))
    done = import_leases(one, path, status=1)
    check("another lessord uses" in done.stderr, f"a server runs: {done.stderr}")
    client = Station(port, 1)
    client.lease()
    one.stop()
    done = import_leases(one, path, status=1)
    check("holds 1 leases already" in done.stderr, f"leases are there: {done.stderr}")
    import_leases(one, path, "--force")
    done = import_leases(one, write(one, "bad.csv", HEAD + "x,y\n" * 101 + row(12)), "--force")
    equal(counts(done)["leases kept"], 1, "leases kept among 101 bad rows")
    shutil.rmtree(one.state_dir)
    done = import_leases(one, os.path.join(one.dir, "bad.csv"), status=1)
    check("bad.csv:2: " in done.stderr and "101 entries cannot be used" in done.stderr,
          f"bad rows: {done.stderr}")
    done = import_leases(one, write(one, "v6.csv", "address,duid\n"), status=1)
    check("column 2" in done.stderr, f"another head: {done.stderr}")
    import_leases(one, "/nonexistent", status=1)
    one.start()
    equal(one.leases(), {}, "leases after refused imports")


@test("after an import the server goes on: new leases, a restart, SIGKILL", only="lessord")
def goes_on(lab):
    one, port = lab.simple(start=False)
    import_leases(one, write(one, "l.csv", HEAD + "".join(row(n) for n in range(20, 40))))
    one.start()
    clients = [Station(port, number) for number in range(20, 45)]  # 20 of them have a lease
    for client in clients:
        client.lease()
    equal(sorted(c.address for c in clients[:20]), [f"192.0.2.{n}" for n in range(20, 40)],
          "addresses of known clients")
    one.kill()
    one.start()
    for client in clients:
        equal(one.lease(client.address)["hw-address"], client.mac.hex(":"), "lease after SIGKILL")
    equal(len(one.leases()), 25, "leases")


LEASES = """
server-duid "\\000\\001\\000\\001";
lease 192.0.2.21 {{
  starts 2 2026/01/01 12:00:00;
  ends never;
  binding state active;
  hardware ethernet 02:1e:55:00:00:01;
  client-hostname "one";
}}
lease 192.0.2.22 {{
  starts epoch {now}; # now
  ends epoch {end};
  cltt epoch {now};
  binding state active;
  next binding state free;
  hardware ethernet 02:1e:55:00:00:02;
  uid "\\001\\002\\036U\\000\\000\\002";
}}
lease 192.0.2.23 {{ binding state free; }}
lease 198.51.100.1 {{ starts epoch {now}; ends epoch {end}; binding state active;
  hardware ethernet 02:1e:55:00:00:03; }}
"""

CONF = """
authoritative;
default-lease-time 1200;
option domain-name "example.org";
option site code 224 = text;
shared-network lan {
  subnet 192.0.2.0 netmask 255.255.255.0 {
    option routers 192.0.2.1;
    option site "a,b";
  }
  pool { range 192.0.2.20 192.0.2.30; }
}
"""


@test("configuration and leases of an ISC dhcpd: imported, and every client keeps its address",
      only="lessord")
def from_isc(lab):
    one, port = lab.simple(start=False)
    done = one.space.run(lab.program("lessorctl"), "import", "isc", write(one, "dhcpd.conf", CONF),
                         "-o", one.file)
    check("interfaces" in done.stderr and done.stdout == "", f"what is said: {done.stderr}")
    one.space.run(lab.program("lessorctl"), "check", one.file)
    now = int(time.time())
    done = import_leases(one, write(one, "dhcpd.leases", LEASES.format(now=now, end=now + 600)))
    equal(counts(done)["leases kept"], 2, done.stdout)
    check("dhcpd.leases:20: warning: 198.51.100.1" in done.stderr, f"lines: {done.stderr}")
    one.start()
    first = Station(port, 1)
    second = Station(port, 2, client_id=b"\x01\x02\x1e\x55\x00\x00\x02")
    equal(first.reboot("192.0.2.21").yiaddr, "192.0.2.21", "first client")
    ack = second.lease(wanted=[15, 224])
    equal((ack.yiaddr, ack.get(3), ack.get(15), ack.get(224), ack.get(51)),
          ("192.0.2.22", bytes([192, 0, 2, 1]), b"example.org", b"a,b", (1200).to_bytes(4, "big")),
          "second client")


@test("import isc writes nothing if clients would get something else, unless --lenient",
      only="lessord")
def isc_refused(lab):
    one, _ = lab.simple(start=False)
    path = write(one, "dhcpd.conf", "if known { filename \"x\"; }\nnext-server 192.0.2.9;\n")
    out = os.path.join(one.dir, "out.conf")
    argv = (lab.program("lessorctl"), "import", "isc", path, "-o", out)
    done = one.space.run(*argv, status=1)
    check("dhcpd.conf:1: " in done.stderr and "member('KNOWN')" in done.stderr, done.stderr)
    check(not os.path.exists(out), "a file was written all the same")
    done = one.space.run(*argv, "--lenient")
    check("warning: " in done.stderr and "192.0.2.9" in read(out), done.stderr)


if __name__ == "__main__":
    case.main()
