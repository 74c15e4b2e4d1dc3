#!/usr/bin/python3
"""Which commands are found in documents and help texts, and how they are shortened. No build."""
import unittest

import extraction
import running
from running import Rule

DOCUMENT = """# Title

Look at `rhumb replay` and `rhumb topo convert FILE --to NAME.json` first, 
then at `rhumb topo paths geant --from de1.de --to fr1.fr` in words.

    rhumb replay --topology abilene \\
      --policies ecmp            # a comment
    X=1 scripts/live-demo
    rhumb: this is what it printed
    * neural  0.052

1. A list, which

    goes on.

```sh
$ rhumb topo list
```

```cpp
rhumb topo describe x;
```
"""

ROOT_HELP = """Rhumb

Usage: rhumb COMMAND

Commands:
  topo        Look at networks
  serve       Steer

Examples:
  rhumb topo list
  rhumb serve --check-config

More: rhumb COMMAND --help
"""
TOPO_HELP = """Usage: rhumb topo

Commands:
  list  List
  of    is no command

Example:
  rhumb topo list
"""
HELP = {
    (): ROOT_HELP,
    ("topo",): TOPO_HELP,
    ("topo", "list"): "Usage: rhumb topo list\n\nExample:\n  rhumb topo list --output json\n",
    ("serve",): "Usage: rhumb serve\n\nExamples:\n  rhumb serve &\n",
}


class ExtractionTest(unittest.TestCase):
    def test_commands_of_blocks_and_sentences_are_found_with_their_lines(self):
        self.assertEqual(
            [(shown.where, shown.text) for shown in extraction.commands_of("a.md", DOCUMENT)],
            [
                ("a.md:4", "rhumb topo paths geant --from de1.de --to fr1.fr"),
                (
                    "a.md:6",
                    "rhumb replay --topology abilene --policies ecmp            # a comment",
                ),
                ("a.md:8", "X=1 scripts/live-demo"),
                ("a.md:17", "rhumb topo list"),
            ],
        )

    def test_help_is_walked_to_any_depth(self):
        shown = extraction.shown_by_help(HELP.get)
        self.assertEqual(
            {one.text for one in shown},
            {
                "rhumb topo list",
                "rhumb serve --check-config",
                "rhumb topo list --output json",
                "rhumb serve &",
            },
        )

    def test_a_command_that_answers_any_word_with_its_own_help_has_no_commands_below(self):
        walked = extraction.walk_help(lambda words: ROOT_HELP if not words else TOPO_HELP)
        self.assertEqual(set(walked), {(), ("topo",), ("serve",)})


class ShorteningTest(unittest.TestCase):
    def test_an_option_takes_the_place_of_its_own_or_is_added(self):
        self.assertEqual(
            running.with_options("rhumb train --minutes 5 --out x", ["--minutes 0.1"]),
            "rhumb train --minutes 0.1 --out x",
        )
        self.assertEqual(
            running.with_options("rhumb replay --load 1 | head", ["--intervals 0:3"]),
            "rhumb replay --load 1 --intervals 0:3 | head",
        )

    def test_comments_and_ampersands_stay_behind(self):
        self.assertEqual(running.with_options("rhumb a # b", ["--c 1"]), "rhumb a --c 1 # b")
        self.assertEqual(running.with_options("rhumb a &", ["--c 1"]), "rhumb a --c 1 &")

    def test_the_first_rule_holds_and_is_marked_as_used(self):
        rules = [Rule("x", "1"), Rule("a", "2"), Rule("a b", "3")]
        self.assertEqual(running.rule_for(rules, "a b").reason, "2")
        self.assertEqual([rule.used for rule in rules], [False, True, False])


class SessionTest(unittest.TestCase):
    def run_text(self, text, rules=()):
        session = running.Session(list(rules))
        try:
            return session.run(extraction.Shown("a.md:1", text))
        finally:
            session.close()

    def test_a_command_that_fails_is_named_with_its_place_and_words(self):
        with self.assertRaisesRegex(running.CommandFailed, "(?s)a.md:1: .*ended with 3.*said so"):
            self.run_text("echo said so; exit 3")

    def test_a_failure_before_a_pipe_counts(self):
        with self.assertRaises(running.CommandFailed):
            self.run_text("false | cat")

    def test_a_command_that_is_left_out_says_why(self):
        self.assertIn("because", self.run_text("false", [Rule("false", "because", skipped=True)]))

    def test_commands_see_the_tree_and_write_beside_it(self):
        self.assertIsNone(self.run_text("ls README.md topologies/data && touch new-file"))
        self.assertFalse((running.ROOT / "new-file").exists())


if __name__ == "__main__":
    unittest.main()
