"""Index everyone anew under the next version of the index key, while the gate is open.

1. The version is announced, and every gate looks up by it. Then it is taken up: every gate writes
   by it. Then the floor is raised: what was made under an older one is refused. Between these steps
   every gate gets the time to hear of them (``SETTLED``).
2. People are indexed anew a page at a time, a page an entry in the log. Whoever changed meanwhile is
   left for the next round: what she was found by before, she is found by after.
3. Of someone erased nothing can be made anew: no number leads to her any more.
4. The older versions are retired when nothing stands under them. Broken off at any moment, the work
   is gone on with by starting again.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from gateway.actions.count import KEY as COUNTS
from gateway.actions.gate import Gate
from gateway.actions.keys import tell
from gateway.actions.profiles import CONTENT, content_of
from gateway.actions.references import NUMBER
from gateway.actions.terms import SearchTerms
from gateway.domain.blind import Indexed, IndexStock, RaiseIndexFloor, RekeySubject, version_of
from gateway.domain.changes import Change, RequireEpoch
from gateway.domain.counting import Axes, PublishCounts, Statistics, blinded, opened
from gateway.domain.deliveries import JsonValue
from gateway.domain.derived import DERIVABLE
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.intake import V_NUMMER
from gateway.domain.keys import INDEX, SETTLED, KeyTurns, Rekeyed
from gateway.domain.partners import Caller
from gateway.domain.ports import BlindIndex
from gateway.domain.shapes import padded_v_nummer
from gateway.domain.subjects import Dossier, SealedProfile

PAGE = 100
Pause = Callable[[float], Awaitable[object]]
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Stock:
    """What is indexed: people, and the counts over these axes."""

    people: IndexStock
    counts: Statistics
    axes: Axes


@dataclass(slots=True)
class _Done:
    moved: int = 0
    unreadable: set[SubjectId] = field(default_factory=set)


class RekeyIndex:
    """Turns the index key over."""

    def __init__(
        self, gate: Gate, turns: KeyTurns, index: BlindIndex, stock: Stock, pause: Pause
    ) -> None:
        self._gate = gate
        self._turns = turns
        self._index = index
        self._stock = stock
        self._pause = pause
        self._terms = SearchTerms(gate.vault, index, gate.fields)

    async def progress(self) -> Mapping[str, object]:
        """Return the living versions, and how many people stand under an older one."""
        living = self._turns.versions(INDEX)
        left = await self._stock.people.left(living.writes)
        return {**living.told("index"), "index left": left}

    async def __call__(self, caller: Caller, progress: Progress = lambda _, __: None) -> Rekeyed:
        """Turn the key over, or finish what was broken off; ``progress`` hears how far of how many."""
        version = await self._begin(caller)
        people, done = self._stock.people, _Done()
        total = await people.left(version)
        while await self._sweep(caller, version, done, lambda moved: progress(moved, total)):
            if not await people.left(version):
                break
        counts = await self._recounted(caller, version)
        left = await people.left(version)
        retired = () if left or not counts else self._turns.retire(INDEX)
        came_to = {"version": version, "people": done.moved, "left": left}
        await tell(self._gate, caller, "index re-keyed", came_to)
        return Rekeyed(version, done.moved, len(done.unreadable), left, retired)

    async def _begin(self, caller: Caller) -> int:
        """Bring the next version to where nothing is written under an older one (1)."""
        if not self._turns.versions(INDEX).older:
            begun = {"version": self._turns.announce(INDEX)}
            await tell(self._gate, caller, "index re-keying begun", begun)
            await self._pause(SETTLED)
            self._turns.take_up(INDEX)
        version = self._turns.versions(INDEX).writes
        if await self._stock.people.floor() < version:
            await self._pause(SETTLED)
            raised = RaiseIndexFloor(version)
            await tell(self._gate, caller, "index floor raised", {"version": version}, raised)
        return version

    async def _sweep(
        self, caller: Caller, version: int, done: _Done, progress: Callable[[int], object]
    ) -> bool:
        """Go past everyone who is left, once; tell whether anyone was indexed anew."""
        before, after = done.moved, None
        while page := await self._stock.people.before(version, after, PAGE):
            await self._page(caller, version, page, done)
            progress(done.moved)
            after = page[-1].subject
        return done.moved > before

    async def _page(
        self, caller: Caller, version: int, page: Sequence[Indexed], done: _Done
    ) -> None:
        """Index a page anew in one entry; where someone on it changed meanwhile, by halves (2)."""
        gate, changes = self._gate, list[Change]()
        dossiers = await gate.subjects.load([one.subject for one in page])
        for one in page:
            try:
                change = self._rekeyed(one, dossiers[one.subject])
            except UnreadableValueError:
                done.unreadable.add(one.subject)
                continue
            changes += (RequireEpoch(one.subject, one.epoch), change)
        people = len(changes) // 2
        detail = {"version": version, "people": people}
        if not changes or await tell(gate, caller, "index page re-keyed", detail, *changes):
            done.moved += people
        elif len(page) > 1:
            middle = len(page) // 2
            await self._page(caller, version, page[:middle], done)
            await self._page(caller, version, page[middle:], done)

    def _rekeyed(self, one: Indexed, dossier: Dossier) -> RekeySubject:
        profile, term = dossier.profile, self._index.term
        if profile is None:
            return RekeySubject(
                one.subject, term(NUMBER, _nothing()), term(CONTENT, _nothing()), ()
            )
        values = self._open(profile)
        number = padded_v_nummer(values.get(V_NUMMER))
        if number is None:
            raise UnreadableValueError(f"{V_NUMMER}: not there")
        withholdings = dossier.situation.withholdings
        terms = self._terms.of_values(one.subject, values, withholdings, self._gate.clock.now())
        return RekeySubject(
            one.subject, term(NUMBER, number), self._digest(values, one.content), terms
        )

    def _open(self, profile: SealedProfile) -> Mapping[FieldName, JsonValue]:
        fields = self._gate.fields
        opened = self._gate.vault.open(profile, fields.mask(spec.name for spec in fields))
        return {fields.names(1 << number)[0]: json.loads(v) for number, v in opened.items()}

    def _digest(self, values: Mapping[FieldName, JsonValue], known: bytes) -> bytes:
        """Make the digest of what was delivered anew; where that is not what is here, one of nothing.

        Then the same row, delivered again, is stored as a version in which nothing changed.
        """
        plain = content_of({name: v for name, v in values.items() if name not in DERIVABLE})
        digests = self._index.terms(CONTENT, plain)
        return digests[0] if known in digests else self._index.term(CONTENT, _nothing())

    async def _recounted(self, caller: Caller, version: int) -> bool:
        """Put the published counts under the new version; tell whether all that can be read are."""
        cubes, term, terms = await self._stock.counts.published(), self._term, self._all_terms
        if all(version_of(one) >= version for cube in cubes for one in cube.counts):
            return True
        found = [opened(cube, self._stock.axes, terms) for cube in cubes]
        anew = tuple(
            blinded(publication, cube.at, term)
            for cube, publication in zip(cubes, found, strict=True)
            if publication is not None
        )
        change = PublishCounts(cubes[0].at, anew)
        return await tell(self._gate, caller, "counts re-keyed", {"version": version}, change)

    def _term(self, text: str) -> bytes:
        return self._index.term(COUNTS, text)

    def _all_terms(self, text: str) -> tuple[bytes, ...]:
        return self._index.terms(COUNTS, text)


def _nothing() -> str:
    return uuid4().hex
