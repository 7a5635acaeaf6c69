"""Placements at rest: recorded and ended once, read by agency and person, deleted together."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, assert_never

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import ActorId, Oin, SubjectId
from gateway.domain.placements import (
    Care,
    Contact,
    Contract,
    EndPlacement,
    EndReason,
    ForgetPlacement,
    ForgetWork,
    Going,
    Job,
    Need,
    Placement,
    PlacementChange,
    RecordContact,
    RecordPlacement,
    Work,
    worked,
)
from gateway.store.database import Database
from gateway.store.placement_tables import contact, placement
from gateway.store.tables import subject

_p, _c = placement.c, contact.c


class StoredPlacements:
    """Placements at rest; see ``gateway.domain.placements.Placements``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, agency: Oin, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, Work]:
        """Read what an agency recorded about these people."""

        def read(connection: sa.Connection) -> Mapping[SubjectId, Work]:
            hers = sa.select(placement).where(_p.agency == agency, _p.subject.in_(subjects))
            found = {row.id: _placement(row) for row in connection.execute(hers)}
            told = sa.select(contact).where(_c.placement.in_(list(found)))
            contacts = [_contact(row, found[row.placement]) for row in connection.execute(told)]
            return worked(list(found.values()), contacts)

        return await self._database.read(read) if subjects else {}

    async def ended(self, until: date) -> Sequence[Placement]:
        """List what ended on or before a day."""
        query = sa.select(placement).where(_p.ended <= until).order_by(_p.id)
        return await self._database.read(
            lambda connection: [_placement(row) for row in connection.execute(query)]
        )


def change_placement(connection: sa.Connection, change: PlacementChange) -> None:
    """Write one change; raises ``RefusedError`` when it does not hold."""
    match change:
        case RecordPlacement(one):
            _record(connection, one)
        case EndPlacement(one):
            running = _is(one) & _p.ended.is_(None)
            ended = sa.update(placement).where(running).values(ended=one.ended, why=one.why)
            if not connection.execute(ended).rowcount:
                raise RefusedError("placement: does not run")
        case RecordContact(one):
            _keep(connection, one)
        case ForgetWork(who, agency):
            _forget(connection, (_p.subject == who) & (_p.agency == agency))
        case ForgetPlacement(one):
            if not _forget(connection, _is(one) & _p.ended.is_not(None)):
                raise RefusedError("placement: runs, or is not known")
        case _:
            assert_never(change)


def _record(connection: sa.Connection, one: Placement) -> None:
    known = sa.select(subject.c.id).where(subject.c.id == one.subject)
    if connection.execute(known).first() is None:
        raise RefusedError("subject: not known")
    other = sa.select(_p.id).where(
        _p.subject == one.subject, _p.agency == one.agency, _p.ended.is_(None)
    )
    if connection.execute(other).first():
        raise RefusedError("placement: another runs")
    job = one.job
    values = {
        "id": one.placement_id,
        "subject": one.subject,
        "agency": one.agency,
        "employer": job.employer,
        "start": job.start,
        "hours": job.hours,
        "contract": job.contract,
        "at": one.at,
        "actor": one.by,
    }
    connection.execute(sa.insert(placement), values)


def forget(connection: sa.Connection, subject: SubjectId) -> None:
    """Delete all that any agency recorded about someone."""
    _forget(connection, _p.subject == subject)


def _forget(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Delete placements and their contacts; return how many."""
    told = _c.placement.in_(sa.select(_p.id).where(which))
    connection.execute(sa.delete(contact).where(told))
    return connection.execute(sa.delete(placement).where(which)).rowcount


def _keep(connection: sa.Connection, one: Contact) -> None:
    if connection.execute(sa.select(_p.id).where(_is(one.placement))).first() is None:
        raise RefusedError("placement: not known")
    values = {
        "id": one.contact_id,
        "placement": one.placement.placement_id,
        "day": one.care.day,
        "going": one.care.going,
        "needs": one.care.needs,
        "at": one.at,
        "actor": one.by,
    }
    connection.execute(sa.insert(contact), values)


def _is(one: Placement) -> sa.ColumnElement[bool]:
    same = (_p.subject == one.subject) & (_p.agency == one.agency)
    return (_p.id == one.placement_id) & same


def _placement(row: sa.Row[Any]) -> Placement:
    return Placement(
        row.id,
        SubjectId(row.subject),
        Oin(row.agency),
        Job(
            Oin(row.employer) if row.employer else None,
            row.start,
            row.hours,
            Contract(row.contract),
        ),
        row.at,
        ActorId(row.actor),
        row.ended,
        EndReason(row.why) if row.why else None,
    )


def _contact(row: sa.Row[Any], of: Placement) -> Contact:
    care = Care(row.day, Going(row.going), tuple(Need(one) for one in row.needs))
    return Contact(row.id, of, care, row.at, ActorId(row.actor))
