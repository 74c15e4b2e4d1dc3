"""What the tests of this folder share: a real `rhumb serve-sim`, and scenarios that take
milliseconds.

CTest sets RHUMB_PROGRAM and PYTHONPATH.
"""
import os
import sys
import unittest

import rhumb_gym

LIMIT_S = 120  # of any wait; only a failing test comes near

# Abilene at flow level, two steps an episode.
QUICK = {"topology": "abilene", "load": 1.0, "steps": 2, "history": 3}


class ServedTest(unittest.TestCase):
    """One server a test class."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        # The server's own words would drown the test's.
        cls.silence = open(os.devnull, "w", encoding="ascii")
        cls.server = rhumb_gym.SimulationProcess(*cls.flags, log=cls.silence)
        cls.address = cls.server.address

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.silence.close()

    def batch(self, scenario=None, environments=1, **more):
        client = rhumb_gym.BatchClient(
            self.address,
            QUICK if scenario is None else scenario,
            environments,
            timeout=LIMIT_S,
            **more,
        )
        self.addCleanup(client.close)
        return client


def children_of(pid):
    """Process ids of the children of a process, of all its threads."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(child) for child in file.read().split()]
    return found


def main():
    unittest.main(argv=sys.argv)
