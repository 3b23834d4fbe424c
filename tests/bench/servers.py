# SPDX-License-Identifier: Apache-2.0
"""The servers that bench.py compares, and the network they run in.

Two network namespaces joined by a veth pair; nothing outside of them is touched.
"""
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

NS_SERVER, NS_CLIENT = "lessor-bench-s", "lessor-bench-c"
NS_PARTNER, NS_SWITCH = "lessor-bench-p", "lessor-bench-l"
IF_SERVER, IF_CLIENT, IF_LINK = "lsbench-s", "lsbench-c", "lsbench-l"
SERVER_IP, RELAY_IP = "10.0.0.1", "10.0.0.2"
POOL_FIRST, POOL_LAST = "10.0.1.0", "10.48.255.255"
LIFETIME = 4000
DNSMASQ_LEASES = 1000  # it rewrites its whole file for every lease


def run(*argv, **kw):
    return subprocess.run(argv, check=True, **kw)


def say(text):
    print(text, flush=True)


def install_missing(wanted):
    """apt-get what is missing, without letting a package start its service here."""
    missing = [pkg for tool, pkg in wanted.items() if shutil.which(tool) is None]
    if not missing:
        return
    say(f"installing {' '.join(missing)}")
    policy, made = "/usr/sbin/policy-rc.d", False
    if not os.path.exists(policy):
        with open(policy, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, 0o755)
        made = True
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    try:
        run("apt-get", "update", "-qq", env=env, stdout=subprocess.DEVNULL)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=env,
            stdout=subprocess.DEVNULL)
    finally:
        if made:
            os.unlink(policy)


def remove_network():
    for ns in (NS_SERVER, NS_CLIENT, NS_PARTNER, NS_SWITCH):
        subprocess.run(["ip", "netns", "del", ns], stderr=subprocess.DEVNULL, check=False)


def ip(ns, command):
    run("ip", "-n", ns, *command.split())


@contextlib.contextmanager
def spaces(*names):
    """Network namespaces, and no others of ours."""
    remove_network()
    try:
        for ns in names:
            run("ip", "netns", "add", ns)
            ip(ns, "link set lo up")
        yield
    finally:
        remove_network()


def plug(ns, dev, address, peer_ns, peer):
    """A veth pair: dev with its address, and its peer without."""
    ip(ns, f"link add {dev} type veth peer name {peer} netns {peer_ns}")
    ip(peer_ns, f"link set {peer} up")
    ip(ns, f"addr add {address} dev {dev}")
    ip(ns, f"link set {dev} up")


@contextlib.contextmanager
def network(server=f"{SERVER_IP}/8", client=f"{RELAY_IP}/8"):
    """A server and its clients on one cable."""
    with spaces(NS_SERVER, NS_CLIENT):
        plug(NS_SERVER, IF_SERVER, server, NS_CLIENT, IF_CLIENT)
        ip(NS_CLIENT, f"addr add {client} dev {IF_CLIENT}")
        yield


def pinned(core):
    return ["taskset", "-c", str(core)] if (os.cpu_count() or 1) > 1 else []


def in_ns(ns, core, *argv):
    return ["ip", "netns", "exec", ns, *pinned(core), *argv]


def ip_text(n):
    return socket.inet_ntoa(struct.pack("!I", n))


def ip_number(text):
    return struct.unpack("!I", socket.inet_aton(text))[0]


def mac_text(n):
    return ":".join(f"{n >> shift & 255:02x}" for shift in range(40, -8, -8))


