# SPDX-License-Identifier: Apache-2.0
"""Frames on a link: written octet by octet, and captured with everything around the message."""

import dataclasses
import errno
import select
import socket
import struct
import time

from . import dhcp
from .wait import Failure

ETH_P_IP = 0x0800
ETH_P_ALL = 0x0003
ARP_REQUEST, ARP_REPLY = 1, 2
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4
BROADCAST_MAC = b"\xff" * 6


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


@dataclasses.dataclass
class Frame:
    """Ethernet, IPv4 and UDP around a payload. Fields left None are made right by build()."""
    src_mac: bytes
    dst_mac: bytes = BROADCAST_MAC
    src_ip: str = "0.0.0.0"
    dst_ip: str = "255.255.255.255"
    src_port: int = 68
    dst_port: int = 67
    payload: bytes = b""
    ip_length: int = None
    ip_checksum: int = None
    udp_length: int = None
    udp_checksum: int = None

    def build(self):
        src, dst = dhcp.ip(self.src_ip), dhcp.ip(self.dst_ip)
        length = 8 + len(self.payload)
        udp_length = length if self.udp_length is None else self.udp_length
        ports = struct.pack("!HHH", self.src_port, self.dst_port, udp_length)
        pseudo = src + dst + struct.pack("!BBH", 0, 17, length)
        udp_sum = self.udp_checksum
        if udp_sum is None:
            udp_sum = checksum(pseudo + ports + b"\0\0" + self.payload) or 0xffff
        ip_length = 20 + length if self.ip_length is None else self.ip_length
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0x10, ip_length, 0, 0, 64, 17, 0, src, dst)
        ip_sum = checksum(head) if self.ip_checksum is None else self.ip_checksum
        head = head[:10] + struct.pack("!H", ip_sum) + head[12:]
        return (self.dst_mac + self.src_mac + struct.pack("!H", ETH_P_IP) + head + ports
                + struct.pack("!H", udp_sum) + self.payload)

    @classmethod
    def parse(cls, data):
        """The frame if it is IPv4 and UDP, else None."""
        if len(data) < 42 or data[12:14] != b"\x08\x00" or data[14] >> 4 != 4 or data[23] != 17:
            return None
        udp = 14 + (data[14] & 15) * 4
        src_port, dst_port, length, udp_sum = struct.unpack("!HHHH", data[udp:udp + 8])
        ip_length, = struct.unpack("!H", data[16:18])
        return cls(data[6:12], data[:6], dhcp.text(data[26:30]), dhcp.text(data[30:34]), src_port,
                   dst_port, data[udp + 8:udp + length], ip_length, None, length, udp_sum)

    def checksums_right(self):
        """Whether the UDP checksum is right (or absent); build() makes the same frame again."""
        again = dataclasses.replace(self, ip_length=None, udp_length=None, udp_checksum=None)
        right = struct.unpack("!H", again.build()[40:42])[0]
        return self.udp_checksum in (0, right)


class Port:
    """A raw socket on one interface of a host. Sees everything that arrives there, and answers
    ARP for the addresses in owns, since no kernel does that for crafted clients."""

    def __init__(self, space, ifname):
        self.space, self.ifname = space, ifname
        self.owns = {}  # address -> hardware address
        self.socket = space.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.socket.bind((ifname, ETH_P_ALL))
        self.mac = self.socket.getsockname()[4]
        self.socket.setblocking(False)

    def send(self, frame):
        """Frame or octets. A full queue of the interface is waited for."""
        data = frame.build() if isinstance(frame, Frame) else frame
        while True:
            try:
                self.socket.send(data)
                return
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.ENOBUFS):
                    raise
                select.select([], [self.socket], [], 0.1)

    def receive(self, seconds=0.0):
        """The next frame's octets that came in from the link, or None."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                data, where = self.socket.recvfrom(65536)
                if where[2] == PACKET_OUTGOING or self._arp(data):
                    continue
                return data
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                    return None

    def _arp(self, data):
        """Whether the frame was ARP; answers if it asks for an address of ours."""
        if data[12:14] != b"\x08\x06":
            return False
        operation, asker, asker_ip, _, target = struct.unpack("!H6s4s6s4s", data[20:42])
        mac = self.owns.get(dhcp.text(target))
        if operation == ARP_REQUEST and mac is not None:
            self.send(asker + mac + data[12:20] + struct.pack("!H", ARP_REPLY) + mac + target
                      + asker + asker_ip)
        return True

    def replies(self, seconds=0.0, to_port=None):
        """Yields (frame, message) of each server's answer until nothing came for so long."""
        while (data := self.receive(seconds)) is not None:
            frame = Frame.parse(data)
            if frame is None or frame.src_port != 67 or to_port not in (None, frame.dst_port):
                continue
            try:
                message = dhcp.Message.parse(frame.payload)
            except ValueError as error:
                raise Failure(f"malformed answer: {error}: {frame.payload.hex()}") from None
            if message.op == 2:
                yield frame, message

    def drain(self):
        for _ in self.replies():
            pass

    def close(self):
        self.socket.close()
