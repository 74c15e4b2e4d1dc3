#!/usr/bin/python3
"""How many steps a second the environments make: one at a time, and batched.

    PYTHONPATH=build/release/python:agents/gym \\
        agents/gym/examples/steps_per_second.py --simulator flow
"""
import argparse
import time

import numpy as np

import rhumb_gym


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--topology", default="abilene")
    parser.add_argument("--simulator", default="flow", choices=["flow", "fluid", "ns3"])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--workers", type=int)
    parser.add_argument("--steps", type=int, default=50, help="in an episode")
    options = parser.parse_args()
    scenario = {
        "topology": options.topology,
        "simulator": options.simulator,
        "load": 0.8,
        "steps": options.steps,
        "reward": {"reference": "none"},
    }
    for count in options.batches:
        with rhumb_gym.RhumbVectorEnv(scenario, count, workers=options.workers) as env:
            env.reset(seed=1)
            actions = np.zeros((count, env.layouts[0].num_paths), np.float32)
            steps, packets, simulated, start = 0, 0, 0.0, time.monotonic()
            while time.monotonic() - start < options.seconds:
                infos = env.step(actions)[-1]
                for measured in infos["measurements"]:
                    if measured:  # not in the steps that start an episode
                        steps += 1
                        packets += measured["hop_packets"]
                        simulated += measured["simulator_s"]
            took = time.monotonic() - start
            print(
                (
                    f"{options.simulator}, {options.topology}, {count:3d} environments:"
                    f" {steps / took:8.1f} steps/s, {packets / took:9.0f} hop-packets/s,"
                    f" {simulated / took:.2f} simulators busy"
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
