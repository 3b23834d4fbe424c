# SPDX-License-Identifier: Apache-2.0
"""DHCP messages (RFC 2131), built as a test wants them, and read back. Addresses are text."""

import dataclasses
import ipaddress
import random
import socket
import struct

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
NAMES = dict(enumerate(
    "BOOTP DISCOVER OFFER REQUEST DECLINE ACK NAK RELEASE INFORM".split()))

MASK, ROUTERS, DNS, HOST_NAME, DOMAIN_NAME, NTP = 1, 3, 6, 12, 15, 42
ADDRESS, LEASE_TIME, TYPE, SERVER_ID, WANTED, MAX_SIZE, T1, T2, CLIENT_ID, AGENT = \
    50, 51, 53, 54, 55, 57, 58, 59, 61, 82

COOKIE = b"\x63\x82\x53\x63"
BROADCAST = 0x8000
_HEADER = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")


def ip(text):
    return socket.inet_aton(text)


def text(octets):
    return socket.inet_ntoa(octets)


def u32(number):
    return struct.pack("!I", number)


def address_range(first, count):
    start = int(ipaddress.IPv4Address(first))
    return [str(ipaddress.IPv4Address(start + i)) for i in range(count)]


@dataclasses.dataclass
class Message:
    op: int = 1
    htype: int = 1
    hlen: int = 6
    hops: int = 0
    xid: int = dataclasses.field(default_factory=lambda: random.getrandbits(32))
    secs: int = 0
    flags: int = 0
    ciaddr: str = "0.0.0.0"
    yiaddr: str = "0.0.0.0"
    siaddr: str = "0.0.0.0"
    giaddr: str = "0.0.0.0"
    chaddr: bytes = bytes(16)
    sname: bytes = b""
    file: bytes = b""
    cookie: bytes = COOKIE
    options: list = dataclasses.field(default_factory=list)  # (code, value) in order

    def pack(self, size=300):
        head = _HEADER.pack(self.op, self.htype, self.hlen, self.hops, self.xid, self.secs,
                            self.flags, ip(self.ciaddr), ip(self.yiaddr), ip(self.siaddr),
                            ip(self.giaddr), self.chaddr, self.sname, self.file)
        body = b"".join(bytes([code, len(value)]) + value for code, value in self.options)
        return (head + self.cookie + body + b"\xff").ljust(size, b"\0")

    @classmethod
    def parse(cls, data):
        """Reads a server's answer strictly: anything malformed is a ValueError."""
        if len(data) < 240 or data[236:240] != COOKIE:
            raise ValueError("no DHCP message")
        f = list(_HEADER.unpack(data[:236]))
        f[7:11] = map(text, f[7:11])
        return cls(*f, data[236:240], _parse_options(data[240:]))

    def has(self, code):
        return any(c == code for c, _ in self.options)

    def get(self, code):
        """The option's value, parts joined (RFC 3396); None if it is not there."""
        parts = [value for c, value in self.options if c == code]
        return b"".join(parts) if parts else None

    def codes(self):
        return [code for code, _ in self.options]

    def number(self, code):
        value = self.get(code)
        return None if value is None else int.from_bytes(value, "big")

    def address(self, code):
        value = self.get(code)
        return None if value is None else text(value[:4])

    @property
    def type(self):
        return self.number(TYPE) or 0

    @property
    def mac(self):
        return self.chaddr[:6]

    def __str__(self):
        return (f"{NAMES.get(self.type, self.type)} xid {self.xid:08x} yiaddr {self.yiaddr} "
                f"options {self.codes()}")


def _parse_options(data):
    options, at = [], 0
    while True:
        if at >= len(data):
            raise ValueError("options without END")
        code = data[at]
        if code == 255:
            break
        if code == 0:
            at += 1
            continue
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data):
            raise ValueError(f"option {code} runs over the end")
        options.append((code, data[at + 2:at + 2 + data[at + 1]]))
        at += 2 + data[at + 1]
    if data[at:].strip(b"\0") != b"\xff":
        raise ValueError("octets after END")
    return options
