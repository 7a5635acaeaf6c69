"""Systems of partners that use the interface: each known by a client id, acting in one role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.domain.callers import Persona


@dataclass(frozen=True, slots=True)
class Machine:
    """A system: who it acts as, and its public keys as a JSON Web Key Set (RFC 7517)."""

    client_id: str
    persona: Persona
    keys: Mapping[str, Any]
