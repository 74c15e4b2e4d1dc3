"""The application: what os-ken reports goes to Rhumb, what Rhumb decides goes to the switches.

    osken-manager --observe-links --config-file osken.conf rhumb_osken.app
"""
import gc
import logging
import sys
import time

import grpc
from os_ken import cfg
from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import (
    CONFIG_DISPATCHER,
    DEAD_DISPATCHER,
    MAIN_DISPATCHER,
    set_ev_cls,
)
from os_ken.lib import hub
from os_ken.ofproto import ofproto_v1_3
from os_ken.topology import event as topology_event
from os_ken.topology import switches as os_ken_switches

from rhumb_client import ClientProcess, OptionsError, PlanChange, PlanRefused, Reason, Session
from rhumb_osken import openflow, rules, settings
from rhumb_osken.counters import Counters
from rhumb_osken.forwarding import Forwarding
from rhumb_osken.installer import Installer
from rhumb_osken.network import DOWN, Network, Port
from rhumb_osken.network_file import NetworkFileError, read_network_file
from rhumb_osken.switches import Switches

LOG = logging.getLogger(__name__)
settings.register(cfg.CONF)
# os-ken sends one LLDP packet every 50 ms, so a round over a hundred ports would take 5 s, and a
# link whose packet is lost once or twice would be given up after 10 s.
os_ken_switches.Switches.LLDP_SEND_GUARD = 0.01


