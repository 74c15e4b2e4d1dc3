"""Offered load of one host: many UDP flows to other hosts, and a count of what arrives. Runs in a host's namespace.

Reads one JSON object from its input:
    {"bytes": 1000, "seconds": 10, "seed": 1, "start": UNIX TIME, "demands": {"10.0.2.1": PACKETS PER SECOND, ...}}
and prints one when the time is over:
    {"sent": {address: packets}, "received": {address: [packets, sum of delays in s, [delays, sampled]]}}

A packet belongs to one of 256 flows, drawn anew for each, so that splits by flow come near the ratios. Arrivals are
Poisson. Packets that arrive in the last second after sending has ended still count.
"""
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


def main() -> None:
    task = json.load(sys.stdin)
    rng = random.Random(task["seed"])
    chooser = selectors.DefaultSelector()
    for i in range(DESTINATION_PORTS):
        inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        inbox.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        inbox.setblocking(False)
        inbox.bind(("", PORT + i))
        chooser.register(inbox, selectors.EVENT_READ)
    sources = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOURCES)]
    for i, source in enumerate(sources):
        source.bind(("", PORT + 1000 + i))
        source.setblocking(False)
    padding = b"\0" * (task["bytes"] - 28 - _STAMP.size)  # less IP and UDP headers
    sent, received = dict.fromkeys(task["demands"], 0), {}
    start, end = task["start"], task["start"] + task["seconds"]
    due = [(start + rng.expovariate(rate), to, rate) for to, rate in task["demands"].items() if rate > 0]
    heapq.heapify(due)
    while (now := time.time()) < end + 1:
        while due and due[0][0] <= now:
            at, to, rate = heapq.heappop(due)
            if at < end:
                try:
                    rng.choice(sources).sendto(_STAMP.pack(time.time()) + padding,
                                               (to, PORT + rng.randrange(DESTINATION_PORTS)))
                except (BlockingIOError, ConnectionRefusedError):
                    pass  # counts as offered
                sent[to] += 1
                heapq.heappush(due, (at + rng.expovariate(rate), to, rate))
        wait = min(due[0][0] if due else end + 1, end + 1) - time.time()
        for key, _ in chooser.select(max(0.0, min(wait, 0.1))):
            try:
                for _ in range(32):
                    data, (address, _) = key.fileobj.recvfrom(2048)
                    delay = time.time() - _STAMP.unpack_from(data)[0]
                    counts = received.setdefault(address, [0, 0.0, []])
                    counts[0] += 1
                    counts[1] += delay
                    if counts[0] % 8 == 0:
                        counts[2].append(round(delay, 5))
            except BlockingIOError:
                pass
    json.dump({"sent": sent, "received": received}, sys.stdout)


if __name__ == "__main__":
    main()
