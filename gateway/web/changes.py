"""What is new in a dossier since its reader last saw it: a mark a field, and the list of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.actions.seen import Seen
from gateway.domain.disclosures import Disclosed
from gateway.domain.identifiers import FieldName
from gateway.web.intake import PARTS
from gateway.web.words import N_


class Mark(StrEnum):
    """How a field differs from what she was shown; the value is its words."""

    CHANGED = N_("gewijzigd")
    NEW = N_("niet eerder getoond")
    EMPTIED = N_("niet meer ingevuld")
    GONE = N_("wordt niet meer getoond")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs, and since when where that is known."""

    name: str
    mark: Mark
    when: datetime | None


def differences(one: Disclosed, seen: Seen | None) -> Mapping[str, Difference]:
    """Compare what is shown now with what was shown then, in the order of the dossier.

    The first time there is nothing to compare with. What stood there before is not kept.
    """
    if seen is None:
        return {}
    refused = {name for name, _ in one.refused}
    found = {}
    for name in _names():
        mark = _mark(name, one, seen, refused)
        if mark is not None:
            found[str(name)] = Difference(name, mark, seen.changed.get(name))
    return found


def _mark(name: FieldName, one: Disclosed, seen: Seen, refused: set[FieldName]) -> Mark | None:
    before = name in seen.fields
    if name in refused:
        return Mark.GONE if before else None
    if name in one.values:
        return Mark.NEW if not before else Mark.CHANGED if name in seen.changed else None
    return Mark.EMPTIED if before and name in seen.changed else None


def _names() -> Sequence[FieldName]:
    return [FieldName(name) for part in PARTS for name in part.fields]
