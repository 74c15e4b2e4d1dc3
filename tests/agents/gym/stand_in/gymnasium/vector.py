import enum


class AutoresetMode(enum.Enum):
    NEXT_STEP = "NextStep"


class VectorEnv:
    metadata = {}
    spec = None
    closed = False

    @property
    def unwrapped(self):
        return self
