"""Which rules a plan needs, and how to get there from the rules that are installed. No os-ken in
here.

A label stands for the rest of a path, as the ports it leaves by: a switch that gets it sends the
packet out of the first and swaps in the label of what remains. Such a rule is right for ever, so
demands share it, and a new plan adds rules with labels that were never used for anything else, next
to those that carry the traffic. What changes is one rule a demand at its ingress, at once for all
its paths. When no packet can be under way any more, what no plan needs is removed.
"""
import dataclasses
import random
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

from rhumb_client import DemandKey, PathShare
from rhumb_osken import rules, splitting
from rhumb_osken.network import Network, Port
from rhumb_osken.rules import (
    Bucket,
    Deliver,
    Group,
    Ingress,
    Local,
    NumberPool,
    Rule,
    RuleMaker,
    Split,
    Transit,
)

Tail = Tuple[Port, ...]


@dataclasses.dataclass
class _Label:
    rule: Rule
    users: int = 0  # paths of installed demands


@dataclasses.dataclass
class _Demand:
    paths: Tuple[PathShare, ...]
    ingress: List[Rule] = dataclasses.field(default_factory=list)
    own: List[Rule] = dataclasses.field(default_factory=list)  # splits or groups
    tails: List[Tail] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Transition:
    """From one plan to the next. Exactly one of Forwarding.commit and .abort must follow."""

    prepare: List[Rule]  # installed first; they touch no traffic
    # Take over on a switch as soon as it has what it was to prepare: nothing else waits elsewhere.
    at_once: List[Rule]
    switch: List[Rule]  # take over when every switch has prepared
    stop: List[Rule]  # removed then, without successor
    before: List[Rule]  # whose place is taken
    demands: Dict[DemandKey, Optional[_Demand]]
    new_tails: List[Tail]


