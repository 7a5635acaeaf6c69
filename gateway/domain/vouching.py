"""What was checked of an entry just now: that it is in the log, under which head, and who signed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A cosignature that was checked: whose, over how many entries, and when it was given."""

    name: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """Entry ``index`` against the head of ``size`` entries; ``fault`` says what does not hold.

    ``root`` is in hexadecimal, empty with a fault; ``signer`` is the log's own name.
    """

    index: int
    size: int
    root: str
    signer: str
    cosigned: tuple[Cosigned, ...]
    checked_at: datetime
    fault: str | None = None


class Voucher(Protocol):
    """Checks entries of one log."""

    def vouch(self, index: int, moment: datetime) -> Vouched:
        """Check one entry now; a log that does not hold is an answer, not an error."""
        ...
