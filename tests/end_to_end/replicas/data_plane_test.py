"""Three machines, each with etcd and `rhumb serve`, steer switches that carry traffic: what happens
to it while the leader is killed, paused past its lease or cut off the network.

Every machine is a network namespace with a virtual cable to one switch of the management network;
os-ken and Open vSwitch are those of the other end-to-end tests. Packets are numbered and every one
that is lost is counted.

RHUMB_ROUNDS sets how often (default 3: each once), RHUMB_LEASE_S the lease (default 3).
"""
import os
import pathlib
import signal
import shutil
import statistics
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sdn"))
import experiments
import requirements
from north import North
from processes import run, start, stop, wait_for
from rhumb.v1 import north_pb2
from testbed import RHUMB, Cable, Testbed

REASON = requirements.why_not(RHUMB)
if REASON is None and shutil.which("etcd") is None:
    REASON = "etcd is missing (Debian package etcd-server; scripts/setup installs it)"
SKIPPED = 77  # what CTest takes for "skipped"
MACHINES = 3
RATE = 250  # packets a second, as in sdn_test
ROUNDS = int(os.environ.get("RHUMB_ROUNDS", "3"))
LEASE_S = int(os.environ.get("RHUMB_LEASE_S", "3"))
HARMS = ("killed", "paused", "cut off")
LEADER = north_pb2.ReplicaStatus.ROLE_LEADER


def say(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)


class Machine:
    """A namespace with etcd and `rhumb serve`, reachable at 10.9.0.NUMBER."""

    def __init__(self, bed: Testbed, number: int):
        self._bed = bed
        self._number = number
        self.namespace = f"{bed.fabric.rpartition('-')[0]}-m{number}"
        self.directory = bed.directory / f"m{number}"
        self.directory.mkdir()
        self.serve = self.etcd = None
        bed._add_namespace(self.namespace)
        run(
            ["ip", "-n", bed.fabric, "link", "add", f"m{number}", "type", "veth", "peer", "name"]
            + ["eth0", "netns", self.namespace]
        )
        run(["ip", "-n", bed.fabric, "link", "set", f"m{number}", "master", "management", "up"])
        run(["ip", "-n", self.namespace, "addr", "add", f"{address(number)}/24", "dev", "eth0"])
        run(["ip", "-n", self.namespace, "link", "set", "eth0", "up"])
        self.north = North(self.directory)

    def start_etcd(self) -> None:
        here = address(self._number)
        peers = ",".join(f"m{i}=http://{address(i)}:2380" for i in range(1, MACHINES + 1))
        self.etcd = start(
            ["etcd", f"--name=m{self._number}", f"--data-dir={self.directory}/etcd"]
            + [f"--listen-client-urls=http://{here}:2379"]
            + [f"--advertise-client-urls=http://{here}:2379"]
            + [f"--listen-peer-urls=http://{here}:2380"]
            + [f"--initial-advertise-peer-urls=http://{here}:2380"]
            + [f"--initial-cluster={peers}", "--logger=zap", "--log-level=warn"],
            self.namespace,
            str(self.directory / "etcd.log"),
        )

    def start_serve(self) -> None:
        endpoints = ", ".join(f'"{address(i)}:2379"' for i in range(1, MACHINES + 1))
        (self.directory / "rhumb.toml").write_text(
            f"""
[server]
listen = "{address(self._number)}:7433"
unix_socket = "{self.directory}/rhumb.sock"
[security]
allow_plaintext = true
allow_anonymous = true
[decision]
policy = "shortest-path"
interval = "1s"
[store]
kind = "etcd"
endpoints = [{endpoints}]
lease = "{LEASE_S}s"
[metrics]
listen = ""
[http]
listen = ""
"""
        )
        self.serve = start(
            [RHUMB, "serve", "--config", str(self.directory / "rhumb.toml")],
            self.namespace,
            str(self.directory / "serve.log"),
        )

    def connect(self, up: bool) -> None:
        """The cable to the switch of the management network."""
        state = "up" if up else "down"
        run(["ip", "-n", self._bed.fabric, "link", "set", f"m{self._number}", state])

    def harm(self, how: str) -> None:
        if how == "killed":
            stop(self.serve, signal.SIGKILL)
        elif how == "paused":
            self.serve.send_signal(signal.SIGSTOP)
        else:
            self.connect(False)

    def heal(self, how: str) -> None:
        if how == "killed":
            self.start_serve()
        elif how == "paused":
            self.serve.send_signal(signal.SIGCONT)
        else:
            self.connect(True)

    def log(self) -> str:
        return (self.directory / "serve.log").read_text(errors="replace")

    def close(self) -> None:
        self.north.close()
        if self.serve is not None and self.serve.poll() is None:
            self.serve.send_signal(signal.SIGCONT)
        stop(self.serve, signal.SIGKILL)
        stop(self.etcd, signal.SIGKILL)


