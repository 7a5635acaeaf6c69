"""The tables of a municipality's team, and whose data they hold."""

import sqlalchemy as sa

from gateway.store.columns import Moment
from gateway.store.tables import MAIN

colleague = sa.Table(
    "colleague",
    MAIN,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("actor", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("seen", Moment, nullable=False, index=True),
    sa.Column("name", sa.LargeBinary, nullable=False),
    info={"holds": "a worker of a partner: that she worked there lately; her name is sealed"},
)

saved_list = sa.Table(
    "saved_list",
    MAIN,
    sa.Column("partner", sa.Text, primary_key=True),
    sa.Column("actor", sa.Text, primary_key=True),
    sa.Column("view", sa.Text, primary_key=True),
    sa.Column("whose", sa.Text, primary_key=True),
    info={"holds": "a worker by pseudonym: which part of the worklist she comes back to"},
)
