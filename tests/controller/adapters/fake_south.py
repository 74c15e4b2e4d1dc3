"""A South service that does what a test tells it to, to inject faults: stale plans, wrong bases,
refusals, breaks."""
import concurrent.futures
import queue
import threading

import grpc

from rhumb.v1 import south_pb2, south_pb2_grpc, status_pb2


class FakeSouth(south_pb2_grpc.SouthServicer):
    def __init__(self):
        self.subscriptions = queue.Queue()
        self.answers = queue.Queue()
        self.declared = queue.Queue()
        self.updates = queue.Queue()
        self.reports = queue.Queue()
        self.metadata = queue.Queue()
        self.epoch = 1
        self.topology_version = 0
        self.before_update = (
            lambda request: None
        )  # runs inside UpdateTopology, before it is answered
        self.refuse_topology = None  # a function (context) that aborts
        self.refuse_telemetry = None  # a Status
        self.primary = True
        self.term = 0
        self.refuse_plans = None  # a function (context) that aborts
        self._streams = []
        self._nonce = 0
        self._server = None
        self.port = 0

    def start(self, port: int = 0, credentials=None):
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
        south_pb2_grpc.add_SouthServicer_to_server(self, self._server)
        address = f"127.0.0.1:{port}"
        self.port = (
            self._server.add_secure_port(address, credentials)
            if credentials
            else self._server.add_insecure_port(address)
        )
        self._server.start()
        return self

    def stop(self):
        self.end_streams()
        self._server.stop(None).wait()

    # Calls.

    def SetTopology(self, request, context):
        self.declared.put(request)
        if self.refuse_topology:
            self.refuse_topology(context)
        self.topology_version += 1
        return south_pb2.SetTopologyResponse(
            epoch=self.epoch, topology_version=self.topology_version
        )

    def UpdateTopology(self, request, context):
        self.before_update(request)
        self.updates.put(request)
        self.topology_version += 1
        return south_pb2.UpdateTopologyResponse(
            epoch=self.epoch, topology_version=self.topology_version
        )

    def StreamTelemetry(self, requests, context):
        for report in requests:
            self.reports.put(report)
            yield south_pb2.TelemetryAnswer(
                sequence=report.sequence, source=report.source, error=self.refuse_telemetry
            )

    def StreamPlans(self, requests, context):
        self.metadata.put(dict(context.invocation_metadata()))
        if self.refuse_plans:
            self.refuse_plans(context)
        out = queue.Queue()
        first = next(requests)

        def read():
            try:
                for request in requests:
                    self.answers.put(request.answer)
            except Exception:
                pass  # the client went away

        threading.Thread(target=read, daemon=True).start()
        out.put(self.election())
        self._streams.append(out)
        self.subscriptions.put(first.subscribe)
        while (response := out.get()) is not None:
            yield response

    # What a test says.

    def election(self):
        return south_pb2.PlanStreamResponse(
            election=south_pb2.ElectionState(
                primary_election_id=first_id(self.primary),
                you_are_primary=self.primary,
                epoch=self.epoch,
                topology_version=self.topology_version,
            )
        )

    def say(self, response):
        self._streams[-1].put(response)

    def send_plan(self, version, routes=(), base=None, removed=(), topology_version=None):
        """`routes`: (source, destination, [(links, ratio), ...]). No base: the whole plan."""
        self._nonce += 1
        update = south_pb2.PlanUpdate(
            nonce=str(self._nonce), reset=base is None, base_plan_version=base or 0
        )
        update.header.epoch = self.epoch
        update.header.plan_version = version
        update.header.routes_digest = 1000 + version
        update.header.term = self.term
        update.header.topology_version = (
            self.topology_version if topology_version is None else topology_version
        )
        names = {}
        for source, destination, paths in routes:
            route = update.routes.add(source=source, destination=destination)
            for links, ratio in paths:
                route.paths.add(
                    hops=[names.setdefault(link, len(names)) for link in links], ratio=ratio
                )
        update.link_names.extend(names)
        for source, destination in removed:
            update.removed.add(source=source, destination=destination)
        self.say(south_pb2.PlanStreamResponse(update=update))

    def end_streams(self):
        for stream in self._streams:
            stream.put(None)
        self._streams.clear()


def first_id(primary):
    return 1 if primary else 99


def abort_with(code, reason, **metadata):
    """A refusal as the server sends it, with details."""

    def abort(context):
        status = status_pb2.Status(code=code.value[0], message="refused by the test")
        detail = status.details.add(type_url="type.googleapis.com/google.rpc.ErrorInfo")
        info = status_pb2.ErrorInfo(reason=reason, domain="rhumb.v1", metadata=metadata)
        detail.value = info.SerializeToString()
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(code, "refused by the test")

    return abort
