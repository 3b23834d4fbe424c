# SPDX-License-Identifier: Apache-2.0
"""The control channel as its clients use it: one JSON object in, one out, close."""

import json
import socket

from .wait import Failure


def exchange(path, data, seconds=15.0):
    """Sends these octets and returns all that comes back."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(seconds)
        s.connect(path)
        s.sendall(data)
        return read_all(s)


def read_all(s):
    parts = []
    try:
        while part := s.recv(1 << 16):
            parts.append(part)
    except TimeoutError:
        raise Failure(f"control channel: no end of the answer after {b''.join(parts)!r}") from None
    return b"".join(parts)


def call(path, command, arguments=None, result=None, seconds=15.0):
    """The answer as a dictionary; result: the only result code (or codes) that will do."""
    request = {"command": command}
    if arguments is not None:
        request["arguments"] = arguments
    data = exchange(path, json.dumps(request).encode(), seconds)
    try:
        answer = json.loads(data)
    except ValueError:
        raise Failure(f"{command}: answer is not JSON: {data[:200]!r}") from None
    allowed = result if isinstance(result, (tuple, type(None))) else (result,)
    if allowed is not None and answer.get("result") not in allowed:
        raise Failure(f"{command} {arguments}: result {answer.get('result')}, expected {result}: "
                      f"{answer.get('text')}")
    return answer
