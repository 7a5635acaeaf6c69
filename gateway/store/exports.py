"""Exports and their sealed parts: what was asked in one row, the file in parts beside it."""

from functools import partial
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.exports import (
    TERM,
    ClearExport,
    Export,
    ExportState,
    FetchExport,
    OpenExport,
    Progress,
    StagePart,
)
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId
from gateway.store import tables
from gateway.store.database import Database
from gateway.store.prepared import Prepared

_e, _p = tables.export.c, tables.export_part.c
_ASKED = (
    "id", "partner", "role", "actor", "locations", "regions", "purpose", "fields", "form",
    "named", "signed", "key", "at", "total", "people", "parent", "parent_index",
)  # fmt: skip
_WHOLE = sa.select(*(_e[name] for name in _ASKED), _e.fetched)
_MADE = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_p.shown), 0))
_NEW = Prepared(sa.insert(tables.export), *_ASKED)
_NEW_PART = Prepared(sa.insert(tables.export_part), "export", "number", "shown", "sealed")
_DROP = Prepared(sa.delete(tables.export_part).where(_p.export == sa.bindparam("of")))
_DROP_OLD = Prepared(
    sa.delete(tables.export_part).where(
        _p.export.in_(sa.select(_e.id).where(_e.at <= sa.bindparam("before", type_=_e.at.type)))
    )
)
_FETCHED = Prepared(
    sa.update(tables.export)
    .where(_e.id == sa.bindparam("of"), _e.fetched.is_(None))
    .values(fetched=sa.bindparam("at_"))
)


class Exports:
    """Exports at rest; see ``gateway.domain.exports.Exports``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, export: UUID) -> Progress | None:
        """Find an export by its id."""
        return await self._database.read(partial(_progress, export=export))

    def part(self, export: UUID, number: int) -> bytes | None:
        """Read a sealed part, in the caller's own thread; ``None`` once it was handed over."""
        query = sa.select(_p.sealed).where(_p.export == export, _p.number == number)
        sealed = self._database.data.read(lambda connection: connection.scalar(query))
        return None if sealed is None else bytes(sealed)


def change_export(
    connection: sa.Connection, change: OpenExport | StagePart | FetchExport | ClearExport
) -> None:
    """Carry out a change of an export; raises ``RefusedError``."""
    match change:
        case OpenExport(export):
            _open(connection, export)
        case StagePart():
            _stage(connection, change)
        case FetchExport():
            found = _progress(connection, change.export)
            if found is None or found.state(change.at) is not ExportState.READY:
                raise RefusedError("export: not whole, handed over before, or past its term")
            _FETCHED.run(connection, of=change.export, at_=change.at)
        case ClearExport(export_id):
            _DROP.run(connection, of=export_id)


def _open(connection: sa.Connection, export: Export) -> None:
    _DROP_OLD.run(connection, before=export.at - TERM)
    same = {name: getattr(export, name) for name in _ASKED if name not in {"id", "parent_index"}}
    _NEW.run(connection, id=export.export_id, parent_index=export.index, **same)


def _stage(connection: sa.Connection, change: StagePart) -> None:
    found = _progress(connection, change.export)
    if found is None or found.made != change.number or found.made >= found.export.parts:
        raise RefusedError("export: not known, or this part is not the next")
    _NEW_PART.run(
        connection,
        export=change.export,
        number=change.number,
        shown=change.shown,
        sealed=change.sealed,
    )


def _progress(connection: sa.Connection, export: UUID) -> Progress | None:
    row = connection.execute(_WHOLE.where(_e.id == export)).one_or_none()
    if row is None:
        return None
    made, shown = connection.execute(_MADE.where(_p.export == export)).one()
    asked = Export(
        row.id,
        Oin(row.partner),
        RoleId(row.role),
        ActorId(row.actor),
        frozenset(row.locations),
        frozenset(row.regions),
        PurposeCode(row.purpose),
        row.fields,
        row.form,
        row.named,
        row.signed,
        row.key,
        row.at,
        row.total,
        bytes(row.people),
        row.parent,
        row.parent_index,
    )
    return Progress(asked, int(made), int(shown), row.fetched)
