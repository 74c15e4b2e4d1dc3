"""rhumb.v1.Simulation over gRPC: what a client in any language relies on."""
import json
import os
import signal
import socket
import subprocess
import time
import unittest

import grpc
import numpy as np
import rhumb_gym
from google.protobuf import json_format
from rhumb.v1 import simulation_pb2 as sim
from rhumb.v1 import simulation_pb2_grpc, status_pb2, topology_pb2, traffic_pb2
from serving import LIMIT_S, QUICK, ServedTest, children_of, main


def two_paths():
    """A and B, joined directly and over C: 10 Mbit/s each."""
    topology = topology_pb2.Topology(name="two-paths")
    for name in "ABC":
        topology.nodes.add(name=name)
    for a, b, metric in (("A", "B", 1), ("A", "C", 1), ("C", "B", 1)):
        for source, destination in ((a, b), (b, a)):
            link = topology.links.add(
                source=source, destination=destination, capacity_bps=10e6, igp_metric=metric
            )
            link.propagation_delay.FromMilliseconds(1)
    return topology


def one_demand(rate=8e6):
    """From A to B only, constant."""
    series = traffic_pb2.TrafficSeries(name="one", nodes=["A", "B"])
    series.matrices.add(source=[0], destination=[1], rate_bps=[rate])
    return series


