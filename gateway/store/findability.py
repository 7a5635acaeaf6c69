"""From when until when whom may find a subject: her municipality, and those she agreed to.

A window that has ended leaves no row behind; what no window keeps is not searchable at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, fold
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
        for consent in fold(events, turn):
            if _findable(consent):
                yield Window(
                    consent.scope.recipient, turn, min(following, consent.expires or FOREVER)
                )


def _findable(consent: Consent) -> bool:
    return consent.state in _OPEN and consent.scope.purpose.split("_", 1)[0] == SEARCH
