"""All that a decision rested on, so that it can be taken again years later with the same outcome.

1. What a step of the decision reads is kept, and nothing else: no names, no actor, no consent to
   others, nothing that lay ahead. Who recorded an event stands in that event's own entry of the log.
2. A decision is taken again only under the policy under which it was taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.domain.breakglass import GlassBreak, covers
from gateway.domain.consents import ConsentEvent
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.errors import GatewayError
from gateway.domain.fields import FieldDictionary
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import PurposeCode
from gateway.domain.purposes import Matrix
from gateway.domain.relation_tests import PREDECESSOR_FIELDS
from gateway.domain.relations import MUNICIPAL, STAY, RelationEvent
from gateway.domain.subjects import ProfileVersion, Situation, Withholding

_PLACES: Final = MUNICIPAL | STAY


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


def replay(recorded: Recorded, matrix: Matrix, fields: FieldDictionary) -> Decision:
    """Decide again; raises ``ReplayError`` under another policy than the recorded one (2)."""
    if matrix.digest != recorded.digest:
        raise ReplayError("digest", "is that of another policy")
    return decide(recorded.ask, recorded.situation, matrix, fields, recorded.moment)


def same_purpose(code: str, asked: str) -> bool:
    """Tell whether two spellings of a purpose, by number or in full, have the same number."""
    return code.split("_", 1)[0] == asked.split("_", 1)[0]


def relations_read(situation: Situation, recorded: Recorded) -> Iterator[RelationEvent]:
    """Yield what had happened: with municipalities, at reception sites, with the caller's own (1)."""
    own = recorded.ask.caller.partner.oin
    for event in situation.relations:
        if event.at <= recorded.moment and (event.kind in _PLACES or event.party == own):
            yield event


def consents_read(situation: Situation, recorded: Recorded) -> Iterator[ConsentEvent]:
    """Yield what was said about consents to the caller's organisation or its kind (1)."""
    partner = recorded.ask.caller.partner
    recipients = {partner.oin, BY_KIND + partner.kind}
    past = [event for event in situation.consents if event.at <= recorded.moment]
    to_caller = {e.consent_id for e in past if e.scope and e.scope.recipient in recipients}
    return (event for event in past if event.consent_id in to_caller)


def versions_read(
    situation: Situation, fields: FieldDictionary
) -> Iterator[tuple[ProfileVersion, int]]:
    """Yield versions with the mask of what they changed of a predecessor municipality's fields (1)."""
    kept = fields.mask(PREDECESSOR_FIELDS)
    for version in situation.versions:
        if changed := version.changed & kept:
            yield version, changed


def withholdings_read(
    situation: Situation, recorded: Recorded
) -> Iterator[tuple[Withholding, list[PurposeCode]]]:
    """Yield what held for the purpose asked, with the codes that name it; no code: for all (1)."""
    asked = recorded.ask.purpose
    for one in situation.withholdings:
        named = sorted(code for code in one.purposes if same_purpose(code, asked))
        code = named[0] if named else PurposeCode(asked)
        if one.holds(code, recorded.moment):
            yield one, named


def closed_read(situation: Situation, recorded: Recorded) -> Iterator[tuple[PurposeCode, datetime]]:
    """Yield since when the purpose asked no longer keeps the profile (1)."""
    for code, at in situation.closed:
        if same_purpose(code, recorded.ask.purpose) and at <= recorded.moment:
            yield code, at


def glasses_read(situation: Situation, recorded: Recorded) -> Iterator[GlassBreak]:
    """Yield the glasses that the caller had broken about the subject, for the purpose asked (1)."""
    caller, subject = recorded.ask.caller, situation.subject
    for glass in situation.glasses:
        own = covers(glass, caller, subject, glass.purpose, recorded.moment)
        if own and same_purpose(glass.purpose, recorded.ask.purpose):
            yield glass
