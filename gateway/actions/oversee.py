"""Oversight (P10): a privacy officer sees who saw what and why in her organisation's own entries.

1. She sees pseudonyms and names of fields, never a value, and no entry of another organisation.
2. Naming a person takes a second person, or the number of a case (GDPR art. 15 or 33).
3. The supervisory authority (art. 58) sees on request only: always within a case.
4. Each look-up is in the log before anything is shown, with the case and which filters were set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.disclose import PAGE
from gateway.actions.gate import Gate, admitted, commit, deny
from gateway.domain.decisions import Ask, Decision
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.logbook import CASE, EVERYTHING, Filters, LoggedEvent, LogPage, Proven, Sought
from gateway.domain.look_ups import LookUps
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry, LogReader
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.register import Activity, register
from gateway.domain.reviewing import SeenEntry

OVERSIGHT: Final = "P10"
OF_THE_DESKS: Final = frozenset(
    {
        RecordKind.CONSENT,
        RecordKind.RELATION,
        RecordKind.WITHHOLDING,
        RecordKind.RECTIFICATION,
        RecordKind.DELIVERY,
        RecordKind.PROFILE,
        RecordKind.QUARANTINE,
        RecordKind.GLASS,
    }
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What an overseer looks for; ``before`` is the index of the page before to go on below.

    ``look_up`` is the request that a second officer approved, for who names a person without a case;
    ``naming`` says that people are named in another way, for which only a case will do; ``limit`` is
    how many entries a page holds.
    """

    filters: Filters = EVERYTHING
    before: int | None = None
    subject: SubjectId | None = None
    case: str | None = None
    trace_id: str | None = None
    look_up: UUID | None = None
    naming: bool = False
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of entries with the receipt of the look-up; ``onward`` is where to go on, if anywhere."""

    entries: tuple[SeenEntry, ...]
    onward: int | None
    receipt: Receipt


class Oversee:
    """Answers those who oversee: entries, their proofs, and the register of what is done here."""

    def __init__(
        self, gate: Gate, log: LogReader, look_ups: LookUps, partners: Mapping[Oin, Partner]
    ) -> None:
        self._gate = gate
        self._log = log
        self._look_ups = look_ups
        self._partners = partners

    async def search(self, caller: Caller, inquiry: Inquiry) -> Overview:
        """Show a page of entries, newest first; raises ``DisclosureRefusedError``."""
        known = await self.known(inquiry.subject)
        context = await self.admit(caller, inquiry, known)
        receipt = await self.note(context, inquiry, "entries", known)  # (4)
        page = await self._page(sought_by(caller, inquiry.filters), inquiry)
        seen = tuple(SeenEntry(event, self.pseudonym(caller, event.tag)) for event in page.events)
        return Overview(seen, page.onward, receipt)

    async def proof(self, caller: Caller, index: int, inquiry: Inquiry) -> Proven | None:
        """Prove that the log holds one of her entries; ``None`` where she has none of that index."""
        context = await self.admit(caller, inquiry, None)
        await self.note(context, inquiry, "proof", None, entry=index)
        event = await self._log.one(index)
        if event is None or not sought_by(caller, EVERYTHING).may_see(event):
            return None
        return await self._log.prove(index)

    def activities(self) -> tuple[Activity, ...]:
        """Return the register (GDPR art. 30) of the rules in force; it names no person."""
        return register(self._gate.matrix, self._gate.fields, self._partners.values())

    async def known(self, subject: SubjectId | None) -> SubjectId | None:
        """Keep a person only where the gate knows her."""
        if subject is None:
            return None
        return subject if await self._gate.subjects.load([subject]) else None

    async def admit(self, caller: Caller, inquiry: Inquiry, known: SubjectId | None) -> Context:
        """Let an overseer in; raises ``DisclosureRefusedError`` once the refusal is logged."""
        gate = self._gate
        moment = gate.clock.now()
        purpose = gate.matrix.purpose(OVERSIGHT)
        context = Context.of(Ask(caller, OVERSIGHT), gate.matrix, moment, inquiry.trace_id)
        await admitted(gate, context)
        reason = _without_case(caller, inquiry)
        if reason is not None and not await self._approved(context, inquiry):
            await deny(gate, context, Decision.refusal(reason, purpose), known)
        if inquiry.case is not None and not CASE.fullmatch(inquiry.case):
            raise InvalidRequestError("zaaknummer", "is not of the form AVG15-2026-0042 (or AVG33)")
        return context

    async def _approved(self, context: Context, inquiry: Inquiry) -> bool:
        """Tell whether a second officer approved that the caller looks this person up (2)."""
        caller = context.ask.caller
        asked = None if inquiry.naming else inquiry.look_up
        found = await self._look_ups.by_id(asked) if asked else None
        return found is not None and found.opens(caller, inquiry.subject, context.moment)

    async def note(
        self,
        context: Context,
        inquiry: Inquiry,
        outcome: str,
        known: SubjectId | None,
        **detail: int,
    ) -> Receipt:
        """Put a look-up on record (4); on return it is durable."""
        told: dict[str, str | int] = {**detail, "filters": ",".join(inquiry.filters.names())}
        if inquiry.case is not None:
            told["case"] = inquiry.case
        if inquiry.look_up is not None:
            told["request"] = str(inquiry.look_up)
        if inquiry.before is not None:
            told["below"] = inquiry.before
        record = context.record(RecordKind.OVERSIGHT, outcome, subject=known, detail=told)
        return await commit(self._gate, Entry(record))

    async def _page(self, sought: Sought, inquiry: Inquiry) -> LogPage:
        if inquiry.subject is None:
            return await self._log.back(sought, inquiry.before, inquiry.limit)
        about = await self._log.about(inquiry.subject)
        below = (
            event
            for event in reversed(about)
            if (inquiry.before is None or event.index < inquiry.before)
            and sought.concerns(event)
            and sought.matches(event)
        )
        return _cut(below, inquiry.limit)

    def pseudonym(self, caller: Caller, tag: bytes | None) -> UUID | None:
        """Name whom a tag stands for, for one organisation: two logs can not be laid side by side."""
        if tag is None:
            return None
        meant = SubjectId(UUID(bytes=tag))
        return self._gate.pseudonyms.reference(f"{caller.partner.oin}:logboek", meant)

    def meant(self, caller: Caller, pseudonym: UUID) -> frozenset[bytes]:
        """Return the tags for which a pseudonym of her own log may stand; at most one is anyone's."""
        place = f"{caller.partner.oin}:logboek"
        found = self._gate.pseudonyms.meanings(place, pseudonym)
        return frozenset(subject.bytes for subject in found)


def _without_case(caller: Caller, inquiry: Inquiry) -> Reason | None:
    """Ask for a case where a person is named (2), and of the authority always (3)."""
    authority = caller.partner.kind is PartnerKind.TOEZICHTHOUDER
    if inquiry.case is None and (authority or inquiry.naming or inquiry.subject is not None):
        return Reason.SECOND_PERSON_NEEDED
    return None


def sought_by(caller: Caller, filters: Filters) -> Sought:
    """Say whose entries an overseer may see (1): COA's include what residents and sources brought."""
    match caller.partner.kind:
        case PartnerKind.TOEZICHTHOUDER:
            return Sought(None, filters=filters)
        case PartnerKind.COA:
            return Sought(caller.partner.oin, OF_THE_DESKS, filters)
        case _:
            return Sought(caller.partner.oin, filters=filters)


def _cut(events: Iterable[LoggedEvent], limit: int) -> LogPage:
    """Cut a page off; there is more when one entry is left over."""
    taken = tuple(islice(events, limit + 1))
    return LogPage(taken[:limit], taken[limit - 1].index if len(taken) > limit else None)
