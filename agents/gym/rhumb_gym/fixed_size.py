"""One size of observations and actions for networks of many sizes.

Learners with spaces that never change (most of them) cannot follow a network that another episode
replaces by a larger one. Here every network is put into rows of one size, masks say which rows it
fills, and all numbers are ratios, so that what was learned on some networks can be tried on others.
"""
import numpy as np

from rhumb_gym.gymnasium_or_own import Box, DictSpace

# An action of 1 is this logit.
LOGIT_SCALE = 10.0

LINK_FEATURES = (
    "capacity over the largest",
    "delay d as d / (d + mean delay of the links)",
    "usable",
    "utilization u as u / (1 + u)",
    "loss ratio",
    "queueing delay q as q / (q + 10 ms)",
)
PATH_FEATURES = (
    "delay of the demand's fastest path over this one's",
    "bottleneck capacity over the largest of the demand's paths",
    "usable",
    "split ratio in force",
    "largest utilization u along the path, u / (1 + u)",
    "largest loss ratio along the path",
    "demand's latest rate r beside the bottleneck capacity c, r / (r + c)",
)
# and before these `history` rates r, the latest first, as r / (r + mean latest rate).
DEMAND_FEATURES = ("delivered over offered", "delay d as d / (d + 100 ms)", "loss ratio")

_QUEUE_S, _DELAY_S = 0.01, 0.1


class SizeError(ValueError):
    """A network that has more links, demands or paths than there are rows."""


class FixedSize:
    """Rows for `links` links and `demands` demands with `paths` candidate paths each.

    Observations are dictionaries of float32 arrays in [0, 1], one-dimensional as common checkers
    want them, row after row:
        links  [links * LINK_FEATURES]      paths  [demands * paths * PATH_FEATURES]
        demands  [demands * (history + DEMAND_FEATURES)]
        link_mask [links]  path_mask [demands * paths]  demand_mask [demands]    1 where a row is
        filled; other rows are 0
    An action is an array [demands * paths] in [-1, 1], a logit over LOGIT_SCALE a path; what stands
    in rows that are not filled is ignored. Path i of demand d is row d * paths + i.
    """

    def __init__(self, links, demands, paths, history):
        self.links, self.demands, self.paths, self.history = links, demands, paths, history
        self._shapes = {
            "links": (links, len(LINK_FEATURES)),
            "paths": (demands * paths, len(PATH_FEATURES)),
            "demands": (demands, history + len(DEMAND_FEATURES)),
            "link_mask": (links,),
            "path_mask": (demands * paths,),
            "demand_mask": (demands,),
        }

    def __repr__(self):
        return f"{self.links} links, {self.demands} demands of {self.paths} paths"

    @classmethod
    def of(cls, sizes, scenario, layout):
        """`sizes` is "auto" or {"links": n, "demands": n, "paths": a demand}. "auto" is exactly the
        given network's `layout`, or enough for any random network of the `scenario`."""
        if isinstance(sizes, FixedSize):
            return sizes
        history = scenario.history or 8
        if sizes != "auto":
            if not isinstance(sizes, dict) or set(sizes) != {"links", "demands", "paths"}:
                raise ValueError(f'sizes is {sizes!r}; give "auto" or links, demands and paths')
            return cls(**sizes, history=history)
        if layout is not None:
            per_demand = np.diff(layout.path_begin)
            return cls(layout.num_links, layout.num_demands, int(per_demand.max()), history)
        pairs = most_nodes(scenario) * (most_nodes(scenario) - 1)
        return cls(pairs, pairs, scenario.max_paths or 8, history)

    def observation_space(self):
        return DictSpace(
            {
                name: Box(0.0, 1.0, (int(np.prod(shape)),), np.float32)
                for name, shape in self._shapes.items()
            }
        )

    def action_space(self):
        return Box(-1.0, 1.0, (self.demands * self.paths,), np.float32)

    def observe(self, layout, observation, demands=None):
        """The observation of all demands, or of those with the indices `demands`. SizeError."""
        rows, paths = self._rows(layout, demands)
        demands = np.arange(layout.num_demands) if demands is None else demands
        links, path_rows, demand_rows = _features(layout, observation)
        filled = {name: np.zeros(shape, np.float32) for name, shape in self._shapes.items()}
        filled["links"][: layout.num_links] = links
        filled["link_mask"][: layout.num_links] = 1
        filled["paths"][rows] = path_rows[paths]
        filled["path_mask"][rows] = 1
        filled["demands"][: len(demands)] = demand_rows[demands]
        filled["demand_mask"][: len(demands)] = 1
        return {name: array.reshape(-1) for name, array in filled.items()}

    def logits(self, layout, action, demands=None, into=None):
        """[paths of the network]: what an action says to each path, put into `into` if given."""
        action = np.asarray(action, np.float32)
        if action.shape != (self.demands * self.paths,):
            raise ValueError(
                f"an action of shape {action.shape}; give ({self.demands * self.paths},): one"
                f" number from -1 to 1 for each of {self}"
            )
        rows, paths = self._rows(layout, demands)
        into = np.zeros(layout.num_paths, np.float32) if into is None else into
        into[paths] = LOGIT_SCALE * action[rows]
        return into

    def _rows(self, layout, demands):
        """Rows of an observation's paths, and which paths of the layout they are."""
        per_demand = np.diff(layout.path_begin)
        chosen = np.arange(layout.num_demands) if demands is None else np.asarray(demands)
        counts = per_demand[chosen]
        most = int(counts.max(initial=0))
        if layout.num_links > self.links or len(chosen) > self.demands or most > self.paths:
            raise SizeError(
                f"{layout.topology_name} has {layout.num_links} links, {len(chosen)} demands of up"
                f" to {most} paths, and there are rows for {self}; give larger sizes"
            )
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = np.repeat(np.arange(len(chosen)) * self.paths, counts) + within
        return rows, np.repeat(layout.path_begin[chosen], counts) + within


