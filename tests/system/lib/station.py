# SPDX-License-Identifier: Apache-2.0
"""A client played by the test: every message it sends is crafted, every answer is looked at."""

import time

from . import dhcp
from .dhcp import Message
from .wait import Failure, check, equal
from .wire import BROADCAST_MAC, Frame

_SILENT = "the server answers nobody any more"


class Station:
    """One client on a link. Keyword arguments of the senders are fields of the message; options
    given as a dictionary {code: octets} are added to those that the message needs."""

    def __init__(self, port, number=1, client_id=None, mac=None):
        self.port = port
        self.mac = mac or bytes([2, 0x1e, 0x55]) + number.to_bytes(3, "big")
        self.client_id = client_id
        self.frame = None      # around the last answer
        self.sent = None       # the last message sent
        self.address = None    # what an ACK gave
        self.server = None     # who gave it
        self.server_mac = BROADCAST_MAC

    def message(self, kind, options=None, wanted=None, **fields):
        fields.setdefault("chaddr", self.mac.ljust(16, b"\0"))
        has = {dhcp.TYPE: bytes([kind])}
        if self.client_id is not None:
            has[dhcp.CLIENT_ID] = self.client_id
        if wanted is not None:
            has[dhcp.WANTED] = bytes(wanted)
        has.update(options or {})
        return Message(options=[(c, v) for c, v in has.items() if v is not None], **fields)

    def send(self, message, **around):
        """around: fields of Frame, for instance src_ip, dst_ip, dst_mac."""
        self.sent = message
        around.setdefault("src_mac", self.mac)
        self.port.send(Frame(payload=message.pack(), **around))

    def answer(self, seconds=2.0):
        """The next answer to the last message sent, or None."""
        deadline = time.monotonic() + seconds
        while True:
            for frame, message in self.port.replies(max(0.0, deadline - time.monotonic())):
                if message.xid == self.sent.xid and message.mac == self.sent.mac:
                    self.frame = frame
                    return message
                if time.monotonic() > deadline:
                    break
            if time.monotonic() >= deadline:
                return None

    def _ask(self, message, kind, around, seconds):
        self.send(message, **around)
        reply = self.answer(seconds)
        if kind is None:
            return reply
        check(reply is not None, f"no answer to {message} within {seconds} s")
        equal(dhcp.NAMES.get(reply.type), dhcp.NAMES[kind], f"answer to {message}")
        return reply

    def discover(self, options=None, expect=dhcp.OFFER, seconds=2.0, around=None, **fields):
        return self._ask(self.message(dhcp.DISCOVER, options, **fields), expect, around or {},
                         seconds)

    def request(self, options=None, expect=dhcp.ACK, seconds=2.0, around=None, **fields):
        reply = self._ask(self.message(dhcp.REQUEST, options, **fields), expect, around or {},
                          seconds)
        if reply is not None and reply.type == dhcp.ACK:
            self.address = reply.yiaddr
            self.server = reply.address(dhcp.SERVER_ID)
            self.server_mac = self.frame.src_mac
            self.port.owns[self.address] = self.mac
        return reply

    def select(self, offer, options=None, **more):
        """REQUEST in SELECTING state for what was offered."""
        return self.request({dhcp.ADDRESS: dhcp.ip(offer.yiaddr),
                             dhcp.SERVER_ID: offer.get(dhcp.SERVER_ID), **(options or {})}, **more)

    def lease(self, options=None, **more):
        """All four messages; returns the ACK. An address in options is asked for in DISCOVER."""
        offer = self.discover(options, **more)
        rest = {code: v for code, v in (options or {}).items() if code != dhcp.ADDRESS}
        return self.select(offer, rest, **more)

    def reboot(self, address, **more):
        """REQUEST in INIT-REBOOT state."""
        return self.request({dhcp.ADDRESS: dhcp.ip(address)}, **more)

    def to_server(self):
        return {"src_ip": self.address, "dst_ip": self.server, "dst_mac": self.server_mac}

    def renew(self, **more):
        """REQUEST in RENEWING state: unicast."""
        return self.request(ciaddr=self.address, around=self.to_server(), **more)

    def rebind(self, **more):
        """REQUEST in REBINDING state: broadcast, from the client's address."""
        return self.request(ciaddr=self.address, around={"src_ip": self.address}, **more)

    def release(self, **fields):
        fields.setdefault("ciaddr", self.address)
        self.send(self.message(dhcp.RELEASE, {dhcp.SERVER_ID: dhcp.ip(self.server)}, **fields),
                  **self.to_server())

    def decline(self, **fields):
        self.send(self.message(dhcp.DECLINE, {dhcp.SERVER_ID: dhcp.ip(self.server),
                                              dhcp.ADDRESS: dhcp.ip(self.address)}, **fields))

    def to_all(self):
        """Whether the last answer was broadcast. Kea broadcasts it to one hardware address."""
        macs = (BROADCAST_MAC,) if self.port.space.lab.kind == "lessord" else (
            BROADCAST_MAC, self.mac)
        return self.frame.dst_ip == "255.255.255.255" and self.frame.dst_mac in macs

    def silence(self, fence, seconds=5.0):
        """Nothing answers the last message. The server works off a link's messages in order, so
        what has not been answered before the fence (another client's renewal) never will be."""
        sent = self.sent
        wanted = fence.message(dhcp.REQUEST, ciaddr=fence.address)
        fence.send(wanted, **fence.to_server())
        deadline = time.monotonic() + seconds
        for _, message in self.port.replies(seconds):
            if message.xid == sent.xid:
                raise Failure(f"answered, but silence was due: {sent} -> {message}")
            if message.xid == wanted.xid:
                return
            check(time.monotonic() < deadline, _SILENT)
        raise Failure(_SILENT)
