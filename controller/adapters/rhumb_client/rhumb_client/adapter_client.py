"""The connection of an adapter to Rhumb: election, topology, plans, telemetry, and all of it again
after a break."""
import logging
import queue
import threading
from typing import Iterable, Optional, Sequence

import grpc

from rhumb.v1 import south_pb2, south_pb2_grpc, topology_pb2
from rhumb_client.backoff import Backoff
from rhumb_client.errors import ApiError, PlanRefused, Reason
from rhumb_client.options import ClientOptions
from rhumb_client.plan import Plan, PlanChange, PlanTracker
from rhumb_client.session import Session
from rhumb_client.telemetry import Telemetry, TelemetrySender
from rhumb_client.topology import TopologyKeeper

LOG = logging.getLogger(__name__)
# Plans that wait to be installed. When it is full the stream is not read, and the server merges
# what comes later.
_WAITING_PLANS = 8
# Where one of several controllers leads, the others are asked often until there is a new leader.
_LAST_RETRY_OF_SEVERAL_S = 0.5


def next_address(addresses: Sequence[str], called: str, failure: ApiError) -> str:
    """Where to go on when a stream with `called` has ended: the leader that it named, if it is one
    of the addresses that were given (a token goes nowhere else), or the next one when it was not
    reached or does not lead."""
    if failure.leader in addresses:
        return failure.leader
    if failure.code not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
        return called
    return addresses[(addresses.index(called) + 1) % len(addresses)]


class Adapter:
    """What an SDN controller implements. Methods are called from threads of the client, one call at
    a time each."""

    def install(self, change: PlanChange) -> None:
        """Puts change.plan into force and returns when the network has confirmed it, or raises
        PlanRefused when the plan before is still (or again) in force."""
        raise NotImplementedError

    def on_session(self, session: Session) -> None:
        """The connection, the election or the server's topology changed."""

    def on_telemetry_answer(self, answer: south_pb2.TelemetryAnswer) -> None:
        """The server took or refused a report."""


class _Connection:
    """What lives as long as one plan stream."""

    def __init__(self, stub, metadata):
        self.stub = stub
        self.metadata = metadata
        self.requests = queue.SimpleQueue()  # None ends the stream
        self.over = threading.Event()
        self.call: Optional[grpc.Call] = None
        self.primary = False
        self.last_nonce: Optional[str] = None  # answered so far


