"""What rhumb_gym uses of gymnasium 1.x, with its signatures: Debian has no package of it, and the
branch that uses it is to be tried all the same. On PYTHONPATH for one test only."""
import numpy as np

from gymnasium import spaces, vector  # noqa: F401

registry = {}


def register(id, entry_point):
    registry[id] = entry_point


def make(id, **keywords):
    module, name = registry[id].split(":")
    return getattr(__import__(module, fromlist=[name]), name)(**keywords)


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
