"""`Env`, `VectorEnv`, `Box`, `DictSpace` of the gymnasium package and `ParallelEnv` of pettingzoo
where they are installed, else stand-ins with the same surface."""
import numpy as np

try:
    import gymnasium
    from gymnasium import Env
    from gymnasium.spaces import Box
    from gymnasium.spaces import Dict as DictSpace
    from gymnasium.vector import VectorEnv

    HAVE_GYMNASIUM = True
except ImportError:
    gymnasium = None
    HAVE_GYMNASIUM = False

    class Space:
        """What has members of a shape and a type, and gives random ones."""

        def __init__(self, shape=None, dtype=None):
            self.shape = shape
            self.dtype = dtype
            self._random = None

        @property
        def np_random(self):
            if self._random is None:
                self.seed()
            return self._random

        def seed(self, seed=None):
            self._random = np.random.default_rng(seed)
            return seed

        def __contains__(self, x):
            return self.contains(x)

    class Box(Space):
        """Arrays of numbers between `low` and `high`, both included; either may be infinite."""

        def __init__(self, low, high, shape=None, dtype=np.float32):
            shape = np.broadcast(low, high).shape if shape is None else tuple(shape)
            super().__init__(shape, np.dtype(dtype))
            self.low = np.broadcast_to(np.asarray(low, dtype), shape)
            self.high = np.broadcast_to(np.asarray(high, dtype), shape)

        def contains(self, x):
            x = np.asarray(x)
            return bool(
                x.shape == self.shape
                and np.can_cast(x.dtype, self.dtype)
                and np.all(x >= self.low)
                and np.all(x <= self.high)
            )

        def sample(self):
            """Uniform where both ends are finite, standard normal or exponential from the finite
            end elsewhere."""
            low, high = self.low.astype(float), self.high.astype(float)
            below, above = np.isfinite(low), np.isfinite(high)
            value = self.np_random.standard_normal(self.shape)
            tail = self.np_random.exponential(size=self.shape)
            uniform = self.np_random.random(self.shape)
            value = np.where(below & ~above, np.where(below, low, 0) + tail, value)
            value = np.where(above & ~below, np.where(above, high, 0) - tail, value)
            both = below & above
            width = np.where(both, high, 0) - np.where(both, low, 0)
            return np.where(both, np.where(both, low, 0) + uniform * width, value).astype(
                self.dtype
            )

        def __repr__(self):
            return (
                f"Box({self.low.min() if self.low.size else 0},"
                f" {self.high.max() if self.high.size else 0}, {self.shape}, {self.dtype})"
            )

        def __eq__(self, other):
            return (
                isinstance(other, Box)
                and self.shape == other.shape
                and self.dtype == other.dtype
                and np.array_equal(self.low, other.low)
                and np.array_equal(self.high, other.high)
            )

    class DictSpace(Space):
        """Named members, each of its own space."""

        def __init__(self, spaces):
            super().__init__()
            self.spaces = dict(spaces)

        def seed(self, seed=None):
            for index, space in enumerate(self.spaces.values()):
                space.seed(None if seed is None else seed + index)
            return seed

        def sample(self):
            return {name: space.sample() for name, space in self.spaces.items()}

        def contains(self, x):
            return (
                isinstance(x, dict)
                and x.keys() == self.spaces.keys()
                and all(space.contains(x[name]) for name, space in self.spaces.items())
            )

        def __getitem__(self, name):
            return self.spaces[name]

        def values(self):
            return self.spaces.values()

        def __repr__(self):
            return f"Dict({self.spaces})"

        def __eq__(self, other):
            return isinstance(other, DictSpace) and self.spaces == other.spaces

    class VectorEnv:
        """RhumbVectorEnv does all else by itself."""

        @property
        def unwrapped(self):
            return self

    class Env:
        """Seeding as gymnasium.Env does it."""

        metadata = {"render_modes": []}
        render_mode = None
        spec = None
        _np_random = None

        @property
        def np_random(self):
            if self._np_random is None:
                self._np_random = np.random.default_rng()
            return self._np_random

        @np_random.setter
        def np_random(self, value):
            self._np_random = value

        @property
        def unwrapped(self):
            return self

        def reset(self, *, seed=None, options=None):
            if seed is not None:
                self._np_random = np.random.default_rng(seed)

        def close(self):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            self.close()
            return False


try:
    from gymnasium.vector import AutoresetMode

    NEXT_STEP = AutoresetMode.NEXT_STEP
except ImportError:
    NEXT_STEP = "next_step"

try:
    from pettingzoo import ParallelEnv
except ImportError:

    class ParallelEnv:
        """What a learner of many agents may ask besides what RhumbParallelEnv does by itself."""

        @property
        def num_agents(self):
            return len(self.agents)

        @property
        def max_num_agents(self):
            return len(self.possible_agents)

        @property
        def unwrapped(self):
            return self
