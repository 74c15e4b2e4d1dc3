"""Plays the demands of a scaled network on a testbed, and compares policies on the same
arrivals."""
import json
import pathlib
import random
import statistics
import subprocess
import time
from typing import Callable, Dict, List, NamedTuple, Sequence

from north import North
from scaled_network import PACKET_BYTES, ScaledNetwork
from testbed import PYTHON, Testbed

HERE = pathlib.Path(__file__).resolve().parent


class Window(NamedTuple):
    """What became of the packets that were sent in it."""

    offered_bps: float
    goodput_bps: float
    loss_ratio: float
    delay_mean_s: float
    delay_p99_s: float


def play(
    bed: Testbed,
    network: ScaledNetwork,
    seed: int,
    lengths_s: Sequence[float],
    between: Callable[[int], None] = lambda window: None,
) -> List[Window]:
    """All hosts send for the sum of `lengths_s`. `between(i)` is called when window i begins."""
    begin = time.time() + 4  # the hosts' programs need to start
    times = [begin]
    for length in lengths_s:
        times.append(times[-1] + length)
    hosts = []
    for i, node in enumerate(bed.nodes):
        host = bed.start(
            node,
            PYTHON,
            str(HERE / "load.py"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        json.dump(
            {
                "bytes": PACKET_BYTES,
                "seed": seed * 1000 + i,
                "times": times,
                "demands": {
                    bed.address(to): rate
                    for (source, to), rate in network.demands.items()
                    if source == node
                },
            },
            host.stdin,
        )
        host.stdin.close()
        hosts.append(host)
    for i, at in enumerate(times[:-1]):
        time.sleep(max(0.0, at - time.time()))
        between(i)
    results = [json.loads(host.stdout.read()) for host in hosts]
    for host in hosts:
        host.wait()
        host.stdout.close()
    windows = []
    for i, length in enumerate(lengths_s):
        sent = sum(result[i]["sent"] for result in results)
        received = sum(result[i]["received"] for result in results)
        delays = sorted(delay for result in results for delay in result[i]["delays"])
        bits = PACKET_BYTES * 8 / length
        windows.append(
            Window(
                sent * bits,
                received * bits,
                1 - received / sent,
                statistics.mean(delays),
                delays[int(0.99 * len(delays))],
            )
        )
    return windows


def alternate(
    bed: Testbed,
    north: North,
    network: ScaledNetwork,
    policies: Sequence[str],
    pairs: int,
    seed: int,
    learn_s: float,
    settle_s: float,
    measure_s: float,
) -> Dict[str, List[Window]]:
    """The policies in turn under traffic that never stops, `pairs` times; each is given `settle_s`
    before it counts, and all have seen `learn_s` of the traffic before the first."""
    lengths, starts = [learn_s], {}
    for _ in range(pairs):
        for policy in policies:
            starts[len(lengths)] = policy
            lengths += [settle_s, measure_s]
    windows = play(
        bed, network, seed, lengths, lambda i: north.set_policy(starts[i]) if i in starts else None
    )
    return {
        policy: [windows[i + 1] for i, name in starts.items() if name == policy]
        for policy in policies
    }


def under_policy(
    bed: Testbed,
    north: North,
    network: ScaledNetwork,
    policy: str,
    seed: int,
    warm_s: float,
    lengths_s: Sequence[float],
    between=lambda window: None,
) -> List[Window]:
    """The windows after `warm_s` seconds in which the policy sees the traffic and settles."""
    north.set_policy(policy)
    return play(bed, network, seed, [warm_s, *lengths_s], lambda i: between(i - 1) if i else None)[
        1:
    ]


def interval(values: Sequence[float], rng=random.Random(1), draws: int = 10000) -> tuple:
    """Mean and its 95 % percentile-bootstrap interval."""
    means = sorted(statistics.mean(rng.choices(values, k=len(values))) for _ in range(draws))
    return statistics.mean(values), means[int(0.025 * draws)], means[int(0.975 * draws)]


def paired(base: Sequence[Window], other: Sequence[Window]) -> Dict[str, tuple]:
    """Differences run by run: goodput relative, the rest absolute."""
    return {
        "goodput": interval([b.goodput_bps / a.goodput_bps - 1 for a, b in zip(base, other)]),
        "loss": interval([b.loss_ratio - a.loss_ratio for a, b in zip(base, other)]),
        "delay_s": interval([b.delay_mean_s - a.delay_mean_s for a, b in zip(base, other)]),
    }
