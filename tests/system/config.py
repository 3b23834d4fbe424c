#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The configuration as a whole over the control channel: asked for, tried, replaced, written."""

import json
import os
import re
import socket
import stat

from lib import case, control
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import check, equal, wait_for

CONTEXT = {"site": {"no": 7, "4th": None}, "names": ["a", "b"]}

# As an admin portal sends it: a template whose placeholders a script fills in, of another host.
TEMPLATE = b"""{"command": "config-test", "service": ["dhcp4"], "arguments": {"Dhcp4": {
  "interfaces-config": {"interfaces": ["bond7.1201", "eth99/198.51.100.77"]},
  "control-socket": {"socket-type": "unix", "socket-name": "/run/kea/kea4.sock"},
  "lease-database": {"type": "mysql", "name": "<DB_NAME>", "user": "<DB_USER>",
    "password": "<DB_PASSWORD>", "host": "<DB_HOST>", "port": 3306},
  "hosts-database": {"type": "mysql", "name": "<DB_NAME>", "host": "<DB_HOST>"},
  "loggers": [{"name": "kea-dhcp4", "severity": "INFO", "output_options": [{"output": "stdout"}]}],
  "hooks-libraries": [
    {"library": "/usr/lib/kea/hooks/libdhcp_lease_cmds.so"},
    {"library": "/usr/lib/kea/hooks/libdhcp_ha.so", "parameters": {"high-availability": [{
      "this-server-name": "<SERVER_NAME>", "mode": "hot-standby", "heartbeat-delay": 10000,
      "peers": [{"name": "dhcp-a", "url": "http://<A>:8000/", "role": "primary"},
                {"name": "dhcp-b", "url": "http://192.0.2.12:8000/", "role": "standby"}]}]}}],
  "valid-lifetime": 4000,
  "subnet4": [{"id": 1001, "subnet": "198.51.100.0/24",
    "pools": [{"pool": "198.51.100.10 - 198.51.100.99"}]}]}}}"""


def text_of(one, request):
    return json.loads(control.exchange(one.socket, request))


def change(tree, **more):
    """A copy of what config-get told, with other parameters."""
    copy = json.loads(json.dumps(tree))
    copy.update({name.replace("_", "-"): value for name, value in more.items()})
    return copy


@test("config-get shows the configuration with its defaults, and its hash; config-set takes it back",
      only="lessord")
def round_trip(lab):
    one, port = lab.simple(server(subnet(user_context=json.dumps(CONTEXT),
                                         reservations=[{"hw-address": "02:1e:55:00:00:05",
                                                        "ip-address": "192.0.2.77"}])))
    first = one.call("config-get")["arguments"]
    tree = first["Dhcp4"]
    equal(tree["valid-lifetime"], 3600, "what is configured")
    equal(tree["subnet4"][0]["user-context"], CONTEXT, "context")
    equal(tree["subnet4"][0]["pools"][0]["pool"], "192.0.2.10 - 192.0.2.200", "pool")
    equal(tree["decline-probation-period"], 86400, "a default")
    equal(tree["shared-networks"], [], "a list that is not there")
    equal(tree["echo-client-id"], True, "another default")
    names = [hook["library"] for hook in tree["hooks-libraries"]]
    check("libdhcp_host_cmds.so" in names and "libdhcp_subnet_cmds.so" in names, f"hooks: {names}")
    check(re.fullmatch("[0-9A-F]{64}", first["hash"]), f"hash {first['hash']}")
    equal(one.call("config-hash-get")["arguments"], {"hash": first["hash"]}, "hash")
    one.call("config-reload")
    equal(one.call("config-get")["arguments"], first, "after a reload of the same file")
    answer = one.call("config-set", {"Dhcp4": tree})
    equal(answer["text"], "Configuration successful.", "text")
    again = one.call("config-get")["arguments"]
    equal(again["Dhcp4"], tree, "after config-set")
    equal(again["hash"], answer["arguments"]["hash"], "hash after config-set")
    one.call("config-set", {"Dhcp4": again["Dhcp4"]})
    equal(one.call("config-get")["arguments"], again, "after config-set of the same")
    equal(Station(port, 5).lease().yiaddr, "192.0.2.77", "reserved")


@test("a configuration that is set serves at once; one with mistakes changes nothing, and all of "
      "them are told", only="lessord")
def replaced(lab):
    one, port = lab.simple()
    before = one.call("config-get")["arguments"]
    bad = change(before["Dhcp4"], valid_lifetime="long")
    bad["subnet4"][0]["pools"] = [{"pool": "203.0.113.1 - 203.0.113.9"}]
    bad["subnet4"].append({"id": 2, "subnet": "192.0.2.0/24", "what-is-this": 1})
    for command in ("config-test", "config-set"):
        answer = one.call(command, {"Dhcp4": bad}, result=1)
        for part in ("subnet4[1].what-is-this: ",):
            check(part in answer["text"], f"{command}: {part} is not in {answer['text']}")
        del bad["subnet4"][1]["what-is-this"]
        answer = one.call(command, {"Dhcp4": bad}, result=1)
        for part in ("valid-lifetime: ", "subnet4[0].pools[0].pool: ", "subnet4[1]: "):
            check(part in answer["text"], f"{command}: {part} is not in {answer['text']}")
        bad["subnet4"][1]["what-is-this"] = 1
    for arguments in (None, {}, {"Dhcp4": []}, {"Dhcp4": {}, "Dhcp6": {}}, [1]):
        one.call("config-set", arguments, result=1)
        one.call("config-test", arguments, result=1)
    equal(one.call("config-get")["arguments"], before, "the configuration in force")
    good = change(before["Dhcp4"], subnet4=[subnet(pool="192.0.2.150 - 192.0.2.160")])
    one.call("config-test", {"Dhcp4": good})
    equal(one.call("config-get")["arguments"], before, "after config-test")
    one.call("config-set", {"Dhcp4": good})
    address = Station(port, 1).lease().yiaddr
    check(address.startswith("192.0.2.15") or address == "192.0.2.160", f"leased {address}")
    one.call("config-reload")
    equal(one.call("config-get")["arguments"]["hash"], before["hash"], "after a reload")


