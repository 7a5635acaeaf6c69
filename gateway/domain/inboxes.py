"""A folder into which a source drops deliveries: what lies still there, and where it goes after.

1. A file is taken once nobody writes to it any more; until then it is left alone.
2. Its acknowledgement is durable before the file moves: whatever stops in between, the same file is
   found again, is known by its bytes, and gets the same acknowledgement.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import BinaryIO, Protocol


class Place(StrEnum):
    """Where a file goes that was looked at."""

    DONE = "done"
    REFUSED = "refused"


class DroppedFile(Protocol):
    """A file that lies still in an inbox, open for reading."""

    @property
    def name(self) -> str:
        """Its name, which says what format it has."""
        ...

    @property
    def stream(self) -> BinaryIO:
        """Its bytes, from the start."""
        ...

    def put_away(self, place: Place, acknowledgement: bytes) -> bool:
        """Write the acknowledgement durably, then move the file beside it.

        ``False`` where it was written to since it was opened: it stays, and is taken again.
        """
        ...


class Inbox(Protocol):
    """Where files are dropped."""

    def held(self) -> AbstractContextManager[bool]:
        """Keep every other gate out of this inbox; ``False`` while another has it."""
        ...

    def settled(self) -> Sequence[str]:
        """Name the files that lie still, in the order of their names."""
        ...

    def open(self, name: str) -> AbstractContextManager[DroppedFile]:
        """Open a file; raises ``FileNotFoundError`` when it is gone or is no plain file."""
        ...
