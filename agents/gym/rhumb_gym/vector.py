"""Many environments that advance together, with the interface of gymnasium.vector.VectorEnv
(1.x)."""
import numpy as np

from rhumb.v1 import simulation_pb2 as sim
from rhumb_gym.client import ActionError, BatchClient
from rhumb_gym.fixed_size import FixedSize
from rhumb_gym.gymnasium_or_own import NEXT_STEP, Box, DictSpace, VectorEnv
from rhumb_gym.scenario import Scenario
from rhumb_gym.server import SimulationProcess
from rhumb_gym.spaces import action_space, observation_space, zeros

_LARGEST_SEED = 1 << 63


class RhumbVectorEnv(VectorEnv):
    """`num_envs` environments of one scenario; each step of all is one call and is played on all
    processors.

    Over a given network observations are dictionaries of arrays [num_envs, ...] and actions an
    array [num_envs, paths]. Over random networks, which differ in size, observations are lists of
    dictionaries and actions lists of arrays; `layouts` has the layout of each environment. With
    `sizes` (see RhumbEnv) all networks have observations and actions of one size, in arrays.

    An environment whose episode ended starts the next one in the following step(), whose action for
    it is ignored, whose reward is 0 (gymnasium's AutoresetMode.NEXT_STEP). An episode that is lost
    to a fault ends with truncated, the reason in infos["fault"][i], and touches no other
    environment. `workers` is that of a server started here. `max_episode_steps`, which
    gymnasium.make_vec gives, ends episodes that have more steps with truncated.
    """

    metadata = {"render_modes": [], "autoreset_mode": NEXT_STEP}

    def __init__(
        self,
        scenario=None,
        num_envs=1,
        address=None,
        timeout=600.0,
        workers=None,
        sizes=None,
        max_episode_steps=None,
    ):
        self._client = None
        scenario = Scenario(scenario)
        flags = [] if workers is None else ["--workers", str(workers)]
        flags += [
            "--max-environments-per-client",
            str(num_envs),
            "--max-environments",
            str(max(num_envs, 256)),
        ]
        self._server = SimulationProcess(*flags) if address is None else None
        try:
            self._client = BatchClient(address or self._server.address, scenario, num_envs, timeout)
            self.size = None
            if sizes is not None:
                self.size = FixedSize.of(sizes, scenario, self._client.layout)
        except BaseException:
            self.close()
            raise
        self.num_envs = num_envs
        self.layouts = [self._client.layout] * num_envs
        self._fixed = self._client.layout is not None or self.size is not None
        self._longest = max_episode_steps
        self._last = [None] * num_envs
        self._ended = np.ones(num_envs, bool)
        self._random = np.random.default_rng()
        if self._fixed:
            if self.size is not None:
                self.single_observation_space = self.size.observation_space()
                self.single_action_space = self.size.action_space()
            else:
                self.single_observation_space = observation_space(self.layouts[0])
                self.single_action_space = action_space(self.layouts[0])
            self.observation_space = DictSpace(
                {
                    name: _batched(box, num_envs)
                    for name, box in self.single_observation_space.spaces.items()
                }
            )
            self.action_space = _batched(self.single_action_space, num_envs)

    def reset(self, *, seed=None, options=None):
        """Starts an episode in each. A seed makes all that follows a function of it; a list of
        seeds are the episodes."""
        if isinstance(seed, (list, tuple, np.ndarray)):
            episodes = [int(one) for one in seed]
            if len(episodes) != self.num_envs:
                raise ValueError(f"{len(episodes)} seeds for {self.num_envs} environments")
        else:
            if seed is not None:
                self._random = np.random.default_rng(seed)
            episodes = [self._episode() for _ in range(self.num_envs)]
        outcomes = self._client.reset(episodes)
        self._take(outcomes)
        return self._observations(), self._infos(outcomes)

    def step(self, actions):
        """An array [num_envs, paths], or a list of actions as RhumbEnv takes them."""
        if len(actions) != self.num_envs:
            raise ValueError(f"{len(actions)} actions for {self.num_envs} environments")
        outcomes = self._client.play(
            [
                (
                    sim.Action(environment=i, reset_seed=self._episode())
                    if self._ended[i]
                    else self._client.action(i, self._action(i, actions[i]))
                )
                for i in range(self.num_envs)
            ]
        )
        refused = [
            f"environment {i}: {outcome.fault}"
            for i, outcome in enumerate(outcomes)
            if outcome.refused
        ]
        self._take(outcomes)
        if refused:
            raise ActionError("; ".join(refused))
        done = np.array([outcome.done for outcome in outcomes])
        truncated = np.array([outcome.truncated for outcome in outcomes])
        if self._longest is not None:
            steps = np.array([outcome.step for outcome in outcomes])
            truncated |= (steps >= self._longest) & ~done
            self._ended |= truncated
        return (
            self._observations(),
            np.array([outcome.reward for outcome in outcomes]),
            done,
            truncated,
            self._infos(outcomes),
        )

    def close(self):
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
        return False

    def __del__(self):
        if getattr(self, "_client", None) is not None:
            self.close()

    def _episode(self):
        return int(self._random.integers(_LARGEST_SEED))

    def _take(self, outcomes):
        for i, outcome in enumerate(outcomes):
            self.layouts[i] = outcome.layout
            if outcome.observation is not None:
                self._last[i] = outcome.observation
            elif self._last[i] is None and outcome.layout is not None:
                self._last[i] = zeros(observation_space(outcome.layout))
            # What was refused goes on; every other fault needs a reset.
            self._ended[i] = outcome.done or (outcome.fault is not None and not outcome.refused)

    def _action(self, i, action):
        if self.size is None or isinstance(action, (str, dict)):
            return action
        return self.size.logits(self.layouts[i], action)

    def _observations(self):
        if not self._fixed:
            return list(self._last)
        seen = self._last
        if self.size is not None:
            seen = [self.size.observe(*each) for each in zip(self.layouts, self._last)]
        return {name: np.stack([one[name] for one in seen]) for name in seen[0]}

    def _infos(self, outcomes):
        return {
            "step": np.array([outcome.step for outcome in outcomes]),
            "terms": [outcome.terms for outcome in outcomes],
            "measurements": [outcome.measurements for outcome in outcomes],
            "fault": [outcome.fault for outcome in outcomes],
        }


def _batched(box, count):
    return Box(
        float(box.low.min()) if box.low.size else 0.0,
        float(box.high.max()) if box.high.size else 0.0,
        (count, *box.shape),
        box.dtype,
    )
