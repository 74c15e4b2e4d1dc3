#!/usr/bin/python3
"""Every C++ file, proto and Python file of the tree is laid out as layout.py lays it out."""
import pathlib
import subprocess
import tempfile
import unittest

import layout
from source_tree import ROOT, SourceTree


class FormatTest(unittest.TestCase):
    def test_the_tree_is_laid_out(self):
        faults = layout.check()
        self.assertEqual(faults, [], "\n".join(faults) + "\nrun tests/house/layout.py --fix")

    def differs(self, run, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, name)
            path.write_text(text)
            pathlib.Path(folder, ".clang-format").write_text((ROOT / ".clang-format").read_text())
            return run([str(path)], False)

    def test_a_file_that_differs_is_named(self):
        self.assertIn("a.py", self.differs(layout._black, "a.py", "x = [1,2]\n"))
        self.assertIn("a.cc", self.differs(layout._clang, "a.cc", "int  x;\n"))
        self.assertIn("a.proto", self.differs(layout._clang, "a.proto", 'syntax="proto3";\n'))

    def test_a_file_that_is_laid_out_is_not(self):
        self.assertEqual(self.differs(layout._black, "a.py", "x = [1, 2]\n"), "")
        self.assertEqual(self.differs(layout._clang, "a.cc", "int x;\n"), "")
        self.assertEqual(self.differs(layout._clang, "a.proto", 'syntax = "proto3";\n'), "")

    def test_a_line_that_no_program_breaks_is_found(self):
        tree = SourceTree({"a.py": "# " + "x" * 98 + "\n# " + "x" * 99 + "\n"})
        self.assertEqual(layout.long_lines(tree, ".py"), ["a.py:2: 101 columns, more than 100"])

    def test_both_formatters_keep_to_the_same_width(self):
        self.assertIn(f"ColumnLimit: {layout.COLUMNS}", (ROOT / ".clang-format").read_text())


if __name__ == "__main__":
    unittest.main()
