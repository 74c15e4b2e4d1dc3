"""Shares of a demand as parts of the 2^SPLIT_BITS hash values, or as weights."""
from typing import List, Sequence, Tuple

from rhumb_osken.rules import SPLIT_BITS

SIZE = 1 << SPLIT_BITS


def parts(ratios: Sequence[float], size: int = SIZE) -> List[int]:
    """Whole parts of `size`, by largest remainder; each within one of ratio * size. Sums to `size`.
    A share below half a part may get none."""
    total = sum(ratios)
    exact = [ratio * size / total for ratio in ratios]
    result = [int(value) for value in exact]
    by_remainder = sorted(range(len(ratios)), key=lambda i: (result[i] - exact[i], i))
    for i in by_remainder[: size - sum(result)]:
        result[i] += 1
    return result


def aligned_ranges(start: int, count: int) -> List[Tuple[int, int]]:
    """[start, start + count) as (value, mask) matches over SPLIT_BITS bits; at most 2 * SPLIT_BITS
    of them."""
    matches = []
    while count:
        size = start & -start or SIZE
        while size > count:
            size //= 2
        matches.append((start, SIZE - size))
        start += size
        count -= size
    return matches
