"""A network of Open vSwitch switches and hosts in namespaces of this machine, with os-ken and
`rhumb serve` beside it.

Everything but the hosts is in one namespace, so ports and names collide with nothing; each node has
one host. Node i (from 1) has datapath id i and its host 10.0.i.1 on port 100; the cables of a node
are on ports 1, 2, ... in their order.
"""
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
from typing import Dict, List, NamedTuple, Sequence, Tuple

import processes
from processes import run, start, stop, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("RHUMB_BUILD", ROOT / "build/release"))
RHUMB = str(BUILD / "bin/rhumb")
PYTHON = "/usr/bin/python3"  # Debian's modules need Debian's Python
PYTHONPATH = os.pathsep.join(
    str(path)
    for path in (
        BUILD / "python",
        ROOT / "controller/adapters/rhumb_client",
        ROOT / "controller/adapters/osken",
    )
)
HOST_PORT = 100
_GATEWAY_MAC = "02:00:00:00:00:fe"
_MTU = 1600  # room for labels


class Cable(NamedTuple):
    a: str
    b: str
    capacity_bps: float = 0  # 0: not shaped
    igp_metric: float = 1


class Testbed:
    """Use as a context manager; takes down what it started, by id."""

    def __init__(self, nodes: Sequence[str], cables: Sequence[Cable], queue_ms: float = 50):
        self.nodes = list(nodes)
        self.cables = list(cables)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rhumb-sdn-"))
        self._queue_ms = queue_ms
        self._prefix = f"rsdn-{os.getpid()}"
        self.fabric = f"{self._prefix}-fabric"
        self.number = {node: i + 1 for i, node in enumerate(self.nodes)}
        self.port: Dict[Tuple[str, int], int] = {}  # (node, index of cable) -> OpenFlow port
        self._namespaces: List[str] = []
        self._switch_processes: list = []
        self.osken = None
        self.serve = None
        self._others: list = []

    def __enter__(self):
        processes.remove_leftover_namespaces("rsdn")
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        with processes.uninterrupted():
            self._close()

    def _close(self) -> None:
        processes.stop_all(self._others)
        stop(self.osken)
        stop(self.serve)
        processes.stop_all(self._switch_processes)
        for name in self._namespaces:
            processes.subprocess.run(["ip", "netns", "del", name], capture_output=True)
        self._namespaces.clear()
        if os.environ.get("RHUMB_KEEP_LOGS"):
            print(f"logs are in {self.directory}", file=sys.stderr)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    # Names.

    def host(self, node: str) -> str:
        """Its namespace."""
        return f"{self._prefix}-h{self.number[node]}"

    def address(self, node: str) -> str:
        return f"10.0.{self.number[node]}.1"

    def bridge(self, node: str) -> str:
        return f"s{self.number[node]}"

    def interface(self, cable: int, node: str) -> str:
        """The end of a cable at a node."""
        return f"c{cable}{'a' if self.cables[cable].a == node else 'b'}"

    def cable_of(self, link: str) -> int:
        """Index of the cable of a directed link "A>B"."""
        ends = set(link.partition("#")[0].split(">"))
        return next(i for i, cable in enumerate(self.cables) if {cable.a, cable.b} == ends)

    # Building.

    def _add_namespace(self, name: str) -> None:
        run(["ip", "netns", "add", name])
        self._namespaces.append(name)
        run(["ip", "-n", name, "link", "set", "lo", "up"])

    def _batch(self, lines: List[str], namespace: str) -> None:
        run(["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines) + "\n")

    def _build(self) -> None:
        self._add_namespace(self.fabric)
        run(
            [
                "sysctl",
                "-qw",
                "net.ipv6.conf.all.disable_ipv6=1",
                "net.ipv6.conf.default.disable_ipv6=1",
            ],
            self.fabric,
        )
        degree = dict.fromkeys(self.nodes, 0)
        links, ports = [], []
        for i, cable in enumerate(self.cables):
            ends = [(node, self.interface(i, node)) for node in (cable.a, cable.b)]
            links.append(
                f"link add {ends[0][1]} mtu {_MTU} type veth peer name {ends[1][1]} mtu {_MTU}"
            )
            for node, name in ends:
                links.append(f"link set {name} up")
                degree[node] += 1
                self.port[node, i] = degree[node]
                ports.append((node, name, degree[node]))
        for node in self.nodes:
            self._add_host(node)
            ports.append((node, f"h{self.number[node]}", HOST_PORT))
        self._batch(links, self.fabric)
        self._start_switches()
        command = []
        for node in self.nodes:
            command += [
                "--",
                "add-br",
                self.bridge(node),
                "--",
                "set",
                "bridge",
                self.bridge(node),
                "datapath_type=netdev",
                "protocols=OpenFlow13",
                "fail_mode=secure",
                f"other_config:datapath-id={self.number[node]:016x}",
                "other_config:disable-in-band=true",
            ]
        for node, name, port in ports:
            command += [
                "--",
                "add-port",
                self.bridge(node),
                name,
                "--",
                "set",
                "interface",
                name,
                f"ofport_request={port}",
            ]
        for node in self.nodes:
            command += [
                "--",
                "set-controller",
                self.bridge(node),
                "tcp:127.0.0.1:6653",
                "--",
                "set",
                "controller",
                self.bridge(node),
                "max_backoff=1000",
            ]
        self.vsctl(*command[1:])
        # After the ports, because Open vSwitch takes away what it finds there.
        shaping = [
            f"qdisc add dev {self.interface(i, node)} root tbf rate {int(cable.capacity_bps)} burst"
            f" 4000 latency {self._queue_ms}ms"
            for i, cable in enumerate(self.cables)
            if cable.capacity_bps
            for node in (cable.a, cable.b)
        ]
        if shaping:
            run(["tc", "-batch", "-"], self.fabric, input="\n".join(shaping) + "\n")
        self._write_network_file()

    def _add_host(self, node: str) -> None:
        number, name = self.number[node], self.host(node)
        self._add_namespace(name)
        run(
            [
                "ip",
                "-n",
                self.fabric,
                "link",
                "add",
                f"h{number}",
                "mtu",
                "1600",
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                name,
            ]
        )
        run(["ip", "-n", self.fabric, "link", "set", f"h{number}", "up"])
        self._batch(
            [
                f"link set eth0 address {self._mac(node)} mtu 1500",
                "link set eth0 up",
                f"addr add 10.0.{number}.1/24 dev eth0",
                f"neigh add 10.0.{number}.254 lladdr {_GATEWAY_MAC} dev eth0 nud permanent",
                f"route add default via 10.0.{number}.254",
            ],
            name,
        )
        # Userspace switches do not fill in checksums that the kernel left to the hardware.
        run(["ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off", "gro", "off"], name)

    def _mac(self, node: str) -> str:
        return f"02:00:00:00:01:{self.number[node]:02x}"

    def _environment(self) -> dict:
        return dict(
            os.environ,
            OVS_RUNDIR=str(self.directory),
            OVS_DBDIR=str(self.directory),
            OVS_LOGDIR=str(self.directory),
            OVS_SYSCONFDIR=str(self.directory),
        )

    def _start_switches(self) -> None:
        path = self.directory
        run(
            [
                "ovsdb-tool",
                "create",
                str(path / "conf.db"),
                "/usr/share/openvswitch/vswitch.ovsschema",
            ]
        )
        quiet = ["-vconsole:off", "-vsyslog:off", "--no-chdir"]
        self._switch_processes.append(
            start(
                [
                    "ovsdb-server",
                    *quiet,
                    str(path / "conf.db"),
                    f"--remote=punix:{path}/db.sock",
                    f"--log-file={path}/ovsdb.log",
                    f"--unixctl={path}/ovsdb.ctl",
                ],
                self.fabric,
                env=self._environment(),
            )
        )
        wait_for((path / "db.sock").exists, "ovsdb-server")
        self.vsctl("--no-wait", "init")
        self._switch_processes.append(
            start(
                [
                    "ovs-vswitchd",
                    *quiet,
                    f"unix:{path}/db.sock",
                    f"--log-file={path}/vswitchd.log",
                    f"--unixctl={path}/vswitchd.ctl",
                    f"--pidfile={path}/ovs-vswitchd.pid",
                ],
                self.fabric,
                env=self._environment(),
            )
        )

    def _write_network_file(self) -> None:
        text = ['name = "testbed"']
        for node in self.nodes:
            text += [
                "[[nodes]]",
                f'name = "{node}"',
                f"dpid = {self.number[node]}",
                "[[nodes.hosts]]",
                f'prefix = "10.0.{self.number[node]}.0/24"',
                f"port = {HOST_PORT}",
                f'mac = "{self._mac(node)}"',
            ]
        for cable in self.cables:
            text += [
                "[[links]]",
                f'between = ["{cable.a}", "{cable.b}"]',
                f"igp_metric = {cable.igp_metric}",
                f"capacity_bps = {cable.capacity_bps or 1e9}",
            ]
        (self.directory / "network.toml").write_text("\n".join(text) + "\n")

    # Switches.

    def vsctl(self, *arguments: str) -> str:
        return run(
            ["ovs-vsctl", f"--db=unix:{self.directory}/db.sock", "--timeout=180", *arguments],
            self.fabric,
            env=self._environment(),
        )

    def ofctl(self, command: str, node: str, *arguments: str) -> str:
        return run(
            [
                "ovs-ofctl",
                "-O",
                "OpenFlow13",
                command,
                f"unix:{self.directory}/{self.bridge(node)}.mgmt",
                *arguments,
            ],
            env=self._environment(),
        )

    def set_link(self, cable: int, up: bool) -> float:
        """`ip link set` at the first end. Returns when it was done, as seconds since 1970."""
        name = self.interface(cable, self.cables[cable].a)
        command = ["ip", "-n", self.fabric, "link", "set", name, "up" if up else "down"]
        at = time.time()
        run(command)
        return at

    # Controllers.

    def start_serve(self, policy: str = "neural", interval: str = "10s") -> None:
        (self.directory / "rhumb.toml").write_text(
            f"""
[server]
listen = "127.0.0.1:7433"
unix_socket = "{self.directory}/rhumb.sock"
[decision]
policy = "{policy}"
interval = "{interval}"
[store]
path = "{self.directory}/rhumb.db"
[metrics]
listen = ""
[http]
listen = ""
"""
        )
        self.serve = start(
            [RHUMB, "serve", "--config", str(self.directory / "rhumb.toml")],
            self.fabric,
            str(self.directory / "serve.log"),
        )

    def start_osken(
        self, telemetry_interval_s: float = 5, split_method: str = "multipath", **options
    ) -> None:
        settings = {
            "network": self.directory / "network.toml",
            "address": f"unix:{self.directory}/rhumb.sock",
            "telemetry_interval": telemetry_interval_s,
            "split_method": split_method,
            **options,
        }
        (self.directory / "osken.conf").write_text(
            "[DEFAULT]\nobserve_links = True\nofp_listen_host = 127.0.0.1\nofp_tcp_listen_port ="
            " 6653\n[rhumb]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())
        )
        self.osken = start(
            [
                PYTHON,
                "/usr/bin/osken-manager",
                "--config-file",
                str(self.directory / "osken.conf"),
                "rhumb_osken.app",
            ],
            self.fabric,
            str(self.directory / "osken.log"),
            env=dict(os.environ, PYTHONPATH=PYTHONPATH),
        )

    def stop_serve(self, sign: int = signal.SIGKILL) -> None:
        stop(self.serve, sign)

    def stop_osken(self, sign: int = signal.SIGKILL) -> None:
        stop(self.osken, sign)

    def osken_log(self) -> str:
        return (self.directory / "osken.log").read_text(errors="replace")

    def serve_log(self) -> str:
        return (self.directory / "serve.log").read_text(errors="replace")

    def start(self, node: str, *command: str, **options):
        """A program on the host of a node."""
        process = start(command, self.host(node), **options)
        self._others.append(process)
        return process

    def run(self, node: str, *command: str, timeout_s: float = 60) -> str:
        return run(command, self.host(node), timeout_s)
