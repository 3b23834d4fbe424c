# SPDX-License-Identifier: Apache-2.0
"""Waiting: always for a condition, never longer than a deadline."""

import time


class Failure(Exception):
    """A promise was not kept; the text says which."""


class Skip(Exception):
    """The test cannot be run here; the text says why."""


def wait_for(condition, seconds, what, pause=0.02):
    """Returns the first true value of condition(); `what` completes 'not within 5 s: ...'."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Failure(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(pause)


def clock_reaches(unix_time, seconds):
    """Waits until the wall clock is past a point of time, which is at most `seconds` away."""
    wait_for(lambda: time.time() >= unix_time, seconds, f"the clock reaches {unix_time}")


def check(condition, what):
    if not condition:
        raise Failure(what() if callable(what) else what)


def equal(got, expected, what):
    if got != expected:
        raise Failure(f"{what}: got {got!r}, expected {expected!r}")
