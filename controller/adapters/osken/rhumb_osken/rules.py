"""What switches are told, as values. Tables: 0 classifies (label, local prefix, demand), 1 splits,
2 delivers to one of several hosts of a node. A rule is never changed: another rule with another
cookie takes its place."""
import dataclasses
import ipaddress
import random
from typing import NamedTuple, Optional, Tuple, Union

from rhumb_osken.network_file import Host

TABLE_CLASSIFY, TABLE_SPLIT, TABLE_DELIVER = 0, 1, 2
SPLIT_BITS = 8  # shares are multiples of 1/256

# A cookie is this mark, then the kind of rule, then a number. It tells our rules from those of
# other applications.
COOKIE_MARK = 0x5268
COOKIE_MARK_MASK = 0xFFFF << 48
KIND_DELIVER, KIND_LOCAL, KIND_TRANSIT, KIND_SPLIT, KIND_INGRESS, KIND_GROUP = range(1, 7)
KIND_MASK = COOKIE_MARK_MASK | 0xF << 44
GROUP_MARK = 0x52 << 24  # of group ids, which have no cookie
GROUP_MARK_MASK = 0xFF << 24


def kind_cookie(kind: int) -> int:
    return COOKIE_MARK << 48 | kind << 44


class Transit(NamedTuple):
    """Packets with a label that stands for the rest of their path: on to the next link, with the
    label of its rest."""

    label: int
    next_label: int
    port: int


class Deliver(NamedTuple):
    """The last label of all paths to a node. `host` is None when the node has several: table 2
    chooses."""

    label: int
    host: Optional[Host]


class Local(NamedTuple):
    """Packets without a label for a host of this very node."""

    table: int
    host: Host


class Split(NamedTuple):
    """Hash values `value`/`mask` of the split number `split` take this way; with mask 0 all that no
    other rule of the split takes."""

    split: int
    value: int
    mask: int
    next_label: int
    port: int


class Bucket(NamedTuple):
    weight: int
    next_label: int
    port: int


class Group(NamedTuple):
    group: int
    buckets: Tuple[Bucket, ...]


class Ingress(NamedTuple):
    """Packets of a demand: the only way, or to a split, or to a group."""

    prefix: ipaddress.IPv4Network
    way: Union[Bucket, None] = None
    split: Optional[int] = None
    group: Optional[int] = None


_KINDS = {
    Transit: KIND_TRANSIT,
    Deliver: KIND_DELIVER,
    Local: KIND_LOCAL,
    Split: KIND_SPLIT,
    Group: KIND_GROUP,
    Ingress: KIND_INGRESS,
}


@dataclasses.dataclass(frozen=True)
class Rule:
    node: str
    cookie: int
    content: Union[Transit, Deliver, Local, Split, Group, Ingress]


class RuleMaker:
    """Gives every rule a cookie that no other rule has, of this run or, most likely, of an earlier
    one."""

    def __init__(self, rng: random.Random):
        self._run = rng.randrange(1 << 20)
        self._serial = 0

    def make(self, node: str, content) -> Rule:
        self._serial += 1
        if self._serial == 1 << 24:
            self._run = (self._run + 1) % (1 << 20)
            self._serial = 1
        return Rule(
            node, kind_cookie(_KINDS[type(content)]) | self._run << 24 | self._serial, content
        )


class NumberPool:
    """Labels, split numbers, group ids: the next free one after the last that was given, so that a
    number comes back as late as possible. Numbers that were found on switches stay reserved until
    they are free again.
    """

    def __init__(self, first: int, last: int, start: int):
        self._first, self._last = first, last
        self._next = start
        self._used = set()

    def take(self) -> int:
        if len(self._used) > self._last - self._first:
            raise OverflowError(f"all numbers from {self._first} to {self._last} are in use")
        while self._next in self._used:
            self._advance()
        number = self._next
        self._used.add(number)
        self._advance()
        return number

    def reserve(self, number: int) -> None:
        self._used.add(number)

    def free(self, number: int) -> None:
        self._used.discard(number)

    def _advance(self) -> None:
        self._next = self._first if self._next >= self._last else self._next + 1
