"""The environment as many agents that act at once, in the form of PettingZoo's ParallelEnv."""
import numpy as np

from rhumb_gym.env import RhumbEnv
from rhumb_gym.fixed_size import FixedSize, most_nodes
from rhumb_gym.gymnasium_or_own import ParallelEnv


class RhumbParallelEnv(ParallelEnv):
    """One agent an ingress node: it splits the demands that enter the network there.

    `scenario`, `address`, `timeout` and `render_mode` as for RhumbEnv. An agent's name is its
    node's. Its observation and action are those of rhumb_gym.FixedSize: all links, and its own
    demands and their paths in the order of their destinations. All agents have spaces of one size,
    so that they may share weights. All get the same reward, that of the whole network.

    With random networks an agent is a number, "0" to the largest network's last; `agents` has those
    of the episode, and names are in info["node"]. `sizes` are those of one agent.

    A step needs an action of every agent. An episode ends for all at once.
    """

    metadata = {
        "name": "rhumb_v0",
        "render_modes": ["ansi"],
        "render_fps": 1,
        "is_parallelizable": True,
    }

    def __init__(self, scenario=None, address=None, timeout=600.0, render_mode=None, sizes="auto"):
        self.render_mode = render_mode
        self._env = RhumbEnv(scenario, address, timeout, render_mode)
        layout = self._env.fixed_layout
        try:
            self._whole = FixedSize.of("auto", self._env.scenario, layout)
            if sizes == "auto":
                most = most_nodes(self._env.scenario) - 1
                if layout is not None:
                    most = int(np.bincount(layout.demand_ends[:, 0]).max())
                whole = self._whole
                self.size = FixedSize(whole.links, most, whole.paths, whole.history)
            else:
                self.size = FixedSize.of(sizes, self._env.scenario, layout)
        except BaseException:
            self._env.close()
            raise
        if layout is None:
            self.possible_agents = [str(node) for node in range(self.size.demands + 1)]
        else:
            self.possible_agents = [
                layout.node_names[node] for node in np.unique(layout.demand_ends[:, 0])
            ]
        self.agents = []
        self.observation_spaces = {a: self.size.observation_space() for a in self.possible_agents}
        self.action_spaces = {a: self.size.action_space() for a in self.possible_agents}
        self._demands = {}  # of each agent of the episode

    def observation_space(self, agent):
        return self.observation_spaces[agent]

    def action_space(self, agent):
        return self.action_spaces[agent]

    def reset(self, seed=None, options=None):
        """Starts an episode, as RhumbEnv.reset. ({agent: observation}, {agent: info})"""
        _, info = self._env.reset(seed=seed, options=options)
        layout = self._env.layout
        sources = layout.demand_ends[:, 0]
        self._demands = {
            self._name(node): np.flatnonzero(sources == node) for node in np.unique(sources)
        }
        self.agents = list(self._demands)
        return self._observations(), self._for_all(info)

    def step(self, actions):
        """{agent: action} of every agent. ({agent: observation}, rewards, terminations,
        truncations, infos)"""
        if not self.agents:
            raise RuntimeError("the episode is over or never began: reset() comes first")
        missing = [agent for agent in self.agents if agent not in actions]
        if missing:
            raise ValueError(f"no action of {', '.join(missing)}; every agent has to act")
        logits = np.zeros(self._env.layout.num_paths, np.float32)
        for agent, demands in self._demands.items():
            self.size.logits(self._env.layout, actions[agent], demands, logits)
        _, reward, terminated, truncated, info = self._env.step(logits)
        result = (
            self._observations(),
            {agent: reward for agent in self.agents},
            {agent: terminated for agent in self.agents},
            {agent: truncated for agent in self.agents},
            self._for_all(info),
        )
        if terminated or truncated:
            self.agents = []
        return result

    def state(self):
        """The whole network as one array: what all agents together see, for critics that may."""
        seen = self._whole.observe(self._env.layout, self._env.observation)
        return np.concatenate([seen[name] for name in ("links", "paths", "demands")])

    def render(self):
        return self._env.render()

    def close(self):
        self._env.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
        return False

    def _name(self, node):
        return str(node) if self._env.fixed_layout is None else self._env.layout.node_names[node]

    def _observations(self):
        layout, observation = self._env.layout, self._env.observation
        return {
            agent: self.size.observe(layout, observation, demands)
            for agent, demands in self._demands.items()
        }

    def _for_all(self, info):
        layout = self._env.layout
        return {
            agent: {
                **info,
                "demands": demands,
                "node": layout.node_names[layout.demand_ends[demands[0], 0]],
            }
            for agent, demands in self._demands.items()
        }
