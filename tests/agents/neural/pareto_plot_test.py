#!/usr/bin/env python3
"""How near against how slow is drawn from what replays leave, the picture in the tree too."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

NEURAL = pathlib.Path(__file__).resolve().parents[3] / "agents" / "neural"
HEADER = "recording,stretch,policy,mean,p95,delay_ms\n"
CIRCLE = "{http://www.w3.org/2000/svg}circle"
TITLE = "{http://www.w3.org/2000/svg}title"


def run(*arguments):
    """The script's answer."""
    return subprocess.run(
        [sys.executable, str(NEURAL / "pareto_plot.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def drawn(points):
    """The script's answer to a CSV with this text."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "pareto.csv"
        path.write_text(points, encoding="utf-8")
        return run(str(path))


def circles(svg):
    """Named points of a picture, by name, in the order drawn."""
    found = {}
    for circle in ElementTree.fromstring(svg).findall(CIRCLE):
        title = circle.find(TITLE)
        if title is not None:
            place = float(circle.get("cx")), float(circle.get("cy"))
            found.setdefault(title.text.split(":")[0], []).append(place)
    return found


class ParetoPlotTest(unittest.TestCase):
    """A small CSV, a small replay, and the CSV in the tree."""

    def test_slower_points_stand_to_the_right_and_farther_ones_higher(self):
        answer = drawn(
            HEADER
            + "geant,none,neural,1.01,1.02,15.0\n"
            + "geant,none,lp<previous,1.06,1.18,13.0\n"
        )
        self.assertEqual(answer.returncode, 0, answer.stderr)
        places = circles(answer.stdout)
        agent, rival = places["neural"][0], places["lp<previous"][0]
        self.assertGreater(agent[0], rival[0])
        self.assertGreater(agent[1], rival[1])

    def test_settings_that_are_not_on_a_curve_are_points_of_their_own(self):
        answer = drawn(
            HEADER
            + "geant,none,neural,1.01,1.02,15.0\n"
            + 'geant,none,"neural:default,delay-weight=0.1",1.02,1.04,14.0\n'
            + 'geant,none,"neural:default,settle=off",1.01,1.02,14.9\n'
            + "geant,1.5,neural,1.03,1.05,14.5\n"
        )
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("neural, settle=off</text>", answer.stdout)
        self.assertNotIn("delay-weight=0.1</text>", answer.stdout)
        self.assertEqual(
            set(circles(answer.stdout)),
            {"neural", "neural, delay-weight=0.1", "neural, settle=off", "neural, stretch 1.5"},
        )

    def test_what_is_much_slower_than_the_agent_is_named_with_its_figures(self):
        answer = drawn(
            HEADER
            + "geant,none,neural,1.01,1.02,15.0\n"
            + "geant,none,lp-previous,1.06,1.18,14.0\n"
            + "geant,none,shortest-path,1.50,2.00,30.0\n"
        )
        self.assertEqual(set(circles(answer.stdout)), {"neural", "lp-previous"})
        self.assertIn("shortest-path: 30.0 ms, 50.0 %", answer.stdout)
        self.assertIn("shortest-path: 30.0 ms, 100.0 %", answer.stdout)

    def test_a_file_without_points_is_refused(self):
        answer = drawn(HEADER)
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("no point", answer.stderr)

    def test_a_replay_becomes_a_point_a_policy(self):
        with tempfile.TemporaryDirectory() as directory:
            folder = pathlib.Path(directory)
            (folder / "intervals.csv").write_text(
                "policy,delay_ms\nneural,10\nneural,12\nlp-previous,9\nlp-previous,9\n",
                encoding="utf-8",
            )
            policies = [
                {"name": "neural", "norm_mlu": {"mean": 1.01, "p95": 1.02}},
                {"name": "lp-previous", "norm_mlu": {"mean": 1.06, "p95": 1.18}},
            ]
            (folder / "results.json").write_text(
                json.dumps({"policies": policies}), encoding="utf-8"
            )
            answer = run("--collect", f"geant:none={directory}")
        self.assertEqual(
            answer.stdout,
            HEADER
            + "geant,none,neural,1.0100,1.0200,11.00\n"
            + "geant,none,lp-previous,1.0600,1.1800,9.00\n",
        )

    def test_the_picture_in_the_tree_is_drawn_from_the_points_in_the_tree(self):
        answer = run(str(NEURAL / "pareto.csv"))
        self.assertEqual(answer.stdout, (NEURAL / "pareto.svg").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
