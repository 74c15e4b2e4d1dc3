#!/usr/bin/env python3
"""Draws how near policies come to the optimum against how slow they make traffic, as SVG.

    pareto_plot.py pareto.csv > pareto.svg
    pareto_plot.py --collect geant:none=DIR abilene:1.5=DIR ... > pareto.csv

--collect sums up what `rhumb replay --out DIR` left, a point a policy: the recording and the
--stretch of the replay stand before the folder. Delay is linear, the distance to the optimum
logarithmic; the upper row is the mean over all intervals, the lower one their 95th percentile. What
is much slower than the agent is named in a corner with its figures.
"""

import collections
import csv
import html
import json
import math
import pathlib
import sys

WIDTH, HEIGHT = 720, 640
LEFT, RIGHT, TOP, BOTTOM, GAP_X, GAP_Y = 60, 20, 40, 60, 70, 60
COLUMNS = ("recording", "stretch", "policy", "mean", "p95", "delay_ms")
ROWS = (("mean", "mean over the optimum"), ("p95", "p95 over the optimum"))
WEIGHT, STRETCH, RIVAL = "#1d4e89", "#b3541e", "#707070"
UNLIMITED = "none"
LEGEND = (("neural, delay-weight", WEIGHT), ("neural, --stretch", STRETCH), ("others", RIVAL))