class SimulationTest(ServedTest):
    def stub(self):
        channel = grpc.insecure_channel(
            self.address, options=[("grpc.max_receive_message_length", 256 << 20)]
        )
        self.addCleanup(channel.close)
        return simulation_pb2_grpc.SimulationStub(channel)

    def refusal(self, scenario, environments=1):
        with self.assertRaises(rhumb_gym.SimulationError) as raised:
            self.batch(scenario, environments)
        return raised.exception

    def test_says_what_the_numbers_belong_to(self):
        client = self.batch(
            {"topology": two_paths(), "traffic": one_demand(), "load": 0.8, "steps": 2}
        )
        layout = client.layout
        self.assertEqual(layout.node_names, ["A", "B", "C"])
        self.assertEqual(layout.link_names, ["A>B", "B>A", "A>C", "C>A", "C>B", "B>C"])
        self.assertEqual(
            layout.link_ends.tolist(), [[0, 1], [1, 0], [0, 2], [2, 0], [2, 1], [1, 2]]
        )
        self.assertEqual(layout.demand_ends.tolist(), [[0, 1]])
        paths = [
            layout.path_links[layout.path_link_begin[p] : layout.path_link_begin[p + 1]].tolist()
            for p in range(layout.num_paths)
        ]
        self.assertEqual(paths, [[0], [2, 4]])
        outcome = client.reset([1])[0]
        self.assertEqual(
            {name: array.shape for name, array in outcome.observation.items()},
            {"links": (6, 8), "paths": (2, 4), "demands": (1, 4), "demand_history": (1, 8)},
        )
        np.testing.assert_allclose(
            layout.column(outcome.observation, "links", "capacity_bps"), 10e6
        )
        np.testing.assert_allclose(
            layout.column(outcome.observation, "paths", "propagation_delay_s"), [1e-3, 2e-3]
        )
        # Load 0.8 of the 10 Mbit/s that shortest path uses.
        np.testing.assert_allclose(outcome.observation["demand_history"], 8e6, rtol=1e-5)

    def test_splits_as_the_softmax_of_the_logits_and_measures_it(self):
        client = self.batch(
            {"topology": two_paths(), "traffic": one_demand(), "load": 0.8, "steps": 3}
        )
        client.reset([1])
        outcome = client.step([np.log([3.0, 1.0])])[0]
        utilization = client.layout.column(outcome.observation, "links", "utilization")
        np.testing.assert_allclose(utilization, [0.6, 0, 0.2, 0, 0.2, 0], rtol=1e-5)
        np.testing.assert_allclose(
            client.layout.column(outcome.observation, "paths", "ratio"), [0.75, 0.25], rtol=1e-6
        )
        self.assertAlmostEqual(outcome.measurements["mlu"], 0.6, places=5)
        outcome = client.step([{"split_ratios": [0.25, 0.75]}])[0]
        utilization = client.layout.column(outcome.observation, "links", "utilization")
        np.testing.assert_allclose(utilization, [0.2, 0, 0.6, 0, 0.6, 0], rtol=1e-5)
        outcome = client.step(["shortest-path"])[0]
        np.testing.assert_allclose(
            client.layout.column(outcome.observation, "paths", "ratio"), [1, 0]
        )
        self.assertTrue(outcome.done)

    def test_rewards_what_is_better_than_shortest_path(self):
        client = self.batch(
            {"topology": two_paths(), "traffic": one_demand(), "load": 1.4, "steps": 3}
        )
        client.reset([1])
        self.assertEqual(client.step(["shortest-path"])[0].reward, 0)
        # 14 Mbit/s over 10 lose 4; split 9 to 5 they lose nothing.
        better = client.step([{"split_ratios": [9 / 14, 5 / 14]}])[0]
        self.assertAlmostEqual(better.terms["loss"], 4 / 14, places=2)
        self.assertAlmostEqual(better.terms["goodput"], np.log(1.4), places=2)
        self.assertGreater(better.reward, 0)
        worse = client.step([{"split_ratios": [0, 1]}])[0]
        self.assertLess(worse.terms["delay"], 0)

    def test_takes_the_weights_of_a_reward(self):
        weights = {"completion": 0, "on_time": 0, "delay": 3, "loss": 0, "goodput": 0}
        client = self.batch(
            {"topology": two_paths(), "traffic": one_demand(), "load": 0.5, "reward": weights}
        )
        client.reset([1])
        outcome = client.step([{"split_ratios": [0, 1]}])[0]
        self.assertAlmostEqual(outcome.reward, 3 * outcome.terms["delay"])
        self.assertNotEqual(outcome.reward, 0)

    def test_the_same_seed_and_actions_are_the_same_episode(self):
        scenario = {"random": {"max_nodes": 10}, "steps": 3}
        first, second = self.batch(scenario, 2), self.batch(scenario, 2)
        second.reset([99, 98])  # whatever was played before
        for seed in (5, 6):
            a, b = first.reset([seed, seed + 100]), second.reset([seed, seed + 100])
            random = np.random.default_rng(seed)
            for _ in range(3):
                actions = [random.standard_normal(outcome.layout.num_paths) for outcome in a]
                a, b = first.step(actions), second.step(actions)
                for one, other in zip(a, b):
                    self.assertEqual(one.reward, other.reward)
                    for name in one.observation:
                        np.testing.assert_array_equal(
                            one.observation[name], other.observation[name]
                        )

    def test_never_shows_the_matrix_about_to_be_played(self):
        client = self.batch({**QUICK, "traffic": "gravity:noise=0.5", "steps": 3})
        before = client.reset([3])[0].observation["demand_history"]
        zeros = np.zeros(client.layout.num_paths)
        after = client.step([zeros])[0].observation["demand_history"]
        self.assertFalse(np.allclose(before[:, 0], after[:, 0], rtol=1e-3))
        np.testing.assert_array_equal(before[:, 0], after[:, 1])  # it moved one back

    def test_sends_a_layout_only_when_it_changes(self):
        stub = self.stub()
        given = stub.CreateBatch(sim.CreateBatchRequest(scenario=rhumb_gym.Scenario(QUICK)))
        self.assertTrue(given.HasField("layout"))
        outcome = stub.Reset(sim.ResetRequest(batch=given.batch, seeds=[1])).outcomes[0]
        self.assertFalse(outcome.HasField("layout"))
        random = stub.CreateBatch(sim.CreateBatchRequest())
        self.assertFalse(random.HasField("layout"))
        for seed, sent in ((1, True), (1, False), (2, True)):
            outcome = stub.Reset(sim.ResetRequest(batch=random.batch, seeds=[seed])).outcomes[0]
            self.assertEqual(outcome.HasField("layout"), sent, seed)
        for batch in (given.batch, random.batch):
            self.assertTrue(stub.CloseBatch(sim.CloseBatchRequest(batch=batch)).closed)
            self.assertFalse(stub.CloseBatch(sim.CloseBatchRequest(batch=batch)).closed)

    def test_a_failed_link_is_seen_and_not_used(self):
        client = self.batch(
            {
                "topology": two_paths(),
                "traffic": one_demand(),
                "load": 0.8,
                "steps": 3,
                "events": ["link-down:A>B@1..2"],
            }
        )
        layout = client.layout
        outcome = client.reset([1])[0]
        self.assertEqual(layout.column(outcome.observation, "links", "usable").tolist(), [1] * 6)
        outcome = client.step([np.zeros(2)])[0]
        self.assertEqual(
            layout.column(outcome.observation, "links", "usable").tolist(), [0, 1, 1, 1, 1, 1]
        )
        self.assertEqual(layout.column(outcome.observation, "paths", "usable").tolist(), [0, 1])
        for action in (np.array([20.0, 0.0]), {"split_ratios": [1, 0]}):
            outcome = client.step([action])[0]
            utilization = layout.column(outcome.observation, "links", "utilization")
            if outcome.step == 2:
                np.testing.assert_allclose(utilization, [0, 0, 0.8, 0, 0.8, 0], rtol=1e-5)
                self.assertEqual(outcome.measurements["unrouted_bps"], 0)
            else:  # it is back
                np.testing.assert_allclose(utilization, [0.8, 0, 0, 0, 0, 0], rtol=1e-5)

    def test_random_failures_differ_by_episode(self):
        client = self.batch({**QUICK, "steps": 6, "events": ["random-failures:mtbf=3,mttr=2"]}, 8)
        outcomes = client.reset(range(8))
        down = []
        zeros = np.zeros(client.layout.num_paths)
        for _ in range(6):
            outcomes = client.step([zeros] * 8)
            down.append(
                [client.layout.column(o.observation, "links", "usable").tobytes() for o in outcomes]
            )
        self.assertGreater(len({tuple(column) for column in zip(*down)}), 1)

    def test_names_the_field_and_the_value_that_are_wrong(self):
        cases = [
            ({"topology": "atlantis"}, "scenario.topology_name", "atlantis"),
            ({**QUICK, "steps": 20000}, "scenario.steps", "20000"),
            ({**QUICK, "max_paths": 99}, "scenario.max_paths", "99"),
            ({"topology": "abilene", "min_load": 2, "max_load": 1}, "scenario.min_load", "2"),
            ({"topology": "abilene", "load": float("nan")}, "scenario.min_load", "nan"),
            ({**QUICK, "tcp_shares": [0.5, 1.5]}, "scenario.tcp_shares[1]", "1.5"),
            ({**QUICK, "interval": -1}, "scenario.interval", "-1s"),
            ({**QUICK, "events": ["link-down:X-Y@0"]}, "scenario", "X-Y"),
            ({**QUICK, "events": ["earthquake"]}, "scenario.events[0]", "earthquake"),
            ({**QUICK, "traffic": "gravity:colour=red"}, "scenario.traffic_generator", "colour"),
            ({**QUICK, "failure_share": 0.5}, "scenario.failure_share", "random networks"),
            ({"random": {"families": ["moebius"]}}, "scenario.random.families[0]", "moebius"),
            ({"random": {"min_nodes": 30, "max_nodes": 10}}, "scenario.random.min_nodes", "30"),
            ({"events": ["drain:A-B@0"]}, "scenario.events", "given network"),
            ({**QUICK, "reward": {"loss": -1}}, "scenario.reward.loss", "-1"),
            ({**QUICK, "events": ["burst:ATLAng-IPLSng*3@0.5..1"]}, "scenario", "inside of step"),
            ({"topology": topology_pb2.Topology()}, "scenario.topology", "node"),
            (
                {
                    "topology": two_paths(),
                    "traffic": traffic_pb2.TrafficSeries(
                        nodes=["A", "Z"],
                        matrices=[
                            traffic_pb2.TrafficMatrix(source=[0], destination=[1], rate_bps=[1])
                        ],
                    ),
                },
                "scenario.traffic_series",
                "Z",
            ),
        ]
        for scenario, field, value in cases:
            with self.subTest(field=field, value=value):
                error = self.refusal(scenario)
                self.assertIn(
                    error.code, (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND), error
                )
                self.assertIn(field, str(error))
                self.assertIn(value, str(error))

    def test_details_name_the_field_for_programs(self):
        with self.assertRaises(grpc.RpcError) as raised:
            self.stub().CreateBatch(
                sim.CreateBatchRequest(scenario=rhumb_gym.Scenario({**QUICK, "steps": 20000}))
            )
        trailers = dict(raised.exception.trailing_metadata())
        status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
        bad = status_pb2.BadRequest()
        for detail in status.details:
            if detail.type_url.endswith("google.rpc.BadRequest"):
                bad.ParseFromString(detail.value)
        self.assertEqual(
            [violation.field for violation in bad.field_violations], ["scenario.steps"]
        )

    def test_a_refused_action_costs_nothing(self):
        client = self.batch(environments=2)
        client.reset([1, 2])
        paths = client.layout.num_paths
        bad = [
            (np.zeros(paths - 1), "4"),
            (np.full(paths, np.inf), "inf"),
            ("astrology", "astrology"),
            ("lp-omniscient", "traffic to come"),
            ({"split_ratios": np.zeros(paths)}, "sum to 0"),
            ({"split_ratios": np.full(paths, -1.0)}, "-1"),
        ]
        for action, words in bad:
            outcome = client.step([action], [0])[0]
            self.assertTrue(outcome.refused, action)
            self.assertIn(words, outcome.fault)
            self.assertFalse(outcome.truncated)
        outcomes = client.step([np.zeros(paths)] * 2)
        self.assertEqual([(o.fault, o.step) for o in outcomes], [(None, 1), (None, 1)])

    def test_needs_a_reset_before_the_first_and_after_the_last_step(self):
        client = self.batch()
        zeros = np.zeros(client.layout.num_paths)
        self.assertIn("reset", client.step([zeros])[0].fault)
        client.reset([1])
        self.assertFalse(client.step([zeros])[0].done)
        self.assertTrue(client.step([zeros])[0].done)
        self.assertIn("reset", client.step([zeros])[0].fault)
        self.assertIsNone(client.reset([1])[0].fault)

    def test_a_bad_index_is_refused_as_a_whole(self):
        client = self.batch(environments=2)
        client.reset([1, 2])
        zeros = np.zeros(client.layout.num_paths)
        for environments, words in (
            ([0, 2], "actions[1].environment: is 2"),
            ([1, 1], "second time"),
            ([], "empty"),
        ):
            with self.assertRaises(rhumb_gym.SimulationError) as raised:
                client.step([zeros] * len(environments), environments)
            self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT)
            self.assertIn(words, str(raised.exception))
        self.assertEqual([outcome.step for outcome in client.step([zeros] * 2)], [1, 1])

    def test_resets_and_steps_mix_in_one_call(self):
        client = self.batch(environments=3)
        client.reset([1, 2, 3])
        zeros = np.zeros(client.layout.num_paths)
        outcomes = client.play(
            [
                client.action(2, zeros),
                sim.Action(environment=0, reset_seed=9),
                client.action(1, "ecmp"),
            ]
        )
        self.assertEqual([outcome.step for outcome in outcomes], [1, 0, 1])

    def test_one_call_of_a_batch_at_a_time(self):
        stub = self.stub()
        batch = stub.CreateBatch(
            sim.CreateBatchRequest(
                scenario=rhumb_gym.Scenario({"random": {"min_nodes": 30, "max_nodes": 30}}),
                environments=8,
            )
        ).batch
        request = sim.ResetRequest(batch=batch, seeds=range(8))
        calls = [stub.Reset.future(request) for _ in range(2)]
        codes = sorted(call.code().name for call in calls)
        self.assertEqual(codes, ["FAILED_PRECONDITION", "OK"])

    def test_an_unknown_batch_is_not_found(self):
        with self.assertRaises(grpc.RpcError) as raised:
            self.stub().Step(sim.StepRequest(batch=12345, actions=[sim.Action(reset_seed=1)]))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)
        self.assertIn("12345", raised.exception.details())

    def test_serves_health(self):
        # The request and answer of grpc.health.v1 are empty and one number here.
        channel = grpc.insecure_channel(self.address)
        self.addCleanup(channel.close)
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        self.assertEqual(check(b""), b"\x08\x01")  # SERVING

    def test_a_scenario_is_proto3_json_too(self):
        scenario = json_format.Parse(
            json.dumps({"topologyName": "abilene", "minLoad": 1, "maxLoad": 1, "steps": 1}),
            sim.SimulationScenario(),
        )
        client = self.batch(scenario)
        self.assertIsNone(client.reset([1])[0].fault)


