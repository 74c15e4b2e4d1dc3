"""A shipped network small enough for one machine: capacities and traffic divided by one factor."""
import heapq
import json
import random
from typing import Dict, List, NamedTuple, Tuple

from testbed import Cable, ROOT

PACKET_BYTES = 1000  # with IP and UDP headers
_OVERHEAD_BYTES = 14 + 4  # Ethernet and label


class ScaledNetwork(NamedTuple):
    nodes: List[str]
    cables: List[Cable]
    demands: Dict[Tuple[str, str], float]  # packets per second
    factor: float  # capacity here over capacity there
    hottest: Tuple[str, str]  # link that shortest path loads most
    load: float  # of that link


def scaled_network(name: str, packets_per_s: float, load: float, seed: int = 1) -> ScaledNetwork:
    """Gravity traffic with log-normal node weights of `packets_per_s` in all; capacities such that
    shortest path (IGP metric) offers its hottest link `load` times its capacity. Parallel cables
    become one."""
    data = json.loads((ROOT / f"topologies/data/{name}.topology.json").read_text())
    nodes = [node["name"] for node in data["nodes"]]
    capacity, metric = {}, {}
    for link in data["links"]:
        ends = link["source"], link["destination"]
        capacity[ends] = capacity.get(ends, 0) + float(link["capacityBps"])
        metric[ends] = min(metric.get(ends, float("inf")), float(link.get("igpMetric", 1)))
    rng = random.Random(seed)
    weight = {node: rng.lognormvariate(0, 1) for node in nodes}
    share = {(a, b): weight[a] * weight[b] for a in nodes for b in nodes if a != b}
    total = sum(share.values())
    demands = {key: packets_per_s * value / total for key, value in share.items()}
    offered: Dict[Tuple[str, str], float] = {}
    for source in nodes:
        for destination, path in _shortest_paths(source, metric).items():
            if destination != source:
                for ends in zip(path, path[1:]):
                    offered[ends] = (
                        offered.get(ends, 0)
                        + demands[source, destination] * (PACKET_BYTES + _OVERHEAD_BYTES) * 8
                    )
    hottest = max(offered, key=lambda ends: offered[ends] / capacity[ends])
    factor = offered[hottest] / load / capacity[hottest]
    cables = [Cable(a, b, capacity[a, b] * factor, metric[a, b]) for a, b in capacity if a < b]
    return ScaledNetwork(nodes, cables, demands, factor, hottest, load)


def _shortest_paths(
    source: str, metric: Dict[Tuple[str, str], float]
) -> Dict[str, Tuple[str, ...]]:
    neighbours: Dict[str, list] = {}
    for (a, b), cost in metric.items():
        neighbours.setdefault(a, []).append((b, cost))
    done: Dict[str, Tuple[str, ...]] = {}
    queue = [(0.0, (source,))]
    while queue:
        cost, path = heapq.heappop(queue)
        if path[-1] not in done:
            done[path[-1]] = path
            for other, step in neighbours[path[-1]]:
                heapq.heappush(queue, (cost + step, path + (other,)))
    return done
