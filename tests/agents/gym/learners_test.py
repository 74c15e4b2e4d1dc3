"""What learners of others need: spaces of one size, and environments that their checkers accept."""
import unittest

import checkers
import numpy as np
import rhumb_gym
from rhumb_gym import fixed_size, registration
from rhumb_gym.gymnasium_or_own import HAVE_GYMNASIUM
from serving import QUICK, ServedTest, main

RANDOM = {"random": {"min_nodes": 4, "max_nodes": 7}, "steps": 2, "history": 3, "max_paths": 4}


class CheckersTest(ServedTest):
    def env(self, scenario, **more):
        env = rhumb_gym.RhumbEnv(scenario, address=self.address, **more)
        self.addCleanup(env.close)
        return env

    def test_gymnasium_and_stable_baselines3_accept_a_given_network(self):
        env = self.env(QUICK, render_mode="ansi")
        self.assertEqual(
            checkers.gymnasium_check(env),
            ["action: not symmetric and normalized", "observation: infinite"],
        )
        self.assertEqual(
            checkers.stable_baselines3_check(env),
            ["action: not symmetric and normalized", "observation: neither an image nor 1D"],
        )

    def test_neither_warns_of_anything_in_one_size(self):
        for scenario in (QUICK, RANDOM, {**RANDOM, "simulator": "fluid", "narrowest_bps": 1e6}):
            env = self.env(scenario, sizes="auto", render_mode="ansi")
            self.assertEqual(checkers.gymnasium_check(env), [])
            self.assertEqual(checkers.stable_baselines3_check(env), [])

    def test_pettingzoo_accepts_the_parallel_view(self):
        env = rhumb_gym.RhumbParallelEnv(QUICK, address=self.address)
        self.addCleanup(env.close)
        self.assertEqual(checkers.pettingzoo_check(env), [])

    def test_pettingzoo_is_told_that_small_networks_have_fewer_agents(self):
        env = rhumb_gym.RhumbParallelEnv(RANDOM, address=self.address)
        self.addCleanup(env.close)
        self.assertEqual(checkers.pettingzoo_check(env), ["no agents left and some never ended"])

    def test_the_real_checkers_agree_where_they_are_installed(self):
        for module, name in (
            ("gymnasium.utils.env_checker", "check_env"),
            ("stable_baselines3.common.env_checker", "check_env"),
        ):
            check = checkers.installed(module, name)
            if check is not None and HAVE_GYMNASIUM:
                check(self.env(RANDOM, sizes="auto"))
        check = checkers.installed("pettingzoo.test", "parallel_api_test")
        if check is not None:
            env = rhumb_gym.RhumbParallelEnv(QUICK, address=self.address)
            self.addCleanup(env.close)
            check(env)


