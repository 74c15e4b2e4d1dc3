"""What controller/adapters/rhumb_client promises a newcomer: it installs from Debian's packages
alone, and the example adapter in it steers its network with a real `rhumb serve`."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import grpc

from rhumb.v1 import north_pb2, north_pb2_grpc

ROOT = pathlib.Path(__file__).resolve().parents[3]
RHUMB = os.environ["RHUMB_PROGRAM"]
EXAMPLE = "controller/adapters/rhumb_client/examples/minimal_adapter.py"
PATIENCE_S = 120


class Lines:
    """What a program has printed so far."""

    def __init__(self, stream):
        self._seen = []
        self._more = threading.Condition()
        self._stream = stream
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._stream:
            with self._more:
                self._seen.append(line.rstrip())
                self._more.notify_all()

    def close(self):
        """When the program has ended."""
        self._reader.join()
        self._stream.close()

    def wait_for(self, what, condition):
        """Until `condition` holds for all lines so far; its value."""
        with self._more:
            if not self._more.wait_for(lambda: condition(self._seen), PATIENCE_S):
                raise AssertionError(f"waited for {what}; printed were:\n" + "\n".join(self._seen))
            return condition(self._seen)

    def count(self):
        with self._more:
            return len(self._seen)


class MinimalAdapterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="rhumb-adapter-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        # pip leaves its work beside what it installs, so what it is given is a copy.
        for part in ("proto", "controller/adapters/rhumb_client"):
            shutil.copytree(
                ROOT / part,
                cls.directory / part,
                ignore=shutil.ignore_patterns("build", "*.egg-info"),
            )
        for command in (
            ["/usr/bin/python3", "-m", "venv", "--system-site-packages", "env"],
            [
                "env/bin/pip",
                "install",
                "--no-index",
                "--no-build-isolation",
                "./proto",
                "./controller/adapters/rhumb_client",
            ],
        ):
            done = subprocess.run(
                command, cwd=cls.directory, env=cls.environment(), capture_output=True, text=True
            )
            if done.returncode:
                raise AssertionError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    @staticmethod
    def environment():
        """Without the path to the tree's own modules: the installed ones are to be found."""
        return {
            key: value
            for key, value in os.environ.items()
            if key not in ("PYTHONPATH", "VIRTUAL_ENV")
        }

    def start(self, command, **options):
        process = subprocess.Popen(
            command, cwd=self.directory, env=self.environment(), text=True, bufsize=1, **options
        )
        lines = Lines(process.stdout or process.stderr)
        self.addCleanup(lines.close)  # cleanups run from the last to the first
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return lines

    def start_serve(self):
        """Returns its address."""
        (self.directory / "rhumb.toml").write_text(
            f'[server]\nlisten = "127.0.0.1:0"\nports_file = "{self.directory}/ports"\n'
            '[decision]\npolicy = "shortest-path"\ninterval = "1s"\n'
            f'[store]\npath = "{self.directory}/state.db"\n'
            '[metrics]\nlisten = ""\n[http]\nlisten = ""\n'
        )
        log = self.start([RHUMB, "serve", "--config", "rhumb.toml"], stderr=subprocess.PIPE)
        log.wait_for("the server", lambda _: (self.directory / "ports").exists())
        return (
            "127.0.0.1:"
            + dict(line.split() for line in (self.directory / "ports").read_text().splitlines())[
                "grpc"
            ]
        )

    def test_the_example_steers_its_network_and_moves_traffic_off_the_link_that_fails(self):
        address = self.start_serve()
        lines = self.start(["env/bin/python", "-u", EXAMPLE, address], stdout=subprocess.PIPE)

        def direct(seen):
            return all(
                any(line.endswith(f": {a} > {b}: 100% over {a}>{b}") for line in seen)
                for a in "ABC"
                for b in "ABC"
                if a != b
            )

        lines.wait_for("a path for each of the six demands", direct)
        # Twenty seconds on, by its own clock, the example takes A-B down; C is the way round.
        lines.wait_for(
            "the way round",
            lambda seen: any(line.endswith(": A > B: 100% over A>C, C>B") for line in seen)
            and any(line.endswith(": B > A: 100% over B>C, C>A") for line in seen),
        )

        with grpc.insecure_channel(address) as channel:
            north = north_pb2_grpc.NorthStub(channel)
            # A plan may follow the first answer, and not be acknowledged for a moment.
            for _ in range(600):
                status = north.GetStatus(north_pb2.GetStatusRequest(), timeout=10)
                held = [adapter.plan_version_in_force for adapter in status.adapters]
                if held == [status.plan.plan_version]:
                    break
                time.sleep(0.1)
            self.assertEqual(held, [status.plan.plan_version])
            self.assertEqual(list(status.down_links), ["A>B", "B>A"])
            self.assertEqual(len(status.adapters), 1)
            self.assertTrue(status.adapters[0].primary)
            self.assertEqual(status.adapters[0].nacks, 0)
            # 50 MB a second over A>B, as the example counts.
            self.assertEqual(status.telemetry, north_pb2.TELEMETRY_FRESHNESS_FRESH)
            demand = north.ExplainDecision(
                north_pb2.ExplainDecisionRequest(source="A", destination="B"), timeout=10
            ).demands[0]
            self.assertAlmostEqual(demand.rate_bps / 400e6, 1, delta=0.2)

        before = lines.count()
        lines.wait_for(
            "the direct path again",
            lambda seen: any(line.endswith(": A > B: 100% over A>B") for line in seen[before:]),
        )


if __name__ == "__main__":
    unittest.main()
