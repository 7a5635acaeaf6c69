"""The tables of warm handovers, each row by the handover it belongs to, and whose data they hold."""

from typing import Any

import sqlalchemy as sa

from gateway.store.columns import Id, Moment, Names
from gateway.store.tables import MAIN


def _handover() -> tuple[sa.Column[Any], ...]:
    """Make the columns that name a handover: of whom, to which municipality, since when."""
    return (
        sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
        sa.Column("gemeente", sa.Text, nullable=False, index=True),
        sa.Column("since", Moment, nullable=False),
    )


confirmation = sa.Table(
    "handover_confirmation",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    *_handover(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.UniqueConstraint("subject", "gemeente", "since"),
    info={"holds": "a resident and, by pseudonym, the klantmanager who confirmed her handover"},
)

talk = sa.Table(
    "handover_talk",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    *_handover(),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("moment", Moment, nullable=False),
    sa.Column("agreed", sa.Boolean, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("closed", Moment),
    sa.Column("cancelled", sa.Text),
    sa.Column("outcomes", Names, nullable=False),
    info={"holds": "a resident: talks at her handover, in codes; and a klantmanager by pseudonym"},
)

question = sa.Table(
    "handover_question",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    *_handover(),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("field", sa.Text),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("answer", Id),
    sa.Column("answered", Moment),
    info={"holds": "a resident: what was asked about her, by topic; the words are in the log"},
)

assignment = sa.Table(
    "handover_assignment",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    *_handover(),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.UniqueConstraint("subject", "gemeente", "since"),
    info={"holds": "a resident and, by pseudonym, the klantmanager who handles her handover"},
)

handed_on = sa.Table(
    "handover_handed_on",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    *_handover(),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("actor", sa.Text),
    sa.Column("back", sa.Boolean, nullable=False, server_default=sa.false()),
    info={
        "holds": "a resident: which municipality handed her on to which; its worker by pseudonym"
    },
)
