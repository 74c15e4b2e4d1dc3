"""Questions and commands to `rhumb serve`, over its Unix socket."""
import os

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # servers that are killed are no news here
import grpc

from rhumb.v1 import north_pb2, north_pb2_grpc


class North:
    def __init__(self, directory):
        self._channel = grpc.insecure_channel(f"unix:{directory}/rhumb.sock")
        self.stub = north_pb2_grpc.NorthStub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def status(self) -> north_pb2.ControllerStatus:
        return self.stub.GetStatus(north_pb2.GetStatusRequest(), timeout=10)

    def status_or_none(self):
        try:
            return self.status()
        except grpc.RpcError:
            return None

    def routes(self) -> dict:
        """(source, destination) -> {nodes of a path: share} of the plan in force."""
        return self.plan()[1]

    def plan(self):
        """Header and routes."""
        plan = self.stub.GetPlan(north_pb2.GetPlanRequest(), timeout=10)
        return plan.header, {
            (route.source, route.destination): {
                nodes_of(path.links): path.ratio for path in route.paths
            }
            for route in plan.routes
        }

    def pin(self, source: str, destination: str, paths: dict) -> None:
        """`paths`: nodes -> share."""
        request = north_pb2.PinDemandRequest(source=source, destination=destination)
        for nodes, share in paths.items():
            request.paths.add(links=[f"{a}>{b}" for a, b in zip(nodes, nodes[1:])], ratio=share)
        self.stub.PinDemand(request, timeout=10)

    def set_policy(self, policy: str) -> None:
        self.stub.SetPolicy(north_pb2.SetPolicyRequest(policy=policy), timeout=20)


def nodes_of(links) -> tuple:
    """Nodes of a path given by links "A>B"."""
    ends = [link.partition("#")[0].split(">") for link in links]
    return (ends[0][0], *(end[1] for end in ends))
