"""Which consent event may follow which: what ended stays ended, and nothing is dated back."""

from collections.abc import Iterable, Sequence
from typing import Final

from gateway.domain.consents import Consent, ConsentEvent, ConsentEventKind, fold

_K = ConsentEventKind
_FIRST: Final = frozenset({_K.REQUESTED, _K.GIVEN, _K.REFUSED})
_ENDS_OPEN: Final = frozenset({_K.RENEWED, _K.WITHDRAWN, _K.EXPIRED, _K.INVALIDATED})
_NEEDS_TIME: Final = frozenset({_K.RENEWED, _K.GIVEN, _K.REFUSED})
_NEXT: Final = {
    _K.REQUESTED: frozenset({_K.GIVEN, _K.REFUSED, _K.EXPIRED, _K.INVALIDATED}),
    _K.GIVEN: _ENDS_OPEN,
    _K.RENEWED: _ENDS_OPEN,
}


def misfit(events: Sequence[ConsentEvent], event: ConsentEvent) -> str | None:
    """Say why ``event`` cannot follow a subject's ``events``; ``None`` when it can."""
    own = [earlier for earlier in events if earlier.consent_id == event.consent_id]
    if any(earlier.at > event.at for earlier in own):
        return "consent: an event after this one is on record"
    known = _known(own, event)
    if known is None:
        scoped = event.kind in _FIRST and event.scope is not None
        return None if scoped else "consent: does not exist"
    if event.kind in _NEEDS_TIME and known.state_at(event.at) is _K.EXPIRED:
        return "consent: expired; ask for a new one"
    if event.kind not in _NEXT.get(known.state, frozenset()):
        return f"consent: {event.kind} cannot follow {known.state}"
    return None


def _known(own: Iterable[ConsentEvent], event: ConsentEvent) -> Consent | None:
    return next(iter(fold(own, event.at)), None)
