"""The clocks that run while someone waits: housing after the link, and the integration plan (PIP).

They are kept outside the sealed profile, so that a worklist can be put in order without opening it.

1. Housing: a home within the weeks of ``housing_clock`` after the link; stops when she is housed.
2. PIP: the day by which the plan must stand (Besluit inburgering 2021 art. 5.3); stops when signed.
3. What comes first stands first; nobody is put in order by anything else than a day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from gateway.domain.identifiers import GemeenteCode, PurposeCode, SubjectId
from gateway.domain.parameters import Terms

SOON: Final = timedelta(weeks=2)


class Clock(StrEnum):
    """What is waited for."""

    HOUSING = "huisvesting"
    PIP = "pip"


class View(StrEnum):
    """Which part of a worklist is shown."""

    ALL = "alle"
    LATE = "te-laat"
    SOON = "binnenkort"
    NEW = "nieuw"
    HOUSED = "gehuisvest"


@dataclass(frozen=True, slots=True)
class Running:
    """What the clocks of someone linked to a municipality start from."""

    subject: SubjectId
    linked: date | None
    housed: bool
    pip: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that runs, and the day by which it must stop."""

    clock: Clock
    day: date

    def left(self, today: date) -> int:
        """Count the days that are left; below zero when it is late."""
        return (self.day - today).days


class Clocks(Protocol):
    """Where clocks are read."""

    async def running(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> Sequence[Running]:
        """List who is linked to or housed in one of these now, unless shielded or past the purpose.

        Each is still decided one by one before anything of her is shown.
        """
        ...


def dues(linked: date | None, pip: date | None, *, housed: bool, terms: Terms) -> tuple[Due, ...]:
    """Return the clocks that run, first due first (1), (2)."""
    found = []
    if linked is not None and not housed:
        found.append(Due(Clock.HOUSING, linked + timedelta(weeks=terms["housing_clock"])))
    if pip is not None:
        found.append(Due(Clock.PIP, pip))
    return tuple(sorted(found, key=lambda due: (due.day, due.clock)))


def ordered(running: Iterable[Running], terms: Terms) -> list[Running]:
    """Put the first due first, and whoever has no clock last (3)."""

    def place(one: Running) -> tuple[date, bytes]:
        first = dues(one.linked, one.pip, housed=one.housed, terms=terms)[:1]
        return first[0].day if first else date.max, one.subject.bytes

    return sorted(running, key=place)


def belongs(one: Running, view: View, today: date, terms: Terms) -> bool:
    """Tell whether someone belongs in a view today."""
    days = [due.day for due in dues(one.linked, one.pip, housed=one.housed, terms=terms)]
    match view:
        case View.ALL:
            return True
        case View.LATE:
            return any(day < today for day in days)
        case View.SOON:
            return any(today <= day <= today + SOON for day in days)
        case View.NEW:
            fresh = timedelta(weeks=terms["linking_clock"])
            return one.linked is not None and today - fresh <= one.linked <= today
        case View.HOUSED:
            return one.housed


def counts(running: Sequence[Running], today: date, terms: Terms) -> Mapping[View, int]:
    """Count who belongs in each view."""
    return {view: sum(belongs(one, view, today, terms) for one in running) for view in View}
