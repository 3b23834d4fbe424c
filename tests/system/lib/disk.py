# SPDX-License-Identifier: Apache-2.0
"""Disks without room."""

import os


def fill(disk):
    """Takes all the room that is left; returns the file that holds it."""
    path = os.path.join(disk, "filler")
    with open(path, "wb", buffering=0) as f:
        for block in (1 << 20, 4096):
            try:
                while True:
                    f.write(bytes(block))
            except OSError:
                pass
    return path
