"""How long the gate keeps a profile: field by field, while a purpose that names it is open.

1. P01 and P02 close thirty days (``handover_copy``) after the handover is acknowledged: since the
   delivery that told it was held (``overdracht_status`` is ``gevoerd``).
2. A link that begins after that opens them again: the next town has a handover of its own.
3. A field goes once every purpose that names it has closed. Supervision (P10) and her own access
   (P11) keep nothing alive.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName, PurposeCode
from gateway.domain.parameters import Terms
from gateway.domain.purposes import Matrix
from gateway.domain.relations import municipal_ties
from gateway.domain.subjects import ALWAYS_OPEN, Situation

HANDOVER: Final = FieldName("overdracht_status")
HELD: Final = "gevoerd"
CLOSED_BY_HANDOVER: Final = ("P01", "P02")

Closed = tuple[tuple[PurposeCode, datetime], ...]


def closed_by_handover(
    situation: Situation, status: object, matrix: Matrix, told: int, terms: Terms
) -> Closed:
    """Return from when P01 and P02 are closed (1); nothing while no handover counts (2).

    ``status`` is the handover's as stored, ``told`` the bit of that field.
    """
    term = timedelta(days=terms["handover_copy"])
    days = [version.at for version in situation.versions if version.changed & told]
    if status is None and situation.closed:  # the status itself has had its time
        acknowledged = min(at for _, at in situation.closed) - term
    elif status == HELD and days:
        acknowledged = max(days)
    else:
        return ()
    ties = municipal_ties(situation.relations, datetime.max.replace(tzinfo=acknowledged.tzinfo))
    if ties and ties[-1].since > acknowledged:
        return ()
    purposes = (matrix.purpose(short) for short in CLOSED_BY_HANDOVER)
    return tuple((one.code, acknowledged + term) for one in purposes if one is not None)


def past_retention(
    closed: Iterable[tuple[PurposeCode, datetime]],
    matrix: Matrix,
    fields: FieldDictionary,
    moment: datetime,
) -> int:
    """Return the mask of fields that no open purpose names any more (3)."""
    shut = {code for code, at in closed if at <= moment}
    kept = gone = 0
    for purpose in matrix.purposes():
        if purpose.short in ALWAYS_OPEN:
            continue
        named = fields.mask({name for rule in purpose.rules for name in rule.fields})
        if purpose.code in shut:
            gone |= named
        else:
            kept |= named
    return gone & ~kept
