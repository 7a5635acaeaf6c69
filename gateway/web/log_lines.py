"""An entry of the log in words, as an officer reads it in a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.logbook import FLAG, Told
from gateway.domain.reviewing import SeenEntry
from gateway.web.outcome_words import OUTCOMES
from gateway.web.overseers import Cells
from gateway.web.oversight_words import (
    KINDS,
    purpose_in_words,
    reason_in_words,
    recipient_in_words,
)
from gateway.web.visit import Visit
from gateway.web.words import N_

HEADS: Final = (
    N_("Regel"),
    N_("Op"),
    N_("Wat"),
    N_("Afloop"),
    N_("Medewerker"),
    N_("Rol"),
    N_("Doel"),
    N_("Organisatie"),
    N_("Betrokkene"),
    N_("Gegevens"),
    N_("Reden"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry; ``fields`` counts the fields that it names."""

    index: int
    at: datetime
    kind: str
    outcome: str
    actor: str
    role: str
    purpose: str
    recipient: str
    pseudonym: str
    fields: int
    reason: str
    flagged: bool
    erased: bool

    @property
    def cells(self) -> Cells:
        """Write it as a row of a table (``HEADS``)."""
        return (
            self.index,
            self.at.isoformat(),
            self.kind,
            self.outcome,
            self.actor,
            self.role,
            self.purpose,
            self.recipient,
            self.pseudonym,
            self.fields,
            self.reason,
        )


def line(visit: Visit, seen: SeenEntry) -> Line:
    """Put one entry into words."""
    event, told = seen.event, seen.event.told or Told()
    return Line(
        event.index,
        event.at,
        visit.say(KINDS[event.kind]),
        visit.say(OUTCOMES.get(event.outcome, event.outcome)),
        told.actor or "",
        role(visit, told.role),
        purpose_in_words(visit, event.purpose),
        recipient_in_words(visit, event.recipient),
        str(seen.pseudonym) if seen.pseudonym else "",
        len(told.fields),
        reason_in_words(visit, told.reason) if told.reason else "",
        FLAG in (told.detail or {}),
        event.told is None,
    )


def role(visit: Visit, name: str | None) -> str:
    """Name a role; one that is not in the catalogue stays as it is."""
    label = next((one for key, one in visit.rooms.roles.items() if key == name), None)
    return label.in_(visit.language) if label else (name or "")


def table(visit: Visit, seen: Sequence[SeenEntry]) -> Sequence[Cells]:
    """Write entries as a table with its heads."""
    return [[visit.say(head) for head in HEADS], *(line(visit, one).cells for one in seen)]
