"""Makes `gymnasium.make("Rhumb-v0", scenario={...})` and `gymnasium.make_vec` work where gymnasium
is installed."""
from rhumb_gym.gymnasium_or_own import gymnasium

# As many steps as an episode may have (simulation.proto): this never cuts one off.
LONGEST_EPISODE = 10_000
# What Rhumb-Random-v0 is unless the caller says otherwise: a network that no episode has seen
# before, padded to one size, with four decisions.
RANDOM = {"simulator": "fluid", "random": {"max_nodes": 8}, "steps": 4, "narrowest_bps": 10e6}


def environments():
    """Names and what gymnasium.register is told of them."""
    both = {
        "entry_point": "rhumb_gym.env:RhumbEnv",
        "vector_entry_point": "rhumb_gym.vector:RhumbVectorEnv",
    }
    return {
        "Rhumb-v0": {**both, "max_episode_steps": LONGEST_EPISODE},
        "Rhumb-Random-v0": {
            **both,
            "max_episode_steps": RANDOM["steps"],
            "kwargs": {"scenario": RANDOM, "sizes": "auto"},
        },
    }


def register():
    """True when gymnasium knows the environments afterwards; without gymnasium there is nothing to
    do."""
    if gymnasium is None:
        return False
    for name, settings in environments().items():
        if name not in gymnasium.registry:
            gymnasium.register(id=name, **settings)
    return True
