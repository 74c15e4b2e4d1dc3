"""The examples as a reader runs them."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "agents" / "gym" / "examples"


class ExampleTest(unittest.TestCase):
    def run_example(self, *arguments):
        result = subprocess.run(
            [sys.executable, EXAMPLES / arguments[0], *arguments[1:]],
            capture_output=True,
            text=True,
            timeout=500,
            env=os.environ,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_the_learner_beats_shortest_path_on_traffic_it_never_saw(self):
        text = self.run_example("beat_shortest_path.py", "--generations", "30")
        means = {
            name.strip(): (float(mean), float(half))
            for name, mean, half in re.findall(
                r"^  (.+?) +([+-]\d+\.\d+) ± (\d+\.\d+)$", text, re.MULTILINE
            )
        }
        self.assertEqual(means["shortest-path"][0], 0, text)
        mean, half = means["learned"]
        self.assertGreater(mean - half, 0, text)
        self.assertGreater(mean, means["where it started"][0], text)
        self.assertGreater(mean, means["random"][0], text)

    def test_reinforce_learns_from_random_weights(self):
        text = self.run_example("reinforce.py", "--updates", "50", "--rounds", "2")
        rows = re.findall(
            r"^  (random networks|abilene) +(\S+) +([+-]\d+\.\d+) ± (\d+\.\d+)$", text, re.MULTILINE
        )
        for network in ("random networks", "abilene"):
            means = {
                who: (float(mean), float(half)) for name, who, mean, half in rows if name == network
            }
            (learned, half), (before, half_before) = means["learned"], means["untrained"]
            self.assertGreater(learned - half, before + half_before, text)

    def test_the_throughput_is_printed(self):
        for network in (["--topology", "abilene"], ["--nodes", "8", "--simulator", "fluid"]):
            self.prints_rates(*network)

    def prints_rates(self, *network):
        text = self.run_example(
            "steps_per_second.py", *network, "--seconds", "0.5", "--batches", "1", "4"
        )
        rates = [float(rate) for rate in re.findall(r"(\d+\.\d) (?:steps/s|a core)", text)]
        self.assertEqual(len(rates), 4, text)
        self.assertTrue(all(rate > 0 for rate in rates), text)


if __name__ == "__main__":
    unittest.main()
