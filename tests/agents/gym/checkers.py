"""The rules by which others judge an environment, restated, since none of them is in Debian.

    gymnasium           gymnasium/utils/env_checker.py (check_env) and passive_env_checker.py
    stable-baselines3   stable_baselines3/common/env_checker.py (check_env)
    pettingzoo          pettingzoo/test/parallel_test.py (parallel_api_test)

Where they assert, so do these. What they warn of is returned as a list of words, so that a test can
say which warnings it expects. Where the package itself is installed, `installed()` runs the real
one, too. Rendering apart, checks of spaces that Rhumb does not have (discrete ones, tuples,
sequences, images, goals) are left out.
"""
import copy
import importlib
import inspect

import numpy as np
from rhumb_gym.gymnasium_or_own import Box, DictSpace, Env


def _boxes(space):
    return space.spaces if isinstance(space, DictSpace) else {"": space}


def _same(a, b):
    """data_equivalence of gymnasium's env_checker."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return a.shape == b.shape and a.dtype == b.dtype and np.allclose(a, b, atol=0.00001)


def _gymnasium_spaces(env, said):
    """check_action_space, check_observation_space, check_space_limit."""
    for kind, space in (("action", env.action_space), ("observation", env.observation_space)):
        assert isinstance(space, (Box, DictSpace)), type(space)
        assert len(_boxes(space)) > 0, "an empty Dict space"
        for box in _boxes(space).values():
            assert box.low.shape == box.shape and box.high.shape == box.shape
            if np.any(box.low == box.high):
                said.append(f"{kind}: minimum and maximum are equal")
            if np.any(box.high < box.low):
                said.append(f"{kind}: minimum above maximum")
            if np.any(np.isinf(box.low)) or np.any(np.isinf(box.high)):
                said.append(f"{kind}: infinite")
            if kind == "action" and (
                np.any((box.low != 0) & (np.abs(box.low) != np.abs(box.high)))
                or np.any(box.low < -1)
                or np.any(box.high > 1)
            ):
                said.append("action: not symmetric and normalized")


def _gymnasium_reset(env):
    """check_reset_return_type, check_reset_seed, check_reset_options, check_seed_deprecation."""
    parameters = inspect.signature(env.reset).parameters
    assert "seed" in parameters and parameters["seed"].default is None
    assert "options" in parameters and "return_info" not in parameters
    assert not callable(getattr(env, "seed", None)), "seed() is no longer official"
    result = env.reset()
    assert isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict)
    assert result[0] in env.observation_space
    first, _ = env.reset(seed=123)
    assert first in env.observation_space and env.unwrapped._np_random is not None
    generator = copy.deepcopy(env.unwrapped._np_random)
    second, _ = env.reset(seed=123)
    assert second in env.observation_space and _same(first, second), "a seed is not an episode"
    assert env.unwrapped._np_random.bit_generator.state == generator.bit_generator.state
    third, _ = env.reset(seed=456)
    assert third in env.observation_space
    assert env.unwrapped._np_random.bit_generator.state != generator.bit_generator.state
    env.reset(options={})


def _gymnasium_observation(observation, space):
    """check_obs, whose warnings are failures here: there is no reason for one."""
    assert isinstance(observation, dict) == isinstance(space, DictSpace)
    values = observation if isinstance(observation, dict) else {"": observation}
    assert values.keys() == _boxes(space).keys()
    for name, box in _boxes(space).items():
        assert isinstance(values[name], np.ndarray) and values[name].dtype == box.dtype, name
    assert observation in space


def gymnasium_check(env):
    """Warnings that gymnasium's check_env would give; AssertionError where it would fail."""
    said = []
    assert isinstance(env, Env) and env.unwrapped is env
    _gymnasium_spaces(env, said)
    _gymnasium_reset(env)
    observation, info = env.reset()
    _gymnasium_observation(observation, env.observation_space)
    result = env.step(env.action_space.sample())
    assert isinstance(result, tuple) and len(result) == 5
    observation, reward, terminated, truncated, info = result
    _gymnasium_observation(observation, env.observation_space)
    assert isinstance(terminated, (bool, np.bool_)) and isinstance(truncated, (bool, np.bool_))
    assert isinstance(reward, (int, float, np.integer, np.floating)) and np.isfinite(reward)
    assert isinstance(info, dict)
    # env_render_passive_checker
    modes, rate = env.metadata.get("render_modes"), env.metadata.get("render_fps")
    assert isinstance(modes, (list, tuple)) and all(isinstance(mode, str) for mode in modes)
    assert not modes or (isinstance(rate, (int, float)) and rate > 0)
    if env.render_mode == "ansi":
        assert isinstance(env.render(), str)
    return sorted(set(said))


