"""The os-ken application's own ideas, without os-ken: network file, link states, rules of a
plan."""
import collections
import random
import tempfile
import unittest

from rhumb_client import DemandKey, PathShare
from rhumb_osken import rules, splitting
from rhumb_osken.forwarding import Forwarding
from rhumb_osken.network import DOWN, Network, Port
from rhumb_osken.network_file import NetworkFileError, read_network_file
from rhumb_osken.rules import Bucket, Deliver, Group, NumberPool, Split, Transit

DIAMOND = """
name = "diamond"
[[nodes]]
name = "A"
dpid = 1
hosts = [{prefix = "10.0.1.0/24", port = 100, mac = "02:00:00:00:00:01"}]
[[nodes]]
name = "B"
dpid = 2
[[nodes]]
name = "C"
dpid = 3
[[nodes]]
name = "D"
dpid = 4
hosts = [{prefix = "10.0.4.0/24", port = 100}, {prefix = "10.0.5.0/24", port = 101}]
[[links]]
between = ["A", "B"]
capacity_bps = 1e9
delay_s = 0.004
[[links]]
between = ["B", "D"]
[[links]]
between = ["A", "C"]
igp_metric = 5
[[links]]
between = ["C", "D"]
"""
CABLES = {("A", "B"): (1, 1), ("B", "D"): (2, 1), ("A", "C"): (2, 1), ("C", "D"): (2, 2)}
AD = DemandKey("A", "D")
OVER_B = PathShare(("A>B", "B>D"), 1.0)
OVER_C = PathShare(("A>C", "C>D"), 1.0)


