"""Plans as values: what a demand's paths are, and how updates of the plan stream lead from one plan
to the next."""
import dataclasses
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import grpc

from rhumb.v1 import live_plan_pb2, routing_plan_pb2, south_pb2
from rhumb_client.errors import PlanRefused, Reason


class DemandKey(NamedTuple):
    source: str
    destination: str


class PathShare(NamedTuple):
    links: Tuple[str, ...]  # names, in order from source to destination
    ratio: float  # share of the demand, in (0, 1]


@dataclasses.dataclass(frozen=True)
class Plan:
    """A whole plan. Not to be changed: it is shared."""

    epoch: int
    version: int
    topology_version: int
    routes: Dict[DemandKey, Tuple[PathShare, ...]]
    header: live_plan_pb2.PlanHeader = dataclasses.field(repr=False, compare=False)

    def changed_from(self, other: "Optional[Plan]") -> "PlanChange":
        """What must be done to get here from `other` (None: from nothing)."""
        before = other.routes if other else {}
        changed = [key for key, paths in self.routes.items() if before.get(key) != paths]
        removed = [key for key in before if key not in self.routes]
        return PlanChange(plan=self, previous=other, changed=changed, removed=removed)


@dataclasses.dataclass(frozen=True)
class PlanChange:
    """A plan to put into force, and how it differs from the one that is."""

    plan: Plan
    previous: Optional[Plan]  # in force now, None for none that this client knows of
    changed: List[DemandKey]  # new, or split differently; their paths are in plan.routes
    removed: List[DemandKey]  # no longer routed
    # How many changes of the topology (declare, report_links) had been reported when this was
    # handed over. A reporter that has counted more since then knows a newer topology.
    changes_known: int = 0


def read_paths(
    route: routing_plan_pb2.DemandRoute, link_names: Sequence[str] = ()
) -> Tuple[PathShare, ...]:
    """Paths with a share above 0. Refuses a route that no network could install.

    `link_names` are those of the update that the route is in: what its hops count in."""
    try:
        paths = tuple(
            PathShare((*path.links, *(link_names[hop] for hop in path.hops)), path.ratio)
            for path in route.paths
            if path.ratio > 0
        )
    except IndexError:
        raise PlanRefused(
            grpc.StatusCode.INVALID_ARGUMENT,
            (
                f'route "{route.source}" > "{route.destination}": a hop beyond the'
                f" {len(link_names)} links that the update names"
            ),
            Reason.BAD_FIELD,
        ) from None
    if not paths or any(not path.links for path in paths):
        raise PlanRefused(
            grpc.StatusCode.INVALID_ARGUMENT,
            f'route "{route.source}" > "{route.destination}": no path, or a path without links',
            Reason.BAD_FIELD,
        )
    total = sum(path.ratio for path in paths)
    if not 0.999 <= total <= 1.001:
        raise PlanRefused(
            grpc.StatusCode.INVALID_ARGUMENT,
            f'route "{route.source}" > "{route.destination}": ratios sum to {total:.6f}, not 1',
            Reason.BAD_FIELD,
        )
    return paths


class PlanTracker:
    """Follows the plan stream. Two plans are kept: the one that was received last, which deltas
    lead on from, and the one in force, which a NACK leaves as it is. Not thread safe."""

    def __init__(self):
        self.received: Optional[Plan] = None
        self.in_force: Optional[Plan] = None

    def receive(self, update: south_pb2.PlanUpdate) -> Plan:
        """The plan that the update leads to. Raises PlanRefused; what is kept is unchanged then."""
        header = update.header
        self._check_leader(header)
        if update.reset:
            routes = {}
        else:
            base = self._base(header.epoch, update.base_plan_version)
            routes = dict(base.routes)
        for key in update.removed:
            routes.pop(DemandKey(key.source, key.destination), None)
        link_names = list(update.link_names)
        for route in update.routes:
            routes[DemandKey(route.source, route.destination)] = read_paths(route, link_names)
        plan = Plan(header.epoch, header.plan_version, header.topology_version, routes, header)
        self.received = plan
        return plan

    def _check_leader(self, header: live_plan_pb2.PlanHeader) -> None:
        """A leader that was paused may send a plan after another has taken over."""
        if self.received is None or self.received.header.term_scope != header.term_scope:
            return
        if header.term >= self.received.header.term:
            return
        raise PlanRefused(
            grpc.StatusCode.FAILED_PRECONDITION,
            (
                f"plan {header.plan_version} is of the leader of term {header.term}, which that of"
                f" term {self.received.header.term} has replaced"
            ),
            Reason.STALE_VERSION,
        )

    def _base(self, epoch: int, version: int) -> Plan:
        for plan in (self.received, self.in_force):
            if plan is not None and (plan.epoch, plan.version) == (epoch, version):
                return plan
        held = f"{self.received.epoch}.{self.received.version}" if self.received else "none"
        raise PlanRefused(
            grpc.StatusCode.ABORTED,
            (
                f"the update leads on from plan {epoch}.{version}, but the plan held is {held};"
                " send the whole plan"
            ),
            Reason.STALE_VERSION,
        )

    def new_stream(self) -> None:
        """The server was told that what is in force is held."""
        self.received = self.in_force

    def installed(self, plan: Plan) -> None:
        self.in_force = plan

    def version_in_force(self) -> int:
        return self.in_force.version if self.in_force else 0
