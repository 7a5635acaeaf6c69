"""Take in that a field is wrong, show COA what waits, and close it: corrected, or refused with a reason.

What was said stands in the sealed log only, in the entry whose id the request has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import OWN_DATA, admit, deed_id, reach, seat
from gateway.actions.disclose import Disclose
from gateway.actions.gate import Gate, commit
from gateway.actions.waiting import Pending, WaitingList
from gateway.domain.changes import Change, RequireEpoch
from gateway.domain.decisions import Ask
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.notices import Cause, IssueNotice, NoticeKind, notices, told
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry, LogReader
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.rectification import (
    AskRectification,
    CloseRectification,
    Rectification,
    Rectifications,
    RectificationState,
    corrected,
    received,
)

NOT_TOLD: Final = frozenset({PartnerKind.COA, PartnerKind.BETROKKENE})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What someone says is wrong, in ``words``; a repeated ``retry_key`` is the same request."""

    field: FieldName | None
    words: str
    retry_key: str | None = None


class RectifyDesk:
    """Where what is wrong is reported; a casemanager of COA handles what is ``waiting``."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        rectifications: Rectifications,
        log: LogReader,
        partners: Mapping[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._rectifications = rectifications
        self._log = log
        self._partners = partners
        self.waiting = WaitingList(
            gate,
            disclose,
            Pending(
                lambda sites, _, after, most: rectifications.open_at(sites, after, most),
                lambda one: one.rectification_id,
                log=log,
            ),
        )

    async def ask(
        self, caller: Caller, subject: SubjectId, purpose: str, complaint: Complaint
    ) -> Receipt:
        """Record what a recipient of the field says of it, or she herself (P11)."""
        mask = self._gate.fields.mask([complaint.field] if complaint.field else [])
        ask = Ask(caller, OWN_DATA if caller.subject else purpose, mask or None)
        found = await seat(self._gate, ask, subject)
        entry_id = deed_id(subject, f"rectification:{caller.actor}", complaint.retry_key)
        known = await self._rectifications.by_id(entry_id)
        moment = known.at if known else found.context.moment  # a retry is the same entry
        request = Rectification(entry_id, subject, complaint.field, caller.partner.oin, moment)
        record = replace(found.context, moment=moment).record(
            RecordKind.RECTIFICATION,
            "requested",
            subject=subject,
            fields=self._gate.fields,
            mask=mask,
            detail={"words": complaint.words},
        )
        record = replace(record, event_id=entry_id)
        return await commit(self._gate, Entry(record, (AskRectification(request),)))

    async def close(
        self, caller: Caller, rectification_id: UUID, *, refused: str | None
    ) -> tuple[Rectification, Receipt]:
        """Close as corrected, or ``refused`` for a reason; what was not corrected cannot be so."""
        await admit(self._gate, caller)
        found = await self._rectifications.by_id(rectification_id)
        desk = await reach(self._gate, caller, found.subject if found else SubjectId(uuid4()))
        if found is None or found.state is not RectificationState.OPEN:
            raise InvalidRequestError("rectificatie", "is not open; there is nothing to handle")
        situation, moment = desk.dossier.situation, desk.context.moment
        mask = self._gate.fields.mask([found.field]) if found.field else -1
        if refused is None and not corrected(situation.versions, found.at, mask):
            raise InvalidRequestError("oordeel", "no delivery changed the field since; refuse it")
        state = RectificationState.GEWEIGERD if refused else RectificationState.GECORRIGEERD
        changes: tuple[Change, ...] = (
            RequireEpoch(found.subject, situation.epoch),
            CloseRectification(rectification_id, found.subject, state, moment),
        )
        detail: dict[str, str | int] = {"request": str(rectification_id)}
        if refused is None:
            recalled = notices(Cause(NoticeKind.RECTIFIED), await self._having(found), moment)
            changes += tuple(IssueNotice(found.subject, one) for one in recalled)
            detail["told"] = told(recalled)
        else:
            detail["why"] = refused
        receipt = await self._record(desk.context, found, state, detail, changes)
        return replace(found, state=state, closed=moment), receipt

    async def _record(
        self,
        context: Context,
        found: Rectification,
        state: RectificationState,
        detail: dict[str, str | int],
        changes: tuple[Change, ...],
    ) -> Receipt:
        fields = self._gate.fields
        record = context.record(
            RecordKind.RECTIFICATION,
            state,
            subject=found.subject,
            fields=fields,
            mask=fields.mask([found.field] if found.field else []),
            detail=detail,
        )
        return await commit(self._gate, Entry(record, changes))

    async def _having(self, found: Rectification) -> frozenset[Oin]:
        """Name the partners that received the field, but for COA and herself."""
        events = await self._log.about(found.subject)
        return frozenset(
            oin
            for oin in received(events, found.field)
            if oin in self._partners and self._partners[oin].kind not in NOT_TOLD
        )
