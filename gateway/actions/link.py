"""Record a relation (koppeling, omkoppeling, ontkoppeling, huisvesting, aanbod, plaatsing)."""

from gateway.actions.accounts import Context
from gateway.actions.disclose import DisclosureRefusedError, Gate
from gateway.domain.changes import RecordRelations, RequireEpoch
from gateway.domain.decisions import Ask, decide
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import GemeenteCode, Oin, SubjectId
from gateway.domain.partners import Caller, Partner
from gateway.domain.ports import Entry
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import MUNICIPAL, RelationEvent
from gateway.domain.subjects import Dossier

DESK_PURPOSES = ("P03", "P01", "P06")


class LinkDesk:
    """Where COA records who a subject is linked to, housed by, offered work by or placed with."""

    def __init__(
        self, gate: Gate, gemeenten: frozenset[GemeenteCode], partners: dict[Oin, Partner]
    ) -> None:
        self._gate = gate
        self._gemeenten = gemeenten
        self._partners = partners

    async def record(self, caller: Caller, subject: SubjectId, event: RelationEvent) -> Receipt:
        """Append a relation event; access of whoever it ends is over at the next decision."""
        self._check(event)
        dossier, purpose = await self._dossier(caller, subject)
        moment = self._gate.clock.now()
        context = Context(Ask(caller, purpose), self._gate.matrix.digest, moment)
        record = context.record(
            RecordKind.RELATION,
            event.kind,
            subject=subject,
            detail={"party": event.party, "at": event.at.isoformat()},
        )
        changes = (
            RequireEpoch(subject, dossier.situation.epoch),
            RecordRelations(subject, (event,)),
        )
        answer = (await self._gate.ledger.append([Entry(record, changes)]))[0]
        if not isinstance(answer, Receipt):
            raise LedgerUnavailableError("the situation changed meanwhile; ask again")
        return answer

    def _check(self, event: RelationEvent) -> None:
        if event.kind in MUNICIPAL and event.party not in self._gemeenten:
            raise InvalidRequestError("partij", "is not a municipality")
        if event.kind not in MUNICIPAL and event.party not in self._partners:
            raise InvalidRequestError("partij", "is not a partner with an agreement")

    async def _dossier(self, caller: Caller, subject: SubjectId) -> tuple[Dossier, str]:
        """Load the subject for a COA worker who links, guides or places her."""
        gate = self._gate
        dossier = (await gate.subjects.load([subject])).get(subject)
        situation = dossier.situation if dossier else None
        moment = gate.clock.now()
        for purpose in DESK_PURPOSES:
            decision = decide(Ask(caller, purpose), situation, gate.matrix, gate.fields, moment)
            if dossier is not None and decision.granted:
                return dossier, purpose
        guidance = Ask(caller, DESK_PURPOSES[0])
        decision = decide(guidance, situation, gate.matrix, gate.fields, moment)
        context = Context(guidance, gate.matrix.digest, moment)
        known = subject if dossier else None
        await gate.ledger.append([context.denial(known, decision, gate.fields)])
        raise DisclosureRefusedError(decision)
