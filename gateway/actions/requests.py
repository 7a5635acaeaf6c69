"""List what residents were asked and have not answered: a casemanager's open items.

It is a disclosure like any other: who stays elsewhere, or may not be shown, is left out.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from gateway.actions.desk import GUIDANCE, admit
from gateway.actions.disclose import CLIENT_REF, PAGE, Disclose, Question
from gateway.actions.gate import Gate
from gateway.domain.consents import Asked
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import ListPage
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.introductions import Introduction, Introductions
from gateway.domain.partners import Caller
from gateway.domain.ports import Consents, Format

ASKED_OF = (
    CLIENT_REF,
    *(
        FieldName(name)
        for name in (
            "roepnaam",
            "voornamen",
            "voorvoegsel",
            "achternaam",
            "voorkeurstaal_contact",
        )
    ),
)
"""What a casemanager needs to know of whom something was asked."""


class AboutSomeone(Protocol):
    """What was asked of someone."""

    @property
    def subject(self) -> SubjectId:
        """Whom it was asked of."""
        ...


Item = TypeVar("Item", bound=AboutSomeone)


@dataclass(frozen=True, slots=True)
class Pending(Generic[Item]):
    """Where open items of sites are found at a moment, some after an id; and the id of each."""

    find: Callable[[Sequence[str], datetime, UUID | None, int], Awaitable[Sequence[Item]]]
    id_of: Callable[[Item], UUID]


class OpenRequests(Generic[Item]):
    """What was asked of the residents of a casemanager's sites."""

    def __init__(
        self,
        gate: Gate,
        disclose: Disclose,
        pending: Pending[Item],
        columns: tuple[FieldName, ...] = (CLIENT_REF,),
    ) -> None:
        self._gate = gate
        self._disclose = disclose
        self._pending = pending
        self._columns = columns

    @asynccontextmanager
    async def __call__(
        self,
        caller: Caller,
        after: UUID | None,
        layout: Callable[[tuple[Item, ...]], Format],
        trace_id: str | None = None,
    ) -> AsyncIterator[ListPage]:
        """Disclose one page; raises ``DisclosureRefusedError``."""
        context = await admit(self._gate, caller)
        sites = sorted(caller.locations)
        found = await self._pending.find(sites, context.moment, after, PAGE + 1)
        page = tuple(found[:PAGE])
        question = Question(
            Ask(caller, GUIDANCE, self._gate.fields.mask(self._columns)),
            tuple(dict.fromkeys(one.subject for one in page)),
            layout(page),
            trace_id=trace_id,
        )
        onward = self._pending.id_of(page[-1]) if len(found) > PAGE else None
        async with self._disclose.page(question) as released:
            yield ListPage(released, onward)


def asked_of(consents: Consents) -> Pending[Asked]:
    """Find the consents that were asked, in order of id."""
    return Pending(consents.asked_at, lambda one: one.event.consent_id)


def introducing(introductions: Introductions) -> Pending[Introduction]:
    """Find the introductions that were asked, newest first."""
    return Pending(introductions.open_at, lambda one: one.introduction_id)
