"""The table of the jobs' last runs, and whose data it holds."""

import sqlalchemy as sa

from gateway.store.columns import Moment
from gateway.store.tables import MAIN

job_run = sa.Table(
    "job_run",
    MAIN,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("failed", sa.Text),
    sa.Column("well", Moment),
    info={"holds": "nobody: when each job of the gate last ended, and how"},
)
