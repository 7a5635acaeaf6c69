"""What waits for a casemanager, as a JSON list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic

from gateway.actions.sealed_words import Words
from gateway.actions.waiting import Item
from gateway.api.rendering import JSON, references, rows_json
from gateway.domain.disclosures import Disclosed
from gateway.domain.records import Receipt


class WaitingJson(Generic[Item]):
    """Items as ``row`` shows each, with what was said; about whom was not disclosed is left out."""

    media_type = JSON

    def __init__(
        self,
        row: Callable[[Item, Words], Mapping[str, object]],
        page: Sequence[Item],
        words: Words,
    ) -> None:
        self._row = row
        self._page = page
        self._words = words

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the list, then the receipt."""
        shown = references(disclosed)
        rows = [
            {"clientRef": shown[one.subject], **self._row(one, self._words)}
            for one in self._page
            if one.subject in shown
        ]
        yield rows_json(rows, receipt)
