"""Another logbook that remembers what it was told; it can be away, and refuse what is planted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.domain.logbook import LoggedEvent
from gateway.domain.projection import LogbookRefusedError, LogbookUnreachableError, Projected
from gateway.domain.records import RecordKind


@dataclass(slots=True)
class Logbook:
    """``away`` counts the calls that find nobody, ``lost`` those of which the answer is lost.

    ``refuses`` are indexes it never takes.
    """

    told: list[Projected] = field(default_factory=list)
    away: int = 0
    lost: int = 0
    refuses: set[int] = field(default_factory=set)

    def tells(self, event: LoggedEvent) -> bool:
        """Leave look-ups out."""
        return event.kind is not RecordKind.OVERSIGHT

    async def tell(self, entries: Sequence[Projected]) -> None:
        """Take all, or none."""
        if self.away:
            self.away -= 1
            raise LogbookUnreachableError("nobody is there")
        if self.refuses & {one.event.index for one in entries}:
            raise LogbookRefusedError("not this")
        self.told += entries
        if self.lost:
            self.lost -= 1
            raise LogbookUnreachableError("the answer was lost")
