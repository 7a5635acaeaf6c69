"""Consents counted for an overseer: how they stand by purpose and recipient, and when they end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, Protocol

from gateway.domain.consents import OPENING, Consent, ConsentEventKind
from gateway.domain.identifiers import Oin, PurposeCode
from gateway.domain.records import Receipt

SOON: Final = timedelta(days=30)
LATER: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ConsentCount:
    """How the consents for one purpose and recipient stand.

    ``soon`` and ``later`` count those in force that end within 30 and within 90 days; ``next_end``
    is when the first of them does.
    """

    purpose: PurposeCode
    recipient: str
    waiting: int
    running: int
    soon: int
    later: int
    refused: int
    withdrawn: int
    over: int
    next_end: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentMonth:
    """How many consents were given and withdrawn in a month (``2026-03``)."""

    month: str
    given: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class ConsentOverview:
    """All of it, with the receipt of the look-up."""

    counts: Sequence[ConsentCount]
    months: Sequence[ConsentMonth]
    receipt: Receipt


class ConsentsGiven(Protocol):
    """Every consent, as its events leave it."""

    async def given_to(self, recipient: Oin | None, moment: datetime) -> Sequence[Consent]:
        """List the consents that name one organisation; ``None``: all there are."""
        ...


def counted(consents: Iterable[Consent], moment: datetime) -> list[ConsentCount]:
    """Count by purpose and recipient, in that order."""
    found: dict[tuple[PurposeCode, str], list[Consent]] = {}
    for one in consents:
        found.setdefault((one.scope.purpose, one.scope.recipient), []).append(one)
    return [_count(key, found[key], moment) for key in sorted(found)]


def by_month(consents: Iterable[Consent], zone: tzinfo) -> list[ConsentMonth]:
    """Count what was given and withdrawn, by month of ``zone``, in order."""
    given, withdrawn = Counter[str](), Counter[str]()
    for one in consents:
        if one.since is not None:
            given[_month(one.since, zone)] += 1
        if one.state is ConsentEventKind.WITHDRAWN and one.ended is not None:
            withdrawn[_month(one.ended, zone)] += 1
    return [ConsentMonth(m, given[m], withdrawn[m]) for m in sorted(given.keys() | withdrawn)]


def _count(
    key: tuple[PurposeCode, str], consents: Sequence[Consent], moment: datetime
) -> ConsentCount:
    states = Counter(one.state_at(moment) for one in consents)
    running = [one for one in consents if one.state_at(moment) in OPENING]
    ends = sorted(one.expires for one in running if one.expires is not None)
    return ConsentCount(
        *key,
        waiting=states[ConsentEventKind.REQUESTED],
        running=len(running),
        soon=sum(end <= moment + SOON for end in ends),
        later=sum(end <= moment + LATER for end in ends),
        refused=states[ConsentEventKind.REFUSED],
        withdrawn=states[ConsentEventKind.WITHDRAWN],
        over=states[ConsentEventKind.EXPIRED] + states[ConsentEventKind.INVALIDATED],
        next_end=ends[0] if ends else None,
    )


def _month(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m}"
