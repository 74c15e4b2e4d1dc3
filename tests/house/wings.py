"""What each part of the house may use. controller/README.md draws the wings and gives the reasons.

A room is a folder with all below it, but for what is a room of its own; a file belongs to the room
with the longest path. It may include its own room, the rooms that its row names, the standard
library, POSIX, and the third parties that its row names. `Room` rows stand ground floor first, and
a row names only rows above it: so there is no arrow up in this table, and none in the includes.

To add a room: one row, above the rooms that use it. To let a room use more: one word in its row,
and the reason in the README of the room.
"""
import dataclasses
from typing import Tuple

# Third parties by the headers that they are known by, as regular expressions from the start.
THIRD_PARTIES = {
    "absl": r"absl/",
    "protobuf": r"google/protobuf/|(rhumb/v1|etcd)/\w+\.pb\.h|(\S+/)?(worker|session)\.pb\.h",
    "grpc": r"grpcpp/|grpc/|\S+\.grpc\.pb\.h|grpc/health/",
    "boost": r"boost/",
    "json": r"nlohmann/",
    "toml": r"toml\+\+/",
    "xml": r"pugixml\.hpp",
    "zlib": r"zlib\.h",
    "archive": r"archive(_entry)?\.h",
    "spdlog": r"spdlog/",
    "clp": r"Clp\w+\.hpp|Coin\w+\.hpp",
    "torch": r"torch/|ATen/|c10/",
    "mpi": r"mpi\.h",
    "ns3": r"ns3/",
    "sqlite": r"sqlite3\.h",
    "openssl": r"openssl/",
    "prometheus": r"prometheus/",
    "cli11": r"CLI/",
    "rsvg": r"librsvg/|cairo\.h",
    # What the build writes: pages as bytes, the commit.
    "generated": r"\w+_page\.inc|controller/replay/commit\.inc",
    "gtest": r"gtest/|gmock/",
    "benchmark": r"benchmark/",
    "nghttp2": r"nghttp2/",
    "fuzzing": r"fuzzer/|sanitizer/",
}

# What belongs to the language and the system, and is never asked about.
STANDARD = r"[a-z_]+$|(sys|netinet|arpa|net|linux)/\w+\.h$"
POSIX = (
    "dlfcn.h errno.h fcntl.h immintrin.h malloc.h math.h netdb.h poll.h pthread.h pwd.h sched.h "
    "signal.h spawn.h stdio.h stdlib.h string.h termios.h time.h unistd.h"
).split()


@dataclasses.dataclass(frozen=True)
class Room:
    path: str
    uses: Tuple[str, ...] = ()
    third: Tuple[str, ...] = ()


EVERYTHING = (
    "everything"  # for tests: any room, and every third party that `third` does not take away
)
_FLOORS = ("topologies", "simulator", "agents")
_COMMON = ("absl", "protobuf")

