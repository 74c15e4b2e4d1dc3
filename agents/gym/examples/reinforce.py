#!/usr/bin/python3
"""Learns to route random networks from random weights, in numpy alone, over the fluid simulator.

REINFORCE (Williams 1992): a small network looks at each candidate path and says the mean of its
logit; actions are drawn around the means. A group of environments plays the same episode, so what
one earns beyond the others is due to its draws (Kool et al. 2019). Networks are padded to one size
(rhumb_gym.FixedSize); what is learned is tried on networks never seen, and on a shipped one.

    PYTHONPATH=build/release/python:agents/gym agents/gym/examples/reinforce.py
"""
import argparse
import time

import numpy as np

import rhumb_gym
from rhumb_gym.fixed_size import LOGIT_SCALE, PATH_FEATURES

HIDDEN, SIGMA, GROUP = 16, 0.5, 16


class Policy:
    """The mean logit of a path from its features: W2 tanh(W1 x + b1)."""

    def __init__(self, random):
        features = len(PATH_FEATURES)
        self.weights = [
            (random.standard_normal((features, HIDDEN)) / np.sqrt(features)).astype(np.float32),
            np.zeros(HIDDEN, np.float32),
            (random.standard_normal(HIDDEN) / np.sqrt(HIDDEN)).astype(np.float32),
        ]
        self.moments = [[np.zeros_like(w), np.zeros_like(w)] for w in self.weights]
        self.updates = 0

    def __call__(self, paths, _=None):
        """Logits of features [paths, PATH_FEATURES]."""
        return np.tanh(paths @ self.weights[0] + self.weights[1]) @ self.weights[2]

    def gradient(self, paths, upstream):
        """Of the sum of upstream * logits, by every weight."""
        hidden = np.tanh(paths @ self.weights[0] + self.weights[1])
        back = upstream[:, None] * self.weights[2] * (1 - hidden**2)
        return [paths.T @ back, back.sum(axis=0), hidden.T @ upstream]

    def ascend(self, gradient, rate):
        """A step of Adam (Kingma, Ba 2015)."""
        self.updates += 1
        for weight, grad, (mean, square) in zip(self.weights, gradient, self.moments):
            mean += 0.1 * (grad - mean)
            square += 0.01 * (grad**2 - square)
            mean_hat = mean / (1 - 0.9**self.updates)
            square_hat = square / (1 - 0.99**self.updates)
            weight += rate * mean_hat / (np.sqrt(square_hat) + 1e-8)


def play(env, decide, episodes):
    """Plays the episode of each environment to its end. decide(paths, counts) gives the logits of
    all paths of all environments, `counts` of each, or is the name of a policy. What there was to
    see, counts, and rewards [environments]; one of each a step."""
    observations, _ = env.reset(seed=episodes)
    steps = []
    for _ in range(env.layouts[0].steps):
        filled = observations["path_mask"] == 1
        paths = observations["paths"].reshape(*filled.shape, len(PATH_FEATURES))[filled]
        if isinstance(decide, str):
            actions = [decide] * env.num_envs
        else:
            actions = np.zeros(filled.shape, np.float32)
            logits = decide(paths, filled.sum(axis=1))
            actions[filled] = np.clip(logits / LOGIT_SCALE, -1, 1)
        observations, rewards, _, _, _ = env.step(actions)
        steps.append((paths, filled.sum(axis=1), rewards))
    return steps


def learn(env, policy, updates, rate, random, report):
    """What earned more than the rest of its group becomes likelier."""
    groups = env.num_envs // GROUP
    for update in range(updates):
        drawn = []

        def explore(paths, counts):
            # In pairs of opposites: all of a group have the same network.
            half = [random.standard_normal((GROUP // 2) * n, np.float32) for n in counts[::GROUP]]
            drawn.append(np.concatenate([part for one in half for part in (one, -one)]))
            return policy(paths, counts) + SIGMA * drawn[-1]

        episodes = np.repeat(random.integers(1 << 62, size=groups), GROUP)
        steps = play(env, explore, episodes)
        gradient = [np.zeros_like(weight) for weight in policy.weights]
        for (paths, counts, rewards), noise in zip(steps, drawn):
            of_group = rewards.reshape(groups, GROUP)
            advantage = of_group - of_group.mean(axis=1, keepdims=True)
            advantage /= of_group.std(axis=1, keepdims=True) + 1e-6
            of_path = np.repeat(advantage.reshape(-1), counts).astype(np.float32)
            parts = policy.gradient(paths, of_path * noise / SIGMA)
            gradient = [total + part / len(paths) for total, part in zip(gradient, parts)]
        policy.ascend(gradient, rate * (1 - update / updates))
        report(update + 1, np.mean([rewards.mean() for _, _, rewards in steps]))


def judge(env, decide, seed, rounds):
    """Mean reward over unseen episodes and half of its 95 % interval."""
    random, means = np.random.default_rng(seed + 1_000_003), []
    for _ in range(rounds):
        steps = play(env, decide, random.integers(1 << 62, size=env.num_envs))
        means.extend(np.mean([rewards for _, _, rewards in steps], axis=0))
    return np.mean(means), 1.96 * np.std(means, ddof=1) / np.sqrt(len(means))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--updates", type=int, default=150)
    parser.add_argument("--groups", type=int, default=4, help="of 16 environments")
    parser.add_argument("--rounds", type=int, default=3, help="of unseen episodes")
    parser.add_argument("--rate", type=float, default=0.1, help="of learning")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drawn = {"random": {"min_nodes": 6, "max_nodes": 8}, "failure_share": 0.0}
    common = {"simulator": "fluid", "min_load": 0.8, "max_load": 1.5, "tcp_shares": [1.0]}
    random, started = np.random.default_rng(options.seed), time.monotonic()
    policy, untrained = Policy(random), Policy(np.random.default_rng(options.seed))
    latest = []

    def report(update, reward):
        latest.append(reward)
        if update % 10 == 0:
            took, mean = time.monotonic() - started, np.mean(latest[-10:])
            print(f"update {update:3d}  {took:4.0f} s  reward {mean:+.3f}", flush=True)

    def environments(network, reference):
        scenario = {**common, **network, "steps": 3, "reward": {"reference": reference}}
        return rhumb_gym.RhumbVectorEnv(scenario, options.groups * GROUP, sizes="auto")

    # All of a group play the same, so they need no shortest path to be compared with.
    with environments(drawn, "none") as env:
        learn(env, policy, options.updates, options.rate, random, report)
    print(f"learned in {time.monotonic() - started:.0f} s; rewards over shortest path, unseen:")
    for name, network in (("random networks", drawn), ("abilene", {"topology": "abilene"})):
        with environments(network, "shortest-path") as env:
            contestants = {"untrained": untrained, "ecmp": "ecmp", "lp-previous": "lp-previous"}
            for who, decide in {**contestants, "learned": policy}.items():
                mean, half = judge(env, decide, options.seed, options.rounds)
                print(f"  {name:<16} {who:<12} {mean:+.3f} ± {half:.3f}", flush=True)


if __name__ == "__main__":
    main()
