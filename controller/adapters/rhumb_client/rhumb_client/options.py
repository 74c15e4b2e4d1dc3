"""How to reach a server and who we are; checked before anything is dialled."""
import dataclasses
import ipaddress
import pathlib
from typing import List, Optional, Tuple

import grpc


class OptionsError(ValueError):
    """Names the option, its value, and what would do."""


@dataclasses.dataclass(frozen=True)
class ClientOptions:
    # host:port, or unix:PATH; or several with commas between, of controllers that share a state:
    # the one that leads is followed.
    address: str = "127.0.0.1:7433"
    # Name of this adapter, 1 to 100 bytes. Two live adapters need two names and two election ids.
    adapter: str = "adapter"
    # The highest one among connected adapters may write; 0 only listens.
    election_id: int = 1
    # PEM files. With ca_file the connection is TLS; certificate and key make it mutual.
    ca_file: Optional[str] = None
    certificate_file: Optional[str] = None
    key_file: Optional[str] = None
    # The name in the server's certificate when it is not that of `address`.
    server_name: Optional[str] = None
    # A file with a bearer token of role adapter or operator; read at every connection, so it can be
    # replaced.
    token_file: Optional[str] = None
    # Plaintext elsewhere than loopback.
    allow_plaintext: bool = False
    # Deadline of a unary call.
    call_timeout_s: float = 10.0
    # Between attempts to connect: starts at the first, grows by half each time up to the second,
    # plus or minus a fifth.
    first_retry_s: float = 0.1
    last_retry_s: float = 10.0

    def check(self) -> None:
        if not 1 <= len(self.adapter.encode()) <= 100:
            raise OptionsError(
                f"adapter: {self.adapter!r} has {len(self.adapter.encode())} bytes; give 1 to 100"
            )
        if not 0 <= self.election_id < 2**64:
            raise OptionsError(f"election_id: {self.election_id} is outside 0 to 2^64 - 1")
        if bool(self.certificate_file) != bool(self.key_file):
            raise OptionsError("certificate_file and key_file belong together; give both or none")
        if self.certificate_file and not self.ca_file:
            raise OptionsError(
                "certificate_file: needs ca_file, the certificate that signed the server's"
            )
        for address in self.addresses():
            if self.ca_file or self.allow_plaintext or _is_local(address):
                continue
            raise OptionsError(
                f"address: {address!r} is not on loopback and no ca_file is given; give one,"
                " or set allow_plaintext"
            )
        for option in ("ca_file", "certificate_file", "key_file", "token_file"):
            path = getattr(self, option)
            if path and not pathlib.Path(path).is_file():
                raise OptionsError(f"{option}: there is no file {path!r}")

    def addresses(self) -> List[str]:
        return [address.strip() for address in self.address.split(",")]

    def metadata(self) -> List[Tuple[str, str]]:
        """What goes with every call."""
        if not self.token_file:
            return []
        return [("authorization", "Bearer " + pathlib.Path(self.token_file).read_text().strip())]

    def open_channel(self, address: str) -> grpc.Channel:
        """To one of the addresses. Files are read now. Nothing is dialled before the first call."""
        # Where another one may answer, who is silent is left early, on a quiet stream too.
        several = len(self.addresses()) > 1
        settings = [
            ("grpc.max_receive_message_length", 64 << 20),
            ("grpc.keepalive_time_ms", 1_500 if several else 20_000),
            ("grpc.keepalive_timeout_ms", 1_500 if several else 10_000),
            ("grpc.http2.max_pings_without_data", 0 if several else 2),
            # A process that is stopped takes connections and says nothing; gRPC waits 20 s.
            ("grpc.min_reconnect_backoff_ms", 1_500 if several else 5_000),
            (
                "grpc.use_local_subchannel_pool",
                1,
            ),  # a new channel dials at once, whatever the last one knew
            ("grpc.enable_http_proxy", 0),
        ]
        if not self.ca_file:
            return grpc.insecure_channel(address, settings)
        if self.server_name:
            settings.append(("grpc.ssl_target_name_override", self.server_name))
        read = lambda path: pathlib.Path(path).read_bytes() if path else None
        credentials = grpc.ssl_channel_credentials(
            read(self.ca_file), read(self.key_file), read(self.certificate_file)
        )
        return grpc.secure_channel(address, credentials, settings)


def _is_local(address: str) -> bool:
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
