"""Relations (koppeling and others) as dated events: who may know a subject, since when, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RelationKind(StrEnum):
    """What happened between a subject and a municipality, a partner or a reception site."""

    GEKOPPELD = "gekoppeld"
    OMGEKOPPELD = "omgekoppeld"
    ONTKOPPELD = "ontkoppeld"
    GEHUISVEST = "gehuisvest"
    VERBLIJFT = "verblijft"
    VERTROKKEN = "vertrokken"
    VOORGESTELD = "voorgesteld"
    AANBOD = "aanbod"
    GEPLAATST = "geplaatst"
    BEEINDIGD = "beeindigd"


MUNICIPAL = frozenset(
    {
        RelationKind.GEKOPPELD,
        RelationKind.OMGEKOPPELD,
        RelationKind.ONTKOPPELD,
        RelationKind.GEHUISVEST,
    }
)
STAY = frozenset({RelationKind.VERBLIJFT, RelationKind.VERTROKKEN})
WORK = frozenset({RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST})


@dataclass(frozen=True, slots=True)
class RelationEvent:
    """One event: ``party`` is a gemeentecode, a partner's OIN or a reception-site code.

    ``at`` is when it takes effect (UTC); ``source`` says who told us.
    """

    kind: RelationKind
    party: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class MunicipalTie:
    """A municipality's period with a subject; ``until`` is ``None`` while it lasts."""

    gemeente: str
    since: datetime
    until: datetime | None
    housed: bool


def municipal_ties(events: Iterable[RelationEvent], moment: datetime) -> tuple[MunicipalTie, ...]:
    """Fold link and housing events up to ``moment`` into periods, oldest first.

    A subject has one municipality at a time: a new link, a re-link or housing elsewhere ends the
    period before it; an unlink ends it without a successor.
    """
    ties: list[MunicipalTie] = []
    for event in _until(events, moment):
        if event.kind not in MUNICIPAL:
            continue
        current = ties[-1] if ties and ties[-1].until is None else None
        if event.kind is RelationKind.ONTKOPPELD:
            if current and current.gemeente == event.party:
                ties[-1] = MunicipalTie(current.gemeente, current.since, event.at, current.housed)
            continue
        housed = event.kind is RelationKind.GEHUISVEST
        if current and current.gemeente == event.party:
            ties[-1] = MunicipalTie(current.gemeente, current.since, None, current.housed or housed)
            continue
        if current:
            ties[-1] = MunicipalTie(current.gemeente, current.since, event.at, current.housed)
        ties.append(MunicipalTie(event.party, event.at, None, housed))
    return tuple(ties)


def reception_site(events: Iterable[RelationEvent], moment: datetime) -> str | None:
    """Return the code of the site where the subject stays at ``moment``; none once she left it."""
    site = None
    for event in _until(events, moment):
        left = event.kind is RelationKind.VERTROKKEN and event.party == site
        if event.kind is RelationKind.VERBLIJFT:
            site = event.party
        elif left or event.kind is RelationKind.GEHUISVEST:
            site = None
    return site


def work_ties(
    events: Iterable[RelationEvent], party: str, moment: datetime
) -> frozenset[RelationKind]:
    """Return which stages of work mediation stand open between the subject and one partner."""
    reached: set[RelationKind] = set()
    for event in _until(events, moment):
        if event.party != party:
            continue
        if event.kind is RelationKind.BEEINDIGD:
            reached.clear()
        elif event.kind in WORK:
            reached.add(event.kind)
    return frozenset(reached)


def _until(events: Iterable[RelationEvent], moment: datetime) -> list[RelationEvent]:
    return sorted((event for event in events if event.at <= moment), key=lambda event: event.at)