def most_nodes(scenario):
    """Of random networks; what the server takes for what is absent (RandomNetworks in
    simulation.proto)."""
    return scenario.random.max_nodes or max(scenario.random.min_nodes, 20)


def _over(a, b):
    """a / (a + b), 0 where both are 0."""
    total = a + b
    return np.divide(a, total, out=np.zeros_like(a), where=total > 0)


def _features(layout, observation):
    """Rows of links, paths and demands as the tables above say, before they are padded."""

    def column(kind, name):
        return layout.column(observation, kind, name).astype(np.float64)

    capacity, delay = column("links", "capacity_bps"), column("links", "propagation_delay_s")
    utilization, loss = column("links", "utilization"), column("links", "loss_ratio")
    links = np.stack(
        [
            capacity / capacity.max(),
            _over(delay, delay.mean()),
            column("links", "usable"),
            utilization / (1 + utilization),
            loss,
            _over(column("links", "queueing_delay_s"), _QUEUE_S),
        ],
        axis=1,
    )
    path_delay = column("paths", "propagation_delay_s")
    bottleneck = column("paths", "bottleneck_bps")
    begin, demand = layout.path_begin[:-1], layout.path_demand
    fastest = np.minimum.reduceat(path_delay, begin)[demand]
    widest = np.maximum.reduceat(bottleneck, begin)[demand]
    fullest = layout.over_links(utilization)
    rates = observation["demand_history"].astype(np.float64)
    paths = np.stack(
        [
            np.divide(fastest, path_delay, out=np.ones_like(fastest), where=path_delay > 0),
            np.divide(bottleneck, widest, out=np.zeros_like(widest), where=widest > 0),
            column("paths", "usable"),
            column("paths", "ratio"),
            fullest / (1 + fullest),
            layout.over_links(loss),
            _over(rates[:, 0][demand], bottleneck),
        ],
        axis=1,
    )
    offered, delivered = column("demands", "offered_bps"), column("demands", "delivered_bps")
    demands = np.concatenate(
        [
            _over(rates, rates[:, 0].mean()),
            np.stack(
                [
                    np.divide(delivered, offered, out=np.zeros_like(offered), where=offered > 0),
                    _over(column("demands", "delay_s"), _DELAY_S),
                    column("demands", "loss_ratio"),
                ],
                axis=1,
            ),
        ],
        axis=1,
    )
    return tuple(np.clip(rows, 0, 1).astype(np.float32) for rows in (links, paths, demands))
