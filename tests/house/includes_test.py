#!/usr/bin/python3
"""The tree keeps to wings.py; and what does not is found, with file and line."""
import unittest

import includes
from source_tree import SourceTree, whole_tree
from wings import Room

ROOMS = (
    Room("ground", third=("boost",)),
    Room("first", uses=("ground",)),
    Room("first/worker", third=("ns3",)),
    Room("roof", uses=("ground", "first"), third=("torch",)),
)


class TreeTest(unittest.TestCase):
    def test_rooms_use_only_what_stands_below_them_in_the_table(self):
        self.assertEqual(includes.check_table(), [])

    def test_every_include_is_allowed_by_the_table(self):
        self.assertEqual(includes.check_includes(whole_tree()), [])

    def test_no_folders_include_each_other_but_the_known(self):
        self.assertEqual(includes.check_circles(whole_tree()), [])

    def test_the_tree_is_seen(self):
        arrows = includes.arrows(whole_tree())
        self.assertIn("topologies", arrows["simulator"])
        self.assertGreater(len(arrows), 20)


class IncludesTest(unittest.TestCase):
    def faults(self, texts):
        return includes.check_includes(SourceTree(texts), ROOMS)

    def test_what_the_row_names_is_allowed(self):
        self.assertEqual(
            self.faults(
                {
                    "ground/a.h": "#include <vector>\n#include <boost/graph.hpp>\n",
                    "first/b.cc": '#include <unistd.h>\n#include "ground/a.h"\n',
                    "roof/c.cc": '#include <torch/all.h>\n#include "first/b.h"\n',
                    "first/b.h": "",
                }
            ),
            [],
        )

    def test_an_arrow_up_is_found_with_its_line(self):
        faults = self.faults({"ground/a.h": '\n#include "roof/c.h"\n', "roof/c.h": ""})
        self.assertEqual(len(faults), 1)
        self.assertTrue(faults[0].startswith("ground/a.h:2: ground/ may not use roof/"), faults)

    def test_a_header_beside_the_file_is_found_by_its_bare_name(self):
        texts = {"first/worker/a.cc": '#include "a.h"\n', "first/worker/a.h": ""}
        self.assertEqual(self.faults(texts), [])
        texts["first/worker/a.cc"] = '#include "../b.h"\n'
        texts["first/b.h"] = ""
        self.assertIn("first/worker/ may not use first/", self.faults(texts)[0])

    def test_a_third_party_where_the_row_does_not_name_it(self):
        faults = self.faults({"ground/a.cc": "#include <ns3/node.h>\n"})
        self.assertIn("ground/a.cc:1: ground/ may not use ns3", faults[0])
        self.assertIn("only first/worker may", faults[0])

    def test_a_header_that_nobody_knows(self):
        self.assertIn("no third party", self.faults({"ground/a.cc": "#include <odd/x.h>\n"})[0])

    def test_a_generated_service_is_of_grpc_and_a_generated_message_is_not(self):
        self.assertEqual(includes.third_party("rhumb/v1/south.grpc.pb.h"), "grpc")
        self.assertEqual(includes.third_party("rhumb/v1/south.pb.h"), "protobuf")

    def test_a_file_in_no_room(self):
        self.assertIn("lies in no room", self.faults({"attic/a.cc": ""})[0])

    def test_a_row_that_uses_one_below_itself(self):
        faults = includes.check_table((Room("a", uses=("b",)), Room("b")))
        self.assertIn("a uses b", faults[0])


class CirclesTest(unittest.TestCase):
    CIRCLE = {
        "a/x.h": '#include "b/y.h"\n',
        "b/y.h": '// first\n#include "c/z.h"\n',
        "c/z.cc": '#include "a/x.h"\n',
        "c/z.h": "",
        "d/w.h": '#include "a/x.h"\n',
    }

    def test_a_circle_over_three_folders_is_found_with_every_arrow(self):
        (fault,) = includes.check_circles(SourceTree(self.CIRCLE), known={})
        for arrow in ("a/x.h:1 includes b/", "b/y.h:2 includes c/", "c/z.cc:1 includes a/"):
            self.assertIn(arrow, fault)
        self.assertNotIn("d/w.h", fault)

    def test_a_known_circle_must_still_be_there(self):
        known = {frozenset("abc"): "reason"}
        self.assertEqual(includes.check_circles(SourceTree(self.CIRCLE), known), [])
        opened = dict(self.CIRCLE, **{"c/z.cc": ""})
        self.assertIn("delete it", includes.check_circles(SourceTree(opened), known)[0])


if __name__ == "__main__":
    unittest.main()
