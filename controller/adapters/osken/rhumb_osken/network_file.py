"""The network file: what LLDP cannot tell. TOML:

    name = "example"

    [[nodes]]
    name = "SEAT"                # as Rhumb shall call it
    dpid = 1
    [[nodes.hosts]]              # what is reached through the node; none for a transit node
    prefix = "10.0.1.0/24"
    port = 100                   # OpenFlow port that leads there
    mac = "00:00:00:00:01:01"    # destination address that packets get on their last hop; optional

    [[links]]                    # a cable: two directed links; several of one pair are parallel
    between = ["SEAT", "BOIS"]
    capacity_bps = 8e6           # default: the speed of the port
    delay_s = 0.004              # default: 0
    igp_metric = 4               # default: 1
    ports = [1, 2]               # at the two ends; needed only to tell parallel cables apart
"""
import dataclasses
import ipaddress
import math
import re
import tomllib
from typing import Dict, List, Optional, Tuple

_MAC = re.compile(r"([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$")


class NetworkFileError(ValueError):
    """Names the file, the entry, the value and what would do."""


@dataclasses.dataclass(frozen=True)
class Host:
    prefix: ipaddress.IPv4Network
    port: int
    mac: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class Node:
    name: str
    dpid: int
    hosts: Tuple[Host, ...] = ()


@dataclasses.dataclass(frozen=True)
class Cable:
    between: Tuple[str, str]
    capacity_bps: Optional[float] = None
    delay_s: float = 0.0
    igp_metric: Optional[float] = None
    ports: Optional[Tuple[int, int]] = None


@dataclasses.dataclass(frozen=True)
class NetworkFile:
    name: str
    nodes: Dict[str, Node]
    cables: Tuple[Cable, ...]


def read_network_file(path: str) -> NetworkFile:
    try:
        with open(path, "rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise NetworkFileError(
            f"{path}: {error.strerror}; set network in section [rhumb]"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise NetworkFileError(f"{path}: not TOML: {error}") from error
    return _Reader(path).read(data)


class _Reader:
    def __init__(self, path: str):
        self._path = path

    def _fail(self, where: str, fault: str) -> None:
        raise NetworkFileError(f"{self._path}: {where}: {fault}")

    def _get(self, table: dict, where: str, key: str, kinds, default=None, required=False):
        if key not in table:
            if required:
                self._fail(where, f"{key} is missing")
            return default
        value = table[key]
        if not isinstance(value, kinds) or isinstance(value, bool):
            self._fail(where, f"{key} = {value!r} has the wrong type")
        return value

    def _known(self, table: dict, where: str, *keys: str) -> None:
        for key in table:
            if key not in keys:
                self._fail(where, f"unknown key {key!r}; known are {', '.join(keys)}")

    def read(self, data: dict) -> NetworkFile:
        self._known(data, "top level", "name", "nodes", "links")
        nodes: Dict[str, Node] = {}
        dpids: Dict[int, str] = {}
        prefixes: Dict[ipaddress.IPv4Network, str] = {}
        for i, table in enumerate(self._get(data, "top level", "nodes", list, required=True)):
            node = self._node(table, f"nodes[{i}]")
            if node.name in nodes:
                self._fail(f"nodes[{i}]", f"name {node.name!r} appears twice")
            if node.dpid in dpids:
                self._fail(f"nodes[{i}]", f"dpid {node.dpid} is that of {dpids[node.dpid]!r}")
            for host in node.hosts:
                for other, owner in prefixes.items():
                    if host.prefix.overlaps(other):
                        self._fail(
                            f"nodes[{i}]", f"prefix {host.prefix} overlaps {other} of {owner!r}"
                        )
                prefixes[host.prefix] = node.name
            nodes[node.name] = node
            dpids[node.dpid] = node.name
        cables = tuple(
            self._cable(table, f"links[{i}]", nodes)
            for i, table in enumerate(self._get(data, "top level", "links", list, []))
        )
        return NetworkFile(str(data.get("name", "")), nodes, cables)

    def _node(self, table: dict, where: str) -> Node:
        self._known(table, where, "name", "dpid", "hosts")
        name = self._get(table, where, "name", str, required=True)
        if not name or set(name) & set(">#@,*"):
            self._fail(where, f"name {name!r} is empty or has one of > # @ , *")
        dpid = self._get(table, where, "dpid", int, required=True)
        if not 0 < dpid < 2**64:
            self._fail(where, f"dpid {dpid} is outside 1 to 2^64 - 1")
        hosts = tuple(
            self._host(host, f"{where}.hosts[{i}]")
            for i, host in enumerate(self._get(table, where, "hosts", list, []))
        )
        return Node(name, dpid, hosts)

    def _host(self, table: dict, where: str) -> Host:
        self._known(table, where, "prefix", "port", "mac")
        text = self._get(table, where, "prefix", str, required=True)
        try:
            prefix = ipaddress.IPv4Network(text)
        except ValueError as error:
            self._fail(where, f"prefix {text!r}: {error}")
        port = self._get(table, where, "port", int, required=True)
        if not 0 < port < 0xFFFFFF00:
            self._fail(where, f"port {port} is not an OpenFlow port number")
        mac = self._get(table, where, "mac", str)
        if mac is not None and not _MAC.match(mac):
            self._fail(where, f"mac {mac!r} is not like 00:00:00:00:01:01")
        return Host(prefix, port, mac)

    def _cable(self, table: dict, where: str, nodes: Dict[str, Node]) -> Cable:
        self._known(table, where, "between", "capacity_bps", "delay_s", "igp_metric", "ports")
        between = self._get(table, where, "between", list, required=True)
        if len(between) != 2 or between[0] == between[1]:
            self._fail(where, f"between = {between!r} are not two different nodes")
        for name in between:
            if name not in nodes:
                self._fail(where, f"unknown node {name!r}")
        for key, least in (
            ("capacity_bps", "above 0"),
            ("igp_metric", "above 0"),
            ("delay_s", "not negative"),
        ):
            value = self._get(table, where, key, (int, float), 1)
            if not math.isfinite(value) or value < 0 or (value == 0 and least == "above 0"):
                self._fail(where, f"{key} = {value!r} is not finite and {least}")
        ports: Optional[List[int]] = self._get(table, where, "ports", list)
        if ports is not None and (
            len(ports) != 2 or not all(isinstance(port, int) for port in ports)
        ):
            self._fail(where, f"ports = {ports!r} are not two port numbers")
        return Cable(
            tuple(between),
            table.get("capacity_bps"),
            float(table.get("delay_s", 0.0)),
            table.get("igp_metric"),
            tuple(ports) if ports else None,
        )
