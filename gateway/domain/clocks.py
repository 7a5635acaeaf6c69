"""The clocks that run while someone waits: a talk, a home after the link, the integration plan (PIP).

They are kept outside the sealed profile, so that a worklist can be put in order without opening it.

1. Housing: a home within the weeks of ``housing_clock`` after the link; stops when she is housed.
2. PIP: the day by which the plan must stand (Besluit inburgering 2021 art. 5.3); stops when signed.
3. Talk (driegesprek): planned within the weeks of ``talk_clock`` after the link; stops when one is
   planned or was held, when none will be, or when she is housed.
4. What comes first stands first; nobody is put in order by anything else than a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, partial
from operator import attrgetter
from typing import Final, Protocol

from gateway.domain.handovers import Progress
from gateway.domain.identifiers import ActorId, GemeenteCode, PurposeCode, SubjectId
from gateway.domain.parameters import Terms

SOON: Final = timedelta(weeks=2)
TALK_TOLD: Final = frozenset({"gepland", "gevoerd", "niet_mogelijk"})
"""What COA may tell of a talk (``overdracht_status``) after which none has to be planned."""


class Clock(StrEnum):
    """What is waited for."""

    TALK = "driegesprek"
    HOUSING = "huisvesting"
    PIP = "pip"


class View(StrEnum):
    """Which part of a worklist is shown."""

    ALL = "alle"
    LATE = "te-laat"
    SOON = "binnenkort"
    NEW = "nieuw"
    HOUSED = "gehuisvest"
    UNCONFIRMED = "te-bevestigen"
    NO_TALK = "zonder-gesprek"
    ASKED = "open-vragen"


@dataclass(frozen=True, slots=True)
class Running:
    """What the clocks of someone tied to a municipality start from; many people share one.

    ``talked``: no talk has to be planned (any more); ``confirmed`` and ``asked`` tell whether receipt
    of her handover was confirmed and how many questions to COA wait; ``worker`` handles it.
    """

    linked: date | None
    housed: bool
    pip: date | None
    talked: bool = False
    confirmed: bool = False
    asked: int = 0
    worker: ActorId | None = None

    def after(self, progress: Progress) -> "Running":
        """Put how far her handover is in the place of what was known of it."""
        settled, confirmed, waiting, worker = progress
        talked = self.talked or settled
        return replace(self, talked=talked, confirmed=confirmed, asked=waiting, worker=worker)

    def dues(self, terms: Terms) -> tuple["Due", ...]:
        """Return the clocks that run, first due first (1)-(3)."""
        found = []
        if self.linked is not None and not self.housed:
            found.append(Due(Clock.HOUSING, self.linked + timedelta(weeks=terms["housing_clock"])))
            if not self.talked:
                found.append(Due(Clock.TALK, self.linked + timedelta(weeks=terms["talk_clock"])))
        if self.pip is not None:
            found.append(Due(Clock.PIP, self.pip))
        return tuple(sorted(found, key=_BY_DAY) if found[1:] else found)


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that runs, and the day by which it must stop."""

    clock: Clock
    day: date

    def left(self, today: date) -> int:
        """Count the days that are left; below zero when it is late."""
        return (self.day - today).days


_BY_DAY: Final = attrgetter("day", "clock")

People = Mapping[Running, int]
"""How many wait, by what their clocks start from: people who stand alike are looked at once."""


class Clocks(Protocol):
    """Where clocks are read."""

    async def running(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> People:
        """Count who is linked to or housed in one of these now, unless shielded or past the purpose.

        How far a handover is, by this tie, is in it.
        """
        ...

    async def people(
        self,
        gemeenten: Sequence[GemeenteCode],
        purpose: PurposeCode,
        moment: datetime,
        alike: Sequence[Running],
    ) -> Mapping[SubjectId, Running]:
        """List who of them stand so.

        Each is still decided one by one before anything of her is shown.
        """
        ...


@dataclass(frozen=True, slots=True)
class Waits:
    """How many stand alike on a day: the day of their first clock, and the views they belong in.

    ``first`` is ``date.max`` for those without a clock.
    """

    running: Running
    people: int
    first: date
    views: tuple[View, ...]


def waits(people: People, today: date, terms: Terms) -> Sequence[Waits]:
    """Look at everyone's clocks, once for all who stand alike, whatever was done of their handovers."""
    told = cache(partial(_told, today, terms))
    found = []
    for one, many in people.items():
        first, views = told((one.linked, one.housed, one.pip, one.talked))
        deeds = ((View.UNCONFIRMED, not one.confirmed), (View.ASKED, one.asked > 0))
        found.append(Waits(one, many, first, (*views, *_holding(deeds))))
    return found


def _told(
    today: date, terms: Terms, clocks: tuple[date | None, bool, date | None, bool]
) -> tuple[date, tuple[View, ...]]:
    """Return the day of the first clock, and the views that clocks tell."""
    one = Running(*clocks)
    days = [due.day for due in one.dues(terms)]
    newest = today - timedelta(weeks=terms["linking_clock"])
    holds = (
        (View.ALL, True),
        (View.LATE, bool(days) and days[0] < today),
        (View.SOON, any(today <= day <= today + SOON for day in days)),
        (View.NEW, one.linked is not None and newest <= one.linked <= today),
        (View.HOUSED, one.housed),
        (View.NO_TALK, not one.housed and not one.talked),
    )
    return days[0] if days else date.max, _holding(holds)


def _holding(holds: Iterable[tuple[View, bool]]) -> tuple[View, ...]:
    return tuple([view for view, belongs in holds if belongs])


def around(groups: Iterable[Waits], start: int, end: int) -> tuple[Sequence[Waits], int]:
    """Choose by whole days, first due first, who stand between two places, and count who come before."""
    by_day: dict[date, list[Waits]] = defaultdict(list)
    for group in groups:
        by_day[group.first].append(group)
    found: list[Waits] = []
    before = upto = 0
    for day in sorted(by_day):
        many = size(by_day[day])
        if upto + many <= start:
            before += many
        elif upto < end:
            found += by_day[day]
        upto += many
    return found, before


def ordered(
    groups: Iterable[Waits], people: Mapping[SubjectId, Running]
) -> Sequence[tuple[SubjectId, Running]]:
    """Put people in order: the first due first, and whoever has no clock last (4)."""
    first = {group.running: group.first for group in groups}
    return sorted(people.items(), key=lambda one: (first[one[1]], one[0].int))


def size(groups: Iterable[Waits]) -> int:
    """Count everyone."""
    return sum(group.people for group in groups)


def counts(groups: Iterable[Waits]) -> Mapping[View, int]:
    """Count who belongs in each view."""
    held = dict.fromkeys(View, 0)
    for group in groups:
        for view in group.views:
            held[view] += group.people
    return held
