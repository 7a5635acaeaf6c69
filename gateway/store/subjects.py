"""Reads subjects whole: situation, wrapped key and sealed parts in one statement, at one moment."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa

from gateway.domain.identifiers import PurposeCode, SubjectId
from gateway.domain.ports import StoredProfile
from gateway.domain.subjects import (
    Dossier,
    ProfileVersion,
    SealedProfile,
    Situation,
    Withholding,
    WithholdingKind,
)
from gateway.store import key_tables, tables
from gateway.store.columns import to_mask, to_moment, to_names
from gateway.store.database import Database
from gateway.store.events import (
    CONSENT_COLUMNS,
    RELATION_COLUMNS,
    consent_events,
    relation_events,
)
from gateway.store.glasses import GLASS_COLUMNS, glass_breaks
from gateway.store.nesting import Hexed, Nested
from gateway.store.prepared import Prepared, PreparedIn
from gateway.store.versions import Tag, newest, newest_logged

MOST: Final = 1_000
"""How many ids one statement takes."""

_key = key_tables.wrapped_key.to_metadata(sa.MetaData(), schema=tables.KEYS_SCHEMA)
_gone = key_tables.destroyed_key.to_metadata(sa.MetaData(), schema=tables.KEYS_SCHEMA)
_s, _p = tables.subject.c, tables.profile_version.c
_w, _f = tables.withholding.c, tables.purpose_closed.c
_versions = tables.profile_version.alias("versions")


def _gathered(table: sa.FromClause, *columns: sa.ColumnElement[Any]) -> sa.ScalarSelect[str]:
    return (
        sa.select(Nested(*columns))
        .select_from(table)
        .where(table.c.subject == _s.id)
        .correlate(tables.subject)
        .scalar_subquery()
    )


_newest = (
    sa.select(_key.c.wrapped)
    .where(_key.c.handle == _s.id, _key.c.kind == "profile")
    .order_by(_key.c.version.desc())
    .limit(1)
    .correlate(tables.subject)
    .scalar_subquery()
)
_erased = (
    sa.select(_gone.c.handle)
    .where(_gone.c.handle == _s.id, _gone.c.kind == "profile")
    .correlate(tables.subject)
    .exists()
)
_nothing = sa.cast(sa.literal_column("''"), sa.LargeBinary)
_wrapped = sa.func.coalesce(_newest, sa.case((_erased, None), else_=_nothing))
"""A key that is gone though nobody destroyed it is an empty one, which opens nothing: no blank."""

_current = (_p.subject == _s.id) & (_p.version == _s.version)
_dossiers = sa.select(
    _s.id, _s.epoch, _s.shielded, _s.held, _s.doelgroep, _s.reception_gemeente, _s.coa_regio,
    _s.sixteen, _s.eighteen, _s.version, _p.parts, _wrapped,
    _gathered(tables.relation_event, *RELATION_COLUMNS),
    _gathered(tables.consent_event, *CONSENT_COLUMNS),
    _gathered(_versions, _versions.c.version, _versions.c.at, _versions.c.changed),
    _gathered(
        tables.withholding,
        _w.since, Hexed(_w.id), _w.kind, _w.fields, _w.purposes, _w.until,
    ),
    _gathered(tables.purpose_closed, _f.purpose, _f.at),
    _gathered(tables.glass_break, *GLASS_COLUMNS),
).select_from(tables.subject.outerjoin(tables.profile_version, _current))  # fmt: skip
_ONE = Prepared(_dossiers.add_columns(newest_logged).where(_s.id == sa.bindparam("of")))
_MANY = PreparedIn(lambda among: _dossiers.where(_s.id.in_(among)), _s.id.type)
_KEYLESS = (
    sa.select(sa.func.count())
    .select_from(tables.subject.join(tables.profile_version, _current))
    .where(_p.parts.is_not(None), _newest.is_(None), ~_erased)
)
_KNOWN = PreparedIn(lambda among: sa.select(_s.id).where(_s.id.in_(among)), _s.id.type)
_STORED = (
    sa.select(_s.v_tag, _s.id, _s.version, _p.as_of, _p.content, _wrapped)
    .join_from(tables.subject, tables.profile_version, _current)
    .where(_s.v_tag.in_(sa.bindparam("tags", expanding=True)))
)


class Subjects:
    """Subjects at rest; see ``gateway.domain.ports.Subjects``."""

    def __init__(self, database: Database, tag: Tag) -> None:
        self._database = database
        self._tag = tag

    async def load(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, Dossier]:
        """Read situation and sealed profile of each known subject.

        Up to 256 subjects are read at one moment; beyond that, each 256 at their own.
        """
        if len(subjects) == 1:
            return await self._database.read(partial(_load_one, subjects[0], self._tag))
        return await self._database.read(partial(_load_many, subjects, self._tag))

    async def stored(self, v_tags: Sequence[bytes]) -> Mapping[bytes, StoredProfile]:
        """Find current profiles by the blind tag of the V-nummer; erased ones are absent."""
        return await self._database.read(partial(_stored, v_tags))

    async def related(
        self, parties: Sequence[str], after: SubjectId | None, limit: int
    ) -> Sequence[SubjectId]:
        """List subjects with any relation event that names one of ``parties``, in order of id."""
        return await self._database.read(partial(_related, parties, after, limit))

    async def everyone(self, after: SubjectId | None, limit: int) -> Sequence[SubjectId]:
        """List all subjects, in order of id."""
        query = sa.select(_s.id).order_by(_s.id).limit(limit)
        if after is not None:
            query = query.where(_s.id > after)
        return await self._database.read(
            lambda connection: [SubjectId(one) for one in connection.scalars(query)]
        )

    async def known(self, subjects: Collection[SubjectId]) -> frozenset[SubjectId]:
        """Tell which of these ids are of a subject, in one statement for all of them."""
        return await self._database.read(partial(_known, tuple(subjects)))

    async def keyless(self) -> int:
        """Count the profiles whose key is gone though nobody destroyed it."""
        return await self._database.read(lambda connection: connection.scalar(_KEYLESS) or 0)


def _load_one(subject: SubjectId, tag: Tag, connection: sa.Connection) -> dict[SubjectId, Dossier]:
    for *row, logged in _ONE.rows(connection, of=subject, tag=tag(subject.bytes)):
        return {subject: _dossier(subject, row, logged or 0)}
    return {}


def _load_many(
    subjects: Sequence[SubjectId], tag: Tag, connection: sa.Connection
) -> dict[SubjectId, Dossier]:
    found: dict[SubjectId, Dossier] = {}
    tags = {subject: tag(subject.bytes) for subject in subjects}
    logged = newest(connection, tags.values())  # first: what is stored meanwhile is no older
    for row in _MANY.rows(connection, subjects):
        subject = SubjectId(UUID(bytes=bytes(row[0])))
        found[subject] = _dossier(subject, row, logged.get(tags[subject], 0))
    return found


def _known(subjects: Sequence[SubjectId], connection: sa.Connection) -> frozenset[SubjectId]:
    return frozenset(
        SubjectId(UUID(bytes=bytes(id_))) for (id_,) in _KNOWN.rows(connection, subjects)
    )


def _dossier(subject: SubjectId, row: Sequence[Any], logged: int) -> Dossier:
    (
        _, epoch, shielded, held, doelgroep, reception_gemeente, coa_regio, sixteen, eighteen,
        version, parts, wrapped, relations, consents, versions, withholdings, closed,
        glasses,
    ) = row  # fmt: skip
    situation = Situation(
        subject,
        epoch,
        relation_events(orjson.loads(relations)),
        consent_events(orjson.loads(consents)),
        _profile_versions(orjson.loads(versions)),
        _withholdings(orjson.loads(withholdings)),
        tuple((PurposeCode(code), to_moment(at)) for code, at in sorted(orjson.loads(closed))),
        held if isinstance(held, int) else to_mask(held),
        bool(shielded),
        doelgroep,
        reception_gemeente,
        coa_regio,
        bool(sixteen),
        bool(eighteen),
        glass_breaks(subject, orjson.loads(glasses)),
    )
    erased = wrapped is None
    profile = None if erased else SealedProfile(subject, version, wrapped, parts or b"", logged)
    return Dossier(situation, profile)


def _profile_versions(rows: list[Any]) -> tuple[ProfileVersion, ...]:
    return tuple(
        ProfileVersion(version, to_moment(at), to_mask(changed))
        for version, at, changed in sorted(rows)
    )


def _withholdings(rows: list[Any]) -> tuple[Withholding, ...]:
    return tuple(
        Withholding(
            WithholdingKind(kind),
            to_mask(fields),
            frozenset(PurposeCode(code) for code in to_names(purposes)),
            to_moment(since),
            None if until is None else to_moment(until),
        )
        for since, _, kind, fields, purposes, until in sorted(rows)
    )


def _stored(v_tags: Sequence[bytes], connection: sa.Connection) -> dict[bytes, StoredProfile]:
    found: dict[bytes, StoredProfile] = {}
    wanted = iter(v_tags)
    while page := list(islice(wanted, MOST)):
        for tag, *stored in connection.execute(_STORED, {"tags": page}):
            if stored[-1] is not None:
                found[tag] = StoredProfile(*stored)
    return found


def _related(
    parties: Sequence[str], after: SubjectId | None, limit: int, connection: sa.Connection
) -> tuple[SubjectId, ...]:
    event = tables.relation_event.c
    query = (
        sa.select(event.subject)
        .distinct()
        .where(event.party.in_(parties))
        .order_by(event.subject)
        .limit(limit)
    )
    if after is not None:
        query = query.where(event.subject > after)
    return tuple(SubjectId(found) for found in connection.execute(query).scalars())