def network_of(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return Network(read_network_file(file.name))


def see_all(network):
    dpid = {node.name: node.dpid for node in network.file.nodes.values()}
    for (a, b), (port_a, port_b) in CABLES.items():
        network.lldp_seen(Port(dpid[a], port_a), Port(dpid[b], port_b))
        network.lldp_seen(Port(dpid[b], port_b), Port(dpid[a], port_a))


def diamond():
    network = network_of(DIAMOND)
    see_all(network)
    return network


class NetworkFileTest(unittest.TestCase):
    def refused(self, pattern, text):
        with self.assertRaisesRegex(NetworkFileError, pattern):
            network_of(text)

    def test_faults_name_file_entry_and_value(self):
        self.refused(r"\.toml: nodes\[0\]: dpid is missing", '[[nodes]]\nname = "A"\n')
        self.refused(
            r"nodes\[1\]: name 'A' appears twice",
            '[[nodes]]\nname = "A"\ndpid = 1\n[[nodes]]\nname = "A"\ndpid = 2\n',
        )
        self.refused(
            r"nodes\[1\]: dpid 1 is that of 'A'",
            '[[nodes]]\nname = "A"\ndpid = 1\n[[nodes]]\nname = "B"\ndpid = 1\n',
        )
        self.refused(
            r"links\[0\]: unknown node 'X'",
            DIAMOND.replace('between = ["A", "B"]', 'between = ["A", "X"]'),
        )
        self.refused(
            r"links\[0\]: capacity_bps = -1 is not finite and above 0", DIAMOND.replace("1e9", "-1")
        )
        self.refused(r"links\[0\]: capacity_bps = nan", DIAMOND.replace("1e9", "nan"))
        self.refused(
            r"hosts\[0\]: prefix '10.0.1.1/24'", DIAMOND.replace("10.0.1.0/24", "10.0.1.1/24")
        )
        self.refused(
            r"prefix 10.0.4.0/25 overlaps 10.0.4.0/24 of 'D'|overlaps",
            DIAMOND.replace("10.0.1.0/24", "10.0.4.0/25"),
        )
        self.refused(r"unknown key 'capcity'", DIAMOND.replace("delay_s", "capcity"))
        self.refused(r"not TOML", "[[nodes")


class NetworkTest(unittest.TestCase):
    def test_declares_what_the_file_and_LLDP_say(self):
        network = diamond()
        network.switch_ports(2, {2: 10e9}, [])
        declared = {link.name: link for link in network.declaration().links}
        self.assertEqual(len(declared), 8)
        self.assertEqual(declared["A>B"].capacity_bps, 1e9)
        self.assertEqual(declared["A>B"].propagation_delay.nanos, 4_000_000)
        self.assertEqual(declared["B>D"].capacity_bps, 10e9)
        self.assertEqual(declared["C>A"].igp_metric, 5)
        self.assertEqual(network.without_capacity(), ["D>B", "A>C", "C>A", "C>D", "D>C"])

    def test_one_port_down_takes_both_directions_down_in_one_report(self):
        network = diamond()
        network.declaration()
        network.port_state(Port(1, 1), down=True)
        changes = network.changes()
        self.assertEqual(
            {(change.link, change.operational_state) for change in changes},
            {("A>B", DOWN), ("B>A", DOWN)},
        )
        self.assertEqual(network.changes(), [])

    def test_a_link_is_up_again_only_when_LLDP_sees_both_directions(self):
        network = diamond()
        network.declaration()
        network.port_state(Port(1, 1), down=True)
        network.changes()
        network.port_state(Port(1, 1), down=False)
        self.assertEqual(network.changes(), [])
        network.lldp_seen(Port(1, 1), Port(2, 1))
        self.assertEqual(network.changes(), [])
        network.lldp_seen(Port(2, 1), Port(1, 1))
        self.assertEqual(len(network.changes()), 2)

    def test_parallel_cables_are_told_apart_by_their_ports(self):
        network = network_of(
            DIAMOND + '[[links]]\nbetween = ["A", "B"]\ncapacity_bps = 5e8\nports = [7, 7]\n'
        )
        network.lldp_seen(Port(1, 7), Port(2, 7))
        network.lldp_seen(Port(2, 1), Port(1, 1))
        network.lldp_seen(Port(1, 1), Port(2, 1))
        self.assertEqual(network.link_at[Port(1, 7)].name, "A>B#2")
        self.assertEqual(network.link_at[Port(1, 1)].name, "A>B")
        self.assertEqual(network.link_at[Port(2, 1)].name, "B>A")

    def test_a_cable_that_the_file_does_not_have_is_added(self):
        network = diamond()
        self.assertTrue(network.lldp_seen(Port(2, 9), Port(3, 9)))
        self.assertFalse(network.lldp_seen(Port(3, 9), Port(2, 9)))
        self.assertTrue(network.is_up(network.links["B>C"]))

    def test_the_links_of_a_dead_switch_are_down(self):
        network = diamond()
        network.declaration()
        network.switch_dead(2)
        self.assertEqual(
            {change.link for change in network.changes()}, {"A>B", "B>A", "B>D", "D>B"}
        )


class SplittingTest(unittest.TestCase):
    def test_parts_are_within_one_of_the_exact_share_and_sum_up(self):
        rng = random.Random(1)
        for _ in range(200):
            ratios = [rng.random() for _ in range(rng.randrange(1, 9))]
            parts = splitting.parts(ratios)
            self.assertEqual(sum(parts), 256)
            for ratio, part in zip(ratios, parts):
                self.assertLess(abs(part - 256 * ratio / sum(ratios)), 1)

    def test_ranges_cover_each_value_exactly_once(self):
        rng = random.Random(2)
        for _ in range(100):
            cut = sorted(rng.sample(range(257), 2))
            covered = collections.Counter(
                value
                for start, mask in splitting.aligned_ranges(cut[0], cut[1] - cut[0])
                for value in range(256)
                if value & mask == start
            )
            self.assertEqual(covered, collections.Counter(range(*cut)))


def ports_of_values(splits):
    """Which way each hash value takes: that of the one exact rule that matches, else that of the
    one for the rest."""
    ports = []
    for value in range(256):
        exact = [split.port for split in splits if split.mask and value & split.mask == split.value]
        rest = [split.port for split in splits if not split.mask]
        assert len(exact) <= 1 and len(rest) == 1
        ports += exact or rest
    return ports


class ForwardingTest(unittest.TestCase):
    def setUp(self):
        self.forwarding = Forwarding(diamond(), "multipath", random.Random(1))

    def install(self, routes, removed=()):
        transition = self.forwarding.plan_transition(routes, removed)
        return transition, self.forwarding.commit(transition)

    def test_a_path_is_one_label_a_hop_and_one_ingress_rule_a_prefix(self):
        transition, obsolete = self.install({AD: [OVER_B]})
        self.assertEqual([type(rule.content) for rule in transition.prepare], [Transit])
        transit = transition.prepare[0]
        self.assertEqual((transit.node, transit.content.port), ("B", 2))
        deliver = next(
            rule.content for rule in self.forwarding.base("D") if isinstance(rule.content, Deliver)
        )
        self.assertEqual(transit.content.next_label, deliver.label)
        self.assertIsNone(deliver.host)  # D has two: table 2 chooses
        self.assertEqual(
            [str(rule.content.prefix) for rule in transition.switch + transition.at_once],
            ["10.0.4.0/24", "10.0.5.0/24"],
        )
        self.assertEqual(transition.switch[0].content.way, Bucket(256, transit.content.label, 1))
        self.assertEqual(obsolete, [])

    def test_what_is_installed_already_is_left_alone(self):
        self.install({AD: [OVER_B]})
        transition, obsolete = self.install({AD: [OVER_B]})
        self.assertEqual(
            (transition.prepare, transition.switch, transition.at_once, obsolete), ([], [], [], [])
        )

    def test_a_new_path_has_new_labels_and_the_old_ones_are_kept_until_they_have_drained(self):
        before, _ = self.install({AD: [OVER_B]})
        old = before.prepare[0]
        transition, obsolete = self.install({AD: [OVER_C]})
        self.assertEqual(obsolete, [old])
        self.assertNotEqual(transition.prepare[0].content.label, old.content.label)
        self.assertIn(old, self.forwarding.wanted("B"))
        again, _ = self.install({AD: [OVER_B]})  # while the old rule drains
        self.assertNotEqual(again.prepare[0].content.label, old.content.label)
        self.forwarding.drained(obsolete)
        self.assertNotIn(old, self.forwarding.wanted("B"))

    def test_a_split_covers_all_hash_values_and_is_entered_by_one_rule(self):
        paths = [OVER_B._replace(ratio=0.7), OVER_C._replace(ratio=0.3)]
        transition, _ = self.install({AD: paths})
        splits = [rule.content for rule in transition.prepare if isinstance(rule.content, Split)]
        self.assertEqual(collections.Counter(ports_of_values(splits)), {1: 179, 2: 77})
        self.assertEqual(
            sum(split.port == 1 for split in splits), 1
        )  # the largest share: what the others leave
        self.assertTrue(all(rule.content.split == splits[0].split for rule in transition.switch))

    def test_a_demand_that_needs_nothing_new_elsewhere_need_not_wait_for_other_switches(self):
        halves = [OVER_B._replace(ratio=0.5), OVER_C._replace(ratio=0.5)]
        first, _ = self.install({AD: halves})
        self.assertEqual((len(first.switch), first.at_once), (2, []))
        second, _ = self.install(
            {AD: [OVER_B]}
        )  # after a failure on the other path: its labels are there
        self.assertEqual((second.prepare, second.switch, len(second.at_once)), ([], [], 2))

    def test_another_ratio_moves_only_the_hash_values_in_between(self):
        def port_of(transition):
            return ports_of_values(
                [rule.content for rule in transition.prepare if isinstance(rule.content, Split)]
            )

        first, _ = self.install({AD: [OVER_B._replace(ratio=0.7), OVER_C._replace(ratio=0.3)]})
        second, _ = self.install({AD: [OVER_C._replace(ratio=0.4), OVER_B._replace(ratio=0.6)]})
        moved = sum(a != b for a, b in zip(port_of(first), port_of(second)))
        self.assertEqual(moved, 179 - 154)

    def test_select_groups_carry_the_weights(self):
        self.forwarding = Forwarding(diamond(), "select", random.Random(1))
        transition, _ = self.install({AD: [OVER_B._replace(ratio=0.5), OVER_C._replace(ratio=0.5)]})
        group = next(rule.content for rule in transition.prepare if isinstance(rule.content, Group))
        self.assertEqual([bucket.weight for bucket in group.buckets], [128, 128])
        self.assertEqual({rule.content.group for rule in transition.switch}, {group.group})

    def test_an_aborted_transition_leaves_everything_as_it_was(self):
        self.install({AD: [OVER_B]})
        before = {node: self.forwarding.wanted(node) for node in "ABCD"}
        transition = self.forwarding.plan_transition({AD: [OVER_C]}, [])
        prepared = self.forwarding.abort(transition)
        self.assertEqual(prepared, transition.prepare)
        self.forwarding.drained(prepared)
        self.assertEqual({node: self.forwarding.wanted(node) for node in "ABCD"}, before)
        self.assertEqual(self.forwarding.paths(), {AD: (OVER_B,)})
        self.assertIsNone(self.forwarding.demand_of(transition.switch[0].cookie))

    def test_demands_without_a_host_at_an_end_need_no_rules(self):
        transition, _ = self.install({DemandKey("A", "B"): [PathShare(("A>B",), 1.0)]})
        self.assertEqual((transition.prepare, transition.switch, transition.at_once), ([], [], []))

    def test_a_removed_demand_stops_at_its_ingress_and_then_frees_its_labels(self):
        installed, _ = self.install({AD: [OVER_B]})
        transition, obsolete = self.install({}, [AD])
        self.assertEqual(transition.stop, installed.switch)
        self.assertEqual(obsolete, installed.prepare)

    def test_a_link_without_a_port_names_itself_and_leaves_nothing_behind(self):
        forwarding = Forwarding(network_of(DIAMOND), "multipath", random.Random(1))
        with self.assertRaisesRegex(KeyError, "A>B"):
            forwarding.plan_transition({AD: [OVER_B]}, [])
        self.assertEqual(forwarding.wanted("B"), [])

    def test_random_plans_leave_exactly_the_rules_that_they_need(self):
        """After many changes the rules are those of a fresh installation, up to numbers."""
        rng = random.Random(3)
        choices = [[OVER_B], [OVER_C], [OVER_B._replace(ratio=0.25), OVER_C._replace(ratio=0.75)]]
        back = {"D>B": "B>A", "D>C": "C>A"}
        reverse = [[PathShare((first, back[first]), 1.0)] for first in back]
        for _ in range(50):
            routes = {AD: rng.choice(choices), DemandKey("D", "A"): rng.choice(reverse)}
            self.forwarding.drained(self.install(routes)[1])
        fresh = Forwarding(diamond(), "multipath", random.Random(4))
        fresh.commit(fresh.plan_transition(routes, []))
        shape = lambda forwarding: {
            node: collections.Counter(type(rule.content) for rule in forwarding.wanted(node))
            for node in "ABCD"
        }
        for forwarding in (self.forwarding, fresh):
            for node in "ABCD":
                forwarding.base(node)
        self.assertEqual(shape(self.forwarding), shape(fresh))


class NumberPoolTest(unittest.TestCase):
    def test_a_number_comes_back_as_late_as_possible_and_never_while_in_use(self):
        pool = NumberPool(1, 4, 3)
        pool.reserve(4)
        self.assertEqual([pool.take(), pool.take()], [3, 1])
        pool.free(3)
        self.assertEqual([pool.take(), pool.take()], [2, 3])
        with self.assertRaises(OverflowError):
            pool.take()


class CookieTest(unittest.TestCase):
    def test_cookies_are_told_from_those_of_others_and_by_kind(self):
        make = rules.RuleMaker(random.Random(1)).make
        rule = make("A", Transit(16, 17, 1))
        self.assertEqual(rule.cookie & rules.COOKIE_MARK_MASK, rules.COOKIE_MARK << 48)
        self.assertEqual(rule.cookie & rules.KIND_MASK, rules.kind_cookie(rules.KIND_TRANSIT))
        self.assertNotEqual(make("A", Transit(16, 17, 1)).cookie, rule.cookie)


if __name__ == "__main__":
    unittest.main()
