"""What the server was told about the network, and what it has not answered yet."""
import dataclasses
from typing import Dict, Iterable, Optional, Union

from rhumb.v1 import live_plan_pb2, south_pb2, topology_pb2
from rhumb_client.errors import ApiError, Reason
from rhumb_client.plan import Plan


@dataclasses.dataclass(frozen=True)
class News:
    """A request and the number of the last change that it holds."""

    request: Union[south_pb2.SetTopologyRequest, south_pb2.UpdateTopologyRequest]
    reported: int


class TopologyKeeper:
    """The network as declared, with all link reports on top; so it can be declared again at any
    time. Not thread safe.

    A change is *reported* by the adapter, *taken* into a request, and *answered* by the server with
    a version. A plan whose version is not above that of the last answer, while a change is
    unanswered, may not know of the change.
    """

    def __init__(self):
        self.reported = 0  # changes so far
        self.epoch = 0
        self.known_version = 0  # the latest that the server is known to have
        self.primary_election_id = 0
        self._topology: Optional[topology_pb2.Topology] = None
        self._places: Dict[str, int] = {}  # link name -> index
        self._declare = False
        self._updates: Dict[str, south_pb2.LinkUpdate] = {}
        self._answered = 0
        self._answered_version = 0
        self._rejected = False  # the server will never take what was declared

    def declare(self, topology: topology_pb2.Topology) -> None:
        kept = topology_pb2.Topology()
        kept.CopyFrom(topology)
        self._topology = kept
        self._places = {link.name: i for i, link in enumerate(kept.links)}
        self._updates.clear()
        self._declare = True
        self._rejected = False
        self.reported += 1

    def report(self, updates: Iterable[south_pb2.LinkUpdate]) -> None:
        updates = list(updates)
        for update in updates:
            if update.link not in self._places:
                raise KeyError(f'link "{update.link}" was not declared')
        for update in updates:
            link = self._topology.links[self._places[update.link]]
            merged = self._updates.setdefault(update.link, south_pb2.LinkUpdate())
            merged.MergeFrom(update)
            if update.operational_state:
                link.operational_state = update.operational_state
            for field in ("capacity_bps", "igp_metric"):
                if update.HasField(field):
                    setattr(link, field, getattr(update, field))
        if updates:
            self.reported += 1

    def election(self, state: south_pb2.ElectionState, elected: bool) -> None:
        self.primary_election_id = state.primary_election_id
        if elected or state.epoch != self.epoch:
            # Whatever the server has was told before this connection, perhaps by someone else.
            self._declare = self._topology is not None
            self._updates.clear()
            self.known_version = state.topology_version
            self._answered_version = state.topology_version
        self.epoch = state.epoch
        self.known_version = max(self.known_version, state.topology_version)

    def plan_seen(self, header: live_plan_pb2.PlanHeader) -> None:
        """A plan was read; it may wait behind others."""
        if header.epoch == self.epoch:
            self.known_version = max(self.known_version, header.topology_version)

    def is_stale(self, plan: Plan) -> bool:
        return plan.epoch == self.epoch and plan.topology_version < self.known_version

    def is_current(self, plan: Plan) -> bool:
        """False while that cannot be known."""
        if self._topology is None or self._declare:
            return False
        return self._answered == self.reported or plan.topology_version > self._answered_version

    def has_news(self) -> bool:
        return (
            self._topology is not None
            and not self._rejected
            and (self._declare or bool(self._updates))
        )

    def take_news(self, election_id: int) -> News:
        if self._declare:
            request = south_pb2.SetTopologyRequest(election_id=election_id, topology=self._topology)
        else:
            request = south_pb2.UpdateTopologyRequest(
                election_id=election_id, links=self._updates.values()
            )
        self._declare = False
        self._updates = {}
        return News(request, self.reported)

    def taken(self, news: News, response) -> None:
        if response.epoch != self.epoch:
            return  # a new server in between; its election tells
        self._answered = max(self._answered, news.reported)
        self._answered_version = max(self._answered_version, response.topology_version)
        self.known_version = max(self.known_version, response.topology_version)

    def refused(self, news: News, error: ApiError) -> None:
        """Whatever was wrong, the whole network says it all; unless that was what the server will
        not have."""
        self._declare = True
        self._updates.clear()
        if (
            isinstance(news.request, south_pb2.SetTopologyRequest)
            and error.reason == Reason.BAD_FIELD
        ):
            self._rejected = self.reported == news.reported
