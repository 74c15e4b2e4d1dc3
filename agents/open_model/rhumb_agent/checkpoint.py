"""Reads the agent's weights; agents/open_model/CHECKPOINT.md has the format field by field."""
import dataclasses
import struct
import zlib
from typing import Dict

import numpy as np

MAGIC = b"RHUMBNN\n"
FEATURE_LAYOUT, PRICE_LAYOUT, PLAN_LAYOUT, FEEDBACK_LAYOUT = 2, 1, 1, 1
KINDS = {1: "mlu", 2: "packet", 3: "plan", 4: "plan"}  # by the format's number
WITH_FEEDBACK = 4

# Blocks in the order of the flat array: name, rows, columns, whether biases follow.
NETWORK = (
    ("scenario_mix", 4, 8, False),
    ("scenario_hidden", 16, 8, True),
    ("scenario_out", 4, 16, False),
    ("scenario_weights", 1, 4, False),
    ("start", 1, 3, False),
    ("link_hidden", 32, 33, True),
    ("link_update", 16, 32, True),
    ("link_gate", 16, 33, True),
    ("message", 20, 17, True),
    ("path_hidden", 24, 38, True),
    ("path_out", 9, 24, True),
)
PRICE_HEAD = (
    ("link_encoder", 16, 24, True),
    ("actor_hidden", 32, 40, True),
    ("actor_out", 6, 32, True),
    ("critic_hidden", 32, 40, True),
    ("critic_out", 1, 32, True),
    ("log_sigma", 1, 6, False),
)
FEEDBACK = (
    ("link_start", 16, 5, False),
    ("path_start", 8, 5, False),
    ("first_shift", 1, 5, False),
    ("last_shift", 1, 5, False),
)


class CheckpointError(ValueError):
    """Bytes that are no checkpoint of a known format, or a torn one."""


@dataclasses.dataclass
class Layer:
    """y = weights x + bias."""

    weights: np.ndarray  # [rows, columns]
    bias: np.ndarray  # [rows], zeros where the block has none

    def __call__(self, x):
        """[..., rows] of x [..., columns]."""
        return x @ self.weights.T + self.bias


@dataclasses.dataclass
class Checkpoint:
    kind: str  # "mlu": plans of minimum MLU; "packet": with a price head; "plan": made for packets
    about: Dict[str, str]  # what training wrote of itself: "config", "seed", "updates", ...
    network: Dict[str, Layer]
    price_head: Dict[str, Layer]  # empty unless the kind is "packet"
    feedback: Dict[str, Layer]  # empty unless a plan's network sees what is measured


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise CheckpointError("torn: a field goes on past the end")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self):
        return struct.unpack("<I", self.take(4))[0]

    def text(self):
        return self.take(self.number()).decode("utf-8", "surrogateescape")

    def floats(self):
        return np.frombuffer(self.take(4 * self.number()), "<f4")


def _layers(values, table, what):
    sizes = [rows * columns + (rows if bias else 0) for _, rows, columns, bias in table]
    if len(values) != sum(sizes) or not np.isfinite(values).all():
        raise CheckpointError(f"{len(values)} weights of the {what}, not {sum(sizes)} finite ones")
    layers, at = {}, 0
    # Computed with in float64: what float32 rounds away is what decisions differ by.
    values = values.astype(np.float64)
    for (name, rows, columns, bias), size in zip(table, sizes):
        weights = values[at : at + rows * columns].reshape(rows, columns)
        layers[name] = Layer(
            weights, values[at + rows * columns : at + size] if bias else np.zeros(rows)
        )
        at += size
    return layers


def parse(data):
    """The Checkpoint in bytes. CheckpointError says what is wrong with them."""
    if data[: len(MAGIC)] != MAGIC:
        raise CheckpointError("is not a checkpoint of Rhumb's agent")
    reader = _Reader(data)
    reader.take(len(MAGIC))
    number, features = reader.number(), reader.number()
    if number not in KINDS or features != FEATURE_LAYOUT:
        raise CheckpointError(f"has format {number} with feature layout {features}; 1 to 4 with 2")
    if struct.unpack("<I", data[-4:])[0] != zlib.crc32(data[:-4]):
        raise CheckpointError("torn or altered: the checksum does not match")
    reader.data = data[:-4]
    entries = [(reader.text(), reader.text()) for _ in range(reader.number())]
    network, price_head, feedback = _layers(reader.floats(), NETWORK, "network"), {}, {}
    if KINDS[number] == "packet":
        if reader.number() != PRICE_LAYOUT:
            raise CheckpointError("has a price layout that is not 1")
        price_head = _layers(reader.floats(), PRICE_HEAD, "price head")
    elif KINDS[number] == "plan" and reader.number() != PLAN_LAYOUT:
        raise CheckpointError("has a plan layout that is not 1")
    if number == WITH_FEEDBACK:
        if reader.number() != FEEDBACK_LAYOUT:
            raise CheckpointError("has a feedback layout that is not 1")
        feedback = _layers(reader.floats(), FEEDBACK, "feedback")
    if reader.at != len(reader.data):
        raise CheckpointError("goes on after its last field")
    return Checkpoint(KINDS[number], dict(entries), network, price_head, feedback)


def load(path):
    """The Checkpoint in a file. CheckpointError names it."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        return parse(data)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from None
