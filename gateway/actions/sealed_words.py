"""Words that stand in the sealed log only: which may be said, and what was said, read back.

They are read inside a disclosure; what seems to tell of health, belief, origin, orientation or crime
is not taken.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from gateway.domain.errors import InvalidRequestError
from gateway.domain.ports import LogReader
from gateway.domain.special_words import special_categories

MOST_WORDS: Final = 500
"""How many characters may be said at once."""

Words = Mapping[UUID, str]
"""What was said, by the id of the entry that holds it."""


def sayable(member: str, words: str) -> str:
    """Return words that may be taken; raises ``InvalidRequestError`` without repeating them."""
    said = words.strip()
    if not 1 <= len(said) <= MOST_WORDS:
        raise InvalidRequestError(member, f"is of 1 to {MOST_WORDS} characters")
    if special_categories(said):
        raise InvalidRequestError(member, "seems to tell of a special category; say it without")
    return said


async def spoken(log: LogReader, entries: Iterable[UUID | None]) -> Words:
    """Open the words of entries; what was erased, or never said, is left out."""
    found = {}
    for entry_id in entries:
        event = await log.opened(entry_id) if entry_id else None
        words = (event.told.detail or {}).get("words") if event and event.told else None
        if entry_id and isinstance(words, str):
            found[entry_id] = words
    return found
