"""RhumbEnv and RhumbVectorEnv, against what gymnasium says of its interfaces; runs with and without
gymnasium."""
import os
import signal
import unittest

import numpy as np
import rhumb_gym
from rhumb_gym import gymnasium_or_own
from rhumb_gym.client import ActionError
from serving import QUICK, ServedTest, children_of, main


class EnvTest(ServedTest):
    def env(self, scenario=None, **more):
        env = rhumb_gym.RhumbEnv(
            QUICK if scenario is None else scenario, address=self.address, **more
        )
        self.addCleanup(env.close)
        return env

    def test_an_episode_as_gymnasium_has_it(self):
        env = self.env()
        observation, info = env.reset(seed=3)
        self.assertTrue(env.observation_space.contains(observation))
        self.assertEqual(info["step"], 0)
        for step in (1, 2):
            action = env.action_space.sample()
            self.assertTrue(env.action_space.contains(action))
            observation, reward, terminated, truncated, info = env.step(action)
            self.assertTrue(env.observation_space.contains(observation))
            self.assertIsInstance(reward, float)
            self.assertIs(terminated, step == 2)
            self.assertIs(truncated, False)
            self.assertEqual(info["step"], step)
            self.assertEqual(
                set(info["terms"]), {"completion", "on_time", "delay", "loss", "goodput"}
            )

    def test_a_seed_makes_all_that_follows_repeatable(self):
        runs = []
        for env in (self.env(), self.env()):
            env.reset(seed=11)
            runs.append([])
            for _ in range(3):
                observation, info = env.reset()
                runs[-1].append((info["episode"], observation["demand_history"].tobytes()))
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(len(set(runs[0])), 3)
        self.assertEqual(self.env().reset(options={"episode": 5})[1]["episode"], 5)

    def test_random_networks_bring_their_own_spaces(self):
        env = self.env({"random": {"max_nodes": 12}, "steps": 1})
        sizes = set()
        for seed in range(5):
            observation, info = env.reset(seed=seed)
            self.assertTrue(env.observation_space.contains(observation))
            self.assertEqual(env.action_space.shape, (info["layout"].num_paths,))
            self.assertTrue(env.step(env.action_space.sample())[2])
            sizes.add(env.action_space.shape)
        self.assertGreater(len(sizes), 1)

    def test_a_refused_action_raises_and_the_episode_goes_on(self):
        env = self.env()
        env.reset(seed=1)
        with self.assertRaisesRegex(ActionError, "candidate paths"):
            env.step(np.zeros(3))
        self.assertEqual(env.step(env.action_space.sample())[4]["step"], 1)

    def test_renders_the_busiest_links(self):
        env = self.env(render_mode="ansi")
        env.reset(seed=1)
        env.step("shortest-path")
        text = env.render()
        self.assertIn("abilene: step 1 of 2", text)
        # The busiest link under shortest path comes first, near its capacity at load 1.
        self.assertTrue(0.7 < float(text.splitlines()[1].split()[1]) < 1.4, text)
        self.assertIsNone(self.env().render())
        with self.assertRaisesRegex(ValueError, "ansi"):
            self.env(render_mode="human")

    def test_over_links_is_the_reduction_along_every_path(self):
        env = self.env()
        env.reset(seed=1)
        layout = env.layout
        values = np.random.default_rng(1).random(layout.num_links)
        for reduce in (np.maximum, np.add):
            result = layout.over_links(values, reduce)
            for path in (0, 7, layout.num_paths - 1):
                links = layout.path_links[
                    layout.path_link_begin[path] : layout.path_link_begin[path + 1]
                ]
                self.assertAlmostEqual(result[path], reduce.reduce(values[links]))

    def test_unknown_settings_are_named(self):
        with self.assertRaisesRegex(ValueError, "colour"):
            rhumb_gym.Scenario({"colour": "red"})
        with self.assertRaisesRegex(ValueError, "quantum"):
            rhumb_gym.Scenario({"simulator": "quantum"})

    def test_registers_where_gymnasium_is(self):
        self.assertIs(rhumb_gym.register(), gymnasium_or_own.HAVE_GYMNASIUM)


