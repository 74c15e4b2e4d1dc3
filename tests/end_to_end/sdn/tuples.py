"""Traffic of many different 5-tuples to one host. Runs in a host's namespace.

    tuples.py serve                              accepts TCP and takes UDP, until killed
    tuples.py udp --to 10.0.2.1 --count 2048     one packet each from source ports in turn to 64
                                                 destination ports
    tuples.py tcp --to 10.0.2.1 --count 2000     one connection each
"""
import argparse
import concurrent.futures
import selectors
import socket
import time

PORT = 20000
UDP_PORTS = 64


def serve(_) -> None:
    chooser = selectors.DefaultSelector()
    for i in range(UDP_PORTS):
        inbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        inbox.bind(("", PORT + i))
        chooser.register(inbox, selectors.EVENT_READ, lambda s: s.recv(2048))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", PORT))
    listener.listen(512)
    chooser.register(listener, selectors.EVENT_READ, lambda s: s.accept()[0].close())
    print("ready", flush=True)
    while True:
        for key, _ in chooser.select():
            key.data(key.fileobj)


def udp(arguments) -> None:
    sources = [
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(-(-arguments.count // UDP_PORTS))
    ]
    for i, source in enumerate(sources):
        # The hash is symmetric: it sees source XOR destination port. Blocks of 64 keep the results
        # apart.
        source.bind(("", 32768 + 64 * i + i % 64))
    for i in range(arguments.count):
        sources[i // UDP_PORTS].sendto(b"x" * 32, (arguments.to, PORT + i % UDP_PORTS))
        if i % 16 == 15:
            time.sleep(0.005)  # no burst that a queue might cut


def tcp(arguments) -> None:
    def one(_) -> None:
        with socket.create_connection((arguments.to, PORT), timeout=30) as connection:
            connection.recv(1)

    with concurrent.futures.ThreadPoolExecutor(16) as workers:
        list(workers.map(one, range(arguments.count)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("serve", "udp", "tcp"))
    parser.add_argument("--to")
    parser.add_argument("--count", type=int)
    arguments = parser.parse_args()
    {"serve": serve, "udp": udp, "tcp": tcp}[arguments.what](arguments)


if __name__ == "__main__":
    main()
