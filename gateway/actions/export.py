"""Export people as a file: page by page through ``Disclose``, kept sealed, handed over once.

1. Who is in it is fixed when it is asked for; one entry in the log is the parent of all that follows.
2. Every page is decided and logged like any other disclosure, and sealed again at once.
3. Whoever goes on after a crash begins at the first page that is missing; at most one page is
   decided twice then, and the log says so.
4. Before the file leaves, everyone in it is decided about once more: who may no longer be shown all
   that her share holds is left out of it.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID, uuid4
from zlib import compress

from gateway.actions.accounts import Context
from gateway.actions.disclose import Disclose, Question
from gateway.actions.gate import Gate, admitted, commit
from gateway.actions.shares import Shares, StagedShares, Survey
from gateway.domain.decisions import Ask, decide
from gateway.domain.disclosures import Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.exports import (
    ID_SIZE,
    PEOPLE_A_PART,
    ClearExport,
    Export,
    Exports,
    ExportState,
    FetchExport,
    OpenExport,
    Parcels,
    Progress,
    StagePart,
)
from gateway.domain.files import Contents, Cover, FileFormat, Packing
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.ports import Entry
from gateway.domain.purposes import Stage
from gateway.domain.records import Receipt, RecordKind

LABEL = "export"
ZIP = "application/zip"
JOSE = "application/jose"
SEARCH_FORM = "zoekprofiel"
IDS_A_READ = 1_000
PATIENCE = 1.0
"""Seconds that a question after an unfinished export waits for it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants as a file: whom (``None``: all she may know), in which format, for whose key."""

    ask: Ask
    form: str
    people: tuple[SubjectId, ...] | None = None
    key: Mapping[str, object] | None = None
    signed: bool = False
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """What files are made with: formats by name, how they are packed, encrypted and signed.

    ``public`` names the formats that are for government alone.
    """

    formats: Mapping[str, FileFormat]
    packing: Packing
    parcels: Parcels
    public: frozenset[str] = frozenset()

    def known_to(self, partner: Partner) -> frozenset[str]:
        """Name the formats that a partner may choose from."""
        return frozenset(self.formats) - (self.public if partner.kind.private else frozenset())


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that may leave, and the gate's signature of it where one was asked for."""

    released: Released
    signature: str | None


