"""Show a casemanager what a recipient would see if the resident agreed, before she is asked.

1. The recipient's decision is taken on her situation as it is, with the yes added; nothing is kept.
2. What is shown is within the casemanager's own rule (P03) and a disclosure of its own, logged as a
   preview; of what she may not see herself she hears which fields it would be.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from gateway.actions.consent import ConsentDesk, Desk
from gateway.actions.desk import GUIDANCE
from gateway.actions.disclose import CLIENT_REF, Disclose, Question
from gateway.actions.gate import Gate
from gateway.domain.consent_choices import expiry
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import MIN_GROUP, Ask, Decision, decide
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import ActorId, ConsentId, FieldName, Oin, SubjectId
from gateway.domain.partners import Caller, Partner
from gateway.domain.ports import Format
from gateway.domain.purposes import Purpose, Rule
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Situation

_FORESEEN = "preview"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a recipient would be granted: the decision, and its fields in order."""

    recipient: Partner
    decision: Decision
    fields: tuple[FieldName, ...]


class Preview:
    """Where a casemanager looks ahead with a resident."""

    def __init__(self, gate: Gate, disclose: Disclose, consents: ConsentDesk) -> None:
        self._gate = gate
        self._disclose = disclose
        self._consents = consents

    @asynccontextmanager
    async def __call__(
        self,
        caller: Caller,
        subject: SubjectId,
        choice: tuple[Purpose, str],
        layout: Callable[[Foreseen], Format],
    ) -> AsyncIterator[Released]:
        """Disclose, within her own rule, what ``choice`` (purpose and recipient) would open.

        Raises ``DisclosureRefusedError`` where she may not know the resident, and
        ``InvalidRequestError`` for a choice that nobody is asked.
        """
        purpose, recipient = choice
        desk = await self._consents.sit(caller, subject)
        foreseen = self._foresee(desk, purpose, recipient)
        question = Question(
            Ask(caller, GUIDANCE, foreseen.decision.granted | self._gate.fields.mask([CLIENT_REF])),
            (subject,),
            layout(foreseen),
            note={_FORESEEN: f"{purpose.short} {recipient}"},
        )
        async with self._disclose.one(question) as released:
            yield released

    def _foresee(self, desk: Desk, purpose: Purpose, recipient: str) -> Foreseen:
        """Decide for the recipient as if she had just said yes, and enough others with her (1)."""
        rules, gate = self._consents.rules_for(purpose, recipient), self._gate
        partner = self._partner(recipient)
        agreed = _agreed(desk, purpose, recipient, rules)
        role = next(
            rule.role
            for rule in rules
            if purpose.code in partner.agreement.purposes.get(rule.role, ())
        )
        ask = Ask(Caller(partner, role, ActorId(_FORESEEN)), purpose.code, group=MIN_GROUP)
        decision = decide(ask, agreed, gate.matrix, gate.fields, desk.moment)
        return Foreseen(partner, decision, gate.fields.names(decision.granted))

    def _partner(self, recipient: str) -> Partner:
        """Return the recipient, or for a kind of recipients one of them."""
        partners = self._consents.partners
        kind = recipient.removeprefix(BY_KIND)
        found = partners.get(Oin(recipient)) or next(
            (one for one in partners.values() if one.kind == kind), None
        )
        if found is None:
            raise InvalidRequestError("ontvanger", "is not a partner with an agreement")
        return found


def _agreed(desk: Desk, purpose: Purpose, recipient: str, rules: tuple[Rule, ...]) -> Situation:
    """Return her situation with the yes in it, and with what recording a yes would add."""
    situation, moment = desk.dossier.situation, desk.moment
    named: frozenset[FieldName] = frozenset().union(*(rule.fields for rule in rules))
    given = ConsentEvent(
        ConsentId(situation.subject),
        ConsentEventKind.GIVEN,
        moment,
        _FORESEEN,
        ConsentScope(purpose.code, recipient, named, "", ""),
        expiry(None, moment),
    )
    introduced = RelationEvent(RelationKind.VOORGESTELD, recipient, moment, _FORESEEN)
    return replace(
        situation,
        consents=(*situation.consents, given),
        relations=(*situation.relations, *([introduced] if purpose.short == "P05" else [])),
    )
