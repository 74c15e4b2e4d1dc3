#!/usr/bin/python3
"""A network for a controller under test, told what to do: one JSON object a line on standard input,
one JSON answer a line on standard output.

    network.py ADDRESS [TOKEN]
    {"do": "topology", "topology": {...}}           rhumb.v1.Topology in protobuf JSON
    {"do": "link", "link": "A>B", "up": false}
    {"do": "report", "demands": [["A", "B", 1e9]], "links": {"A>B": 5e8}}
    {"do": "plans", "name": "lab"}                  opens a stream of plans
    {"do": "refuse", "name": "lab", "why": "no"}    the same, and refuses every plan
"""
import json
import queue
import sys
import threading

import grpc
from google.protobuf import json_format
from rhumb.v1 import south_pb2, south_pb2_grpc, topology_pb2

INTERVAL_S = 10
PATIENCE_S = 300


class Network:
    def __init__(self, address, token):
        self.channel = grpc.insecure_channel(address)
        self.south = south_pb2_grpc.SouthStub(self.channel)
        self.metadata = [("authorization", f"Bearer {token}")] if token else []
        self.sequence = 0
        self.sent_bytes = {}  # by link, since the beginning

    def topology(self, topology):
        request = south_pb2.SetTopologyRequest()
        json_format.ParseDict(topology, request.topology)
        self.south.SetTopology(request, metadata=self.metadata, timeout=PATIENCE_S)

    def link(self, link, up):
        request = south_pb2.UpdateTopologyRequest()
        state = topology_pb2.OPERATIONAL_STATE_UP if up else topology_pb2.OPERATIONAL_STATE_DOWN
        request.links.add(link=link, operational_state=state)
        self.south.UpdateTopology(request, metadata=self.metadata, timeout=PATIENCE_S)

    def report(self, demands, links=None):
        links = links or {}
        if links and not self.sent_bytes:
            # A counter says something from its second reading on.
            self.sent_bytes = dict.fromkeys(links, 0)
            self.send(demands)
        for link, rate_bps in links.items():
            self.sent_bytes[link] = self.sent_bytes.get(link, 0) + int(rate_bps * INTERVAL_S / 8)
        return self.send(demands)

    def send(self, demands):
        self.sequence += 1
        report = south_pb2.TelemetryReport(sequence=self.sequence, demands_complete=True)
        report.interval_end.seconds = 1_700_000_000 + INTERVAL_S * self.sequence
        report.interval.seconds = INTERVAL_S
        for source, destination, rate_bps in demands:
            report.demands.add(source=source, destination=destination, rate_bps=rate_bps)
        for link, sent_bytes in self.sent_bytes.items():
            report.links.add(link=link, sent_bytes=sent_bytes)
        stream = self.south.StreamTelemetry(
            iter([report]), metadata=self.metadata, timeout=PATIENCE_S
        )
        return json_format.MessageToDict(next(stream))

    def refuse(self, name, why="no room"):
        self.plans(name, why)

    def plans(self, name, refusal=""):
        answers = queue.Queue()
        request = south_pb2.PlanStreamRequest()
        request.subscribe.adapter = name
        answers.put(request)
        stream = self.south.StreamPlans(iter(answers.get, None), metadata=self.metadata)

        def read():
            try:
                for response in stream:
                    if not response.HasField("update"):
                        continue
                    answer = south_pb2.PlanStreamRequest()
                    answer.answer.nonce = response.update.nonce
                    if refusal:
                        answer.answer.error.code = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
                        answer.answer.error.message = refusal
                    else:
                        version = response.update.header.plan_version
                        answer.answer.plan_version_in_force = version
                    answers.put(answer)
            except grpc.RpcError:
                pass  # the controller was stopped

        threading.Thread(target=read, daemon=True).start()


def main():
    network = Network(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(network, request.pop("do"))(**request)
        except grpc.RpcError as error:
            answer = {"error": error.details()}
        print(json.dumps(answer or {}), flush=True)


if __name__ == "__main__":
    main()
