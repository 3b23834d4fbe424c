#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A configuration of Kea becomes one of Lessor, with a word about all that does not."""

import os
import stat
import subprocess
import sys
import time

from lib import case
from lib.case import test
from lib.dhcp import ip
from lib.station import Station
from lib.wait import Failure, check, equal

# Kea 2.4 with what people leave in such files. Only keys that this version of Lessor reads.
MIXED = r"""
// the main file
{ "Dhcp4": {
  "interfaces-config": { "interfaces": [ "eth0" ], "re-detect": true },  # as shipped
  "lease-database": { "type": "mysql", "host": "<DB_HOST>", "lfc-interval": 3600 },
  "control-socket": { "socket-type": "unix", "socket-name": "/run/kea/kea4.sock" },
  "multi-threading": { "enable-multi-threading": true, "thread-pool-size": 4 },
  "hooks-libraries": [ { "library": "/usr/lib/kea/hooks/libdhcp_lease_cmds.so" } ],
  "loggers": [ { "name": "kea-dhcp4", "severity": "INFO",
                 "output_options": [ { "output": "stdout" } ] } ],
  "expired-leases-processing": { "hold-reclaimed-time": 7200, "max-reclaim-time": 250 },
  "valid-lifetime": 4000, "max-valid-lifetime": 4294967295,
  "renew-timer": 1000, "rebind-timer": 2000,
  <?include "options.json"?>
  "shared-networks": [ {
    "name": "floor", "relay": { "ip-address": "203.0.113.1" },
    "subnet4": [ { "subnet": "198.51.100.0/24", "pools": [ { "pool": "198.51.100.0/25" } ] },
                 { "subnet": "203.0.113.0/24", "valid-lifetime": 600 }, ]
  } ],
  "subnet4": [ {
    "subnet": "192.0.2.0/24", "user-context": { "site": { "no": 7, "4th": null } },
    "comment": "the \"old\" building",
    "pools": [ { "pool": "192.0.2.10 - 192.0.2.20", /* few */ "pool-id": 4 } ],
    "option-data": [ { "name": "routers", "data": "192.0.2.1" },
                     { "name": "site-url", "data": "http://b\\,x/", "always-send": true } ]
  } ]
} }
"""
OPTIONS = """
"option-def": [ { "name": "site-url", "code": 234, "type": "string" } ],
"option-data": [ { "name": "domain-name-servers", "data": "192.0.2.53, 192.0.2.54" },
                 { "code": 240, "csv-format": false, "data": "0xC0FFEE", "always-send": true } ],
"""


def kea_file(lab, text, name="kea.json"):
    path = os.path.join(lab.dir, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def run(*argv, status=0):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=60)
    if done.returncode != status:
        raise Failure(f"{' '.join(argv)}: status {done.returncode}: {done.stderr[:2000]}")
    return done


def import_kea(lab, *argv, status=0):
    return run(lab.program("lessorctl"), "import", "kea", *argv, status=status)


def place(text, what):
    """The line in which what stands."""
    return text[:text.index(what)].count("\n") + 1


