"""The spaces of a layout's observations and actions."""
import numpy as np

from rhumb_gym.gymnasium_or_own import Box, DictSpace

# Logits beyond this differ by more than float32 softmax can tell.
LARGEST_LOGIT = 20.0


def observation_space(layout):
    """Arrays as rhumb.v1.Observation has them: all numbers are at least 0."""

    def rows(count, columns):
        return Box(0.0, np.inf, (count, columns), np.float32)

    return DictSpace(
        {
            "links": rows(layout.num_links, len(layout.link_features)),
            "paths": rows(layout.num_paths, len(layout.path_features)),
            "demands": rows(layout.num_demands, len(layout.demand_features)),
            "demand_history": rows(layout.num_demands, layout.history),
        }
    )


def action_space(layout):
    """One logit a candidate path."""
    return Box(-LARGEST_LOGIT, LARGEST_LOGIT, (layout.num_paths,), np.float32)


def zeros(space):
    """The observation of an episode that was lost before it said anything."""
    return {name: np.zeros(box.shape, np.float32) for name, box in space.spaces.items()}
