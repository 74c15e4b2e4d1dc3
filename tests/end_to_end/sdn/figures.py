"""Measures what controller/adapters/osken/RESULTS.md states. Each takes a minute or a few; the
machine should be idle.

    figures.py start | splits | changes | failures | load

Needs root, and build/release/python on PYTHONPATH.
"""
import argparse
import statistics
import sys
import time

import experiments
import offered_load
import requirements
from north import North
from scaled_network import scaled_network
from testbed import RHUMB, Testbed


def loop(nodes, cables, **osken):
    """A running network with its questions and the times of its start."""

    class Running:
        def __enter__(self):
            self.began = time.time()
            self.bed = Testbed(nodes, cables).__enter__()
            self.built = time.time()
            self.north = North(self.bed.directory)
            self.bed.start_serve(policy="shortest-path", interval="2s")
            self.bed.start_osken(telemetry_interval_s=osken.pop("telemetry_interval_s", 5), **osken)
            return self

        def __exit__(self, *_):
            self.north.close()
            self.bed.close()

    return Running()


def start(repetitions: int) -> None:
    for _ in range(repetitions):
        with loop(*experiments.ring_with_chords(20e6)) as running:
            reached = experiments.connected_pairs(running.bed)
            demands = experiments.check_paths_equal_plan(running.bed, running.north)
            print(
                f"20 switches, 32 links: switches built in {running.built - running.began:.1f} s;"
                f" all 380 pairs reachable {reached - running.built:.1f} s after the controllers"
                f" were started, {reached - running.began:.1f} s from nothing; {demands} demands"
                " read back equal the plan"
            )


def splits(repetitions: int) -> None:
    for method in ("multipath", "select"):
        with loop(*experiments.ring_with_chords(), split_method=method) as running:
            bed, north = running.bed, running.north
            experiments.connected_pairs(bed)
            source, destination, paths = experiments.three_paths(bed)
            for shares in ((0.7, 0.3), (0.5, 0.3, 0.2)):
                chosen = paths[: len(shares)]
                experiments.pin(bed, north, source, destination, dict(zip(chosen, shares)))
                for protocol in ("udp", "tcp"):
                    found = experiments.measured_split(
                        bed, source, destination, chosen, protocol, 4096
                    )
                    worst = max(abs(share - asked) for share, asked in zip(found, shares))
                    print(
                        (
                            f"{method:9} {protocol}: asked {shares}, found"
                            f" {tuple(round(share, 3) for share in found)}, off by"
                            f" {100 * worst:.1f} points"
                        ),
                        flush=True,
                    )


def changes(repetitions: int) -> None:
    with loop(*experiments.ring_with_chords(20e6)) as running:
        experiments.connected_pairs(running.bed)
        for _ in range(repetitions):
            result = experiments.plan_changes(running.bed, running.north, 20)
            print(
                (
                    f"{result['sent']} packets at 1,000 a second, {result['changes']} plan changes:"
                    f" {result['lost']} lost, {result['reordered']} reordered; delay p50"
                    f" {1e3 * result['delay_p50_s']:.2f} ms, p99"
                    f" {1e3 * result['delay_p99_s']:.2f} ms"
                ),
                flush=True,
            )


def failures(repetitions: int) -> None:
    with loop(*experiments.ring_with_chords(20e6)) as running:
        experiments.connected_pairs(running.bed)
        found = []
        for i in range(repetitions):
            found.append(experiments.link_failure(running.bed, running.north, i % 32))
            print(
                "outage {:.0f} ms: detection {:.1f}, decision {:.1f}, installation {:.1f}; a"
                " sleeper woke {:.1f} too late; {} demands".format(
                    *(1e3 * value for value in found[-1][:5]), found[-1].demands
                ),
                flush=True,
            )
        for name in ("outage", "detection", "decision", "installation", "stall"):
            values = sorted(1e3 * getattr(failure, name) for failure in found)
            print(
                f"{name}: p50 {statistics.median(values):.1f} ms, worst of"
                f" {len(values)} {values[-1]:.1f} ms"
            )


def load(repetitions: int, seed: int = 1) -> None:
    network = scaled_network("esnet6-backbone", packets_per_s=1500, load=1.4)
    print(
        f"esnet6-backbone, {len(network.nodes)} switches, {len(network.cables)} cables, capacities"
        f" times {network.factor:.3g}; shortest path offers"
        f" {'>'.join(network.hottest)} {network.load} times its capacity"
    )
    with loop(network.nodes, network.cables, telemetry_interval_s=3) as running:
        experiments.connected_pairs(running.bed)
        runs = offered_load.alternate(
            running.bed,
            running.north,
            network,
            ("shortest-path", "neural"),
            repetitions,
            seed=seed,
            learn_s=8,
            settle_s=8,
            measure_s=8,
        )
        for policy, windows in runs.items():
            for last in windows:
                print(
                    (
                        f"{policy:14} goodput {last.goodput_bps / 1e6:.2f} Mbit/s of"
                        f" {last.offered_bps / 1e6:.2f}, loss {100 * last.loss_ratio:.2f} %, delay"
                        f" {1e3 * last.delay_mean_s:.2f} ms, p99 {1e3 * last.delay_p99_s:.1f} ms"
                    ),
                    flush=True,
                )
        for name, (mean, low, high) in offered_load.paired(
            runs["shortest-path"], runs["neural"]
        ).items():
            factor, unit = {"goodput": (100, "%"), "loss": (100, "points"), "delay_s": (1e3, "ms")}[
                name
            ]
            print(
                f"neural against shortest-path, {repetitions} pairs:"
                f" {name.removesuffix('_s')} {factor * mean:+.2f} [{factor * low:+.2f},"
                f" {factor * high:+.2f}] {unit}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    figures = {
        "start": (start, 1),
        "splits": (splits, 1),
        "changes": (changes, 1),
        "failures": (failures, 20),
        "load": (load, 5),
    }
    parser.add_argument("what", choices=figures)
    parser.add_argument("--repetitions", type=int)
    parser.add_argument("--seed", type=int, default=1, help="of the arrivals, for load")
    arguments = parser.parse_args()
    reason = requirements.why_not(RHUMB)
    if reason:
        sys.exit(f"figures.py: {reason}")
    function, default = figures[arguments.what]
    more = {"seed": arguments.seed} if arguments.what == "load" else {}
    function(arguments.repetitions or default, **more)


if __name__ == "__main__":
    main()
