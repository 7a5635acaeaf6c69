"""List the consents that were asked and wait for an answer: a casemanager's open items.

It is a disclosure like any other: who stays elsewhere, or may not be shown, is left out.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from gateway.actions.desk import GUIDANCE, admit
from gateway.actions.disclose import CLIENT_REF, PAGE, Disclose, Gate, Question
from gateway.domain.consents import Asked
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Released
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.domain.ports import Consents, Format

ASKED_OF = (
    CLIENT_REF,
    *(FieldName(name) for name in ("roepnaam", "voornamen", "voorvoegsel", "achternaam")),
)
"""What a casemanager needs to know of whom something was asked."""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A page of requests; ``after`` is the consent's id to go on from, ``None`` on the last."""

    released: Released
    after: UUID | None


class OpenRequests:
    """What was asked of the residents of a casemanager's sites."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        consents: Consents,
        columns: tuple[FieldName, ...] = (CLIENT_REF,),
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._consents = consents
        self._columns = columns

    @asynccontextmanager
    async def __call__(
        self,
        caller: Caller,
        after: UUID | None,
        layout: Callable[[tuple[Asked, ...]], Format],
        trace_id: str | None = None,
    ) -> AsyncIterator[RequestPage]:
        """Disclose one page, in order of id; raises ``DisclosureRefusedError``."""
        context = await admit(self._gate, caller)
        sites = sorted(caller.locations)
        found = await self._consents.asked_at(sites, context.moment, after, PAGE + 1)
        page = tuple(found[:PAGE])
        question = Question(
            Ask(caller, GUIDANCE, self._gate.fields.mask(self._columns)),
            tuple(dict.fromkeys(one.subject for one in page)),
            layout(page),
            trace_id=trace_id,
        )
        onward = page[-1].event.consent_id if len(found) > PAGE else None
        async with self._disclose.page(question) as released:
            yield RequestPage(released, onward)
