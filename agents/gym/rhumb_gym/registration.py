"""Makes `gymnasium.make("Rhumb-v0", scenario={...})` work where gymnasium is installed."""
from rhumb_gym.gymnasium_or_own import gymnasium

ENV_ID = "Rhumb-v0"


def register():
    """True when gymnasium knows the environment afterwards; without gymnasium there is nothing to
    do."""
    if gymnasium is None:
        return False
    if ENV_ID not in gymnasium.registry:
        gymnasium.register(id=ENV_ID, entry_point="rhumb_gym.env:RhumbEnv")
    return True
