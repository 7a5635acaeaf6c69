"""All that a decision rested on, so that it can be taken again years later with the same outcome.

1. What a step of the decision reads is kept, and nothing else: no names, no actor, no consent to
   others, nothing that lay ahead. Who recorded an event stands in that event's own entry of the log.
2. A decision is taken again only under the policy under which it was taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.consents import ConsentEvent
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.errors import GatewayError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import ActorId, PurposeCode
from gateway.domain.partners import Caller
from gateway.domain.purposes import Matrix
from gateway.domain.relation_tests import PREDECESSOR_FIELDS
from gateway.domain.relations import MUNICIPAL, RelationEvent, RelationKind
from gateway.domain.subjects import ProfileVersion, Situation, Withholding


class ReplayError(GatewayError):
    """A record that cannot be read, or not be decided again; ``member`` names what, the text why."""

    code = "REPLAY"

    def __init__(self, member: str, why: str) -> None:
        super().__init__(f"{member}: {why}")
        self.member = member


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that one decision rested on; ``digest`` is that of the policy it was taken under.

    ``situation`` is ``None`` where the subject was unknown.
    """

    ask: Ask
    situation: Situation | None
    moment: datetime
    digest: str


def essence(recorded: Recorded, fields: FieldDictionary) -> Recorded:
    """Leave out what no step of this decision reads (1)."""
    ask, situation = recorded.ask, recorded.situation
    kept = situation and _narrowed(situation, recorded, fields)
    return replace(recorded, ask=replace(ask, caller=_bare(ask)), situation=kept)


def replay(recorded: Recorded, matrix: Matrix, fields: FieldDictionary) -> Decision:
    """Decide again; raises ``ReplayError`` under another policy than the recorded one (2)."""
    if matrix.digest != recorded.digest:
        raise ReplayError("digest", "is that of another policy")
    return decide(recorded.ask, recorded.situation, matrix, fields, recorded.moment)


def _short(code: str) -> str:
    return code.split("_", 1)[0]


def _bare(ask: Ask) -> Caller:
    caller, agreement = ask.caller, ask.caller.partner.agreement
    agreed = {
        role: frozenset(code for code in codes if _short(code) == _short(ask.purpose))
        for role, codes in agreement.purposes.items()
        if role == caller.role
    }
    partner = replace(
        caller.partner, slug="", name="", agreement=replace(agreement, purposes=agreed)
    )
    return replace(caller, partner=partner, actor=ActorId(""))


def _narrowed(situation: Situation, recorded: Recorded, fields: FieldDictionary) -> Situation:
    moment, asked = recorded.moment, _short(recorded.ask.purpose)
    return replace(
        situation,
        relations=tuple(_relations(situation, recorded)),
        consents=tuple(_consents(situation, recorded)),
        versions=tuple(_versions(situation, fields.mask(PREDECESSOR_FIELDS))),
        withholdings=tuple(_withholdings(situation, asked, moment)),
        closed=tuple(
            (code, at) for code, at in situation.closed if _short(code) == asked and at <= moment
        ),
    )


def _relations(situation: Situation, recorded: Recorded) -> Iterator[RelationEvent]:
    own = recorded.ask.caller.partner.oin
    places = MUNICIPAL | {RelationKind.VERBLIJFT}
    for event in situation.relations:
        if event.at <= recorded.moment and (event.kind in places or event.party == own):
            yield replace(event, source="")


def _consents(situation: Situation, recorded: Recorded) -> Iterator[ConsentEvent]:
    partner = recorded.ask.caller.partner
    recipients = {partner.oin, f"soort:{partner.kind}"}
    past = [event for event in situation.consents if event.at <= recorded.moment]
    to_caller = {e.consent_id for e in past if e.scope and e.scope.recipient in recipients}
    for event in past:
        if event.consent_id in to_caller:
            yield replace(event, recorded_by="", interpreter=False)


def _versions(situation: Situation, kept: int) -> Iterator[ProfileVersion]:
    for version in situation.versions:
        if version.changed & kept:
            yield replace(version, changed=version.changed & kept)


def _withholdings(situation: Situation, asked: str, moment: datetime) -> Iterator[Withholding]:
    for one in situation.withholdings:
        named = frozenset(code for code in one.purposes if _short(code) == asked)
        if one.purposes and not named:
            continue
        if one.holds(min(named, default=PurposeCode(asked)), moment):
            yield replace(one, purposes=named)
