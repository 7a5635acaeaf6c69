"""From when until when who may find a subject: her municipality, and those she agreed to.

A window that has ended leaves no row behind; what no window keeps is not searchable at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, product
from typing import Final

from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, fold, given
from gateway.domain.findable import BY_KIND, SEARCHING, kept_from
from gateway.domain.relations import RelationEvent, municipal_ties
from gateway.store.columns import FOREVER

_OPEN: Final = frozenset({ConsentEventKind.GIVEN, ConsentEventKind.RENEWED})


@dataclass(frozen=True, slots=True)
class Window:
    """``recipient`` (OIN, ``soort:…`` or ``gemeente:…``) may find her from ``since`` to ``until``.

    One that begins with ``niet:`` says who may not, though another window lets her (``kept_from``).
    """

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
        newest = _newest(fold(events, turn))
        for recipient, consent in newest.items():
            if consent.state in _OPEN:
                yield Window(recipient, turn, min(following, _end(consent)))
        kinds = [one for name, one in newest.items() if name.startswith(BY_KIND)]
        named = [one for name, one in newest.items() if not name.startswith(BY_KIND)]
        for own, kind in product(named, kinds):
            yield _kept(own, kind, turn, following)


def _kept(own: Consent, kind: Consent, turn: datetime, following: datetime) -> Window:
    """Say from when the newer of two consents has ended, and until when the older would let her be found."""
    older, newer = sorted((own, kind), key=given)
    since = max(turn, _end(newer)) if newer.state in _OPEN else turn
    until = min(following, _end(older)) if older.state in _OPEN else turn
    return Window(kept_from(own.scope.recipient, kind.scope.recipient), since, until)


def _end(consent: Consent) -> datetime:
    return consent.expires or FOREVER


def _newest(consents: Iterable[Consent]) -> dict[str, Consent]:
    """Return of each recipient the consent given last: an older one has given way to it for good."""
    found: dict[str, Consent] = {}
    for consent in sorted(consents, key=given, reverse=True):
        if consent.scope.purpose.split("_", 1)[0] == SEARCHING:
            found.setdefault(consent.scope.recipient, consent)
    return found
