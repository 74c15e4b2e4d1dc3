"""What an adapter is told about its connection."""
import dataclasses
from typing import Optional


@dataclasses.dataclass(frozen=True)
class Session:
    connected: bool
    primary: bool = False
    # Highest election id among connected adapters; 0 when none may write.
    primary_election_id: int = 0
    # Changes when the server started without its earlier state.
    epoch: int = 0
    # The latest that the server is known to have; 0 before a topology was declared.
    topology_version: int = 0
    # Why there is no connection, or why the server refused the topology.
    problem: Optional[str] = None
