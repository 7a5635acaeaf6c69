"""A municipality's worklist (Mijn overdrachten): its linked people, first due first, page by page."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from gateway.actions.accounts import Context
from gateway.actions.disclose import Disclose, Question
from gateway.actions.gate import Gate, admitted
from gateway.domain.clocks import (
    Clocks,
    People,
    Running,
    View,
    Waits,
    around,
    counts,
    ordered,
    size,
    waits,
)
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Released
from gateway.domain.handovers import NO_FILE, File, Handovers
from gateway.domain.identifiers import FieldName, PurposeCode, SubjectId
from gateway.domain.parameters import Parameters, Terms
from gateway.domain.partners import Caller
from gateway.domain.ports import Format
from gateway.domain.teams import SavedList, Whose, is_of

ROWS: Final = 25
"""How many people a page of the list shows: what one can take in, and is quick."""
COLUMNS: Final = tuple(
    FieldName(name)
    for name in (
        "client_ref",
        "v_nummer",
        "roepnaam",
        "voornamen",
        "voorvoegsel",
        "achternaam",
        "voorkeurstaal_contact",
        "tolk_nodig",
        "opvanglocatie_code",
        "koppel_datum",
        "huisvestingsdatum",
        "pip_deadline",
        "driegesprek_datum",
        "overdracht_scenario",
        "overdracht_status",
    )
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which page of a list is shown, of how many, and how many people each other list holds.

    ``counts`` are those of each view in the same hands, ``hands`` those of each hand in the same view;
    ``running`` are the clocks of the people on the page, ``files`` how their handovers stand.
    """

    chosen: SavedList
    page: int
    pages: int
    counts: Mapping[View, int]
    hands: Mapping[Whose, int]
    today: date
    terms: Terms
    running: Mapping[SubjectId, Running]
    files: Mapping[SubjectId, File]


class Waiting:
    """Who waits for a municipality, with clocks and with what was done of each handover."""

    def __init__(self, clocks: Clocks, handovers: Handovers, parameters: Parameters) -> None:
        self.handovers = handovers
        self._clocks = clocks
        self._parameters = parameters

    async def of(self, caller: Caller, purpose: PurposeCode, moment: datetime) -> People:
        """Read the clocks of everyone of the caller's municipality."""
        own = sorted(caller.partner.gemeenten)
        return await self._clocks.running(own, purpose, moment)

    async def between(
        self,
        groups: Iterable[Waits],
        places: tuple[int, int],
        caller: Caller,
        purpose: PurposeCode,
        moment: datetime,
    ) -> Mapping[SubjectId, Running]:
        """Read who stand between two places of the list that these groups make, in order.

        A superset of who may be seen: each is still decided one by one before anything is shown.
        """
        near, before = around(groups, *places)
        own, alike = sorted(caller.partner.gemeenten), [one.running for one in near]
        people = await self._clocks.people(own, purpose, moment, alike)
        start, end = (place - before for place in places)
        return dict(ordered(near, people)[start:end])

    async def files(
        self, people: Sequence[SubjectId], caller: Caller, moment: datetime
    ) -> Mapping[SubjectId, File]:
        """Read the files of the caller's municipality on some of its people."""
        own = sorted(caller.partner.gemeenten)
        found = await self.handovers.current(people, own, moment)
        return {one: found.get(one, NO_FILE) for one in people}

    def terms(self, day: date) -> Terms:
        """Return the terms in force on a day."""
        return self._parameters.on(day)


class Worklist:
    """Shows the people of the caller's own municipality, in the order of their clocks."""

    def __init__(self, gate: Gate, disclose: Disclose, waiting: Waiting) -> None:
        self._gate = gate
        self._disclose = disclose
        self._waiting = waiting

    @asynccontextmanager
    async def __call__(
        self, ask: Ask, chosen: SavedList, page: int, format_for: Callable[[Excerpt], Format]
    ) -> AsyncIterator[Released]:
        """Disclose one page; raises ``DisclosureRefusedError`` when the caller may list no one.

        A page beyond the last is the last.
        """
        gate, now = self._gate, self._gate.clock.now()
        await admitted(gate, Context.of(ask, gate.matrix, now))
        purpose = gate.matrix.purpose(ask.purpose)
        assert purpose is not None  # noqa: S101 - admitted refuses what is in no catalogue
        excerpt = await self._excerpt(ask.caller, purpose.code, chosen, page, now)
        cell = gate.matrix.cell(ask.caller.role, purpose.code)
        narrowed = replace(ask, fields=(cell.named if cell else 0) & gate.fields.mask(COLUMNS))
        question = Question(narrowed, tuple(excerpt.running), format_for(excerpt))
        async with self._disclose.page(question) as released:
            yield released

    async def _excerpt(
        self, caller: Caller, purpose: PurposeCode, chosen: SavedList, page: int, now: datetime
    ) -> Excerpt:
        today, me = now.date(), caller.actor
        terms = self._waiting.terms(today)
        groups = waits(await self._waiting.of(caller, purpose, now), today, terms)
        inside = [one for one in groups if chosen.view in one.views]
        hers = [one for one in groups if is_of(one.running, chosen.whose, me)]
        hands = {who: size(one for one in inside if is_of(one.running, who, me)) for who in Whose}
        sizes = counts(hers)
        pages = max(1, -(-sizes[chosen.view] // ROWS))
        here = min(max(page, 1), pages)
        wanted = [one for one in hers if chosen.view in one.views]
        places = (here - 1) * ROWS, here * ROWS
        shown = await self._waiting.between(wanted, places, caller, purpose, now)
        held = await self._waiting.files(tuple(shown), caller, now)
        return Excerpt(chosen, here, pages, sizes, hands, today, terms, shown, held)
