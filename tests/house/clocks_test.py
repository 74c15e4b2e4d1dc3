#!/usr/bin/python3
"""The tree counts time on the steady clock; and a file that does not is found."""
import unittest

import clocks
from source_tree import SourceTree, whole_tree

BAD = {
    "controller/limits.cc": "// absl::Now() in a comment\nauto end = absl::Now() + patience;\n",
    "controller/wait.h": "mutex_.AwaitWithTimeout(absl::Condition(&stop_), every_);\n",
    "controller/old.cc": 'Log("system_clock");\nstd::chrono::system_clock::now();\n',
    "controller/adapters/counters.py": "# time.time() is wrong\nnow = time.time()\n",
}
GOOD = {
    "controller/limits.cc": "auto end = SteadyNow() + patience;\n",
    "controller/adapters/counters.py": "now = time.monotonic()\n",
    "tests/patience.h": "auto end = absl::Now() + kPatience;\n",
}


class ClocksTest(unittest.TestCase):
    def test_the_tree_looks_at_the_wall_clock_for_records_alone(self):
        self.assertEqual(clocks.check_clocks(whole_tree()), [])

    def test_every_look_without_a_reason_is_found_with_its_line(self):
        faults = clocks.check_clocks(SourceTree(BAD), {})
        self.assertEqual(
            [fault.split(": ")[0] for fault in faults],
            [
                "controller/adapters/counters.py:2",
                "controller/limits.cc:2",
                "controller/old.cc:2",
                "controller/wait.h:1",
            ],
        )

    def test_the_steady_clock_and_tests_are_let_pass(self):
        self.assertEqual(clocks.check_clocks(SourceTree(GOOD), {}), [])

    def test_one_look_more_than_allowed_is_a_fault_and_so_is_a_row_too_many(self):
        row = {"controller/limits.cc": (1, "a record")}
        self.assertEqual(
            clocks.check_clocks(
                SourceTree({"controller/limits.cc": BAD["controller/limits.cc"]}), row
            ),
            [],
        )
        twice = SourceTree({"controller/limits.cc": BAD["controller/limits.cc"] * 2})
        self.assertEqual(len(clocks.check_clocks(twice, row)), 2)
        self.assertEqual(len(clocks.check_clocks(SourceTree(GOOD), row)), 1)


if __name__ == "__main__":
    unittest.main()
