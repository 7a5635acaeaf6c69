"""Write versions of client profiles: sealed, with their facts, relations, terms and log entry.

A text that someone released stays so until its words change: it is held anew with other words only.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID, uuid4

import orjson

from gateway.actions.accounts import Context
from gateway.actions.gate import ATTEMPTS, Gate
from gateway.actions.references import NUMBER
from gateway.actions.terms import SearchTerms
from gateway.actions.unreadable import left
from gateway.domain.changes import Change, RuleFacts, StoreProfile
from gateway.domain.codes import CodeLists
from gateway.domain.deliveries import JsonValue, JudgedRow
from gateway.domain.derived import derive, is_of_age
from gateway.domain.errors import LedgerUnavailableError, UnreadableValueError
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.intake import V_NUMMER
from gateway.domain.linking import delivered_events
from gateway.domain.notices import IssueNotice, ended_link, of_ended_link, told
from gateway.domain.parameters import Parameters
from gateway.domain.partners import Partner
from gateway.domain.ports import BlindIndex, Entry, StoredProfile
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.relations import MUNICIPAL, RelationEvent
from gateway.domain.shapes import padded_v_nummer
from gateway.domain.subjects import Dossier, SealedProfile
from gateway.domain.versions import STORED

CONTENT = "content"
OLDER = "profiel_peildatum: older than what is stored; not replaced"
SHUT = "what is stored does not open (UNREADABLE_VALUE); not replaced"
UNREADABLE = f"klantprofiel: {SHUT}"
AS_OF = FieldName("profiel_peildatum")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beforehand: code lists, the numbers that law sets, and the partners."""

    codes: CodeLists
    parameters: Parameters
    partners: Mapping[Oin, Partner]


