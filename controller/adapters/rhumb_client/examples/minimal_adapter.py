#!/usr/bin/python3
"""A whole adapter on one page, for a network of three routers that is made up: start `rhumb
serve`, then this.

    PYTHONPATH=build/release/python:controller/adapters/rhumb_client \\
        controller/adapters/rhumb_client/examples/minimal_adapter.py

A real one replaces the four places marked (1) to (4) by calls of its SDN controller.
"""
import sys
import time

import grpc

from rhumb.v1 import south_pb2, topology_pb2
from rhumb_client import Adapter, AdapterClient, ClientOptions, DemandKey, PlanRefused, Telemetry


def topology():
    """(1) What the controller knows of the network."""
    network = topology_pb2.Topology(name="example")
    for name in "ABC":
        network.nodes.add(name=name)
    for a in "ABC":
        for b in "ABC":
            if a != b:
                network.links.add(name=f"{a}>{b}", source=a, destination=b, capacity_bps=1e9)
    return network


class Printer(Adapter):
    def install(self, change):
        """(2) Make before break: new paths next to the old ones, then the ingress routers, then the
        old paths go."""
        for key in change.changed:
            for path in change.plan.routes[key]:
                if len(path.links) > 10:  # what this network cannot do
                    raise PlanRefused(
                        grpc.StatusCode.FAILED_PRECONDITION,
                        f"{key.source}: a stack of {len(path.links)} labels; at most 10",
                    )
                print(
                    f"plan {change.plan.version}: {key.source} > {key.destination}:"
                    f" {path.ratio:.0%} over " + ", ".join(path.links)
                )
        for key in change.removed:
            print(
                f"plan {change.plan.version}: {key.source} > {key.destination} is no longer routed"
            )

    def on_session(self, session):
        print(session)


def main(address="127.0.0.1:7433"):
    client = AdapterClient(
        ClientOptions(address=address, adapter="minimal", election_id=1), Printer()
    )
    client.start()
    client.declare(topology())
    begin = time.time() - time.monotonic()  # a clock that is set changes no interval
    sent = dict.fromkeys(("A>B", "B>C"), 0)
    for second in range(1, 10**9):
        time.sleep(1)
        for link in sent:  # (3) Counters, cumulative, as the devices have them
            sent[link] += 50_000_000
        client.report_telemetry(
            Telemetry(
                interval_end_s=begin + time.monotonic(),
                interval_s=1,
                links={link: (count, 0) for link, count in sent.items()},
                flows={DemandKey("A", "B"): sent["A>B"]},
            )
        )
        if second % 20 == 0:  # (4) A link changed its state
            state = (
                topology_pb2.OPERATIONAL_STATE_DOWN
                if second % 40
                else topology_pb2.OPERATIONAL_STATE_UP
            )
            client.report_links(
                [
                    south_pb2.LinkUpdate(link=name, operational_state=state)
                    for name in ("A>B", "B>A")
                ]
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
