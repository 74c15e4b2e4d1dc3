"""Rhumb, os-ken and Open vSwitch as one system: `rhumb serve` steers switches in network
namespaces.

Asserts behaviour and never time; what was measured is printed. figures.py measures the same with
more repetitions.
"""
import signal
import sys
import time
import unittest

import experiments
import requirements
from experiments import Probe, settled
from installed import InstalledPaths
from north import North
from processes import wait_for
from rhumb.v1 import north_pb2
from testbed import Cable, RHUMB, Testbed

REASON = requirements.why_not(RHUMB)
SKIPPED = 77  # what CTest takes for "skipped"
# Packets a second where none may be lost: few enough for the sockets' buffers when the switch is
# off the processor for most of a second, as it can be on a busy machine.
RATE = 250


def say(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)


class Loop(unittest.TestCase):
    """One network for all tests of a class."""

    split_method = "multipath"
    size = 20
    interval_s = 1  # of telemetry, and between decisions

    @classmethod
    def setUpClass(cls):
        cls.began = time.time()
        nodes, cables = experiments.ring_with_chords()
        if cls.size == 4:
            nodes = ["n1", "n2", "n3", "n4"]
            cables = [
                Cable("n1", "n2"),
                Cable("n2", "n4"),
                Cable("n1", "n3"),
                Cable("n3", "n4"),
                Cable("n1", "n4"),
            ]
        cls.bed = Testbed(nodes, cables)
        cls.bed.__enter__()
        cls.addClassCleanup(cls.bed.close)
        cls.built = time.time()
        cls.north = North(cls.bed.directory)
        cls.addClassCleanup(cls.north.close)
        cls.start_serve()
        cls.start_osken()
        try:
            cls.reached = experiments.connected_pairs(cls.bed)
        except TimeoutError:
            say(cls.bed.osken_log()[-4000:])
            say(cls.bed.serve_log()[-4000:])
            raise

    @classmethod
    def start_serve(cls):
        cls.bed.start_serve(policy="shortest-path", interval=f"{cls.interval_s}s")

    @classmethod
    def start_osken(cls):
        cls.bed.start_osken(
            telemetry_interval_s=cls.interval_s, split_method=cls.split_method, switch_timeout=5
        )

    def setUp(self):
        self._bad_before = self._bad()

    def _bad(self) -> int:
        return len(self._outcome.result.failures) + len(self._outcome.result.errors)

    def tearDown(self):
        if self._bad() > self._bad_before:
            say("os-ken: " + self.bed.osken_log()[-3000:])
            say("serve: " + self.bed.serve_log()[-2000:])


