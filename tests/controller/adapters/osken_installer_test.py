"""The os-ken application's installer, over real OpenFlow messages to switches that are made up:
what it does when a link fails while it is at work."""
import ipaddress
import random
import struct
import unittest

from os_ken.lib import hub
from os_ken.ofproto import ofproto_v1_3, ofproto_v1_3_parser

from rhumb.v1 import live_plan_pb2
from rhumb_client import DemandKey, PathShare, Plan, PlanChange, PlanRefused, Reason
from rhumb_osken import installer, rules
from rhumb_osken.forwarding import Forwarding
from rhumb_osken.installer import Installer
from rhumb_osken.network import Network, Port
from rhumb_osken.network_file import Cable, Host, NetworkFile, Node
from rhumb_osken.switches import Switches

SPOKES = 12  # hosts behind their own switches, each with two ways to the others: over X and over Y


class FakeSwitch:
    """Confirms every barrier at once, keeps the cookies that it was given, and tells `watch` of
    every message."""

    ofproto = ofproto_v1_3
    ofproto_parser = ofproto_v1_3_parser

    def __init__(self, dpid, switches, watch):
        self.id = dpid
        self.cookies = set()
        self._switches = switches
        self._watch = watch
        self._xid = 0

    def set_xid(self, message):
        self._xid += 1
        message.set_xid(self._xid)

    def send(self, data):
        while data:
            _, kind, length, xid = struct.unpack_from("!BBHI", data)
            if kind == ofproto_v1_3.OFPT_FLOW_MOD:
                cookie, command = struct.unpack_from("!Q9xB", data, 8)
                (self.cookies.add if command == ofproto_v1_3.OFPFC_ADD else self.cookies.discard)(
                    cookie
                )
                self._watch(self, cookie)
            elif kind == ofproto_v1_3.OFPT_BARRIER_REQUEST:
                self._switches.barrier_reply(self.id, xid)
            data = data[length:]
        return True


def star() -> NetworkFile:
    nodes = {name: Node(name, i + 1) for i, name in enumerate(("X", "Y"))}
    cables = []
    for i in range(SPOKES):
        host = Host(ipaddress.IPv4Network(f"10.0.{i + 1}.0/24"), 100)
        nodes[f"s{i}"] = Node(f"s{i}", i + 3, (host,))
        cables += [Cable((f"s{i}", "X"), ports=(1, i + 1)), Cable((f"s{i}", "Y"), ports=(2, i + 1))]
    return NetworkFile("star", nodes, tuple(cables))


def over(middle, source, destination):
    return (PathShare((f"{source}>{middle}", f"{middle}>{destination}"), 1.0),)


