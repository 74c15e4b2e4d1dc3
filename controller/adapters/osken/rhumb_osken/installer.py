"""Puts plans into force, make before break, and keeps every switch at what the plan in force
needs."""
import collections
import logging
import time
from typing import Dict, Iterable, List, Tuple

import grpc
from os_ken.lib import hub
from rhumb_client import Plan, PlanChange, PlanRefused, Reason
from rhumb_osken import openflow, rules
from rhumb_osken.forwarding import Forwarding
from rhumb_osken.network import Network
from rhumb_osken.rules import Rule
from rhumb_osken.switches import Batch, Switches

LOG = logging.getLogger(__name__)
# Rules that are sent before the switches are asked to confirm. A failure is answered between two
# such portions, so they bound how long it waits; each costs a round trip.
_PORTION = 96
# Messages that are built before other green threads get their turn: a failure must be heard of
# while a plan is sent.
_TURN = 16
_LINK_FAILED = "a link failed meanwhile"


def _portions(of: List[Rule]) -> Tuple[List[List[Rule]], List[Rule]]:
    """All but the last, and the last, which may be empty."""
    cuts = range(0, max(1, len(of)), _PORTION)
    *ahead, last = [of[i : i + _PORTION] for i in cuts]
    return ahead, last


class Installer:
    """One plan at a time. `install` blocks its green thread until the switches have confirmed.

    Demands that a failure has cut off come first. A plan that is still being prepared when a link
    fails is given up, because the server's answer to the failure waits behind it.
    """

    def __init__(
        self,
        network: Network,
        forwarding: Forwarding,
        switches: Switches,
        barrier_timeout_s: float,
        drain_time_s: float,
    ):
        self._network = network
        self._forwarding = forwarding
        self._switches = switches
        self._barrier_timeout_s = barrier_timeout_s
        self._drain_time_s = drain_time_s
        self._lock = hub.Semaphore(1)
        self._version = 0  # in force
        self._dead: set = set()  # dpids that are gone for good, as far as anyone can tell
        self._found: Dict[
            int, Tuple[set, set]
        ] = {}  # dpid -> cookies and groups that the switch had when it connected
        self._whole = True  # the next plan is compared with all that is installed
        self._failures = 0  # links reported down so far

    def set_dead(self, dpid: int, dead: bool) -> None:
        (self._dead.add if dead else self._dead.discard)(dpid)

    def compare_whole(self) -> None:
        """Ports of links have changed: what is installed may mean something else now."""
        self._whole = True

    def link_failed(self) -> None:
        """The server has been told of a failure: a better plan than the one that is being prepared
        is on its way."""
        self._failures += 1

    def install(self, change: PlanChange) -> None:
        failures = self._failures
        with self._lock:
            self._install(change, failures)

    def _install(self, change: PlanChange, failures: int) -> None:
        plan = change.plan
        routes, removed = self._differences(change)
        self._refuse_dead_links(routes)
        cut_off = {key: paths for key, paths in routes.items() if self._is_cut_off(key)}
        try:
            if cut_off and len(cut_off) < len(routes):
                self._move(plan, cut_off, [], failures)
                # Not in force yet, and what is installed is no longer the plan before: demands that
                # were cut off stay moved whatever becomes of the rest, because their earlier paths
                # are gone.
                self._whole = True
                routes = {key: paths for key, paths in routes.items() if key not in cut_off}
            self._move(plan, routes, removed, failures)
        except KeyError as error:
            raise PlanRefused(
                grpc.StatusCode.NOT_FOUND,
                f"plan {plan.version}: {error.args[0]}",
                Reason.UNKNOWN_NAME,
            ) from error
        first = self._version == 0
        self._version, self._whole = plan.version, False
        if first:
            hub.spawn_after(self._drain_time_s, self._remove_leftovers)

    def _move(self, plan: Plan, routes, removed, failures: int) -> None:
        """Puts these demands onto their paths of the plan, all or none."""
        started = time.monotonic()
        transition = self._forwarding.plan_transition(routes, removed)
        problems, refused = (
            self._unreachable(
                transition.prepare + transition.at_once + transition.switch + transition.stop
            ),
            [],
        )
        ahead, last = _portions(transition.prepare)
        for portion in ahead:
            if not problems:
                problems, refused = self._apply(add=portion)
            if not problems and self._failures != failures:
                problems = [_LINK_FAILED]
        prepared = time.monotonic()
        if not problems:
            problems, refused = self._apply(add=last, then=transition.at_once)
            prepared = time.monotonic()
            if not problems:
                problems, _ = self._apply(add=transition.switch, remove=transition.stop)
            if problems:
                self._restore(transition)
        if problems:
            raise self._given_up(plan, transition, problems, refused)
        self._collect(self._forwarding.commit(transition), now=False)
        LOG.info(
            (
                "plan installed version=%d topology_version=%d demands=%d rules=%d prepare_ms=%.1f"
                " switch_ms=%.1f at=%.6f"
            ),
            plan.version,
            plan.topology_version,
            len(transition.demands),
            len(transition.prepare) + len(transition.at_once) + len(transition.switch),
            (prepared - started) * 1e3,
            (time.monotonic() - prepared) * 1e3,
            time.time(),
        )

    def _given_up(
        self, plan: Plan, transition, problems: List[str], refused: List[Rule]
    ) -> PlanRefused:
        """What was prepared goes, at once or, when a failure is waiting for its answer, later."""
        link_failed = problems == [_LINK_FAILED]
        # A group that was refused may be someone else's: it is not removed, and its number stays
        # taken.
        self._collect(
            [rule for rule in self._forwarding.abort(transition) if rule not in refused],
            now=not link_failed,
        )
        return PlanRefused(
            grpc.StatusCode.ABORTED if link_failed else grpc.StatusCode.FAILED_PRECONDITION,
            f"plan {plan.version} was not installed: " + "; ".join(problems[:3]),
            Reason.STALE_VERSION if link_failed else Reason.NOT_INSTALLED,
            metadata={"problems": str(len(problems))},
        )

    def _is_cut_off(self, key) -> bool:
        """A path that is installed for the demand crosses a link that is down."""
        links = (
            self._network.links.get(name)
            for path in self._forwarding.paths_of(key)
            for name in path.links
        )
        return any(link is not None and not self._network.is_up(link) for link in links)

    def _differences(self, change: PlanChange):
        whole = self._whole or change.previous is None or change.previous.version != self._version
        if not whole:
            return {key: change.plan.routes[key] for key in change.changed}, change.removed
        installed = self._forwarding.paths()
        return change.plan.routes, [key for key in installed if key not in change.plan.routes]

    def _refuse_dead_links(self, routes) -> None:
        """The server learns of a failure after we do: its plan may use what just died."""
        for key, paths in routes.items():
            for path in paths:
                for name in path.links:
                    link = self._network.links.get(name)
                    if link is not None and not self._network.is_up(link):
                        raise PlanRefused(
                            grpc.StatusCode.ABORTED,
                            (
                                f'the path of "{key.source}" > "{key.destination}" uses link'
                                f' "{name}", which is down'
                            ),
                            Reason.STALE_VERSION,
                        )

    def _unreachable(self, needed: List[Rule]) -> List[str]:
        nodes = {rule.node for rule in needed}
        dpids = {self._network.file.nodes[node].dpid: node for node in nodes}
        return [
            f"switch {dpid:#x} ({node}) is not connected"
            for dpid, node in sorted(dpids.items())
            if self._switches.get(dpid) is None and dpid not in self._dead
        ]

    def _apply(
        self, add: Iterable[Rule] = (), remove: Iterable[Rule] = (), then: Iterable[Rule] = ()
    ) -> Tuple[List[str], List[Rule]]:
        """Sends to all switches at once and waits for all; each adds `then` behind a barrier of its
        own. A dead switch gets its rules when it is back. Returns what went wrong and which rules
        were refused."""
        messages = collections.defaultdict(list)
        for i, (build, rule) in enumerate(
            [(openflow.add, rule) for rule in add] + [(openflow.delete, rule) for rule in remove]
        ):
            if i % _TURN == _TURN - 1:
                hub.sleep(0)
            datapath = self._switches.get(self._network.file.nodes[rule.node].dpid)
            if datapath is not None:
                messages[datapath].append((build(datapath, rule), rule))
        fenced = set()
        for rule in then:
            datapath = self._switches.get(self._network.file.nodes[rule.node].dpid)
            if datapath is None:
                continue
            if datapath not in fenced and datapath in messages:
                messages[datapath].append(
                    (datapath.ofproto_parser.OFPBarrierRequest(datapath), None)
                )
            fenced.add(datapath)
            messages[datapath].append((openflow.add(datapath, rule), rule))
        batch = Batch()
        for datapath, part in messages.items():
            self._switches.send(batch, datapath, part)
        return batch.wait(self._barrier_timeout_s), batch.refused

    def _restore(self, transition) -> None:
        """Some ingress rules may have been replaced or removed: the ones before again."""
        replaced = {(rule.node, rule.content.prefix) for rule in transition.before}
        fresh = [
            rule
            for rule in transition.at_once + transition.switch
            if (rule.node, rule.content.prefix) not in replaced
        ]
        problems, _ = self._apply(add=transition.before + transition.stop, remove=fresh)
        for problem in problems:
            LOG.error("while going back to plan %d: %s", self._version, problem)

    def _collect(self, obsolete: List[Rule], now: bool) -> None:
        if not obsolete:
            return

        def remove():
            if not now:
                hub.sleep(self._drain_time_s)
            for problem in self._apply(remove=obsolete)[0]:
                LOG.warning(
                    "while removing rules: %s", problem
                )  # the next connection of the switch finds them
            self._forwarding.drained(obsolete)

        hub.spawn(remove)

    # Switches that come and go.

    def found(self, dpid: int, cookies: set, labels: Iterable[int], groups: set) -> None:
        """A switch that connected has these rules of ours. It gets what it lacks; what it has too
        much of goes once a plan is in force, because until then it may be what carries the
        traffic."""
        for label in labels:
            self._forwarding.labels.reserve(label)
        for group in groups:
            self._forwarding.groups.reserve(group)
        self._found[dpid] = cookies, groups
        node = self._network.node_of_dpid.get(dpid)
        datapath = self._switches.get(dpid)
        if node is None or datapath is None:
            return
        with self._lock:
            wanted = self._forwarding.wanted(node)
            missing = [rule for rule in wanted if rule.cookie not in cookies]
            for problem in self._apply(add=missing)[0]:
                LOG.error("while bringing switch %#x (%s) up to date: %s", dpid, node, problem)
        if self._version:
            self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        with self._lock:
            self._remove_what_no_plan_needs()

    def _remove_what_no_plan_needs(self) -> None:
        for dpid, (cookies, groups) in list(self._found.items()):
            node, datapath = self._network.node_of_dpid.get(dpid), self._switches.get(dpid)
            if node is None or datapath is None:
                continue
            wanted = self._forwarding.wanted(node)
            extra = cookies - {rule.cookie for rule in wanted}
            extra_groups = groups - {
                rule.content.group for rule in wanted if isinstance(rule.content, rules.Group)
            }
            del self._found[dpid]
            if extra or extra_groups:
                LOG.info(
                    "removing %d rules and %d groups of an earlier run from %s",
                    len(extra),
                    len(extra_groups),
                    node,
                )
                batch = Batch()
                self._switches.send(
                    batch,
                    datapath,
                    [(openflow.delete_cookie(datapath, cookie), None) for cookie in extra]
                    + [(openflow.delete_group(datapath, group), None) for group in extra_groups],
                )
                for problem in batch.wait(self._barrier_timeout_s):
                    LOG.warning("while removing rules of an earlier run: %s", problem)
