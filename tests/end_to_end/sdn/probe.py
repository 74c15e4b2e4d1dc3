"""Numbered UDP packets from one host to another, and what became of them. Runs in a host's
namespace.

    probe.py receive --port 7000 --count 5000 [--idle 2]
    probe.py send --to 10.0.2.1 --port 7000 --count 5000 --rate 1000

The receiver prints one JSON object when all came, or none for --idle seconds.

Every packet carries its number and the time at which it was sent, on a clock that both share.
"""
import argparse
import json
import socket
import struct
import sys
import time

_PACKET = struct.Struct("!Id")
_PADDING = b"\0" * 52
_SO_RCVBUFFORCE = 33  # beyond the system's limit; this runs as root


def send(arguments) -> None:
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect((arguments.to, arguments.port))
    start = time.monotonic()
    for number in range(arguments.count):
        wait = start + number / arguments.rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        try:
            out.send(_PACKET.pack(number, time.time()) + _PADDING)
        except ConnectionRefusedError:
            pass  # the receiver is done


def receive(arguments) -> None:
    inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    inbox.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
    inbox.bind(("", arguments.port))
    inbox.settimeout(30)
    print("ready", file=sys.stderr, flush=True)
    seen = {}  # number -> time sent
    delays = []
    reordered, latest = 0, -1
    try:
        while len(seen) < arguments.count:
            number, sent = _PACKET.unpack_from(inbox.recv(2048))
            delays.append(time.time() - sent)
            inbox.settimeout(arguments.idle)
            reordered += number < latest
            latest = max(latest, number)
            seen[number] = sent
    except socket.timeout:
        pass
    print(json.dumps(summary(seen, delays, reordered, arguments.count)))


def summary(seen: dict, delays: list, reordered: int, count: int) -> dict:
    """`outages`: [when the first lost packet was due, seconds without a delivered packet], by times
    of sending."""
    outages, before = [], None
    for number in sorted(seen):
        if before is not None and number != before + 1:
            outages.append([seen[before], seen[number] - seen[before]])
        before = number
    delays.sort()
    pick = lambda share: delays[min(len(delays) - 1, int(share * len(delays)))] if delays else None
    return {
        "sent": count,
        "received": len(seen),
        "lost": count - len(seen),
        "reordered": reordered,
        "delay_p50_s": pick(0.5),
        "delay_p99_s": pick(0.99),
        "outages": outages,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("send", "receive"))
    parser.add_argument("--to")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--idle", type=float, default=2)
    arguments = parser.parse_args()
    (send if arguments.what == "send" else receive)(arguments)


if __name__ == "__main__":
    main()
