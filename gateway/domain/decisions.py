"""The law of one disclosure, decided field by field.

1. The caller's partner is known, its agreement runs today, and it gives her the role she acts in.
2. The purpose is in the catalogue, active today, and in that agreement for that role.
3. The subject exists, is not shielded (but to herself she never is), and the rule's relation test
   holds now, or the glass was broken within the hour (``gateway.domain.breakglass``). A municipality that another one followed keeps one month, for P03 and P12 only, and
   only PIP, route and hours of its own period.
4. The basis holds now: a legal task, or a consent that covers this purpose, this recipient and
   these fields at this moment.
5. The stage fits, the target group is the rule's, and thresholds hold: a group of at least ten
   where people must stay unrecognisable, and a query budget left.
6. Each field is within purpose, role, agreement and consent; what no rule names is refused; a
   field of class S4 or S5 needs a rule that names the exception; a number set by law never goes to
   a private party.
7. Restrictions, objections, texts held for review and passed retention terms are subtracted;
   restrictions and objections never from supervision (P10) or her own access (P11).
8. What remains is granted, each field by the first rule that carries it; all else is refused with
   a reason.

Deny is what remains when nothing said yes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gateway.domain.basis import basis
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import ConsentId
from gateway.domain.partners import Caller
from gateway.domain.purposes import Cell, Matrix, Purpose, RelationTest, Rule, Stage
from gateway.domain.reasons import Reason, step
from gateway.domain.relation_tests import INTRODUCED, OFFERED, PLACED, Related, relate
from gateway.domain.scene import Scene
from gateway.domain.subjects import Situation, WithholdingKind

MIN_GROUP: Final = 10
_STAGE_REACHED: Final = {
    Stage.INTRODUCTION: INTRODUCED,
    Stage.OFFER: OFFERED,
    Stage.PLACED: PLACED,
}
_WITHHELD: Final = {
    WithholdingKind.RESTRICTED: Reason.RESTRICTED,
    WithholdingKind.OBJECTED: Reason.OBJECTED,
}
_RELATION_STEP: Final = 3


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
    """What became of one rule: ``reason`` is ``None`` where it carries, else why it does not.

    ``fields`` is the mask it may carry: what it names, within the consent and the relation;
    ``broken`` says that a broken glass stands in for the relation.
    """

    rule: Rule
    reason: Reason | None
    fields: int = 0
    consent: ConsentId | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What leaves and what does not. ``refused`` maps masks to reasons; ``verdicts`` tell the story.

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

    @classmethod
    def refusal(
        cls, reason: Reason, purpose: Purpose | None = None, *, hidden: bool = False
    ) -> "Decision":
        """Refuse as a whole what never came to the fields of someone."""
        return cls(purpose, (), (), (), reason, None, hidden)

    @property
    def granted(self) -> int:
        """The mask of all fields that leave."""
        mask = 0
        for grant in self.grants:
            mask |= grant.fields
        return mask

    @property
    def broken(self) -> bool:
        """Whether anything leaves only because the glass was broken."""
        carrying = {grant.rule.rule_id for grant in self.grants}
        return any(one.broken and one.rule.rule_id in carrying for one in self.verdicts)


def decide(
    ask: Ask,
    situation: Situation | None,
    matrix: Matrix,
    fields: FieldDictionary,
    moment: datetime,
) -> Decision:
    """Decide ``ask`` about the subject of ``situation`` (``None``: unknown) at ``moment`` (UTC)."""
    purpose = matrix.purpose(ask.purpose)
    reason = standing(ask.caller, purpose, moment)  # (1), (2)
    if reason is not None or purpose is None:
        return _refuse(ask, purpose, reason or Reason.PURPOSE_UNKNOWN, situation)
    cell = matrix.cell(ask.caller.role, purpose.code)
    if cell is None:
        return _refuse(ask, purpose, Reason.PURPOSE_NOT_IN_AGREEMENT, situation)
    if situation is None or _shielded(ask.caller, situation):  # (3)
        unknown = Reason.SUBJECT_UNKNOWN if situation is None else Reason.SHIELDED
        return replace(_refuse(ask, purpose, unknown, situation), hidden=True)
    scene = Scene.at(moment, ask.caller, situation, fields)
    verdicts = tuple(_weigh(rule, mask, ask, scene) for rule, mask in cell.rules)  # (3)-(5)
    return _compose(ask, purpose, cell, verdicts, scene)  # (6)-(8)


def standing(caller: Caller, purpose: Purpose | None, moment: datetime) -> Reason | None:
    """Take steps (1) and (2): may this caller ask for this purpose at all, whoever it is about."""
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


def _shielded(caller: Caller, situation: Situation) -> bool:
    return situation.shielded and caller.subject != situation.subject


def _weigh(rule: Rule, mask: int, ask: Ask, scene: Scene) -> Verdict:
    related = relate(rule, scene)  # (3)
    if isinstance(related, Reason):
        return Verdict(rule, related)
    consent = basis(rule, scene, linked=related.linked)  # (4)
    if isinstance(consent, Reason):
        return Verdict(rule, consent)
    early = _stage(rule, ask, related, scene)  # (5)
    if early is not None:
        return Verdict(rule, early)
    carried = mask if related.limit is None else mask & related.limit
    if consent is None:
        return Verdict(rule, None, carried, broken=related.broken)
    carried &= scene.fields.mask(consent.scope.fields)
    return Verdict(rule, None, carried, consent.consent_id, related.broken)


def _stage(rule: Rule, ask: Ask, related: Related, scene: Scene) -> Reason | None:
    if scene.situation.doelgroep in rule.not_for:
        return Reason.NOT_FOR_THIS_GROUP
    if rule.stage is Stage.NONE:
        return None
    if rule.stage is not Stage.SEARCH:
        return None if scene.work & _STAGE_REACHED[rule.stage] else Reason.STAGE_NOT_REACHED
    if not ask.budget_left:
        return Reason.QUERY_BUDGET_SPENT
    return Reason.GROUP_TOO_SMALL if ask.group < MIN_GROUP and not related.linked else None


def _compose(
    ask: Ask, purpose: Purpose, cell: Cell, verdicts: tuple[Verdict, ...], scene: Scene
) -> Decision:
    subtracted = (*_closed(cell, scene), *_taken(purpose, scene))  # (6), (7)
    left = cell.named & ~cell.denied if ask.fields is None else ask.fields
    grants: list[Grant] = []
    for verdict in verdicts:  # (8)
        carried = _carried(verdict, scene) & left
        for mask, _ in subtracted:
            carried &= ~mask
        if carried:
            grants.append(Grant(verdict.rule, carried, verdict.consent))
            left &= ~carried
    refused = _reasons(left, cell, verdicts, subtracted, scene)
    return Decision(
        purpose,
        tuple(grants),
        refused,
        verdicts,
        None if grants else _headline(verdicts, refused),
        scene.situation.epoch,
        hidden=not grants and all(_unrelated(verdict) for verdict in verdicts),
    )


def _carried(verdict: Verdict, scene: Scene) -> int:
    """Step (6): a rule carries no S4 or S5 field unless it names the exception."""
    if verdict.reason is not None:
        return 0
    return verdict.fields if verdict.rule.exception else verdict.fields & ~scene.fields.special


def _closed(cell: Cell, scene: Scene) -> tuple[tuple[int, Reason], ...]:
    """Step (6): what the matrix denies, numbers for a private party, what was agreed away."""
    special, partner = scene.fields.special, scene.caller.partner
    numbers = scene.fields.numbers_by_law if partner.kind.private else 0
    without = scene.fields.mask(partner.agreement.without)
    return (
        (cell.denied & special, Reason.SPECIAL_CATEGORY),
        (cell.denied & ~special | numbers, Reason.FIELD_NOT_IN_PURPOSE),
        (without, Reason.FIELD_NOT_IN_AGREEMENT),
    )


def _taken(purpose: Purpose, scene: Scene) -> Iterator[tuple[int, Reason]]:
    """Step (7): what is subtracted from any grant for this purpose."""
    situation = scene.situation
    for withholding in situation.withholdings:
        if withholding.holds(purpose.code, scene.moment):
            yield withholding.fields, _WITHHELD[withholding.kind]
    for code, since in situation.closed:
        if code == purpose.code and since <= scene.moment:
            yield -1, Reason.RETENTION_PASSED
    yield situation.held, Reason.HELD_FOR_REVIEW


def _reasons(
    left: int,
    cell: Cell,
    verdicts: tuple[Verdict, ...],
    subtracted: tuple[tuple[int, Reason], ...],
    scene: Scene,
) -> tuple[tuple[int, Reason], ...]:
    """Say of each field that is left why: of all reasons, the one furthest along the steps."""
    by_reason: dict[Reason, int] = {}
    for spec in scene.fields.specs(left):
        special = spec.bit & scene.fields.special
        unnamed = Reason.SPECIAL_CATEGORY if special else Reason.FIELD_NOT_IN_PURPOSE
        taken = [reason for mask, reason in subtracted if mask & spec.bit]
        reason = max((*taken, *_short(spec.bit, cell, verdicts, scene)), key=step, default=unnamed)
        by_reason[reason] = by_reason.get(reason, 0) | spec.bit
    return tuple((mask, reason) for reason, mask in by_reason.items())


def _short(bit: int, cell: Cell, verdicts: tuple[Verdict, ...], scene: Scene) -> Iterator[Reason]:
    """Say of each rule that names a field where it fell short, if it did."""
    for (_, mask), verdict in zip(cell.rules, verdicts, strict=True):
        why = _why_not(verdict, bit, scene) if mask & bit else None
        if why is not None:
            yield why


def _why_not(verdict: Verdict, bit: int, scene: Scene) -> Reason | None:
    """Why a rule that names a field did not carry it; ``None`` where it did (and (7) took it)."""
    if verdict.reason is not None:
        return verdict.reason
    if bit & scene.fields.special and not verdict.rule.exception:
        return Reason.SPECIAL_CATEGORY
    if verdict.fields & bit:
        return None
    if verdict.consent:
        return Reason.CONSENT_SCOPE_MISMATCH
    guides = verdict.rule.relation is RelationTest.OWN_LOCATION
    return Reason.NOT_OWN_LOCATION if guides else Reason.NOT_LINKED


def _headline(verdicts: tuple[Verdict, ...], refused: tuple[tuple[int, Reason], ...]) -> Reason:
    reasons = [verdict.reason for verdict in verdicts if verdict.reason is not None]
    reasons += [reason for _, reason in refused if not reasons]
    return max(reasons, key=step, default=Reason.FIELD_NOT_IN_PURPOSE)


def _unrelated(verdict: Verdict) -> bool:
    return verdict.reason is not None and step(verdict.reason) == _RELATION_STEP


def _refuse(
    ask: Ask, purpose: Purpose | None, reason: Reason, situation: Situation | None
) -> Decision:
    refused = ((ask.fields, reason),) if ask.fields else ()
    epoch = situation.epoch if situation else None
    return Decision(purpose, (), refused, (), reason, epoch)
