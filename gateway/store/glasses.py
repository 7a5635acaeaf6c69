"""Break-glass: written, reviewed once, and found again; the reason stays in the sealed log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.breakglass import BreakGlass, Broken, GlassBreak, ReviewGlass, ReviewVerdict
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId, SubjectId
from gateway.store.columns import to_moment
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import glass_break

_g = glass_break.c
GLASS_COLUMNS = (_g.at, _g.until, _g.actor, _g.role, _g.partner, _g.purpose)
_KNOWN = Prepared(sa.select(_g.id).where(_g.id == sa.bindparam("of")))
_NEW = Prepared(
    sa.insert(glass_break),
    "id", "subject", "actor", "role", "partner", "purpose", "at", "until",
)  # fmt: skip
_REVIEW = Prepared(
    sa.update(glass_break)
    .where(
        _g.id == sa.bindparam("of"),
        _g.subject == sa.bindparam("hers"),
        _g.reviewed_at.is_(None),
    )
    .values(
        reviewed_at=sa.bindparam("at_"),
        reviewed_by=sa.bindparam("by_"),
        verdict=sa.bindparam("found"),
    )
)


class Glasses:
    """Break-glass at rest; see ``gateway.domain.breakglass.Glasses``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, glass_id: UUID) -> Broken | None:
        """Find one by the event id of its log entry; ``None`` when there is none."""
        found = await self._found(_g.id == glass_id)
        return found[0] if found else None

    async def of_partner(self, partner: Oin | None = None) -> Sequence[Broken]:
        """List those of one partner's workers, or of all; newest first."""
        return await self._found(sa.true() if partner is None else _g.partner == partner)

    async def _found(self, which: sa.ColumnElement[bool]) -> Sequence[Broken]:
        query = sa.select(glass_break).where(which).order_by(_g.at.desc(), _g.id)
        return await self._database.read(
            lambda connection: [_broken(row) for row in connection.execute(query)]
        )


def glass_breaks(subject: SubjectId, rows: list[Any]) -> tuple[GlassBreak, ...]:
    """Read what ``GLASS_COLUMNS`` gathered about a subject, oldest first."""
    return tuple(
        GlassBreak(
            ActorId(actor),
            RoleId(role),
            Oin(partner),
            subject,
            PurposeCode(purpose),
            to_moment(at),
            to_moment(until),
        )
        for at, until, actor, role, partner, purpose in sorted(rows)
    )


def break_glass(connection: sa.Connection, change: BreakGlass) -> None:
    """Write a break-glass; an id is used once."""
    if _KNOWN.rows(connection, of=change.glass_id):
        raise RefusedError("glass: this id is in use")
    glass = change.glass
    _NEW.run(
        connection,
        id=change.glass_id,
        subject=change.subject,
        actor=glass.actor,
        role=glass.role,
        partner=glass.partner,
        purpose=glass.purpose,
        at=glass.at,
        until=glass.until,
    )


def review_glass(connection: sa.Connection, change: ReviewGlass) -> None:
    """Note what another person found, once."""
    touched = _REVIEW.run(
        connection,
        of=change.glass_id,
        hers=change.subject,
        at_=change.review.at,
        by_=change.review.by,
        found=change.review.verdict,
    )
    if not touched:
        raise RefusedError("glass: not about her, or reviewed before")


def _broken(row: sa.Row[Any]) -> Broken:
    glass = GlassBreak(
        ActorId(row.actor),
        RoleId(row.role),
        Oin(row.partner),
        SubjectId(row.subject),
        PurposeCode(row.purpose),
        row.at,
        row.until,
    )
    return Broken(
        row.id,
        glass,
        row.reviewed_at,
        ActorId(row.reviewed_by) if row.reviewed_by else None,
        ReviewVerdict(row.verdict) if row.verdict else None,
    )