class InstallerTest(unittest.TestCase):
    def setUp(self):
        self.file = star()
        self.network = Network(self.file)
        for cable in self.file.cables:
            ends = [
                Port(self.file.nodes[name].dpid, port)
                for name, port in zip(cable.between, cable.ports)
            ]
            self.network.lldp_seen(*ends)
            self.network.lldp_seen(*ends[::-1])
        self.switches = Switches()
        self.watch = lambda switch, cookie: None
        self.fakes = {}
        for name, node in self.file.nodes.items():
            self.fakes[name] = FakeSwitch(node.dpid, self.switches, lambda *seen: self.watch(*seen))
            self.switches.enter(self.fakes[name])
        self.forwarding = Forwarding(self.network, "multipath", random.Random(1))
        self.installer = Installer(self.network, self.forwarding, self.switches, 1.0, 0.0)
        self.spokes = [name for name in self.file.nodes if name.startswith("s")]
        self.keys = [DemandKey(a, b) for a in self.spokes for b in self.spokes if a != b]
        self.plan = None

    def change_to(self, version, routes):
        return Plan(1, version, version, routes, live_plan_pb2.PlanHeader()).changed_from(self.plan)

    def install(self, version, routes):
        change = self.change_to(version, routes)
        self.installer.install(change)
        self.plan = change.plan

    def take_down(self, source, middle):
        port = next(
            link.out for link in self.network.links.values() if link.name == f"{source}>{middle}"
        )
        self.network.port_state(port, True)
        self.installer.link_failed()

    def all_over(self, middle):
        return {key: over(middle, *key) for key in self.keys}

    def halves(self):
        """Has more rules to prepare than are sent in one go."""
        return {
            key: tuple(PathShare(path.links, 0.5) for middle in "XY" for path in over(middle, *key))
            for key in self.keys
        }

    def installed(self):
        return self.forwarding.paths()

    def test_a_plan_that_is_being_prepared_when_a_link_fails_makes_way(self):
        self.install(1, self.all_over("X"))
        sent = []

        def watch(switch, cookie):
            sent.append(cookie)
            if len(sent) == 1:
                self.take_down("s0", "X")

        self.watch = watch
        with self.assertRaises(PlanRefused) as refused:
            self.installer.install(self.change_to(2, self.halves()))
        self.assertEqual(refused.exception.reason, Reason.STALE_VERSION)
        self.assertLessEqual(len(sent), installer._PORTION)
        self.assertEqual(self.installed(), self.all_over("X"))

        # The answer to the failure, told as a change from the plan that was given up, moves what
        # was cut off.
        answer = {key: over("Y" if "s0" in key else "X", *key) for key in self.keys}
        self.install(3, answer)
        self.assertEqual(self.installed(), answer)

    def test_rules_of_a_plan_that_made_way_are_removed(self):
        self.install(1, self.all_over("X"))
        hub.sleep(0.05)
        resting = {name: set(fake.cookies) for name, fake in self.fakes.items()}
        self.watch = lambda switch, cookie: (
            None if self.installer._failures else self.take_down("s0", "X")
        )
        with self.assertRaises(PlanRefused):
            self.installer.install(self.change_to(2, self.halves()))
        self.watch = lambda switch, cookie: None
        for _ in range(1000):
            if {name: fake.cookies for name, fake in self.fakes.items()} == resting:
                break
            hub.sleep(0.01)
        self.assertEqual({name: fake.cookies for name, fake in self.fakes.items()}, resting)

    def test_demands_that_were_cut_off_are_moved_before_any_other(self):
        self.install(1, self.all_over("X"))
        self.take_down("s0", "X")
        order = []

        def watch(switch, cookie):
            if cookie & rules.KIND_MASK == rules.kind_cookie(rules.KIND_INGRESS):
                order.append(self.forwarding.demand_of(cookie))

        self.watch = watch
        self.install(2, self.all_over("Y"))
        cut_off = [key for key in self.keys if "s0" in key]
        self.assertEqual(set(order[: len(cut_off)]), set(cut_off))
        self.assertEqual(set(order), set(self.keys))

    def test_what_was_cut_off_stays_moved_when_the_rest_is_refused_and_is_compared_with_next(self):
        self.install(1, self.all_over("X"))
        self.take_down("s0", "X")
        del self.switches._datapaths[
            self.file.nodes["s1"].dpid
        ]  # away: whatever is to change there is refused
        cut_off = [key for key in self.keys if "s0" in key and "s1" not in key]
        answer = {
            key: over("Y" if key in cut_off or key.source == "s1" else "X", *key)
            for key in self.keys
            if key not in (DemandKey("s0", "s1"), DemandKey("s1", "s0"))
        }
        with self.assertRaisesRegex(PlanRefused, "s1.* is not connected"):
            self.installer.install(self.change_to(2, answer))
        for key in cut_off:
            self.assertEqual(self.installed()[key], over("Y", *key))

        # The link and the switch are back, and so is the first plan.
        self.switches.enter(self.fakes["s1"])
        link = self.network.links["s0>X"]
        self.network.port_state(link.out, False)
        for end in ((link.out, link.into), (link.into, link.out)):
            self.network.lldp_seen(*end)
        self.install(3, self.all_over("X"))
        self.assertEqual(self.installed(), self.all_over("X"))


if __name__ == "__main__":
    unittest.main()
