"""The one way out: no personal value leaves but through here, and none before its entry is durable.

1. Decide, per subject and field, from the situation as it is now: the moment is taken after the
   situation was read, so that whatever was read has happened.
2. Append the intent and wait until it is durable; where the subject's epoch moved, decide again.
3. Open only the granted fields.
4. Name the subject as this recipient knows her.
5. Render, looking a last time for numbers that may not leave.
6. Send: the edge does, from the ``Released`` it is handed.
7. Record the outcome; an unknown outcome counts as sent.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import NoReturn
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.gate import ATTEMPTS, Gate, admitted, commit, deny
from gateway.actions.settled import Ending, Granted, Refused, Tally, as_event, known, told_to_caller
from gateway.actions.unreadable import Readable, left
from gateway.domain.consent_fields import consent_fields
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.delivery import Delivery
from gateway.domain.disclosures import Disclosed, Obligation, Released
from gateway.domain.errors import LedgerUnavailableError, UnreadableValueError
from gateway.domain.generalise import generalise
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.policy_versions import PolicyMovedError
from gateway.domain.ports import (
    Entry,
    Format,
)
from gateway.domain.purposes import Stage
from gateway.domain.reasons import told
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.subjects import Dossier

PAGE = 50
CLIENT_REF = FieldName("client_ref")


@dataclass(frozen=True, slots=True)
class Question:
    """What an edge asks of ``Disclose``: about whom, in which format.

    ``recipient`` is the name under which pseudonyms are made: the caller's OIN unless a search
    session narrows it. ``note`` goes into each intent: what the disclosure is for, beside its purpose.
    """

    ask: Ask
    subjects: tuple[SubjectId, ...]
    format: Format
    recipient: str | None = None
    trace_id: str | None = None
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Several people asked about one by one: who was granted is in ``released``.

    ``refused`` says of each of the others why, in the caller's words: who is hidden is unknown, and
    of whom the profile did not open there is the code of the error.
    """

    released: Released
    refused: Mapping[SubjectId, str]


@dataclass(slots=True)
class Settling:
    """Who was granted and who refused so far, under the entry of a page, if there is one."""

    parent: UUID | None
    log_refusals: bool
    granted: dict[SubjectId, Granted] = field(default_factory=dict)
    refused: dict[SubjectId, Refused] = field(default_factory=dict)


