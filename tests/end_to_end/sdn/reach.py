"""Asks all other hosts for an answer until each has given one. Runs in a host's namespace, until
killed.

    reach.py --me 10.0.1.1 10.0.2.1 10.0.3.1 ...      prints when the last one had answered
"""
import argparse
import socket
import time

PORT = 6999
AGAIN_S = 0.1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--me", required=True)
    parser.add_argument("others", nargs="+")
    arguments = parser.parse_args()
    box = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    box.bind((arguments.me, PORT))
    missing = set(arguments.others)
    again = 0.0
    while True:
        now = time.monotonic()
        if missing and now >= again:
            again = now + AGAIN_S
            for other in missing:
                box.sendto(b"?", (other, PORT))
        box.settimeout(max(0.001, again - now) if missing else 60)
        try:
            data, (address, port) = box.recvfrom(16)
        except socket.timeout:
            continue
        if data == b"?":
            box.sendto(b"!", (address, port))
        elif address in missing:
            missing.discard(address)
            if not missing:
                print(time.time(), flush=True)


if __name__ == "__main__":
    main()