class OwnServerTest(unittest.TestCase):
    def test_starts_a_server_and_stops_it(self):
        with rhumb_gym.RhumbEnv(QUICK) as env:
            env.reset(seed=1)
            server = env._server
            pid = server.pid
            os.kill(pid, 0)
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)

    def test_a_missing_program_is_said(self):
        with self.assertRaises(FileNotFoundError):
            rhumb_gym.SimulationProcess(program="/nowhere/rhumb")


class VectorTest(ServedTest):
    def vector(self, scenario=None, count=3):
        env = rhumb_gym.RhumbVectorEnv(
            QUICK if scenario is None else scenario, count, address=self.address
        )
        self.addCleanup(env.close)
        return env

    def test_plays_as_many_single_environments(self):
        env = self.vector()
        observations, _ = env.reset(seed=[4, 5, 6])
        actions = np.stack([env.single_action_space.sample() for _ in range(3)])
        stepped, rewards, terminated, truncated, _ = env.step(actions)
        self.assertEqual(
            (rewards.shape, terminated.tolist(), truncated.tolist()),
            ((3,), [False] * 3, [False] * 3),
        )
        self.assertTrue(env.observation_space.contains(stepped))
        single = rhumb_gym.RhumbEnv(QUICK, address=self.address)
        self.addCleanup(single.close)
        for i, episode in enumerate((4, 5, 6)):
            observation, _ = single.reset(options={"episode": episode})
            for name, array in observation.items():
                np.testing.assert_array_equal(observations[name][i], array)
            observation, reward, _, _, _ = single.step(actions[i])
            self.assertEqual(reward, rewards[i])
            for name, array in observation.items():
                np.testing.assert_array_equal(stepped[name][i], array)

    def test_starts_the_next_episode_in_the_step_after_the_last(self):
        env = self.vector()
        env.reset(seed=1)
        actions = np.zeros((3, env.layouts[0].num_paths))
        ended = []
        for _ in range(6):
            _, rewards, terminated, _, infos = env.step(actions)
            ended.append((terminated.tolist(), infos["step"].tolist()))
            if infos["step"][0] == 0:
                self.assertEqual(rewards.tolist(), [0, 0, 0])
        one = [([False] * 3, [1] * 3), ([True] * 3, [2] * 3), ([False] * 3, [0] * 3)]
        self.assertEqual(ended, one + one)

    def test_random_networks_come_as_lists(self):
        env = self.vector({"random": {"max_nodes": 9}, "steps": 1})
        observations, _ = env.reset(seed=1)
        self.assertEqual(len(observations), 3)
        observations, rewards, terminated, _, _ = env.step(
            [np.zeros(layout.num_paths) for layout in env.layouts]
        )
        self.assertEqual(terminated.tolist(), [True] * 3)
        self.assertTrue(np.isfinite(rewards).all())

    def test_a_dead_worker_ends_one_episode(self):
        env = self.vector(
            {
                **QUICK,
                "simulator": "ns3",
                "narrowest_bps": 1e5,
                "interval": 0.2,
                "warm_up": 0.0,
                "drain": 0.0,
                "flow_sizes": "constant",
            }
        )
        env.reset(seed=1)
        os.kill(children_of(self.server.pid)[0], signal.SIGKILL)
        actions = np.zeros((3, env.layouts[0].num_paths))
        _, rewards, terminated, truncated, infos = env.step(actions)
        self.assertEqual(sorted(truncated.tolist()), [False, False, True])
        lost = int(np.argmax(truncated))
        self.assertEqual(rewards[lost], 0)
        self.assertIsNotNone(infos["fault"][lost])
        _, _, terminated, truncated, infos = env.step(actions)
        self.assertEqual(infos["step"].tolist(), [0 if i == lost else 2 for i in range(3)])
        self.assertFalse(truncated.any())


if __name__ == "__main__":
    main()
