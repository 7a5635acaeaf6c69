"""List the people a caller may know (GET /v1/clienten): each page is a disclosure like any other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.disclose import PAGE, Disclose, Question
from gateway.actions.gate import Gate, admitted
from gateway.actions.references import meant
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import ListPage
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.ports import Format

WORKLIST = tuple(
    FieldName(name)
    for name in (
        "client_ref",
        "v_nummer",
        "roepnaam",
        "voornamen",
        "voorvoegsel",
        "achternaam",
        "geboortedatum",
        "doelgroep",
        "voorkeurstaal_contact",
        "tolk_nodig",
        "opvanglocatie_code",
        "koppel_gemeente_code",
        "koppel_datum",
        "huisvesting_streefdatum",
        "pip_deadline",
        "driegesprek_datum",
        "overdracht_status",
        "setu_beroepscategorie",
        "bsn_status",
        "twv_status",
        "werk_status",
    )
)
AGREED = tuple(
    FieldName(name)
    for name in (
        "client_ref",
        "toestemming_id",
        "toestemming_doel",
        "toestemming_ontvanger",
        "toestemming_velden",
        "toestemming_taal",
        "toestemming_tijdstip",
        "toestemming_vervaldatum",
        "toestemming_ingetrokken_op",
    )
)
PLACED = tuple(
    FieldName(name)
    for name in (
        "client_ref",
        "roepnaam",
        "voornamen",
        "voorvoegsel",
        "achternaam",
        "arbeidsmarktaantekening",
        "twv_status",
        "twv_geldig_tot",
        "w_document_geldig_tot",
        "bsn_status",
        "dienstverband_start",
        "dienstverband_uren",
    )
)
"""What must be arranged before and around a job (P06)."""
GUIDED = tuple(
    FieldName(name)
    for name in (
        "client_ref",
        "roepnaam",
        "telefoonnummer_azc",
        "dienstverband_start",
        "dienstverband_eind",
        "nazorg_contactdatum",
        "nazorg_behoefte",
    )
)
"""What one needs to keep in touch after a placement (P08)."""


class ListClients:
    """Pages through the people with whom the caller's organisation has a relation."""

    def __init__(
        self, gate: Gate, disclose: Disclose, columns: tuple[FieldName, ...] = WORKLIST
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._columns = columns

    @asynccontextmanager
    async def __call__(
        self, ask: Ask, after: UUID | None, format_: Format, trace_id: str | None = None
    ) -> AsyncIterator[ListPage]:
        """Disclose one page; raises ``DisclosureRefusedError`` when the caller may list no one."""
        caller, gate = ask.caller, self._gate
        await admitted(gate, Context.of(ask, gate.matrix, gate.clock.now(), trace_id))
        page, onward = await turn(gate, caller, after)
        narrowed = replace(ask, fields=self._worklist(ask))
        question = Question(narrowed, page, format_, trace_id=trace_id)
        async with self._disclose.page(question) as released:
            yield ListPage(released, onward)

    def _worklist(self, ask: Ask) -> int:
        """Narrow what is asked to the list's columns that the matrix names for this role."""
        purpose = self._gate.matrix.purpose(ask.purpose)
        cell = self._gate.matrix.cell(ask.caller.role, purpose.code) if purpose else None
        return (cell.named if cell else 0) & self._gate.fields.mask(self._columns)


async def turn(
    gate: Gate, caller: Caller, after: UUID | None
) -> tuple[tuple[SubjectId, ...], UUID | None]:
    """Return the next page of whom the caller may know, in order of id, and where the list goes on."""
    start = await meant(gate, place_of(caller), after) if after else None
    related = await gate.subjects.related(parties_of(caller), start, PAGE + 1)
    page = tuple(related[:PAGE])
    return page, gate.pseudonyms.reference(place_of(caller), page[-1]) if related[PAGE:] else None


def place_of(caller: Caller) -> str:
    """Name under which a place in the list is kept: it tells nothing about the person there."""
    return f"{caller.partner.oin}:volgende"


def parties_of(caller: Caller) -> tuple[str, ...]:
    """Name the municipalities, reception sites or organisation whose people the caller may know."""
    return (caller.partner.oin, *sorted(caller.partner.gemeenten), *sorted(caller.locations))
