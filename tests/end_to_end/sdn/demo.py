"""What scripts/sdn-demo shows: a scaled ESnet6 of real switches under shortest path, then under the agent, and a link
that fails in the middle."""
import argparse
import json
import subprocess
import sys

import experiments
import offered_load
import requirements
from north import North
from processes import stop
from scaled_network import scaled_network
from testbed import RHUMB, Testbed

POLICIES = ("shortest-path", "neural")


def say(text: str = "") -> None:
    print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topology", default="esnet6-backbone", help="a shipped network")
    parser.add_argument("--load", type=float, default=1.4, help="of shortest path's hottest link, over its capacity")
    parser.add_argument("--packets", type=float, default=1500, help="a second, of all demands")
    parser.add_argument("--seconds", type=float, default=12, help="before and after the failure")
    arguments = parser.parse_args()
    reason = requirements.why_not(RHUMB)
    if reason:
        sys.exit(f"sdn-demo: {reason}")
    network = scaled_network(arguments.topology, arguments.packets, arguments.load)
    say(f"{arguments.topology}: {len(network.nodes)} Open vSwitch switches, {len(network.cables)} cables, one host each; "
        f"capacities are {network.factor:.2g} of the real ones, queues hold 50 ms,")
    say("propagation takes no time: delay is queues and software switches.")
    say(f"Offered: {arguments.packets:.0f} packets a second of 1,000 bytes in {len(network.demands)} demands (gravity). "
        f"Shortest path offers {'>'.join(network.hottest)} {arguments.load:g} times its capacity.")
    say()
    with Testbed(network.nodes, network.cables) as bed:
        north = North(bed.directory)
        bed.start_serve(policy="shortest-path", interval="2s")
        bed.start_osken(telemetry_interval_s=3)
        experiments.connected_pairs(bed)
        say("All switches connected, links discovered, first plan installed, all pairs reachable.")
        say(f"{experiments.check_paths_equal_plan(bed, north)} demands read back from the switches equal the plan.")
        say()
        row = "{:<14} {:<22} {:>16} {:>9} {:>11} {:>11} {:>12}"
        say(row.format("policy", "", "goodput", "loss", "mean delay", "p99 delay", "TCP (iperf3)"))
        source, destination = network.hottest
        for policy in POLICIES:
            cable = bed.cable_of(f"{source}>{destination}")
            tcp = []

            def between(window, cable=cable, tcp=tcp):
                if window == 1:
                    bed.set_link(cable, up=False)
                tcp.append(iperf(bed, source, destination, arguments.seconds - 2))
            windows = offered_load.under_policy(bed, north, network, policy, 1, 15,
                                                [arguments.seconds, arguments.seconds], between)
            for name, window, client in zip(("all links up", f"{source}-{destination} down"), windows, tcp):
                say(row.format(policy, name, f"{window.goodput_bps / 1e6:.2f} Mbit/s", f"{100 * window.loss_ratio:.2f} %",
                               f"{1e3 * window.delay_mean_s:.1f} ms", f"{1e3 * window.delay_p99_s:.1f} ms",
                               client()))
            bed.set_link(cable, up=True)
            experiments.wait_for(lambda: not north.status().down_links and experiments.settled(north), "the link's return")
        north.close()


def iperf(bed: Testbed, source: str, destination: str, seconds: float):
    """One TCP connection along the hottest link; the result, later."""
    server = bed.start(destination, "iperf3", "-s", "-1", stdout=subprocess.DEVNULL)
    experiments.wait_for(lambda: ":5201" in bed.run(destination, "ss", "-ltn"), "iperf3")
    client = bed.start(source, "iperf3", "-c", bed.address(destination), "-t", str(int(seconds)), "-J",
                       stdout=subprocess.PIPE, text=True)

    def result() -> str:
        output, _ = client.communicate(timeout=seconds + 30)
        stop(server)
        answer = json.loads(output)
        if "error" in answer:
            return "broken"
        return f"{answer['end']['sum_received']['bits_per_second'] / 1e6:.2f} Mbit/s"
    return result


if __name__ == "__main__":
    main()
