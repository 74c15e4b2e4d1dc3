#!/usr/bin/env python3
"""Draws the learning curve of a packet-level training as SVG, from its metrics.csv.

    learning_curve.py RUN/metrics.csv --line "shortest path=0" --line "lp-previous=0.31" > curve.svg

The reward of every validation with its 95 % interval over the wall minutes of the run (or over its
updates, where other jobs shared the machine), and a horizontal line for everything that it is to be
compared with. Of several runs (one metrics.csv a training seed) every curve is drawn, and their
mean over those validations that all have.

With --judged test.csv, the bold curve is what the test of another run says of the weights that the
run kept (`keep = true` under [validation], update-N.ckpt among its `test_checkpoints`): the test in
ns-3, say, of a run over the fluid simulator, whose own validations stay as a thin line. The lines
are then drawn from that test as well, by the names of its policies: --line lp-previous.
"""

import argparse
import csv
import html
import math
import re
import sys

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 170, 20, 50
COLOURS = ("#8a8a8a", "#2a7f62", "#b3541e", "#6a4c93", "#c1121f")
AGENT = "#1d4e89"


AXES = {"minutes": ("run_s", 60, "wall minutes"), "updates": ("updates", 1, "updates")}


def validations(path, over):
    """(minutes or updates, mean, low, high) of every validation of a run, in order."""
    column, unit, _ = AXES[over]
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["validation_reward"]]
    if not rows:
        raise SystemExit(f"{path}: has no validations; give the metrics.csv of a packet-level run")
    return [
        (
            float(row[column]) / unit,
            float(row["validation_reward"]),
            float(row["validation_low"]),
            float(row["validation_high"]),
        )
        for row in rows
    ]


def judged(path):
    """[(reward, low, high)] of every policy of a test.csv, by its name."""
    rewards = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rewards.setdefault(row["policy"], []).append(float(row["reward"]))
    scores = {}
    for name, values in rewards.items():
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((v - mean) ** 2 for v in values) / max(len(values) - 1, 1))
        half = 1.96 * spread / math.sqrt(len(values))
        scores[name] = (mean, mean - half, mean + half)
    return scores


def kept_points(scores, validated, path):
    """The points of weights that a run kept, at the minutes (or updates) of its validations."""
    points = []
    for name, score in scores.items():
        kept = re.search(r"update-(\d+)\.ckpt$", name)
        if kept is None:
            continue
        if int(kept[1]) not in validated:
            raise SystemExit(f"{path}: {name} is no validation of the run")
        points.append((validated[int(kept[1])], *score))
    if not points:
        raise SystemExit(f"{path}: has no update-N.ckpt; name them in test_checkpoints")
    return sorted(points)


def mean_of(runs):
    """(minutes, reward) of the validations that all runs have, averaged over them."""
    return [
        (sum(point[0] for point in same) / len(runs), sum(point[1] for point in same) / len(runs))
        for same in zip(*runs)
    ]


def line_of(text):
    """A name and a reward from "name=reward"; no reward when it is to be looked up."""
    name, equals, value = text.rpartition("=")
    return (name, float(value)) if equals else (text, None)


def looked_up(lines, scores):
    """The same lines with the rewards that a test has for those without one."""
    for name, value in lines:
        if value is None and name not in scores:
            raise SystemExit(f'--line "{name}" is neither name=reward nor a policy of --judged')
    return [(name, scores[name][0] if value is None else value) for name, value in lines]


def ticks(low, high, most=7):
    """Round numbers within a range."""
    step = 10.0**-3
    while (high - low) / step > most:
        for factor in (2, 2.5, 2):
            step *= factor
            if (high - low) / step <= most:
                break
    first = -(-low // step)
    return [i * step for i in range(int(first), int(high // step) + 1)]


def polyline(points, x, y, width):
    """A curve through the first two numbers of every point."""
    curve = " ".join(f"{x(point[0]):.1f},{y(point[1]):.1f}" for point in points)
    return f'<polyline points="{curve}" fill="none" stroke="{AGENT}" stroke-width="{width:g}"/>'


def drawn(points, x, y, width):
    """A run: its intervals, its curve and its validations."""
    band = [f"{x(m):.1f},{y(h):.1f}" for m, _, _, h in points]
    band += [f"{x(m):.1f},{y(l):.1f}" for m, _, l, _ in reversed(points)]
    out = [f'<polygon points="{" ".join(band)}" fill="{AGENT}" opacity="0.12"/>']
    out.append(polyline(points, x, y, width))
    for minutes, reward, _, _ in points:
        out.append(f'<circle cx="{x(minutes):.1f}" cy="{y(reward):.1f}" r="3" fill="{AGENT}"/>')
    return out


def draw(runs, lines, unit, over, beside=()):
    """The whole picture as text; of what is `beside`, the curves alone."""
    most = max(point[0] for points in (*runs, *beside) for point in points) or 1
    values = [value for points in runs for point in points for value in point[1:]]
    values += [point[1] for points in beside for point in points]
    values += [value for _, value in lines]
    low, high = min(values + [0]) - 0.02, max(values) + 0.02

    def x(minutes):
        return LEFT + minutes / most * (WIDTH - LEFT - RIGHT)

    def y(reward):
        return TOP + (high - reward) / (high - low) * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in ticks(low, high):
        out.append(
            f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>'
            f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    for tick in ticks(0, most):
        out.append(
            f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
            f"{tick:g}</text>"
        )
    out.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        f"{AXES[over][2]}</text>"
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" '
        f'text-anchor="middle">{html.escape(unit)}</text>'
    )
    taken = []
    for i, (name, value) in enumerate(sorted(lines, key=lambda line: -line[1])):
        colour = COLOURS[i % len(COLOURS)]
        at = y(value)
        while any(abs(at - other) < 14 for other in taken):
            at += 2
        taken.append(at)
        out.append(
            f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="{colour}" '
            f'stroke-dasharray="6 4"/>'
            f'<text x="{WIDTH - RIGHT + 6}" y="{at + 4:.1f}" fill="{colour}">'
            f"{html.escape(name)} {value:.3f}</text>"
        )
    for points in beside:
        out.append(polyline(points, x, y, 0.8))
    for points in runs:
        out += drawn(points, x, y, 2 if len(runs) == 1 else 0.8)
    if len(runs) > 1:
        out.append(polyline(mean_of(runs), x, y, 2.5))
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("metrics", nargs="+", help="metrics.csv of a run, or of several seeds")
    parser.add_argument("--line", type=line_of, action="append", default=[], metavar="NAME=REWARD")
    parser.add_argument("--over", choices=AXES, default="minutes", help="What it is drawn over")
    parser.add_argument("--unit", default="reward on unseen networks", help="What is drawn")
    parser.add_argument("--judged", metavar="TEST.CSV", help="Test of the weights that a run kept")
    given = parser.parse_args()
    runs = [validations(path, given.over) for path in given.metrics]
    if given.judged is None:
        sys.stdout.write(draw(runs, looked_up(given.line, {}), given.unit, given.over))
        return
    if len(runs) != 1:
        raise SystemExit("--judged is of one run; give one metrics.csv")
    scores = judged(given.judged)
    at_updates = [int(point[0]) for point in validations(given.metrics[0], "updates")]
    validated = dict(zip(at_updates, (point[0] for point in runs[0])))
    points = kept_points(scores, validated, given.judged)
    lines = looked_up(given.line, scores)
    sys.stdout.write(draw([points], lines, given.unit, given.over, beside=runs))


if __name__ == "__main__":
    main()
