"""What waits for a casemanager, as a page of a list."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Generic
from uuid import UUID

from gateway.actions.sealed_words import Words
from gateway.actions.waiting import ASKED_OF, Item, WaitingList
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.records import Receipt
from gateway.web.rendering import HtmlFormat
from gateway.web.visit import Visit


class WaitingPage(HtmlFormat, Generic[Item]):
    """Items and what was said with them; ``after`` is where the list goes on, known once it was asked for."""

    path: str
    template: str

    def __init__(self, visit: Visit, waiting: Sequence[Item], words: Words) -> None:
        super().__init__(visit, self.template)
        self._waiting = waiting
        self._words = words
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, and where the list goes on; who may not be shown is left out."""
        known = {one.subject: one for one in disclosed}
        rows = [
            row
            for item in self._waiting
            if item.subject in known
            for row in self.rows(item, known[item.subject])
        ]
        onward = f"{self.path}?na={self.after}" if self.after else ""
        return {"rows": rows, "onward": onward, "here": self.path, "receipt": receipt}

    @abstractmethod
    def rows(self, item: Item, one: Disclosed) -> Sequence[object]:
        """Return the rows of an item."""


@asynccontextmanager
async def waiting(
    visit: Visit,
    items: WaitingList[Item],
    page: Callable[[Visit, Sequence[Item], Words], WaitingPage[Item]],
) -> AsyncIterator[Released]:
    """Disclose a page of what waits, as far as the visitor came."""
    made: list[WaitingPage[Item]] = []

    def layout(found: Sequence[Item], words: Words) -> HtmlFormat:
        made.append(page(visit, found, words))
        return made[0]

    async with items(visit.caller, visit.after, layout, columns=ASKED_OF) as found:
        made[0].after = found.after
        yield found.released
