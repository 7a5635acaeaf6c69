"""The daily round past all profiles: what follows from other fields, and what has had its time.

1. Derived fields follow the day and the numbers in force on it; decisions never open their sources.
2. Purposes close, and fields that no open purpose names are deleted, older versions included.
3. Placements that agencies recorded are deleted some months after they ended (``placement_copy``).
4. What changes, changes with its entry; who did not change is left alone. Stopped halfway, the
   round goes on where it was: whoever was done needs nothing more.
5. A profile that does not open is left, counted and put on record; it keeps nobody else waiting.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.actions.accounts import Context
from gateway.actions.desk import admit
from gateway.actions.gate import Gate
from gateway.actions.profiles import Known, facts_of
from gateway.actions.terms import SearchTerms
from gateway.actions.unreadable import left
from gateway.domain.changes import (
    Change,
    ClosePurposes,
    DropQuarantine,
    RequireEpoch,
    ReviseProfile,
    RuleFacts,
)
from gateway.domain.deliveries import JsonValue
from gateway.domain.derived import DERIVABLE, INPUTS, months_later, rederived
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.domain.placements import ForgetPlacement, Placement, Placements
from gateway.domain.ports import Entry
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.retention import HANDOVER, Closed, closed_by_handover, past_retention
from gateway.domain.subjects import Dossier, SealedProfile
from gateway.domain.versions import REVISED

PAGE = 200
LOOKED_AT = INPUTS | DERIVABLE | {HANDOVER}

Values = dict[FieldName, JsonValue]


@dataclass(frozen=True, slots=True)
class Retained:
    """What a round did: people seen, profiles revised, people whose purposes opened or closed.

    ``placements`` were deleted; ``skipped`` changed meanwhile: the next round finds them.
    ``unreadable`` profiles did not open (5).
    """

    seen: int = 0
    revised: int = 0
    closed: int = 0
    skipped: int = 0
    placements: int = 0
    unreadable: int = 0

    def and_(self, other: "Retained") -> "Retained":
        """Add the counts of a page."""
        return Retained(
            self.seen + other.seen,
            self.revised + other.revised,
            self.closed + other.closed,
            self.skipped + other.skipped,
            self.placements + other.placements,
            self.unreadable + other.unreadable,
        )


@dataclass(frozen=True, slots=True)
class _Revision:
    """What is to become of one profile: values that differ, fields that go, purposes as they stand."""

    dossier: Dossier
    profile: SealedProfile
    fresh: Mapping[FieldName, JsonValue]
    differing: frozenset[FieldName]
    gone: int
    closed: Closed
    facts: RuleFacts

    @property
    def revises(self) -> bool:
        situation, facts = self.dossier.situation, self.facts
        came = (facts.sixteen, facts.eighteen) != (situation.sixteen, situation.eighteen)
        return came or bool(self.differing or self.gone)

    @property
    def closes(self) -> bool:
        return self.closed != self.dossier.situation.closed


class Retain:
    """Goes past everyone, a page at a time."""

    def __init__(
        self, gate: Gate, terms: SearchTerms, known: Known, placements: Placements
    ) -> None:
        self._gate = gate
        self._placements = placements
        self._terms = terms
        self._known = known

    async def __call__(self, caller: Caller) -> Retained:
        """Make the round; one page of profiles is in memory at a time."""
        context = await admit(self._gate, caller)
        await self._drop_quarantine(context)
        done, after = Retained(placements=await self._drop_placements(context)), None
        while page := await self._gate.subjects.everyone(after, PAGE):
            dossiers = await self._gate.subjects.load(page)
            done = done.and_(await self._page(context, [dossiers[one] for one in page]))
            after = page[-1]
        return done

    async def _page(self, context: Context, dossiers: Sequence[Dossier]) -> Retained:
        due: list[tuple[_Revision, Entry]] = []
        unreadable: list[Entry] = []
        for dossier in dossiers:
            try:
                due += self._due(context, dossier)
            except UnreadableValueError as error:  # (5)
                unreadable.append(left(self._gate, context, dossier.situation.subject, error))
        entries = [*(entry for _, entry in due), *unreadable]
        answers = await self._gate.ledger.append(entries) if entries else ()
        taken = [
            one
            for (one, _), answer in zip(due, answers[: len(due)], strict=True)
            if isinstance(answer, Receipt)
        ]
        return Retained(
            len(dossiers),
            sum(one.revises for one in taken),
            sum(one.closes for one in taken),
            len(due) - len(taken),
            unreadable=len(unreadable),
        )

    def _due(self, context: Context, dossier: Dossier) -> Iterator[tuple[_Revision, Entry]]:
        """Yield what is to become of one profile, with its entry; nothing where all is as it was."""
        found = self._look(context.moment, dossier)
        if found is not None and (found.revises or found.closes):
            yield found, self._entry(context, found)

    def _look(self, moment: datetime, dossier: Dossier) -> _Revision | None:
        """Open what the round looks at, and say what differs; an erased profile is left alone."""
        profile, situation, known, gate = (
            dossier.profile,
            dossier.situation,
            self._known,
            self._gate,
        )
        if profile is None:
            return None
        values = self._open(profile, gate.fields.mask(LOOKED_AT))
        then, now = situation.versions[-1].at.date(), moment.date()
        fresh = rederived(values, (then, now), known.codes, known.parameters)
        closed = closed_by_handover(
            situation,
            values.get(HANDOVER),
            gate.matrix,
            gate.fields[HANDOVER].bit,
            known.parameters.on(now),
        )
        past = past_retention(closed, gate.matrix, gate.fields, moment)
        gone = gate.fields.mask(self._open(profile, past)) if past else 0
        fresh = {name: v for name, v in fresh.items() if not gate.fields[name].bit & past}
        facts = facts_of(fresh, situation.held & ~gone, known, now)
        differing = frozenset(
            name
            for name in values.keys() | fresh.keys()
            if values.get(name) != fresh.get(name) and not gate.fields[name].bit & past
        )
        return _Revision(dossier, profile, fresh, differing, gone, closed, facts)

    def _entry(self, context: Context, revision: _Revision) -> Entry:
        situation, fields = revision.dossier.situation, self._gate.fields
        changes: list[Change] = [RequireEpoch(situation.subject, situation.epoch)]
        mask = fields.mask(revision.differing) | revision.gone
        if revision.closes:
            changes.append(ClosePurposes(situation.subject, revision.closed))
        if revision.revises:
            changes.append(self._revise(context, revision, mask))
        record = context.record(
            RecordKind.PROFILE,
            REVISED if revision.revises else "terms settled",
            subject=situation.subject,
            fields=fields,
            mask=mask,
            detail={"gone": ",".join(fields.names(revision.gone))} if revision.gone else None,
        )
        return Entry(record, tuple(changes))

    def _revise(self, context: Context, revision: _Revision, mask: int) -> ReviseProfile:
        """Seal the whole profile again as its next version, without what goes."""
        gate, profile, situation = self._gate, revision.profile, revision.dossier.situation
        moment = context.moment
        everything = self._open(profile, gate.fields.mask(spec.name for spec in gate.fields))
        dropped = set(gate.fields.names(revision.gone)) | LOOKED_AT
        values = {name: value for name, value in everything.items() if name not in dropped}
        values |= revision.fresh
        blank = SealedProfile(profile.subject, profile.version + 1, profile.wrapped_key, b"")
        plain = {gate.fields[name].number: _text(value) for name, value in values.items()}
        return ReviseProfile(
            subject=profile.subject,
            version=blank.version,
            at=moment,
            changed=mask,
            parts=gate.vault.seal(blank, plain),
            facts=revision.facts,
            terms=self._terms.of_values(profile.subject, values, situation.withholdings, moment),
        )

    def _open(self, profile: SealedProfile, mask: int) -> Values:
        fields = self._gate.fields
        opened = self._gate.vault.open(profile, mask)
        return {fields.names(1 << number)[0]: json.loads(v) for number, v in opened.items()}

    async def _drop_quarantine(self, context: Context) -> None:
        """Delete rows that were kept for their reasons longer than ``quarantine_copy``."""
        terms = self._known.parameters.on(context.moment.date())
        before = context.moment - timedelta(days=terms["quarantine_copy"])
        record = context.record(
            RecordKind.QUARANTINE, "term passed", detail={"until": before.isoformat()}
        )
        await self._gate.ledger.append([Entry(record, (DropQuarantine(before),))])

    async def _drop_placements(self, context: Context) -> int:
        """Delete placements that ended ``placement_copy`` months ago, an entry each; count them."""
        today = context.moment.date()
        months = self._known.parameters.on(today)["placement_copy"]
        passed = [
            one
            for one in await self._placements.ended(today)
            if one.ended is not None and months_later(one.ended, months) <= today
        ]
        entries = [_dropped(context, one) for one in passed]
        answers = await self._gate.ledger.append(entries) if entries else ()
        return sum(isinstance(answer, Receipt) for answer in answers)


def _dropped(context: Context, one: Placement) -> Entry:
    record = context.record(
        RecordKind.PLACEMENT,
        "term passed",
        subject=one.subject,
        detail={"placement": str(one.placement_id), "agency": one.agency},
    )
    return Entry(record, (ForgetPlacement(one),))


def _text(value: JsonValue) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
