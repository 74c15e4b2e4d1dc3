#!/usr/bin/python3
"""Learns to route random networks from random weights, in numpy alone, over the fluid simulator.

REINFORCE (Williams 1992): a small network looks at each candidate path and says the mean of its
logit; actions are drawn around the means. Environments in a group play the same episode, so what
one earns beyond the mean of the others is due to its draws (Kool et al. 2019). Networks are padded
to one size (rhumb_gym.FixedSize); what is learned is tried on networks that were never seen and,
unchanged, on a shipped one. Rewards are relative to shortest path, which has 0.

    PYTHONPATH=build/release/python:agents/gym agents/gym/examples/reinforce.py
"""
import argparse
import time

import numpy as np

import rhumb_gym
from rhumb_gym.fixed_size import LOGIT_SCALE, PATH_FEATURES

HIDDEN, SIGMA, GROUP = 24, 0.5, 8


class Policy:
    """The mean logit of a path from its features: W2 tanh(W1 x + b1)."""

    def __init__(self, random):
        self.weights = [
            random.standard_normal((len(PATH_FEATURES), HIDDEN)) / np.sqrt(len(PATH_FEATURES)),
            np.zeros(HIDDEN),
            random.standard_normal(HIDDEN) / np.sqrt(HIDDEN),
        ]
        self.moments = [[np.zeros_like(w), np.zeros_like(w)] for w in self.weights]
        self.updates = 0

    def __call__(self, paths):
        """[...] logits of features [..., PATH_FEATURES]."""
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
    """Plays the episode of each environment to its end. decide(paths, mask) gives logits and what
    is to be kept of them; returns what was kept, a step each, and rewards [steps, environments]."""
    observations, _ = env.reset(seed=episodes)
    kept, rewards, steps = [], [], env.layouts[0].steps
    for _ in range(steps):
        paths = observations["paths"].reshape(env.num_envs, -1, len(PATH_FEATURES))
        mask = observations["path_mask"] == 1
        logits, keep = decide(paths, mask)
        action = np.clip(logits / LOGIT_SCALE, -1, 1).astype(np.float32)
        observations, reward, _, _, _ = env.step(action)
        kept.append(keep)
        rewards.append(reward)
    return kept, np.array(rewards)


def learn(env, policy, updates, rate, random, report):
    groups = env.num_envs // GROUP

    def explore(paths, mask):
        noise = random.standard_normal(mask.shape) * mask
        return policy(paths) + SIGMA * noise, (paths, noise)

    for update in range(updates):
        episodes = np.repeat(random.integers(1 << 62, size=groups), GROUP)
        steps, rewards = play(env, explore, episodes)
        gradient = [np.zeros_like(weight) for weight in policy.weights]
        for (paths, noise), reward in zip(steps, rewards):
            of_group = reward.reshape(groups, GROUP)
            advantage = (of_group - of_group.mean(axis=1, keepdims=True)) * GROUP / (GROUP - 1)
            advantage = (advantage / (advantage.std() + 1e-8)).reshape(-1)
            upstream = advantage[:, None] * noise / SIGMA
            used = noise != 0
            for total, part in zip(gradient, policy.gradient(paths[used], upstream[used])):
                total += part / used.sum()
        policy.ascend(gradient, rate)
        report(update + 1, rewards.mean())


def judge(env, decide, random, rounds):
    """Mean reward over unseen episodes and half of its 95 % interval."""
    means = []
    for _ in range(rounds):
        if isinstance(decide, str):
            env.reset(seed=list(random.integers(1 << 62, size=env.num_envs)))
            steps = env.layouts[0].steps
            means.append(np.mean([env.step([decide] * env.num_envs)[1] for _ in range(steps)], 0))
        else:
            episodes = random.integers(1 << 62, size=env.num_envs)
            means.append(play(env, lambda paths, _: (decide(paths), None), episodes)[1].mean(0))
    means = np.concatenate(means)
    return means.mean(), 1.96 * means.std(ddof=1) / np.sqrt(len(means))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--updates", type=int, default=150)
    parser.add_argument("--environments", type=int, default=64, help="a multiple of 8")
    parser.add_argument("--rounds", type=int, default=3, help="of unseen episodes at the end")
    parser.add_argument("--rate", type=float, default=0.03, help="learning rate")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    common = {
        "simulator": "fluid",
        "min_load": 0.8,
        "max_load": 1.5,
        "steps": 2,
        "tcp_shares": [1.0],
        "interval": 1.0,
        "failure_share": 0.0,
    }
    drawn = {**common, "random": {"min_nodes": 6, "max_nodes": 8}}
    given = {key: value for key, value in common.items() if key != "failure_share"}
    given["topology"] = "abilene"
    random = np.random.default_rng(options.seed)
    policy, untrained = Policy(random), Policy(np.random.default_rng(options.seed))
    started = time.monotonic()

    def report(update, reward):
        if update % 10 == 0:
            took = time.monotonic() - started
            print(f"update {update:3d}  {took:4.0f} s  reward {reward:+.3f}", flush=True)

    with rhumb_gym.RhumbVectorEnv(drawn, options.environments, sizes="auto") as env:
        learn(env, policy, options.updates, options.rate, random, report)
        rows = [("random networks", env)]
        with rhumb_gym.RhumbVectorEnv(given, options.environments, sizes="auto") as abilene:
            for name, unseen in rows + [("abilene", abilene)]:
                for who, decide in (
                    ("untrained", untrained),
                    ("ecmp", "ecmp"),
                    ("lp-previous", "lp-previous"),
                    ("learned", policy),
                ):
                    episodes = np.random.default_rng(options.seed + 1_000_003)
                    mean, half = judge(unseen, decide, episodes, options.rounds)
                    print(f"  {name:<16} {who:<12} {mean:+.3f} ± {half:.3f}")


if __name__ == "__main__":
    main()