class AdapterClient:
    """Owned by the adapter. All methods may be called from any thread and return at once.

    Threads: one follows the plan stream and reconnects, one installs, one tells the topology, one
    sends telemetry.
    """

    def __init__(self, options: ClientOptions, adapter: Adapter):
        options.check()
        self._options = options
        self._adapter = adapter
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._connection: Optional[_Connection] = None
        self._topology = TopologyKeeper()  # guarded by _changed
        self._tracker = PlanTracker()  # of the installing thread
        self._updates = queue.Queue(_WAITING_PLANS)
        self._telemetry = TelemetrySender(
            options.adapter, options.election_id, adapter.on_telemetry_answer
        )
        self._threads = [
            threading.Thread(target=work, name=f"rhumb-{work.__name__.strip('_')}", daemon=True)
            for work in (self._follow_plans, self._install_plans, self._tell_topology)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Ends the connection. What is installed in the network stays."""
        self._closing.set()
        with self._changed:
            connection = self._connection
            self._changed.notify_all()
        if connection:
            self._end(connection)
        for thread in self._threads:
            if thread.ident is not None and thread is not threading.current_thread():
                thread.join(5.0)

    def declare(self, topology: topology_pb2.Topology) -> int:
        """Declares the whole network. Kept, with later link reports, and declared again at every
        connection. Returns how many changes were reported so far (PlanChange.changes_known)."""
        with self._changed:
            self._topology.declare(topology)
            self._changed.notify_all()
            return self._topology.reported

    def report_links(self, updates: Iterable[south_pb2.LinkUpdate]) -> int:
        """Reports changes of declared links. Reports that wait are merged. Raises KeyError for an
        unknown link."""
        with self._changed:
            self._topology.report(updates)
            self._changed.notify_all()
            return self._topology.reported

    def report_telemetry(self, telemetry: Telemetry) -> None:
        """Never blocks; while there is no connection the latest few reports are kept."""
        self._telemetry.offer(telemetry)

    def try_again(self) -> None:
        """What made the adapter refuse the latest plan may be over, for instance a switch is back:
        it is asked again."""
        with self._changed:
            connection = self._connection
        if connection:
            try:
                self._updates.put_nowait((connection, None))
            except queue.Full:
                pass  # what waits will ask the adapter anyhow

    # Following the plan stream.

    def _follow_plans(self) -> None:
        addresses = self._options.addresses()
        last_retry_s = self._options.last_retry_s
        if len(addresses) > 1:
            last_retry_s = min(last_retry_s, _LAST_RETRY_OF_SEVERAL_S)
        backoff = Backoff(self._options.first_retry_s, last_retry_s)
        address = addresses[0]
        while not self._closing.is_set():
            problem, wait_s, called = "the server ended the stream", 0.0, address
            try:
                with self._options.open_channel(address) as channel:
                    self._follow(channel, backoff)
            except grpc.RpcError as error:
                failure = ApiError.from_rpc(error)
                problem, wait_s = str(failure), failure.retry_after_s or 0.0
                address = next_address(addresses, address, failure)
            except OSError as error:  # a certificate or token file that cannot be read
                problem = str(error)
            if self._closing.is_set():
                return
            wait_s = max(wait_s, backoff.next_s())
            LOG.info(
                "not connected to %s (%s); next attempt in %.1f s",
                called,
                problem,
                wait_s,
            )
            self._adapter.on_session(Session(connected=False, problem=problem))
            self._closing.wait(wait_s)

    def _follow(self, channel, backoff) -> None:
        connection = _Connection(south_pb2_grpc.SouthStub(channel), self._options.metadata())
        in_force = self._tracker.in_force
        connection.requests.put(
            south_pb2.PlanStreamRequest(
                subscribe=south_pb2.PlanSubscription(
                    adapter=self._options.adapter,
                    election_id=self._options.election_id,
                    held_epoch=in_force.epoch if in_force else 0,
                    held_plan_version=in_force.version if in_force else 0,
                    held_routes_digest=in_force.header.routes_digest if in_force else 0,
                )
            )
        )
        self._updates.put((connection, None))
        connection.call = connection.stub.StreamPlans(
            iter(connection.requests.get, None), metadata=connection.metadata
        )
        telemetry = threading.Thread(
            target=self._telemetry.run,
            name="rhumb-telemetry",
            daemon=True,
            args=(connection.stub, connection.metadata, connection.over),
        )
        with self._changed:
            self._connection = connection
        try:
            for response in connection.call:
                backoff.reset()
                if response.HasField("election"):
                    self._take_election(connection, response.election)
                    if connection.primary and telemetry.ident is None:
                        telemetry.start()
                else:
                    with self._changed:
                        self._topology.plan_seen(response.update.header)
                        self._changed.notify_all()
                    self._updates.put((connection, response.update))
        finally:
            self._end(connection)

    def _end(self, connection: _Connection) -> None:
        with self._changed:
            connection.over.set()
            connection.primary = False
            if self._connection is connection:
                self._connection = None
            self._changed.notify_all()
        connection.requests.put(None)
        connection.call.cancel()
        self._telemetry.wake()

    def _take_election(self, connection, state: south_pb2.ElectionState) -> None:
        with self._changed:
            elected = state.you_are_primary and not connection.primary
            connection.primary = state.you_are_primary
            self._topology.election(state, elected)
            self._changed.notify_all()
        if elected:
            self._updates.put(
                (connection, None)
            )  # what was only followed so far is now to be installed
        self._tell_session(connection)

    def _tell_session(self, connection, problem: Optional[str] = None) -> None:
        with self._changed:
            session = Session(
                connected=not connection.over.is_set(),
                primary=connection.primary,
                primary_election_id=self._topology.primary_election_id,
                epoch=self._topology.epoch,
                topology_version=self._topology.known_version,
                problem=problem,
            )
        self._adapter.on_session(session)

    # Installing.

    def _install_plans(self) -> None:
        current = None
        while not self._closing.is_set():
            try:
                connection, update = self._updates.get(timeout=0.5)
            except queue.Empty:
                continue
            if connection is not current:
                current = connection
                self._tracker.new_stream()
            if connection.over.is_set():
                continue
            answer = south_pb2.PlanAnswer()
            try:
                if update is not None:
                    connection.last_nonce = update.nonce
                    self._tracker.receive(update)
                if not self._install_received(connection, only_if_new=update is None):
                    continue
            except PlanRefused as refusal:
                LOG.warning("plan refused: %s", refusal.message)
                answer.error.CopyFrom(refusal.to_proto())
            except (
                Exception
            ) as error:  # an adapter's own fault must be seen by the operator, not end the thread
                LOG.exception("the adapter failed")
                answer.error.CopyFrom(
                    PlanRefused(
                        grpc.StatusCode.INTERNAL, f"the adapter failed: {error!r}"
                    ).to_proto()
                )
            answer.nonce = connection.last_nonce
            answer.plan_version_in_force = self._tracker.version_in_force()
            connection.requests.put(south_pb2.PlanStreamRequest(answer=answer))

    def _install_received(self, connection, only_if_new: bool) -> bool:
        """False when there is nothing to answer."""
        plan = self._tracker.received
        if only_if_new and (
            plan is None or plan is self._tracker.in_force or connection.last_nonce is None
        ):
            return False
        changes_known = self._wait_until_current(connection, plan)
        if connection.over.is_set():
            return False
        if changes_known is None:  # a standby only follows
            return True
        change = plan.changed_from(self._tracker.in_force)
        self._adapter.install(
            PlanChange(plan, change.previous, change.changed, change.removed, changes_known)
        )
        self._tracker.installed(plan)
        return True

    def _wait_until_current(self, connection, plan: Plan) -> Optional[int]:
        """Waits while a change of the topology that this plan may or may not know is on its way to
        the server. Raises PlanRefused when the plan is for an older topology. None when another
        adapter is primary.
        """
        with self._changed:
            while not connection.over.is_set() and not self._closing.is_set():
                if self._topology.is_stale(plan):
                    raise PlanRefused(
                        grpc.StatusCode.ABORTED,
                        (
                            f"plan {plan.version} is for topology {plan.topology_version}, but the"
                            f" network is at {self._topology.known_version}"
                        ),
                        Reason.STALE_VERSION,
                    )
                if not connection.primary:
                    return None
                if self._topology.is_current(plan):
                    return self._topology.reported
                self._changed.wait()
            return None

    # Telling the topology.

    def _tell_topology(self) -> None:
        backoff = Backoff(self._options.first_retry_s, self._options.last_retry_s)
        while True:
            with self._changed:
                while not self._closing.is_set() and not (
                    self._connection and self._connection.primary and self._topology.has_news()
                ):
                    self._changed.wait()
                if self._closing.is_set():
                    return
                connection = self._connection
                news = self._topology.take_news(self._options.election_id)
            call = (
                connection.stub.SetTopology
                if isinstance(news.request, south_pb2.SetTopologyRequest)
                else connection.stub.UpdateTopology
            )
            try:
                response = call(
                    news.request, timeout=self._options.call_timeout_s, metadata=connection.metadata
                )
            except grpc.RpcError as rpc_error:
                error = ApiError.from_rpc(rpc_error)
                with self._changed:
                    self._topology.refused(news, error)
                    self._changed.notify_all()
                if connection.over.is_set():
                    continue
                LOG.warning("topology refused: %s", error)
                self._tell_session(connection, str(error))
                self._closing.wait(max(error.retry_after_s or 0.0, backoff.next_s()))
            else:
                backoff.reset()
                with self._changed:
                    self._topology.taken(news, response)
                    self._changed.notify_all()
                self._tell_session(connection)
