"""Restrictions and objections: written, lifted, and found by their id."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.changes import LiftWithholding, Withhold
from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.ports import WithholdingState
from gateway.domain.subjects import Withholding, WithholdingKind
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import withholding as table

_w = table.c
_KNOWN = Prepared(sa.select(_w.id).where(_w.id == sa.bindparam("of")))
_NEW = Prepared(sa.insert(table), "id", "subject", "kind", "fields", "purposes", "since", "until")
_LIFT = Prepared(
    sa.update(table)
    .where(
        _w.id == sa.bindparam("of"),
        _w.subject == sa.bindparam("hers"),
        _w.until.is_(None),
        _w.since <= sa.bindparam("at_", type_=_w.since.type),
    )
    .values(until=sa.bindparam("at_", type_=_w.until.type))
)


class Withholdings:
    """Withholdings by their id; see ``gateway.domain.ports.Withholdings``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, withholding: UUID) -> WithholdingState | None:
        """Find one; ``None`` when there is no such withholding."""
        query = sa.select(table).where(_w.id == withholding)
        found = await self._database.read(lambda connection: connection.execute(query).first())
        return None if found is None else _state(found)


def _state(row: sa.Row[Any]) -> WithholdingState:
    codes = frozenset(PurposeCode(code) for code in row.purposes)
    kind = WithholdingKind(row.kind)
    one = Withholding(kind, row.fields, codes, row.since, row.until)
    return WithholdingState(SubjectId(row.subject), one)


def withhold(connection: sa.Connection, change: Withhold) -> None:
    """Write a restriction or objection; an id is used once."""
    if _KNOWN.rows(connection, of=change.withholding_id):
        raise RefusedError("withholding: this id is in use")
    one = change.withholding
    _NEW.run(
        connection,
        id=change.withholding_id,
        subject=change.subject,
        kind=one.kind,
        fields=one.fields,
        purposes=one.purposes,
        since=one.since,
        until=one.until,
    )


def lift(connection: sa.Connection, change: LiftWithholding) -> None:
    """End a withholding of this subject that still stands."""
    touched = _LIFT.run(connection, of=change.withholding_id, hers=change.subject, at_=change.at)
    if not touched:
        raise RefusedError("withholding: not hers, or lifted before")
