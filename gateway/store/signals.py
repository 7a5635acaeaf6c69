"""Verdicts on signals: proposed, changed until confirmed, and then closed for good."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import ActorId, Oin
from gateway.domain.signals import CloseSignal, Judged, ProposeVerdict, Verdict
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import signal

_s = signal.c
_STANDING = Prepared(sa.select(_s.closed_at).where(_s.id == sa.bindparam("of")))
_NEW = Prepared(
    sa.insert(signal),
    "id", "partner", "rule", "entries", "verdict", "proposed_at", "proposed_by",
)  # fmt: skip
_AGAIN = Prepared(
    sa.update(signal)
    .where(_s.id == sa.bindparam("of"), _s.closed_at.is_(None))
    .values(
        verdict=sa.bindparam("verdict_"),
        proposed_at=sa.bindparam("at_"),
        proposed_by=sa.bindparam("by_"),
    )
)
_CLOSE = Prepared(
    sa.update(signal)
    .where(
        _s.id == sa.bindparam("of"),
        _s.closed_at.is_(None),
        _s.verdict == sa.bindparam("verdict_"),
        _s.proposed_by != sa.bindparam("by_"),
    )
    .values(closed_at=sa.bindparam("at_"), closed_by=sa.bindparam("by_"))
)


class Signals:
    """Verdicts at rest; see ``gateway.domain.signals.Signals``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_partner(self, partner: Oin) -> Iterable[Judged]:
        """List the verdicts of one organisation's officers, in order of proposal."""
        query = sa.select(signal).where(_s.partner == partner).order_by(_s.proposed_at, _s.id)
        return await self._database.read(
            lambda connection: [_judged(row) for row in connection.execute(query)]
        )


def propose(connection: sa.Connection, change: ProposeVerdict) -> None:
    """Keep a verdict that waits for another officer; refused when the signal is closed."""
    one = change.judged
    if not _STANDING.rows(connection, of=one.signal_id):
        _NEW.run(
            connection,
            id=one.signal_id,
            partner=one.partner,
            rule=one.rule,
            entries=list(one.entries),
            verdict=one.verdict,
            proposed_at=one.proposed_at,
            proposed_by=one.proposed_by,
        )
        return
    touched = _AGAIN.run(
        connection,
        of=one.signal_id,
        verdict_=one.verdict,
        at_=one.proposed_at,
        by_=one.proposed_by,
    )
    if not touched:
        raise RefusedError("signal: was closed before")


def close(connection: sa.Connection, change: CloseSignal) -> None:
    """Close a signal under the verdict another officer proposed; refused otherwise."""
    touched = _CLOSE.run(
        connection, of=change.signal_id, verdict_=change.verdict, at_=change.at, by_=change.by
    )
    if not touched:
        raise RefusedError("signal: not proposed by another, or with another verdict, or closed")


def _judged(row: sa.Row[Any]) -> Judged:
    return Judged(
        row.id,
        Oin(row.partner),
        row.rule,
        tuple(row.entries),
        Verdict(row.verdict),
        row.proposed_at,
        ActorId(row.proposed_by),
        row.closed_at,
        ActorId(row.closed_by) if row.closed_by else None,
    )
