#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lessorctl watch: what it shows on a terminal, of any size, and that it leaves it as it was."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from lib import case
from lib.case import test
from lib.station import Station
from lib.wait import Failure, check, equal, wait_for


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv, rows, columns):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(argv[0], argv)
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.fd)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def see(self, *words, seconds=10):
        """Waits until all words were on the screen since the last call; returns what came."""
        seen, deadline = "", time.monotonic() + seconds
        while not all(word in seen for word in words):
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise Failure(f"not on the screen: {words}: {seen[-2000:]}")
            seen += os.read(self.fd, 65536).decode(errors="replace")
        return seen

    def end(self, key):
        os.write(self.fd, key)
        self.see("\033[?1049l")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@test("watch: rates, drops, pools and processes, redrawn; q ends it and the terminal is as before",
      only="lessord")
def watch(lab):
    one, port = lab.simple()
    program = [lab.program("lessorctl"), "-s", one.socket, "watch"]
    screen = Terminal(program, 50, 100)
    text = screen.see("\033[?1049h", "PACKETS", "DROPPED", "FULLEST POOLS", "subnet[1].pool[0]",
                      "PROCESSES", "worker eth0", "q: end")
    check("serving" in text, text)
    client = Station(port, 1)
    client.lease()
    client.send(client.message(3, {54: bytes([9, 9, 9, 9]), 50: bytes([192, 0, 2, 10])}))
    screen.see("not for this server", "0.5 %", "TOP TALKERS", client.mac.hex(":"))
    screen.resize(5, 20)
    os.kill(screen.pid, signal.SIGWINCH)
    # what is read last may end in the middle of a picture
    wait_for(lambda: screen.see("q: end").rpartition("\033[H")[2].count("\r\n") == 4, 10,
             "4 lines on a small screen")
    equal(screen.end(b"q"), 0, "exit status")
    equal(termios.tcgetattr(screen.fd)[3], screen.before[3], "the terminal's mode")


@test("watch: shows that the server is gone and when it is back; refuses what is no terminal",
      only="lessord")
def gone(lab):
    one, _ = lab.simple()
    screen = Terminal([lab.program("lessorctl"), "-s", one.socket, "watch"], 50, 100)
    screen.see("PROCESSES")
    one.stop()
    screen.see("is lessord running")
    one.start()
    screen.see("PROCESSES")
    equal(screen.end(b"\x03"), 0, "exit status")  # the terminal makes a signal of it
    check("terminal" in one.ctl("watch", status=1).stderr, "no terminal")


if __name__ == "__main__":
    case.main()