def collect(arguments):
    """The points of finished replays, as rows of the CSV."""
    rows = []
    for argument in arguments:
        about, _, directory = argument.partition("=")
        recording, _, stretch = about.partition(":")
        if not (recording and stretch and directory):
            raise SystemExit(f"{argument}: write RECORDING:STRETCH=DIR, such as geant:none=out")
        folder = pathlib.Path(directory)
        delays = collections.defaultdict(list)
        with open(folder / "intervals.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                delays[row["policy"]].append(float(row["delay_ms"]))
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        for policy in results["policies"]:
            name, norm = policy["name"], policy["norm_mlu"]
            delay = sum(delays[name]) / len(delays[name])
            values = (f"{norm['mean']:.4f}", f"{norm['p95']:.4f}", f"{delay:.2f}")
            rows.append(dict(zip(COLUMNS, (recording, stretch, name, *values))))
    return rows


def points_of(path):
    """Rows of the CSV with their numbers read, by recording."""
    recordings = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for key in ("mean", "p95", "delay_ms"):
                row[key] = float(row[key])
            recordings.setdefault(row["recording"], []).append(row)
    if not recordings:
        raise SystemExit(f"{path}: no point in it; make it with --collect")
    return recordings


def weight_of(row):
    """The delay-weight that a point of the agent was given; None for everything else."""
    name, _, options = row["policy"].partition(":")
    options = [part for part in options.split(",") if part not in ("", "default")]
    if name != "neural" or row["stretch"] != UNLIMITED:
        return None
    if not options:
        return None
    key, _, value = options[0].partition("=")
    return float(value) if key == "delay-weight" and len(options) == 1 else None


def stretch_of(row):
    """The stretch that a point of the agent has, infinite without one; None for all else."""
    if row["policy"] != "neural":
        return None
    return math.inf if row["stretch"] == UNLIMITED else float(row["stretch"])


def label_of(row):
    """What stands beside a point."""
    if row["stretch"] != UNLIMITED:
        return f"{row['policy']}, stretch {row['stretch']}"
    return row["policy"].replace("neural:default,", "neural, ")


class Panel:
    """One recording and one figure, in its place of the picture."""

    def __init__(self, rows, key, left, top, width, height):
        self.key = key
        self.left, self.top, self.width, self.height = left, top, width, height
        low = min(row["delay_ms"] for row in rows)
        agent = [row["delay_ms"] for row in rows if row["policy"] == "neural"] or [low]
        wide = max(1.3 * (max(agent) - low), 0.1)
        self.step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 100) if wide <= 4 * step)
        self.low_x = math.floor(low / self.step) * self.step
        self.high_x = math.ceil((low + wide) / self.step) * self.step
        self.beyond = [row for row in rows if row["delay_ms"] > self.high_x]
        self.rows = [row for row in rows if row["delay_ms"] <= self.high_x]
        over = [self.over(row) for row in self.rows]
        self.low_y = math.floor(math.log10(min(over)))
        self.high_y = max(math.ceil(math.log10(max(over))), self.low_y + 1)

    def over(self, row):
        """Per cent over the optimum, at least a thousandth."""
        return max(100 * (row[self.key] - 1), 1e-3)

    def place(self, row):
        """Where a point stands."""
        share_x = (row["delay_ms"] - self.low_x) / (self.high_x - self.low_x)
        share_y = (math.log10(self.over(row)) - self.low_y) / (self.high_y - self.low_y)
        return self.left + share_x * self.width, self.top + (1 - share_y) * self.height

    def axes(self, title):
        """Grid, numbers and title."""
        bottom, right = self.top + self.height, self.left + self.width
        out = [f'<text x="{self.left}" y="{self.top - 8}">{html.escape(title)}</text>']
        for i in range(round((self.high_x - self.low_x) / self.step) + 1):
            delay = round(self.low_x + i * self.step, 1)
            x = self.left + (delay - self.low_x) / (self.high_x - self.low_x) * self.width
            out.append(f'<path d="M{x:.1f} {self.top}V{bottom}" stroke="#e5e5e5"/>')
            out.append(
                f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{delay:g} ms</text>'
            )
        for decade in range(self.low_y, self.high_y):
            for digit in (1, 2, 5) if decade < self.high_y - 1 else (1, 2, 5, 10):
                share = (decade + math.log10(digit) - self.low_y) / (self.high_y - self.low_y)
                y = bottom - share * self.height
                out.append(f'<path d="M{self.left} {y:.1f}H{right}" stroke="#e5e5e5"/>')
                out.append(
                    f'<text x="{self.left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                    f"{digit * 10.0**decade:g} %</text>"
                )
        return out

    def curve(self, value_of, colour):
        """The agent's points in the order of one of its settings, joined."""
        rows = sorted((r for r in self.rows if value_of(r) is not None), key=value_of)
        places = [self.place(row) for row in rows]
        if not places:
            return []
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        return [f'<path d="M{path}" fill="none" stroke="{colour}"/>'] + [
            self.circle(row, colour) for row in rows
        ]

    def circle(self, row, colour):
        """A point that says what it is when pointed at."""
        x, y = self.place(row)
        text = (
            f"{label_of(row)}: {row['delay_ms']:.1f} ms, NormMLU {row['mean']:.3f} mean, "
            f"{row['p95']:.3f} p95"
        )
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">'
            f"<title>{html.escape(text)}</title></circle>"
        )

    def label(self, row):
        """The name beside another policy's point, on the side where there is room."""
        x, y = self.place(row)
        left = x > self.left + self.width / 2
        return (
            f'<text x="{x - 8 if left else x + 8:.1f}" y="{y + 4:.1f}" fill="{RIVAL}" '
            f'text-anchor="{"end" if left else "start"}">{html.escape(label_of(row))}</text>'
        )

    def draw(self, title):
        """Everything in it."""
        out = self.axes(title) + self.curve(stretch_of, STRETCH) + self.curve(weight_of, WEIGHT)
        for row in self.rows:
            if weight_of(row) is None and stretch_of(row) is None:
                out += [self.circle(row, RIVAL), self.label(row)]
            elif weight_of(row) == 0:
                x, y = self.place(row)
                out.append(
                    f'<text x="{x:.1f}" y="{y + 20:.1f}" fill="{WEIGHT}" '
                    'text-anchor="middle">default</text>'
                )
        for i, row in enumerate(self.beyond):
            text = f"{label_of(row)}: {row['delay_ms']:.1f} ms, {self.over(row):.1f} % \u2192"
            out.append(
                f'<text x="{self.left + self.width - 4}" y="{self.top + 16 + 16 * i}" '
                f'fill="{RIVAL}" text-anchor="end">{html.escape(text)}</text>'
            )
        return out


def draw(recordings):
    """The whole picture as text."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    width = (WIDTH - LEFT - RIGHT - GAP_X * (len(recordings) - 1)) / len(recordings)
    height = (HEIGHT - TOP - BOTTOM - GAP_Y) / len(ROWS)
    for column, (recording, rows) in enumerate(recordings.items()):
        for line, (key, title) in enumerate(ROWS):
            panel = Panel(
                rows,
                key,
                LEFT + column * (width + GAP_X),
                TOP + line * (height + GAP_Y),
                width,
                height,
            )
            out += panel.draw(f"{recording}, {title}")
    for i, (text, colour) in enumerate(LEGEND):
        x = LEFT + i * 180
        out.append(f'<circle cx="{x}" cy="{HEIGHT - 14}" r="4" fill="{colour}"/>')
        out.append(f'<text x="{x + 10}" y="{HEIGHT - 10}">{text}</text>')
    out.append("</svg>")
    return "\n".join(out)


def main(arguments):
    """Either of the two commands above."""
    if len(arguments) > 1 and arguments[0] == "--collect":
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(collect(arguments[1:]))
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        print(draw(points_of(arguments[0])))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