class FixedSizeTest(ServedTest):
    def env(self, scenario, **more):
        env = rhumb_gym.RhumbEnv(scenario, address=self.address, **more)
        self.addCleanup(env.close)
        return env

    def test_random_networks_have_one_size_and_masks_say_what_is_filled(self):
        env = self.env(RANDOM, sizes="auto")
        space, nodes = env.observation_space, set()
        for seed in range(6):
            observation, info = env.reset(seed=seed)
            layout = info["layout"]
            self.assertIs(env.observation_space, space)
            self.assertIn(observation, space)
            self.assertEqual(observation["link_mask"].sum(), layout.num_links)
            self.assertEqual(observation["demand_mask"].sum(), layout.num_demands)
            per_demand = observation["path_mask"].reshape(-1, 4).sum(axis=1)
            np.testing.assert_array_equal(
                per_demand[: layout.num_demands], np.diff(layout.path_begin)
            )
            for name, mask in (("links", "link"), ("paths", "path"), ("demands", "demand")):
                mask = observation[mask + "_mask"]
                rows = observation[name].reshape(len(mask), -1)
                self.assertEqual(np.abs(rows[mask == 0]).sum(), 0)
                if name != "demands":  # may have been silent
                    self.assertTrue((np.abs(rows[mask == 1]).sum(axis=1) > 0).all(), name)
            nodes.add(len(layout.node_names))
        self.assertGreater(len(nodes), 1)

    def test_rows_hold_what_their_names_say(self):
        fixed, raw = self.env(QUICK, sizes="auto"), self.env(QUICK)
        fixed.reset(options={"episode": 4}), raw.reset(options={"episode": 4})
        observation, _, _, _, _ = fixed.step("ecmp")
        expected, _, _, _, info = raw.step("ecmp")
        layout = info["layout"]
        links = observation["links"].reshape(layout.num_links, -1)
        utilization = layout.column(expected, "links", "utilization")
        np.testing.assert_allclose(links[:, 3], utilization / (1 + utilization), rtol=1e-5)
        paths = observation["paths"].reshape(layout.num_demands, fixed.size.paths, -1)
        for demand in (0, 50, layout.num_demands - 1):
            first, last = layout.path_begin[demand], layout.path_begin[demand + 1]
            ratios = layout.column(expected, "paths", "ratio")[first:last]
            np.testing.assert_allclose(paths[demand, : last - first, 3], ratios, rtol=1e-5)
            delays = layout.column(expected, "paths", "propagation_delay_s")[first:last]
            np.testing.assert_allclose(
                paths[demand, : last - first, 0], delays.min() / delays, rtol=1e-5
            )

    def test_an_action_is_the_logits_of_the_paths_it_has_rows_for(self):
        fixed, raw = self.env(QUICK, sizes="auto"), self.env(QUICK)
        fixed.reset(options={"episode": 4})
        _, info = raw.reset(options={"episode": 4})
        layout, paths = info["layout"], fixed.size.paths
        random = np.random.default_rng(1)
        action = random.uniform(-1, 1, fixed.action_space.shape).astype(np.float32)
        logits = np.concatenate(
            [
                fixed_size.LOGIT_SCALE * action.reshape(-1, paths)[demand, : last - first]
                for demand, (first, last) in enumerate(
                    zip(layout.path_begin[:-1], layout.path_begin[1:])
                )
            ]
        )
        observation, reward, _, _, _ = fixed.step(action)
        self.assertEqual(reward, raw.step(logits)[1])
        # What stands in empty rows does not matter.
        fixed.reset(options={"episode": 4})
        other = np.where(observation["path_mask"] == 1, action, -action)
        self.assertEqual(fixed.step(other)[1], reward)

    def test_a_network_that_does_not_fit_is_refused_with_its_size(self):
        sizes = {"links": 10, "demands": 200, "paths": 8}
        with self.assertRaisesRegex(rhumb_gym.SizeError, "abilene has 30 links.*larger sizes"):
            self.env(QUICK, sizes=sizes).reset(seed=1)
        with self.assertRaisesRegex(ValueError, "auto"):
            self.env(QUICK, sizes={"links": 10})
        with self.assertRaisesRegex(ValueError, "shape"):
            env = self.env(QUICK, sizes="auto")
            env.reset(seed=1)
            env.step(np.zeros(3))

    def test_what_was_learned_in_one_size_is_played_on_another_network(self):
        sizes = {"links": 60, "demands": 132, "paths": 8}
        drawn = self.env({**RANDOM, "history": 3}, sizes=sizes)
        given = self.env(QUICK, sizes=sizes)
        self.assertEqual(drawn.observation_space, given.observation_space)
        self.assertEqual(drawn.action_space, given.action_space)

    def test_vectors_of_random_networks_are_arrays(self):
        env = rhumb_gym.RhumbVectorEnv(RANDOM, 3, address=self.address, sizes="auto")
        self.addCleanup(env.close)
        observations, _ = env.reset(seed=[1, 2, 3])
        self.assertIn(observations, env.observation_space)
        action = env.action_space.sample()
        stepped, rewards, _, _, _ = env.step(action)
        single = self.env(RANDOM, sizes="auto")
        for i, episode in enumerate((1, 2, 3)):
            observation, _ = single.reset(options={"episode": episode})
            for name in observation:
                np.testing.assert_array_equal(observations[name][i], observation[name])
            observation, reward, _, _, _ = single.step(action[i])
            self.assertEqual(reward, rewards[i])
            for name in observation:
                np.testing.assert_array_equal(stepped[name][i], observation[name])

    def test_vectors_end_long_episodes_when_told(self):
        env = rhumb_gym.RhumbVectorEnv(
            {**QUICK, "steps": 5}, 1, address=self.address, max_episode_steps=2
        )
        self.addCleanup(env.close)
        env.reset(seed=1)
        ends = [env.step(["ecmp"])[2:4] for _ in range(4)]
        self.assertEqual([bool(done[0]) for done, _ in ends], [False] * 4)
        self.assertEqual([bool(lost[0]) for _, lost in ends], [False, True, False, False])


class ParallelTest(ServedTest):
    def test_agents_together_are_the_one_that_decides_for_all(self):
        env = rhumb_gym.RhumbParallelEnv(QUICK, address=self.address)
        single = rhumb_gym.RhumbEnv(QUICK, address=self.address)
        self.addCleanup(env.close)
        self.addCleanup(single.close)
        observations, infos = env.reset(options={"episode": 7})
        _, info = single.reset(options={"episode": 7})
        layout = info["layout"]
        self.assertEqual(sorted(env.agents), sorted(layout.node_names))
        actions = {agent: env.action_space(agent).sample() for agent in env.agents}
        logits = np.zeros(layout.num_paths, np.float32)
        for agent in env.agents:
            for row, demand in enumerate(infos[agent]["demands"]):
                source = layout.demand_ends[demand, 0]
                self.assertEqual(layout.node_names[source], agent)
                first, last = layout.path_begin[demand], layout.path_begin[demand + 1]
                slots = slice(row * env.size.paths, row * env.size.paths + last - first)
                logits[first:last] = fixed_size.LOGIT_SCALE * actions[agent][slots]
            self.assertIn(observations[agent], env.observation_space(agent))
        _, rewards, terminated, _, _ = env.step(actions)
        reward = single.step(logits)[1]
        self.assertEqual(set(rewards.values()), {reward})
        self.assertEqual(set(terminated.values()), {False})
        self.assertTrue(np.isfinite(env.state()).all())
        _, _, terminated, _, _ = env.step(actions)
        self.assertEqual((set(terminated.values()), env.agents), ({True}, []))

    def test_an_agent_that_does_not_act_is_named(self):
        env = rhumb_gym.RhumbParallelEnv(QUICK, address=self.address)
        self.addCleanup(env.close)
        with self.assertRaisesRegex(RuntimeError, "reset"):
            env.step({})
        env.reset(seed=1)
        actions = {agent: env.action_space(agent).sample() for agent in env.agents[1:]}
        with self.assertRaisesRegex(ValueError, env.agents[0]):
            env.step(actions)


class RegistrationTest(unittest.TestCase):
    def test_what_is_registered_is_there_and_cuts_nothing_off(self):
        for name, settings in registration.environments().items():
            for entry in (settings["entry_point"], settings["vector_entry_point"]):
                module, attribute = entry.split(":")
                self.assertTrue(
                    callable(getattr(__import__(module, fromlist=[attribute]), attribute)), name
                )
        scenario = registration.environments()["Rhumb-Random-v0"]
        self.assertEqual(
            scenario["max_episode_steps"],
            rhumb_gym.Scenario(scenario["kwargs"]["scenario"]).steps,
        )


if __name__ == "__main__":
    main()
