#!/usr/bin/python3
"""Every command of every manual, and every example of `rhumb help` and of `--help`, works as it
stands; long ones are shortened by the rules below. CTest sets RHUMB_BUILD.

    commands_test.py                    all of it
    commands_test.py README.md help     some documents, or the help texts
"""
import os
import sys
import unittest

import extraction
from running import BUILD, ROOT, CommandFailed, Rule, Session

PACKETS = ("--warm-up 0.1s", "--measure 0.2s", "--drain 0.2s", "--seeds 1", "--intervals 142:144")

# The first rule whose pattern is found in a command holds. A rule that no command uses any more is
# a fault, so this table says all that is not run as it stands.
RULES = [
    Rule(
        r"(^|\s)scripts/(test|demo|setup)\b|^\.ci/run",
        "this is what continuous integration does",
        skipped=True,
    ),
    Rule(r"^(cmake|ctest) ", "builds or tests the whole tree", skipped=True),
    Rule(r"^scripts/live-demo", "a whole day", options=("--intervals 50:70",), once=True),
    Rule(r"^scripts/fuzz", "builds with another compiler, for half an hour", skipped=True),
    Rule(r"^scripts/sdn-demo", "the label sdn tests the same switches", skipped=True),
    Rule(r"^scripts/readme-figures", "a test of its own", skipped=True),
    Rule(
        r"^(RHUMB_KILLS=\d+ )?build/release/tests/",
        "measures, for minutes, on an idle machine",
        skipped=True,
    ),
    Rule(r"^scripts/package", "tests/install makes and uses the packages", skipped=True),
    Rule(r"^apt-get ", "changes the machine; scripts/setup installs these", skipped=True),
    Rule(r"^srun ", "there is no Slurm here; mpirun starts the same processes", skipped=True),
    Rule(r"osken-manager", "tests/end_to_end/sdn starts it, with switches", skipped=True),
    Rule(
        r"beat_shortest_path.py",
        "learns for minutes",
        options=("--generations 1", "--environments 4", "--episodes 4"),
    ),
    Rule(
        r"reinforce.py",
        "learns for minutes",
        options=("--updates 1", "--groups 1", "--rounds 1"),
    ),
    Rule(r"--simulator ns3", "seconds of packets for every seed", options=PACKETS),
    Rule(
        r"rhumb train --stage flow",
        "trains for hours",
        options=("--config tests/readme/short-flow.toml",),
    ),
    Rule(
        r"rhumb train --stage packet",
        "trains for hours",
        options=("--config tests/readme/short-packet.toml", "--workers 2"),
    ),
    Rule(
        r"rhumb train --stage surrogate",
        "plays ns-3 for minutes",
        options=("--config tests/readme/short-surrogate.toml",),
    ),
    Rule(
        r"^rhumb simulate-network",
        "a whole day",
        options=("--intervals 0:24",),
        needs_server=True,
    ),
    Rule(
        r"rhumb ctl .*\bwatch\b",
        "watches until it is stopped",
        endless=True,
        needs_server=True,
        needs_network=True,
    ),
    Rule(
        r"minimal_adapter.py",
        "an adapter lives as long as its network",
        endless=True,
        append="$RHUMB_SERVER",
        needs_server=True,
    ),
    Rule(r"^curl -N", "listens until it is stopped", endless=True, needs_server=True),
    Rule(r"^curl --fail", "asks a controller", needs_server=True),
    Rule(
        r"10\.0\.0\.1",
        "three machines; tests/end_to_end/replicas has three processes",
        skipped=True,
    ),
    Rule(r"^rhumb ctl", "asks a controller", needs_server=True, needs_network=True),
]


def documents():
    tree = sorted(
        path.relative_to(ROOT)
        for path in ROOT.rglob("*.md")
        if not {"build", ".git", "demo-results", "node_modules"} & set(path.relative_to(ROOT).parts)
    )
    return [str(path) for path in tree if path.name not in extraction.NO_MANUALS]


def shown_in(document):
    return extraction.commands_of(document, (ROOT / document).read_text())


class CommandsTest(unittest.TestCase):
    only = None  # names of documents, and "help"

    def run_all(self, session_name, commands):
        session = Session(RULES)
        try:
            for shown in commands:
                with self.subTest(where=shown.where, command=shown.text):
                    print(f"{shown.where}: {shown.text}", flush=True)
                    try:
                        said = session.run(shown)
                    except CommandFailed as fault:
                        print(f"FAILED: {fault}", flush=True)
                        raise
                    if said:
                        print(said, flush=True)
        finally:
            with self.subTest(servers_of=session_name):
                session.close()

    def test_every_command_of_every_manual_works(self):
        for document in documents():
            if self.only is None or document in self.only:
                self.run_all(document, shown_in(document))

    def test_every_example_of_the_help_works(self):
        if self.only is not None and "help" not in self.only:
            self.skipTest("not asked for")
        rhumb = str(BUILD / "bin/rhumb")
        shown = extraction.shown_by_help(lambda words: extraction.help_of(rhumb, words))
        self.assertGreater(len(shown), 20)
        calls = [one for one in shown if one.text.startswith("rhumb ctl")]
        others = [one for one in shown if one not in calls]
        self.run_all("help", others)
        self.run_all("help of rhumb ctl", in_order(calls))

    def test_no_rule_is_left_over(self):
        if self.only is not None:
            self.skipTest("only some commands were run")
        self.assertEqual([rule.pattern for rule in RULES if not rule.used], [])


# Questions change nothing and come first; what is done comes before what ends it; and to go back to
# a kept plan comes before a drain, which makes that plan unsafe.
_CHANGES = ("rollback", "confirm", "policy", "pin", "unpin", "drain", "undrain")


def in_order(calls):
    def rank(shown):
        words = shown.text.split()
        return next((i for i, word in enumerate(_CHANGES, 1) if word in words), 0)

    return sorted(calls, key=rank)


if __name__ == "__main__":
    names = sys.argv[1:]
    if names:
        CommandsTest.only = set(names)
    unittest.main(argv=sys.argv[:1])
