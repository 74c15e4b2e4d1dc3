import numpy as np


class Space:
    def __init__(self, shape=None, dtype=None, seed=None):
        self._shape = shape
        self.dtype = dtype
        self.np_random = np.random.default_rng(seed)

    @property
    def shape(self):
        return self._shape


class Box(Space):
    def __init__(self, low, high, shape=None, dtype=np.float32, seed=None):
        super().__init__(tuple(shape), np.dtype(dtype), seed)
        self.low = np.full(shape, low, dtype)
        self.high = np.full(shape, high, dtype)

    def contains(self, x):
        return x.shape == self.shape and bool(np.all(x >= self.low) and np.all(x <= self.high))

    def sample(self, mask=None):
        return self.np_random.uniform(self.low, self.high).astype(self.dtype)


class Dict(Space):
    def __init__(self, spaces=None, seed=None, **more):
        super().__init__(None, None, seed)
        self.spaces = dict(spaces)

    def contains(self, x):
        return x.keys() == self.spaces.keys() and all(
            self.spaces[name].contains(x[name]) for name in x
        )
