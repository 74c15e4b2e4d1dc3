#!/usr/bin/env python3
"""Draws what a plan costs against its path-hops as SVG, from the CSV of large_network_benchmark.

    cost_plot.py costs.csv > costs.svg

Both axes are logarithmic; the grey line is linear growth through the largest network.
"""

import csv
import html
import math
import sys

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 120, 20, 50
SERIES = (("first_cpu_s", "first plan", "#b3541e"), ("later_cpu_s", "later plans", "#1d4e89"))


def rows_of(path):
    """The measured networks, smallest plan first."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise SystemExit(f"{path}: no network in it; give the --csv of large_network_benchmark")
    return sorted(rows, key=lambda row: int(row["path_hops"]))


def decades(values):
    """Whole decades around all values."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def draw(rows):
    """The whole picture as text."""
    hops = [int(row["path_hops"]) for row in rows]
    times = [max(float(row[key]), 1e-6) for row in rows for key, _, _ in SERIES]
    low_x, high_x = decades(hops)
    low_y, high_y = decades(times)

    def x_of(value):
        share = (math.log10(value) - low_x) / (high_x - low_x)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y_of(value):
        share = (math.log10(value) - low_y) / (high_y - low_y)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for decade in range(low_x, high_x + 1):
        x = x_of(10**decade)
        out.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e5e5e5"/>')
        out.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
            f"{10**decade:,}</text>"
        )
    for decade in range(low_y, high_y + 1):
        y = y_of(10.0**decade)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>')
        out.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**decade:g} s</text>'
        )
    out.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        "path-hops of the plan</text>"
    )
    for key, label, colour in SERIES:
        points = [(x_of(h), y_of(max(float(row[key]), 1e-6))) for h, row in zip(hops, rows)]
        rate = max(float(rows[-1][key]), 1e-6) / hops[-1]
        start = max(hops[0], 10.0**low_y / rate)
        out.append(
            f'<path d="M{x_of(start):.1f} {y_of(start * rate):.1f}L{points[-1][0]:.1f} '
            f'{points[-1][1]:.1f}" stroke="#b0b0b0" stroke-dasharray="4 3"/>'
        )
        for (x, y), row in zip(points, rows):
            title = html.escape(f"{row['network']}, {row['nodes']} nodes: {row[key]} s")
            out.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">'
                f"<title>{title}</title></circle>"
            )
        out.append(
            f'<text x="{points[-1][0] + 10:.1f}" y="{points[-1][1] + 4:.1f}" fill="{colour}">'
            f"{label}</text>"
        )
    out.append("</svg>")
    return "\n".join(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(draw(rows_of(sys.argv[1])))