@contextlib.contextmanager
def background_load(args, *options):
    """lessor-load in the background, which does not outlive the block."""
    process = subprocess.Popen(in_ns(NS_CLIENT, 1, args.load, "--json", *map(str, options)),
                               stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def end_load(process):
    """Waits for its end; its JSON report."""
    text = process.communicate()[0]
    if process.returncode not in (0, 1, 4):
        raise RuntimeError(f"{' '.join(process.args)} failed")
    result = json.loads(text)
    if result["duplicates"]:
        say(f"!! {result['duplicates']} addresses were acknowledged to two clients")
    return result


def load(args, *options):
    """One run of lessor-load; its JSON report."""
    with background_load(args, *options) as process:
        return end_load(process)


def probe(giaddr):
    """In the client's namespace: DISCOVER every 5 ms until an OFFER comes; prints when. giaddr: of
    the relay that it comes through, 0.0.0.0 for none."""
    mac = bytes.fromhex("06be00000001")
    xid = random.randbytes(4)
    dhcp = (b"\1\1\6\0" + xid + bytes(16) + socket.inet_aton(giaddr) + mac + bytes(202)
            + b"\x63\x82\x53\x63\x35\1\1\xff")
    dhcp += bytes(300 - len(dhcp))
    udp = struct.pack("!HHHH", 68, 67, 8 + len(dhcp), 0) + dhcp
    ip = struct.pack("!BBHIBBHII", 0x45, 0, 20 + len(udp), 0, 64, 17, 0, 0, 0xFFFFFFFF)
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", 0xFFFF - total) + ip[12:]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    sock.bind((IF_CLIENT, 0x0800))
    sock.settimeout(0.005)
    while True:
        sock.send(b"\xff" * 6 + mac + b"\x08\x00" + ip + udp)
        try:
            frame = sock.recv(2048)
        except TimeoutError:
            continue
        if frame[36:37] == b"\0" and frame[42] == 2 and frame[46:50] == xid:
            print(time.monotonic(), flush=True)
            return


class Server:
    """One server under test. Subclasses say how it is given leases and how it is called."""
    name, env, lease_limit, stores, durable = "", {}, None, True, ""
    one_turn = False  # for scale only: one turn is enough
    ns, core = NS_SERVER, 0
    giaddr = "0.0.0.0"  # of the relay that start() asks through

    def __init__(self, args, label=None):
        self.args = args
        self.dir = os.path.join(args.work, label or type(self).__name__.lower())
        self.log, self.known = self.dir + ".log", self.dir + ".leases"
        self.process = None

    def fresh(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)

    def write_known(self, count):
        """The leases of clients 0..count-1, as lessor-load --resume takes them."""
        first, now = ip_number(POOL_FIRST), int(time.time())
        with open(self.known, "w", encoding="ascii") as f:
            for i in range(count):
                f.write(f"{ip_text(first + i)} {mac_text((2 << 40) + i)} {now} {LIFETIME}\n")

    def argv(self):
        raise NotImplementedError

    def give_leases(self, count):
        """Fresh state with leases of clients 0..count-1; the server does not run after it."""
        raise NotImplementedError

    def spawn(self, *argv):
        """A program where the server runs, with the server's log."""
        with open(self.log, "a", encoding="ascii") as log:
            return subprocess.Popen(
                in_ns(self.ns, self.core, *argv), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, env=dict(os.environ, **self.env))

    def launch(self):
        """Starts it and waits for nothing."""
        self.process = self.spawn(*self.argv())

    def start(self):
        """Starts it; returns the seconds from exec to the first OFFER."""
        with subprocess.Popen(in_ns(NS_CLIENT, 1, sys.executable, __file__, self.giaddr),
                              stdout=subprocess.PIPE, text=True) as prober:
            time.sleep(0.3)
            begin = time.monotonic()
            self.launch()
            try:
                while prober.poll() is None:
                    if self.process.poll() is not None:
                        raise RuntimeError(f"{self.name} does not run: {self.last_words()}")
                    if time.monotonic() - begin > 180:
                        raise RuntimeError(f"{self.name} gives no OFFER: {self.last_words()}")
                    time.sleep(0.01)
                return float(prober.stdout.read()) - begin
            finally:
                prober.kill()

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-5:]).strip()

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self):
        """SIGKILL for all of its processes at once; returns the wall clock's time then."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        moment = time.time()
        self.process.wait()
        self.process = None
        return moment

    def call(self, command):
        """The answer of its control socket, {} if there is none."""
        with contextlib.suppress(OSError, ValueError):
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(5)
                sock.connect(self.socket_path())
                sock.sendall(json.dumps({"command": command}).encode())
                with sock.makefile() as f:
                    return json.loads(f.read())
        return {}

    def socket_path(self):
        """Path of its control socket."""
        raise NotImplementedError

    def pids(self):
        """The server's process and everything below it."""
        below = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError):
                    with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                        parent = int(f.read().rpartition(")")[2].split()[1])
                    below.setdefault(parent, []).append(int(name))
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo.extend(below.get(pid, []))
        return found

    def cpu_s(self):
        ticks = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        """PSS, which counts shared pages once, and RSS, both summed over its processes."""
        sums = {"Pss": 0, "Rss": 0}
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
                for line in f:
                    key = line.split(":")[0]
                    if key in sums:
                        sums[key] += int(line.split()[1])
        return sums["Pss"] / 1024, sums["Rss"] / 1024


class Lessord(Server):
    name, durable = "lessord", "yes: on disk before the ACK"

    def argv(self):
        return [self.args.lessord, "-f", "-c", f"{self.dir}/lessor.conf",
                "--state-dir", f"{self.dir}/state", "--run-dir", f"{self.dir}/run"]

    def fresh(self):
        super().fresh()
        for sub in ("state", "run"):
            os.makedirs(f"{self.dir}/{sub}")
        self.configure()

    def configure(self, more=""):
        """Writes its configuration file; more: at its end."""
        with open(f"{self.dir}/lessor.conf", "w", encoding="ascii") as f:
            f.write(f"""interfaces-config = {{ interfaces = [ "{IF_SERVER}" ]; }};
valid-lifetime = {LIFETIME};
subnet4 = ( {{ id = 1; subnet = "10.0.0.0/8";
              pools = ( {{ pool = "{POOL_FIRST} - {POOL_LAST}"; }} ); }} );
{more}""")

    def socket_path(self):
        return f"{self.dir}/run/control.sock"

    def start(self):
        seconds = super().start()
        for _ in range(500):
            if self.call("status-get").get("result") == 0:
                return seconds
            time.sleep(0.01)
        raise RuntimeError("lessord's control socket does not answer")

    def give_leases(self, count):
        self.fresh()
        self.start()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.known)
        if count > 0:
            load(self.args, "--lan", IF_CLIENT, "-n", count, "-w", 512, "--once", "--leases",
                 self.known)
        self.stop()


