# SPDX-License-Identifier: Apache-2.0
"""How bench.py measures: one load with the server's CPU time, the highest rate, the disk."""
import math
import os
import statistics
import time

from servers import load, say

LATENCY_RATE = 2000
DROPS_ALLOWED = 1.0  # per cent
RETRY_BELOW = 30.0  # per cent


def loaded(server, *options):
    """A run of lessor-load, with the server's CPU time per exchange."""
    before = server.cpu_s()
    result = load(server.args, *options)
    result["server_cpu_us"] = (server.cpu_s() - before) * 1e6 / max(1, result["completed"])
    return result


def per_s(result):
    return result["exchanges_per_s"]


def stepper(server, base):
    """A step for search(): this load at a rate, or in a closed loop for None."""
    def at(rate):
        pace = ["-w", 64] if rate is None else ["-r", f"{rate:.1f}"]
        return loaded(server, *base, *pace, "-d", server.args.step)
    return at


def search(args, step, name, precision=None):
    """Highest rate at <= 1 % drops: double or halve until it is between two, then bisect. What
    was completed counts, not what was asked for: a queue that grows hides losses for a while."""
    rate = max(20.0, per_s(step(None)))
    low = high = best = None
    for _ in range(14):
        result = step(rate)
        if DROPS_ALLOWED < result["drop_percent"] < RETRY_BELOW:
            result = step(rate)  # one disturbance from outside must not end the search
        good = result["drop_percent"] <= DROPS_ALLOWED
        say(f"  {name} at {rate:8.0f}/s: {result['drop_percent']:6.2f} % dropped, "
            f"{result['server_cpu_us']:.1f} us CPU"
            + (" (lessor-load is the limit)" if result["not_started"] > 0 else ""))
        if good:
            low = rate
            best = max(best or result, result, key=per_s)
        else:
            high = rate
        if high is None:
            rate *= 2
        elif low is None:
            rate /= 2
        elif high / low <= 1 + (precision or args.precision):
            break
        else:
            rate = math.sqrt(low * high)
        time.sleep(0.5)  # what is still queued in the server gets done
    return best


def probe_disk(folder, seconds=2.0):
    """A durable commit as LMDB does it: data and fdatasync, then the head and fdatasync. Returns
    the median in ms, and how many there are in a second."""
    path, times, page, at = os.path.join(folder, "probe"), [], os.urandom(4096), 8192
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(fd, 0, 64 << 20)
        os.fsync(fd)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            os.pwrite(fd, page, at)
            os.fdatasync(fd)
            os.pwrite(fd, page, len(times) % 2 * 4096)
            os.fdatasync(fd)
            times.append(time.monotonic() - begin)
            at = at + 4096 if at < 60 << 20 else 8192
    finally:
        os.close(fd)
        os.unlink(path)
    return statistics.median(times) * 1e3, len(times) / seconds
