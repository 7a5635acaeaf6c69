"""The tables of feeds: how far each is, and which events came, and whose data they hold."""

import sqlalchemy as sa

from gateway.store.columns import Id, Moment
from gateway.store.tables import MAIN

position = sa.Table(
    "feed_position",
    MAIN,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    info={"holds": "nobody: how far a feed of events is"},
)

event = sa.Table(
    "feed_event",
    MAIN,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event", Id, nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("delivery", Id, sa.ForeignKey("delivery.id")),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("source", "event"),
    info={"holds": "a resident: an event that waits for its turn, sealed; emptied when it had it"},
)
