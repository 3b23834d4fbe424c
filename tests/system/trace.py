#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lessorctl trace: every decision while it is looked at, of all clients or of one."""

import json

from lib import case
from lib.case import test
from lib.load import Load, busy_site
from lib.station import Station
from lib.wait import check, equal, wait_for


def start(one, *more, name="trace"):
    return one.space.start(one.lab.program("lessorctl"), "-s", one.socket, *more, log=name)


def lines(process):
    return process.log_text().splitlines()


@test("trace: each packet with its decision, of one client if asked, without a restart",
      only="lessord", seconds=60)
def decisions(lab):
    one, port = lab.simple()
    client, other = Station(port, 1), Station(port, 2)
    client.lease()  # before: it is not shown
    one.call("lessor-trace")
    every = start(one, "trace")
    mine = start(one, "--json", "trace", "--mac", client.mac.hex("-"), name="mine")
    wait_for(lambda: other.lease() and lines(every), 10, "something is shown")
    client.renew()
    client.send(client.message(3, {54: bytes([9, 9, 9, 9]), 50: bytes([192, 0, 2, 10])}))
    client.release()
    wait_for(lambda: "DHCPRELEASE" in every.log_text(), 5, "the release")
    wait_for(lambda: "DHCPRELEASE" in mine.log_text(), 5, "the release, in JSON")
    text = every.log_text()
    check(f"eth0 {other.mac.hex(':')} DHCPDISCOVER -> DHCPOFFER 192.0.2.11 subnet 1" in text, text)
    check("DHCPREQUEST -> none: dropped: for another server or network" in text, text)
    shown = [json.loads(line) for line in lines(mine)]
    equal([(r["received"], r["answer"]) for r in shown],
          [("DHCPREQUEST", "DHCPACK"), ("DHCPREQUEST", "none"), ("DHCPRELEASE", "none")],
          "decisions about one client")
    equal(shown[1]["reason"], "not-for-us", "reason")
    times = [r["time-us"] for r in shown]
    equal(times, sorted(times), "times")
    for process in (every, mine):
        process.kill_tree()


@test("trace: under load it shows a part, says what it missed, and holds nobody up",
      only="lessord", seconds=90)
def under_load(lab):
    one, loader, _ = busy_site(lab, workers=2)
    one.call("lessor-trace")
    watcher = start(one, "--json", "trace")
    wait_for(lambda: one.call("lessor-trace"), 5, "it answers")
    load = Load(lab, loader, 2000, 3, 5_000)
    report = load.finish()
    equal(report["drops"], 0, "exchanges given up")
    wait_for(lambda: len(lines(watcher)) >= 4000, 10, "thousands of decisions")
    talkers = one.call("lessor-talkers", {"cursors": []})["arguments"]
    check(talkers["missed"] > 0 and talkers["packets"] > 4000, str(talkers)[:300])
    equal(len(talkers["talkers"]), 10, "top talkers")
    watcher.kill_tree()
    for wrong in ({"cursors": 1}, {"cursors": [[256, 1]]}, {"cursors": [[-1, 1]]},
                  {"cursors": [["x", 1]]}, {"cursors": [[1, -1]]}, {"hw-address": "zz"},
                  {"hw-address": 7}):
        one.call("lessor-trace", wrong, result=1)
    one.call("lessor-trace", {"cursors": [[1, 1 << 62]]})


if __name__ == "__main__":
    case.main()
