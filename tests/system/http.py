#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The control channel over HTTP: Kea's clients, who may do what, and nobody who does harm."""

import json
import os
import random
import re
import shutil
import socket
import time

from lib import case, control, web
from lib.case import test
from lib.config import server, subnet
from lib.load import Load
from lib.station import Station
from lib.wait import Failure, Skip, check, equal, wait_for

GLOBALS = ("pkt4-received", "pkt4-discover-received", "pkt4-sent", "pkt4-receive-drop")
ERRORS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 408: "Request Timeout"}


def lab_http(lab, *http, **more):
    """A server with these addresses and two subnets; returns it, its namespace and a port."""
    tree = server(subnet(), subnet(7, "198.51.100.0/24", "198.51.100.5 - 198.51.100.9", None),
                  http=list(http) or [{"port": 8000}], **more)
    one, port = lab.simple(tree)
    return one, one.space, port


def is_error(answer, status, what):
    equal(answer[0], status, f"status of {what}")
    equal(answer[1]["content-type"], "application/json", f"type of {what}")
    equal(json.loads(answer[2]), {"result": status, "text": ERRORS[status]}, f"body of {what}")


@test("metrics agent: statistic-get-all every 10 s: a number and a time in every sample",
      only="lessord")
def metrics_agent(lab):
    _, space, _ = lab_http(lab)
    body = b'{"command": "statistic-get-all", "service": ["dhcp4"]}'
    head = (b"POST / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: agent\r\n"
            b"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
    with web.Web(space) as w:
        for _ in range(3):
            status, headers, answer = w.ask(head + body)
            equal((status, headers["content-type"]), (200, "application/json"), "status, type")
            check("content-length" in headers and "date" in headers, f"headers: {headers}")
            found = json.loads(answer)[0]["arguments"]
            for name, samples in found.items():
                check(isinstance(samples[0][0], int), f"{name}: {samples}")
                check(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", samples[0][1]), name)
            equal([n for n in GLOBALS if n not in found], [], "missing")


@test("admin portal: lease4-get-all for one subnet after the other, lease4-get, lease4-del",
      only="lessord")
def portal(lab):
    _, space, port = lab_http(lab)
    client = Station(port, 1)
    client.lease()
    for _ in range(150):
        for number, leases in ((1, 1), (7, 0)):
            answer = web.call(space, "lease4-get-all", {"subnets": [number]})
            equal((answer["result"], len(answer["arguments"]["leases"])),
                  (0 if leases else 3, leases), f"leases of subnet {number}")
    lease = web.call(space, "lease4-get-all", {"subnets": [1]})["arguments"]["leases"][0]
    equal({k: lease[k] for k in ("hw-address", "ip-address", "hostname", "state", "subnet-id")},
          {"hw-address": "02:1e:55:00:00:01", "ip-address": client.address, "hostname": "",
           "state": 0, "subnet-id": 1}, "lease")
    equal(web.call(space, "lease4-get", {"ip-address": client.address})["arguments"], lease, "get")
    equal(web.call(space, "lease4-del", {"ip-address": client.address})["result"], 0, "del")
    equal(web.call(space, "lease4-del", {"ip-address": client.address})["result"], 3, "del again")
    equal(web.call(space, "lease4-get", {"ip-address": client.address})["result"], 3, "get again")


@test("kea-exporter: over HTTP through the emulated agent, and on the socket to the end of file",
      only="lessord")
def exporter(lab):
    one, space, _ = lab_http(lab, {"port": 8000, "agent-emulation": True}, {"port": 8001})
    agent = web.call(space, "config-get", service=None)["arguments"]["Control-agent"]
    services = list(agent["control-sockets"])
    equal(services, ["dhcp4"], "services of the agent")
    with web.Web(space) as w:
        status, _, body = w.ask(web.post({"command": "statistic-get-all", "service": services}))
        answers = json.loads(body)
        equal((status, len(answers), answers[0]["result"]), (200, 1, 0), "statistic-get-all")
        status, _, body = w.ask(web.post({"command": "version-get",
                                          "service": ["dhcp4", "dhcp6", 7]}))
        equal((status, [a["result"] for a in json.loads(body)]), (200, [0, 1, 1]), "3 services")
    check("Control-agent" not in json.dumps(web.call(space, "config-get", port=8001, service=None)),
          "an agent that was not asked for")
    equal(web.call(space, "version-get", port=8001, service=("dhcp4", "dhcp6"))["result"], 1,
          "two services without emulation")
    data = control.exchange(one.socket, b'{"command": "statistic-get-all"}')
    check(all(s[0][0] >= 0 for s in json.loads(data)["arguments"].values()), "samples")


@test("start script: config-reload, again and again, each answered when the new file serves",
      only="lessord")
def reloads(lab):
    one, space, port = lab_http(lab)
    for number in range(5):
        one.write(server(subnet(valid_lifetime=1000 + number), http=[{"port": 8000}]))
        answer = web.call(space, "config-reload")
        equal((answer["result"], answer["text"]), (0, "Configuration successful."), "answer")
        equal(answer["arguments"], web.call(space, "config-hash-get")["arguments"], "hash")
        equal(Station(port, 1).lease().number(51), 1000 + number, "lease time")
    one.write(server(subnet(pool="203.0.113.1 - 203.0.113.2"), http=[{"port": 8000}]))
    answer = web.call(space, "config-reload")
    equal(answer["result"], 1, "result of a bad file")
    check(answer["text"].startswith("Config reload failed: "), answer["text"])


@test("curl and Python's client", only="lessord")
def curl(lab):
    _, space, _ = lab_http(lab)
    if shutil.which("curl") is None:
        raise Skip("curl is not installed")
    done = space.run("curl", "-s", "-f", "-X", "POST", "-H", "Content-Type: application/json", "-d",
                     '{ "command": "list-commands", "service": [ "dhcp4" ] }',
                     "http://127.0.0.1:8000/")
    check("lease4-get" in json.loads(done.stdout)[0]["arguments"], done.stdout)
    path = os.path.join(lab.dir, "big.json")
    with open(path, "w", encoding="ascii") as f:  # curl waits for '100 Continue'
        f.write('{"command": "version-get", "arguments": {"x": "' + "a" * 3000000 + '"}}')
    done = space.run("curl", "-s", "-f", "-H", "Content-Type: application/json", "-d", f"@{path}",
                     "http://127.0.0.1:8000/any/path")
    equal(json.loads(done.stdout)[0]["result"], 0, "result of 3 MB")


@test("statuses: what is wrong with a request gets Kea's status and body", only="lessord")
def statuses(lab):
    _, space, _ = lab_http(lab, {"port": 8000, "http-headers": [{"name": "X-A", "value": "b c"}]})
    good = {"command": "version-get"}
    text = json.dumps(good).encode()
    for what, data in (
            ("no Content-Type", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"),
            ("another Content-Type", web.post(good).replace(b"application/json", b"text/plain")),
            ("no Content-Length", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
             b"\r\n\r\n"),
            ("chunks", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
            ("bad JSON", web.post(b'{"command": }')),
            ("half a command", web.post(b'{"command": "version-get"')),
            ("two commands", web.post(text + text)),
            ("a list", web.post(b"[]")), ("nothing", web.post(b"")), ("blanks", web.post(b"  ")),
            ("bad UTF-8", web.post(b'{"command": "\xff"}')),
            ("deep nesting", web.post(b'{"a":' * 200)),
            ("PUT", web.post(good).replace(b"POST", b"PUT")),
            ("GET of nothing", b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")):
        with web.Web(space) as w:
            answer = w.ask(data)
            is_error(answer, 400, what)
            equal(answer[1]["x-a"], "b c", "configured header")
    for what, data, result in (
            ("a command", web.post(good), 0), ("HTTP/1.0", web.post(good, version="1.0"), 0),
            ("a character set", web.post(good).replace(b"json", b"json; charset=utf-8", 1), 0),
            ("blanks around", web.post(b" \r\n" + text + b"\n\t "), 0),
            ("remote-address", web.post({**good, "remote-address": "1"}), 0),
            ("no such command", web.post({"command": "x"}), 2),
            ("no command", web.post({}), 1), ("more keys", web.post({**good, "x": 1}), 1),
            ("another service", web.post({**good, "service": ["d2"]}), 1)):
        with web.Web(space) as w:
            status, headers, body = w.ask(data)
            equal((status, json.loads(body)[0]["result"]), (200, result), what)
            equal(headers["x-a"], "b c", "configured header")
    with web.Web(space) as w:  # the connection stays, also after an error
        is_error(w.ask(web.post(b"{")), 400, "bad JSON")
        equal(w.ask(web.post(good))[0], 200, "the next request")
        w.send(web.post(good) * 3)
        equal([w.read()[0] for _ in range(3)], [200] * 3, "three requests at once")
        w.ask(web.post(good, "Connection: close"))
        equal(w.read(), None, "after Connection: close")


@test("times: half a request is answered with 408 after 10 s, an idle connection ends after 30 s",
      only="lessord", seconds=120)
def times(lab):
    _, space, _ = lab_http(lab)
    halves = {"head": b"POST / HTTP/1.1\r\nHost:", "body": web.post(b'{"command": "x"}')[:-4]}
    open_ones = {what: web.Web(space, seconds=40) for what in (*halves, "idle", "used", "drip")}
    for what, data in halves.items():
        open_ones[what].send(data)
    open_ones["used"].ask(web.post({"command": "version-get"}))
    start = time.monotonic()
    drip = web.post(b'{"command": "version-get"}' + b" " * 40)
    for octet in drip[:12]:  # slow, but it goes on: the head still has to end in time
        open_ones["drip"].send(bytes([octet]))
        time.sleep(1)
    for what in (*halves, "drip"):
        is_error(open_ones[what].read(), 408, what)
        check(9 < time.monotonic() - start < 16, f"{what} after {time.monotonic() - start:.1f} s")
        equal(open_ones[what].file.read(1), b"", f"{what} is closed")
    for what in ("idle", "used"):
        equal(open_ones[what].read(), None, what)
        check(28 < time.monotonic() - start < 36, f"{what} after {time.monotonic() - start:.1f} s")


@test("stuck clients: places are freed, others and DHCP clients are served meanwhile",
      only="lessord")
def stuck(lab):
    one, space, port = lab_http(lab)
    idle = [web.Web(space) for _ in range(200)]  # more than there are places
    start = time.monotonic()
    equal(web.call(space, "version-get")["result"], 0, "among idle connections")
    check(time.monotonic() - start < 3, "slow among idle connections")
    halves = [web.Web(space) for _ in range(40)]
    for w in halves:
        w.send(web.post(b'{"command": "version-get"}')[:-3])
    for i in range(5):
        Station(port, 100 + i).lease()
        web.call(space, "version-get")
        one.call("version-get", seconds=2)
    for w in idle + halves:
        w.close()


@test("credentials: 401 without, 403 beyond the role; roles read, operate, configure",
      only="lessord")
def roles(lab):
    path = os.path.join(lab.dir, "password")
    with open(path, "w", encoding="ascii") as f:
        f.write("s3cret\n")
    os.chmod(path, 0o600)
    clients = [{"user": "r", "password": "one", "role": "read"},
               {"user": "o", "password": "two", "role": "operate"},
               {"user": "c", "password-file": path}]
    one, space, _ = lab_http(lab, {"port": 8000, "authentication": {
        "type": "basic", "realm": "here", "clients": clients}})
    asks = {name: web.post({"command": name}) for name in ("version-get", "statistic-reset-all")}
    shutdown = {"command": "shutdown", "arguments": {"exit-value": "wrong"}}
    for user, password, expected in (("r", "one", (200, 403, 403)), ("o", "two", (200, 200, 403)),
                                     ("c", "s3cret", (200, 200, 200)), ("r", "two", (401,) * 3),
                                     ("r", "", (401,) * 3), ("", "", (401,) * 3),
                                     ("x", "one", (401,) * 3), (None, None, (401,) * 3)):
        more = [web.basic(user, password)] if user is not None else []
        for request, status in zip((*asks, shutdown), expected):
            data = web.post(shutdown if request is shutdown else {"command": request}, *more)
            with web.Web(space) as w:
                answer = w.ask(data)
            equal(answer[0], status, f"status of {request} for {user}:{password}")
            if status != 200:
                is_error(answer, status, f"{request} for {user}")
            if status == 401:
                equal(answer[1]["www-authenticate"], 'Basic realm="here"', "challenge")
    for header in ("Authorization: Basic", "Authorization: Basic !!!", "Authorization: Bearer x",
                   "Authorization: Basic " + "QUFB" * 500):
        with web.Web(space) as w:
            equal(w.ask(web.post({"command": "version-get"}, header))[0], 401, header[:40])
    equal(web.get(space, "/metrics")[0], 401, "metrics without credentials")
    equal(web.get(space, "/metrics", web.basic("r", "one"))[0], 200, "metrics")
    equal(web.get(space, "/")[0], 401, "page without credentials")
    equal(web.get(space, "/healthz")[0], 200, "health without credentials")
    check("s3cret" not in one.log(), "a password in the log")


@test("HTTPS: certificates of clients, TLS 1.2 and 1.3 only; a bad certificate changes nothing",
      only="lessord")
def tls(lab):
    for program in ("openssl", "curl"):
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")
    _, space, _ = lab_http(lab)
    name = {who: os.path.join(lab.dir, who) for who in ("server", "client", "stranger")}
    for who, path in name.items():
        space.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                  "-keyout", f"{path}.key", "-out", f"{path}.pem", "-subj", f"/CN={who}",
                  "-addext", "subjectAltName=IP:127.0.0.1")
    secure = {"port": 8443, "tls": {"cert-file": f"{name['server']}.pem",
                                    "key-file": f"{name['server']}.key",
                                    "trust-anchor": f"{name['client']}.pem"}}
    one = lab.servers[0]
    one.write({**one.tree, "http": [{"port": 8000}, secure]})
    one.reload()
    ask = ["curl", "-s", "-m", "5", "--cacert", f"{name['server']}.pem", "-d",
           '{"command": "version-get"}', "-H", "Content-Type: application/json"]
    url = "https://127.0.0.1:8443/"

    def certificate(who):
        return ["--cert", f"{name[who]}.pem", "--key", f"{name[who]}.key"]
    wait_for(lambda: space.run(*ask, *certificate("client"), url, status=None).returncode == 0, 5,
             "HTTPS is served after the reload")
    for more in ([], certificate("stranger"), certificate("client") + ["--tls-max", "1.1"]):
        check(space.run(*ask, *more, url, status=None).returncode != 0, f"let in with {more}")
    equal(web.call(space, "version-get")["result"], 0, "HTTP beside it")
    secure["tls"]["key-file"] = f"{name['stranger']}.key"
    one.write({**one.tree, "http": [secure]})
    one.reload()
    wait_for(lambda: "CONFIG_REJECTED" in one.log(), 5, "a key that does not fit is refused")
    space.run(*ask, *certificate("client"), url)


def rss(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])


def control_pid(one):
    return next(iter(one.children("control")))


def spoil(data, chance):
    """A request that is wrong somewhere."""
    data = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data))
        kind = chance.randrange(4)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at:at + chance.randrange(1, 20)]
        elif kind == 2:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 50)))
        else:
            data[at:at] = data[:at] * chance.randrange(1, 4)
        if not data:
            data = bytearray(b"x")
    return bytes(data)


