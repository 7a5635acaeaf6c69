"""The law of one disclosure, decided field by field.

1. The caller's partner is known, its agreement runs today, and it gives her the role she acts in.
2. The purpose is in the catalogue, active today, and in that agreement for that role.
3. The subject exists, is not shielded, and the rule's relation test holds now. A predecessor
   municipality keeps one month, for P03 and P12 only, and only PIP, route and hours of its period.
4. The basis holds now: a legal task, or a consent that covers this purpose, this recipient and
   these fields at this moment.
5. The stage fits, the target group is the rule's, and thresholds hold: a group of at least ten
   where people must stay unrecognisable, and a query budget left.
6. Each field is within purpose, role, agreement and consent; what no rule names is refused; a
   field of class S4 or S5 needs a rule that names the exception.
7. Restrictions, objections, texts held for review and passed retention terms are subtracted.
8. What remains is granted, each field by the first rule that carries it; all else is refused with
   a reason.

Deny is what remains when nothing said yes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from gateway.domain.consents import Consent, ConsentEventKind, fold
from gateway.domain.fields import FieldDictionary, Sensitivity
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode
from gateway.domain.partners import Caller
from gateway.domain.purposes import Cell, ConsentNeed, Matrix, Purpose, RelationTest, Rule, Stage
from gateway.domain.reasons import Reason, step
from gateway.domain.relations import (
    MunicipalTie,
    RelationKind,
    municipal_ties,
    reception_site,
    work_ties,
)
from gateway.domain.subjects import Situation, WithholdingKind

MIN_GROUP: Final = 10
PREDECESSOR_TERM: Final = timedelta(days=30)
PREDECESSOR_PURPOSES: Final = frozenset({"P03", "P12"})
PREDECESSOR_FIELDS: Final = tuple(
    FieldName(name)
    for name in ("pip_deadline", "pip_dagtekening", "leerroute", "pip_niveau", "nt2_uren")
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the gate: who, for what, which fields (mask; ``None``: all the purpose names).

    ``group`` is how many people the answer covers; ``budget_left`` whether a searcher may go on.
    """

    caller: Caller
    purpose: str
    fields: int | None = None
    group: int = 1
    budget_left: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """Fields that one rule carries, and the consent it rests on where it rests on one."""

    rule: Rule
    fields: int
    consent: ConsentId | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule: ``None`` where it carries, else the reason it does not."""

    rule: Rule
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What leaves and what does not. ``refused`` maps masks to reasons; ``rules`` tell the story.

    ``reason`` is the headline when nothing is granted; ``hidden`` says that the caller may not
    even learn that the subject exists.
    """

    purpose: Purpose | None
    grants: tuple[Grant, ...]
    refused: tuple[tuple[int, Reason], ...]
    verdicts: tuple[Verdict, ...]
    reason: Reason | None
    epoch: int | None
    hidden: bool = False

    @property
    def granted(self) -> int:
        """The mask of all fields that leave."""
        mask = 0
        for grant in self.grants:
            mask |= grant.fields
        return mask


@dataclass(frozen=True, slots=True)
class _Carried:
    """A rule that holds: the mask it may still carry and its consent."""

    rule: Rule
    fields: int
    consent: ConsentId | None


@dataclass(frozen=True, slots=True)
class _Related:
    """The relation holds; ``limit`` narrows the fields for a predecessor; ``linked`` is (own)."""

    limit: int | None = None
    linked: bool = False


def decide(
    ask: Ask,
    situation: Situation | None,
    matrix: Matrix,
    fields: FieldDictionary,
    moment: datetime,
) -> Decision:
    """Decide ``ask`` about the subject of ``situation`` (``None``: unknown) at ``moment`` (UTC)."""
    purpose = matrix.purpose(ask.purpose)
    gate = standing(ask.caller, purpose, moment)  # (1), (2)
    if gate is not None or purpose is None:
        return _refuse_all(ask, purpose, gate or Reason.PURPOSE_UNKNOWN, situation)
    cell = matrix.cell(ask.caller.role, purpose.code)
    if cell is None:
        return _refuse_all(ask, purpose, Reason.PURPOSE_NOT_IN_AGREEMENT, situation)
    if situation is None or situation.shielded:  # (3)
        reason = Reason.SUBJECT_UNKNOWN if situation is None else Reason.SHIELDED
        return replace(_refuse_all(ask, purpose, reason, situation), hidden=True)
    asked = _named(cell) if ask.fields is None else ask.fields
    consents = fold(situation.consents, moment)
    outcomes = [
        _weigh(rule, mask, ask, situation, consents, fields, moment) for rule, mask in cell.rules
    ]
    return _compose(ask, asked, purpose, cell, situation, outcomes, fields, moment)


