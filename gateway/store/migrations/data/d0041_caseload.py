"""Who waits for a municipality, kept as its list needs it, and filled with how all stand by now."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby, pairwise
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "d0041"
down_revision = "d0039"

_NAME = "caseload"
_FOREVER: Final = 253402300799999999
_PORTION: Final = 10_000
_EVENTS: Final = """
    SELECT r.subject, r.kind, r.party, r.at, s.koppel_datum, s.pip_deadline, s.overdracht_status
    FROM relation_event r JOIN subject s ON s.id = r.subject
    WHERE r.kind IN ('gekoppeld', 'omgekoppeld', 'ontkoppeld', 'gehuisvest') AND NOT s.shielded
    ORDER BY r.subject, r.at, r.id
"""
_ADD: Final = """
    INSERT INTO caseload (gemeente, subject, since, until, stands)
    VALUES (:gemeente, :subject, :since, :until, :stands)
"""
_TOLD: Final = ("gepland", "gevoerd", "niet_mogelijk")
_NO_MORE: Final = ("bewoner_wil_niet", "verhuisd")


def upgrade() -> None:
    """Make the table, and write down each period; those that ended go with the next change."""
    op.create_table(
        _NAME,
        sa.Column("gemeente", sa.Text, nullable=False),
        sa.Column("stands", sa.Text, nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("gemeente", "stands", "subject", "since", name=f"pk_{_NAME}"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=f"fk_{_NAME}_subject_subject"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{_NAME}_subject", _NAME, ["subject"])
    rows = list(_rows())
    for at in range(0, len(rows), _PORTION):
        op.get_bind().execute(sa.text(_ADD), rows[at : at + _PORTION])


def _rows() -> Iterator[dict[str, Any]]:
    confirmed = set(_read("subject, gemeente, since", "confirmation"))
    waiting = Counter[Any](_read("subject, gemeente, since", "question WHERE answer IS NULL"))
    workers = {one[:3]: one[3] for one in _read("subject, gemeente, since, worker", "assignment")}
    talks = defaultdict[Any, list[Any]](list)
    told = "subject, gemeente, since, state, cancelled"
    for one in _read(told, "talk ORDER BY at, id"):
        talks[one[:3]].append(one[3:])
    events = op.get_bind().execute(sa.text(_EVENTS)).all()
    for subject, hers in groupby(events, lambda one: one.subject):
        for event, until, (town, tied, housed) in _periods(hers):
            which = subject, town, tied
            talked = event.overdracht_status in _TOLD or _settled(talks[which])
            days = _day(event.koppel_datum), housed, _day(event.pip_deadline)
            deeds = (talked, which in confirmed, waiting[which], workers.get(which))
            stands = json.dumps((*days, *deeds), ensure_ascii=False, separators=(",", ":"))
            place = {"gemeente": town, "subject": subject, "since": event.at, "until": until}
            yield place | {"stands": stands}


def _read(columns: str, of: str) -> list[tuple[Any, ...]]:
    found = op.get_bind().execute(sa.text(f"SELECT {columns} FROM handover_{of}"))  # noqa: S608 - our own text
    return [tuple(row) for row in found]


def _settled(talks: list[tuple[str, str | None]]) -> bool:
    return any(state != "geannuleerd" for state, _ in talks) or (
        bool(talks) and talks[-1][1] in _NO_MORE
    )


def _day(stored: str | None) -> str | None:
    try:
        return None if stored is None else date.fromisoformat(stored).isoformat()
    except ValueError:
        return None


def _periods(events: Iterable[Any]) -> Iterator[tuple[Any, int, tuple[str, int, bool]]]:
    """Fold one person's events, oldest first: a tie lasts until another or her unlinking."""
    town, tied, housed = None, 0, False
    for event, until in pairwise((*events, None)):
        if event.kind == "ontkoppeld":
            town = None if event.party == town else town
        elif event.party == town:
            housed = housed or event.kind == "gehuisvest"
        else:
            town, tied, housed = event.party, event.at, event.kind == "gehuisvest"
        end = until.at if until else _FOREVER
        if town is not None and event.at < end:
            yield event, end, (town, tied, housed)


def downgrade() -> None:
    """Drop it; all that it held stands elsewhere."""
    op.drop_table(_NAME)
