"""An AdapterClient in a process of its own, behind a socket pair.

For programs whose threads are not real ones: gRPC's streaming does not work under eventlet's or
gevent's monkey patching, and a second process also keeps gRPC's threads from competing with an
event loop for the interpreter lock. Messages are pickles with a length in front, between a parent
and the child that it started itself.
"""
import logging
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
from typing import Callable, Dict, Iterable, Optional, Set

import grpc

from rhumb.v1 import live_plan_pb2, south_pb2, topology_pb2
from rhumb_client.adapter_client import AdapterClient
from rhumb_client.errors import PlanRefused
from rhumb_client.options import ClientOptions
from rhumb_client.plan import Plan, PlanChange
from rhumb_client.session import Session
from rhumb_client.telemetry import Telemetry

LOG = logging.getLogger(__name__)
_HEADER = struct.Struct("!I")
_RESTART_S = 1.0


def _send(connection: socket.socket, *message) -> None:
    payload = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    connection.sendall(_HEADER.pack(len(payload)) + payload)


def _receive(connection: socket.socket):
    """None at the end."""

    def read(size):
        data = bytearray()
        while len(data) < size:
            part = connection.recv(size - len(data))
            if not part:
                return None
            data += part
        return data

    header = read(_HEADER.size)
    payload = read(_HEADER.unpack(header)[0]) if header else None
    return pickle.loads(payload) if payload else None


class ClientProcess:
    """The parent's side. The methods of AdapterClient, and the callbacks of Adapter, on one thread
    (green or real) that `spawn` starts. A child that dies is started again and told everything
    anew.

    spawn: starts a function as a thread, for instance os_ken.lib.hub.spawn.
    sleep: waits, for instance os_ken.lib.hub.sleep.
    """

    def __init__(
        self, options: ClientOptions, adapter, spawn: Callable, sleep: Callable[[float], None]
    ):
        options.check()
        self._options = options
        self._adapter = adapter
        self._spawn = spawn
        self._sleep = sleep
        self._socket: Optional[socket.socket] = None
        self._child: Optional[subprocess.Popen] = None
        self._closing = False
        self._lock = threading.Lock()  # a green one under eventlet
        self._topology: Optional[topology_pb2.Topology] = None
        self._names: Set[str] = set()
        self._states: Dict[str, south_pb2.LinkUpdate] = {}
        self._reported = 0
        self._plan: Optional[Plan] = None  # as the child counts, in force

    def start(self) -> None:
        self._spawn(self._serve)

    def close(self) -> None:
        self._closing = True
        if self._socket:
            self._socket.close()
        if self._child:
            self._child.terminate()

    @property
    def pid(self) -> Optional[int]:
        return self._child.pid if self._child else None

    def declare(self, topology: topology_pb2.Topology) -> int:
        with self._lock:
            self._topology = topology
            self._names = {link.name for link in topology.links}
            self._states.clear()
            self._reported += 1
            self._tell("declare", topology.SerializeToString())
            return self._reported

    def report_links(self, updates: Iterable[south_pb2.LinkUpdate]) -> int:
        updates = list(updates)
        for update in updates:
            if update.link not in self._names:
                raise KeyError(f'link "{update.link}" was not declared')
        with self._lock:
            for update in updates:
                self._states.setdefault(update.link, south_pb2.LinkUpdate()).MergeFrom(update)
            self._reported += 1
            self._tell("report_links", [update.SerializeToString() for update in updates])
            return self._reported

    def report_telemetry(self, telemetry: Telemetry) -> None:
        with self._lock:
            self._tell("report_telemetry", telemetry)

    def try_again(self) -> None:
        with self._lock:
            self._tell("try_again")

    def _tell(self, *message) -> None:
        if self._socket is None:
            return  # a new child is told from what is kept
        try:
            _send(self._socket, *message)
        except OSError:
            pass  # the child is gone; _serve notices as well

    def _serve(self) -> None:
        while not self._closing:
            mine = self._start_child()
            try:
                while (message := _receive(mine)) is not None:
                    self._take(*message)
            except OSError as error:
                LOG.warning("pipe to the client process: %s", error)
            self._socket = None
            mine.close()
            if not self._closing:
                LOG.error(
                    "the client process ended (status %s); starting another", self._child.poll()
                )
                self._adapter.on_session(
                    Session(connected=False, problem="the client process ended")
                )
                self._sleep(_RESTART_S)
                self._child.poll()

    def _start_child(self) -> socket.socket:
        mine, theirs = socket.socketpair()
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "rhumb_client", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment,
            start_new_session=True,
        )
        theirs.close()
        with self._lock:
            self._socket = mine
            self._plan = None
            self._reported = 0
            self._tell(self._options)
            if self._topology is not None:
                self._reported += 1
                self._tell("declare", self._topology.SerializeToString())
            if self._states:
                self._reported += 1
                self._tell(
                    "report_links", [update.SerializeToString() for update in self._states.values()]
                )
        return mine

    def _take(self, kind: str, *content) -> None:
        if kind == "install":
            self._install(*content)
        elif kind == "session":
            self._adapter.on_session(*content)
        elif kind == "telemetry_answer":
            self._adapter.on_telemetry_answer(south_pb2.TelemetryAnswer.FromString(content[0]))

    def _install(
        self, header: bytes, routes: dict, removed: list, whole: bool, changes_known: int
    ) -> None:
        header = live_plan_pb2.PlanHeader.FromString(header)
        previous = None if whole else self._plan
        merged = dict(previous.routes) if previous else {}
        for key in removed:
            merged.pop(key, None)
        merged.update(routes)
        plan = Plan(header.epoch, header.plan_version, header.topology_version, merged, header)
        refusal = None
        try:
            self._adapter.install(PlanChange(plan, previous, list(routes), removed, changes_known))
            self._plan = plan
        except PlanRefused as error:
            refusal = error
        except Exception as error:
            LOG.exception("the adapter failed")
            refusal = PlanRefused(grpc.StatusCode.INTERNAL, f"the adapter failed: {error!r}")
        with self._lock:
            self._tell("result", refusal)


