"""Who waits for a municipality, with all that its list is put in order, counted and filtered by.

1. What stands here follows from her relations, rule facts, shield and handover, and is written anew
   in the transaction that changes any of these: ``gateway.store.caseload``.
2. A row holds from one municipal event to the next, so that nothing has to be done on the day that
   one takes effect; a row that ended goes with the next change. Of whom is shielded there is none.
3. A town's rows stand together: its list is one stretch of pages, fetched in one go, however often
   the commits of others empty the cache of SQLite.
4. How she stands is one text, and who stand alike lie together: they are counted where they lie, and
   only the people of one page are read.
"""

import sqlalchemy as sa

from gateway.store.columns import Id, Moment
from gateway.store.tables import MAIN

caseload = sa.Table(
    "caseload",
    MAIN,
    sa.Column("gemeente", sa.Text, primary_key=True),
    sa.Column("stands", sa.Text, primary_key=True),
    sa.Column("subject", Id, sa.ForeignKey("subject.id"), primary_key=True, index=True),
    sa.Column("since", Moment, primary_key=True),
    sa.Column("until", Moment, nullable=False),
    sqlite_with_rowid=False,
    info={
        "holds": "a resident: who waits for her, by which clocks and deeds; a worker by pseudonym"
    },
)
