"""Reads flows and groups back from the switches and follows packets through them: which paths are
installed, with which shares. Knows OpenFlow and the cabling, and nothing of the application that
installed the rules."""
import re
from typing import Dict, List, NamedTuple, Tuple


class Flow(NamedTuple):
    cookie: int
    table: int
    priority: int
    match: Dict[str, str]
    actions: str
    packets: int


def parse_flows(text: str) -> List[Flow]:
    """Of `ovs-ofctl dump-flows`."""
    flows = []
    for line in text.splitlines():
        found = re.match(
            r" cookie=(0x[0-9a-f]+),.*? table=(\d+), n_packets=(\d+),.*?, (?:idle_age=\d+, )?"
            r"priority=(\d+),?(\S*) actions=(\S+)",
            line,
        )
        if found:
            cookie, table, packets, priority, match, actions = found.groups()
            fields = dict(part.partition("=")[::2] for part in match.split(",") if part)
            flows.append(
                Flow(int(cookie, 16), int(table), int(priority), fields, actions, int(packets))
            )
    return flows


def parse_groups(text: str) -> Dict[int, List[Tuple[int, str]]]:
    """Of `ovs-ofctl dump-groups`: id -> (weight, actions)."""
    groups = {}
    for line in text.splitlines():
        found = re.match(r" group_id=(\d+),type=select,(.*)", line)
        if found:
            groups[int(found[1])] = [
                (int(weight), actions)
                for weight, actions in re.findall(
                    r"bucket=(?:bucket_id:\d+,)?weight:(\d+),actions=(.*?)(?=,bucket=|$)", found[2]
                )
            ]
    return groups


class InstalledPaths:
    """Of a testbed, as of now."""

    def __init__(self, bed):
        self._bed = bed
        self.flows = {node: parse_flows(bed.ofctl("dump-flows", node)) for node in bed.nodes}
        self.groups = {node: parse_groups(bed.ofctl("dump-groups", node)) for node in bed.nodes}
        self._far_end = {}
        for i, cable in enumerate(bed.cables):
            self._far_end[cable.a, bed.port[cable.a, i]] = cable.b
            self._far_end[cable.b, bed.port[cable.b, i]] = cable.a

    def of_demand(self, source: str, destination: str) -> Dict[Tuple[str, ...], float]:
        """Nodes of a path -> its share."""
        prefix = f"10.0.{self._bed.number[destination]}.0/24"
        entry = [
            flow
            for flow in self.flows[source]
            if flow.table == 0 and flow.match.get("nw_dst") == prefix
        ]
        if len(entry) != 1:
            raise AssertionError(f"{len(entry)} ingress flows for {source} > {destination}")
        shares: Dict[Tuple[str, ...], float] = {}
        for share, actions in self._ways(source, entry[0].actions):
            path = tuple(self._follow(source, actions, destination))
            shares[path] = shares.get(path, 0) + share
        return shares

    def _ways(self, node: str, actions: str) -> List[Tuple[float, str]]:
        group = re.fullmatch(r"group:(\d+)", actions)
        if group:
            buckets = self.groups[node][int(group[1])]
            total = sum(weight for weight, _ in buckets)
            return [(weight / total, action) for weight, action in buckets]
        multipath = re.match(
            r"multipath\(symmetric_l3l4\+udp,0,modulo_n,(\d+),0,NXM_NX_REG0\[0\.\.7\]\),"
            r"(?:load:|set_field:)(0x[0-9a-f]+)->(?:NXM_NX_REG1\[\]|reg1),goto_table:1",
            actions,
        )
        if not multipath:
            return [(1.0, actions)]
        of_value: Dict[int, Flow] = {}
        flows = [
            flow
            for flow in self.flows[node]
            if flow.table == 1 and flow.match.get("reg1") == multipath[2]
        ]
        for flow in sorted(
            flows, key=lambda flow: flow.priority
        ):  # what has priority takes values from the others
            value, _, mask = flow.match.get("reg0", "0/0").partition("/")
            mask = int(mask or "0xff", 16)
            of_value.update(
                (i, flow) for i in range(int(multipath[1])) if i & mask == int(value, 16) & mask
            )
        if len(of_value) != int(multipath[1]):
            raise AssertionError(
                f"split {multipath[2]} at {node} covers {len(of_value)} of {multipath[1]} values"
            )
        return [(1 / len(of_value), flow.actions) for flow in of_value.values()]

    def _follow(self, node: str, actions: str, destination: str) -> List[str]:
        path = [node]
        while True:
            label = re.search(r"set_field:(\d+)->mpls_label", actions)
            port = int(re.search(r"output:(\d+)", actions)[1])
            if port == 100:
                if "pop_mpls:0x0800" not in actions:
                    raise AssertionError(f"{node} hands a labelled packet to its host")
                if node != destination:
                    raise AssertionError(f"a packet for {destination} ends at {node}")
                return path
            node = self._far_end[node, port]
            if node in path:
                raise AssertionError(f"loop: {path + [node]}")
            path.append(node)
            matching = [
                flow for flow in self.flows[node] if flow.match.get("mpls_label") == label[1]
            ]
            if len(matching) != 1:
                raise AssertionError(
                    f"{len(matching)} flows for label {label[1]} at {node}, after {path}"
                )
            actions = matching[0].actions
