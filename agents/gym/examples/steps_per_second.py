#!/usr/bin/python3
"""How many steps a second the environments make: one at a time, and batched.

Also by processor time, of this program, the server and its workers together: what a core makes that
nothing else uses.

    PYTHONPATH=build/release/python:agents/gym \\
        agents/gym/examples/steps_per_second.py --simulator flow
"""
import argparse
import os
import pathlib
import time

import numpy as np

import rhumb_gym


def cpu_seconds(pid):
    """Of a process and its children as long as they live."""
    fields = (
        pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    threads = pathlib.Path(f"/proc/{pid}/task").iterdir()
    children = [(thread / "children").read_text(encoding="ascii").split() for thread in threads]
    return own + sum(cpu_seconds(int(child)) for of_thread in children for child in of_thread)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--topology", default="abilene")
    parser.add_argument("--nodes", type=int, help="random networks of so many nodes, in one size")
    parser.add_argument("--simulator", default="flow", choices=["flow", "fluid", "ns3"])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--workers", type=int)
    parser.add_argument("--steps", type=int, default=50, help="in an episode")
    options = parser.parse_args()
    drawn = {"random": {"min_nodes": options.nodes, "max_nodes": options.nodes}}
    scenario = {
        **(drawn if options.nodes else {"topology": options.topology}),
        "simulator": options.simulator,
        "load": 0.8,
        "steps": options.steps,
        "reward": {"reference": "none"},
    }
    network = f"{options.nodes} nodes" if options.nodes else options.topology
    for count in options.batches:
        sizes = "auto" if options.nodes else None
        with rhumb_gym.RhumbVectorEnv(scenario, count, workers=options.workers, sizes=sizes) as env:
            env.reset(seed=1)
            actions = np.zeros((count, *env.single_action_space.shape), np.float32)
            steps, packets, simulated = 0, 0, 0.0
            start, cpu_start = time.monotonic(), cpu_seconds(os.getpid())
            while time.monotonic() - start < options.seconds:
                infos = env.step(actions)[-1]
                for measured in infos["measurements"]:
                    if measured:  # not in the steps that start an episode
                        steps += 1
                        packets += measured["hop_packets"]
                        simulated += measured["simulator_s"]
            took, cpu = time.monotonic() - start, cpu_seconds(os.getpid()) - cpu_start
            print(
                (
                    f"{options.simulator}, {network}, {count:3d} environments:"
                    f" {steps / took:8.1f} steps/s, {steps / cpu:8.1f} a core,"
                    f" {packets / took:9.0f} hop-packets/s, {simulated / took:.2f} simulators busy"
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
