"""Who of the people a worker asked about is herself, or shares her surname or postcode.

Names are compared inside and never told: what comes out are tags, by worker. Only the people she
asked about are looked at, and only the two fields that are compared are opened.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gateway.actions.disclose import PAGE
from gateway.actions.gate import Gate
from gateway.domain.archive import LogArchive
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.signals import StaffMember
from gateway.domain.subjects import SealedProfile

SURNAME: Final = FieldName("achternaam")
POSTCODE: Final = FieldName("bemiddelingspostcode4")


class Kinship:
    """Compares workers with the people they asked about."""

    def __init__(self, gate: Gate, archive: LogArchive) -> None:
        self._gate = gate
        self._archive = archive

    async def __call__(
        self, staff: Sequence[StaffMember], events: Iterable[LoggedEvent]
    ) -> tuple[Mapping[str, bytes], Mapping[str, frozenset[bytes]]]:
        """Return by worker the tag of her own record, and the tags of people who are near her."""
        own = {one.actor: self._archive.tag(one.own) for one in staff if one.own is not None}
        asked = _asked(events)
        near = {}
        for one in staff:
            if one.surname or one.postcode:
                near[one.actor] = await self._near(one, sorted(asked.get(one.actor, ())))
        return own, near

    async def _near(self, worker: StaffMember, people: Sequence[SubjectId]) -> frozenset[bytes]:
        found: set[bytes] = set()
        for first in range(0, len(people), PAGE):
            dossiers = await self._gate.subjects.load(people[first : first + PAGE])
            for subject, dossier in dossiers.items():
                if dossier.profile is not None and self._shares(worker, dossier.profile):
                    found.add(self._archive.tag(subject))
        return frozenset(found)

    def _shares(self, worker: StaffMember, profile: SealedProfile) -> bool:
        fields = self._gate.fields
        opened = self._gate.vault.open(profile, fields.mask((SURNAME, POSTCODE)))
        values = {fields.names(1 << number)[0]: json.loads(raw) for number, raw in opened.items()}
        pairs = ((worker.surname, values.get(SURNAME)), (worker.postcode, values.get(POSTCODE)))
        return any(hers and theirs and _plain(hers) == _plain(theirs) for hers, theirs in pairs)


def _asked(events: Iterable[LoggedEvent]) -> Mapping[str, set[SubjectId]]:
    asked: dict[str, set[SubjectId]] = {}
    for event in events:
        told = event.told
        if told is not None and told.actor is not None and told.subject is not None:
            asked.setdefault(told.actor, set()).add(told.subject)
    return asked


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
