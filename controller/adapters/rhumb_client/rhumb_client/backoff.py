"""How long to wait before the next attempt."""
import random


class Backoff:
    """Grows by half with every attempt, with a fifth of jitter so that adapters do not come back in
    step."""

    def __init__(self, first_s: float, last_s: float, rng: random.Random = random):
        self._first_s = first_s
        self._last_s = last_s
        self._rng = rng
        self._next_s = first_s

    def next_s(self) -> float:
        delay_s = self._next_s
        self._next_s = min(self._last_s, self._next_s * 1.5)
        return delay_s * self._rng.uniform(0.8, 1.2)

    def reset(self) -> None:
        self._next_s = self._first_s
