"""One environment, with the interface of gymnasium.Env."""
import numpy as np

from rhumb_gym.client import ActionError, BatchClient
from rhumb_gym.fixed_size import FixedSize
from rhumb_gym.gymnasium_or_own import Env
from rhumb_gym.scenario import Scenario
from rhumb_gym.server import SimulationProcess
from rhumb_gym.spaces import action_space, observation_space, zeros

_LARGEST_SEED = 1 << 63


class RhumbEnv(Env):
    """Routing of a network's traffic: before every interval one logit a candidate path, afterwards
    a reward.

    scenario     see rhumb_gym.Scenario
    address      HOST:PORT of a running `rhumb serve-sim`; without it one is started, and stopped by
                 close()
    timeout      seconds that one reset or step may take
    render_mode  "ansi": render() returns a table of the busiest links
    sizes        of FixedSize, "auto" or {"links": n, "demands": n, "paths": n}: observations and
                 actions of one size whatever the network, as it says

    Actions are arrays [paths] of logits (split ratios are the softmax over each demand's paths);
    {"split_ratios": array} and the name of one of Rhumb's policies ("ecmp") are taken, too, for
    baselines. Observations are dictionaries of arrays; `layout`, also in `info`, says what they
    belong to.

    With random networks and without `sizes` the spaces are those of the episode that runs and
    change with reset().

    An episode that is lost because its ns-3 worker died ends with truncated=True and the reason in
    info["fault"]; the reward of that step is 0 and the observation the last one. An action that the
    server refuses raises ActionError, and the episode goes on.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 1}

    def __init__(self, scenario=None, address=None, timeout=600.0, render_mode=None, sizes=None):
        if render_mode not in (None, "ansi"):
            raise ValueError(f'render_mode is {render_mode!r}; give "ansi" or nothing')
        self.render_mode = render_mode
        self.scenario = Scenario(scenario)
        self.size = None
        self._client = None
        self._server = None
        self._server = SimulationProcess() if address is None else None
        try:
            self._client = BatchClient(address or self._server.address, self.scenario, 1, timeout)
            # Of every episode on a given network, else None.
            self.fixed_layout = self._client.layout
            self._outcome = None
            self._observation = None
            if sizes is not None:
                self.size = FixedSize.of(sizes, self.scenario, self.fixed_layout)
                self.observation_space = self.size.observation_space()
                self.action_space = self.size.action_space()
            # Random networks are only known by playing one.
            self._take_layout(self._client.layout or self._reset_to(0).layout)
        except BaseException:
            self.close()
            raise

    def reset(self, *, seed=None, options=None):
        """Starts an episode; the same seed is the same episode. options={"episode": n} names it
        directly."""
        super().reset(seed=seed)
        episode = (options or {}).get("episode")
        if episode is None:
            episode = int(self.np_random.integers(_LARGEST_SEED))
        outcome = self._reset_to(episode)
        if outcome.fault:
            raise RuntimeError(f"episode {episode} cannot be played: {outcome.fault}")
        self._take_layout(outcome.layout)
        return self._seen(), {"layout": self.layout, "episode": episode, "step": 0}

    def step(self, action):
        if self.size is not None and not isinstance(action, (str, dict)):
            action = self.size.logits(self.layout, action)
        outcome = self._client.step([action])[0]
        if outcome.refused:
            raise ActionError(outcome.fault)
        if outcome.fault and not outcome.truncated:
            raise RuntimeError(outcome.fault)
        self._keep(outcome)
        info = {
            "layout": self.layout,
            "step": outcome.step,
            "terms": outcome.terms,
            "measurements": outcome.measurements,
        }
        if outcome.fault:
            info["fault"] = outcome.fault
        return self._seen(), float(outcome.reward), outcome.done, outcome.truncated, info

    @property
    def observation(self):
        """The last one, in the network's own size."""
        return self._observation

    def render(self):
        """The busiest links of the last interval, as text; None without render_mode."""
        if self.render_mode is None or self._observation is None:
            return None
        utilization = self.layout.column(self._observation, "links", "utilization")
        usable = self.layout.column(self._observation, "links", "usable")
        lines = [
            f"{self.layout.topology_name}: step {self._outcome.step} of {self.layout.steps}, "
            f"reward {self._outcome.reward:+.3f}, {int((usable == 0).sum())} links down"
        ]
        for link in np.argsort(-utilization, kind="stable")[:10]:
            bar = "#" * int(round(40 * min(float(utilization[link]), 1.5)))
            lines.append(f"  {self.layout.link_names[link]:<24} {utilization[link]:6.3f} {bar}")
        return "\n".join(lines)

    def close(self):
        """Ends the environment, and the server if it was started here."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._server is not None:
            self._server.close()
            self._server = None

    def __del__(self):
        if getattr(self, "_client", None) is not None:
            self.close()

    def _reset_to(self, episode):
        outcome = self._client.reset([episode])[0]
        if outcome.fault and outcome.truncated:
            # A worker that died while it started: another one is there now.
            outcome = self._client.reset([episode])[0]
        self._keep(outcome)
        return outcome

    def _seen(self):
        if self.size is None:
            return self._observation
        return self.size.observe(self.layout, self._observation)

    def _keep(self, outcome):
        self._outcome = outcome
        if outcome.observation is not None:
            self._observation = outcome.observation
        elif self._observation is None and outcome.layout is not None:
            self._observation = zeros(observation_space(outcome.layout))

    def _take_layout(self, layout):
        if layout is None:
            raise RuntimeError(f"no episode could be played: {self._outcome.fault}")
        if layout is not getattr(self, "layout", None):
            self.layout = layout
            if self.size is None:
                self.observation_space = observation_space(layout)
                self.action_space = action_space(layout)
