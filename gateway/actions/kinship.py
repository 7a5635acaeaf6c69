"""Who of the people a worker asked about is herself, or shares her surname or postcode.

Names are compared inside and never told: what comes out are tags, by worker. Only the people she
asked about are looked at, and only the two fields that are compared are opened. Whose profile does
not open is compared with nobody: she is on record, and counted in the answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.actions.accounts import Context
from gateway.actions.disclose import PAGE
from gateway.actions.gate import Gate
from gateway.actions.unreadable import left
from gateway.domain.archive import LogArchive
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.signals import StaffMember
from gateway.domain.subjects import SealedProfile

SURNAME: Final = FieldName("achternaam")
POSTCODE: Final = FieldName("bemiddelingspostcode4")


@dataclass(frozen=True, slots=True)
class Kin:
    """By worker the tag of her ``own`` record, and the tags of people who are ``near`` her.

    ``unreadable`` people were compared with nobody.
    """

    own: Mapping[str, bytes]
    near: Mapping[str, frozenset[bytes]]
    unreadable: int


class Kinship:
    """Compares workers with the people they asked about."""

    def __init__(self, gate: Gate, archive: LogArchive) -> None:
        self._gate = gate
        self._archive = archive

    async def __call__(
        self, context: Context, staff: Sequence[StaffMember], events: Iterable[LoggedEvent]
    ) -> Kin:
        """Compare each worker with the people she asked about."""
        own = {one.actor: self._archive.tag(one.own) for one in staff if one.own is not None}
        asked, near, shut = _asked(events), {}, dict[SubjectId, UnreadableValueError]()
        for one in staff:
            if one.surname or one.postcode:
                near[one.actor] = await self._near(one, sorted(asked.get(one.actor, ())), shut)
        entries = [left(self._gate, context, *one) for one in shut.items()]
        if entries:
            await self._gate.ledger.append(entries)
        return Kin(own, near, len(shut))

    async def _near(
        self,
        worker: StaffMember,
        people: Sequence[SubjectId],
        shut: dict[SubjectId, UnreadableValueError],
    ) -> frozenset[bytes]:
        found: set[bytes] = set()
        for first in range(0, len(people), PAGE):
            dossiers = await self._gate.subjects.load(people[first : first + PAGE])
            for subject, dossier in dossiers.items():
                try:
                    if dossier.profile is not None and self._shares(worker, dossier.profile):
                        found.add(self._archive.tag(subject))
                except UnreadableValueError as error:
                    shut[subject] = error
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
