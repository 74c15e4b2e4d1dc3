"""The section [rhumb] of os-ken's configuration (`osken-manager --config-file FILE`)."""
from os_ken import cfg
from rhumb_client import ClientOptions

SPLIT_METHODS = ("multipath", "select")

_OPTIONS = [
    cfg.StrOpt(
        "network", help="The network file: nodes, links, capacities, hosts (see network_file.py)"
    ),
    cfg.StrOpt(
        "address",
        default=ClientOptions.address,
        help="rhumb serve, HOST:PORT or unix:PATH; several that share a state with commas between",
    ),
    cfg.StrOpt(
        "adapter", default="osken", help="Name of this adapter; live ones need different names"
    ),
    cfg.IntOpt(
        "election_id", default=1, min=0, help="The highest one among connected adapters steers"
    ),
    cfg.StrOpt(
        "ca_file", help="PEM file that signed the server's certificate; makes the connection TLS"
    ),
    cfg.StrOpt("certificate_file", help="PEM file of this adapter, for mutual TLS"),
    cfg.StrOpt("key_file", help="PEM file of its key"),
    cfg.StrOpt(
        "server_name", help="Name in the server's certificate, if it is not that of the address"
    ),
    cfg.StrOpt("token_file", help="File with a bearer token of role adapter"),
    cfg.BoolOpt("allow_plaintext", default=False, help="Plaintext elsewhere than loopback"),
    cfg.StrOpt(
        "split_method",
        default="multipath",
        choices=SPLIT_METHODS,
        help="multipath: Nicira extension, exact; select: standard groups, biased in Open vSwitch",
    ),
    cfg.FloatOpt(
        "telemetry_interval", default=5.0, min=0.2, help="Seconds between reports of counters"
    ),
    cfg.FloatOpt(
        "discovery_timeout",
        default=15.0,
        min=1.0,
        help="Seconds after which the topology is declared although switches or links are missing",
    ),
    cfg.FloatOpt(
        "barrier_timeout", default=5.0, min=0.1, help="Seconds a switch may take to confirm rules"
    ),
    cfg.FloatOpt(
        "drain_time",
        default=1.0,
        min=0.0,
        help="Seconds that rules outlive their plan; longer than a packet can be in the network",
    ),
    cfg.FloatOpt(
        "lldp_patience",
        default=60.0,
        min=0.0,
        help=(
            "Seconds that a link whose ports are up outlives the last LLDP packet, beyond"
            " os-ken's ten"
        ),
    ),
    cfg.FloatOpt(
        "switch_timeout",
        default=10.0,
        min=0.0,
        help="Seconds without control connection after which a switch counts as dead",
    ),
]


def register(conf) -> None:
    conf.register_opts(_OPTIONS, group="rhumb")


def client_options(section) -> ClientOptions:
    names = (
        "address",
        "adapter",
        "election_id",
        "ca_file",
        "certificate_file",
        "key_file",
        "server_name",
        "token_file",
        "allow_plaintext",
    )
    return ClientOptions(**{name: getattr(section, name) for name in names})
