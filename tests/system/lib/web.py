# SPDX-License-Identifier: Apache-2.0
"""The control channel over HTTP as its clients use it: octets in, status and body out."""

import base64
import json
import socket

from .wait import Failure


class Web:
    """One TCP connection to a server in a namespace."""

    def __init__(self, space, address="127.0.0.1", port=8000, seconds=15.0):
        self.socket = space.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.settimeout(seconds)
        self.socket.connect((address, port))
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self):
        """The next answer: status, headers (names in lower case) and body; None at the end."""
        line = self.file.readline()
        if not line:
            return None
        try:
            status, headers = int(line.split()[1]), {}
            while (line := self.file.readline().rstrip(b"\r\n")):
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
        except (ValueError, IndexError):
            raise Failure(f"not HTTP: {line[:200]!r}") from None
        return status, headers, self._body(headers)

    def _body(self, headers):
        if headers.get("transfer-encoding") == "chunked":
            parts = []
            while (size := int(self.file.readline(), 16)) > 0:
                parts.append(self.file.read(size))
                self.file.readline()
            self.file.readline()
            return b"".join(parts)
        if "content-length" in headers:
            return self.file.read(int(headers["content-length"]))
        return self.file.read()

    def ask(self, data):
        self.send(data)
        answer = self.read()
        if answer is None:
            raise Failure(f"no answer to {data[:80]!r}")
        return answer


def post(request, *headers, path="/", version="1.1"):
    """A POST with this command; a dictionary, or octets as they are."""
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    lines = [f"POST {path} HTTP/{version}", "Host: x", "Content-Type: application/json",
             f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def basic(user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def call(space, command, arguments=None, *headers, port=8000, service=("dhcp4",)):
    """The only answer in the list to a command, which has to come with status 200."""
    request = {"command": command}
    if service is not None:
        request["service"] = list(service)
    if arguments is not None:
        request["arguments"] = arguments
    with Web(space, port=port) as web:
        status, _, body = web.ask(post(request, *headers))
    if status != 200:
        raise Failure(f"{command}: status {status}: {body[:200]!r}")
    answers = json.loads(body)
    if len(answers) != 1:
        raise Failure(f"{command}: {len(answers)} answers")
    return answers[0]


def get(space, path, *headers, port=8000):
    with Web(space, port=port) as web:
        return web.ask("\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode())