class Forwarding:
    """Not thread safe. `method` as in settings.SPLIT_METHODS."""

    def __init__(self, network: Network, method: str, rng: Optional[random.Random] = None):
        rng = rng or random.SystemRandom()
        self._network = network
        self._method = method
        self._make = RuleMaker(rng).make
        self.labels = NumberPool(16, (1 << 20) - 1, rng.randrange(16, 1 << 20))
        self.groups = NumberPool(
            rules.GROUP_MARK, rules.GROUP_MARK | 0xFFFFFF, rules.GROUP_MARK | rng.randrange(1 << 24)
        )
        self._splits = NumberPool(1, (1 << 32) - 1, rng.randrange(1, 1 << 32))
        self._base: Dict[str, List[Rule]] = {}
        self._deliver: Dict[str, int] = {}
        self._tails: Dict[Tail, _Label] = {}
        self._demands: Dict[DemandKey, _Demand] = {}
        self._ingress: Dict[int, DemandKey] = {}  # by cookie
        self._draining: Dict[int, Rule] = {}  # no plan needs them; packets may

    def demand_of(self, cookie: int) -> Optional[DemandKey]:
        return self._ingress.get(cookie)

    def paths(self) -> Dict[DemandKey, Tuple[PathShare, ...]]:
        """What is installed now."""
        return {key: demand.paths for key, demand in self._demands.items()}

    def paths_of(self, key: DemandKey) -> Tuple[PathShare, ...]:
        """The same of one demand; empty when it is not routed."""
        demand = self._demands.get(key)
        return demand.paths if demand else ()

    def base(self, node: str) -> List[Rule]:
        """Rules that every plan needs on this node."""
        if node not in self._base:
            hosts = self._network.file.nodes[node].hosts
            self._deliver[node] = self.labels.take()
            contents = (
                [Deliver(self._deliver[node], hosts[0] if len(hosts) == 1 else None)]
                if hosts
                else []
            )
            contents += [Local(rules.TABLE_CLASSIFY, host) for host in hosts]
            if len(hosts) > 1:
                contents += [Local(rules.TABLE_DELIVER, host) for host in hosts]
            self._base[node] = [self._make(node, content) for content in contents]
        return self._base[node]

    def wanted(self, node: str) -> List[Rule]:
        """All rules that should be on a node now, in an order in which they can be installed."""
        found = list(self.base(node))
        found += [label.rule for label in self._tails.values() if label.rule.node == node]
        for key, demand in self._demands.items():
            if key.source == node:
                found += demand.own + demand.ingress
        return [rule for rule in self._draining.values() if rule.node == node] + found

    def plan_transition(
        self, routes: Dict[DemandKey, Sequence[PathShare]], removed: Iterable[DemandKey]
    ) -> Transition:
        """Demands whose paths are installed already are left alone. Raises KeyError for links
        without ports."""
        transition = Transition([], [], [], [], [], {}, [])
        try:
            for key, paths in routes.items():
                # In a fixed order, so that another ratio moves only the flows in between.
                paths = tuple(sorted(paths))
                old = self._demands.get(key)
                if old is None or old.paths != paths:
                    new = self._route(key, paths, transition)
                    transition.demands[key] = new
                    transition.before += old.ingress if old else []
        except KeyError:
            self.drained(self.abort(transition))
            raise
        unprepared = set(transition.new_tails)
        for new in transition.demands.values():
            (
                transition.switch if unprepared.intersection(new.tails) else transition.at_once
            ).extend(new.ingress)
        for key in removed:
            if key in self._demands:
                transition.demands[key] = None
                transition.stop += self._demands[key].ingress
        return transition

    def commit(self, transition: Transition) -> List[Rule]:
        """The transition is in force. Returns the rules that no plan needs; drained() when they are
        gone."""
        obsolete: List[Rule] = []
        for key, new in transition.demands.items():
            old = self._demands.pop(key, None)
            if new is not None:
                self._demands[key] = new
                for tail in new.tails:
                    self._tails[tail].users += 1
            if old is not None:
                for rule in old.ingress:
                    self._ingress.pop(rule.cookie, None)
                obsolete += old.own
                for tail in old.tails:
                    self._tails[tail].users -= 1
        for tail in [tail for tail, label in self._tails.items() if label.users == 0]:
            obsolete.append(self._tails.pop(tail).rule)
        self._draining.update((rule.cookie, rule) for rule in obsolete)
        return obsolete

    def abort(self, transition: Transition) -> List[Rule]:
        """The plan before is in force. Returns what was prepared and is to be removed; drained()
        when it is gone."""
        for tail in transition.new_tails:
            del self._tails[tail]
        for new in transition.demands.values():
            for rule in new.ingress if new else []:
                self._ingress.pop(rule.cookie, None)
        self._draining.update((rule.cookie, rule) for rule in transition.prepare)
        return transition.prepare

    def drained(self, gone: Iterable[Rule]) -> None:
        """The rules are no longer on any switch: their numbers are free again."""
        for rule in gone:
            self._draining.pop(rule.cookie, None)
            if isinstance(rule.content, Transit):
                self.labels.free(rule.content.label)
            elif isinstance(rule.content, Split):
                self._splits.free(rule.content.split)
            elif isinstance(rule.content, Group):
                self.groups.free(rule.content.group)

    def _route(
        self, key: DemandKey, paths: Tuple[PathShare, ...], transition: Transition
    ) -> _Demand:
        demand = _Demand(paths)
        file = self._network.file
        hosts = file.nodes[key.destination].hosts
        if not hosts or not file.nodes[key.source].hosts:
            return demand  # nothing can send or receive
        shares = splitting.parts([path.ratio for path in paths])
        buckets = [
            Bucket(share, *self._first_hop(path, demand, transition))
            for path, share in zip(paths, shares)
            if share
        ]
        way = split = group = None
        if len(buckets) == 1:
            way = buckets[0]
        elif self._method == "select":
            group = self.groups.take()
            demand.own.append(self._make(key.source, Group(group, tuple(buckets))))
        else:
            split = self._splits.take()
            most, start = max(buckets, key=lambda bucket: bucket.weight), 0
            for bucket in buckets:
                # Exact ranges for all but the largest share, which needs one rule for what they
                # leave.
                ranges = (
                    [(0, 0)] if bucket is most else splitting.aligned_ranges(start, bucket.weight)
                )
                demand.own += [
                    self._make(
                        key.source, Split(split, value, mask, bucket.next_label, bucket.port)
                    )
                    for value, mask in ranges
                ]
                start += bucket.weight
        transition.prepare += demand.own
        demand.ingress = [
            self._make(key.source, Ingress(host.prefix, way, split, group)) for host in hosts
        ]
        self._ingress.update((rule.cookie, key) for rule in demand.ingress)
        return demand

    def _first_hop(
        self, path: PathShare, demand: _Demand, transition: Transition
    ) -> Tuple[int, int]:
        """Label and port at the ingress, after the labels of all that remains behind it."""
        links = [self._network.links[name] for name in path.links]
        ports = []
        for link in links:
            if link.out is None:
                raise KeyError(f'link "{link.name}" has no port yet')
            ports.append(link.out)
        self.base(links[-1].destination)
        label = self._deliver[links[-1].destination]
        for i in range(len(links) - 1, 0, -1):
            tail = tuple(ports[i:])
            if tail not in self._tails:
                content = Transit(self.labels.take(), label, ports[i].number)
                self._tails[tail] = _Label(self._make(links[i].source, content))
                transition.prepare.append(self._tails[tail].rule)
                transition.new_tails.append(tail)
            demand.tails.append(tail)
            label = self._tails[tail].rule.content.label
        return label, ports[0].number