def throw(make, requests):
    """Sends each on a connection of its own, closes that direction; returns what comes within half
    a second, for each."""
    sockets, answers = [make() for _ in requests], []
    for s, data in zip(sockets, requests):
        s.settimeout(5)
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
        except OSError:  # it was refused in the middle
            pass
    until = time.monotonic() + 0.5
    for s in sockets:
        parts = []
        with s:
            try:
                while True:
                    s.settimeout(max(0.01, until - time.monotonic()))
                    part = s.recv(1 << 16)
                    if not part:
                        break
                    parts.append(part)
            except OSError:
                pass
        answers.append(b"".join(parts))
    return answers


@test("10,000 malformed or oversized requests over both channels: no crash, no growth",
      only="lessord", seconds=240)
def malformed(lab):
    one, space, _ = lab_http(lab)
    pid, chance = control_pid(one), random.Random(os.environ.get("SEED", "lessor"))

    def tcp():
        s = space.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.connect(("127.0.0.1", 8000))
        return s

    def local():
        s = socket.socket(socket.AF_UNIX)
        s.connect(one.socket)
        return s
    command = {"command": "lease4-get", "arguments": {"ip-address": "192.0.2.9", "x": [1, 2.5]}}
    plain, framed = json.dumps(command).encode(), web.post(command)
    huge = web.post(b"").replace(b"Length: 0", b"Length: 99999999999")
    many = web.post(command, *(f"X-{i}: {'a' * 100}" for i in range(1000)))
    long = b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n\r\n"
    before, statuses = None, {}
    for i in range(200):
        data = [(huge, many, long)[i % 3]] + [spoil(framed, chance) for _ in range(24)]
        for answer in throw(tcp, data):
            status = answer[9:12].decode(errors="replace") if answer else "no answer"
            statuses[status] = statuses.get(status, 0) + 1
        for answer in throw(local, [spoil(plain, chance) for _ in range(25)]):
            check(not answer or "result" in json.loads(answer), f"on the socket: {answer[:99]}")
        if i == 20:
            before = rss(pid)
    equal(control_pid(one), pid, "pid of the control process")
    check(one.sanitized() or rss(pid) - before < 4096, f"grew from {before} to {rss(pid)} KiB")
    equal(web.call(space, "version-get")["result"], 0, "HTTP afterwards")
    equal(one.call("version-get")["result"], 0, "the socket afterwards")
    lab.note = ", ".join(f"{n} x {status}" for status, n in sorted(statuses.items()))


