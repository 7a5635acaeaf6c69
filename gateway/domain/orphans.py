"""Keys of nobody: made for a profile that was never stored, as when a delivery broke off in between.

1. A key commits before the first value under it, so one without a profile opened nothing yet.
2. An orphan is destroyed only when it was one for ``GRACE``: a delivery is long done by then, and so
   is a restore of data that turned out to be too old.
3. Who has an entry in the log, sealed under her key or not, is no orphan: somebody knew her.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from gateway.domain.identifiers import SubjectId

GRACE: Final = timedelta(days=7)
"""As long as backups of keys are kept."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """An id that has keys and no profile, and when that was seen for the first time."""

    subject: SubjectId
    since: datetime

    def is_due(self, now: datetime) -> bool:
        """Tell whether it has been one for long enough."""
        return self.since + GRACE <= now


@dataclass(frozen=True, slots=True)
class SweptKeys:
    """What a round found and did: orphans that wait, and those whose keys it destroyed."""

    waiting: int
    destroyed: int


class OrphanKeys(Protocol):
    """Orphans among the keys, each with the moment since which it is known as one."""

    def count(self) -> int:
        """Count them, as they are now."""
        ...

    def look(self, now: datetime) -> Sequence[Orphan]:
        """Find all, and remember since when each is one; who is none any more is forgotten."""
        ...

    def destroy(self, subjects: Collection[SubjectId]) -> int:
        """Destroy the keys of those who are orphans still, while nobody can become known.

        Durable on return; returns of how many.
        """
        ...
