"""The network as it is: what the file says and what LLDP and port states show, under the names that
Rhumb uses."""
import collections
import dataclasses
from typing import Dict, List, NamedTuple, Optional, Tuple

from rhumb.v1 import south_pb2, topology_pb2
from rhumb_osken.network_file import Cable, NetworkFile

UP = topology_pb2.OPERATIONAL_STATE_UP
DOWN = topology_pb2.OPERATIONAL_STATE_DOWN


class Port(NamedTuple):
    dpid: int
    number: int


@dataclasses.dataclass
class DirectedLink:
    """One direction of a cable. `out` and `into` are known once LLDP has seen it."""

    name: str
    source: str
    destination: str
    cable: Cable
    out: Optional[Port] = None
    into: Optional[Port] = None
    seen: bool = False  # LLDP sees it now


class Network:
    """Names, ports and states. A link is up when LLDP sees it and neither of its ports is down, in
    both directions: what carries traffic one way only cannot be repaired by routing around one half
    of it."""

    def __init__(self, file: NetworkFile):
        self.file = file
        self.node_of_dpid: Dict[int, str] = {node.dpid: node.name for node in file.nodes.values()}
        self.links: Dict[str, DirectedLink] = {}
        self.link_at: Dict[Port, DirectedLink] = {}  # by the port that it leaves from
        self._reverse: Dict[str, str] = {}
        self._of_pair: Dict[Tuple[str, str], List[DirectedLink]] = collections.defaultdict(list)
        self._port_speed: Dict[Port, float] = {}
        self._down_ports: set = set()
        self._dead_switches: set = set()
        self._reported: Dict[str, int] = {}
        for cable in file.cables:
            self._add_cable(cable)

    def _add_cable(self, cable: Cable) -> DirectedLink:
        pair = []
        for source, destination in (cable.between, cable.between[::-1]):
            siblings = self._of_pair[source, destination]
            number = len(siblings) + 1
            name = f"{source}>{destination}" + (f"#{number}" if number > 1 else "")
            link = DirectedLink(name, source, destination, cable)
            siblings.append(link)
            self.links[name] = link
            pair.append(link)
        self._reverse[pair[0].name] = pair[1].name
        self._reverse[pair[1].name] = pair[0].name
        return pair[0]

    # Events. Each returns True when a link appeared that was not known.

    def switch_ports(self, dpid: int, speeds: Dict[int, float], down: List[int]) -> None:
        """All ports of a switch that (re)connected: speed in bits/s (0: unknown), and which are
        down."""
        self._down_ports = {port for port in self._down_ports if port.dpid != dpid}
        self._down_ports |= {Port(dpid, number) for number in down}
        self._port_speed.update({Port(dpid, number): speed for number, speed in speeds.items()})
        self._dead_switches.discard(dpid)

    def port_state(self, port: Port, down: bool) -> None:
        (self._down_ports.add if down else self._down_ports.discard)(port)
        if down:  # LLDP has to see it again
            for link in self.links.values():
                if port in (link.out, link.into):
                    link.seen = False

    def switch_dead(self, dpid: int) -> None:
        self._dead_switches.add(dpid)

    def lldp_lost(self, out: Port) -> None:
        if out in self.link_at:
            self.link_at[out].seen = False

    def lldp_seen(self, out: Port, into: Port) -> bool:
        source, destination = self.node_of_dpid.get(out.dpid), self.node_of_dpid.get(into.dpid)
        if source is None or destination is None or source == destination:
            return False
        link = self.link_at.get(out)
        if link is not None and link.into == into:
            link.seen = True
            return False
        if link is not None:  # recabled
            link.out = link.into = None
            link.seen = False
            del self.link_at[out]
        appeared = False
        link = self._free_link(source, destination, out, into)
        if link is None:
            self._add_cable(Cable((source, destination), ports=(out.number, into.number)))
            link = self._free_link(source, destination, out, into)
            appeared = True
        link.out, link.into, link.seen = out, into, True
        self.link_at[out] = link
        return appeared

    def _free_link(
        self, source: str, destination: str, out: Port, into: Port
    ) -> Optional[DirectedLink]:
        ports = {source: out.number, destination: into.number}
        free = [link for link in self._of_pair[source, destination] if link.out is None]
        for link in free:  # told apart by the file
            if link.cable.ports and dict(zip(link.cable.between, link.cable.ports)) == ports:
                return link
        for link in free:  # the other direction of a cable that LLDP saw already
            back = self.links[self._reverse[link.name]]
            if back.out == into:
                return link
        for link in free:
            if not link.cable.ports and self.links[self._reverse[link.name]].out is None:
                return link
        return None

    # What holds.

    def is_up(self, link: DirectedLink) -> bool:
        for one in (link, self.links[self._reverse[link.name]]):
            if (
                not one.seen
                or one.out in self._down_ports
                or one.into in self._down_ports
                or one.out.dpid in self._dead_switches
                or one.into.dpid in self._dead_switches
            ):
                return False
        return True

    def all_seen(self) -> bool:
        return all(link.seen for link in self.links.values())

    def missing(self) -> List[str]:
        return sorted(link.name for link in self.links.values() if not link.seen)

    def declaration(self) -> topology_pb2.Topology:
        """The whole network; what it says counts as reported."""
        topology = topology_pb2.Topology(name=self.file.name)
        for node in self.file.nodes.values():
            topology.nodes.add(name=node.name)
        for link in self.links.values():
            up = self.is_up(link)
            self._reported[link.name] = UP if up else DOWN
            declared = topology.links.add(
                name=link.name,
                source=link.source,
                destination=link.destination,
                capacity_bps=self._capacity_bps(link),
                operational_state=self._reported[link.name],
            )
            if link.cable.delay_s:
                declared.propagation_delay.FromNanoseconds(int(link.cable.delay_s * 1e9))
            if link.cable.igp_metric is not None:
                declared.igp_metric = link.cable.igp_metric
        return topology

    def changes(self) -> List[south_pb2.LinkUpdate]:
        """States that differ from what was reported last; they count as reported now."""
        updates = []
        for link in self.links.values():
            state = UP if self.is_up(link) else DOWN
            if self._reported.get(link.name, state) != state:
                updates.append(south_pb2.LinkUpdate(link=link.name, operational_state=state))
                self._reported[link.name] = state
        return updates

    def _capacity_bps(self, link: DirectedLink) -> float:
        if link.cable.capacity_bps is not None:
            return float(link.cable.capacity_bps)
        return self._port_speed.get(link.out) or 1e9  # without_capacity() names these

    def without_capacity(self) -> List[str]:
        return [
            link.name
            for link in self.links.values()
            if link.cable.capacity_bps is None and not self._port_speed.get(link.out)
        ]
