"""A batch of environments on a `rhumb serve-sim`: the calls of rhumb.v1.Simulation with arrays
instead of bytes."""
import dataclasses
from typing import Dict, Optional

import grpc
import numpy as np

from rhumb.v1 import simulation_pb2 as sim
from rhumb.v1 import simulation_pb2_grpc
from rhumb_gym.layout import Layout
from rhumb_gym.scenario import Scenario

_LARGEST_MESSAGE = 256 << 20


class SimulationError(Exception):
    """A call that the server refused or that did not reach it. `code` is a grpc.StatusCode."""

    def __init__(self, code, message):
        super().__init__(f"{code.name}: {message}")
        self.code = code


class ActionError(ValueError):
    """An action that the server refused; the episode goes on."""


@dataclasses.dataclass
class Outcome:
    """What became of one environment in a call."""

    layout: Layout  # of the episode
    observation: Optional[Dict[str, np.ndarray]]  # None with a fault
    reward: float
    terms: Dict[str, float]  # what the reward was made of; empty after a reset
    done: bool  # all steps of the episode were played
    truncated: bool  # the episode was lost to a fault
    step: int  # steps played in this episode
    measurements: Dict[str, float]  # of the whole network; empty after a reset
    fault: Optional[str] = None  # why the action was refused or the episode lost
    refused: bool = False  # the action, and nothing else


class BatchClient:
    """`environments` environments of one scenario. Not for several threads at a time.

    `address` is HOST:PORT of a `rhumb serve-sim`; `timeout` the seconds that one call may take.
    """

    def __init__(self, address, scenario=None, environments=1, timeout=600.0):
        self._timeout = timeout
        self._channel = grpc.insecure_channel(
            address,
            options=[
                ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
                ("grpc.max_send_message_length", _LARGEST_MESSAGE),
                # Each batch is a client of its own to the server, limits included.
                ("grpc.use_local_subchannel_pool", 1),
            ],
        )
        self._stub = simulation_pb2_grpc.SimulationStub(self._channel)
        self.num_environments = environments
        self._batch = 0
        try:
            created = self._call(
                self._stub.CreateBatch,
                sim.CreateBatchRequest(scenario=Scenario(scenario), environments=environments),
            )
        except BaseException:
            self._channel.close()
            raise
        self._batch = created.batch
        # The layout of all episodes when the network is a given one, else None.
        self.layout = Layout(created.layout) if created.HasField("layout") else None
        self._layouts = [self.layout] * environments

    def reset(self, seeds, environments=None):
        """Starts the episode of a seed in each environment (all, or those named). [Outcome]"""
        environments = range(self.num_environments) if environments is None else environments
        return self.play(
            [
                sim.Action(environment=e, reset_seed=int(seed))
                for e, seed in zip(environments, seeds)
            ]
        )

    def step(self, actions, environments=None):
        """One action an environment: see action(). [Outcome]"""
        environments = range(self.num_environments) if environments is None else environments
        return self.play([self.action(e, value) for e, value in zip(environments, actions)])

    @staticmethod
    def action(environment, value):
        """An array is one logit a path, {"split_ratios": array} one share a path, a text the name
        of a policy."""
        if isinstance(value, str):
            return sim.Action(environment=environment, policy=value)
        if isinstance(value, dict):
            return sim.Action(
                environment=environment,
                split_ratios=np.ascontiguousarray(value["split_ratios"], "<f4").tobytes(),
            )
        return sim.Action(
            environment=environment, logits=np.ascontiguousarray(value, "<f4").tobytes()
        )

    def play(self, actions):
        """Any mixture of steps and resets side by side (rhumb.v1.Action). [Outcome], in their
        order."""
        response = self._call(self._stub.Step, sim.StepRequest(batch=self._batch, actions=actions))
        return [self._outcome(message) for message in response.outcomes]

    def close(self):
        """Ends the environments and their workers. Further calls do nothing."""
        if self._channel is None:
            return
        try:
            self._call(self._stub.CloseBatch, sim.CloseBatchRequest(batch=self._batch))
        except SimulationError:
            pass  # the server is gone, and the environments with it
        self._channel.close()
        self._channel = None

    def _call(self, method, request):
        if self._channel is None:
            raise SimulationError(
                grpc.StatusCode.FAILED_PRECONDITION, "the environments were closed"
            )
        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            raise SimulationError(error.code(), error.details()) from None

    def _outcome(self, message):
        if message.HasField("layout"):
            self._layouts[message.environment] = Layout(message.layout)
        layout = self._layouts[message.environment]
        fault = message.fault.message if message.HasField("fault") else None
        measured = message.measurements if message.HasField("measurements") else None
        return Outcome(
            layout=layout,
            observation=None if fault else _arrays(message.observation, layout),
            reward=message.reward,
            terms=_fields(message.terms) if measured else {},
            done=message.done,
            truncated=message.truncated,
            step=message.step,
            measurements=_fields(measured) if measured else {},
            fault=fault,
            refused=message.fault.code == grpc.StatusCode.INVALID_ARGUMENT.value[0],
        )


def _fields(message):
    return {field.name: getattr(message, field.name) for field in message.DESCRIPTOR.fields}


def _arrays(message, layout):
    def rows(data, columns):
        # Of a bytearray, so that the array may be written to.
        return np.frombuffer(bytearray(data), "<f4").reshape(-1, columns)

    return {
        "links": rows(message.links, len(layout.link_features)),
        "paths": rows(message.paths, len(layout.path_features)),
        "demands": rows(message.demands, len(layout.demand_features)),
        "demand_history": rows(message.demand_history, layout.history),
    }