# The child's side.


class _Proxy:
    """Is the Adapter in the child: passes every call to the parent."""

    def __init__(self, connection: socket.socket):
        self._connection = connection
        self._lock = threading.Lock()
        self._answered = threading.Event()
        self._refusal: Optional[PlanRefused] = None

    def _send(self, *message) -> None:
        try:
            with self._lock:
                _send(self._connection, *message)
        except OSError:
            pass  # the parent is gone; the reading side ends this process

    def install(self, change: PlanChange) -> None:
        plan = change.plan
        self._answered.clear()
        self._send(
            "install",
            plan.header.SerializeToString(),
            {key: plan.routes[key] for key in change.changed},
            change.removed,
            change.previous is None,
            change.changes_known,
        )
        self._answered.wait()
        if self._refusal is not None:
            raise self._refusal

    def on_session(self, session: Session) -> None:
        self._send("session", session)

    def on_telemetry_answer(self, answer: south_pb2.TelemetryAnswer) -> None:
        self._send("telemetry_answer", answer.SerializeToString())

    def result(self, refusal: Optional[PlanRefused]) -> None:
        self._refusal = refusal
        self._answered.set()


def run_child(connection: socket.socket) -> None:
    """Until the parent is gone."""
    connection.setblocking(True)  # the parent's end may be a green one
    (options,) = _receive(connection)
    proxy = _Proxy(connection)
    client = AdapterClient(options, proxy)
    client.start()
    while (message := _receive(connection)) is not None:
        kind, *content = message
        if kind == "declare":
            client.declare(topology_pb2.Topology.FromString(content[0]))
        elif kind == "report_links":
            client.report_links(south_pb2.LinkUpdate.FromString(update) for update in content[0])
        elif kind == "report_telemetry":
            client.report_telemetry(content[0])
        elif kind == "result":
            proxy.result(content[0])
        elif kind == "try_again":
            client.try_again()