@test("dhcp-disable stops the service and dhcp-enable starts it; health and metrics say so",
      only="lessord")
def disable(lab):
    one, space, port = lab_http(lab)
    client = Station(port, 1)
    client.lease()
    equal(web.get(space, "/healthz")[0], 200, "health")
    web.call(space, "dhcp-disable", {"max-period": 600})
    equal(web.get(space, "/healthz")[0], 503, "health while disabled")
    client.discover(expect=None)
    check(one.statistic("pkt4-service-disabled") > 0, "pkt4-service-disabled")
    check(b"\nlessor_service_enabled 0\n" in web.get(space, "/metrics")[2], "metrics")
    web.call(space, "dhcp-enable", {"origin": "ha-partner"})
    equal(web.get(space, "/healthz")[0], 503, "another origin's dhcp-enable")
    web.call(space, "dhcp-enable")
    Station(port, 2).lease()
    web.call(space, "dhcp-disable", {"max-period": 1})
    wait_for(lambda: web.get(space, "/healthz")[0] == 200, 3, "it comes back by itself")
    Station(port, 3).lease()


@test("reload: the port stays open, nobody is refused; an address that is taken out is closed",
      only="lessord")
def reload(lab):
    one, space, _ = lab_http(lab, {"port": 8000}, {"port": 8001})
    first = web.call(space, "config-hash-get")["arguments"]["hash"]
    one.write({**one.tree, "valid-lifetime": 1800, "http": [{"port": 8000}, {"port": 8002}]})
    one.reload()

    def changed():
        return web.call(space, "config-hash-get")["arguments"]["hash"] != first
    wait_for(changed, 5, "another hash", pause=0.001)  # an address that refuses would raise
    equal(web.call(space, "version-get", port=8002)["result"], 0, "a new address")

    def refused():
        try:
            web.call(space, "version-get", port=8001)
        except (ConnectionRefusedError, ConnectionResetError, Failure):
            return True
        return False
    wait_for(refused, 5, "the old address is closed")


