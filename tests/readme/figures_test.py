#!/usr/bin/python3
"""The figures in documents are those of a run; and one that is not is found. CTest sets
RHUMB_PROGRAM, and RHUMB_FIGURES_WITHIN for a build that rounds otherwise."""
import os
import unittest

import figures

WITHIN = float(os.environ.get("RHUMB_FIGURES_WITHIN", "0"))

PRINTED = """\
net, 3 intervals

Links: utilization
              MLU   moved   decision
  ecmp      0.075  0.00 %   0.031 ms
* neural    0.052  2.43 %     1.8 ms

Traffic
             delay       p99
  ecmp     16.3 ms*  38.3 ms*

* neural is best.
"""
DOCUMENT = """# Title

<!-- figures of: rhumb replay --topology net -->

    rhumb replay --topology net

    net, 3 intervals

    Links: utilization
                  MLU   moved
      ecmp      0.075  0.00 %
    * neural    0.052  2.43 %

    Traffic
                 delay       p99
      ecmp     16.3 ms*  38.3 ms*

    * neural is best.

<!-- end of figures -->

More.
"""


class TreeTest(unittest.TestCase):
    def test_the_readme_shows_a_replay_between_marks(self):
        blocks = figures.blocks_of((figures.ROOT / "README.md").read_text())
        self.assertEqual(len(blocks), 1)
        self.assertIn("neural", blocks[0].text)

    def test_every_figure_is_that_of_a_run(self):
        for path in figures.documents():
            text = path.read_text()
            for block in figures.blocks_of(text):
                with self.subTest(path=path.name, command=block.command):
                    fresh = figures.block_text(block.command, figures.run_command(block.command))
                    if not figures.alike(block.text, fresh, WITHIN):
                        self.assertEqual(
                            block.text, fresh, "run scripts/readme-figures and look at what changed"
                        )


class BlocksTest(unittest.TestCase):
    def test_a_block_that_a_run_confirms_stays_as_it_is(self):
        self.assertEqual(figures.replaced(DOCUMENT, lambda command: PRINTED), DOCUMENT)

    def test_decision_times_are_left_out_and_delays_are_not(self):
        slower = PRINTED.replace("1.8 ms", " 43 ms")
        self.assertEqual(figures.replaced(DOCUMENT, lambda command: slower), DOCUMENT)
        delayed = PRINTED.replace("38.3 ms", "38.4 ms")
        self.assertNotEqual(figures.replaced(DOCUMENT, lambda command: delayed), DOCUMENT)

    def test_figures_of_a_build_that_rounds_otherwise_are_alike_up_to_a_part(self):
        rounded = PRINTED.replace("2.43 %", "2.41 %").replace("16.3 ms*", "9.99 ms*")
        self.assertFalse(figures.alike(PRINTED, rounded, 0.02))
        rounded = PRINTED.replace("2.43 %", "2.41 %").replace("16.3 ms*", "16.1 ms*")
        self.assertTrue(figures.alike(PRINTED, rounded, 0.02))
        self.assertFalse(figures.alike(PRINTED, rounded))
        self.assertFalse(figures.alike(PRINTED, rounded.replace("neural", "other"), 0.02))

    def test_blanks_at_the_ends_of_lines_do_not_matter(self):
        blanks = PRINTED.replace("\n", " \n")
        self.assertEqual(figures.replaced(DOCUMENT, lambda command: blanks), DOCUMENT)

    def test_a_wrong_figure_is_written_anew_and_nothing_else(self):
        stale = DOCUMENT.replace("2.43 %", "4.44 %")
        self.assertEqual(figures.replaced(stale, lambda command: PRINTED), DOCUMENT)

    def test_a_block_without_end_is_refused(self):
        with self.assertRaisesRegex(ValueError, "line 3"):
            figures.blocks_of(DOCUMENT.replace(figures.END, ""))


if __name__ == "__main__":
    unittest.main()
