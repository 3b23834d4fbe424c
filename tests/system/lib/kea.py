# SPDX-License-Identifier: Apache-2.0
"""Kea's configuration, key by key: a small file of Kea's around any map of it, and a value for
every key that the import knows. Used by parity.py."""

SUBNET = {"id": 1, "subnet": "192.0.2.0/24", "pools": [{"pool": "192.0.2.10 - 192.0.2.99"}]}
PEERS = [{"name": "a", "role": "primary", "url": "http://192.0.2.1:647/"},
         {"name": "b", "role": "standby", "url": "http://192.0.2.2:647/"}]
TLS = {"trust-anchor": "ca.pem", "cert-file": "cert.pem", "key-file": "key.pem"}


def hook(name, parameters=None):
    return {"hooks-libraries": [{"library": f"/usr/lib/kea/hooks/libdhcp_{name}.so",
                                 **({} if parameters is None else {"parameters": parameters})}]}


def _subnet(**more):
    return {"subnet4": [{**SUBNET, **more}]}


def _socket(**more):
    return {"control-sockets": [{"socket-type": "http", "socket-address": "127.0.0.1",
                                 "socket-port": 8000, **more}]}


def _tls_socket(made):
    return _socket(**{**TLS, "socket-type": "https", **made})


def _client(made):
    client = {"user": "u", "password": "p", **made}
    for name in ("user", "password"):
        if f"{name}-file" in made:
            del client[name]
    return {"clients": [client]}


def _flex(entry):
    return hook("flex_option", {"options": [entry]})


def _action(made):
    return made if set(made) & ACTIONS else {"add": "'x'", **made}


def _ha(made):
    return hook("ha", {"high-availability": [
        {"this-server-name": "a", "mode": "hot-standby", "peers": PEERS, **TLS, **made}]})


def _peer(made):
    mine = not {"role", "name"} & set(made)
    peers = [{**PEERS[0], **made}, PEERS[1]] if mine else [PEERS[0], {**PEERS[1], **made}]
    return _ha({"peers": peers})


# Kinds of maps by their name in doc/kea-parity.md: what import_kea.def calls them, and the members
# of Dhcp4 around one that has these members too.
PLACES = {
    "global": ("G", lambda m: m),
    "network": ("N", lambda m: {"shared-networks": [{"name": "n", "subnet4": [], **m}]}),
    "subnet": ("S", lambda m: _subnet(**m)),
    "pool": ("P", lambda m: _subnet(pools=[{**SUBNET["pools"][0], **m}])),
    "class": ("C", lambda m: {"client-classes": [{"name": "c", **m}]}),
    "host": ("H", lambda m: _subnet(reservations=[{**HOST, **m}] if not set(m) & IDS else [m])),
    "option-data": ("O", lambda m: {"option-data": [{**OPTION, **m}]}),
    "option-def": ("D", lambda m: {"option-def": [
        {"name": "d", "code": 240, "type": "record" if "record-types" in m else "uint8", **m}]}),
    "interfaces-config": ("INTERFACES", lambda m: {"interfaces-config": {"interfaces": [], **m}}),
    "relay": ("RELAY", lambda m: _subnet(relay=m if "ip-address" in m else {
        "ip-addresses": ["192.0.2.3"], **m})),
    "expired-leases-processing": ("EXPIRED", lambda m: {"expired-leases-processing": m}),
    "dhcp-ddns": ("DDNS", lambda m: {"dhcp-ddns": m}),
    "sanity-checks": ("SANITY", lambda m: {"sanity-checks": m}),
    "compatibility": ("COMPATIBILITY", lambda m: {"compatibility": m}),
    "control-sockets": ("SOCKET", lambda m: _tls_socket(m) if set(m) & TLS_KEYS else _socket(**m)),
    "http-headers": ("HEADER",
                     lambda m: _socket(**{"http-headers": [{"name": "X", "value": "y", **m}]})),
    "authentication": ("AUTHENTICATION", lambda m: _socket(authentication={**_client({}), **m})),
    "clients": ("CLIENT", lambda m: _socket(authentication=_client(m))),
    "loggers": ("LOGGER", lambda m: {"loggers": [{"name": "kea-dhcp4", **m}]}),
    "hooks-libraries": ("HOOK", lambda m: {"hooks-libraries": [{"library": "libdhcp_flex_id.so",
                                                                "parameters": FLEX_ID, **m}]}),
    "ping_check": ("PING", lambda m: hook("ping_check", m)),
    "flex_id": ("FLEX_ID", lambda m: hook("flex_id", {**FLEX_ID, **m})),
    "flex_option": ("FLEX_OPTION", lambda m: hook("flex_option", m)),
    "flex_option options": ("FLEX", lambda m: _flex({
        **({} if "name" in m else {"code": 43 if "sub-options" in m else 15}), **_action(m)})),
    "flex_option sub-options": ("FLEX_SUB", lambda m: _flex({
        "code": 122, "sub-options": [{**({} if "name" in m else {"code": 6}), **_action(m)}]})),
    "limits": ("LIMITS", lambda m: {**hook("limits"), **_subnet(**{"user-context": {"limits": m}})}),
    "ha": ("HA_HOOK", lambda m: hook("ha", m)),
    "high-availability": ("HA", _ha),
    "peers": ("PEER", _peer),
}
FLEX_ID = {"identifier-expression": "option[60].hex"}
HOST = {"hw-address": "02:00:00:00:00:01"}
OPTION = {"name": "domain-name", "data": "example.org"}
IDS = {"hw-address", "duid", "circuit-id", "client-id", "flex-id"}
ACTIONS = {"add", "supersede", "remove", "sub-options"}
TLS_KEYS = {"trust-anchor", "cert-file", "key-file", "cert-required"}

