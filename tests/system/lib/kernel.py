# SPDX-License-Identifier: Apache-2.0
"""The few system calls that Python's library lacks: namespaces, mounts, signals of death.

Called by the other modules of the laboratory only.
"""

import contextlib
import ctypes
import os
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *args):
    if getattr(_libc, name)(*args) < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def private_mounts():
    """Mounts made from now on are seen by this process and its children only, and end with them."""
    _call("unshare", CLONE_NEWNS)
    _call("mount", b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)


def mount_bind(source, target):
    _call("mount", os.fsencode(source), os.fsencode(target), None, ctypes.c_ulong(MS_BIND), None)


def mount_tmpfs(target, options="mode=0755"):
    _call("mount", b"tmpfs", os.fsencode(target), b"tmpfs", ctypes.c_ulong(0), options.encode())


def unmount(target):
    _call("umount2", os.fsencode(target), MNT_DETACH)


def new_network():
    """A network namespace that lives as long as the descriptor returned, or what uses it."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _call("unshare", CLONE_NEWNET)
        fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _call("setns", home, CLONE_NEWNET)
        return fd
    finally:
        os.close(home)


@contextlib.contextmanager
def inside_network(fd):
    """What is opened in this block (sockets, /proc/sys/net) belongs to that namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _call("setns", fd, CLONE_NEWNET)
        yield
    finally:
        _call("setns", home, CLONE_NEWNET)
        os.close(home)


def adopt_orphans():
    """Processes whose parents end become children of this one, so that they can be ended."""
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def child_setup(network_fd=None):
    """Between fork and exec: ends with its parent, and runs in that namespace."""
    _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if network_fd is not None:
        _call("setns", network_fd, CLONE_NEWNET)
