#!/usr/bin/python3
"""Decides with rhumb_agent on a network of the gym, beside the program's own decision.

    PYTHONPATH=build/release/python:agents/gym:agents/open_model \\
        agents/open_model/examples/decide.py --topology abilene
"""
import argparse
import pathlib

import numpy as np

import rhumb_agent
import rhumb_gym

CHECKPOINTS = pathlib.Path(__file__).resolve().parents[2] / "neural" / "checkpoints"


def network_of(layout, observation):
    """What Agent.decide wants to know of an episode of the gym."""
    return {
        "capacity_bps": layout.column(observation, "links", "capacity_bps"),
        "delay_s": layout.column(observation, "links", "propagation_delay_s"),
        "usable": layout.column(observation, "links", "usable") == 1,
        "path_begin": layout.path_begin,
        "path_link_begin": layout.path_link_begin,
        "path_links": layout.path_links,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--topology", default="abilene", help="a shipped network (rhumb topo list)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    scenario = {"topology": options.topology, "load": 1.2, "steps": 1}
    for checkpoint in ("default", "packet", "plan"):
        agent = rhumb_agent.Agent(CHECKPOINTS / f"{checkpoint}.ckpt")
        with rhumb_gym.RhumbEnv(scenario) as env:
            observation, info = env.reset(options={"episode": options.seed})
            layout = info["layout"]
            ratios = agent.decide(network_of(layout, observation), observation["demand_history"])
            _, reward, _, _, _ = env.step({"split_ratios": ratios})
            env.reset(options={"episode": options.seed})
            played, own, _, _, _ = env.step(f"neural:{checkpoint},settle=off,guard=off")
            difference = np.abs(ratios - layout.column(played, "paths", "ratio")).max()
            print(
                f"{checkpoint:<8} reward {reward:+.4f}, of the program's decision {own:+.4f};"
                f" largest difference of a split ratio {difference:.1e}"
            )


if __name__ == "__main__":
    main()