@unittest.skipIf(REASON, REASON)
class SteeringTest(Loop):
    def test_all_pairs_talk_and_installed_paths_equal_the_plan(self):
        say(
            f"20 switches, 32 links: built in {self.built - self.began:.1f} s, all 380 pairs"
            f" reachable {self.reached - self.built:.1f} s later"
        )
        self.assertEqual(experiments.check_paths_equal_plan(self.bed, self.north), 380)

    def test_splits_are_met_within_3_points(self):
        source, destination, paths = experiments.three_paths(self.bed)
        for shares in ((0.7, 0.3), (0.5, 0.3, 0.2)):
            chosen = paths[: len(shares)]
            experiments.pin(self.bed, self.north, source, destination, dict(zip(chosen, shares)))
            for protocol in ("udp", "tcp"):
                found = experiments.measured_split(
                    self.bed, source, destination, chosen, protocol, 4000
                )
                say(
                    f"{protocol}: asked {shares}, found {tuple(round(share, 3) for share in found)}"
                )
                for asked, share in zip(shares, found):
                    self.assertAlmostEqual(share, asked, delta=0.03)
        self.north.pin(source, destination, {})

    def test_plan_changes_lose_no_packet_on_links_that_stay_up(self):
        result = experiments.plan_changes(self.bed, self.north, changes=10, rate=RATE)
        say(
            f"{result['sent']} packets, {result['changes']} plan changes: {result['lost']} lost, "
            f"{result['reordered']} reordered"
        )
        self.assertGreater(result["changes"], 0)
        self.assertEqual(result["lost"], 0)

    def test_a_tcp_connection_goes_on_through_plan_changes(self):
        source, destination, paths = experiments.three_paths(self.bed)
        transfer = experiments.Transfer(self.bed, source, destination, seconds=8)
        changes = 0
        for path in paths * 2:
            experiments.pin(self.bed, self.north, source, destination, {path: 1.0})
            changes += transfer.running()
        goodput_bps = transfer.goodput_bps()
        self.north.pin(source, destination, {})
        say(f"iperf3 over {changes} plan changes: {goodput_bps / 1e6:.1f} Mbit/s")
        self.assertGreater(changes, 0)
        self.assertGreater(goodput_bps, 0)

    def test_traffic_moves_off_a_link_that_fails_and_the_link_comes_back(self):
        failure = experiments.link_failure(self.bed, self.north, cable=0)
        say(
            f"link failure: outage {failure.outage:.3f} s (detection {failure.detection:.3f},"
            f" decision {failure.decision:.3f}, installation {failure.installation:.3f}),"
            f" {failure.demands} demands moved"
        )
        self.assertGreater(failure.demands, 0)
        self.assertLess(failure.lost, 1900)  # it came back while the probe lasted
        self.assertEqual(experiments.check_paths_equal_plan(self.bed, self.north), 380)

    def test_telemetry_tells_the_controller_the_rate_of_a_demand(self):
        probe = Probe(self.bed, "n2", "n12", seconds=6)

        def known():
            answer = self.north.stub.ExplainDecision(
                north_pb2.ExplainDecisionRequest(source="n2", destination="n12"), timeout=10
            )
            rate = answer.demands[0].rate_bps
            return rate if rate > 300e3 else None

        rate = wait_for(known, "the demand in the estimate")
        say(f"offered 0.85 Mbit/s, estimated {rate / 1e6:.2f} Mbit/s")
        self.assertLess(rate, 1.7e6)  # 1,000 packets a second of 106 bytes
        probe.result()

    def test_traffic_never_stops_while_the_controller_is_killed_and_restarted(self):
        before = experiments.wait_until_settled(self.north)
        rules = experiments.resting_rules(self.bed)
        probe = Probe(self.bed, "n1", "n11", seconds=8, rate=RATE)
        self.bed.stop_serve(signal.SIGKILL)
        self.start_serve()
        after = wait_for(lambda: settled(self.north), "the restarted controller")
        result = probe.result()
        say(f"controller restarted: {result['lost']} of {result['sent']} packets lost")
        self.assertEqual(result["lost"], 0)
        # The same epoch: versions go on, so the adapter could resume from the plan that it held.
        self.assertEqual(after.epoch, before.epoch)
        self.assertGreaterEqual(after.topology_version, before.topology_version)
        self.assertGreaterEqual(after.plan.plan_version, before.plan.plan_version)
        self.assertEqual(experiments.check_paths_equal_plan(self.bed, self.north), 380)
        counts = {node: len(found) for node, found in rules.items()}
        wait_for(
            lambda: counts
            == {node: len(found) for node, found in experiments.rules_of_ours(self.bed).items()},
            "the same number of rules as before",
            every_s=1,
        )

    def test_switches_keep_forwarding_while_os_ken_is_killed_and_restarted_and_no_rule_leaks(self):
        experiments.wait_until_settled(self.north)
        rules = experiments.resting_rules(self.bed)
        probe = Probe(self.bed, "n1", "n11", seconds=20, rate=RATE)
        self.bed.stop_osken(signal.SIGKILL)
        wait_for(lambda: not self.north.status().adapters, "the controller to notice")
        self.start_osken()
        experiments.wait_until_settled(self.north)

        found = experiments.resting_rules(self.bed)
        result = probe.result()
        say(f"os-ken restarted: {result['lost']} of {result['sent']} packets lost")
        self.assertEqual(result["lost"], 0)
        self.assertEqual(
            len({cookie >> 24 & 0xFFFFF for cookies in found.values() for cookie in cookies}), 1
        )  # one run
        self.assertEqual(
            {node: len(cookies) for node, cookies in found.items()},
            {node: len(cookies) for node, cookies in rules.items()},
        )
        self.assertFalse(
            {cookie for cookies in rules.values() for cookie in cookies}
            & {cookie for cookies in found.values() for cookie in cookies}
        )
        self.assertEqual(experiments.check_paths_equal_plan(self.bed, self.north), 380)


