"""Offered load of one host: many UDP flows to other hosts, and a count of what arrives. Runs in a
host's namespace.

Reads one JSON object from its input:
    {"bytes": 1000, "seed": 1, "times": [T0, T1, ...],
     "demands": {"10.0.2.1": PACKETS PER SECOND, ...}}
sends from T0 (seconds since 1970) to the last time, and prints one second later, for every window
between two times,
    {"sent": packets, "received": packets from anyone, "delays": [s, of every eighth packet]}
A packet counts in the window in which it was sent.

A packet belongs to one of 256 flows, drawn anew for each, so that splits by flow come near the
ratios. Arrivals are Poisson. Packets that arrive in the last second after sending has ended still
count.
"""
import bisect
import heapq
import json
import random
import selectors
import socket
import struct
import sys
import time

PORT, SOURCES, DESTINATION_PORTS = 21000, 8, 32
_STAMP = struct.Struct("!d")
_SO_RCVBUFFORCE = 33  # beyond the system's limit; this runs as root


def main() -> None:
    task = json.load(sys.stdin)
    rng = random.Random(task["seed"])
    chooser = selectors.DefaultSelector()
    for i in range(DESTINATION_PORTS):
        inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        inbox.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 1 << 20)
        inbox.setblocking(False)
        inbox.bind(("", PORT + i))
        chooser.register(inbox, selectors.EVENT_READ)
    sources = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOURCES)]
    for i, source in enumerate(sources):
        source.bind(("", PORT + 1000 + i))
        source.setblocking(False)
    padding = b"\0" * (task["bytes"] - 28 - _STAMP.size)  # less IP and UDP headers
    times = task["times"]
    windows = [{"sent": 0, "received": 0, "delays": []} for _ in times[1:]]
    window_of = lambda sent: windows[
        min(max(bisect.bisect_right(times, sent) - 1, 0), len(windows) - 1)
    ]
    end = times[-1]
    due = [
        (times[0] + rng.expovariate(rate), to, rate)
        for to, rate in task["demands"].items()
        if rate > 0
    ]
    heapq.heapify(due)
    while (now := time.time()) < end + 1:
        while due and due[0][0] <= now:
            at, to, rate = heapq.heappop(due)
            if at >= end:
                continue
            try:
                rng.choice(sources).sendto(
                    _STAMP.pack(at) + padding, (to, PORT + rng.randrange(DESTINATION_PORTS))
                )
            except (BlockingIOError, ConnectionRefusedError):
                pass  # counts as offered
            window_of(at)["sent"] += 1
            heapq.heappush(due, (at + rng.expovariate(rate), to, rate))
        wait = min(due[0][0] if due else end + 1, end + 1) - time.time()
        for key, _ in chooser.select(max(0.0, min(wait, 0.1))):
            try:
                for _ in range(32):
                    sent = _STAMP.unpack_from(key.fileobj.recv(2048))[0]
                    window = window_of(sent)
                    window["received"] += 1
                    if window["received"] % 8 == 0:
                        window["delays"].append(round(time.time() - sent, 5))
            except BlockingIOError:
                pass
    json.dump(windows, sys.stdout)


if __name__ == "__main__":
    main()
