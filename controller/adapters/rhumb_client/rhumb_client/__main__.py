"""The child of ClientProcess: `python3 -m rhumb_client FD`."""
import faulthandler
import logging
import os
import signal
import socket
import sys

from rhumb_client.client_process import run_child

logging.basicConfig(level=logging.INFO, format="%(asctime)s rhumb_client %(levelname)s %(message)s")
faulthandler.register(signal.SIGUSR1)  # shows where its threads are
try:
    run_child(socket.socket(fileno=int(sys.argv[1])))
except (KeyboardInterrupt, ConnectionError):
    pass
os._exit(0)  # the parent is gone: there is nothing to wait for
