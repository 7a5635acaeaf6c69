"""Carries out what rounds and desks find: profiles revised, purposes closed, rows past their term, texts released."""

from typing import Final

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.changes import ClosePurposes, DropQuarantine, ReviseProfile
from gateway.domain.quarantine import ReleaseHeld
from gateway.store.feed_tables import event as feed_event
from gateway.store.tables import profile_version, purpose_closed, quarantine_row, subject

_p, _f, _s = profile_version.c, purpose_closed.c, subject.c
_LIKE_BEFORE: Final = ("as_of", "delivery", "content")


def add_version(connection: sa.Connection, change: ReviseProfile) -> None:
    """Add a version that came from no delivery, and empty all versions before it."""
    of_her = _p.subject == change.subject
    before = connection.execute(
        sa.select(*(_p[name] for name in _LIKE_BEFORE)).where(
            of_her, _p.version == change.version - 1
        )
    ).one()
    connection.execute(
        sa.insert(profile_version),
        {
            "subject": change.subject,
            "version": change.version,
            "at": change.at,
            "changed": change.changed,
            "parts": change.parts,
            **dict(zip(_LIKE_BEFORE, before, strict=True)),
        },
    )
    connection.execute(
        sa.update(profile_version)
        .where(of_her, _p.version < change.version, _p.parts.is_not(None))
        .values(parts=None)
    )


def close_purposes(connection: sa.Connection, change: ClosePurposes) -> None:
    """Write from when which purposes are closed, in place of what stood there."""
    connection.execute(sa.delete(purpose_closed).where(_f.subject == change.subject))
    rows = [{"subject": change.subject, "purpose": code, "at": at} for code, at in change.closed]
    if rows:
        connection.execute(sa.insert(purpose_closed), rows)


def drop_quarantine(connection: sa.Connection, change: DropQuarantine) -> None:
    """Delete rows that came in before a moment, and events parked before it: they are missing again."""
    connection.execute(sa.delete(quarantine_row).where(quarantine_row.c.at < change.before))
    parked = feed_event.c.delivery.is_(None) & (feed_event.c.at < change.before)
    connection.execute(sa.delete(feed_event).where(parked))


def release_held(connection: sa.Connection, change: ReleaseHeld) -> None:
    """Hold nothing of a profile any more; raises ``RefusedError`` when nothing was held."""
    waits = (_s.id == change.subject) & (_s.held != 0)
    if not connection.execute(sa.update(subject).where(waits).values(held=0)).rowcount:
        raise RefusedError("subject: nothing of the profile is held")
