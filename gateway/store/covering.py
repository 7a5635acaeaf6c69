"""Keeps rare search terms among others: in the file alone no term leads to fewer than ten people.

1. A term that anyone has is held by ``COVER`` people, or by all who can be found where those are
   fewer. Where fewer really have it, others, drawn at random, hold it as cover.
2. Only the gate can tell who has it, by the seal (``gateway.domain.blind.Held``); a cover's is chance.
3. What stands under a version of the index key that is no longer written is covered no more.
"""

from collections.abc import Iterable, Sequence
from secrets import token_bytes
from typing import Final

import sqlalchemy as sa

from gateway.domain.blind import COVER, SEAL_SIZE, Held, version_of
from gateway.domain.identifiers import SubjectId
from gateway.store.prepared import Prepared
from gateway.store.tables import candidate, candidate_term

_c, _t = candidate.c, candidate_term.c
_FIRST: Final = bytes(16)
_of_her = _t.subject == sa.bindparam("of")
_named = _t.term == sa.bindparam("of")
_HELD = Prepared(sa.select(_t.term).where(_of_her))
_DROP = Prepared(sa.delete(candidate_term).where(_of_her))
_NEW = Prepared(sa.insert(candidate_term), "term", "subject", "seal")
_EVERY = Prepared(sa.select(_t.term).distinct())
_FINDABLE = Prepared(sa.select(_c.subject).distinct().limit(COVER + 1))
_HOLDERS = Prepared(
    sa.select(sa.func.count()).select_from(
        sa.select(_t.subject).where(_named).limit(COVER).subquery()
    )
)
_holds_it = sa.select(_t.term).where(_named, _t.subject == _c.subject).correlate(candidate).exists()
_NEXT = Prepared(
    sa.select(_c.subject)
    .where(_c.subject >= sa.bindparam("at", type_=sa.LargeBinary), ~_holds_it)
    .order_by(_c.subject)
    .limit(1)
)


def terms_held(connection: sa.Connection, subject: SubjectId) -> Sequence[bytes]:
    """Return the terms that someone holds, hers and as cover."""
    return [term for (term,) in _HELD.rows(connection, of=subject)]


def hold(connection: sa.Connection, subject: SubjectId, held: Iterable[Held], oldest: int) -> None:
    """Let someone hold these terms and no others, and cover what has become rare.

    ``oldest`` is the oldest version of the index key that is still written (3).
    """
    before = terms_held(connection, subject)
    rows = [(one.term, subject.bytes, one.seal) for one in sorted(set(held))]
    if before:
        _DROP.run(connection, of=subject)
    _NEW.many_as_stored(connection, rows)
    touched = {*before, *(term for term, *_ in rows)}
    if len(_FINDABLE.rows(connection)) <= COVER:
        touched.update(term for (term,) in _EVERY.rows(connection))
    _cover(connection, sorted(term for term in touched if version_of(term) >= oldest))


def _cover(connection: sa.Connection, terms: Sequence[bytes]) -> None:
    """Draw cover for each of these terms that fewer than ``COVER`` people hold (1)."""
    for term, counted in zip(
        terms, _HOLDERS.firsts(connection, [(term,) for term in terms]), strict=True
    ):
        (holders,) = counted or (0,)
        for _ in range(COVER - holders if holders else 0):
            drawn = _draw(connection, term)
            if drawn is None:  # everyone who can be found holds it
                break
            _NEW.many_as_stored(connection, [(term, drawn, token_bytes(SEAL_SIZE))])


def _draw(connection: sa.Connection, term: bytes) -> bytes | None:
    """Return someone who can be found and does not hold the term, from a place drawn each time."""
    for place in (token_bytes(len(_FIRST)), _FIRST):
        if found := _NEXT.rows(connection, of=term, at=place):
            return bytes(found[0][0])
    return None
