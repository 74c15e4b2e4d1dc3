"""Whether this machine can run Open vSwitch in network namespaces, and if not, why."""
import os
import shutil
import subprocess
from typing import Optional

_PROGRAMS = {
    "ovs-vswitchd": "openvswitch-switch",
    "ovsdb-server": "openvswitch-switch",
    "osken-manager": "python3-os-ken",
    "ip": "iproute2",
    "tc": "iproute2",
    "ethtool": "ethtool",
    "iperf3": "iperf3",
}


def why_not(rhumb: str) -> Optional[str]:
    """None when everything is there."""
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"  # not everyone's has them
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    for program, package in _PROGRAMS.items():
        if shutil.which(program) is None:
            return f"{program} is missing (Debian package {package}; scripts/setup installs it)"
    if not os.access(rhumb, os.X_OK):
        return f"{rhumb} is missing: cmake --build --preset release --target rhumb"
    if subprocess.run([rhumb, "serve", "--help"], capture_output=True).returncode:
        return f"{rhumb} has no command serve"
    name = f"rhumb-try-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if tried.returncode:
        return f"network namespaces do not work here: {tried.stderr.strip()}"
    try:
        tried = subprocess.run(
            [
                "ip",
                "-n",
                name,
                "link",
                "add",
                "name",
                "end0",
                "type",
                "veth",
                "peer",
                "name",
                "end1",
            ],
            capture_output=True,
            text=True,
        )
        if tried.returncode:
            return f"virtual links do not work here: {tried.stderr.strip()}"
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None