ROOMS = (
    Room("topologies", third=_COMMON + ("boost", "json", "toml", "xml", "zlib", "archive")),
    # What arrives, for every level: the worker links it too, so it knows no Abseil.
    Room("simulator/traffic_model"),
    Room("simulator", uses=("topologies", "simulator/traffic_model"), third=_COMMON),
    # A program of its own with a licence of its own: no header of ours but arrivals, no Abseil.
    Room("simulator/ns3_worker", uses=("simulator/traffic_model",), third=("protobuf", "ns3")),
    Room("agents", uses=("topologies", "simulator"), third=_COMMON + ("clp",)),
    Room("agents/neural", uses=_FLOORS, third=_COMMON + ("torch", "zlib")),
    Room(
        "agents/training",
        uses=_FLOORS + ("agents/neural",),
        third=_COMMON + ("torch", "zlib", "toml", "mpi"),
    ),
    # The wings of controller/.
    Room("controller/terminal", third=("absl",)),
    Room("controller/clock", third=("absl",)),
    Room("controller/clock/grpc", uses=("controller/clock",), third=("absl", "grpc")),
    Room("controller/steering/threads", uses=("controller/clock",), third=("absl",)),
    Room("controller/steering/metrics", third=_COMMON),
    Room("controller/steering/plan", uses=("topologies",), third=_COMMON),
    Room(
        "controller/steering",
        uses=_FLOORS
        + (
            "controller/clock",
            "controller/steering/threads",
            "controller/steering/metrics",
            "controller/steering/plan",
        ),
        third=_COMMON + ("spdlog",),
    ),
    Room(
        "controller/replay",
        uses=_FLOORS + ("controller/terminal",),
        third=_COMMON + ("json", "openssl", "spdlog", "generated"),
    ),
    # The pages, as bytes in the program.
    Room("controller/web", third=("absl", "generated")),
    Room(
        "controller/report",
        uses=_FLOORS + ("controller/replay", "controller/web"),
        third=_COMMON + ("json", "zlib"),
    ),
    Room(
        "controller/serving/rpc",
        uses=("topologies", "controller/steering/plan"),
        third=_COMMON + ("grpc",),
    ),
    Room(
        "controller/serving/access",
        uses=("controller/clock", "controller/steering/plan", "controller/steering"),
        third=_COMMON + ("openssl",),
    ),
    Room(
        "controller/serving/etcd",
        uses=(
            "topologies",
            "controller/clock",
            "controller/clock/grpc",
            "controller/steering/plan",
            "controller/steering",
        ),
        third=_COMMON + ("grpc", "spdlog"),
    ),
    Room(
        "controller/serving/configuration",
        uses=_FLOORS
        + (
            "controller/steering/plan",
            "controller/steering",
            "controller/serving/rpc",
            "controller/serving/access",
            "controller/serving/etcd",
        ),
        third=_COMMON + ("openssl", "spdlog"),
    ),
    # Who may call and what is answered: the same for gRPC and HTTP, so it knows neither.
    Room(
        "controller/serving/calls",
        uses=(
            "controller/clock",
            "controller/steering/metrics",
            "controller/steering/plan",
            "controller/steering",
            "controller/serving/access",
            "controller/serving/configuration",
        ),
        third=_COMMON,
    ),
    # Knows nothing of what it serves.
    Room(
        "controller/serving/http",
        uses=(
            "controller/steering/threads",
            "controller/serving/rpc",
            "controller/serving/configuration",
        ),
        third=("absl", "boost", "openssl"),
    ),
    Room(
        "controller/serving/metrics",
        uses=(
            "controller/steering/metrics",
            "controller/steering/plan",
            "controller/steering",
            "controller/serving/http",
        ),
        third=_COMMON + ("prometheus",),
    ),
    Room(
        "controller/serving/live",
        uses=_FLOORS
        + (
            "controller/clock",
            "controller/steering/threads",
            "controller/steering/metrics",
            "controller/steering/plan",
            "controller/steering",
            "controller/serving/access",
            "controller/serving/calls",
            "controller/serving/http",
        ),
        third=_COMMON + ("json",),
    ),
    Room(
        "controller/serving/store",
        uses=("topologies", "controller/steering/plan", "controller/steering"),
        third=_COMMON + ("sqlite", "spdlog"),
    ),
    Room(
        "controller/serving",
        uses=_FLOORS
        + (
            "controller/clock",
            "controller/clock/grpc",
            "controller/steering/threads",
            "controller/steering/metrics",
            "controller/steering/plan",
            "controller/steering",
            "controller/serving/rpc",
            "controller/serving/access",
            "controller/serving/configuration",
            "controller/serving/calls",
            "controller/serving/http",
            "controller/serving/metrics",
            "controller/serving/live",
            "controller/serving/store",
            "controller/serving/etcd",
            "controller/web",
        ),
        third=_COMMON + ("boost", "grpc", "spdlog"),
    ),
    Room(
        "controller/environment_server",
        uses=_FLOORS
        + (
            "agents/neural",
            "agents/training",
            "controller/clock",
            "controller/clock/grpc",
            "controller/steering/threads",
            "controller/steering/plan",
            "controller/replay",
            "controller/serving/rpc",
        ),
        third=_COMMON + ("grpc",),
    ),
    Room(
        "controller/client",
        uses=(
            "topologies",
            "controller/clock",
            "controller/clock/grpc",
            "controller/steering/plan",
        ),
        third=_COMMON + ("grpc",),
    ),
    Room(
        "controller/live_network",
        uses=_FLOORS
        + (
            "controller/clock",
            "controller/steering/plan",
            "controller/replay",
            "controller/client",
        ),
        third=_COMMON + ("grpc", "json", "spdlog"),
    ),
    Room(
        "controller/cli",
        uses=_FLOORS
        + (
            "agents/training",
            "controller/terminal",
            "controller/clock",
            "controller/clock/grpc",
            "controller/steering/plan",
            "controller/replay",
            "controller/report",
            "controller/serving/rpc",
            "controller/serving/access",
            "controller/serving/configuration",
            "controller/serving",
            "controller/environment_server",
            "controller/client",
            "controller/live_network",
        ),
        third=_COMMON + ("cli11", "grpc", "json", "rsvg", "spdlog"),
    ),
    Room("controller", uses=("controller/cli",)),
    Room("cmake", third=("absl", "fuzzing")),
    # Tests reach into everything but ns-3, whose licence binds what it is linked with.
    Room("tests", uses=(EVERYTHING,), third=tuple(name for name in THIRD_PARTIES if name != "ns3")),
)

# Folders that include one another all the same, with what it takes to open the circle. Every set
# must be found in the tree; one that is gone is to be deleted here.
KNOWN_CIRCLES = {}