def address(number: int) -> str:
    return f"10.9.0.{number}"


@unittest.skipIf(REASON, REASON)
class DataPlaneTest(unittest.TestCase):
    def setUp(self):
        nodes = ["n1", "n2", "n3", "n4"]
        ends = [("n1", "n2"), ("n2", "n4"), ("n1", "n3"), ("n3", "n4"), ("n1", "n4")]
        self.bed = Testbed(nodes, [Cable(a, b) for a, b in ends])
        self.bed.__enter__()
        self.addCleanup(self.bed.close)
        fabric = ["ip", "-n", self.bed.fabric]
        run([*fabric, "link", "add", "management", "type", "bridge"])
        run([*fabric, "addr", "add", "10.9.0.254/24", "dev", "management"])
        run([*fabric, "link", "set", "management", "up"])
        self.machines = []
        for number in range(1, MACHINES + 1):
            self.machines.append(Machine(self.bed, number))
            self.addCleanup(self.machines[-1].close)
        for machine in self.machines:
            machine.start_etcd()
        for machine in self.machines:
            machine.start_serve()
        self.bed.start_osken(
            telemetry_interval_s=1,
            switch_timeout=5,
            address=",".join(f"{address(i)}:7433" for i in range(1, MACHINES + 1)),
            allow_plaintext=True,
        )
        self.leader()
        experiments.connected_pairs(self.bed)

    def tearDown(self):
        outcome = self._outcome.result
        if outcome.failures or outcome.errors:
            say("os-ken: " + self.bed.osken_log()[-3000:])
            for machine in self.machines:
                say(f"{machine.namespace}: " + machine.log()[-2000:])

    def _leads(self, above: int, but=None):
        for machine in self.machines:
            status = None if machine is but else machine.north.status_or_none()
            if status is None or status.replica.role != LEADER or status.replica.term <= above:
                continue
            steered = [
                adapter
                for adapter in status.adapters
                if adapter.plan_version_acknowledged == status.plan.plan_version > 0
            ]
            if steered:
                return machine, status.replica.term
        return None

    def leader(self, above: int = 0, but=None):
        """The machine that leads with a later term whose plan the switches have; and the term."""
        return wait_for(lambda: self._leads(above, but), "a leader whose plan is on the switches")

    def all_stand(self) -> bool:
        found = [machine.north.status_or_none() for machine in self.machines]
        return all(status and len(status.replica.replicas) == MACHINES for status in found)

    def test_traffic_never_stops_while_leaders_are_killed_paused_and_cut_off(self):
        sent = lost = 0
        took = []
        for i in range(ROUNDS):
            how = HARMS[i % len(HARMS)]
            wait_for(self.all_stand, "all controllers")
            machine, term = self.leader()
            # Longer than any wait below is expected to be.
            probe = experiments.Probe(self.bed, "n1", "n4", LEASE_S + 25, RATE, idle_s=20)
            began = time.monotonic()
            machine.harm(how)
            successor, later = self.leader(term, but=machine)
            took.append(time.monotonic() - began)
            machine.heal(how)
            result = probe.result()
            say(
                f"{how}: the next leader's plan on the switches after {took[-1]:.1f} s;"
                f" {result['lost']} of {result['sent']} packets lost"
            )
            self.assertGreater(later, term)
            self.assertIsNot(successor, machine)
            self.assertEqual(result["lost"], 0, result["outages"])
            sent += result["sent"]
            lost += result["lost"]
        say(
            f"{ROUNDS} leaders replaced, lease {LEASE_S} s: {sent} packets, {lost} lost; median"
            f" {statistics.median(took):.1f} s, longest {max(took):.1f} s"
        )
        # And the last one steers: the path in use is taken away, and packets find another.
        self.bed.set_link(self.bed.cable_of("n1>n4"), False)
        experiments.connected_pairs(self.bed)


if __name__ == "__main__":
    if REASON:
        print(f"skipped: {REASON}", file=sys.stderr)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
