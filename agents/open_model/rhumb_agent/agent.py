"""An agent from a checkpoint: candidate paths and past demands in, split ratios out."""
import numpy as np

from rhumb_agent.checkpoint import Checkpoint, load
from rhumb_agent.feedback import features
from rhumb_agent.inference import HISTORY, Inference
from rhumb_agent.path_graph import PathGraph
from rhumb_agent.priced_split import PricedSplit, ask_head

# Path sets above this leave demands without traffic out of the network.
MANY_PATHS = 20_000


class Agent:
    """Decides as `neural:CHECKPOINT,balance=off,settle=off,guard=off` does.

    `checkpoint` is a Checkpoint or the path of a file. `iterations` and `refinements` replace what
    the checkpoint says and what the size of the network allows, as the policy's keys of that name.
    """

    def __init__(self, checkpoint, iterations=None, refinements=None):
        self.checkpoint = checkpoint if isinstance(checkpoint, Checkpoint) else load(checkpoint)
        trained = dict(
            part.split("=")
            for part in self.checkpoint.about.get("inference", "").split(",")
            if "=" in part
        )
        self.iterations = _count(iterations, trained.get("iterations"))
        self.refinements = _count(refinements, trained.get("refinements"))

    def decide(self, network, rates_bps, measured=None, in_force=None):
        """Split ratios [paths]; those of a demand sum to 1, or are 0 without a usable path.

        network    capacity_bps, delay_s, usable [links], path_begin [demands + 1],
                   path_link_begin [paths + 1] and path_links, as PathGraph takes them
        rates_bps  [demands, matrices], the latest first; at least one
        measured   utilization, loss_ratio, queueing_delay_s [links] and network_loss_ratio of the
                   last interval; None when nothing was measured. Price heads and plans with
                   feedback look at it
        in_force   [paths] split ratios until now, or None; plans with feedback look at them
        """
        rates = np.asarray(rates_bps, float)
        if rates.ndim != 2 or rates.shape[1] < 1:
            raise ValueError(f"rates of shape {rates.shape}; give [demands, matrices], 1 or more")
        # A shorter past is padded with its oldest matrix.
        rates = rates[:, np.minimum(np.arange(HISTORY), rates.shape[1] - 1)]
        many = len(network["path_link_begin"]) - 1 > MANY_PATHS
        graph = PathGraph(**network, carries_traffic=(rates > 0).any(axis=1) if many else None)
        history = rates[graph.demands] / graph.mean_capacity_bps
        history = history.astype(np.float32).astype(np.float64)
        plan = self.checkpoint.kind == "plan"
        inference = Inference(
            self.checkpoint.network,
            graph,
            over_capacity=plan,
            iterations=self.iterations,
            refinements=0 if plan else self.refinements,
        )
        feedback = None
        if self.checkpoint.feedback:
            seen = features(graph, history[:, 0], measured, in_force)
            feedback = (self.checkpoint.feedback, *seen)
        decided = inference.run(history, feedback)
        if self.checkpoint.kind == "packet":
            split = PricedSplit(graph)
            demands = inference.mean_demand
            seen = split.features(inference.link_state, decided, demands, history, measured)
            self.prices = ask_head(self.checkpoint.price_head, *seen)
            decided = split.run(decided, demands, self.prices)
        ratios = np.zeros(len(network["path_link_begin"]) - 1)
        ratios[graph.path_of_set] = decided / graph.of_pair(decided)[graph.pair_of_path]
        if many:
            self._first_usable(network, graph, ratios)
        return ratios

    @staticmethod
    def _first_usable(network, graph, ratios):
        """Demands that were left out take their first usable path."""
        usable, links = np.asarray(network["usable"], bool), np.asarray(network["path_links"])
        paths = np.minimum.reduceat(usable[links], network["path_link_begin"][:-1])
        for demand in np.setdiff1d(np.arange(len(network["path_begin"]) - 1), graph.demands):
            first, last = network["path_begin"][demand : demand + 2]
            for path in range(first, last):
                if paths[path]:
                    ratios[path] = 1
                    break


def _count(given, trained):
    if given is not None or trained in (None, "auto"):
        return given
    return int(trained)
