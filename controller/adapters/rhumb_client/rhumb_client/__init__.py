"""Connects an SDN controller to Rhumb's South API (proto/rhumb/v1/south.proto).

`AdapterClient` keeps the connection: election, reconnection with back-off, resumption, telemetry,
plans. `ClientProcess` is the same behind a pipe, for programs that gRPC's threads do not get along
with (eventlet, gevent).
"""
from rhumb_client.adapter_client import Adapter, AdapterClient
from rhumb_client.client_process import ClientProcess
from rhumb_client.errors import ApiError, PlanRefused, Reason
from rhumb_client.options import ClientOptions, OptionsError
from rhumb_client.plan import DemandKey, PathShare, Plan, PlanChange
from rhumb_client.session import Session
from rhumb_client.telemetry import Telemetry

__all__ = [
    "Adapter",
    "AdapterClient",
    "ApiError",
    "ClientOptions",
    "ClientProcess",
    "DemandKey",
    "OptionsError",
    "PathShare",
    "Plan",
    "PlanChange",
    "PlanRefused",
    "Reason",
    "Session",
    "Telemetry",
]
