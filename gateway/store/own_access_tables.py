"""The tables of residents' own access: codes, sessions and guesses, and whose data they hold."""

import sqlalchemy as sa

from gateway.store.columns import Id, Moment
from gateway.store.tables import MAIN

code = sa.Table(
    "own_code",
    MAIN,
    sa.Column("term", sa.LargeBinary(18), primary_key=True),
    sa.Column("proof", sa.LargeBinary(18), nullable=False),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    info={"holds": "a resident: that a code waits for her, under keyed terms"},
)

session = sa.Table(
    "own_session",
    MAIN,
    sa.Column("key", sa.LargeBinary(32), primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), nullable=False, index=True),
    sa.Column("opened", Moment, nullable=False),
    info={"holds": "a resident: that she looks at her own data now"},
)

guess = sa.Table(
    "own_guess",
    MAIN,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address", sa.LargeBinary(18), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False, index=True),
    info={
        "holds": "anyone who guessed wrong within the hour: the device's address as a keyed term"
    },
)
