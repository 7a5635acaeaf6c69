"""A decision told step by step: which rule carried what since when, what stopped the others, what helps.

1. Values first: a ``Told`` for the agreement, the purpose, each rule of the cell and each reason of a
   refusal, in the order of the steps of ``gateway.domain.decisions``; then the sentences.
2. The officer is told everything.
3. The caller is told what she may know: of someone she may not know, what she is told of no one; of
   a consent, only one to herself that stood or has ended; that someone said no, nothing; of a date,
   only of her own agreement, relation or consent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.domain.consents import Consent, ConsentEventKind, given
from gateway.domain.decisions import Decision, Grant, Verdict
from gateway.domain.fields import FieldDictionary
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import ConsentId, FieldName, RuleId
from gateway.domain.purposes import RelationTest, Rule, Stage
from gateway.domain.reasons import Reason, step, told
from gateway.domain.relation_tests import INTRODUCED, OFFERED, PLACED
from gateway.domain.relations import STAY, RelationEvent, RelationKind
from gateway.domain.replay import Recorded
from gateway.domain.scene import Scene
from gateway.domain.subjects import WithholdingKind

_DAY: Final = timedelta(days=1)
_AGREEMENT, _PURPOSE, _RELATION, _GRANTED = 1, 2, 3, 8


class Remedy(StrEnum):
    """What a person can do about a refusal; ``gateway.domain.sentences`` has the words."""

    CHANGE_AGREEMENT = "change_agreement"
    CHOOSE_PURPOSE = "choose_purpose"
    CHECK_REFERENCE = "check_reference"
    AWAIT_LINK = "await_link"
    ASK_LOCATION = "ask_location"
    ASK_INTRODUCTION = "ask_introduction"
    RECORD_STAGE = "record_stage"
    ASK_CONSENT = "ask_consent"
    LEAVE_TO_PERSON = "leave_to_person"
    WIDEN_SEARCH = "widen_search"
    TRY_TOMORROW = "try_tomorrow"
    AWAIT_REVIEW = "await_review"
    ASK_OFFICER = "ask_officer"
    SEE_OWN_FILE = "see_own_file"


REMEDIES: Final[Mapping[Reason, Remedy]] = MappingProxyType(
    {
        Reason.ACTOR_NOT_ALLOWED: Remedy.CHANGE_AGREEMENT,
        Reason.AGREEMENT_NOT_RUNNING: Remedy.CHANGE_AGREEMENT,
        Reason.PURPOSE_UNKNOWN: Remedy.CHOOSE_PURPOSE,
        Reason.PURPOSE_NOT_ACTIVE: Remedy.CHOOSE_PURPOSE,
        Reason.PURPOSE_NOT_IN_AGREEMENT: Remedy.CHANGE_AGREEMENT,
        Reason.SUBJECT_UNKNOWN: Remedy.CHECK_REFERENCE,
        Reason.NOT_LINKED: Remedy.AWAIT_LINK,
        Reason.NOT_OWN_LOCATION: Remedy.ASK_LOCATION,
        Reason.NOT_FINDABLE: Remedy.LEAVE_TO_PERSON,
        Reason.NOT_INTRODUCED: Remedy.ASK_INTRODUCTION,
        Reason.NO_OFFER_RECORDED: Remedy.RECORD_STAGE,
        Reason.NOT_PLACED: Remedy.RECORD_STAGE,
        Reason.CONSENT_NOT_FOUND: Remedy.ASK_CONSENT,
        Reason.CONSENT_REFUSED: Remedy.LEAVE_TO_PERSON,
        Reason.CONSENT_WITHDRAWN: Remedy.LEAVE_TO_PERSON,
        Reason.CONSENT_EXPIRED: Remedy.ASK_CONSENT,
        Reason.CONSENT_SCOPE_MISMATCH: Remedy.ASK_CONSENT,
        Reason.STAGE_NOT_REACHED: Remedy.RECORD_STAGE,
        Reason.GROUP_TOO_SMALL: Remedy.WIDEN_SEARCH,
        Reason.QUERY_BUDGET_SPENT: Remedy.TRY_TOMORROW,
        Reason.FIELD_NOT_IN_PURPOSE: Remedy.CHOOSE_PURPOSE,
        Reason.FIELD_NOT_IN_AGREEMENT: Remedy.CHANGE_AGREEMENT,
        Reason.HELD_FOR_REVIEW: Remedy.AWAIT_REVIEW,
        Reason.RESTRICTED: Remedy.ASK_OFFICER,
        Reason.OBJECTED: Remedy.ASK_OFFICER,
        Reason.RETENTION_PASSED: Remedy.SEE_OWN_FILE,
    }
)
"""What helps against each reason; against one that is not here, nothing does."""

_TOLD_TO_CALLER: Final = frozenset({Reason.CONSENT_WITHDRAWN, Reason.CONSENT_EXPIRED})
_DATED_FOR_CALLER: Final = _TOLD_TO_CALLER | {
    Reason.AGREEMENT_NOT_RUNNING,
    Reason.PURPOSE_NOT_ACTIVE,
    Reason.NOT_LINKED,
    Reason.NOT_OWN_LOCATION,
}
_LEFT_BY: Final = {
    Reason.CONSENT_NOT_FOUND: {ConsentEventKind.REQUESTED, ConsentEventKind.INVALIDATED},
    Reason.CONSENT_REFUSED: {ConsentEventKind.REFUSED},
    Reason.CONSENT_WITHDRAWN: {ConsentEventKind.WITHDRAWN},
    Reason.CONSENT_EXPIRED: {ConsentEventKind.EXPIRED},
}
_WORK: Final = {
    RelationTest.INTRODUCED: INTRODUCED,
    RelationTest.OFFER_RECORDED: OFFERED,
    RelationTest.PLACED: PLACED,
}

_MUNICIPAL: Final = frozenset(
    {
        RelationTest.LINKED_OR_HOUSED,
        RelationTest.PROCESSOR_OF_LINKED_MUNICIPALITY,
        RelationTest.NEWLY_LINKED,
        RelationTest.LINKED_OR_FINDABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The consent that carried or failed a rule; ``given`` is ``None`` where it never was."""

    consent_id: ConsentId
    given: datetime | None
    text_version: str
    language: str


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the story: what was looked at, whether it holds, and since when.

    A rule comes with ``rule_id`` and ``where`` (``file:line``), and if it carries with ``basis`` and
    ``retention``; ``broken`` where it does so under a broken glass. ``fields`` are those it carries,
    or those that ``reason`` keeps back.
    """

    step: int
    rule_id: RuleId | None = None
    where: str | None = None
    holds: bool = False
    since: datetime | None = None
    consent: Agreed | None = None
    fields: tuple[FieldName, ...] = ()
    reason: Reason | None = None
    what_can_change: Remedy | None = None
    basis: str | None = None
    retention: str | None = None
    broken: bool = False


_KNOWS_NOBODY: Final = Told(
    _RELATION, reason=Reason.SUBJECT_UNKNOWN, what_can_change=REMEDIES[Reason.SUBJECT_UNKNOWN]
)


def for_officer(
    decision: Decision, recorded: Recorded, fields: FieldDictionary
) -> tuple[Told, ...]:
    """Tell a privacy officer the whole story of a decision (2)."""
    return tuple(_story(decision, recorded, fields))


def for_caller(decision: Decision, recorded: Recorded, fields: FieldDictionary) -> tuple[Told, ...]:
    """Tell the caller what she may know of the decision on her question (3)."""
    if decision.hidden:
        return (_KNOWS_NOBODY,)
    return tuple(_discreet(one) for one in _story(decision, recorded, fields))


def _discreet(one: Told) -> Told:
    if one.reason is None:
        return one
    reason = told(one.reason)
    return replace(
        one,
        reason=reason,
        what_can_change=REMEDIES.get(reason),
        since=one.since if reason in _DATED_FOR_CALLER else None,
        consent=one.consent if reason in _TOLD_TO_CALLER else None,
    )


def _story(decision: Decision, recorded: Recorded, fields: FieldDictionary) -> Iterator[Told]:
    stopped = None if decision.verdicts else decision.reason
    yield from _standing(decision, recorded, stopped)
    if stopped is not None:
        refused = 0
        for mask, _ in decision.refused:
            refused |= mask
        since = _ended(stopped, decision, recorded)
        yield _no(stopped, since=since, fields=fields.names(refused))
    elif recorded.situation is not None:
        caller, situation = recorded.ask.caller, recorded.situation
        scene = Scene.at(recorded.moment, caller, situation, fields)
        for verdict in decision.verdicts:
            yield _rule(verdict, decision, scene)
        for mask, reason in decision.refused:
            yield _kept_back(mask, reason, decision, scene)


def _standing(decision: Decision, recorded: Recorded, stopped: Reason | None) -> Iterator[Told]:
    """Tell of steps (1) and (2), as far as they hold."""
    reached = _GRANTED if stopped is None else step(stopped)
    agreement = recorded.ask.caller.partner.agreement
    if reached > _AGREEMENT:
        yield Told(_AGREEMENT, holds=True, since=_midnight(agreement.valid_from))
    if reached > _PURPOSE and decision.purpose is not None:
        yield Told(_PURPOSE, holds=True, since=_midnight(decision.purpose.valid_from))


def _no(
    reason: Reason,
    *,
    since: datetime | None = None,
    consent: Agreed | None = None,
    fields: tuple[FieldName, ...] = (),
) -> Told:
    return Told(
        step(reason),
        since=since,
        consent=consent,
        fields=fields,
        reason=reason,
        what_can_change=REMEDIES.get(reason),
    )


def _ended(reason: Reason, decision: Decision, recorded: Recorded) -> datetime | None:
    """Say since when an agreement or purpose is over; ``None`` where it has not begun."""
    last = None
    if reason is Reason.AGREEMENT_NOT_RUNNING:
        last = recorded.ask.caller.partner.agreement.valid_until
    if reason is Reason.PURPOSE_NOT_ACTIVE and decision.purpose is not None:
        last = decision.purpose.valid_until
    over = last is not None and last < recorded.moment.date()
    return _midnight(last) + _DAY if last is not None and over else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _rule(verdict: Verdict, decision: Decision, scene: Scene) -> Told:
    rule, reason = verdict.rule, verdict.reason
    consent = _consent(verdict, scene)
    if reason is not None:
        since = _since_not(reason, consent, scene)
        no = _no(reason, since=since, consent=_agreed(consent))
        return replace(no, rule_id=rule.rule_id, where=rule.where)
    return Told(
        _GRANTED,
        rule.rule_id,
        rule.where,
        holds=True,
        since=_since(rule, scene),
        consent=_agreed(consent),
        fields=scene.fields.names(sum(_granted(g, rule) for g in decision.grants)),
        basis=rule.legal_basis,
        retention=rule.retention,
        broken=verdict.broken,
    )


def _granted(grant: Grant, rule: Rule) -> int:
    return grant.fields if grant.rule.rule_id == rule.rule_id else 0


def _kept_back(mask: int, reason: Reason, decision: Decision, scene: Scene) -> Told:
    """Tell of fields that one reason keeps back."""
    behind = [
        consent
        for verdict in decision.verdicts
        if verdict.reason is reason
        or (verdict.consent is not None and reason is Reason.CONSENT_SCOPE_MISMATCH)
        if (consent := _consent(verdict, scene)) is not None
    ]
    consent = max(behind, key=given, default=None)
    since = _taken_since(mask, reason, decision, scene) or _since_not(reason, consent, scene)
    return _no(reason, since=since, consent=_agreed(consent), fields=scene.fields.names(mask))


def _consent(verdict: Verdict, scene: Scene) -> Consent | None:
    """Find the consent that a rule rests on, or whose state is why it does not hold."""
    if verdict.consent is not None:
        return next(c for c in scene.consents if c.consent_id == verdict.consent)
    states = _LEFT_BY.get(verdict.reason, set()) if verdict.reason else set()
    partner = scene.caller.partner
    search = {BY_KIND + partner.kind} if verdict.rule.stage is Stage.SEARCH else set()
    ended = (
        consent
        for consent in scene.consents
        if consent.scope.purpose == verdict.rule.purpose
        and consent.scope.recipient in {partner.oin, *search}
        and consent.state_at(scene.moment) in states
    )
    return max(ended, key=given, default=None)


def _agreed(consent: Consent | None) -> Agreed | None:
    if consent is None:
        return None
    scope = consent.scope
    return Agreed(consent.consent_id, consent.since, scope.text_version, scope.language)


def _since_not(reason: Reason, consent: Consent | None, scene: Scene) -> datetime | None:
    """Say since when a rule does not hold; ``None`` where nothing came to an end."""
    if reason is Reason.NOT_LINKED:
        own = scene.caller.partner.gemeenten
        return next((tie.until for tie in reversed(scene.ties) if tie.gemeente in own), None)
    if reason is Reason.NOT_OWN_LOCATION:
        return _stay(scene)[1]
    if reason is Reason.CONSENT_EXPIRED and consent is not None:
        return consent.ended or consent.expires
    return consent.ended or consent.recorded if consent and reason in _LEFT_BY else None


def _taken_since(mask: int, reason: Reason, decision: Decision, scene: Scene) -> datetime | None:
    """Say since when step (7) keeps these fields back."""
    situation, purpose = scene.situation, decision.purpose
    if purpose is None:
        return None
    if reason is Reason.RETENTION_PASSED:
        return min((at for code, at in situation.closed if code == purpose.code), default=None)
    kinds = {
        Reason.RESTRICTED: WithholdingKind.RESTRICTED,
        Reason.OBJECTED: WithholdingKind.OBJECTED,
    }
    held = (
        one.since
        for one in situation.withholdings
        if one.kind is kinds.get(reason) and one.holds(purpose.code, scene.moment)
        if one.fields & mask
    )
    return min(held, default=None)


def _since(rule: Rule, scene: Scene) -> datetime | None:
    """Say since when the caller has the relation that ``rule`` asks for, where that has a date."""
    if rule.relation in _WORK:
        return _reached(_WORK[rule.relation], scene)
    if rule.relation is RelationTest.OWN_LOCATION:
        return _stay(scene)[0]
    if rule.relation in _MUNICIPAL:
        own = scene.caller.partner.gemeenten
        last = scene.ties[-1] if scene.ties else None
        return last.since if last and last.until is None and last.gemeente in own else None
    return None


def _past(scene: Scene) -> list[RelationEvent]:
    past = (event for event in scene.situation.relations if event.at <= scene.moment)
    return sorted(past, key=lambda event: event.at)


def _stay(scene: Scene) -> tuple[datetime | None, datetime | None]:
    """Say when the subject last came to the caller's reception sites, and when she left them."""
    came = left = None
    here = False
    for event in _past(scene):
        if event.kind not in STAY | {RelationKind.GEHUISVEST}:
            continue
        at_site = event.kind is RelationKind.VERBLIJFT and event.party in scene.caller.locations
        if at_site and not here:
            came, left = event.at, None
        if here and not at_site:
            left = event.at
        here = at_site
    return came, left


def _reached(stage: frozenset[RelationKind], scene: Scene) -> datetime | None:
    """Say when the caller's organisation came to a stage of mediation that still stands."""
    since = None
    for event in _past(scene):
        if event.party != scene.caller.partner.oin:
            continue
        if event.kind is RelationKind.BEEINDIGD:
            since = None
        elif event.kind in stage and since is None:
            since = event.at
    return since
