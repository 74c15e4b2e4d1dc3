"""Traffic routing as a Gymnasium-style environment, over Rhumb's simulators.

    import rhumb_gym
    env = rhumb_gym.RhumbEnv({"topology": "abilene", "min_load": 1.0, "max_load": 1.0})
    observation, info = env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())

Needs grpcio, numpy and Rhumb's generated messages (rhumb-protos, or the build tree's python/ on
PYTHONPATH); the gymnasium package is used when it is there and not missed when it is not.
"""
from rhumb_gym.client import BatchClient, Outcome, SimulationError
from rhumb_gym.env import RhumbEnv
from rhumb_gym.fixed_size import FixedSize, SizeError
from rhumb_gym.layout import Layout
from rhumb_gym.parallel import RhumbParallelEnv
from rhumb_gym.registration import register
from rhumb_gym.scenario import Scenario
from rhumb_gym.server import SimulationProcess
from rhumb_gym.vector import RhumbVectorEnv

__all__ = [
    "BatchClient",
    "FixedSize",
    "Layout",
    "Outcome",
    "RhumbEnv",
    "RhumbParallelEnv",
    "RhumbVectorEnv",
    "Scenario",
    "SimulationError",
    "SimulationProcess",
    "SizeError",
    "register",
]

register()
