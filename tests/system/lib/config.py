# SPDX-License-Identifier: Apache-2.0
"""Configurations as dictionaries in Kea's vocabulary, written as libconfig or as JSON."""

import json


def libconfig(tree, indent=0):
    """The members of a map, one setting a line."""
    pad = "\t" * indent
    return "".join(f"{pad}{name} = {_value(value, indent)};\n" for name, value in tree.items())


def _value(value, indent):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}L" if value > 0x7fffffff else str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, dict):
        return "{\n" + libconfig(value, indent + 1) + "\t" * indent + "}"
    if not value:
        return "( )"
    if isinstance(value[0], dict):
        return "( " + ", ".join(_value(v, indent) for v in value) + " )"
    return "[ " + ", ".join(_value(v, indent) for v in value) + " ]"


def option(name, data, **more):
    return {"name": name, "data": data, **more}


def subnet(number=1, prefix="192.0.2.0/24", pool="192.0.2.10 - 192.0.2.200",
           routers="192.0.2.1", **more):
    """One subnet with one pool (None: without)."""
    tree = {"id": number, "subnet": prefix}
    if pool is not None:
        tree["pools"] = [{"pool": pool}]
    if routers is not None:
        tree["option-data"] = [option("routers", routers)]
    tree.update({name.replace("_", "-"): value for name, value in more.items()})
    return tree


def server(*subnets, interfaces=("eth0",), socket_type=None, **more):
    """A whole configuration; keyword arguments are global parameters with _ for -."""
    tree = {"interfaces-config": {"interfaces": list(interfaces)}, "valid-lifetime": 3600}
    if socket_type is not None:
        tree["interfaces-config"]["dhcp-socket-type"] = socket_type
    tree.update({name.replace("_", "-"): value for name, value in more.items()})
    tree["subnet4"] = list(subnets) or [subnet()]
    return tree
