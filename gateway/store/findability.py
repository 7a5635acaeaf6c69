"""From when until when whom may find a subject: her municipality, and those she agreed to.

A window that has ended leaves no row behind; what no window keeps is not searchable at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, fold, given
from gateway.domain.relations import RelationEvent, municipal_ties
from gateway.store.columns import FOREVER

SEARCH: Final = "P04"
_OPEN: Final = frozenset({ConsentEventKind.GIVEN, ConsentEventKind.RENEWED})


@dataclass(frozen=True, slots=True)
class Window:
    """``recipient`` (OIN, ``soort:…`` or ``gemeente:…``) may find her from ``since`` to ``until``."""

    recipient: str
    since: datetime
    until: datetime


def windows(
    relations: Iterable[RelationEvent], consents: Sequence[ConsentEvent], moment: datetime
) -> frozenset[Window]:
    """Return every window that is open at ``moment`` or opens later."""
    found = (*_linked(relations), *_agreed(consents))
    return frozenset(w for w in found if w.since < w.until and w.until > moment)


def _linked(relations: Iterable[RelationEvent]) -> Iterator[Window]:
    for tie in municipal_ties(relations, FOREVER):
        yield Window(f"gemeente:{tie.gemeente}", tie.since, tie.until or FOREVER)


def _agreed(events: Sequence[ConsentEvent]) -> Iterator[Window]:
    """Fold the events up to each of them in turn: what then stands, stands until the next."""
    turns = sorted({event.at for event in events})
    for turn, following in pairwise((*turns, FOREVER)):
        for recipient, consent in _newest(fold(events, turn)).items():
            if consent.state in _OPEN:
                yield Window(recipient, turn, min(following, consent.expires or FOREVER))


def _newest(consents: Iterable[Consent]) -> dict[str, Consent]:
    """Return of each recipient the consent given last: an older one has given way to it for good."""
    found: dict[str, Consent] = {}
    for consent in sorted(consents, key=given, reverse=True):
        if consent.scope.purpose.split("_", 1)[0] == SEARCH:
            found.setdefault(consent.scope.recipient, consent)
    return found