class RhumbRouting(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]
    _CONTEXTS = {"switches": os_ken_switches.Switches}  # discovers links by LLDP

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._options = self.CONF.rhumb
        self._network, client_options = self._read_settings()
        self._switches = Switches()
        self._forwarding = Forwarding(self._network, self._options.split_method)
        self._installer = Installer(
            self._network,
            self._forwarding,
            self._switches,
            self._options.barrier_timeout,
            self._options.drain_time,
        )
        self._counters = Counters(self._network, self._forwarding, self._switches)
        self._client = ClientProcess(client_options, self, hub.spawn, hub.sleep)
        self._declared = False
        self._reported = 0  # changes of the topology, as the client counts them
        self._lldp_missing: set = set()  # ports whose link LLDP has lost and not seen again
        self._read_back: dict = {}  # dpid -> what is gathered from a switch that connected
        self._started = time.monotonic()
        # What os-ken loaded stays for good, half a million objects. Looking through them takes
        # Python's collector 80 ms, in which a failure would wait.
        gc.collect()
        gc.freeze()

    def _read_settings(self):
        """The network, and how to reach Rhumb."""
        try:
            if not self._options.network:
                raise NetworkFileError("section [rhumb]: network is missing; name the network file")
            options = settings.client_options(self._options)
            options.check()
            return Network(read_network_file(self._options.network)), options
        except (NetworkFileError, OptionsError) as error:
            sys.exit(
                f"rhumb_osken: {error}"
            )  # what the operator has to mend, without where we noticed

    def start(self):
        super().start()
        self._client.start()
        self.threads.append(hub.spawn(self._declare_in_the_end))
        self.threads.append(hub.spawn(self._send_telemetry))

    def close(self):
        self._client.close()

    # What Rhumb asks for, on the client's green thread.

    def install(self, change: PlanChange) -> None:
        if change.changes_known < self._reported:
            raise PlanRefused(
                grpc.StatusCode.ABORTED,
                f"plan {change.plan.version} was made before the last change of the topology",
                Reason.STALE_VERSION,
            )
        LOG.info(
            "plan received version=%d topology_version=%d changed=%d reason=%d at=%.6f",
            change.plan.version,
            change.plan.topology_version,
            len(change.changed),
            change.plan.header.reason,
            time.time(),
        )
        self._installer.install(change)

    def on_session(self, session: Session) -> None:
        LOG.info(
            "session connected=%s primary=%s epoch=%d topology_version=%d%s",
            session.connected,
            session.primary,
            session.epoch,
            session.topology_version,
            f' problem="{session.problem}"' if session.problem else "",
        )

    def on_telemetry_answer(self, answer) -> None:
        pass  # the client logs refusals

    # Topology.

    @set_ev_cls(ofp_event.EventOFPStateChange, [MAIN_DISPATCHER, DEAD_DISPATCHER])
    def _switch_state(self, event):
        datapath = event.datapath
        if event.state == MAIN_DISPATCHER:
            self._enter(datapath)
        elif datapath.id is not None and self._switches.leave(datapath.id, datapath):
            LOG.warning("switch gone dpid=%#x", datapath.id)
            hub.spawn_after(self._options.switch_timeout, self._give_up, datapath.id)

    def _enter(self, datapath) -> None:
        node = self._network.node_of_dpid.get(datapath.id)
        if node is None:
            LOG.warning("switch dpid=%#x is not in the network file; it is left alone", datapath.id)
            return
        LOG.info("switch connected dpid=%#x node=%s", datapath.id, node)
        self._switches.enter(datapath)
        self._read_back[datapath.id] = [set(), set(), None]
        parser = datapath.ofproto_parser
        datapath.send_msg(parser.OFPPortDescStatsRequest(datapath, 0))
        datapath.send_msg(
            openflow.flow_stats_request(datapath, rules.COOKIE_MARK << 48, rules.COOKIE_MARK_MASK)
        )
        datapath.send_msg(parser.OFPGroupDescStatsRequest(datapath, 0))

    def _give_up(self, dpid: int) -> None:
        if self._switches.get(dpid) is None:
            LOG.error("switch dpid=%#x has not come back; its links count as down", dpid)
            self._installer.set_dead(dpid, True)
            self._network.switch_dead(dpid)
            self._report_changes()

    @set_ev_cls(ofp_event.EventOFPPortDescStatsReply, MAIN_DISPATCHER)
    def _ports(self, event):
        dpid, ofproto = event.msg.datapath.id, event.msg.datapath.ofproto
        if dpid not in self._network.node_of_dpid:
            return
        ports = [port for port in event.msg.body if port.port_no <= ofproto.OFPP_MAX]
        self._network.switch_ports(
            dpid,
            {port.port_no: port.curr_speed * 1e3 for port in ports},
            [port.port_no for port in ports if _is_down(port, ofproto)],
        )
        self._installer.set_dead(dpid, False)
        self._report_changes()

    @set_ev_cls(ofp_event.EventOFPPortStatus, MAIN_DISPATCHER)
    def _port_status(self, event):
        message = event.msg
        ofproto = message.datapath.ofproto
        port = Port(message.datapath.id, message.desc.port_no)
        down = message.reason == ofproto.OFPPR_DELETE or _is_down(message.desc, ofproto)
        at = time.time()
        self._network.port_state(port, down)
        if self._report_changes():
            LOG.info(
                "port %s dpid=%#x port=%d at=%.6f reported=%.6f",
                "down" if down else "up",
                port.dpid,
                port.number,
                at,
                time.time(),
            )

    @set_ev_cls(topology_event.EventLinkAdd)
    def _link_seen(self, event):
        source, destination = event.link.src, event.link.dst
        self._lldp_missing.discard(Port(source.dpid, source.port_no))
        appeared = self._network.lldp_seen(
            Port(source.dpid, source.port_no), Port(destination.dpid, destination.port_no)
        )
        if not self._declared:
            if self._network.links and self._network.all_seen():
                self._declare()
        elif appeared:
            self._installer.compare_whole()
            self._declare()
        else:
            self._report_changes()

    @set_ev_cls(topology_event.EventLinkDelete)
    def _link_lost(self, event):
        source, destination = event.link.src, event.link.dst
        # os-ken deletes the links of a switch whose control connection breaks; the data plane goes
        # on (_give_up).
        if self._switches.get(source.dpid) and self._switches.get(destination.dpid):
            port = Port(source.dpid, source.port_no)
            self._lldp_missing.add(port)
            hub.spawn_after(self._options.lldp_patience, self._lldp_still_missing, port)

    def _lldp_still_missing(self, port: Port) -> None:
        # While its ports are up, LLDP alone takes a link down late: its packets are lost behind
        # heavy traffic too.
        if port in self._lldp_missing:
            self._network.lldp_lost(port)
            self._report_changes()

    def _declare_in_the_end(self) -> None:
        hub.sleep(self._options.discovery_timeout)
        if not self._declared:
            LOG.warning(
                "links not seen by LLDP so far: %s", ", ".join(self._network.missing()) or "none"
            )
            self._declare()

    def _declare(self) -> None:
        for name in self._network.without_capacity():
            LOG.warning(
                (
                    'link "%s": neither the network file nor its port says how fast it is; taken as'
                    " 1 Gbit/s"
                ),
                name,
            )
        self._declared = True
        self._reported = self._client.declare(self._network.declaration())
        LOG.info(
            "topology declared nodes=%d links=%d after_s=%.2f",
            len(self._network.file.nodes),
            len(self._network.links),
            time.monotonic() - self._started,
        )

    def _report_changes(self) -> bool:
        changes = self._network.changes() if self._declared else []
        if changes:
            self._reported = self._client.report_links(changes)
            if any(update.operational_state == DOWN for update in changes):
                self._installer.link_failed()
        return bool(changes)

    # Rules that a switch has when it connects.

    @set_ev_cls(ofp_event.EventOFPGroupDescStatsReply, MAIN_DISPATCHER)
    def _groups(self, event):
        gathered = self._read_back.get(event.msg.datapath.id)
        if gathered is None:
            return
        found = gathered[2] or set()
        found |= {
            group.group_id
            for group in event.msg.body
            if group.group_id & rules.GROUP_MARK_MASK == rules.GROUP_MARK
        }
        gathered[2] = found
        if not event.msg.flags & event.msg.datapath.ofproto.OFPMPF_REPLY_MORE:
            dpid = event.msg.datapath.id
            del self._read_back[dpid]  # flows were answered before
            hub.spawn(self._switch_read_back, dpid, gathered[0], gathered[1], found)

    def _switch_read_back(self, dpid, cookies, labels, groups) -> None:
        self._installer.found(dpid, cookies, labels, groups)
        self._client.try_again()  # if a plan was refused, this switch may have been the reason

    @set_ev_cls(ofp_event.EventOFPFlowStatsReply, MAIN_DISPATCHER)
    def _flows(self, event):
        gathered = self._read_back.get(event.msg.datapath.id)
        if gathered is not None:
            gathered[0].update(flow.cookie for flow in event.msg.body)
            gathered[1].update(
                label for flow in event.msg.body if (label := openflow.label_of(flow)) is not None
            )
        else:
            self._counters.flows(event.msg)

    # Telemetry.

    def _send_telemetry(self) -> None:
        interval_s = self._options.telemetry_interval
        due = time.monotonic()
        while True:
            due = max(due + interval_s, time.monotonic())
            hub.sleep(due - time.monotonic())
            if self._declared:
                telemetry = self._counters.collect(interval_s)
                if telemetry is not None:
                    self._client.report_telemetry(telemetry)

    @set_ev_cls(ofp_event.EventOFPPortStatsReply, MAIN_DISPATCHER)
    def _port_counters(self, event):
        self._counters.ports(event.msg)

    # Answers to what was installed.

    @set_ev_cls(ofp_event.EventOFPBarrierReply, MAIN_DISPATCHER)
    def _barrier(self, event):
        self._switches.barrier_reply(event.msg.datapath.id, event.msg.xid)

    @set_ev_cls(ofp_event.EventOFPErrorMsg, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def _error(self, event):
        if not self._switches.error(event.msg):
            LOG.warning(
                "switch dpid=%s reports an error: type=%d code=%d",
                event.msg.datapath.id,
                event.msg.type,
                event.msg.code,
            )


def _is_down(port, ofproto) -> bool:
    return bool(port.state & ofproto.OFPPS_LINK_DOWN or port.config & ofproto.OFPPC_PORT_DOWN)