# A value for a key: for all maps, or for (key, map). Not given: true.
VALUES = {
    "user-context": {"floor": 2}, "comment": "a remark", "metadata": {"server-tags": ["all"]},
    "interfaces-config": {"interfaces": ["*"]}, "interfaces": ["eth0"],
    "dhcp-socket-type": "udp", "outbound-interface": "use-routing",
    "service-sockets-max-retries": 3, "service-sockets-retry-wait-time": 100,
    "control-socket": {"socket-type": "unix", "socket-name": "/run/kea4.sock"},
    "control-sockets": [{"socket-type": "http", "socket-port": 8004}],
    "hooks-libraries": [{"library": "libdhcp_bootp.so"}],
    "loggers": [{"name": "kea-dhcp4", "severity": "WARN"}],
    "config-control": {"config-databases": [{"type": "mysql"}]},
    "lease-database": {"type": "memfile"}, "hosts-database": {"type": "mysql"},
    "hosts-databases": [{"type": "mysql"}],
    "multi-threading": {"enable-multi-threading": True}, "dhcp-queue-control": {},
    "statistic-default-sample-count": 20, "statistic-default-sample-age": 1,
    "parked-packet-limit": 256, "decline-probation-period": 60, "server-tag": "here",
    "host-reservation-identifiers": ["client-id", "hw-address"],
    "sanity-checks": {"lease-checks": "fix"}, "lease-checks": "del", "extended-info-checks": "fix",
    "compatibility": {"exclude-first-last-24": True},
    "expired-leases-processing": {"hold-reclaimed-time": 60}, "hold-reclaimed-time": 60,
    "reclaim-timer-wait-time": 10, "flush-reclaimed-timer-wait-time": 25,
    "max-reclaim-leases": 100, "max-reclaim-time": 250, "unwarned-reclaim-cycles": 5,
    "dhcp-ddns": {"enable-updates": True}, "server-ip": "192.0.2.1", "server-port": 53001,
    "sender-ip": "192.0.2.1", "sender-port": 53002, "max-queue-size": 100, "ncr-protocol": "UDP",
    "ncr-format": "JSON", "replace-client-name": "always", "generated-prefix": "h",
    "qualifying-suffix": "example.org", "hostname-char-set": "[^a-z]",
    "hostname-char-replacement": "x", "dhcp4o6-port": 67, "4o6-interface": "eth0",
    "4o6-interface-id": "x", "4o6-subnet": "2001:db8::/32",
    "shared-networks": [{"name": "m", "subnet4": []}], "subnet4": [{**SUBNET, "id": 2}],
    ("subnet4", "network"): [{"id": 2, "subnet": "198.51.100.0/24"}],
    "pools": [{"pool": "192.0.2.100/30"}], "reservations": [{**HOST, "hostname": "h"}],
    "client-classes": ["KNOWN"], ("client-classes", "global"): [{"name": "d"}],
    "option-def": [{"name": "e", "code": 241, "type": "string"}],
    "option-data": [{"name": "domain-name", "data": "example.net"}],
    "valid-lifetime": 600, "min-valid-lifetime": 300, "max-valid-lifetime": 9000,
    "renew-timer": 100, "rebind-timer": 200, "t1-percent": 0.4, "t2-percent": 0.8,
    "next-server": "192.0.2.3", "server-hostname": "boot", "boot-file-name": "pxe",
    "reservation-mode": "out-of-pool", "interface": "eth0", "interface-id": "x",
    "relay": {"ip-addresses": ["192.0.2.4"]}, "ip-addresses": ["192.0.2.4"],
    "ip-address": "192.0.2.5", "client-class": "KNOWN",
    "evaluate-additional-classes": ["KNOWN"], "require-client-classes": ["KNOWN"],
    "cache-threshold": 0.2, "cache-max-age": 100, "offer-lifetime": 30, "allocator": "random",
    "adaptive-lease-time-threshold": 0.8, "ddns-replace-client-name": "always",
    "ddns-generated-prefix": "h", "ddns-qualifying-suffix": "example.org",
    "ddns-conflict-resolution-mode": "no-check-with-dhcid", "ddns-ttl": 60,
    "ddns-ttl-percent": 0.2, "ddns-ttl-min": 60, "ddns-ttl-max": 600,
    "name": "other", ("name", "option-data"): "domain-name", ("name", "option-data"): "host-name",
    ("name", "loggers"): "kea-dhcp4.dhcpsrv", ("name", "http-headers"): "Z", ("name", "peers"): "c",
    ("name", "flex_option options"): "domain-name", ("name", "flex_option sub-options"): "tsp-realm",
    ("code", "flex_option options"): 17, ("code", "flex_option sub-options"): 4,
    "id": 9, "subnet": "192.0.2.0/25", "pool": "192.0.2.20 - 192.0.2.30", "pool-id": 4,
    "test": "option[77].hex == 'x'", "template-test": "option[77].hex",
    "hw-address": "02:00:00:00:00:02", "duid": "00:03:00:01:02:03", "circuit-id": "'port7'",
    "client-id": "01:02:03", "flex-id": "'x'", "hostname": "printer",
    "code": 15, ("code", "option-def"): 241, "space": "dhcp4", ("space", "option-def"): "own",
    "data": "example.net", "type": "string", ("type", "authentication"): "basic",
    "record-types": "uint8, string", "encapsulate": "own",
    "socket-type": "unix", "socket-name": "x", "socket-address": "127.0.0.2", "socket-port": 8001,
    "http-headers": [{"name": "X", "value": "y"}], "value": "z",
    "authentication": {"clients": [{"user": "u", "password": "p"}]}, "realm": "here",
    "directory": "/etc/kea", "clients": [{"user": "v", "password": "w"}], "user": "v",
    "user-file": "u", "password": "w", "password-file": "p",
    "trust-anchor": "other.pem", "cert-file": "other.pem", "key-file": "other.pem",
    "cert-required": False, "severity": "DEBUG", "debuglevel": 99,
    "output-options": [{"output": "stdout"}], "output_options": [{"output": "stdout"}],
    "library": "libdhcp_radius.so", "parameters": {"identifier-expression": "option[61].hex"},
    "enable-ping-check": False, "min-ping-requests": 2, "reply-timeout": 200,
    "ping-cltt-secs": 30, "ping-channel-threads": 4, "identifier-expression": "option[61].hex",
    "options": [{"code": 15, "remove": "member('KNOWN')"}], "csv-format": False,
    ("csv-format", "option-data"): True, "add": "'y'", "supersede": "'y'",
    "remove": "member('KNOWN')",
    "sub-options": [{"code": 1, "add": "'x'"}], "container-add": False,
    "container-remove": False, ("space", "flex_option sub-options"):
    "cablelabs-client-conf", ("csv-format", "flex_option options"): True,
    ("csv-format", "flex_option sub-options"): True, "address-limit": 10,
    "rate-limit": "10 packets per minute", "prefix-limit": 1,
    "high-availability": [{"this-server-name": "a", "mode": "hot-standby", "peers": PEERS, **TLS}],
    "this-server-name": "b", "mode": "load-balancing", "peers": list(reversed(PEERS)),
    "url": "http://192.0.2.9:647/", "role": "backup", "auto-failover": False,
    "basic-auth-user": "u", "basic-auth-password": "p", "basic-auth-password-file": "p",
    "require-client-certs": False, "heartbeat-delay": 10000, "max-response-delay": 60000,
    "max-ack-delay": 10000, "max-unacked-clients": 10, "max-rejected-lease-updates": 10,
    "delayed-updates-limit": 0, "sync-timeout": 60000, "sync-page-limit": 10000,
    "send-lease-updates": False, "sync-leases": False,
    ("multi-threading", "high-availability"): {"enable-multi-threading": True},
    "state-machine": {"states": [{"state": "READY", "pause": "once"}]},
}


def config(where, key=None):
    """A file of Kea's with this key in a map of this kind; None: the same without it."""
    made = {} if key is None else {key: VALUES.get((key, where), VALUES.get(key, True))}
    dhcp4 = {"interfaces-config": {"interfaces": []}, **_subnet(), **PLACES[where][1](made)}
    if where in ("flex_id", "hooks-libraries") or key == "flex-id":
        dhcp4["host-reservation-identifiers"] = ["flex-id"]
    if key == "flex-id":
        dhcp4.update(hook("flex_id", FLEX_ID))
    return {"Dhcp4": dhcp4}
