"""How the gate stands, for who keeps it running: log, keys and jobs as counts and codes, never a person."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from gateway.domain.identifiers import RoleId

OPERATOR: Final = RoleId("beheerder")


@dataclass(frozen=True, slots=True)
class SeenHead:
    """A head that someone outside vouches for."""

    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LogHealth:
    """What the log says of itself and what is found now; a cause of ``None`` is good.

    ``frozen`` is why it signs nothing more, ``judged`` what its own head shows, ``followed`` what its
    guard says, which last saw ``marked`` entries (``None``: no guard).
    """

    size: int
    root: str
    frozen: str | None
    judged: str | None
    marked: int | None
    followed: str | None
    cosigned: SeenHead | None
    stamped: SeenHead | None

    @property
    def whole(self) -> bool:
        """Whether nothing speaks against it."""
        return not (self.frozen or self.judged or self.followed)


class LogState(Protocol):
    """Looks at the log without touching it."""

    def health(self) -> LogHealth:
        """Say how it stands; reads head and guard."""
        ...


class Job(StrEnum):
    """What runs by itself: once a day by the command line, or beside the requests where it is set up."""

    RETENTION = "retention"
    CONSENTS = "consents"
    REMINDERS = "reminders"
    COUNTS = "counts"
    INTAKE = "intake"
    NOTICES = "notices"
    LOGBOOK = "logbook"
    CHECK = "check"
    WITNESS = "witness"
    TIMESTAMP = "timestamp"


DAILY: Final = frozenset({Job.RETENTION, Job.CONSENTS, Job.REMINDERS, Job.COUNTS})


@dataclass(frozen=True, slots=True)
class Run:
    """When a job last ended, by which error it ``failed``, if any, and when it last ended ``well``."""

    at: datetime
    failed: str | None
    well: datetime | None


class JobRuns(Protocol):
    """Where the last run of each job is kept, of all gates on one store together."""

    def note(self, job: Job, at: datetime, failed: str | None) -> None:
        """Keep how a run ended; one that cannot be kept is lost, and stops no job."""
        ...

    async def last(self) -> Mapping[Job, Run]:
        """Read the last run of each job; one that never ran is absent."""
        ...


Noted = Callable[[Job], AbstractContextManager[None]]
"""Notes how the round of a job within it ended; its error goes on."""


def unnoted(_: Job) -> AbstractContextManager[None]:
    """Note nothing."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class JobState:
    """A job that is set up: its last run, and whether its last good one is too long ago."""

    last: Run | None
    late: bool


@dataclass(frozen=True, slots=True)
class LawTerm:
    """A law by the name that rules use, and its days."""

    name: str
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Tell whether it is in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a job or a person, in numbers; ``late`` of them longer than they may."""

    waiting: int
    late: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """The gate as it stands: ``keys`` are versions and counts, ``jobs`` are those that are set up."""

    log: LogHealth
    keys: Mapping[str, object]
    jobs: Mapping[Job, JobState]
    work: Mapping[str, Work]