class ExportDesk:
    """Takes in wishes for files, makes them, and hands them over."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        exports: Exports,
        press: Press,
        partners: Mapping[Oin, Partner],
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._exports = exports
        self._partners = partners
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self.press = press

    async def open(self, wish: Wish) -> Export:
        """Fix who is in the file, and log that it is asked for (1); raises when it may not be."""
        self._check(wish)
        gate, ask = self._gate, wish.ask
        context = Context.of(ask, gate.matrix, gate.clock.now(), wish.trace_id)
        await admitted(gate, context)
        people = await self._everyone(ask.caller) if wish.people is None else wish.people
        begun = context.record(RecordKind.BULK, "begun", detail={"subjects": len(people)})
        parent = await commit(gate, Entry(begun))
        export = self._export(wish, context, people, parent)
        opened = context.record(
            RecordKind.EXPORT, "opened", parent=parent.event_id, detail={"form": wish.form}
        )
        await commit(gate, Entry(opened, (OpenExport(export),)))
        return export

    def _check(self, wish: Wish) -> None:
        known_to = self.press.known_to(wish.ask.caller.partner)
        if wish.form not in known_to:
            known = ", ".join(sorted(known_to))
            raise InvalidRequestError("formaat", f"is not one of {known}")
        if wish.key is not None:
            self.press.parcels.check(wish.key)
        purpose = self._gate.matrix.purpose(wish.ask.purpose)
        search = purpose is not None and any(r.stage is Stage.SEARCH for r in purpose.rules)
        kept = wish.form == SEARCH_FORM and wish.ask.caller.partner.kind is PartnerKind.GEMEENTE
        if search and not kept:
            raise InvalidRequestError(
                "doel", f"finds people; only a municipality may keep that, as {SEARCH_FORM}"
            )

    async def _everyone(self, caller: Caller) -> tuple[SubjectId, ...]:
        """List all with whom the caller's organisation ever had a relation; each is decided later."""
        partner = caller.partner
        parties = (partner.oin, *sorted(partner.gemeenten), *sorted(caller.locations))
        found: list[SubjectId] = []
        while True:
            after = found[-1] if found else None
            more = await self._gate.subjects.related(parties, after, IDS_A_READ)
            found += more
            if len(more) < IDS_A_READ:
                return tuple(found)

    def _export(
        self, wish: Wish, context: Context, people: Sequence[SubjectId], parent: Receipt
    ) -> Export:
        caller, export_id = wish.ask.caller, uuid4()
        if context.purpose is None:
            raise InvalidRequestError("doel", "is not in the catalogue")
        ids = b"".join(subject.bytes for subject in people)
        return Export(
            export_id,
            Oin(caller.partner.oin),
            caller.role,
            caller.actor,
            caller.locations,
            caller.regions,
            context.purpose,
            wish.ask.fields,
            wish.form,
            wish.people is not None,
            wish.signed,
            json.dumps(wish.key) if wish.key is not None else None,
            context.moment,
            len(people),
            self._gate.vault.seal_blob(LABEL, export_id.bytes, ids),
            parent.event_id,
            parent.index,
        )

    async def state(self, caller: Caller, export_id: UUID) -> tuple[Progress, ExportState] | None:
        """Find one's own export; one that is not whole is gone on with, and waited for a moment."""
        found = await self._exports.by_id(export_id)
        if found is None or not _own(found.export, caller):
            return None
        state = found.state(self._gate.clock.now())
        if state is not ExportState.BUSY:
            return found, state
        self.start(export_id)
        await asyncio.wait((self._busy[export_id],), timeout=PATIENCE)
        found = await self._exports.by_id(export_id) or found
        return found, found.state(self._gate.clock.now())

    async def total(self, caller: Caller, export_id: UUID) -> int:
        """Return how many people one's own export is about."""
        found = await self._exports.by_id(export_id)
        if found is None or not _own(found.export, caller):
            raise InvalidRequestError("export", "is not known")
        return found.export.total

    def start(self, export_id: UUID) -> None:
        """Make the file in the background, unless that is going on here."""
        if export_id not in self._busy:
            task = asyncio.create_task(self.make(export_id))
            self._busy[export_id] = task
            task.add_done_callback(lambda done: self._ended(export_id, done))

    def _ended(self, export_id: UUID, task: asyncio.Task[None]) -> None:
        self._busy.pop(export_id, None)
        if not task.cancelled():
            task.exception()  # the next question after the export begins anew where it stopped

    async def make(self, export_id: UUID, told: Callable[[int], None] = lambda _: None) -> None:
        """Disclose page after page until the file is whole; ``told`` hears how many are done."""
        found = await self._exports.by_id(export_id)
        if found is None:
            raise InvalidRequestError("export", "is not known")
        export = found.export
        ids = self._gate.vault.open_blob(LABEL, export_id.bytes, export.people)
        told(found.done)
        for number in range(found.made, export.parts):
            self._running(found)
            await self._part(export, number, _page(ids, number))
            told(min((number + 1) * PEOPLE_A_PART, export.total))

    def _running(self, found: Progress) -> None:
        if found.state(self._gate.clock.now()) is not ExportState.BUSY:
            raise InvalidRequestError("export", "was handed over, or its term has passed")

    async def _part(self, export: Export, number: int, people: tuple[SubjectId, ...]) -> None:
        """Disclose one page and keep it sealed (2)."""
        ask = self._ask(export)
        question = Question(ask, people, StagedShares(self._gate.fields), self._recipient(export))
        parent = Receipt(export.parent, export.index, b"", "")
        async with self._disclose.part(question, parent, named=export.named) as batch:
            shares = b"".join(batch.released.chunks)
            recipient = question.recipient or export.partner
            refused = [
                (str(self._gate.pseudonyms.reference(recipient, subject)), str(reason))
                for subject, reason in batch.refused.items()
            ]
        whole = shares + json.dumps(refused).encode()
        place = export.export_id.bytes + number.to_bytes(4, "big")
        sealed = self._gate.vault.seal_blob(LABEL, place, compress(whole, 1))
        context = Context.of(ask, self._gate.matrix, self._gate.clock.now())
        shown = shares.count(b"\n") - 1
        staged = context.record(
            RecordKind.EXPORT, "staged", parent=export.parent, detail={"people": shown}
        )
        change = StagePart(export.export_id, number, shown, sealed)
        await commit(self._gate, Entry(staged, (change,)))

    def _ask(self, export: Export) -> Ask:
        partner = self._partners.get(export.partner)
        if partner is None:
            raise InvalidRequestError("export", "is for a partner that is gone")
        caller = Caller(partner, export.role, export.actor, export.locations, export.regions)
        return Ask(caller, export.purpose, export.fields, export.total)

    def _recipient(self, export: Export) -> str | None:
        """Let references of a search live no longer than the file."""
        search = export.form == SEARCH_FORM
        return f"{export.partner}:export:{export.export_id}" if search else None

    @asynccontextmanager
    async def fetch(self, caller: Caller, export_id: UUID) -> AsyncIterator[Handed | None]:
        """Hand over one's own file, once; ``None`` when there is none that is whole and in term."""
        found = await self._exports.by_id(export_id)
        now = self._gate.clock.now()
        if (
            found is None
            or not _own(found.export, caller)
            or found.state(now) is not ExportState.READY
        ):
            yield None
            return
        export, signature = found.export, [""]
        context = Context.of(replace(self._ask(export), caller=caller), self._gate.matrix, now)
        leaves = context.record(RecordKind.EXPORT, "handed over", parent=export.parent)
        entry = Entry(leaves, (FetchExport(export_id, now),))

        async def make() -> bytes:
            data = await self._packed(export)
            signature[0] = self.press.parcels.sign(data) if export.signed else ""
            return data

        kind = ZIP if export.key is None else JOSE
        async with self._disclose.whole(context, entry, make, kind) as released:
            yield Handed(released, signature[0] or None)
        cleared = context.record(RecordKind.EXPORT, "cleared", parent=export.parent)
        await commit(self._gate, Entry(cleared, (ClearExport(export_id),)))

    async def _packed(self, export: Export) -> bytes:
        read = partial(self._exports.part, export.export_id)
        shares = Shares(self._gate.vault, self._gate.fields, export.export_id, export.parts, read)
        survey = await asyncio.to_thread(shares.survey)
        gone = await self._gone(export, survey)
        return await asyncio.to_thread(self._pack, export, shares.without(gone), survey)

    async def _gone(self, export: Export, survey: Survey) -> frozenset[SubjectId]:
        """Find who may no longer be shown all that her share holds (4)."""
        gate, ask = self._gate, self._ask(export)
        gone: set[SubjectId] = set()
        for page in survey.granted:
            dossiers = await gate.subjects.load(list(page))
            for subject, mask in page.items():
                dossier = dossiers.get(subject)
                situation = dossier.situation if dossier else None
                now = decide(ask, situation, gate.matrix, gate.fields, gate.clock.now())
                if mask & ~now.granted:
                    gone.add(subject)
        return frozenset(gone)

    def _pack(self, export: Export, shares: Shares, survey: Survey) -> bytes:
        partner = self._partners[export.partner]
        purpose = self._gate.matrix.purpose(export.purpose)
        cover = Cover(
            export.purpose,
            purpose.title_nl if purpose else export.purpose,
            export.partner,
            partner.name,
            self._gate.matrix.digest,
            export.at,
            export.expires,
        )
        contents = Contents(
            self.press.formats[export.form],
            cover,
            shares,
            survey.people - len(shares.gone),
            survey.refused,
            export.parent,
            export.index,
        )
        whole = io.BytesIO()
        look = self._gate.firewall.inspect if partner.kind.private else None
        self.press.packing.pack(whole, contents, look)
        data = whole.getvalue()
        key = json.loads(export.key) if export.key is not None else None
        return data if key is None else self.press.parcels.seal(data, key)


def _own(export: Export, caller: Caller) -> bool:
    mine = (caller.partner.oin, caller.role, caller.actor)
    return (export.partner, export.role, export.actor) == mine


def _page(ids: bytes, number: int) -> tuple[SubjectId, ...]:
    size = PEOPLE_A_PART * ID_SIZE
    page = ids[number * size : (number + 1) * size]
    return tuple(
        SubjectId(UUID(bytes=page[at : at + ID_SIZE])) for at in range(0, len(page), ID_SIZE)
    )
