"""Telemetry: one report an interval, on a stream that comes back when it breaks."""
import collections
import dataclasses
import logging
import threading
from typing import Callable, Dict, Iterator, Tuple

import grpc

from rhumb.v1 import south_pb2
from rhumb_client.errors import ApiError
from rhumb_client.plan import DemandKey

LOG = logging.getLogger(__name__)
# Reports that wait while the stream is down; counters are cumulative, so older ones add little.
_KEPT = 4
_RETRY_S = 1.0


@dataclasses.dataclass(frozen=True)
class Telemetry:
    """What was measured in one interval. Counters are cumulative and may restart at 0."""

    interval_end_s: float  # seconds since 1970
    interval_s: float
    # Link name -> bytes put on the wire, bytes dropped at the queue.
    links: Dict[str, Tuple[int, int]] = dataclasses.field(default_factory=dict)
    # Demand -> bytes.
    flows: Dict[DemandKey, int] = dataclasses.field(default_factory=dict)
    # Demand -> mean bits per second, for networks that measure rates.
    demands: Dict[DemandKey, float] = dataclasses.field(default_factory=dict)
    # flows and demands name every demand above 0; otherwise the server estimates the rest.
    demands_complete: bool = False

    def to_proto(self, source: str, election_id: int, sequence: int) -> south_pb2.TelemetryReport:
        report = south_pb2.TelemetryReport(
            election_id=election_id,
            source=source,
            sequence=sequence,
            restarted=sequence == 1,
            demands_complete=self.demands_complete,
        )
        report.interval_end.FromNanoseconds(int(self.interval_end_s * 1e9))
        report.interval.FromNanoseconds(int(self.interval_s * 1e9))
        for link, (sent, dropped) in self.links.items():
            report.links.add(link=link, sent_bytes=sent, dropped_bytes=dropped)
        for key, count in self.flows.items():
            report.flows.add(source=key.source, destination=key.destination, bytes=count)
        for key, rate in self.demands.items():
            report.demands.add(source=key.source, destination=key.destination, rate_bps=rate)
        return report


class TelemetrySender:
    """Numbers reports and sends them while a connection lasts. `offer` may be called from any
    thread and never blocks; `run` is one thread's work for one connection."""

    def __init__(
        self, source: str, election_id: int, on_answer: Callable[[south_pb2.TelemetryAnswer], None]
    ):
        self._source = source
        self._election_id = election_id
        self._on_answer = on_answer
        self._changed = threading.Condition()
        self._waiting = collections.deque(maxlen=_KEPT)
        self._sequence = 0

    def offer(self, telemetry: Telemetry) -> None:
        with self._changed:
            self._waiting.append(telemetry)
            self._changed.notify_all()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def run(self, stub, metadata, over: threading.Event) -> None:
        while not over.is_set():
            ended = threading.Event()
            try:
                for answer in stub.StreamTelemetry(self._reports(over, ended), metadata=metadata):
                    if answer.HasField("error"):
                        LOG.warning(
                            "telemetry report %d refused: %s",
                            answer.sequence,
                            ApiError.from_proto(answer.error),
                        )
                    self._on_answer(answer)
            except grpc.RpcError as error:
                if not over.is_set():
                    LOG.warning("telemetry stream ended: %s", ApiError.from_rpc(error))
            finally:
                ended.set()
                self.wake()
            over.wait(_RETRY_S)

    def _reports(self, over, ended) -> Iterator[south_pb2.TelemetryReport]:
        while True:
            with self._changed:
                while not self._waiting:
                    if over.is_set() or ended.is_set():
                        return
                    self._changed.wait(1.0)
                if over.is_set() or ended.is_set():
                    return
                telemetry = self._waiting.popleft()
                self._sequence += 1
                report = telemetry.to_proto(self._source, self._election_id, self._sequence)
            yield report
