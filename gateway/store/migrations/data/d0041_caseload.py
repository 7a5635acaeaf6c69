"""Who waits for a municipality, kept as its list needs it, and filled with how all stand by now."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "d0041"
down_revision = "d0039"

_NAME = "caseload"
_FOREVER: Final = 253402300799999999
_EVENTS: Final = """
    SELECT subject, kind, party, at FROM relation_event
    WHERE kind IN ('gekoppeld', 'omgekoppeld', 'ontkoppeld', 'gehuisvest')
    ORDER BY subject, at, id
"""
_ADD: Final = """
    INSERT INTO caseload (gemeente, subject, since, until, koppel_datum, housed, pip_deadline,
        talked, confirmed, asked, worker)
    SELECT :town, s.id, :since, :until, s.koppel_datum, :housed, s.pip_deadline,
        coalesce(s.overdracht_status, '') IN ('gepland', 'gevoerd', 'niet_mogelijk')
            OR EXISTS (SELECT 1 FROM handover_talk t WHERE t.subject = s.id AND t.gemeente = :town
                AND t.since = :tied AND t.state <> 'geannuleerd')
            OR coalesce((SELECT t.cancelled FROM handover_talk t WHERE t.subject = s.id
                AND t.gemeente = :town AND t.since = :tied ORDER BY t.at DESC, t.id DESC LIMIT 1), '')
                IN ('bewoner_wil_niet', 'verhuisd'),
        EXISTS (SELECT 1 FROM handover_confirmation c WHERE c.subject = s.id AND c.gemeente = :town
            AND c.since = :tied),
        (SELECT count(*) FROM handover_question q WHERE q.subject = s.id AND q.gemeente = :town
            AND q.since = :tied AND q.answer IS NULL),
        (SELECT a.worker FROM handover_assignment a WHERE a.subject = s.id AND a.gemeente = :town
            AND a.since = :tied)
    FROM subject s WHERE s.id = :subject AND NOT s.shielded
"""


def upgrade() -> None:
    """Make the table, and write down each period; those that ended go with the next change."""
    op.create_table(
        _NAME,
        sa.Column("gemeente", sa.Text, nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("koppel_datum", sa.Text),
        sa.Column("housed", sa.Boolean, nullable=False),
        sa.Column("pip_deadline", sa.Text),
        sa.Column("talked", sa.Boolean, nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text),
        sa.PrimaryKeyConstraint("gemeente", "subject", "since", name=f"pk_{_NAME}"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=f"fk_{_NAME}_subject_subject"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{_NAME}_subject", _NAME, ["subject"])
    connection = op.get_bind()
    events = connection.execute(sa.text(_EVENTS)).all()
    rows = [row for _, hers in groupby(events, lambda one: one.subject) for row in _periods(hers)]
    if rows:
        connection.execute(sa.text(_ADD), rows)


def _periods(events: Iterable[Any]) -> Iterator[dict[str, object]]:
    """Fold one person's events, oldest first: a tie lasts until another or her unlinking."""
    hers = list(events)
    town, tied, housed = None, 0, False
    for event, until in pairwise((*hers, None)):
        if event.kind == "ontkoppeld":
            town = None if event.party == town else town
        elif event.party == town:
            housed = housed or event.kind == "gehuisvest"
        else:
            town, tied, housed = event.party, event.at, event.kind == "gehuisvest"
        end = until.at if until else _FOREVER
        if town is not None and event.at < end:
            yield {
                "subject": event.subject, "town": town, "since": event.at, "until": end,
                "tied": tied, "housed": housed,
            }  # fmt: skip


def downgrade() -> None:
    """Drop it; all that it held stands elsewhere."""
    op.drop_table(_NAME)
