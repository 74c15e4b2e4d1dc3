"""What is done to a running network, and what came of it. The tests assert on the results,
figures.py prints them."""
import collections
import itertools
import json
import pathlib
import re
import subprocess
import threading
import time
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from installed import InstalledPaths
from north import North
from processes import stop, wait_for
from testbed import Cable, PYTHON, Testbed

HERE = pathlib.Path(__file__).resolve().parent
RESOLUTION = 1 / 256  # of split ratios in the switches


def ring_with_chords(capacity_bps: float = 0) -> Tuple[List[str], List[Cable]]:
    """20 nodes, 32 cables; any cable may fail."""
    chords = [
        (1, 6),
        (2, 9),
        (3, 14),
        (4, 17),
        (5, 12),
        (7, 15),
        (8, 19),
        (10, 18),
        (11, 20),
        (13, 1),
        (16, 6),
        (9, 17),
    ]
    pairs = [(i, i % 20 + 1) for i in range(1, 21)] + chords
    return [f"n{i}" for i in range(1, 21)], [
        Cable(f"n{a}", f"n{b}", capacity_bps) for a, b in pairs
    ]


def settled(north: North):
    """The status once the adapter has the latest plan for the latest topology in force, else
    None."""
    status = north.status_or_none()
    if (
        status
        and status.ready
        and status.adapters
        and status.plan.topology_version == status.topology_version
        and status.adapters[0].plan_version_in_force == status.plan.plan_version
    ):
        return status
    return None


def wait_until_settled(north: North, timeout_s: float = 180):
    return wait_for(lambda: settled(north), "the latest plan in force", timeout_s, 0.02)


