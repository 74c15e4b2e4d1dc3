"""What episodes are made of, as plain Python values."""
from google.protobuf import duration_pb2

from rhumb.v1 import simulation_pb2 as sim

_FLOW_SIZES = {
    "mice-elephants": sim.SimulationScenario.FLOW_SIZES_MICE_ELEPHANTS,
    "websearch": sim.SimulationScenario.FLOW_SIZES_WEB_SEARCH,
    "bounded-pareto": sim.SimulationScenario.FLOW_SIZES_BOUNDED_PARETO,
    "long-tail": sim.SimulationScenario.FLOW_SIZES_LONG_TAIL,
    "constant": sim.SimulationScenario.FLOW_SIZES_CONSTANT_BIT_RATE,
    "poisson": sim.SimulationScenario.FLOW_SIZES_POISSON_PACKETS,
}
_SIMULATORS = {
    "flow": sim.SimulationScenario.SIMULATOR_FLOW,
    "fluid": sim.SimulationScenario.SIMULATOR_FLUID,
    "ns3": sim.SimulationScenario.SIMULATOR_NS3,
}
_REFERENCES = {
    "shortest-path": sim.Reward.REFERENCE_SHORTEST_PATH,
    "none": sim.Reward.REFERENCE_NONE,
}
_PLAIN = (
    "min_load",
    "max_load",
    "steps",
    "history",
    "max_paths",
    "events",
    "failure_share",
    "tcp_shares",
    "narrowest_bps",
)
_TIMES = ("interval", "warm_up", "drain")
_TERMS = ("completion", "on_time", "delay", "loss", "goodput")
_KEYS = (
    ("simulator", "topology", "random", "traffic", "load", "flow_sizes", "reward") + _PLAIN + _TIMES
)


def _choice(key, value, table):
    if value not in table:
        raise ValueError(f"{key} is {value!r}; give one of {', '.join(table)}")
    return table[value]


def _seconds(value):
    message = duration_pb2.Duration()
    message.FromNanoseconds(round(value * 1e9))
    return message


def Scenario(settings=None, **more):
    """The rhumb.v1.SimulationScenario of a dictionary; proto/rhumb/v1/simulation.proto explains
    every field.

    simulator   "flow" (default), "fluid" or "ns3"
    topology    a shipped name ("abilene") or a rhumb.v1.Topology; without it random networks are
                drawn
    random      {"families": [...], "min_nodes": n, "max_nodes": n}
    traffic     a generator ("gravity:sigma=1") or a rhumb.v1.TrafficSeries
    load        min_load and max_load at once
    min_load, max_load, steps, history, max_paths, events, failure_share, tcp_shares, narrowest_bps
    interval, warm_up, drain    seconds
    flow_sizes  of "mice-elephants", "websearch", "bounded-pareto", "long-tail", "constant",
                "poisson"; one or a list
    reward      {"reference": "shortest-path" or "none", "completion": w, "on_time": w, "delay": w,
                 "loss": w, "goodput": w}

    A SimulationScenario is returned as it is. ValueError for a key that is not known; values are
    checked by the server.
    """
    if isinstance(settings, sim.SimulationScenario):
        return settings
    settings = {**(settings or {}), **more}
    for key in settings:
        if key not in _KEYS:
            raise ValueError(f"a scenario has no {key!r}; it has {', '.join(sorted(_KEYS))}")
    scenario = sim.SimulationScenario()
    scenario.simulator = _choice("simulator", settings.get("simulator", "flow"), _SIMULATORS)
    topology = settings.get("topology")
    if isinstance(topology, str):
        scenario.topology_name = topology
    elif topology is not None:
        scenario.topology.CopyFrom(topology)
    if "random" in settings:
        if topology is not None:
            raise ValueError("a scenario has a topology or random networks, not both")
        scenario.random.SetInParent()
        for key, value in settings["random"].items():
            _assign(scenario.random, key, value, "random")
    traffic = settings.get("traffic")
    if isinstance(traffic, str):
        scenario.traffic_generator = traffic
    elif traffic is not None:
        scenario.traffic_series.CopyFrom(traffic)
    if "load" in settings:
        scenario.min_load = scenario.max_load = settings["load"]
    for key in _PLAIN:
        if key in settings:
            _assign(scenario, key, settings[key], "scenario")
    for key in _TIMES:
        if key in settings:
            getattr(scenario, key).CopyFrom(_seconds(settings[key]))
    sizes = settings.get("flow_sizes", [])
    scenario.flow_sizes.extend(
        _choice("flow_sizes", one, _FLOW_SIZES)
        for one in ([sizes] if isinstance(sizes, str) else sizes)
    )
    for key, value in settings.get("reward", {}).items():
        if key == "reference":
            scenario.reward.reference = _choice("reward reference", value, _REFERENCES)
        elif key in _TERMS:
            setattr(scenario.reward, key, value)
        else:
            raise ValueError(f"a reward has no {key!r}; it has reference, {', '.join(_TERMS)}")
    return scenario


def _assign(message, key, value, name):
    if key not in message.DESCRIPTOR.fields_by_name:
        raise ValueError(f"{name} has no {key!r}")
    if (
        message.DESCRIPTOR.fields_by_name[key].label
        == message.DESCRIPTOR.fields_by_name[key].LABEL_REPEATED
    ):
        getattr(message, key).extend([value] if isinstance(value, (str, float, int)) else value)
    else:
        setattr(message, key, value)
