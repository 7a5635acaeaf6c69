"""A member of a written form that is being read: exactly as the form spells it, or refused by its name."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.replay import ReplayError

_PLACE: Final = re.compile(r"\[\d+\]")
Made = TypeVar("Made")
Kind = TypeVar("Kind", bound=StrEnum)


def spell_moment(at: datetime) -> str:
    """Write a moment as UTC in ISO 8601 with a ``Z``; raises ``ReplayError`` without a time zone."""
    if at.tzinfo is None:
        raise ReplayError("at", "a moment has no time zone")
    return at.astimezone(UTC).isoformat()[:-6] + "Z"


def spell_mask(mask: int) -> str:
    """Write a mask of fields in hexadecimal."""
    return format(mask, "x")


@dataclass(frozen=True, slots=True)
class Member:
    """What is read, and its ``path``, which names it in errors; nothing of the content is repeated."""

    path: str
    value: object
    fields: FieldDictionary

    def refuse(self, why: str) -> ReplayError:
        """Make the error that names this member."""
        return ReplayError(self.path or "record", why)

    def _keys(self) -> Mapping[str, object]:
        if not isinstance(self.value, Mapping):
            raise self.refuse("is not a dict")
        return self.value

    def check(self, known: Container[str]) -> None:
        """Refuse a member that is not among the ``known`` paths of the form, here or below."""
        if isinstance(self.value, list):
            for one in self.each():
                one.check(known)
        elif isinstance(self.value, Mapping):
            for key in self.value:
                if not isinstance(key, str) or _form(self._under(key)) not in known:
                    raise self.refuse("holds a member that is not in the form")
                self[key].check(known)

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def __getitem__(self, key: str) -> "Member":
        found = self._keys()
        if key not in found:
            raise ReplayError(self._under(key), "is missing")
        return Member(self._under(key), found[key], self.fields)

    def has(self, key: str) -> bool:
        """Tell whether a member is there."""
        return key in self._keys()

    def made(self, key: str, make: Callable[["Member"], Made]) -> Made | None:
        """Make something of a member that may be absent."""
        return make(self[key]) if self.has(key) else None

    def several(self, key: str, make: Callable[["Member"], Made]) -> tuple[Made, ...]:
        """Make something of each item of a list that is absent where it is empty."""
        return tuple(make(one) for one in self[key].each()) if self.has(key) else ()

    def each(self) -> tuple["Member", ...]:
        """Return the items of a list."""
        if not isinstance(self.value, list):
            raise self.refuse("is not a list")
        named = enumerate(self.value)
        return tuple(Member(f"{self.path}[{at}]", one, self.fields) for at, one in named)

    def text(self) -> str:
        """Read a text."""
        if not isinstance(self.value, str):
            raise self.refuse("is not a text")
        return self.value

    def number(self) -> int:
        """Read a whole number."""
        if type(self.value) is not int:
            raise self.refuse("is not a whole number")
        return self.value

    def flag(self) -> bool:
        """Read a yes or no."""
        if self.number() not in {0, 1}:
            raise self.refuse("is not 0 or 1")
        return self.value == 1

    def one_of(self, kinds: type[Kind]) -> Kind:
        """Read a member of an enumeration."""
        return self._spelled(kinds, str, "is not a word of its list")

    def moment(self) -> datetime:
        """Read a moment."""
        return self._spelled(_to_moment, spell_moment, "is not a moment in UTC")

    def day(self) -> date:
        """Read a day."""
        return self._spelled(date.fromisoformat, date.isoformat, "is not a day")

    def uuid(self) -> UUID:
        """Read a UUID."""
        return self._spelled(UUID, str, "is not a UUID")

    def mask(self) -> int:
        """Read a mask of fields."""
        return self._spelled(lambda text: int(text, 16), spell_mask, "is not a mask in hexadecimal")

    def names(self) -> frozenset[FieldName]:
        """Read a mask as names of fields."""
        mask = self.mask()
        if mask < 0 or mask & ~self.fields.mask(spec.name for spec in self.fields):
            raise self.refuse("names a field that the dictionary does not have")
        return frozenset(self.fields.names(mask))

    def texts(self, key: str) -> frozenset[str]:
        """Read a set of texts."""
        return frozenset(self.several(key, Member.text))

    def _spelled(self, read: Callable[[str], Made], write: Callable[[Made], str], why: str) -> Made:
        """Read a text that is spelled as ``write`` spells it, and in no other way."""
        text = self.text()
        try:
            made = read(text)
            spelled = write(made)
        except (ValueError, OverflowError):
            raise self.refuse(why) from None
        if spelled != text:
            raise self.refuse(why)
        return made


def _form(path: str) -> str:
    """Return a path without the places in lists."""
    return _PLACE.sub("", path)


def _to_moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
