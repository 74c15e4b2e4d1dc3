"""rhumb_gym where a package gymnasium is: the real one if it is installed, else the stand-in beside
this file."""
import os
import sys
import unittest

try:
    import gymnasium
except ImportError:
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "stand_in"))
    import gymnasium

import rhumb_gym
from rhumb_gym import registration
from serving import QUICK, ServedTest, main


class GymnasiumTest(ServedTest):
    def test_environments_are_gymnasiums(self):
        self.assertTrue(issubclass(rhumb_gym.RhumbEnv, gymnasium.Env))
        self.assertTrue(issubclass(rhumb_gym.RhumbVectorEnv, gymnasium.vector.VectorEnv))
        self.assertEqual(
            rhumb_gym.RhumbVectorEnv.metadata["autoreset_mode"],
            gymnasium.vector.AutoresetMode.NEXT_STEP,
        )

    def test_makes_the_registered_environment(self):
        env = gymnasium.make("Rhumb-v0", scenario=QUICK, address=self.address)
        self.addCleanup(env.close)
        observation, _ = env.reset(seed=1)
        self.assertIsInstance(env.observation_space, gymnasium.spaces.Dict)
        self.assertIsInstance(env.action_space, gymnasium.spaces.Box)
        self.assertTrue(env.observation_space.contains(observation))
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        self.assertTrue(env.observation_space.contains(observation))
        self.assertEqual((terminated, truncated, info["step"]), (False, False, 1))
        again, _ = env.reset(seed=1)
        self.assertTrue(env.observation_space.contains(again))

    def test_makes_vectors_of_what_is_registered(self):
        env = gymnasium.make_vec("Rhumb-v0", num_envs=2, scenario=QUICK, address=self.address)
        self.addCleanup(env.close)
        self.assertIsInstance(env.unwrapped, rhumb_gym.RhumbVectorEnv)
        env.reset(seed=1)
        ends = [env.step(env.action_space.sample())[2:4] for _ in range(2)]
        self.assertEqual(ends[-1][0].tolist(), [True, True])
        self.assertEqual(ends[-1][1].tolist(), [False, False])

    def test_random_networks_are_registered_in_one_size(self):
        env = gymnasium.make("Rhumb-Random-v0", address=self.address)
        self.addCleanup(env.close)
        observation, _ = env.reset(seed=1)
        self.assertTrue(env.observation_space.contains(observation))
        steps = 0
        terminated = truncated = False
        while not (terminated or truncated):
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            steps += 1
        self.assertTrue(terminated)
        self.assertEqual(steps, registration.RANDOM["steps"])

    def test_plays_vectors(self):
        env = rhumb_gym.RhumbVectorEnv(QUICK, 2, address=self.address)
        self.addCleanup(env.close)
        observations, _ = env.reset(seed=1)
        self.assertTrue(env.observation_space.contains(observations))
        _, rewards, _, _, _ = env.step(env.action_space.sample())
        self.assertEqual(rewards.shape, (2,))


if __name__ == "__main__":
    main()