@unittest.skipIf(REASON, REASON)
class RefusalTest(Loop):
    """Switches that refuse: the reason reaches the controller and the plan before stays."""

    split_method = "select"
    size = 4
    interval_s = 600  # no plan comes of itself, so what is found is what the refusal left
    ONE, OTHER, SHORT = ("n1", "n2", "n4"), ("n1", "n3", "n4"), ("n1", "n4")

    def refused(self, paths: dict, reason: str) -> None:
        before = experiments.wait_until_settled(self.north)
        installed = InstalledPaths(self.bed).of_demand("n1", "n4")
        self.north.pin("n1", "n4", paths)
        adapter = wait_for(
            lambda: next(
                (
                    adapter
                    for adapter in self.north.status().adapters
                    if adapter.nacks > before.adapters[0].nacks
                ),
                None,
            ),
            "a NACK",
        )
        say(f"NACK: {adapter.last_error}")
        self.assertIn(reason, adapter.last_error)
        self.assertIn("0x1", adapter.last_error)
        self.assertEqual(adapter.plan_version_in_force, before.adapters[0].plan_version_in_force)
        self.assertEqual(InstalledPaths(self.bed).of_demand("n1", "n4"), installed)

    def recovers(self, paths: dict) -> None:
        """Once the switch can, the next plan comes through."""
        experiments.pin(self.bed, self.north, "n1", "n4", paths)
        experiments.check_paths_equal_plan(self.bed, self.north)

    def test_a_group_that_the_switch_refuses(self):
        halves = {self.ONE: 0.5, self.OTHER: 0.5}
        experiments.pin(self.bed, self.north, "n1", "n4", halves)
        taken = max(InstalledPaths(self.bed).groups["n1"]) + 1
        self.bed.ofctl(
            "add-group", "n1", f"group_id={taken},type=select,bucket=output:1"
        )  # someone else's
        self.refused({self.ONE: 0.25, self.OTHER: 0.75}, "OFPGMFC_GROUP_EXISTS")
        self.bed.ofctl("del-groups", "n1", f"group_id={taken}")
        self.recovers({self.ONE: 0.75, self.OTHER: 0.25})

    def test_a_table_that_is_full(self):
        experiments.pin(self.bed, self.north, "n1", "n4", {self.ONE: 1.0})
        bridge = self.bed.bridge("n1")
        used = sum("table=0" in line for line in self.bed.ofctl("dump-flows", "n1").splitlines())
        # No room for one rule more: that of the rest of a path from n2 over n1 and n3.
        self.bed.vsctl(
            "--",
            "--id=@full",
            "create",
            "Flow_Table",
            f"flow_limit={used}",
            "overflow_policy=refuse",
            "--",
            "set",
            "Bridge",
            bridge,
            "flow_tables:0=@full",
        )
        self.addCleanup(self.bed.vsctl, "clear", "Bridge", bridge, "flow_tables")
        before = experiments.wait_until_settled(self.north)
        self.north.pin("n2", "n4", {("n2", "n1", "n3", "n4"): 1.0})
        adapter = wait_for(
            lambda: next(
                (
                    adapter
                    for adapter in self.north.status().adapters
                    if adapter.nacks > before.adapters[0].nacks
                ),
                None,
            ),
            "a NACK",
        )
        say(f"NACK: {adapter.last_error}")
        self.assertIn("OFPFMFC_TABLE_FULL", adapter.last_error)
        self.assertEqual(InstalledPaths(self.bed).of_demand("n2", "n4"), {("n2", "n4"): 1.0})
        self.bed.vsctl("clear", "Bridge", bridge, "flow_tables")
        experiments.pin(
            self.bed, self.north, "n2", "n4", {("n2", "n1", "n3", "n4"): 0.5, ("n2", "n4"): 0.5}
        )
        experiments.check_paths_equal_plan(self.bed, self.north)


if __name__ == "__main__":
    if REASON:
        print(f"skipped: {REASON}", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
