# SPDX-License-Identifier: Apache-2.0
"""One node of a pair, lessord's or Kea's, for scenario_pair.py."""
import json
import os
import time

from servers import NS_PARTNER, NS_SERVER, Kea, Lessord

LINK_IP = ("192.168.77.1", "192.168.77.2")
NAMES, ROLES = ("node-a", "node-b"), ("primary", "standby")
HOOKS = "/usr/lib/{}-linux-gnu/kea/hooks"


class LessordNode(Lessord):
    in_sync = ("active", "standby")

    def __init__(self, args, number):
        super().__init__(args, f"lessord-{NAMES[number]}")
        self.name, self.number, self.core = f"lessord {NAMES[number]}", number, number
        self.ns = (NS_SERVER, NS_PARTNER)[number]
        self.alone = False

    def configure(self, more=""):
        if not self.alone:
            peers = ", ".join(f'{{ name = "{name}"; role = "{role}"; address = "{address}"; }}'
                              for name, role, address in zip(NAMES, ROLES, LINK_IP))
            more = (f'high-availability = {{ this-server-name = "{NAMES[self.number]}"; '
                    f'mode = "hot-standby"; plaintext = true; peers = ( {peers} ); }};\n')
        super().configure(more)

    def state(self):
        return self.call("status-get").get("arguments", {}).get("lessor", {}).get(
            "pair", {}).get("state")

    def serves(self):
        return self.state() == "active"

    def wait_serving(self):
        """Until it serves without its partner."""
        for _ in range(1500):
            if self.state() in ("active", "interrupted", "partner-down"):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not serve: {self.state()}: {self.last_words()}")


class KeaNode(Kea):
    """Kea with its hook for high availability, and, without multi-threading, its agent."""
    in_sync = ("hot-standby", "hot-standby")

    def __init__(self, args, number):
        super().__init__(args, f"kea-{NAMES[number]}")
        self.number, self.core = number, number
        self.ns = (NS_SERVER, NS_PARTNER)[number]
        self.agent, self.heartbeat_ms = None, 10000

    def socket_path(self):
        return f"{self.dir}/kea.sock"

    def tree(self):
        hooks = HOOKS.format(os.uname().machine)
        peers = [{"name": name, "url": f"http://{address}:8000/", "role": role,
                  "auto-failover": True} for name, role, address in zip(NAMES, ROLES, LINK_IP)]
        pair = {"this-server-name": NAMES[self.number], "mode": "hot-standby",
                "heartbeat-delay": self.heartbeat_ms, "max-unacked-clients": 0, "peers": peers}
        if self.threads:
            pair["multi-threading"] = {"enable-multi-threading": True,
                                       "http-dedicated-listener": True}
        return {**super().tree(),
                "control-socket": {"socket-type": "unix", "socket-name": self.socket_path()},
                "hooks-libraries": [
                    {"library": f"{hooks}/libdhcp_lease_cmds.so"},
                    {"library": f"{hooks}/libdhcp_ha.so",
                     "parameters": {"high-availability": [pair]}}]}

    def launch(self):
        super().launch()
        if self.threads:
            return
        agent = {"http-host": LINK_IP[self.number], "http-port": 8000, "control-sockets": {
            "dhcp4": {"socket-type": "unix", "socket-name": self.socket_path()}}}
        with open(f"{self.dir}/agent.conf", "w", encoding="ascii") as f:
            json.dump({"Control-agent": agent}, f)
        self.agent = self.spawn(self.program("kea-ctrl-agent"), "-c", f"{self.dir}/agent.conf")

    def pids(self):
        return super().pids() + ([self.agent.pid] if self.agent else [])

    def kill(self):
        moment = super().kill()
        self.reap_agent()
        return moment

    def stop(self):
        super().stop()
        self.reap_agent()

    def reap_agent(self):
        if self.agent:
            self.agent.kill()
            self.agent.wait()
            self.agent = None

    def state(self):
        servers = self.call("status-get").get("arguments", {}).get("high-availability", [{}])
        return servers[0].get("ha-servers", {}).get("local", {}).get("state")

    def serves(self):
        return self.number == 0
