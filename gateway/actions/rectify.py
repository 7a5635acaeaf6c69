"""Take in that a field is wrong, show COA what waits, and close it: corrected, or refused with a reason.

What was said stands in the sealed log only, in the entry whose id the request has.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.desk import GUIDANCE, OWN_DATA, admit, deed_id, reach, seat
from gateway.actions.disclose import CLIENT_REF, PAGE, Disclose, Question
from gateway.actions.gate import Gate, commit
from gateway.domain.changes import Change, RequireEpoch
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import ListPage
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.notices import Cause, IssueNotice, NoticeKind, notices, told
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry, Format, LogReader
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits, with the words in which it was made; ``None`` once they were erased."""

    rectification: Rectification
    words: str | None


class RectifyDesk:
    """Where what is wrong is reported and handled."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        rectifications: Rectifications,
        log: LogReader,
        partners: Mapping[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._rectifications = rectifications
        self._log = log
        self._partners = partners

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

    @asynccontextmanager
    async def waiting(
        self,
        caller: Caller,
        after: UUID | None,
        layout: Callable[[tuple[Waiting, ...]], Format],
        trace_id: str | None = None,
        columns: Iterable[FieldName] = (CLIENT_REF,),
    ) -> AsyncIterator[ListPage]:
        """Disclose a page of what waits for a casemanager's residents, in order of id."""
        await admit(self._gate, caller)
        sites = sorted(caller.locations)
        found = await self._rectifications.open_at(sites, after, PAGE + 1)
        page = tuple([Waiting(one, await self._words(one)) for one in found[:PAGE]])
        people = tuple(dict.fromkeys(one.rectification.subject for one in page))
        mask = self._gate.fields.mask(columns)
        question = Question(Ask(caller, GUIDANCE, mask), people, layout(page), trace_id=trace_id)
        onward = page[-1].rectification.rectification_id if len(found) > PAGE else None
        async with self._disclose.page(question) as released:
            yield ListPage(released, onward)

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

    async def _words(self, found: Rectification) -> str | None:
        event = await self._log.opened(found.rectification_id)
        words = (event.told.detail or {}).get("words") if event and event.told else None
        return words if isinstance(words, str) else None
