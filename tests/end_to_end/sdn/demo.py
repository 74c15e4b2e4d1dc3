"""What scripts/sdn-demo shows: a scaled ESnet6 of Open vSwitch switches under shortest path, then
under the agent, with a link that fails in the middle."""
import signal
import sys
import time

import demo_options
import experiments
import offered_load
import requirements
from north import North
from scaled_network import scaled_network
from testbed import RHUMB, Testbed

POLICIES = ("shortest-path", "neural")
ROW = "  {:<14} {:<20} {:>21} {:>8} {:>11} {:>10} {:>15}"
LEARN_S, SETTLE_S = 14, 4


def say(text: str = "") -> None:
    print(text, flush=True)


def step(text: str) -> None:
    print(f"sdn-demo: {text} ...", file=sys.stderr, flush=True)


def main() -> None:
    arguments = demo_options.parse()
    reason = requirements.why_not(RHUMB)
    if reason:
        sys.exit(f"sdn-demo: {reason}")
    network = scaled_network(arguments.topology, arguments.packets, arguments.load, arguments.seed)
    source, destination = network.hottest
    say(
        f"{arguments.topology}: {len(network.nodes)} Open vSwitch switches,"
        f" {len(network.cables)} cables, a host at each switch; os-ken and rhumb serve steer them."
    )
    say(
        f"Capacities are {network.factor:.2g} of the real ones, queues hold 50 ms. Propagation"
        " takes no time here: delay is queues and software."
    )
    say(
        f"Offered: {arguments.packets:.0f} UDP packets a second of 1,000 bytes in"
        f" {len(network.demands)} demands, and one TCP connection (iperf3) from {source} to"
        f" {destination}."
    )
    say(
        f"Shortest path would load {source}-{destination}, its hottest link, to"
        f" {arguments.load:g} times the capacity."
    )
    say()
    began = time.time()
    step("building switches and hosts")
    with Testbed(network.nodes, network.cables) as bed:
        north = North(bed.directory)
        try:
            show(arguments, network, bed, north)
        finally:
            north.close()
        step("taking everything down")
    step(f"done in {time.time() - began:.0f} s")


def show(arguments, network, bed: Testbed, north: North) -> None:
    source, destination = network.hottest
    step("starting rhumb serve and os-ken, waiting until all hosts talk")
    began = time.time()
    bed.start_serve(policy="shortest-path", interval="5s")
    bed.start_osken(telemetry_interval_s=3)
    reached = experiments.connected_pairs(bed)
    demands = experiments.check_paths_equal_plan(bed, north)
    say(
        f"All {demands} pairs reachable {reached - began:.1f} s after the controllers' start; every"
        " path, read back from the switches, equals the plan."
    )
    say()
    say(ROW.format("", "", "goodput of offered", "loss", "mean delay", "p99", "TCP"))
    totals, reactions = {}, {}
    for policy in POLICIES:
        step(f"{policy}: {LEARN_S + SETTLE_S + 2 * arguments.seconds:.0f} s of traffic")
        windows, transfers, reactions[policy] = under(policy, arguments, network, bed, north)
        for name, window, transfer in zip(
            ("all links up", f"{source}-{destination} down"), windows, transfers
        ):
            say(
                ROW.format(
                    policy,
                    name,
                    f"{window.goodput_bps / 1e6:.2f} of {window.offered_bps / 1e6:.2f} Mbit/s",
                    f"{100 * window.loss_ratio:.2f} %",
                    f"{1e3 * window.delay_mean_s:.1f} ms",
                    f"{1e3 * window.delay_p99_s:.1f} ms",
                    f"{transfer / 1e6:.2f} Mbit/s" if transfer else "broken",
                )
            )
        totals[policy] = windows
    say()
    for policy, reaction in reactions.items():
        say(
            f"{policy}: when the link failed, {reaction.demands} demands were moved;"
            f" {1e3 * reaction.total_s:.0f} ms from the switch's report to the switches'"
            f" confirmation, {1e3 * reaction.decision_s:.0f} ms of it rhumb serve's."
        )
    better = offered_load.paired(totals["shortest-path"], totals["neural"])
    say(
        "The agent against shortest path, both windows: goodput"
        f" {100 * better['goodput'][0]:+.1f} %, loss {100 * better['loss'][0]:+.2f} points, mean"
        f" delay {1e3 * better['delay_s'][0]:+.1f} ms. One run: figures.py load repeats it and"
        " gives intervals."
    )


def under(policy: str, arguments, network, bed: Testbed, north: North):
    """Windows with all links up and with the hottest one down; what TCP carried in them; the
    reaction to the failure. All links are up again in the end."""
    source, destination = network.hottest
    cable = bed.cable_of(f"{source}>{destination}")
    transfers, log_before = [], 0

    def window_begins(window: int) -> None:
        nonlocal log_before
        if window in (1, 2):
            if window == 2:
                log_before = len(bed.osken_log())
                bed.set_link(cable, up=False)
            transfers.append(experiments.Transfer(bed, source, destination, arguments.seconds - 2))

    north.set_policy(policy)
    windows = offered_load.play(
        bed,
        network,
        arguments.seed,
        [LEARN_S + SETTLE_S, arguments.seconds, arguments.seconds],
        window_begins,
    )[1:]
    reaction = experiments.wait_for(
        lambda: experiments.reaction(bed.osken_log()[log_before:]), "the answer to the failure"
    )
    carried = [transfer.goodput_bps() for transfer in transfers]
    bed.set_link(cable, up=True)
    experiments.wait_for(
        lambda: not north.status().down_links and experiments.settled(north), "the link's return"
    )
    return windows, carried, reaction


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the way out through every `with`
    try:
        main()
    except KeyboardInterrupt:
        print("sdn-demo: stopped; everything that it started has been taken down", file=sys.stderr)
        sys.exit(130)
