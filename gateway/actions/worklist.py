"""A municipality's worklist (Mijn overdrachten): its linked people, first due first, page by page."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from gateway.actions.accounts import Context
from gateway.actions.disclose import Disclose, Gate, Question, admitted
from gateway.domain.clocks import Clocks, Running, View, belongs, counts, ordered
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Released
from gateway.domain.handovers import NO_FILE, File, Handovers
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.parameters import Parameters, Terms
from gateway.domain.ports import Format

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
    """Which page of a view is shown, of how many, and how many people each view holds.

    ``running`` are the clocks of the people on the page, ``files`` how their handovers stand.
    """

    view: View
    page: int
    pages: int
    counts: Mapping[View, int]
    today: date
    terms: Terms
    running: Mapping[SubjectId, Running]
    files: Mapping[SubjectId, File]


class Worklist:
    """Shows the people of the caller's own municipality, in the order of their clocks."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        clocks: Clocks,
        handovers: Handovers,
        parameters: Parameters,
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._clocks = clocks
        self._handovers = handovers
        self._parameters = parameters

    @asynccontextmanager
    async def __call__(
        self, ask: Ask, view: View, page: int, format_for: Callable[[Excerpt], Format]
    ) -> AsyncIterator[Released]:
        """Disclose one page; raises ``DisclosureRefusedError`` when the caller may list no one.

        A page beyond the last is the last.
        """
        gate, now = self._gate, self._gate.clock.now()
        await admitted(gate, Context.of(ask, gate.matrix, now))
        purpose = gate.matrix.purpose(ask.purpose)
        assert purpose is not None  # noqa: S101 - admitted refuses what is in no catalogue
        own = sorted(ask.caller.partner.gemeenten)
        files = await self._handovers.current(own, now)
        running = [
            one.with_file(files.get(one.subject, NO_FILE))
            for one in await self._clocks.running(own, purpose.code, now)
        ]
        terms, today = self._parameters.on(now.date()), now.date()
        wanted = ordered((o for o in running if belongs(o, view, today, terms)), terms)
        pages = max(1, -(-len(wanted) // ROWS))
        here = min(max(page, 1), pages)
        shown = {one.subject: one for one in wanted[(here - 1) * ROWS : here * ROWS]}
        held = {subject: files.get(subject, NO_FILE) for subject in shown}
        sizes = counts(running, today, terms)
        excerpt = Excerpt(view, here, pages, sizes, today, terms, shown, held)
        cell = gate.matrix.cell(ask.caller.role, purpose.code)
        narrowed = replace(ask, fields=(cell.named if cell else 0) & gate.fields.mask(COLUMNS))
        question = Question(narrowed, tuple(shown), format_for(excerpt))
        async with self._disclose.page(question) as released:
            yield released