class Disclose:
    """Carries out disclosures: ``one`` subject, or a ``page`` or ``batch`` of at most fifty."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    @asynccontextmanager
    async def one(self, question: Question) -> AsyncIterator[Released]:
        """Disclose one subject; raises ``DisclosureRefusedError`` when nothing is granted."""
        context = self._context(question)
        subject = question.subjects[0]
        granted = await self._settle_one(context, subject)
        self._tell(context, granted.decision, 1)
        async with self._released(context, question, (granted,), granted.receipt) as released:
            yield released

    @asynccontextmanager
    async def page(self, question: Question) -> AsyncIterator[Released]:
        """Disclose a page of subjects under one parent entry; those refused are left out."""
        context = self._context(question)
        receipt = await self._begin(context, question)
        granted, _ = await self._settle(context, question.subjects, receipt.event_id)
        if granted:
            self._tell(context, granted[0].decision, len(granted))
        async with self._released(context, question, granted, receipt) as released:
            yield released

    @asynccontextmanager
    async def batch(self, question: Question) -> AsyncIterator[Batch]:
        """Disclose people who were each asked for by name: a page whose refusals are on record too.

        Raises ``DisclosureRefusedError`` when the caller may ask about no one.
        """
        context = self._context(question)
        await admitted(self._gate, context)
        receipt = await self._begin(context, question)
        async with self.part(question, receipt, named=True) as batch:
            yield batch

    @asynccontextmanager
    async def part(
        self, question: Question, parent: Receipt, *, named: bool
    ) -> AsyncIterator[Batch]:
        """Disclose people under the entry of a whole that began before.

        Refusals are on record, and told, only where people were ``named`` one by one.
        """
        context = self._context(question)
        granted, refused = await self._settle(
            context, question.subjects, parent.event_id, log_refusals=named
        )
        told, readable = refused if named else {}, Readable(question.format)
        decided = (*(one.decision for one in granted), *(o.decision for o in told.values()))
        for decision in decided:
            self._tell(context, decision, 1 if decision.granted else 0)
        apart = replace(question, format=readable)
        async with self._released(context, apart, granted, parent) as released:
            why = {subject: told_to_caller(one.decision) for subject, one in told.items()}
            yield Batch(released, {**why, **readable.others})

    @asynccontextmanager
    async def whole(
        self, context: Context, entry: Entry, make: Callable[[], Awaitable[bytes]], media_type: str
    ) -> AsyncIterator[Released]:
        """Hand over a file of shares that each have their entry; ``entry`` says that it leaves.

        ``make`` is asked for the file once that is durable. Raises ``LedgerUnavailableError`` when
        the log did not take the entry.
        """
        receipt = await commit(self._gate, entry)
        ending, tally = Ending(), Tally(())
        try:
            with ending.heard():
                tally = Tally((await make(),))
                yield Released(receipt, tally, media_type)
        finally:
            await self._close(context, (), receipt, ending, tally.taken)

    async def _begin(self, context: Context, question: Question) -> Receipt:
        """Write the parent entry of a page."""
        if len(question.subjects) > PAGE:
            raise ValueError("a page holds at most fifty subjects")
        record = context.record(
            RecordKind.BULK, "begun", detail={"subjects": len(question.subjects)}
        )
        return await commit(self._gate, Entry(record))

    async def push(self, question: Question, channel: Delivery, name: str) -> str:
        """Disclose one subject into a partner's channel; return where it went."""
        async with self.one(question) as released:
            return await channel.hand_over(question.ask.caller.partner.oin, name, released)

    def _context(self, question: Question) -> Context:
        gate = self._gate
        context = Context.of(question.ask, gate.matrix, gate.clock.now(), question.trace_id)
        return replace(context, note=question.note)

    async def _settle_one(self, context: Context, subject: SubjectId) -> Granted:
        """Settle who was asked about alone; a refusal too is taken by the policy in force."""
        for _ in range(ATTEMPTS):
            granted, refused = await self._settle(context, (subject,), None)
            if granted:
                return granted[0]
            with suppress(PolicyMovedError):
                await self._deny(subject, refused[subject])
        raise LedgerUnavailableError("the policy kept changing; ask again")

    async def _settle(
        self,
        context: Context,
        subjects: Sequence[SubjectId],
        parent: UUID | None,
        *,
        log_refusals: bool = False,
    ) -> tuple[list[Granted], Mapping[SubjectId, Refused]]:
        """Take steps (1) and (2), and again for each subject of whom something changed meanwhile.

        Each time by the policy in force: where that moved, nothing of the attempt was taken.
        """
        found = Settling(parent, log_refusals=log_refusals)
        left = subjects
        for _ in range(ATTEMPTS):
            with suppress(PolicyMovedError):
                left = await self._try(context, left, found)
            if not left:
                return [
                    found.granted[one] for one in subjects if one in found.granted
                ], found.refused
        raise LedgerUnavailableError("the situation kept changing; ask again")

    async def _try(
        self, context: Context, subjects: Sequence[SubjectId], found: Settling
    ) -> Sequence[SubjectId]:
        """Take steps (1) and (2) once; return of whom something changed meanwhile."""
        gate = self._gate
        dossiers = await gate.subjects.load(subjects)
        now = replace(context, matrix=gate.matrix, moment=gate.clock.now())
        wanted = self._decide(now, subjects, dossiers, found.refused)
        entries = [
            now.resting(dossier.situation, gate.fields).intent(
                subject, decision, gate.fields, found.parent
            )
            for subject, (dossier, decision) in wanted.items()
        ]
        if found.log_refusals:
            entries += self._denials(set(subjects), found.refused, found.parent)
        answers = await gate.ledger.append(entries) if entries else ()
        changed = []
        for (subject, settled), answer in zip(wanted.items(), answers[: len(wanted)], strict=True):
            if isinstance(answer, Receipt):
                found.granted[subject] = Granted(*settled, answer)
            else:
                changed.append(subject)
        return changed

    def _decide(
        self,
        context: Context,
        subjects: Sequence[SubjectId],
        dossiers: Mapping[SubjectId, Dossier],
        refused: dict[SubjectId, Refused],
    ) -> dict[SubjectId, tuple[Dossier, Decision]]:
        gate = self._gate
        wanted = {}
        for subject in subjects:
            dossier = dossiers.get(subject)
            situation = dossier.situation if dossier else None
            decision = decide(context.ask, situation, context.matrix, gate.fields, context.moment)
            if decision.granted and dossier is not None:
                wanted[subject] = (dossier, decision)
                refused.pop(subject, None)
            else:
                refused[subject] = Refused(decision, situation, context)
        return wanted

    def _denials(
        self,
        asked: set[SubjectId],
        refused: Mapping[SubjectId, Refused],
        parent: UUID | None,
    ) -> list[Entry]:
        fields = self._gate.fields
        return [
            one.resting(fields).denial(known(subject, one.decision), one.decision, fields, parent)
            for subject, one in refused.items()
            if subject in asked
        ]

    async def _deny(self, subject: SubjectId, refused: Refused) -> NoReturn:
        """Refuse; someone unknown costs the same work as someone hidden."""
        decision, context = refused.decision, refused.resting(self._gate.fields)
        self._tell(context, decision, 0)
        await deny(self._gate, context, decision, known(subject, decision))

    @asynccontextmanager
    async def _released(
        self,
        context: Context,
        question: Question,
        granted: Sequence[Granted],
        receipt: Receipt,
    ) -> AsyncIterator[Released]:
        ending, tally = Ending(), Tally(())
        try:
            with ending.heard():
                disclosed = await self._opened(context, question, granted, receipt)
                chunks = question.format.render(receipt, disclosed)
                if context.ask.caller.partner.kind.private:
                    chunks = self._gate.firewall.scan(chunks, frozenset())
                tally = Tally(chunks)
                yield Released(receipt, tally, question.format.media_type)
        finally:
            await self._close(context, granted, receipt, ending, tally.taken)

    async def _close(
        self,
        context: Context,
        granted: Sequence[Granted],
        receipt: Receipt,
        ending: Ending,
        taken: int,
    ) -> None:
        subject = granted[0].dossier.situation.subject if len(granted) == 1 else None
        now = replace(context, moment=self._gate.clock.now())
        record = now.record(
            RecordKind.OUTCOME,
            ending.outcome,
            decision=granted[0].decision if granted else None,
            subject=subject,
            parent=receipt.event_id,
            detail={"bytes": taken} | ({"why": ending.why} if ending.why else {}),
        )
        with suppress(LedgerUnavailableError):  # an intent without outcome counts as sent
            await commit(self._gate, Entry(record))

    async def _opened(
        self, context: Context, question: Question, granted: Sequence[Granted], receipt: Receipt
    ) -> list[Disclosed]:
        """Take steps (3) and (4); of several people one that does not open is shown as such.

        Who was asked about alone has the receipt to herself: then there is nothing to show.
        """
        alone = len(granted) == 1 and granted[0].receipt is receipt
        disclosed, failed = [], list[Entry]()
        for one in granted:
            try:
                disclosed.append(self._open(question, one))
            except UnreadableValueError as error:
                if alone:
                    raise
                subject, intent = one.dossier.situation.subject, one.receipt.event_id
                shut = self._share(question, one, {})
                disclosed.append(replace(shut, missing=(), unreadable=error.code))
                failed.append(left(self._gate, context, subject, error, intent))
        if failed:
            await self._gate.ledger.append(failed)
        return disclosed

    def _open(self, question: Question, granted: Granted) -> Disclosed:
        """Open what was granted and hold a value."""
        gate, decision, profile = self._gate, granted.decision, granted.dossier.profile
        opened = gate.vault.open(profile, decision.granted) if profile else {}
        values = self._shown(decision, opened)
        consents = granted.dossier.situation.consents
        values |= consent_fields(consents, gate.clock.now(), gate.fields.names(decision.granted))
        return self._share(question, granted, values)

    def _share(
        self, question: Question, granted: Granted, values: dict[FieldName, bytes]
    ) -> Disclosed:
        gate, decision = self._gate, granted.decision
        subject, names = granted.dossier.situation.subject, gate.fields.names(decision.granted)
        recipient = question.recipient or question.ask.caller.partner.oin
        reference = gate.pseudonyms.reference(recipient, subject)
        if CLIENT_REF in names:
            values[CLIENT_REF] = f'"{reference}"'.encode()
        return Disclosed(
            subject,
            reference,
            decision,
            values,
            tuple(name for name in names if name not in values),
            tuple((n, str(told(r))) for m, r in decision.refused for n in gate.fields.names(m)),
            tuple(
                Obligation(g.rule.rule_id, g.rule.retention, gate.fields.names(g.fields))
                for g in decision.grants
            ),
            granted.receipt,
            granted.dossier.situation.versions,
        )

    def _shown(self, decision: Decision, opened: Mapping[int, bytes]) -> dict[FieldName, bytes]:
        values = {}
        for grant in decision.grants:
            search = grant.rule.stage is Stage.SEARCH
            for number, name in self._gate.fields.numbered(grant.fields):
                value = opened.get(number)
                if value is not None:
                    values[name] = generalise(name, value) if search else value
        return values

    def _tell(self, context: Context, decision: Decision, subjects: int) -> None:
        self._gate.telemetry.tell(as_event(context, decision, subjects))
