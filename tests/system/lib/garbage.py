# SPDX-License-Identifier: Apache-2.0
"""Malformed packets by the thousand. Each kind is one that a server has to drop and to count;
each function returns the whole frame. junk() is for what no server's filter lets through."""

import random
import struct

from . import dhcp
from .wire import Frame


def _message(rng, kind=dhcp.DISCOVER, **fields):
    mac = bytes([2, 0xba, 0xd0]) + rng.randbytes(3)
    options = fields.pop("options", [(dhcp.TYPE, bytes([kind]))])
    return dhcp.Message(xid=rng.getrandbits(32), chaddr=mac.ljust(16, b"\0"), options=options,
                        **fields)


def _frame(message, payload=None, **around):
    around.setdefault("src_mac", message.mac)
    return Frame(payload=message.pack() if payload is None else payload, **around).build()


def truncated(rng):
    m = _message(rng)
    return _frame(m, m.pack()[:rng.randrange(0, 240)])


def not_a_request(rng):
    return _frame(_message(rng, op=rng.choice((0, 2, 3, 255))))


def long_hardware_address(rng):
    return _frame(_message(rng, hlen=rng.randrange(17, 256)))


def wrong_cookie(rng):
    return _frame(_message(rng, cookie=rng.randbytes(3) + b"\0"))


def option_over_the_end(rng):
    m = _message(rng)
    data = m.pack(0)[:-1] + bytes([rng.randrange(1, 255), rng.randrange(40, 256)])
    return _frame(m, data + rng.randbytes(rng.randrange(0, 40)))


def option_without_length(rng):
    m = _message(rng)
    return _frame(m, m.pack(0)[:-1] + bytes([rng.randrange(1, 255)]))


def wrong_message_type(rng):
    return _frame(_message(rng, options=[(dhcp.TYPE, rng.randbytes(rng.choice((0, 2, 7, 255))))]))


def unknown_message_type(rng):
    return _frame(_message(rng, kind=rng.randrange(100, 256)))


def wrong_length(rng):
    code = rng.choice((dhcp.ADDRESS, dhcp.SERVER_ID, dhcp.LEASE_TIME))
    value = rng.randbytes(rng.choice((0, 1, 2, 3, 5, 8, 200)))
    return _frame(_message(rng, options=[(dhcp.TYPE, b"\x03"), (code, value)]))


def broken_agent_option(rng):
    inside = bytes([rng.randrange(1, 30), rng.randrange(20, 256)]) + rng.randbytes(10)
    return _frame(_message(rng, options=[(dhcp.TYPE, b"\x01"), (dhcp.AGENT, inside)]))


def overload_garbage(rng):
    return _frame(_message(rng, sname=bytes([99, 250]) * 32, file=bytes([98, 251]) * 64,
                           options=[(dhcp.TYPE, b"\x01"), (52, bytes([rng.choice((1, 2, 3))]))]))


def too_many_options(rng):
    codes = [(code, rng.randbytes(1)) for code in range(100, 250)]
    return _frame(_message(rng, options=[(dhcp.TYPE, b"\x01")] + codes))


def server_id_in_discover(rng):
    return _frame(_message(rng, options=[(dhcp.TYPE, b"\x01"), (dhcp.SERVER_ID, rng.randbytes(4))]))


def no_identity(rng):
    return _frame(_message(rng, hlen=0))


def decline_of_nothing(rng):
    return _frame(_message(rng, dhcp.DECLINE))


def servers_message(rng):
    return _frame(_message(rng, rng.choice((dhcp.OFFER, dhcp.ACK, dhcp.NAK))))


def random_octets(rng):
    data = rng.randbytes(rng.randrange(0, 600))
    return _frame(_message(rng), bytes([rng.randrange(2, 256)]) + data)


def _other_sum(rng, at):
    data = bytearray(_frame(_message(rng)))
    right, = struct.unpack("!H", data[at:at + 2])
    wrong = rng.choice([v for v in (right ^ 1, right ^ 0x8000, right ^ 0x5a5a) if v != 0])
    data[at:at + 2] = struct.pack("!H", wrong)
    return bytes(data)


def wrong_ip_checksum(rng):
    return _other_sum(rng, 24)


def wrong_udp_checksum(rng):
    return _other_sum(rng, 40)


def ip_longer_than_frame(rng):
    return _frame(_message(rng), ip_length=rng.randrange(1000, 65536))


def udp_longer_than_ip(rng):
    return _frame(_message(rng), udp_length=rng.randrange(1000, 65536))


def udp_shorter_than_its_header(rng):
    return _frame(_message(rng), udp_length=rng.randrange(0, 8))


KINDS = (truncated, not_a_request, long_hardware_address, wrong_cookie, option_over_the_end,
         option_without_length, wrong_message_type, unknown_message_type, wrong_length,
         broken_agent_option, overload_garbage, too_many_options, server_id_in_discover,
         no_identity, decline_of_nothing, servers_message, random_octets, wrong_ip_checksum,
         wrong_udp_checksum, ip_longer_than_frame, udp_longer_than_ip,
         udp_shorter_than_its_header)


def _fragment(rng):
    data = bytearray(_frame(_message(rng)))
    data[20:22] = struct.pack("!H", rng.choice((0x2000, 0x0010, 0x3fff)))
    return bytes(data)


def _bits(rng):
    data = bytearray(_frame(_message(rng)))
    for _ in range(rng.randrange(1, 20)):
        data[rng.randrange(12, 42)] = rng.randrange(256)
    return bytes(data)


def _cut(rng):
    return _frame(_message(rng))[:rng.randrange(14, 60)]


def _tagged(rng):
    data = _frame(_message(rng))
    return data[:12] + b"\x81\x00" + rng.randbytes(2) + data[12:]


def _noise(rng):
    return b"\xff" * 6 + rng.randbytes(rng.randrange(8, 1400))


def junk(rng):
    """Frames damaged below DHCP, most of which do not even reach a server."""
    return rng.choice((_fragment, _bits, _cut, _tagged, _noise))(rng)


def source(seed):
    """An endless supply of (kind, frame); equal seeds, equal frames."""
    rng = random.Random(seed)
    while True:
        kind = rng.choice(KINDS)
        yield kind.__name__, kind(rng)
