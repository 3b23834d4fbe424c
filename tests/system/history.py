#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who had which address when, across restarts and a kill."""

from lib import case
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal, wait_for


def events(one, **wanted):
    key, value = next(iter(wanted.items()))
    answer = one.call("lease4-history-get", {key.replace("_", "-"): value}, result=(0, 3))
    return [(e["event"], e["ip-address"]) for e in answer["arguments"]["history"]]


@test("history: bindings begin and end, renewals leave no trace, a restart changes nothing",
      only="lessord", seconds=60)
def history(lab):
    tree = server(subnet(pool="192.0.2.10 - 192.0.2.11"), valid_lifetime=3,
                  **{"expired_leases_processing": {"hold-reclaimed-time": 1}})
    one, port = lab.simple(tree)
    first, second = Station(port, 1), Station(port, 2)
    address = first.lease().yiaddr
    first.renew()
    first.release()
    other = second.lease().yiaddr
    equal(events(one, identifier=first.mac.hex()),
          [("assigned", address), ("released", address)], "first client")
    wait_for(lambda: ("expired", other) in events(one, ip_address=other), 10, "it expired")
    late = Station(port, 3)
    third = late.lease().yiaddr
    one.kill()
    one.start()
    equal(events(one, identifier=second.mac.hex()),
          [("assigned", other), ("expired", other)], "second client")
    check(("assigned", third) in events(one, identifier=late.mac.hex(":")), "third client")
    one.call("lease4-del", {"ip-address": third}, result=(0, 3))
    text = one.ctl("history", other).stdout
    check("assigned" in text and second.mac.hex(":") in text, text)
    check("nothing is known" in one.ctl("history", "192.0.2.99", status=1).stderr, "no history")


if __name__ == "__main__":
    case.main()
