"""Errors in both directions: what the server refused, and what an adapter refuses."""
import enum
from typing import Dict, List, Optional

import grpc

from rhumb.v1 import status_pb2

_TYPE_PREFIX = "type.googleapis.com/google.rpc."  # see status.proto
_DOMAIN = "rhumb.v1"


class Reason(str, enum.Enum):
    """`ErrorInfo.reason`: what programs may branch on (ErrorReason in status.proto)."""

    BAD_FIELD = "BAD_FIELD"
    NOT_PRIMARY = "NOT_PRIMARY"
    NO_TOPOLOGY = "NO_TOPOLOGY"
    STALE_VERSION = "STALE_VERSION"
    UNKNOWN_NAME = "UNKNOWN_NAME"
    LIMIT = "LIMIT"
    NOT_READY = "NOT_READY"
    ACCESS = "ACCESS"
    UNSAFE = "UNSAFE"
    NOT_INSTALLED = "NOT_INSTALLED"
    NOT_LEADER = "NOT_LEADER"


class PlanRefused(Exception):
    """Raised by an adapter that cannot put a plan into force; becomes a NACK. The network must
    carry the plan before when this is raised.

    `code` is canonical (grpc.StatusCode); `message` names the device, the fault and its error
    number.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        reason: Reason = Reason.NOT_INSTALLED,
        metadata: Optional[Dict[str, str]] = None,
    ):
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.metadata = dict(metadata or {})

    def to_proto(self) -> status_pb2.Status:
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        info = status_pb2.ErrorInfo(
            reason=self.reason.value, domain=_DOMAIN, metadata=self.metadata
        )
        detail = status.details.add()
        detail.type_url = _TYPE_PREFIX + "ErrorInfo"
        detail.value = info.SerializeToString()
        return status

    def __reduce__(self):  # so that it can cross a process boundary
        return PlanRefused, (self.code, self.message, self.reason, self.metadata)


class ApiError(Exception):
    """A call that the server refused, with the details it sent.

    `reason` is None when the failure did not come from Rhumb (no connection, for instance).
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        reason: Optional[Reason] = None,
        fields: Optional[List[str]] = None,
        retry_after_s: Optional[float] = None,
        leader: Optional[str] = None,
    ):
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.fields = list(fields or [])  # paths of wrong fields
        self.retry_after_s = retry_after_s
        self.leader = leader  # address of the controller that leads, with NOT_LEADER

    def __reduce__(self):
        return ApiError, (
            self.code,
            self.message,
            self.reason,
            self.fields,
            self.retry_after_s,
            self.leader,
        )

    @classmethod
    def from_rpc(cls, error: grpc.RpcError) -> "ApiError":
        status = status_pb2.Status()
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                status.ParseFromString(value)
        return cls._with_details(error.code(), error.details() or "", status)

    @classmethod
    def from_proto(cls, status: status_pb2.Status) -> "ApiError":
        return cls._with_details(_code(status.code), status.message, status)

    @classmethod
    def _with_details(cls, code, message, status):
        reason, fields, retry_after_s, leader = None, [], None, None
        for detail in status.details:
            kind = detail.type_url.rpartition(".")[2]
            if kind == "ErrorInfo":
                info = status_pb2.ErrorInfo.FromString(detail.value)
                reason = Reason(info.reason) if info.reason in Reason.__members__ else None
                leader = info.metadata.get("leader")
            elif kind == "BadRequest":
                bad = status_pb2.BadRequest.FromString(detail.value)
                fields = [violation.field for violation in bad.field_violations]
            elif kind == "RetryInfo":
                delay = status_pb2.RetryInfo.FromString(detail.value).retry_delay
                retry_after_s = delay.seconds + delay.nanos / 1e9
        return cls(code, message, reason, fields, retry_after_s, leader)


def _code(number: int) -> grpc.StatusCode:
    for code in grpc.StatusCode:
        if code.value[0] == number:
            return code
    return grpc.StatusCode.UNKNOWN
