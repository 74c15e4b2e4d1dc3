#!/usr/bin/env python3
"""The learning curve is drawn from what a run leaves, and the one that is shown is."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

TRAINING = pathlib.Path(__file__).resolve().parents[3] / "agents" / "training"
HEADER = "updates,validation_reward,validation_low,validation_high,run_s\n"
CIRCLE = "{http://www.w3.org/2000/svg}circle"
POLYLINE = "{http://www.w3.org/2000/svg}polyline"


def run(metrics, *options, others=()):
    """The script's answer to a metrics.csv with this text, and perhaps to others beside it."""
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for i, text in enumerate((metrics, *others)):
            paths.append(pathlib.Path(directory) / f"metrics{i}.csv")
            paths[-1].write_text(text, encoding="utf-8")
        return subprocess.run(
            [sys.executable, str(TRAINING / "learning_curve.py"), *map(str, paths), *options],
            capture_output=True,
            text=True,
            check=False,
        )


class LearningCurveTest(unittest.TestCase):
    """A small metrics.csv, and the one in the tree."""

    def test_every_validation_is_a_point_and_better_ones_stand_higher(self):
        answer = run(HEADER + "0,-0.5,-0.6,-0.4,0\n1,,,,30\n1,0.3,0.2,0.4,60\n", "--line", "a<b=0")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        points = ElementTree.fromstring(answer.stdout).findall(CIRCLE)
        self.assertEqual(len(points), 2)
        self.assertLess(float(points[0].get("cx")), float(points[1].get("cx")))
        self.assertGreater(float(points[0].get("cy")), float(points[1].get("cy")))
        self.assertIn("a&lt;b 0.000", answer.stdout)

    def test_the_curves_of_several_seeds_stand_beside_their_mean(self):
        first = HEADER + "0,0,-0.1,0.1,0\n1,0.2,0.1,0.3,60\n"
        second = HEADER + "0,0,-0.1,0.1,0\n1,0.4,0.3,0.5,120\n2,0.5,0.4,0.6,180\n"
        answer = run(first, others=[second])
        self.assertEqual(answer.returncode, 0, answer.stderr)
        curves = [
            [tuple(map(float, point.split(","))) for point in line.get("points").split()]
            for line in ElementTree.fromstring(answer.stdout).findall(POLYLINE)
        ]
        self.assertEqual([len(curve) for curve in curves], [2, 3, 2])
        for axis in (0, 1):
            middle = (curves[0][1][axis] + curves[1][1][axis]) / 2
            self.assertAlmostEqual(curves[2][1][axis], middle, delta=0.11)

    def test_over_updates_equal_runs_are_drawn_alike_however_long_they_took(self):
        rows = "0,0,-0.1,0.1,0\n4,0.2,0.1,0.3,{}\n9,0.3,0.2,0.4,{}\n"
        slow = run(HEADER + rows.format(60, 600), "--over=updates")
        fast = run(HEADER + rows.format(6, 7), "--over=updates")
        self.assertEqual(slow.returncode, 0, slow.stderr)
        self.assertEqual(slow.stdout, fast.stdout)
        self.assertIn(">updates<", slow.stdout)

    def test_a_run_without_validations_is_refused(self):
        answer = run(HEADER + "1,,,,30\n")
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("has no validations", answer.stderr)

    def test_weights_that_were_kept_stand_where_another_test_puts_them(self):
        metrics = HEADER + "0,-0.5,-0.6,-0.4,0\n5,0.1,0,0.2,30\n9,0.3,0.2,0.4,60\n"
        test = "policy,scenario,reward\nlp,0,0.2\nlp,1,0.4\n"
        for update, rewards in ((9, (0.3, 0.3)), (0, (-0.5, -0.3))):
            for scenario, reward in enumerate(rewards):
                test += f"neural:run/update-{update}.ckpt,{scenario},{reward}\n"
        with tempfile.TemporaryDirectory() as directory:
            judged = pathlib.Path(directory) / "test.csv"
            judged.write_text(test, encoding="utf-8")
            answer = run(metrics, "--judged", str(judged), "--line", "lp")
            unknown = run(metrics, "--judged", str(judged), "--line", "spf")
            elsewhere = run(HEADER + "0,0,0,0,0\n", "--judged", str(judged))
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn(">lp 0.300<", answer.stdout)
        svg = ElementTree.fromstring(answer.stdout)
        self.assertEqual(len(svg.findall(CIRCLE)), 2)
        own, other = [
            [tuple(map(float, point.split(","))) for point in line.get("points").split()]
            for line in svg.findall(POLYLINE)
        ]
        self.assertEqual((len(own), len(other)), (3, 2))
        # The same moments; the last reward is the same, the first one 0.1 higher, as 0.3 is of lp.
        self.assertEqual([other[0][0], other[1][0]], [own[0][0], own[2][0]])
        self.assertEqual(other[1][1], own[2][1])
        self.assertLess(other[0][1], own[0][1])
        self.assertIn('"spf" is neither', unknown.stderr)
        self.assertIn("update-9.ckpt is no validation", elsewhere.stderr)

    def test_the_curve_in_ns3_is_that_of_the_files_beside_it(self):
        options = ["--judged", str(TRAINING / "plan_judged_51.csv"), "--line", "shortest path=0"]
        options += ["--line", "lp-previous", "--line", "neural:packet"]
        options += ["--unit", "reward in ns-3 on unseen networks"]
        metrics = (TRAINING / "plan_metrics_51.csv").read_text(encoding="utf-8")
        shown = (TRAINING / "plan_curve_ns3.svg").read_text(encoding="utf-8")
        self.assertEqual(run(metrics, *options).stdout, shown)

    def test_the_curves_of_three_seeds_are_those_of_the_metrics_beside_them(self):
        lines = ("shortest path=0", "lp-previous=0.245", "neural:packet=0.295")
        options = [part for line in lines for part in ("--line", line)]
        seeds = [
            (TRAINING / f"plan_metrics_{seed}.csv").read_text(encoding="utf-8")
            for seed in (51, 52, 53)
        ]
        shown = (TRAINING / "plan_curve.svg").read_text(encoding="utf-8")
        answer = run(seeds[0], *options, others=seeds[1:])
        self.assertEqual(answer.stdout, shown)


if __name__ == "__main__":
    unittest.main()
