#!/usr/bin/python3
"""The documents of the tree keep to the rules of documents.py; and one that does not is found."""
import unittest

import documents
from source_tree import SourceTree, whole_tree

# Put together here, so that this file keeps to the rule that it tests.
HOME = "/" + "root/"


class TreeTest(unittest.TestCase):
    def test_readmes_are_manuals_of_a_page(self):
        self.assertEqual(documents.check_length(whole_tree()), [])

    def test_links_between_documents_lead_somewhere(self):
        self.assertEqual(documents.check_links(whole_tree()), [])

    def test_no_file_names_a_place_of_one_machine(self):
        self.assertEqual(documents.check_machine_paths(whole_tree()), [])


class DocumentsTest(unittest.TestCase):
    def test_a_long_readme_is_found_and_long_results_are_not(self):
        tree = SourceTree({"a/README.md": "x\n" * 121, "b/README.md": "x\n" * 120})
        (fault,) = documents.check_length(tree)
        self.assertTrue(fault.startswith("a/README.md:121: a manual of 121 lines"), fault)
        self.assertEqual(documents.check_length(SourceTree({"a/RESULTS.md": "x\n" * 500})), [])

    def test_a_link_that_leads_nowhere_is_found_with_its_line(self):
        text = (
            "[a](b.md) [folder](c) [up](../d/e.md#part)\n[out](https://example.org) [gone](f.md)\n"
        )
        tree = SourceTree({"a/README.md": text, "a/b.md": "", "a/c/x.md": "", "d/e.md": ""})
        self.assertEqual(documents.check_links(tree), ["a/README.md:2: f.md leads nowhere"])

    def test_a_path_of_one_machine_is_found_with_its_line(self):
        tree = SourceTree(
            {"a/x.cc": f"\n// see {HOME}notes.txt\n", "b/y.md": "/tmp/x /usr/bin/rhumb"}
        )
        (fault,) = documents.check_machine_paths(tree)
        self.assertTrue(fault.startswith("a/x.cc:2: "), fault)

    def test_a_relative_path_that_ends_alike_is_none(self):
        tree = SourceTree({"a.sh": "ls build" + HOME + "x; $dir" + HOME + "x"})
        self.assertEqual(len(documents.check_machine_paths(tree)), 0)


if __name__ == "__main__":
    unittest.main()
