"""A resident's way to her own data (GDPR art. 12(2), 15): a code made for her at the desk, used once.

1. A code works once, for a day, and with her birth date; a newer one takes its place.
2. At rest there are keyed terms only: of the code, and of code and birth date together.
3. Wrong guesses are counted: at one code, from one address, and in all. Beyond a limit nothing
   opens, also with what is right.
4. A code opens a short session on the device that used it; she has one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from gateway.domain.identifiers import SubjectId

CODE_LASTS: Final = timedelta(hours=24)
SESSION_LASTS: Final = timedelta(minutes=30)
WINDOW: Final = timedelta(hours=1)
"""How long a wrong guess counts against its address and against all."""
TRIES: Final = 5
"""Wrong birth dates after which a code is dead."""
TRIES_OF_ADDRESS: Final = 30
"""A reception site may have one address for all who live there."""
TRIES_OF_ALL: Final = 300


@dataclass(frozen=True, slots=True)
class AccessCode:
    """A code at rest: ``term`` stands for the code, ``proof`` for code and birth date (2)."""

    term: bytes
    proof: bytes
    subject: SubjectId
    expires: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A resident's open session; ``key`` is the digest of the id that her device holds (4)."""

    key: bytes
    subject: SubjectId
    opened: datetime

    @property
    def ends(self) -> datetime:
        """When it ends, used or not."""
        return self.opened + SESSION_LASTS


@dataclass(frozen=True, slots=True)
class Guess:
    """A wrong guess: from which address, as a keyed term, and at which code, where there is one."""

    address: bytes
    at: datetime
    code: bytes | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """How many wrong guesses count at a moment: from one address, and from everywhere."""

    of_address: int = 0
    of_all: int = 0

    @property
    def over(self) -> bool:
        """Whether a limit is reached."""
        return self.of_address >= TRIES_OF_ADDRESS or self.of_all >= TRIES_OF_ALL


def opens(code: AccessCode | None, spent: Spent, moment: datetime) -> bool:
    """Tell whether a code can still be used (1, 3)."""
    return code is not None and moment < code.expires and code.tries < TRIES and not spent.over


@dataclass(frozen=True, slots=True)
class MakeCode:
    """Keep a code made at ``at``; her earlier code and session go, and codes that ran out (1, 4)."""

    code: AccessCode
    at: datetime


@dataclass(frozen=True, slots=True)
class UseCode:
    """Put a session in the place of a code, and of her earlier sessions.

    Refused for a code that is gone, ran out or was guessed at too often, and from an address that
    guessed too often (3).
    """

    code: bytes
    address: bytes
    session: OwnSession


@dataclass(frozen=True, slots=True)
class CountGuess:
    """Count a wrong guess; beyond a limit there is nothing left to count."""

    guess: Guess


@dataclass(frozen=True, slots=True)
class EndOwnSession:
    """End a session; ending twice is ending once."""

    key: bytes


OwnAccessChange = MakeCode | UseCode | CountGuess | EndOwnSession


class OwnAccess(Protocol):
    """Where codes and sessions of residents are found."""

    async def code(self, terms: Sequence[bytes]) -> AccessCode | None:
        """Find a code by any of its terms; ``None`` when there is none, or no more."""
        ...

    async def session(self, key: bytes) -> OwnSession | None:
        """Find a session, also one whose time is over; ``None`` when there is none."""
        ...
