"""`mpirun -n 2 rhumb train` as a user runs it: the result, a rank that dies, a rank that hangs, a
rank that is wrong.

CTest sets RHUMB_PROGRAM and MPIRUN.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

RHUMB = os.environ["RHUMB_PROGRAM"]
MPIRUN = os.environ["MPIRUN"]
LIMIT_S = 300  # of any wait; only a failing test comes near

TINY = """
seed = 5
networks.families = ["ring-chords"]
networks.count = 4
networks.min_nodes = 4
networks.max_nodes = 5
networks.candidate_paths = 3
optimizer = {updates = %d, batch_paths = 10, batch_networks = 2}
objective = {iterations = 2, earlier_iterations = [0, 1]}
validation = {networks = 2, every = 5, patience = 1000000}
"""

# At flow level: replicas do the same whatever plays their episodes.
TINY_PACKET = """
seed = 5
networks = {families = ["ring-chords"], min_nodes = 5, max_nodes = 6, candidate_paths = 3}
episodes = {steps = 1, past = 2}
policy = {iterations = 2, refinements = 0}
ppo = {updates = %d, scenarios = 2, repeats = 2, epochs = 2}
validation = {scenarios = 2, every = 5, patience = 1000000, test_scenarios = 2}
simulator = {level = "flow"}
"""
TOML = {"flow": TINY, "packet": TINY_PACKET}


def wait_until(condition, what):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.01)


def rank_of(pid):
    """Rank of a process that mpirun started, None for others and for those that are gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    for entry in text.split(b"\0"):
        if entry.startswith(b"OMPI_COMM_WORLD_RANK="):
            return int(entry.split(b"=")[1])
    return None


def ranks_of(mpirun):
    """{rank: pid} of the children of a running mpirun."""
    found = {}
    for task in pathlib.Path(f"/proc/{mpirun.pid}/task").iterdir():
        for pid in (task / "children").read_text().split():
            rank = rank_of(pid)
            if rank is not None:
                found[rank] = int(pid)
    return found


class MpirunTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="rhumb-mpirun-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def config(self, stage, updates):
        path = os.path.join(self.directory, f"{stage}-{updates}.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(TOML[stage] % updates)
        return path

    def start(self, out, updates, *flags, stage="flow", ranks=2, environment=None):
        command = [
            MPIRUN,
            "--allow-run-as-root",
            "--oversubscribe",
            "-n",
            str(ranks),
            RHUMB,
            "train",
            "--stage",
            stage,
            "--config",
            self.config(stage, updates),
            "--out",
            os.path.join(self.directory, out),
            *flags,
        ]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_to_end(self, *arguments, **keywords):
        process = self.start(*arguments, **keywords)
        text, _ = process.communicate(timeout=LIMIT_S)
        return process.returncode, text

    def file(self, out, name):
        return pathlib.Path(self.directory, out, name)

    def test_a_killed_rank_ends_the_job_and_the_run_resumes_to_the_same_bytes(self):
        endless = self.start("cut", 10000000)
        wait_until(lambda: self.file("cut", "last.ckpt").exists(), "a first checkpoint")
        os.kill(ranks_of(endless)[1], signal.SIGKILL)
        text, _ = endless.communicate(timeout=LIMIT_S)
        self.assertNotEqual(endless.returncode, 0)
        self.assertIn("go on with --resume", text)
        self.assertIn(os.path.join(self.directory, "cut"), text)
        # The checkpoint is whole: a policy loads it.
        replay = subprocess.run(
            [
                RHUMB,
                "replay",
                "--topology",
                "abilene",
                "--traffic",
                "gravity:count=2",
                "--policies",
                f"neural:{self.file('cut', 'last.ckpt')}",
                "--no-optimum",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(replay.returncode, 0, replay.stderr)

    def test_a_run_cut_off_by_a_dead_rank_ends_like_one_that_was_not(self):
        code, text = self.run_to_end("whole", 150)
        self.assertEqual(code, 0, text)
        self.assertEqual(text.count("wrote "), 1, text)  # one rank speaks

        cut = self.start("cut", 150)
        wait_until(lambda: self.file("cut", "last.ckpt").exists(), "a first checkpoint")
        victim = ranks_of(cut).get(1)
        self.assertIsNotNone(victim, "the run was over before it could be cut off")
        os.kill(victim, signal.SIGKILL)
        text, _ = cut.communicate(timeout=LIMIT_S)
        self.assertNotEqual(cut.returncode, 0, text)
        code, text = self.run_to_end("cut", 150, "--resume")
        self.assertEqual(code, 0, text)
        for name in ("state.bin", "metrics.csv", "best.ckpt", "last.ckpt"):
            self.assertEqual(
                self.file("cut", name).read_bytes(), self.file("whole", name).read_bytes(), name
            )

        # Another number of ranks may go on, too; the run is over, so nothing changes.
        code, text = self.run_to_end("cut", 150, "--resume", ranks=1)
        self.assertEqual(code, 0, text)

    def test_packet_replicas_cut_off_by_a_dead_rank_end_like_those_that_were_not(self):
        code, text = self.run_to_end("whole", 40, stage="packet")
        self.assertEqual(code, 0, text)
        self.assertEqual(text.count("best of the shortest paths"), 1, text)  # one rank speaks
        cut = self.start("cut", 10000000, stage="packet")
        wait_until(
            lambda: (
                b"\n5," in self.file("cut", "metrics.csv").read_bytes()
                if self.file("cut", "metrics.csv").exists()
                else False
            ),
            "a checkpoint after an update",
        )
        os.kill(ranks_of(cut)[1], signal.SIGKILL)
        text, _ = cut.communicate(timeout=LIMIT_S)
        self.assertNotEqual(cut.returncode, 0, text)
        self.assertIn("go on with --resume", text)
        replay = subprocess.run(
            [
                RHUMB,
                "replay",
                "--topology",
                "abilene",
                "--traffic",
                "gravity:count=2",
                "--policies",
                f"neural:{self.file('cut', 'last.ckpt')}",
                "--no-optimum",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(replay.returncode, 0, replay.stderr)

        half = self.start("half", 40, stage="packet")
        wait_until(self.file("half", "last.ckpt").exists, "a first checkpoint")
        victim = ranks_of(half).get(1)
        self.assertIsNotNone(victim, "the run was over before it could be cut off")
        os.kill(victim, signal.SIGKILL)
        half.communicate(timeout=LIMIT_S)
        code, text = self.run_to_end("half", 40, "--resume", stage="packet")
        self.assertEqual(code, 0, text)
        for name in ("best.ckpt", "last.ckpt", "test.csv"):
            self.assertEqual(
                self.file("half", name).read_bytes(), self.file("whole", name).read_bytes(), name
            )

    def test_a_rank_that_hangs_is_waited_for_no_longer_than_the_patience(self):
        job = self.start("hung", 10000000, environment={"RHUMB_PEER_PATIENCE_S": "2"})
        wait_until(lambda: self.file("hung", "state.bin").exists(), "a first state")
        os.kill(ranks_of(job)[1], signal.SIGSTOP)
        text, _ = job.communicate(timeout=LIMIT_S)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("rank 0 of 2: waited 2 s for the other ranks", text)

    def test_a_bad_request_is_said_once(self):
        code, text = self.run_to_end("none", 5, "--resume")
        self.assertNotEqual(code, 0)
        self.assertEqual(text.count("holds no training run to resume"), 1, text)

    def test_a_fault_of_one_rank_alone_ends_all(self):
        job = self.start("full", 10000000)
        wait_until(lambda: self.file("full", "state.bin").exists(), "a first state")
        # Rank 0 can write no longer.
        shutil.rmtree(os.path.join(self.directory, "full"))
        text, _ = job.communicate(timeout=LIMIT_S)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("rhumb train: rank 0 of 2: ", text)
        self.assertIn("full/last.ckpt", text)


if __name__ == "__main__":
    unittest.main()