def standing(caller: Caller, purpose: Purpose | None, moment: datetime) -> Reason | None:
    """Steps (1) and (2): whether this caller may ask for this purpose at all, whoever it is about."""
    day = moment.date()
    agreement = caller.partner.agreement
    if not agreement.runs(day):
        return Reason.AGREEMENT_NOT_RUNNING
    if caller.role not in agreement.purposes:
        return Reason.ACTOR_NOT_ALLOWED
    if purpose is None:
        return Reason.PURPOSE_UNKNOWN
    if not purpose.active(day):
        return Reason.PURPOSE_NOT_ACTIVE
    if purpose.code not in agreement.purposes[caller.role]:
        return Reason.PURPOSE_NOT_IN_AGREEMENT
    return None


def _weigh(
    rule: Rule,
    mask: int,
    ask: Ask,
    situation: Situation,
    consents: tuple[Consent, ...],
    fields: FieldDictionary,
    moment: datetime,
) -> _Carried | Verdict:
    related = _relation(rule, ask.caller, situation, consents, fields, moment)  # (3)
    if isinstance(related, Reason):
        return Verdict(rule, related)
    basis = _basis(rule, ask.caller, related, consents, moment)  # (4)
    if isinstance(basis, Reason):
        return Verdict(rule, basis)
    stage = _stage(rule, ask, related, situation, moment)  # (5)
    if stage is not None:
        return Verdict(rule, stage)
    carried = mask if related.limit is None else mask & related.limit
    if basis is not None:
        carried &= fields.mask(name for name in basis.scope.fields if name in fields)
    return _Carried(rule, carried, basis.consent_id if basis else None)


def _relation(  # noqa: PLR0911 - one return per relation test reads as the table it is
    rule: Rule,
    caller: Caller,
    situation: Situation,
    consents: tuple[Consent, ...],
    fields: FieldDictionary,
    moment: datetime,
) -> _Related | Reason:
    match rule.relation:
        case RelationTest.LINKED_OR_HOUSED | RelationTest.PROCESSOR_OF_LINKED_MUNICIPALITY:
            return _linked(rule, caller, situation, fields, moment)
        case RelationTest.NEWLY_LINKED:
            return _newly_linked(rule, caller, situation, fields, moment)
        case RelationTest.FINDABLE:
            return _holds(_findable(caller, consents, rule, moment), Reason.NOT_FINDABLE)
        case RelationTest.LINKED_OR_FINDABLE:
            if isinstance(linked := _linked(rule, caller, situation, fields, moment), _Related):
                return linked
            return _holds(_findable(caller, consents, rule, moment), Reason.NOT_FINDABLE)
        case RelationTest.OWN_LOCATION:
            site = reception_site(situation.relations, moment)
            return _holds(site in caller.locations, Reason.NOT_OWN_LOCATION)
        case RelationTest.OWN_REGION:
            return _holds(situation.coa_regio in caller.regions, Reason.NOT_OWN_LOCATION)
        case RelationTest.RECEPTION_SITE_IN:
            inside = situation.reception_gemeente in caller.partner.gemeenten
            return _holds(inside, Reason.NOT_LINKED)
        case RelationTest.INTRODUCED | RelationTest.OFFER_RECORDED | RelationTest.PLACED:
            return _work(rule.relation, caller, situation, moment)
        case RelationTest.SELF:
            return _holds(caller.subject == situation.subject, Reason.NOT_OWN_RECORD)
        case RelationTest.AGGREGATES_ONLY:
            return Reason.AGGREGATES_ONLY
        case RelationTest.OWN_ORGANISATION_LOG | RelationTest.ON_REQUEST:
            return Reason.NOT_OWN_RECORD
        case _:
            assert_never(rule.relation)


def _holds(condition: bool, otherwise: Reason) -> _Related | Reason:  # noqa: FBT001 - the test itself
    return _Related() if condition else otherwise


def _linked(
    rule: Rule, caller: Caller, situation: Situation, fields: FieldDictionary, moment: datetime
) -> _Related | Reason:
    ties = municipal_ties(situation.relations, moment)
    own = [tie for tie in ties if tie.gemeente in caller.partner.gemeenten]
    if any(tie.until is None for tie in own):
        return _Related(linked=True)
    kept = _kept_by_predecessor(rule, own, situation, fields, moment)
    return _Related(limit=kept) if kept is not None else Reason.NOT_LINKED


def _newly_linked(
    rule: Rule, caller: Caller, situation: Situation, fields: FieldDictionary, moment: datetime
) -> _Related | Reason:
    related = _linked(rule, caller, situation, fields, moment)
    if isinstance(related, _Related) and related.linked:
        ties = municipal_ties(situation.relations, moment)
        moved = any(tie.gemeente not in caller.partner.gemeenten for tie in ties)
        return _holds(moved, Reason.NOT_LINKED)
    return related