class LimitsTest(ServedTest):
    flags = ("--max-environments", "6", "--max-environments-per-client", "4")

    def test_environments_are_limited_by_client_and_together(self):
        first = self.batch(environments=4)
        with self.assertRaises(rhumb_gym.SimulationError) as raised:
            self.batch(environments=5)
        self.assertEqual(raised.exception.code, grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertIn("at most 4 a client", str(raised.exception))
        with self.assertRaises(rhumb_gym.SimulationError) as raised:
            self.batch(environments=3)
        self.assertIn("at most 6", str(raised.exception))
        self.batch(environments=2)
        first.close()
        self.batch(environments=4)

    def test_a_refused_scenario_takes_no_places(self):
        for _ in range(5):
            with self.assertRaises(rhumb_gym.SimulationError) as raised:
                self.batch({"topology": "atlantis"}, 4)
            self.assertEqual(raised.exception.code, grpc.StatusCode.INVALID_ARGUMENT)


class IdleTest(ServedTest):
    flags = ("--idle-timeout", "0.5")

    def test_what_nobody_uses_is_closed(self):
        client = self.batch()
        client.reset([1])
        end = time.monotonic() + LIMIT_S
        # Asking would keep it alive; a batch closed by name says whether it was there.
        stub = simulation_pb2_grpc.SimulationStub(grpc.insecure_channel(self.address))
        while time.monotonic() < end:
            time.sleep(1)
            try:
                client.reset([1])
            except rhumb_gym.SimulationError as error:
                self.assertEqual(error.code, grpc.StatusCode.NOT_FOUND)
                self.assertIn("idle for 500ms", str(error))
                break
        else:
            self.fail("it was never closed")
        self.assertFalse(stub.CloseBatch(sim.CloseBatchRequest(batch=client._batch)).closed)


class ProgramTest(unittest.TestCase):
    def run_program(self, *flags):
        return subprocess.run(
            [os.environ["RHUMB_PROGRAM"], "serve-sim", *flags],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def test_keeps_to_this_machine_unless_told_otherwise(self):
        result = self.run_program("--listen", "0.0.0.0:0")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--allow-remote", result.stderr)
        self.assertEqual(self.run_program("--listen", "nonsense").returncode, 2)

    def test_says_that_a_port_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            result = self.run_program("--listen", f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("the port is taken", result.stderr)

    def test_stops_on_sigterm_after_its_calls(self):
        with rhumb_gym.SimulationProcess() as server:
            client = rhumb_gym.BatchClient(
                server.address, {"random": {"min_nodes": 30, "max_nodes": 30}}, 4
            )
            stub = client._stub
            call = stub.Reset.future(sim.ResetRequest(batch=client._batch, seeds=range(4)))
            # It has begun once another call of the batch is refused.
            code = None
            while code != grpc.StatusCode.FAILED_PRECONDITION and not call.done():
                probe = stub.Step.future(
                    sim.StepRequest(batch=client._batch, actions=[sim.Action(environment=99)])
                )
                code = probe.code()
            os.kill(server.pid, signal.SIGTERM)
            self.assertEqual(call.code(), grpc.StatusCode.OK)
            self.assertEqual(server._process.wait(LIMIT_S), 0)

    def test_ends_with_the_program_that_started_it(self):
        server = rhumb_gym.SimulationProcess()
        server._process.stdin.close()
        self.assertEqual(server._process.wait(LIMIT_S), 0)
        server._process = None


class Ns3Test(ServedTest):
    SCENARIO = {
        "topology": two_paths(),
        "traffic": one_demand(),
        "load": 0.7,
        "simulator": "ns3",
        "steps": 2,
        "flow_sizes": "constant",
        "narrowest_bps": 1e6,
        "interval": 0.5,
        "warm_up": 0.1,
        "drain": 0.1,
        "tcp_shares": [0.0],
    }

    def test_plays_packets(self):
        client = self.batch(self.SCENARIO, 2)
        client.reset([1, 1])
        outcomes = client.step([{"split_ratios": [1, 0]}, {"split_ratios": [0, 1]}])
        for outcome, loads in zip(outcomes, ([0.7, 0, 0], [0, 0.7, 0.7])):
            utilization = client.layout.column(outcome.observation, "links", "utilization")[
                [0, 2, 4]
            ]
            np.testing.assert_allclose(utilization, loads, atol=0.05)
            self.assertGreater(outcome.measurements["hop_packets"], 0)
        self.assertGreater(
            outcomes[1].measurements["mean_delay_s"], 1.5 * outcomes[0].measurements["mean_delay_s"]
        )

    def test_a_dead_worker_costs_one_episode_and_says_so(self):
        client = self.batch(self.SCENARIO, 2)
        client.reset([1, 2])
        workers = children_of(self.server.pid)
        self.assertEqual(len(workers), 2)
        os.kill(workers[0], signal.SIGKILL)
        zeros = np.zeros(2)
        outcomes = client.step([zeros, zeros])
        lost = [outcome for outcome in outcomes if outcome.fault]
        self.assertEqual(len(lost), 1, outcomes)
        self.assertTrue(lost[0].truncated)
        self.assertFalse(lost[0].refused)
        self.assertIn("signal 9", lost[0].fault)
        index = outcomes.index(lost[0])
        again = client.reset([index + 1], [index])[0]
        self.assertIsNone(again.fault)
        self.assertIsNone(client.step([zeros], [index])[0].fault)

    def test_closing_a_batch_ends_its_workers(self):
        client = self.batch(self.SCENARIO, 3)
        client.reset([1, 2, 3])
        before = len(children_of(self.server.pid))
        self.assertGreaterEqual(before, 3)
        client.close()
        self.assertEqual(len(children_of(self.server.pid)), before - 3)


if __name__ == "__main__":
    main()
