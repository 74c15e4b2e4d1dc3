"""Port and flow counters as telemetry."""
import time
from typing import Dict, Optional, Tuple

from os_ken.lib import hub

from rhumb_client import DemandKey, Telemetry
from rhumb_osken import openflow, rules
from rhumb_osken.forwarding import Forwarding
from rhumb_osken.network import Network, Port
from rhumb_osken.switches import Switches


class Counters:
    """Asks every switch for its ports and its ingress flows, and adds up what they say since this
    run began."""

    def __init__(self, network: Network, forwarding: Forwarding, switches: Switches):
        self._network = network
        self._forwarding = forwarding
        self._switches = switches
        self._links: Dict[str, Tuple[int, int]] = {}
        self._flows: Dict[DemandKey, int] = {}
        self._seen: Dict[
            Tuple[DemandKey, str], int
        ] = {}  # (demand, prefix) -> bytes that its rule counted last
        self._waiting: set = set()  # (dpid, xid) of requests
        self._answered = hub.Event()
        # Stamps count on from here by the steady clock: an interval does not change its length when
        # the wall clock is set.
        self._wall_offset_s = time.time() - time.monotonic()
        self._last: Optional[float] = None

    def collect(self, interval_s: float) -> Optional[Telemetry]:
        """Asks one switch after the other during half of the interval, because reading all answers
        in one go would keep the event loop from a failure for a tenth of a second. Then waits, at
        most the other half. None for the first time, and when a switch does not answer in time."""
        self._answered.clear()
        self._waiting.clear()
        switches = self._switches.connected()
        for datapath in switches:
            hub.sleep(interval_s / 2 / len(switches))
            parser, ofproto = datapath.ofproto_parser, datapath.ofproto
            for request in (
                parser.OFPPortStatsRequest(datapath, 0, ofproto.OFPP_ANY),
                openflow.flow_stats_request(
                    datapath, rules.kind_cookie(rules.KIND_INGRESS), rules.KIND_MASK
                ),
            ):
                datapath.set_xid(request)
                self._waiting.add((datapath.id, request.xid))
                self._answered.clear()
                datapath.send_msg(request)
        if self._waiting and not self._answered.wait(interval_s / 2):
            return None  # half a report would show some rates too low now and too high next time
        now, last = time.monotonic(), self._last
        self._last = now
        if last is None:
            return None
        everyone = len(switches) == len(self._network.file.nodes)
        return Telemetry(
            interval_end_s=self._wall_offset_s + now,
            interval_s=now - last,
            links=dict(self._links),
            flows=dict(self._flows),
            demands_complete=everyone,
        )

    def ports(self, message) -> None:
        for port in message.body:
            link = self._network.link_at.get(Port(message.datapath.id, port.port_no))
            if link is not None:
                # OpenFlow counts drops in packets only: of mean size.
                mean_bytes = port.tx_bytes // port.tx_packets if port.tx_packets else 0
                self._links[link.name] = port.tx_bytes, port.tx_dropped * mean_bytes
        self._answer(message)

    def flows(self, message) -> None:
        for flow in message.body:
            key = self._forwarding.demand_of(flow.cookie)
            if key is None:
                continue  # just replaced, or of an earlier run
            rule = key, str(flow.match.get("ipv4_dst"))
            before = self._seen.get(rule, 0)
            self._seen[rule] = flow.byte_count
            grown = flow.byte_count - before if flow.byte_count >= before else flow.byte_count
            self._flows[key] = self._flows.get(key, 0) + grown
        self._answer(message)

    def _answer(self, message) -> None:
        if not message.flags & message.datapath.ofproto.OFPMPF_REPLY_MORE:
            self._waiting.discard((message.datapath.id, message.xid))
            if not self._waiting:
                self._answered.set()