@test("a portal's template with placeholders, of another host, is good; with a mistake it is result 1",
      only="lessord")
def template(lab):
    one, _ = lab.simple()
    answer = text_of(one, TEMPLATE)
    equal(answer["result"], 0, f"result; {answer.get('text')}")
    answer = text_of(one, TEMPLATE.replace(b"198.51.100.99", b"198.51.101.99"))
    equal(answer["result"], 1, "result with a mistake")
    check("subnet4[0].pools[0].pool" in answer["text"], answer["text"])


@test("a hostile configuration is refused, and holds nobody up", only="lessord")
def hostile(lab):
    one, _ = lab.simple()
    for tree in ({"subnet4": [0] * 100000}, {"a" * 100000: 1}, {"user-context": {"a": "\\" * 9999}},
                 {"subnet4": [{"id": n, "subnet": "10.0.0.0/8"} for n in range(5000)]}):
        answer = one.call("config-test", {"Dhcp4": tree}, result=(0, 1), seconds=60)
        check(len(answer["text"]) < 40000, "the answer is long")
    equal(one.call("version-get")["result"], 0, "afterwards")


@test("config-write writes what is in force, as libconfig, in the folder of the file only; a restart "
      "reads it", only="lessord")
def written(lab):
    one, port = lab.simple(server(subnet(user_context=json.dumps(CONTEXT))))
    os.chmod(one.file, 0o640)
    tree = one.call("config-get")["arguments"]["Dhcp4"]
    tree["subnet4"][0]["pools"][0]["pool"] = "192.0.2.180 - 192.0.2.189"
    one.call("config-set", {"Dhcp4": tree})
    there = one.call("config-get")["arguments"]
    answer = one.call("config-write")
    equal(answer["arguments"], {"size": os.path.getsize(one.file), "filename": one.file}, "answer")
    equal(stat.S_IMODE(os.stat(one.file).st_mode), 0o640, "mode")
    outside = os.path.join(lab.dir, "outside.conf")
    os.symlink(outside, os.path.join(one.dir, "link.conf"))
    for name in (outside, "../outside.conf", one.dir + "/../outside.conf", "/etc/passwd", "link.conf",
                 one.dir + "/", ".", "..", "", "a\0b", one.dir + "/sub/x.conf", 7):
        one.call("config-write", {"filename": name}, result=1)
    check(not os.path.exists(outside), "a file outside was written")
    one.call("config-write", {"filename": "other.conf"})
    one.call("config-write", {"filename": os.path.join(one.dir, "other.conf")})
    equal(open(os.path.join(one.dir, "other.conf"), encoding="utf-8").read(),
          open(one.file, encoding="utf-8").read(), "the other file")
    equal([n for n in os.listdir(one.dir) if n.startswith(".")], [], "left behind")
    one.stop()
    one.start()
    equal(one.call("config-get")["arguments"], there, "after a restart")
    check(Station(port, 1).lease().yiaddr.startswith("192.0.2.18"), "pool after a restart")


@test("commands at the same time are done one after the other", only="lessord")
def queued(lab):
    one, _ = lab.simple()
    tree = one.call("config-get")["arguments"]["Dhcp4"]
    requests = [json.dumps({"command": name, "arguments": {"Dhcp4": tree}}).encode()
                for name in ("config-set", "config-test", "config-reload", "config-set") * 3]
    sockets = [socket.socket(socket.AF_UNIX) for _ in requests]
    for s, request in zip(sockets, requests):
        s.settimeout(20)
        s.connect(one.socket)
        s.sendall(request)
    for s in sockets:
        with s:
            answer = json.loads(control.read_all(s))
        equal(answer["result"], 0, f"result; {answer.get('text')}")


@test("many changes under load: no packet lost, no descriptor or memory kept", only="lessord")
def endless(lab):
    full = os.environ.get("LESSOR_FULL") == "1"
    times = 1000 if full else 40
    lan, host, clients = lab.lan(), lab.space("server"), lab.space("clients")
    lan.join(host, "eth0", "192.0.2.1/24")
    lan.join(clients, "eth0")
    one = lab.server(host, server(subnet(pool="192.0.2.10 - 192.0.2.254")))
    port = lab.port(clients)
    tree = one.call("config-get")["arguments"]["Dhcp4"]

    def size():
        with open(f"/proc/{one.process.pid}/status", encoding="ascii") as f:
            rss = int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])
        return len(os.listdir(f"/proc/{one.process.pid}/fd")), rss

    begun = None
    for number in range(times):
        if number == 10:
            begun = size()
        tree["valid-lifetime"] = 3600 + number
        if number % 2 == 0:
            one.call("config-reload")
        else:
            one.call("config-set", {"Dhcp4": tree})
        equal(Station(port, number % 200).lease().yiaddr[:8], "192.0.2.", "an address")
    # the event loop makes a descriptor of its own the first time that a kind of timer is used
    wait_for(lambda: size()[0] <= begun[0] + 2, 10, "descriptors are closed")
    check(size()[1] < begun[1] + 4096, f"memory grew from {begun[1]} to {size()[1]} KiB")


if __name__ == "__main__":
    case.main()
