#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No ACK leaves before its lease is on disk: the worker's system calls, in order, as evidence."""

import time

from lib import case, dhcp, trace
from lib.case import test
from lib.config import server, subnet
from lib.station import Station
from lib.wait import Failure, check, equal, wait_for

BATCHES = 30


def batch(port, numbers):
    """These clients' REQUESTs at once; returns {xid: when they were sent} of those acknowledged."""
    clients = [Station(port, number) for number in numbers]
    offers = [client.discover() for client in clients]
    requests = [client.message(dhcp.REQUEST, {dhcp.ADDRESS: dhcp.ip(offer.yiaddr),
                                              dhcp.SERVER_ID: offer.get(dhcp.SERVER_ID)})
                for client, offer in zip(clients, offers)]
    sent = time.time()
    for client, request in zip(clients, requests):
        client.send(request)
    left = {request.xid for request in requests}
    deadline = time.monotonic() + 5
    for _, reply in port.replies(5):
        if reply.type == dhcp.ACK:
            left.discard(reply.xid)
        if not left or time.monotonic() > deadline:
            break
    check(not left, f"{len(left)} of {len(clients)} got no ACK")
    return {request.xid: sent for request in requests}


def durable_before(calls, files, state_dir, send, since):
    """The writes to the state folder between `since` and this send; each has to be on disk."""
    def place(call):
        return files.get(call.fd, ("", False))

    found = []
    for call in calls:
        path, synchronous = place(call)
        if (call.name not in trace.WRITE or call.time < since or call.start > send.start
                or not path.startswith(state_dir)):
            continue
        done = call.end is not None and call.end < send.start
        synced = any(s.name in trace.SYNC and place(s)[0] == path and s.result == 0
                     and call.end < s.start and s.end is not None and s.end < send.start
                     for s in calls) if done else False
        if not done or not (synchronous or synced):
            raise Failure(f"an ACK was sent before {call.name} to {path} was on disk")
        found.append("O_DSYNC" if synchronous else "synced")
    return found


@test("each batch is synced to disk before the first of its ACKs is sent", only="lessord")
def synced(lab):
    one, port = lab.simple(server(subnet(1, "192.0.2.0/24", "192.0.2.10 - 192.0.2.250")))
    Station(port, 300).lease()  # the server may be ready before its worker has opened its files
    (worker,) = one.children("worker")
    files = trace.files(worker)
    check(any(path.startswith(one.state_dir) for path, _ in files.values()),
          f"the worker has no file of the state folder open: {files}")
    tracer = trace.Trace(lab, worker)
    wait_for(lambda: Station(port, 300).discover() and tracer.live(), 5, "the trace shows calls")
    sent, number = {}, 1
    for size in range(BATCHES):
        numbers = range(number, number + 1 + size % 8)
        sent.update(batch(port, numbers))
        number = numbers.stop
    # the last ACKs arrive before their system call has returned: strace must not leave it so
    Station(port, 300).discover()
    calls = tracer.stop()
    acks, sends = set(), set()
    for call in calls:
        if call.name not in trace.SEND:
            continue
        for message in call.messages():
            if message.type == dhcp.ACK and message.xid in sent:
                kinds = durable_before(calls, files, one.state_dir, call, sent[message.xid])
                check(kinds, f"an ACK was sent and nothing written before: {message}")
                acks.add(message.xid)
                sends.add(call.start)
    equal(acks, set(sent), "ACKs seen in the trace")
    lab.note = f"{len(acks)} ACKs in {len(sends)} sends, each after the sync of its batch"


if __name__ == "__main__":
    case.main()
