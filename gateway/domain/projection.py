"""What a projection of the log needs: an outbox that loses nothing, and a logbook that confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from gateway.domain.errors import GatewayError
from gateway.domain.logbook import LoggedEvent


@dataclass(frozen=True, slots=True)
class Projected:
    """An entry, and the name under which the other logbook knows whom it is about."""

    event: LoggedEvent
    pseudonym: UUID | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many entries wait to be told, and how many were refused and are kept aside."""

    waiting: int
    refused: int


class LogbookUnreachableError(GatewayError):
    """The other logbook did not confirm; the same again later is safe."""

    code = "LOGBOOK_UNREACHABLE"


class LogbookRefusedError(GatewayError):
    """The other logbook will not take this as it is."""

    code = "LOGBOOK_REFUSED"


class Outbox(Protocol):
    """Entries that wait to be told, by index; each was added in the transaction of its entry."""

    async def waiting(self, limit: int) -> Sequence[int]:
        """Return the first indexes that wait, in order; what was refused does not."""
        ...

    async def done(self, indexes: Sequence[int]) -> None:
        """Forget entries that were confirmed, or are not for telling; durable on return."""
        ...

    async def refuse(self, indexes: Sequence[int]) -> None:
        """Keep entries aside that were refused; durable on return."""
        ...

    async def restore(self) -> int:
        """Let what was refused wait again; return how many."""
        ...

    async def count(self) -> Waiting:
        """Count what wait and what was refused."""
        ...


class Logbook(Protocol):
    """Another logbook that is told what happened here."""

    def tells(self, event: LoggedEvent) -> bool:
        """Tell whether an entry is for this logbook at all."""
        ...

    async def tell(self, entries: Sequence[Projected]) -> None:
        """Deliver entries; on return all of them are confirmed.

        Raises ``LogbookUnreachableError`` where nothing is certain, ``LogbookRefusedError`` where
        the same would be refused again.
        """
        ...
