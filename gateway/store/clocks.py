"""Clocks of the people linked to a municipality, read from the facts beside the sealed profiles."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.clocks import TALK_TOLD, People, Running
from gateway.domain.identifiers import GemeenteCode, PurposeCode, SubjectId
from gateway.domain.relations import MUNICIPAL, RelationKind
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import purpose_closed, relation_event, subject


def _any(column: sa.ColumnElement[str], kinds: Iterable[RelationKind]) -> sa.ColumnElement[bool]:
    """Compare with each kind apart: a list of values has no fixed text."""
    return sa.or_(*(column == kind.value for kind in sorted(kinds)))


_later: Final = relation_event.alias("later")
_r, _s, _l, _p = relation_event.c, subject.c, _later.c, purpose_closed.c
_AFTER: Final = sa.or_(_l.at > _r.at, sa.and_(_l.at == _r.at, _l.id > _r.id))
_LAST_WORD: Final = ~sa.exists(1).where(
    _l.subject == _r.subject,
    _any(_l.kind, MUNICIPAL),
    _l.at <= sa.bindparam("now_"),
    _AFTER,
)
_CLOSED: Final = sa.exists().where(
    _p.subject == _r.subject, _p.purpose == sa.bindparam("purpose_"), _p.at <= sa.bindparam("now_")
)
_RUNNING: Final = Prepared(
    sa.select(_s.id, _s.koppel_datum, _s.pip_deadline, _s.overdracht_status, _r.kind)
    .join(relation_event, _r.subject == _s.id)
    .where(
        _r.party == sa.bindparam("gemeente"),
        _any(_r.kind, MUNICIPAL - {RelationKind.ONTKOPPELD}),
        _r.at <= sa.bindparam("now_"),
        _s.shielded.is_(sa.false()),
        _LAST_WORD,
        ~_CLOSED,
    )
)


class StoredClocks:
    """Clocks at rest; see ``gateway.domain.clocks.Clocks``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def running(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> People:
        """List whose last word from any municipality is one of these."""

        def read(connection: sa.Connection) -> People:
            alike: dict[tuple[Any, ...], list[SubjectId]] = defaultdict(list)
            for gemeente in gemeenten:
                for row in _RUNNING.rows(
                    connection, gemeente=gemeente, purpose_=purpose, now_=moment
                ):
                    alike[row[1:]].append(SubjectId(UUID(bytes=bytes(row[0]))))
            found: dict[Running, list[SubjectId]] = defaultdict(list)
            for stored, people in alike.items():
                found[_running(*stored)] += people
            return found

        return await self._database.read(read)


def _running(linked: str | None, pip: str | None, told: str | None, kind: str) -> Running:
    housed = kind == RelationKind.GEHUISVEST
    return Running(_day(linked), housed, _day(pip), told in TALK_TOLD)


def _day(stored: str | None) -> date | None:
    """Read a day; a date that is not whole starts no clock."""
    try:
        return None if stored is None else date.fromisoformat(stored)
    except ValueError:
        return None
