"""The tables of placements and of contact after them, and whose data they hold."""

import sqlalchemy as sa

from gateway.store.columns import Id, Moment, Names
from gateway.store.tables import MAIN

placement = sa.Table(
    "placement",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("employer", sa.Text),
    sa.Column("start", sa.Date, nullable=False),
    sa.Column("hours", sa.Integer, nullable=False),
    sa.Column("contract", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("ended", sa.Date),
    sa.Column("why", sa.Text),
    info={"holds": "a resident: where and how much she works, in codes; and a worker by pseudonym"},
)

contact = sa.Table(
    "placement_contact",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("placement", Id, sa.ForeignKey("placement.id"), nullable=False, index=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("going", sa.Text, nullable=False),
    sa.Column("needs", Names, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    info={"holds": "a resident: how her work goes, in codes; the words are in the log"},
)
