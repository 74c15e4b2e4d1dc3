"""What rhumb_gym uses of gymnasium 1.x, with its signatures: Debian has no package of it, and the
branch that uses it is to be tried all the same. On PYTHONPATH for one test only."""
import numpy as np

from gymnasium import spaces, vector  # noqa: F401

registry = {}


def register(id, entry_point, vector_entry_point=None, max_episode_steps=None, kwargs=None):
    registry[id] = (entry_point, vector_entry_point, max_episode_steps, kwargs or {})


def _load(entry_point):
    module, name = entry_point.split(":")
    return getattr(__import__(module, fromlist=[name]), name)


def make(id, **keywords):
    entry_point, _, _, normal = registry[id]
    return _load(entry_point)(**{**normal, **keywords})


def make_vec(id, num_envs=1, **keywords):
    """As gymnasium 1.x does it: the vector environment is told how long episodes may be."""
    _, entry_point, longest, normal = registry[id]
    return _load(entry_point)(
        num_envs=num_envs, **{"max_episode_steps": longest, **normal, **keywords}
    )


class Env:
    metadata = {"render_modes": []}
    render_mode = None
    spec = None
    _np_random = None

    def reset(self, *, seed=None, options=None):
        if seed is not None:
            self._np_random = np.random.Generator(np.random.PCG64(seed))

    @property
    def np_random(self):
        if self._np_random is None:
            self._np_random = np.random.Generator(np.random.PCG64())
        return self._np_random

    @property
    def unwrapped(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        self.close()
        return False