@dataclass(frozen=True, slots=True)
class Passed:
    """Rows that replaced nothing: those that came too ``late``, and of whom what is stored is ``unreadable``."""

    late: set[int] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A row that brings something new, and what it would replace."""

    row: JudgedRow
    tags: tuple[bytes, ...]
    content: bytes
    as_of: str
    stored: StoredProfile | None


class ProfileWriter:
    """Stores rows that were found sound as new versions of their subjects' profiles."""

    def __init__(
        self,
        gate: Gate,
        terms: SearchTerms,
        index: BlindIndex,
        known: Known,
    ) -> None:
        self._gate = gate
        self._terms = terms
        self._index = index
        self._known = known

    async def store(self, context: Context, delivery: UUID, rows: Sequence[JudgedRow]) -> Passed:
        """Store what is new in ``rows``; return which rows replaced nothing, though they differ."""
        passed = Passed()
        pending = list(rows)
        for _ in range(ATTEMPTS):
            drafts = await self._drafts(context, pending, passed.late)
            entries = await self._entries(context, delivery, drafts, passed.unreadable)
            answers = await self._gate.ledger.append(entries) if entries else ()
            pending = [
                draft.row
                for draft, answer in zip(drafts, answers, strict=True)
                if not isinstance(answer, Receipt)
            ]
            if not pending:
                return passed
        raise LedgerUnavailableError("another delivery writes the same profiles; try again")

    async def opens(self, context: Context, row: JudgedRow) -> bool:
        """Tell whether what this row would replace opens; where it does not, that goes on record."""
        found = await self._gate.subjects.stored(self._index.terms(NUMBER, row.v_nummer))
        dossiers = await self._gate.subjects.load([one.subject for one in found.values()])
        try:
            for dossier in dossiers.values():
                self._opened(row, dossier)
        except UnreadableValueError as error:
            await self._gate.ledger.append(
                [left(self._gate, context, subject, error) for subject in dossiers]
            )
            return False
        return True

    async def _drafts(
        self, context: Context, rows: Sequence[JudgedRow], late: set[int]
    ) -> list[_Draft]:
        tags = [self._index.terms(NUMBER, row.v_nummer) for row in rows]
        known = await self._gate.subjects.stored([tag for hers in tags for tag in hers])
        drafts = []
        for row, hers in zip(rows, tags, strict=True):
            stored = next((known[tag] for tag in hers if tag in known), None)
            contents = self._index.terms(CONTENT, content_of(row.values))
            as_of = str(row.values.get(AS_OF) or context.moment.date().isoformat())
            if stored and stored.content in contents:
                continue
            if stored and as_of < stored.as_of:
                late.add(row.row)
                continue
            drafts.append(_Draft(row, hers, contents[0], as_of, stored))
        return drafts

    async def _entries(
        self, context: Context, delivery: UUID, drafts: Sequence[_Draft], unreadable: set[int]
    ) -> list[Entry]:
        """Return an entry for each draft; where what is stored does not open, one that says so."""
        known = [draft.stored.subject for draft in drafts if draft.stored]
        dossiers = await self._gate.subjects.load(known)
        fresh = [SubjectId(uuid4()) for draft in drafts if draft.stored is None]
        create = self._gate.vault.create_keys  # waits for a disk
        keys = await asyncio.to_thread(create, fresh) if fresh else {}
        unused = iter(fresh)
        entries = []
        for draft in drafts:
            subject = draft.stored.subject if draft.stored else next(unused)
            before = dossiers.get(subject)
            wrapped = draft.stored.wrapped_key if draft.stored else keys[subject]
            version = draft.stored.version + 1 if draft.stored else 1
            blank = SealedProfile(subject, version, wrapped, b"")
            try:
                change = self._change(context, delivery, draft, blank, before)
                entries.append(self._entry(context, draft.row.row, change, before))
            except UnreadableValueError as error:
                unreadable.add(draft.row.row)
                entries.append(left(self._gate, context, subject, error))
        return entries

    def _entry(
        self, context: Context, row: int, change: StoreProfile, before: Dossier | None
    ) -> Entry:
        record = context.record(
            RecordKind.PROFILE,
            STORED,
            subject=change.subject,
            fields=self._gate.fields,
            mask=change.changed,
            detail={"version": change.version, "in": str(change.delivery), "row": row},
        )
        relations = before.situation.relations if before else ()
        return self._recalled(Entry(record, (change,)), change, relations)

    def _change(
        self,
        context: Context,
        delivery: UUID,
        draft: _Draft,
        blank: SealedProfile,
        before: Dossier | None,
    ) -> StoreProfile:
        gate = self._gate
        values = {**draft.row.values}
        day = context.moment.date()
        terms = self._known.parameters.on(day)
        values |= derive(values, day, self._known.codes, terms)
        plain = {gate.fields[name].number: _text(v) for name, v in values.items()}
        changed = _changed(plain, self._opened(draft.row, before) if before else {})
        relations = before.situation.relations if before else ()
        withheld = before.situation.withholdings if before else ()
        events = delivered_events(values, relations, context.moment)
        return StoreProfile(
            subject=blank.subject,
            v_tag=draft.tags[0],
            older_tags=draft.tags[1:],
            version=blank.version,
            at=context.moment,
            as_of=draft.as_of,
            changed=changed,
            content=draft.content,
            parts=gate.vault.seal(blank, plain),
            facts=facts_of(values, self._held(draft.row, changed, before), self._known, day),
            relations=events,
            terms=self._terms.of_values(blank.subject, values, withheld, context.moment)
            if before or any(event.kind in MUNICIPAL for event in events)
            else (),  # who is new and linked to no town is to be found by nobody yet
            delivery=delivery,
        )

    def _held(self, row: JudgedRow, changed: int, before: Dossier | None) -> int:
        """Return the mask of what waits for a look, but for words that were released before."""
        waited = before.situation.held if before else 0
        return self._gate.fields.mask(row.held) & (changed | waited)

    def _recalled(
        self, entry: Entry, change: StoreProfile, relations: tuple[RelationEvent, ...]
    ) -> Entry:
        """Tell in the same entry the municipality whose link this delivery ends."""
        left = ended_link(relations, change.relations, change.at)
        if left is None:
            return entry
        recalled = of_ended_link(left, self._known.partners, change.at)
        detail = {**entry.record.detail, "left": left, "told": told(recalled)}
        issued: tuple[Change, ...] = tuple(IssueNotice(change.subject, one) for one in recalled)
        return Entry(replace(entry.record, detail=detail), (*entry.changes, *issued))

    def _opened(self, row: JudgedRow, before: Dossier) -> Mapping[int, bytes]:
        """Open the version before a row, and see that it is of the same person.

        Which profile a number leads to stands outside the seal, so that who can write the store could
        let one person's row replace another's.
        """
        if before.profile is None:
            return {}
        fields = self._gate.fields
        old = self._gate.vault.open(before.profile, fields.mask(spec.name for spec in fields))
        number = old.get(fields[V_NUMMER].number)
        if number is not None and padded_v_nummer(orjson.loads(number)) != row.v_nummer:
            raise UnreadableValueError(f"{V_NUMMER}: leads to another person's profile")
        return old


def _changed(plain: Mapping[int, bytes], old: Mapping[int, bytes]) -> int:
    """Return the mask of fields that came, went or differ from the version before."""
    changed = 0
    for number in plain.keys() | old.keys():
        if plain.get(number) != old.get(number):
            changed |= 1 << number
    return changed


def facts_of(
    values: Mapping[FieldName, JsonValue], held: int, known: Known, day: date
) -> RuleFacts:
    """Take from a profile what decisions, clocks and sort order need before any grant."""
    terms = known.parameters.on(day)
    site = _str(values, "opvanglocatie_code")
    place = known.codes.opvanglocaties.get(site or "")
    return RuleFacts(
        doelgroep=_str(values, "doelgroep"),
        reception_site=site,
        reception_gemeente=place.gemeente if place else None,
        coa_regio=place.regio if place else None,
        koppel_datum=_str(values, "koppel_datum"),
        pip_deadline=_str(values, "pip_deadline"),
        held=held,
        sixteen=is_of_age(values, terms["guardian_age"], day),
        eighteen=is_of_age(values, terms["twv_age"], day),
        overdracht_status=_str(values, "overdracht_status"),
    )


def content_of(values: Mapping[FieldName, JsonValue]) -> str:
    """Write the values of a row as the text whose digest says whether the same came before."""
    return _text(dict(sorted(values.items()))).decode()


def _text(value: JsonValue) -> bytes:
    """Write a value as every sealed value is written: the bytes of one value are always the same."""
    return orjson.dumps(value)


def _str(values: Mapping[FieldName, JsonValue], name: str) -> str | None:
    value = values.get(FieldName(name))
    return value if isinstance(value, str) else None