def stable_baselines3_check(env):
    """Warnings of Stable-Baselines3's check_env; AssertionError where it would fail."""
    said = []
    assert isinstance(env, Env)
    assert isinstance(env.action_space, Box), "not based off a numpy array"
    assert np.isfinite(env.action_space.low).all() and np.isfinite(env.action_space.high).all()
    for box in _boxes(env.observation_space).values():
        assert isinstance(box, Box), "nested Dict"
        if len(box.shape) not in (1, 3):
            said.append("observation: neither an image nor 1D")
    if np.any(env.action_space.low != -1) or np.any(env.action_space.high != 1):
        said.append("action: not symmetric and normalized")
    if env.action_space.dtype != np.float32:
        said.append("action: not float32")
    result = env.reset()
    assert isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], dict)
    steps = [result[0]]
    # _check_nan plays ten random steps; an episode that ends is started again, as DummyVecEnv does.
    for _ in range(10):
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert isinstance(reward, (float, int)) and np.isfinite(reward)
        assert isinstance(terminated, bool) and isinstance(truncated, bool)
        assert isinstance(info, dict)
        steps.append(observation)
        if terminated or truncated:
            steps.append(env.reset()[0])
    for observation in steps:
        assert not isinstance(observation, tuple)
        values = observation if isinstance(observation, dict) else {"": observation}
        assert values.keys() == _boxes(env.observation_space).keys()
        for name, box in _boxes(env.observation_space).items():
            assert isinstance(values[name], np.ndarray) and box.contains(values[name]), name
            assert np.isfinite(values[name]).all(), name
    return sorted(set(said))


def pettingzoo_check(env, cycles=1000):
    """Warnings that parallel_api_test would give; AssertionError where it would fail."""
    said = []
    env.max_cycles = cycles
    env.reset(seed=0, options={"options": 1})
    for _ in range(2):
        observations, infos = env.reset()
        assert isinstance(observations, dict) and isinstance(infos, dict)
        assert set(env.agents) <= set(observations) and set(env.agents) <= set(infos)
        live, finished = set(env.agents), set()
        for _ in range(cycles):
            # "action_mask" in an observation would mean a discrete action.
            assert all("action_mask" not in observations[agent] for agent in env.agents)
            step = env.step({agent: env.action_space(agent).sample() for agent in env.agents})
            assert not set(env.agents) & finished, "an agent was revived"
            assert len(step) == 5 and all(isinstance(each, dict) for each in step)
            observations, _, terminated, truncated, _ = step
            if any(set(each) != live for each in step):
                said.append("not every live agent, and no other, was given everything")
            assert set(env.agents) <= set(env.possible_agents)
            ended = {agent for agent in live if terminated[agent] or truncated[agent]}
            finished |= ended
            if not env.agents and finished != set(env.possible_agents):
                said.append("no agents left and some never ended")
            for agent in env.agents:
                assert env.observation_space(agent) is env.observation_space(agent)
                assert env.action_space(agent) is env.action_space(agent)
            live -= ended
            assert set(env.agents) == live
            if not live:
                break
    return sorted(set(said))


def installed(module, name):
    """The real checker `name` of a module, or None where its package is not installed."""
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError:
        return None