@test("a mixed Kea file with comments and an include is imported and served", only="lessord")
def mixed(lab):
    kea, out = kea_file(lab, MIXED), os.path.join(lab.dir, "imported.conf")
    kea_file(lab, OPTIONS, "options.json")
    os.chmod(kea, 0o640)
    said = import_kea(lab, kea, "-o", out).stderr
    for what, path in (("\"re-detect", "interfaces-config.re-detect"),
                       ("\"lease-database", "lease-database"),
                       ("\"control-socket", "control-socket"),
                       ("\"multi-threading", "multi-threading"),
                       ("\"hooks-libraries", "hooks-libraries[0].library"),
                       ("\"output_options", "loggers[0].output_options"),
                       ("\"max-reclaim-time", "expired-leases-processing.max-reclaim-time"),
                       ("{ \"subnet\": \"198", "shared-networks[0].subnet4[0]"),
                       ("{ \"subnet\": \"203", "shared-networks[0].subnet4[1]"),
                       ("{\n    \"subnet\"", "subnet4[0]")):
        line = f"warning: {kea}:{place(MIXED, what)}: Dhcp4.{path}: "
        check(line in said, f"no '{line}' in:\n{said}")
    check(f"warning: {kea}:2: comments are not carried over" in said, said)
    check("one too many" in said, said)
    check("<DB_HOST>" not in said, "a placeholder that has no effect is complained of")
    equal(stat.S_IMODE(os.stat(out).st_mode), 0o640, "mode of the file")
    run(lab.program("lessord"), "-t", "-c", out)
    with open(out, encoding="utf-8") as f:
        text = f.read()
    equal(import_kea(lab, kea).stdout, text, "standard output")
    one, port = lab.simple(start=False)
    with open(one.file, "w", encoding="utf-8") as f:
        f.write(text)
    one.start()
    reply = Station(port, 1).lease()
    equal((reply.get(1), reply.get(3)), (ip("255.255.255.0"), ip("192.0.2.1")), "options 1, 3")
    equal(reply.get(6), ip("192.0.2.53") + ip("192.0.2.54"), "option 6")
    equal((reply.get(234), reply.get(240)), (b"http://b,x/", b"\xc0\xff\xee"), "own options")
    equal([reply.number(code) for code in (51, 58, 59)], [4000, 1000, 2000], "times")
    lease = one.lease(reply.yiaddr)
    equal((lease["subnet-id"], lease["pool-id"]), (3, 4), "subnet and pool")


@test("what cannot be carried over is an error, OUT stays as it is; --lenient writes it",
      only="lessord")
def refused(lab):
    out = kea_file(lab, "before", "out.conf")
    kea = kea_file(lab, '{"Dhcp4": {"interface-id": "x",\n"hooks-libraries": [{"library": '
                        '"libdhcp_radius.so"}],\n"subnet4": [{"id": 7, "subnet": "192.0.2.0/24", '
                        '"new-in-4": 1}]}}')
    said = import_kea(lab, kea, "-o", out, status=1).stderr
    for line in (f"{kea}:1: Dhcp4.interface-id: ",
                 f"{kea}:2: Dhcp4.hooks-libraries[0].library: ",
                 f"{kea}:3: Dhcp4.subnet4[0].new-in-4: "):
        check("\n" + line in "\n" + said, f"no '{line}' in:\n{said}")
    with open(out, encoding="ascii") as f:
        equal(f.read(), "before", "OUT after an error")
    equal(sorted(os.listdir(lab.dir)), ["kea.json", "out.conf"], "files")
    said = import_kea(lab, kea, "-o", out, "--lenient").stderr
    check(f"warning: {kea}:3: Dhcp4.subnet4[0].new-in-4: " in said, said)
    with open(out, encoding="ascii") as f:
        check("192.0.2.0/24" in f.read(), "OUT with --lenient")
    import_kea(lab, kea_file(lab, '{"Dhcp4": {', "cut.json"), "-o", out, "--lenient", status=1)
    import_kea(lab, kea, "-o", lab.dir, "--lenient", status=1)
    import_kea(lab, status=2)
    run(lab.program("lessorctl"), "status", "--lenient", status=2)


@test("the reference estate is imported in less than 2 s", only="lessord")
def estate(lab):
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    kea, out = os.path.join(lab.dir, "estate.json"), os.path.join(lab.dir, "estate.conf")
    for names in ("2", "3"):
        run(sys.executable, os.path.join(top, "tests", "bench", "estate.py"), "--kea", names, "-o",
            kea)
        start = time.monotonic()
        import_kea(lab, kea, "-o", out)
        seconds = time.monotonic() - start
        lab.note = f"{seconds:.2f} s"
        check(seconds < 2, f"took {seconds:.2f} s")
        with open(out, encoding="ascii") as f:
            text = f.read()
        equal([text.count(f"\t{word} = ") for word in
               ("relay", "evaluate-additional-classes", "only-in-additional-list", "hw-address")],
              [829, 829, 829, 0], "parts of the estate")
        equal(text.count("{ hw-address = "), 14404, "reservations")


if __name__ == "__main__":
    case.main()