def _kept_by_predecessor(
    rule: Rule,
    own: Iterable[MunicipalTie],
    situation: Situation,
    fields: FieldDictionary,
    moment: datetime,
) -> int | None:
    """DUO's public test: one month after the end, for P03 and P12, of its own period only."""
    if rule.purpose.split("_", 1)[0] not in PREDECESSOR_PURPOSES:
        return None
    ends = [tie.until for tie in own if tie.until is not None]
    if not ends or moment >= max(ends) + PREDECESSOR_TERM:
        return None
    kept = fields.mask(PREDECESSOR_FIELDS)
    for version in situation.versions:
        if version.at > max(ends):
            kept &= ~version.changed
    return kept


def _findable(caller: Caller, consents: tuple[Consent, ...], rule: Rule, moment: datetime) -> bool:
    return isinstance(_covering(caller, consents, rule.purpose, moment), Consent)


def _work(
    test: RelationTest, caller: Caller, situation: Situation, moment: datetime
) -> _Related | Reason:
    reached = work_ties(situation.relations, caller.partner.oin, moment)
    if test is RelationTest.PLACED:
        return _holds(RelationKind.GEPLAATST in reached, Reason.NOT_PLACED)
    if test is RelationTest.OFFER_RECORDED:
        offered = bool(reached & {RelationKind.AANBOD, RelationKind.GEPLAATST})
        return _holds(offered, Reason.NO_OFFER_RECORDED)
    return _holds(bool(reached), Reason.NOT_INTRODUCED)


def _basis(
    rule: Rule,
    caller: Caller,
    related: _Related,
    consents: tuple[Consent, ...],
    moment: datetime,
) -> Consent | Reason | None:
    if rule.consent is ConsentNeed.NO:
        return None
    if rule.consent is ConsentNeed.UNLESS_LINKED and related.linked:
        return None
    return _covering(caller, consents, rule.purpose, moment)


def _covering(
    caller: Caller, consents: tuple[Consent, ...], purpose: PurposeCode, moment: datetime
) -> Consent | Reason:
    """Find the newest consent that covers purpose and recipient now, or say why there is none."""
    recipients = {caller.partner.oin, f"soort:{caller.partner.kind}"}
    to_caller = [c for c in consents if c.scope.recipient in recipients]
    same = [c for c in to_caller if c.scope.purpose == purpose]
    for consent in reversed(same):
        if consent.state_at(moment) in {ConsentEventKind.GIVEN, ConsentEventKind.RENEWED}:
            return consent
    if same:
        return _CONSENT_REASONS[same[-1].state_at(moment)]
    return Reason.CONSENT_SCOPE_MISMATCH if to_caller else Reason.CONSENT_NOT_FOUND


_CONSENT_REASONS: Final = {
    ConsentEventKind.REQUESTED: Reason.CONSENT_NOT_FOUND,
    ConsentEventKind.REFUSED: Reason.CONSENT_REFUSED,
    ConsentEventKind.WITHDRAWN: Reason.CONSENT_WITHDRAWN,
    ConsentEventKind.EXPIRED: Reason.CONSENT_EXPIRED,
    ConsentEventKind.INVALIDATED: Reason.CONSENT_NOT_FOUND,
}


def _stage(
    rule: Rule, ask: Ask, related: _Related, situation: Situation, moment: datetime
) -> Reason | None:
    if situation.doelgroep in rule.not_for:
        return Reason.NOT_FOR_THIS_GROUP
    if rule.stage is Stage.NONE:
        return None
    if rule.stage is Stage.SEARCH:
        if related.linked:
            return None
        if not ask.budget_left:
            return Reason.QUERY_BUDGET_SPENT
        return Reason.GROUP_TOO_SMALL if ask.group < MIN_GROUP else None
    reached = work_ties(situation.relations, ask.caller.partner.oin, moment)
    return None if reached & _REACHED[rule.stage] else Reason.STAGE_NOT_REACHED


_REACHED: Final = {
    Stage.INTRODUCTION: frozenset(
        {RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST}
    ),
    Stage.OFFER: frozenset({RelationKind.AANBOD, RelationKind.GEPLAATST}),
    Stage.PLACED: frozenset({RelationKind.GEPLAATST}),
}


