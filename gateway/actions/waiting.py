"""List what waits for a casemanager about the residents of her sites, a page at a time.

1. It is a disclosure like any other: who stays elsewhere, or may not be shown, is left out.
2. What was said of it is opened once that disclosure is durable.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from gateway.actions.desk import GUIDANCE, admit
from gateway.actions.disclose import CLIENT_REF, PAGE, Disclose, Question
from gateway.actions.gate import Gate
from gateway.actions.sealed_words import Words, spoken
from gateway.domain.consents import Asked
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import ListPage
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.introductions import Introduction, Introductions
from gateway.domain.partners import Caller
from gateway.domain.ports import Consents, Format, LogReader

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
"""What a casemanager needs to know of whom something waits."""


class AboutSomeone(Protocol):
    """What waits about someone."""

    @property
    def subject(self) -> SubjectId:
        """Whom it is about."""
        ...


Item = TypeVar("Item", bound=AboutSomeone)


Layout = Callable[[Sequence[Item], Words], Format]
"""Makes a format of a page of items and of what was said with them, which fills later (2)."""


async def _each(items: Sequence[Item]) -> Sequence[Item]:
    return items


@dataclass(frozen=True, slots=True)
class Pending(Generic[Item]):
    """Where open items of sites are found at a moment, some after an id; and the id of each.

    ``lasting`` leaves out what has no sense any more. Where words were said with an item, they stand
    in the ``log`` under its id.
    """

    find: Callable[[Sequence[str], datetime, UUID | None, int], Awaitable[Sequence[Item]]]
    id_of: Callable[[Item], UUID]
    lasting: Callable[[Sequence[Item]], Awaitable[Sequence[Item]]] = _each
    log: LogReader | None = None


class WaitingList(Generic[Item]):
    """What waits about the residents of a casemanager's sites."""

    def __init__(self, gate: Gate, disclose: Disclose, pending: Pending[Item]) -> None:
        self._gate = gate
        self._disclose = disclose
        self._pending = pending

    @asynccontextmanager
    async def __call__(
        self,
        caller: Caller,
        after: UUID | None,
        layout: Layout[Item],
        trace_id: str | None = None,
        columns: Iterable[FieldName] = (CLIENT_REF,),
    ) -> AsyncIterator[ListPage]:
        """Disclose one page, in the order of the list; raises ``DisclosureRefusedError``."""
        context = await admit(self._gate, caller)
        pending, sites = self._pending, sorted(caller.locations)
        found = await pending.find(sites, context.moment, after, PAGE + 1)
        page = await pending.lasting(found[:PAGE])
        words: dict[UUID, str] = {}
        question = Question(
            Ask(caller, GUIDANCE, self._gate.fields.mask(columns)),
            tuple(dict.fromkeys(one.subject for one in page)),
            layout(page, words),
            trace_id=trace_id,
        )
        onward = pending.id_of(found[PAGE - 1]) if len(found) > PAGE else None
        async with self._disclose.page(question) as released:
            if pending.log is not None:
                words |= await spoken(pending.log, map(pending.id_of, page))
            yield ListPage(released, onward)


def asked_of(consents: Consents) -> Pending[Asked]:
    """Find the consents that were asked, in order of id."""
    return Pending(consents.asked_at, lambda one: one.event.consent_id)


def introducing(introductions: Introductions) -> Pending[Introduction]:
    """Find the introductions that were asked, newest first."""
    return Pending(introductions.open_at, lambda one: one.introduction_id)
