"""Record a relation (koppeling, omkoppeling, ontkoppeling, huisvesting, aanbod, plaatsing).

Whom a municipality comes to have, it can search by what she offers from that entry on.
"""

from collections.abc import Mapping
from datetime import datetime

from gateway.actions.desk import GUIDANCE, Seat, admit, seat
from gateway.actions.gate import Gate, commit
from gateway.actions.terms import SearchTerms, found_by
from gateway.domain.changes import Change, RecordRelations, RequireEpoch
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import GemeenteCode, Oin, SubjectId
from gateway.domain.notices import IssueNotice, ended_link, of_ended_link, told
from gateway.domain.partners import Caller, Partner
from gateway.domain.ports import Entry
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import MUNICIPAL, STAY, RelationEvent, RelationKind, work_ties
from gateway.domain.subjects import Situation

Stages = Mapping[Oin, frozenset[RelationKind]]
DESK_PURPOSES = (GUIDANCE, "P01", "P06")


def ending(
    situation: Situation, event: RelationEvent, partners: Mapping[Oin, Partner], moment: datetime
) -> tuple[dict[str, str | int], tuple[IssueNotice, ...]]:
    """Say for the record what an event does, and tell the municipality whose link it ends."""
    detail: dict[str, str | int] = {"party": event.party, "at": event.at.isoformat()}
    left = ended_link(situation.relations, (event,), moment)
    if left is None:
        return detail, ()
    recalled = of_ended_link(left, partners, max(event.at, moment))
    detail |= {"left": left, "told": told(recalled)}
    return detail, tuple(IssueNotice(situation.subject, one) for one in recalled)


class LinkDesk:
    """Where COA records who a subject is linked to, housed by, offered work by or placed with."""

    def __init__(
        self,
        gate: Gate,
        terms: SearchTerms,
        gemeenten: frozenset[GemeenteCode],
        partners: dict[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._terms = terms
        self._gemeenten = gemeenten
        self._partners = partners

    async def record(self, caller: Caller, subject: SubjectId, event: RelationEvent) -> Receipt:
        """Append a relation event; access of whoever it ends is over at the next decision."""
        self._check(event)
        found = await self._seat(caller, subject)
        dossier, context = found.dossier, found.context
        detail, recalled = ending(dossier.situation, event, self._partners, context.moment)
        record = context.record(RecordKind.RELATION, event.kind, subject=subject, detail=detail)
        withholdings = dossier.situation.withholdings
        municipal = event.kind in MUNICIPAL
        terms = await found_by(self._gate, self._terms, found, withholdings) if municipal else ()
        changes: tuple[Change, ...] = (
            RequireEpoch(subject, dossier.situation.epoch),
            RecordRelations(subject, (event,), terms),
            *recalled,
        )
        return await commit(self._gate, Entry(record, changes))

    async def stages(self, caller: Caller, subject: SubjectId) -> Stages:
        """Return which stages of work stand open with each partner; refuses as ``record`` does."""
        found = await self._seat(caller, subject)
        relations, moment = found.dossier.situation.relations, found.context.moment
        reached = {oin: work_ties(relations, oin, moment) for oin in self._partners}
        return {oin: kinds for oin, kinds in reached.items() if kinds}

    def _check(self, event: RelationEvent) -> None:
        if event.kind in STAY:
            raise InvalidRequestError("soort", "where she stays comes with a delivery")
        if event.kind in MUNICIPAL and event.party not in self._gemeenten:
            raise InvalidRequestError("partij", "is not a municipality")
        if event.kind not in MUNICIPAL and event.party not in self._partners:
            raise InvalidRequestError("partij", "is not a partner with an agreement")

    async def _seat(self, caller: Caller, subject: SubjectId) -> Seat:
        """Load the subject for a COA worker who links, guides or places her."""
        purpose = self._purpose(caller)
        await admit(self._gate, caller, purpose)
        return await seat(self._gate, Ask(caller, purpose), subject)

    def _purpose(self, caller: Caller) -> str:
        """Return the desk's purpose that the caller's agreement gives her role."""
        agreed = caller.partner.agreement.purposes.get(caller.role, frozenset())
        shorts = {code.split("_", 1)[0] for code in agreed}
        return next((purpose for purpose in DESK_PURPOSES if purpose in shorts), GUIDANCE)
