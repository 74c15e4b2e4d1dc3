#!/usr/bin/env python3
"""The costs of plans are drawn from what the benchmark leaves, the picture in the tree too."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

TREES = pathlib.Path(__file__).resolve().parents[3] / "agents" / "trees"
HEADER = "network,nodes,path_hops,first_cpu_s,later_cpu_s\n"
CIRCLE = "{http://www.w3.org/2000/svg}circle"


def run(costs):
    """The script's answer to a CSV with this text."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "costs.csv"
        path.write_text(costs, encoding="utf-8")
        return subprocess.run(
            [sys.executable, str(TREES / "cost_plot.py"), str(path)],
            capture_output=True,
            text=True,
            check=False,
        )


class CostPlotTest(unittest.TestCase):
    """A small CSV, and the one in the tree."""

    def test_every_network_is_two_points_and_dearer_ones_stand_higher(self):
        answer = run(HEADER + "a<b,11,100,0.01,0.001\nbig,99,9000,0.5,0.02\n")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        first = ElementTree.fromstring(answer.stdout).findall(CIRCLE)[:2]
        self.assertLess(float(first[0].get("cx")), float(first[1].get("cx")))
        self.assertGreater(float(first[0].get("cy")), float(first[1].get("cy")))
        self.assertIn("a&lt;b, 11 nodes", answer.stdout)

    def test_a_file_without_networks_is_refused(self):
        answer = run(HEADER)
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("no network", answer.stderr)

    def test_the_picture_in_the_tree_is_drawn_from_the_costs_in_the_tree(self):
        answer = run((TREES / "costs.csv").read_text(encoding="utf-8"))
        self.assertEqual(answer.stdout, (TREES / "costs.svg").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
