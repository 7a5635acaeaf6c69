"""Withhold on a resident's word: restriction (GDPR art. 18), objection (art. 21), shield; and lift it.

1. She herself may, and who guides her; it takes effect at the next decision.
2. An objection reaches only what rests on art. 6(1)(e) or (f).
3. Whoever has her now is told in the same entry (art. 19).
4. What is withheld from searching (P04) is not searched by; with nothing left, she is not found.
5. Supervision, her own access and withdrawing a consent stay open (``Withholding.holds``, ``reach``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from gateway.actions.desk import Seat, reach
from gateway.actions.gate import Gate, commit
from gateway.actions.terms import SearchTerms, found_by
from gateway.domain.changes import (
    Change,
    LiftWithholding,
    RequireEpoch,
    SearchAs,
    Shield,
    Unshield,
    Withhold,
)
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import closed_to_search, withheld_from_search
from gateway.domain.identifiers import FieldName, Oin, PurposeCode, SubjectId
from gateway.domain.notices import (
    Cause,
    IssueNotice,
    Notice,
    NoticeKind,
    notices,
    told,
    who_has_her,
)
from gateway.domain.objections import objectionable
from gateway.domain.partners import Caller, Partner
from gateway.domain.ports import Entry, Withholdings
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.subjects import Withholding, WithholdingKind

KINDS = {
    WithholdingKind.RESTRICTED: NoticeKind.RESTRICTED,
    WithholdingKind.OBJECTED: NoticeKind.OBJECTED,
}


@dataclass(frozen=True, slots=True)
class WithholdingWish:
    """What she wants withheld: ``fields`` empty means all, ``purposes`` empty all that it can reach."""

    subject: SubjectId
    kind: WithholdingKind
    fields: frozenset[FieldName] = frozenset()
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordedWithholding:
    """A restriction or objection as recorded, with the receipt of its log entry."""

    withholding_id: UUID
    withholding: Withholding
    receipt: Receipt


class WithholdDesk:
    """Where restrictions, objections and shields are recorded and lifted."""

    def __init__(
        self,
        gate: Gate,
        withholdings: Withholdings,
        terms: SearchTerms,
        partners: dict[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._withholdings = withholdings
        self._terms = terms
        self._partners = partners

    async def record(self, caller: Caller, wish: WithholdingWish) -> RecordedWithholding:
        """Record a restriction or objection; a purpose it cannot reach is a wrong question."""
        purposes = self._purposes(wish)
        seat = await reach(self._gate, caller, wish.subject)
        names = wish.fields or {spec.name for spec in self._gate.fields}
        mask = self._gate.fields.mask(names)
        withholding = Withholding(wish.kind, mask, purposes, seat.context.moment)
        withholding_id = uuid4()
        recalled = self._told(seat, withholding)
        search = await self._search(seat, (*seat.dossier.situation.withholdings, withholding))
        changes: tuple[Change, ...] = (
            Withhold(wish.subject, withholding_id, withholding, search),
            *(IssueNotice(wish.subject, one) for one in recalled),
        )
        detail: dict[str, str | int] = {
            "withholding": str(withholding_id),
            "for": ",".join(sorted(purposes)),
            "told": told(recalled),
        }
        entry = self._entry(seat, RecordKind.WITHHOLDING, wish.kind, detail, changes, mask)
        receipt = await commit(self._gate, entry)
        return RecordedWithholding(withholding_id, withholding, receipt)

    async def lift(self, caller: Caller, withholding_id: UUID) -> tuple[datetime, Receipt]:
        """Lift a restriction or objection from now on; return when, and the receipt."""
        state = await self._withholdings.by_id(withholding_id)
        seat = await reach(self._gate, caller, state.subject if state else SubjectId(uuid4()))
        if state is None or state.lifted is not None:
            raise InvalidRequestError("beperking", "is not in force; there is nothing to lift")
        at, standing = seat.context.moment, [*seat.dossier.situation.withholdings]
        standing.remove(state.withholding)
        search = await self._search(seat, standing)
        changes = (LiftWithholding(state.subject, withholding_id, at, search),)
        detail: dict[str, str | int] = {"withholding": str(withholding_id)}
        entry = self._entry(seat, RecordKind.WITHHOLDING, "lifted", detail, changes)
        return at, await commit(self._gate, entry)

    async def shield(self, caller: Caller, subject: SubjectId, *, shielded: bool) -> Receipt:
        """Hide a subject from all but herself, or show her again; repeating it changes nothing.

        Of whom the profile was erased there is nothing to show; that she is hidden goes with it.
        """
        seat = await reach(self._gate, caller, subject)
        if not shielded and seat.dossier.profile is None:
            raise InvalidRequestError("afgeschermd", "cannot be lifted: the profile was erased")
        changes: tuple[Change, ...] = ()
        if seat.dossier.situation.shielded != shielded:
            changes = (Shield(subject) if shielded else await self._shown(seat),)
        outcome = "shielded" if shielded else "shown"
        return await commit(self._gate, self._entry(seat, RecordKind.SHIELD, outcome, {}, changes))

    async def _shown(self, seat: Seat) -> Unshield:
        situation = seat.dossier.situation
        return Unshield(situation.subject, (await self._search(seat, situation.withholdings)).terms)

    async def _search(self, seat: Seat, withholdings: Sequence[Withholding]) -> SearchAs:
        """Say how she may be found while these withholdings stand."""
        gate, moment = self._gate, seat.context.moment
        withheld = withheld_from_search(withholdings, moment)
        if closed_to_search(withheld, gate.matrix, gate.fields):
            return SearchAs(closed=True)
        return SearchAs(await found_by(gate, self._terms, seat, withholdings))

    def _purposes(self, wish: WithholdingWish) -> frozenset[PurposeCode]:
        matrix = self._gate.matrix
        named = [matrix.purpose(code) for code in wish.purposes]
        codes = frozenset(purpose.code for purpose in named if purpose is not None)
        if len(codes) < len({*wish.purposes}):
            raise InvalidRequestError(
                "doelen", "holds a purpose that is not in the catalogue, or twice"
            )
        if wish.kind is WithholdingKind.OBJECTED:
            return objectionable(matrix, codes)
        return codes

    def _told(self, seat: Seat, withholding: Withholding) -> tuple[Notice, ...]:
        """Make the notices for whoever has her now (GDPR art. 19)."""
        single = next(iter(withholding.purposes)) if len(withholding.purposes) == 1 else None
        cause = Cause(KINDS[withholding.kind], single)
        moment = seat.context.moment
        having = who_has_her(seat.dossier.situation, self._partners, moment)
        return notices(cause, having, moment)

    def _entry(  # noqa: PLR0913, PLR0917 - an entry names each of these
        self,
        seat: Seat,
        kind: RecordKind,
        outcome: str,
        detail: dict[str, str | int],
        changes: tuple[Change, ...],
        mask: int = 0,
    ) -> Entry:
        situation = seat.dossier.situation
        record = seat.context.record(
            kind,
            outcome,
            subject=situation.subject,
            fields=self._gate.fields,
            mask=mask,
            detail=detail,
        )
        return Entry(record, (RequireEpoch(situation.subject, situation.epoch), *changes))