def _compose(
    ask: Ask,
    asked: int,
    purpose: Purpose,
    cell: Cell,
    situation: Situation,
    outcomes: list[_Carried | Verdict],
    fields: FieldDictionary,
    moment: datetime,
) -> Decision:
    closed = _closed(ask, cell, fields)  # (6)
    taken = _taken(purpose, situation, moment)  # (7)
    refused: dict[int, Reason] = {}
    grants: list[Grant] = []
    left = asked
    for outcome in outcomes:  # (8)
        if isinstance(outcome, _Carried):
            carried = outcome.fields & left & ~_special(outcome.rule, fields)
            for mask, _ in (*closed, *taken):
                carried &= ~mask
            if carried:
                grants.append(Grant(outcome.rule, carried, outcome.consent))
                left &= ~carried
    _explain(left, cell, outcomes, (*closed, *taken), fields, refused)
    verdicts = tuple(Verdict(o.rule, None) if isinstance(o, _Carried) else o for o in outcomes)
    headline = None if grants else _headline(verdicts, refused)
    hidden = not grants and all(v.reason is not None and step(v.reason) == 3 for v in verdicts)  # noqa: PLR2004 - step (3)
    by_reason: dict[Reason, int] = {}
    for bit, reason in refused.items():
        by_reason[reason] = by_reason.get(reason, 0) | bit
    return Decision(
        purpose,
        tuple(grants),
        tuple((mask, reason) for reason, mask in by_reason.items()),
        verdicts,
        headline,
        situation.epoch,
        hidden,
    )


def _closed(ask: Ask, cell: Cell, fields: FieldDictionary) -> tuple[tuple[int, Reason], ...]:
    """Step (6): what the matrix denies outright and what the agreement leaves out."""
    special = _mask_of_special(fields)
    without = fields.mask(ask.caller.partner.agreement.without)
    return (
        (cell.denied & special, Reason.SPECIAL_CATEGORY),
        (cell.denied & ~special, Reason.FIELD_NOT_IN_PURPOSE),
        (without, Reason.FIELD_NOT_IN_AGREEMENT),
    )


def _taken(
    purpose: Purpose, situation: Situation, moment: datetime
) -> tuple[tuple[int, Reason], ...]:
    """Step (7): what is subtracted from any grant for this purpose."""
    reasons = {
        WithholdingKind.RESTRICTED: Reason.RESTRICTED,
        WithholdingKind.OBJECTED: Reason.OBJECTED,
    }
    taken = [
        (withholding.fields, reasons[withholding.kind])
        for withholding in situation.withholdings
        if withholding.holds(purpose.code, moment)
    ]
    taken += [
        (-1, Reason.RETENTION_PASSED)
        for code, since in situation.closed
        if code == purpose.code and since <= moment
    ]
    taken.append((situation.held, Reason.HELD_FOR_REVIEW))
    return tuple(taken)


def _special(rule: Rule, fields: FieldDictionary) -> int:
    return 0 if rule.exception else _mask_of_special(fields)


def _mask_of_special(fields: FieldDictionary) -> int:
    mask = 0
    for spec in fields:
        if spec.sensitivity >= Sensitivity.S4:
            mask |= spec.bit
    return mask


def _explain(
    left: int,
    cell: Cell,
    outcomes: list[_Carried | Verdict],
    subtracted: tuple[tuple[int, Reason], ...],
    fields: FieldDictionary,
    refused: dict[int, Reason],
) -> None:
    """Say of each field that is left why: the reason that stands furthest in the order of steps."""
    special = _mask_of_special(fields)
    for spec in fields.specs(left):
        why = [reason for mask, reason in subtracted if mask & spec.bit]
        for (rule, mask), outcome in zip(cell.rules, outcomes, strict=True):
            if not mask & spec.bit:
                continue
            if isinstance(outcome, Verdict) and outcome.reason is not None:
                why.append(outcome.reason)
            elif spec.bit & special and not rule.exception:
                why.append(Reason.SPECIAL_CATEGORY)
            elif isinstance(outcome, _Carried) and not outcome.fields & spec.bit:
                why.append(Reason.CONSENT_SCOPE_MISMATCH if outcome.consent else Reason.NOT_LINKED)
        unnamed = Reason.SPECIAL_CATEGORY if spec.bit & special else Reason.FIELD_NOT_IN_PURPOSE
        refused[spec.bit] = max(why, key=step, default=unnamed)


def _headline(verdicts: tuple[Verdict, ...], refused: dict[int, Reason]) -> Reason:
    reasons = [verdict.reason for verdict in verdicts if verdict.reason is not None]
    reasons = reasons or list(refused.values())
    return max(reasons, key=step, default=Reason.FIELD_NOT_IN_PURPOSE)


def _named(cell: Cell) -> int:
    mask = 0
    for _, fields in cell.rules:
        mask |= fields
    return mask & ~cell.denied


def _refuse_all(
    ask: Ask, purpose: Purpose | None, reason: Reason, situation: Situation | None
) -> Decision:
    refused = ((ask.fields, reason),) if ask.fields else ()
    return Decision(purpose, (), refused, (), reason, situation.epoch if situation else None)
