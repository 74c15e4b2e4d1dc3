#!/usr/bin/python3
"""Learns to route better than shortest path, in numpy alone, and shows it on traffic that it never
saw.

The policy scores every candidate path by a few numbers that a controller knows and splits each
demand by the softmax of the scores: six weights in all. They are found by an evolution strategy
(antithetic perturbations, Salimans et al. 2017) whose episodes all run side by side in one call.
Rewards are relative to shortest path on the same arrivals, so 0 is as good as shortest path.

    PYTHONPATH=build/release/python:agents/gym agents/gym/examples/beat_shortest_path.py
"""
import argparse
import time

import numpy as np

import rhumb_gym


def path_features(layout, observation):
    """[paths, 6]; each is 0 for a demand's first path on an idle network."""
    delay = layout.column(observation, "paths", "propagation_delay_s")
    hops = np.diff(layout.path_link_begin)
    first = layout.path_begin[:-1][layout.path_demand]  # the first path of the same demand
    capacity = layout.column(observation, "links", "capacity_bps")
    utilization = layout.column(observation, "links", "utilization")
    loss = layout.column(observation, "links", "loss_ratio")
    busiest = layout.over_links(np.minimum(utilization, 2))
    # What the demand alone would add to the path's narrowest link.
    rate = observation["demand_history"][:, 0][layout.path_demand]
    own = rate / layout.over_links(capacity, np.minimum)
    return np.stack(
        [
            (delay - delay[first]) / (delay[first] + 1e-3),
            hops - hops[first],
            busiest,
            layout.over_links(loss),
            layout.column(observation, "paths", "ratio") * busiest,
            own - own[first],
        ],
        axis=1,
    )


def logits(weights, layout, observation):
    return path_features(layout, observation) @ weights


def play(env, decide, seeds):
    """Mean reward of the episodes of `seeds`, [seeds]; decide(i, layout, observation) gives an
    action."""
    observations, _ = env.reset(seed=seeds)
    total, steps, over = np.zeros(len(seeds)), np.zeros(len(seeds)), np.zeros(len(seeds), bool)
    while not over.all():
        observations, rewards, done, lost, _ = env.step(
            [decide(i, env.layouts[i], one(env, observations, i)) for i in range(env.num_envs)]
        )
        counts = ~over & ~lost
        total[counts] += rewards[counts]
        steps[counts] += 1
        over |= done | lost
    return total / np.maximum(steps, 1)


def one(env, observations, i):
    return (
        observations[i]
        if isinstance(observations, list)
        else {k: v[i] for k, v in observations.items()}
    )


def learn(env, start, generations, spread, rate, random, report):
    """Half of the environments play weights + noise, the other half weights - noise, on the same
    episodes."""
    weights = start.copy()
    pairs = env.num_envs // 2
    for generation in range(generations):
        noise = random.standard_normal((pairs, len(weights)))
        tried = np.concatenate([weights + spread * noise, weights - spread * noise])
        seeds = random.integers(1 << 62, size=pairs)
        rewards = play(
            env,
            lambda i, layout, observation: logits(tried[i], layout, observation),
            np.concatenate([seeds, seeds]),
        )
        better = rewards[:pairs] - rewards[pairs:]
        weights += rate * (better / (better.std() + 1e-8)) @ noise / pairs
        report(generation, rewards.mean())
    return weights


def interval(values):
    return values.mean(), 1.96 * values.std(ddof=1) / np.sqrt(len(values))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--topology", default="abilene", help="a shipped network (rhumb topo list)")
    parser.add_argument("--simulator", default="flow", choices=["flow", "fluid", "ns3"])
    parser.add_argument(
        "--load", type=float, default=1.2, help="of the busiest link under shortest path"
    )
    parser.add_argument("--generations", type=int, default=60)
    parser.add_argument("--environments", type=int, default=32, help="played side by side; even")
    parser.add_argument("--episodes", type=int, default=96, help="unseen ones, at the end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--address", help="of a running rhumb serve-sim; else one is started")
    options = parser.parse_args()

    scenario = {
        "topology": options.topology,
        "simulator": options.simulator,
        "load": options.load,
        "steps": 3,
        "interval": 1.0,
        "reward": {"completion": 1, "loss": 1, "goodput": 1},
    }
    random = np.random.default_rng(options.seed)
    started = time.monotonic()
    with rhumb_gym.RhumbVectorEnv(scenario, options.environments, address=options.address) as env:
        # Nearly everything on each demand's first path to begin with.
        start = np.array([-4.0, -1.0, 0, 0, 0, 0])
        weights = learn(
            env,
            start,
            options.generations,
            0.5,
            0.4,
            random,
            lambda generation, reward: (
                print(f"generation {generation + 1:3d}  reward {reward:+.3f}", flush=True)
                if generation % 10 == 9
                else None
            ),
        )
        print(f"learned {np.round(weights, 2)} in {time.monotonic() - started:.0f} s")

        policies = {
            "random": lambda i, layout, observation: env.single_action_space.sample(),
            "shortest-path": lambda i, layout, observation: "shortest-path",
            "ecmp": lambda i, layout, observation: "ecmp",
            "where it started": lambda i, layout, observation: logits(start, layout, observation),
            "learned": lambda i, layout, observation: logits(weights, layout, observation),
        }
        unseen = np.random.default_rng(options.seed + 1_000_003).integers(
            1 << 62, size=options.episodes
        )
        print(
            f"{options.episodes} unseen episodes on {options.topology}, {options.simulator}; reward"
            " over shortest path (95 % interval)"
        )
        for name, decide in policies.items():
            rewards = np.concatenate(
                [
                    play(env, decide, unseen[i : i + env.num_envs])
                    for i in range(0, len(unseen) - env.num_envs + 1, env.num_envs)
                ]
            )
            mean, half = interval(rewards)
            print(f"  {name:<18} {mean:+.3f} ± {half:.3f}")


if __name__ == "__main__":
    main()