class Kea(Server):
    name, durable, threads = "Kea", "no: page cache only", 0

    def program(self, name):
        """A copy, for the package's AppArmor profile knows other folders than this one."""
        if not os.path.exists(f"{self.dir}/{name}"):
            shutil.copy(shutil.which(name), f"{self.dir}/{name}")
        return f"{self.dir}/{name}"

    def argv(self):
        return [self.program("kea-dhcp4"), "-c", f"{self.dir}/kea.conf"]

    def fresh(self):
        super().fresh()
        self.env = {"KEA_PIDFILE_DIR": self.dir, "KEA_LOCKFILE_DIR": self.dir}
        # off, so that each renewal is written; versions that refuse 0 have it off by default
        self.configure({"cache-threshold": 0.0})
        test = subprocess.run(in_ns(self.ns, 0, *self.argv()[:1], "-t", f"{self.dir}/kea.conf"),
                              env=dict(os.environ, **self.env), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
        if test.returncode != 0:
            self.configure({})

    def threading(self):
        return {"enable-multi-threading": self.threads > 0, "thread-pool-size": self.threads,
                "packet-queue-size": 64}

    def tree(self):
        """Its configuration below Dhcp4."""
        return {
            "interfaces-config": {"interfaces": [IF_SERVER]},
            "lease-database": {"type": "memfile", "persist": True, "lfc-interval": 0,
                               "name": f"{self.dir}/leases.csv"},
            "valid-lifetime": LIFETIME, "multi-threading": self.threading(),
            "loggers": [{"name": "kea-dhcp4", "severity": "ERROR",
                         "output_options": [{"output": "stderr"}]}],
            "subnet4": [{"id": 1, "subnet": "10.0.0.0/8",
                         "pools": [{"pool": f"{POOL_FIRST} - {POOL_LAST}"}]}]}

    def configure(self, more):
        with open(f"{self.dir}/kea.conf", "w", encoding="ascii") as f:
            json.dump({"Dhcp4": {**self.tree(), **more}}, f)

    def give_leases(self, count):
        self.fresh()
        first = ip_number(POOL_FIRST)
        self.write_leases((ip_text(first + i), mac_text((2 << 40) + i), 1) for i in range(count))
        self.write_known(count)

    def write_leases(self, leases):
        """Its lease file: address, hardware address and subnet of each."""
        expire = int(time.time()) + LIFETIME
        with open(f"{self.dir}/leases.csv", "w", encoding="ascii") as f:
            f.write("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,"
                    "hostname,state,user_context\n")
            for address, mac, subnet in leases:
                f.write(f"{address},{mac},01:{mac},{LIFETIME},{expire},{subnet},0,0,,0,\n")

    def choose_threads(self, seconds, give, clients):
        """The better of no multi-threading and two threads, by a closed loop; clients: who they
        are, for lessor-load."""
        rates = {}
        for self.threads in (0, 2):
            give()
            self.start()
            rates[self.threads] = load(self.args, *clients, "-w", 64, "-d", seconds)[
                "exchanges_per_s"]
            self.stop()
        self.threads = max(rates, key=rates.get)
        say(f"{self.name}: {rates[0]:.0f}/s without, {rates[2]:.0f}/s with multi-threading (2)")


class Dnsmasq(Server):
    name, durable, lease_limit = "dnsmasq", "no: page cache only", DNSMASQ_LEASES
    one_turn = True

    def argv(self):
        return ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                "--user=root", f"--interface={IF_SERVER}", "--bind-interfaces", "--no-ping",
                f"--dhcp-range={POOL_FIRST},{POOL_LAST},255.0.0.0,{LIFETIME}", "--quiet-dhcp",
                "--dhcp-authoritative", f"--dhcp-leasefile={self.dir}/leases",
                "--dhcp-lease-max=4000000", f"--pid-file={self.dir}/pid",
                f"--log-facility={self.log}"]

    def give_leases(self, count):
        self.fresh()
        first, expire = ip_number(POOL_FIRST), int(time.time()) + LIFETIME
        with open(f"{self.dir}/leases", "w", encoding="ascii") as f:
            for i in range(count):
                mac = mac_text((2 << 40) + i)
                f.write(f"{expire} {mac} {ip_text(first + i)} * 01:{mac}\n")
        self.write_known(count)


class Reflector(Server):
    """No DHCP server: the limit of the way that packets take on this machine."""
    name, stores, durable = "no server logic", False, "nothing is stored"
    one_turn = True

    def argv(self):
        return [self.args.reflector, "lan", SERVER_IP, IF_SERVER]

    def give_leases(self, count):
        self.fresh()


if __name__ == "__main__":
    probe(sys.argv[1])