@test("shutdown stops the server with the status asked for", only="lessord")
def shutdown(lab):
    one, space, _ = lab_http(lab)
    web.call(space, "shutdown", {"exit-value": 9})
    equal(one.process.wait(5), 9, "exit status")


@test("long answers stream: memory stays, packets are answered meanwhile", only="lessord",
      seconds=180)
def streams(lab):
    tree = server(subnet(1, "192.0.0.0/10", "192.16.0.0 - 192.24.255.255"), http=[{"port": 8000}])
    one, port = lab.simple(tree)
    count = 200000 if case.full() else 20000
    Load(lab, port.space, 4000, count // 4000 + 1, count).finish(60 + count // 1000)
    pid = control_pid(one)
    web.call(one.space, "statistic-get-all")
    before, peak = rss(pid), 0
    with web.Web(one.space, seconds=60) as w:
        w.send(web.post({"command": "lease4-get-all"}))
        Station(lab.port(port.space), 0xabcdef).lease()
        peak = max(peak, rss(pid))
        status, headers, body = w.read()
    peak = max(peak, rss(pid))
    leases = json.loads(body)[0]["arguments"]["leases"]
    equal((status, headers.get("transfer-encoding")), (200, "chunked"), "status, encoding")
    check(len(leases) >= count * 0.9, f"only {len(leases)} leases")
    check(one.sanitized() or peak - before < 32768, f"from {before} to {peak} KiB")
    lab.note = f"{len(leases)} leases, {len(body) >> 20} MiB, {peak - before} KiB more memory"


def prometheus(lab, space):
    """A Prometheus that scrapes the server each second; its API is on port 9090."""
    if shutil.which("prometheus") is None:
        raise Skip("prometheus is not installed")
    path = os.path.join(lab.dir, "prometheus.yml")
    with open(path, "w", encoding="ascii") as f:
        f.write("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
                "- {job_name: lessor, static_configs: [{targets: ['127.0.0.1:8000']}]}\n")
    space.start("prometheus", f"--config.file={path}", "--web.listen-address=127.0.0.1:9090",
                f"--storage.tsdb.path={lab.dir}/tsdb", log="prometheus")


def query(space, expression):
    """The values of a query, by their labels' text; None while there is no Prometheus."""
    try:
        with web.Web(space, port=9090) as w:
            path = "/api/v1/query?query=" + "".join(f"%{b:02x}" for b in expression.encode())
            status, _, body = w.ask(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    except (OSError, Failure):
        return None
    if status != 200:
        return None
    return {json.dumps(r["metric"], sort_keys=True): float(r["value"][1])
            for r in json.loads(body)["data"]["result"]}


@test("a real Prometheus scrapes a real server under load, and its figures are right",
      only="lessord", seconds=150)
def scrape(lab):
    one, space, port = lab_http(lab)
    prometheus(lab, space)
    wait_for(lambda: (query(space, "up") or {}) != {}, 30, "Prometheus runs")
    Load(lab, port.space, 500, 8, 100).finish(40)
    sent = one.statistic("pkt4-sent")
    wait_for(lambda: list((query(space, "lessor_packets_sent_total") or {}).values()) == [sent], 10,
             lambda: f"{query(space, 'lessor_packets_sent_total')}, sent are {sent}")
    equal(set(query(space, "min_over_time(up[20s])").values()), {1.0}, "scrapes that worked")
    total = sum(query(space, "lessor_reply_duration_seconds_count").values())
    equal(total, sent, "answers in the histogram")
    median = query(space, "histogram_quantile(0.5, lessor_reply_duration_seconds_bucket)")
    check(0 < next(iter(median.values())) < 1, f"median: {median}")
    leases = query(space, 'lessor_subnet_leases{subnet="1",state="assigned"}')
    check(100 <= next(iter(leases.values())) <= 191, f"leases: {leases}")


@test("the metrics page passes promtool", only="lessord")
def promtool(lab):
    _, space, port = lab_http(lab)
    if shutil.which("promtool") is None:
        raise Skip("promtool (package prometheus) is not installed")
    Station(port, 1).lease()
    status, headers, body = web.get(space, "/metrics")
    equal((status, headers["content-type"].split(";")[0]), (200, "text/plain"), "status, type")
    path = os.path.join(lab.dir, "metrics.txt")
    with open(path, "wb") as f:
        f.write(body)
    done = space.run("sh", "-c", f"promtool check metrics <{path}")
    equal(done.stdout + done.stderr, "", "what promtool says")
    status, headers, body = web.get(space, "/")
    check(status == 200 and b"<script" not in body and b"192.0.2.0/24" in body, f"page: {body}")


@test("alert rules pass their tests; they and the dashboard ask for nothing that is not there",
      only="lessord")
def rules(lab):
    _, space, _ = lab_http(lab)
    packaging = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging")
    page = web.get(space, "/metrics")[2].decode()
    names = set(re.findall(r"^(lessor_\w+)", page, re.M))
    for name in ("prometheus/lessor.rules.yml", "grafana/lessor.json"):
        with open(os.path.join(packaging, name), encoding="utf-8") as f:
            asked = set(re.findall(r"lessor_\w+", f.read()))
        of_pair = {one for one in asked if one.startswith("lessor_ha_")}  # see pair.py
        equal(sorted(asked - names - of_pair), [], f"metrics in {name} that there are not")
    if shutil.which("promtool") is None:
        raise Skip("promtool (package prometheus) is not installed")
    space.run("promtool", "test", "rules", os.path.join(packaging, "prometheus/lessor.test.yml"))


@test("not in the way of the server's start: a port that is taken is said in one line",
      only="lessord")
def taken(lab):
    lan, host = lab.lan(), lab.space("server")
    lan.join(host, "eth0", "192.0.2.1/24")
    with host.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind(("127.0.0.1", 8000))
        s.listen()
        one = lab.server(host, server(http=[{"port": 8000}]), start=False)
        one.start(ready=False)
        equal(one.process.wait(10), 3, "exit status")
    check("127.0.0.1 port 8000" in one.log(), one.log())


if __name__ == "__main__":
    case.main()