def connected_pairs(bed: Testbed, timeout_s: float = 300) -> float:
    """Starts to ask from every host at once; the time at which the last pair could talk (seconds
    since 1970)."""
    addresses = [bed.address(node) for node in bed.nodes]
    askers = [
        bed.start(
            node,
            PYTHON,
            str(HERE / "reach.py"),
            "--me",
            bed.address(node),
            *[address for address in addresses if address != bed.address(node)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for node in bed.nodes
    ]
    watch = threading.Timer(timeout_s, lambda: [stop(asker) for asker in askers])
    watch.start()
    try:
        return max(float(asker.stdout.readline()) for asker in askers)
    except ValueError:
        raise TimeoutError(f"not all pairs could talk within {timeout_s:g} s") from None
    finally:
        watch.cancel()
        for asker in askers:
            stop(asker)
            asker.stdout.close()


def check_paths_equal_plan(bed: Testbed, north: North) -> int:
    """Reads the switches back and compares every demand. Returns how many there were.

    Switches are read one after another; when a plan arrives meanwhile, what was read is of two
    plans and is read again.
    """
    for _ in range(10):
        wait_until_settled(north)
        header, planned = north.plan()
        installed = InstalledPaths(bed)
        if north.status().plan.plan_version == header.plan_version:
            break
    else:
        raise TimeoutError("plans follow each other too quickly to be read back")
    for (source, destination), paths in planned.items():
        found = installed.of_demand(source, destination)
        for path in set(paths) | set(found):
            if abs(paths.get(path, 0) - found.get(path, 0)) > RESOLUTION:
                raise AssertionError(
                    f"{source} > {destination}: planned {paths}, installed {found}"
                )
    return len(planned)


def rules_of_ours(bed: Testbed) -> Dict[str, List[int]]:
    """Cookies of the application's rules on every switch."""
    return {
        node: sorted(flow.cookie for flow in flows if flow.cookie >> 48 == 0x5268)
        for node, flows in InstalledPaths(bed).flows.items()
    }


def resting_rules(bed: Testbed) -> Dict[str, List[int]]:
    """The same, once nothing more is being removed: two readings, further apart than rules outlive
    their plan."""
    readings = [rules_of_ours(bed)]

    def same() -> bool:
        readings.append(rules_of_ours(bed))
        return readings[-1] == readings[-2]

    time.sleep(1.5)
    wait_for(same, "the rules to rest", 180, 1.5)
    return readings[-1]


# Splits.


def three_paths(bed: Testbed) -> Tuple[str, str, List[tuple]]:
    """A demand and three paths of it that part at its source."""
    neighbours = collections.defaultdict(list)
    for cable in bed.cables:
        neighbours[cable.a].append(cable.b)
        neighbours[cable.b].append(cable.a)
    source = next(node for node in bed.nodes if len(neighbours[node]) >= 3)
    destination = bed.nodes[(bed.nodes.index(source) + 10) % len(bed.nodes)]
    paths = []
    for first in neighbours[source][:3]:
        reached = {first: (source, first)}
        queue = [first]
        while queue and destination not in reached:
            node = queue.pop(0)
            for other in neighbours[node]:
                if other not in reached and other != source:
                    reached[other] = reached[node] + (other,)
                    queue.append(other)
        paths.append(reached[destination])
    return source, destination, paths


def pin(
    bed: Testbed, north: North, source: str, destination: str, paths: Dict[tuple, float]
) -> None:
    """Pins the demand and waits until the switches have it."""
    north.pin(source, destination, paths)
    wait_for(lambda: same_paths(north.routes()[source, destination], paths), "the pinned plan")
    wait_until_settled(north)


def same_paths(one: dict, other: dict) -> bool:
    return set(one) == set(other) and all(abs(one[path] - other[path]) < 1e-6 for path in one)


def measured_split(
    bed: Testbed, source: str, destination: str, paths: Sequence[tuple], protocol: str, count: int
) -> List[float]:
    """Shares of `count` 5-tuples that took each path, by the port counters of the source's
    switch."""
    server = bed.start(
        destination, PYTHON, str(HERE / "tuples.py"), "serve", stdout=subprocess.PIPE, text=True
    )
    server.stdout.readline()
    try:
        before = _sent_packets(bed, source)
        bed.run(
            source,
            PYTHON,
            str(HERE / "tuples.py"),
            protocol,
            "--to",
            bed.address(destination),
            "--count",
            str(count),
            timeout_s=240,
        )
        latest = []

        def counted():
            """Packets that each port sent, once no more come. Some are lost on a busy machine:
            before the switch."""
            latest.append(_sent_packets(bed, source))
            return len(latest) > 1 and sum(latest[-1]) - sum(latest[-2]) < 10

        wait_for(counted, "the counters of the switch", every_s=1)
        grown = [after - first for after, first in zip(latest[-1], before)]
    finally:
        stop(server)
        server.stdout.close()
    ports = [bed.port[source, bed.cable_of(f"{path[0]}>{path[1]}")] for path in paths]
    taken = [grown[port - 1] for port in ports]
    if sum(taken) < 2000:
        raise RuntimeError(f"only {sum(taken)} packets of {count} 5-tuples were counted")
    return [value / sum(taken) for value in taken]


def _sent_packets(bed: Testbed, node: str) -> List[int]:
    """By port number from 1, of ports to other switches; LLDP is of no weight."""
    text = bed.ofctl("dump-ports", node)
    ports = {
        int(number): int(packets)
        for number, packets in re.findall(r"port\s+(\d+): rx.*?\n\s+tx pkts=(\d+)", text)
    }
    degree = max(port for (owner, _), port in bed.port.items() if owner == node)
    return [ports[port] for port in range(1, degree + 1)]


# Probes.


class Probe:
    """Packets for some seconds from one host to another, in the background."""

    def __init__(
        self,
        bed: Testbed,
        source: str,
        destination: str,
        seconds: float,
        rate: float = 1000,
        idle_s: float = 2,
    ):
        """`idle_s` without a packet are the end."""
        count = int(seconds * rate)
        arguments = ["--port", "7000", "--count", str(count)]
        self._receiver = bed.start(
            destination,
            PYTHON,
            str(HERE / "probe.py"),
            "receive",
            "--idle",
            str(idle_s),
            *arguments,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._receiver.stderr.readline()
        self._sender = bed.start(
            source,
            PYTHON,
            str(HERE / "probe.py"),
            "send",
            "--to",
            bed.address(destination),
            "--rate",
            str(rate),
            *arguments,
        )
        self._seconds = seconds

    def running(self) -> bool:
        return self._sender.poll() is None

    def result(self) -> dict:
        output, _ = self._receiver.communicate(timeout=self._seconds + 60)
        stop(self._sender)
        return json.loads(output)


class Transfer:
    """One TCP connection by iperf3, for some seconds, in the background."""

    _ports = itertools.cycle(range(5201, 5301))

    def __init__(self, bed: Testbed, source: str, destination: str, seconds: float):
        self._seconds = seconds
        port = str(next(self._ports))
        self._server = bed.start(
            destination, "iperf3", "-s", "-1", "-p", port, stdout=subprocess.DEVNULL
        )
        wait_for(lambda: f":{port} " in bed.run(destination, "ss", "-Hltn"), "iperf3")
        self._client = bed.start(
            source,
            "iperf3",
            "-c",
            bed.address(destination),
            "-p",
            port,
            "-J",
            "-t",
            str(max(1, int(seconds))),
            stdout=subprocess.PIPE,
            text=True,
        )

    def running(self) -> bool:
        return self._client.poll() is None

    def goodput_bps(self) -> float:
        """What the receiver got, when it is over; 0 when the connection broke."""
        output, _ = self._client.communicate(timeout=self._seconds + 60)
        stop(self._server)
        answer = json.loads(output)
        return 0.0 if "error" in answer else answer["end"]["sum_received"]["bits_per_second"]


def plan_changes(bed: Testbed, north: North, changes: int = 20, rate: float = 1000) -> dict:
    """A probe while its demand is moved between paths that stay up. Adds "versions", how many plans
    were installed."""
    source, destination, paths = three_paths(bed)
    plans = [{paths[0]: 1.0}, {paths[1]: 1.0}, {paths[0]: 0.5, paths[2]: 0.5}, {paths[2]: 1.0}]
    pin(bed, north, source, destination, plans[-1])
    first = north.status().plan.plan_version
    probe = Probe(bed, source, destination, seconds=2 + 0.4 * changes, rate=rate)
    done = 0
    for i in range(changes):
        pin(bed, north, source, destination, plans[i % len(plans)])
        done += probe.running()
        time.sleep(0.2)
    result = probe.result()
    result["changes"] = done  # while packets flowed
    result["versions"] = north.status().plan.plan_version - first
    north.pin(source, destination, {})
    return result


class Reaction(NamedTuple):
    """To a failure, by the application's log; times are seconds since 1970."""

    noticed: float  # the switch's report
    reported: float  # to the server
    received: float  # the first plan after that
    installed: float  # confirmed by the switches
    demands: int  # that were moved

    @property
    def decision_s(self) -> float:
        return self.received - self.reported

    @property
    def total_s(self) -> float:
        return self.installed - self.noticed


def reaction(log: str) -> Optional[Reaction]:
    """To the first port that goes down in this part of the application's log. None while it is not
    over."""
    down = re.search(r"port down .* at=([\d.]+) reported=([\d.]+)", log)
    if down is None:
        return None
    noticed, reported = map(float, down.groups())
    answers = {
        found[1]: float(found[2])
        for found in re.finditer(r"plan received version=(\d+) .* at=([\d.]+)", log)
        if float(found[2]) > reported
    }
    for found in re.finditer(r"plan installed version=(\d+) .* demands=(\d+) .* at=([\d.]+)", log):
        if found[1] in answers:
            return Reaction(noticed, reported, answers[found[1]], float(found[3]), int(found[2]))
    return None


class Stalls:
    """What the machine itself withholds: a thread that does nothing but sleep notes how late it
    woke."""

    _TICK_S = 0.002

    def __init__(self):
        self._late: List[Tuple[float, float]] = []  # woke at, seconds too late
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            due = time.time() + self._TICK_S
            time.sleep(self._TICK_S)
            self._late.append((time.time(), time.time() - due))

    def worst_s(self, begin: float, end: float) -> float:
        """Of those that overlap [begin, end], seconds since 1970."""
        return max(
            (late for woke, late in self._late if begin <= woke and woke - late <= end), default=0.0
        )


class Failure(NamedTuple):
    """Seconds. `outage`: without a delivered packet; the parts: from the last packet that got
    through to the application's knowing, from its report to its having the plan, from there to the
    switches' confirmation. `stall`: the longest time in them for which the machine let a process
    that only slept wait."""

    outage: float
    detection: float
    decision: float
    installation: float
    stall: float
    demands: int
    lost: int


def link_failure(bed: Testbed, north: North, cable: int) -> Failure:
    """Takes a cable down under a probe that crosses it, then up again."""
    source, destination = wait_for(
        lambda: _demand_over(bed, north, cable), "a demand over the cable that stays there"
    )
    probe = Probe(bed, source, destination, seconds=3)
    time.sleep(1)
    log_before = len(bed.osken_log())
    before = north.status().topology_version
    with Stalls() as stalls:
        bed.set_link(cable, up=False)
        result = probe.result()
    wait_for(
        lambda: north.status().topology_version > before and settled(north),
        "a plan without the link",
    )
    seen = reaction(bed.osken_log()[log_before:])
    died, outage = max(result["outages"], key=lambda found: found[1], default=(seen.noticed, 0.0))
    bed.set_link(cable, up=True)
    wait_for(lambda: not north.status().down_links and settled(north), "the link's return")
    if not result["lost"]:
        raise RuntimeError(f"the probe of {source} > {destination} did not cross cable {cable}")
    return Failure(
        outage,
        seen.noticed - died,
        seen.decision_s,
        seen.installed - seen.received,
        stalls.worst_s(died, seen.installed),
        seen.demands,
        result["lost"],
    )


def _demand_over(bed: Testbed, north: North, cable: int):
    """A demand all of whose paths cross the cable, if a decision upon later traffic leaves it
    there. Else None."""
    ends = {bed.cables[cable].a, bed.cables[cable].b}

    def crossing(paths) -> bool:
        return all(any(set(pair) == ends for pair in zip(path, path[1:])) for path in paths)

    first = wait_until_settled(north)
    before = north.routes()
    wait_for(
        lambda: north.status().decided_traffic_version > first.decided_traffic_version,
        "another decision",
    )
    wait_until_settled(north)
    after = north.routes()
    return next(
        (key for key, paths in after.items() if crossing(paths) and before[key] == paths), None
    )
