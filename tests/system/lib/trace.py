# SPDX-License-Identifier: Apache-2.0
"""System calls of a process as strace shows them, in order, with the octets they carried."""

import dataclasses
import os
import re
import signal

from . import dhcp
from .wait import Skip, wait_for

CALLS = ("fdatasync,fsync,msync,pwrite64,pwritev,pwritev2,write,writev,sendmsg,sendmmsg,sendto")
SYNC = ("fdatasync", "fsync")
WRITE = ("pwrite64", "pwritev", "pwritev2", "write", "writev")
SEND = ("sendmsg", "sendmmsg", "sendto")
O_DSYNC = 0o10000

_LINE = re.compile(r"(\d+) +([\d.]+) (.*)")
_CALL = re.compile(r"(\w+)\(")
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})+)"')
_UNFINISHED = "<unfinished ...>"


@dataclasses.dataclass
class Call:
    pid: int
    name: str
    text: str       # arguments and result
    time: float     # Unix time of its start
    start: int      # number of its first and of its last line: what comes later has a higher one
    end: int = None

    @property
    def fd(self):
        found = re.match(r"(\d+)", self.text)
        return int(found[1]) if found else None

    @property
    def result(self):
        found = re.search(r"\) += (-?\d+)", self.text)
        return int(found[1]) if found else None

    def messages(self):
        """The DHCP messages in the call's buffers, frames or payloads."""
        for text in _HEX.findall(self.text):
            data = bytes.fromhex(text.replace("\\x", ""))
            at = data.find(dhcp.COOKIE) - 236
            if at >= 0:
                yield dhcp.Message.parse(data[at:])


class Trace:
    """strace on a running process and all its threads, from the constructor until stop()."""

    def __init__(self, lab, pid):
        self.pid = pid
        self.file = os.path.join(lab.dir, "trace")
        space = lab.space("strace")
        self.process = space.start("strace", "-f", "-v", "-ttt", "-xx", "-s", "2000", "-e",
                                   f"trace={CALLS}", "-o", self.file, "-p", str(pid))
        wait_for(self._attached, 5, "strace is attached")

    def _attached(self):
        text = self.process.log_text()
        if "Operation not permitted" in text:
            raise Skip("processes cannot be traced here")
        return " attached" in text

    def live(self):
        """Whether a send has been seen: strace says that it is attached before it shows calls."""
        with open(self.file, encoding="ascii", errors="replace") as f:
            return any(f"{name}(" in line for line in f for name in SEND)

    def stop(self):
        self.process.signal(signal.SIGINT)
        self.process.wait(10)
        with open(self.file, encoding="ascii", errors="replace") as f:
            return parse(f)


def parse(lines):
    calls, open_calls = [], {}
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if not found:
            continue
        pid, time, text = int(found[1]), float(found[2]), found[3].rstrip()
        if resumed := _RESUMED.match(text):
            call = open_calls.pop(pid, None)
            if call:
                call.text += text[resumed.end():]
                call.end = number
            continue
        started = _CALL.match(text)
        if not started:
            continue
        call = Call(pid, started[1], text[started.end():], time, number)
        calls.append(call)
        if text.endswith(_UNFINISHED):
            call.text = call.text[:-len(_UNFINISHED)]
            open_calls[pid] = call
        else:
            call.end = number
    return calls


def files(pid):
    """fd -> (path, whether its writes return only when they are on disk)."""
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with open(f"/proc/{pid}/fdinfo/{fd}", encoding="ascii") as f:
            flags = int(re.search(r"flags:\s*([0-7]+)", f.read())[1], 8)
        found[int(fd)] = (os.readlink(f"/proc/{pid}/fd/{fd}"), bool(flags & O_DSYNC))
    return found
