"""List the people a caller may know (GET /v1/clienten): each page is a disclosure like any other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.disclose import PAGE, Disclose, Gate, Question, deny
from gateway.domain.decisions import Ask, Decision, standing
from gateway.domain.disclosures import Released
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.domain.ports import Format
from gateway.domain.reasons import Reason

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


@dataclass(frozen=True, slots=True)
class ClientPage:
    """A page of people; ``after`` is the reference to go on from, ``None`` on the last page."""

    released: Released
    after: UUID | None


class ListClients:
    """Pages through the people with whom the caller's organisation has a relation."""

    def __init__(self, gate: Gate, disclose: Disclose) -> None:
        self._gate = gate
        self._disclose = disclose

    @asynccontextmanager
    async def __call__(
        self, ask: Ask, after: UUID | None, format_: Format, trace_id: str | None = None
    ) -> AsyncIterator[ClientPage]:
        """Disclose one page; raises ``DisclosureRefusedError`` when the caller may list no one."""
        await self._admit(ask, trace_id)
        caller, gate = ask.caller, self._gate
        start = gate.pseudonyms.resolve(_place(caller), after) if after else None
        related = await gate.subjects.related(_parties(caller), start, PAGE + 1)
        page = tuple(related[:PAGE])
        more = len(related) > PAGE
        last = gate.pseudonyms.reference(_place(caller), page[-1]) if more else None
        narrowed = replace(ask, fields=self._worklist(ask))
        question = Question(narrowed, page, format_, trace_id=trace_id)
        async with self._disclose.page(question) as released:
            yield ClientPage(released, last)

    def _worklist(self, ask: Ask) -> int:
        """Narrow what is asked to the worklist's columns that the matrix names for this role."""
        purpose = self._gate.matrix.purpose(ask.purpose)
        cell = self._gate.matrix.cell(ask.caller.role, purpose.code) if purpose else None
        named = 0
        for _, mask in cell.rules if cell else ():
            named |= mask
        return named & self._gate.fields.mask(WORKLIST)

    async def _admit(self, ask: Ask, trace_id: str | None) -> None:
        gate = self._gate
        moment = gate.clock.now()
        purpose = gate.matrix.purpose(ask.purpose)
        reason = standing(ask.caller, purpose, moment)
        if reason is None and purpose and gate.matrix.cell(ask.caller.role, purpose.code) is None:
            reason = Reason.PURPOSE_NOT_IN_AGREEMENT
        if reason is None:
            return
        decision = Decision(purpose, (), (), (), reason, None)
        await deny(gate, Context.of(ask, gate.matrix, moment, trace_id), decision)


def _place(caller: Caller) -> str:
    """Name under which a place in the list is kept: it tells nothing about the person there."""
    return f"{caller.partner.oin}:volgende"


def _parties(caller: Caller) -> tuple[str, ...]:
    """Name the municipalities, reception sites or organisation whose people the caller may know."""
    return (caller.partner.oin, *sorted(caller.partner.gemeenten), *sorted(caller.locations))
