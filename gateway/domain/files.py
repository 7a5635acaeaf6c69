"""A file of disclosed people (bestand): its cover, who is in it, and what every file format can do."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName, Oin, PurposeCode

# Bidi controls make a text read as another; control characters break files. Neither is ever needed.
_HIDDEN: Final = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Cover:
    """What a file says of itself: for what, for whom, under which policy, made when, kept until."""

    purpose: PurposeCode
    title: str
    recipient: Oin
    recipient_name: str
    policy: str
    at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """What travels along with fields: the rule they left under, and how long they may be kept."""

    rule: str
    retention: str
    fields: tuple[FieldName, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One person's share in a file.

    ``reference`` is the recipient's own pseudonym; ``values`` holds granted fields only, ``missing``
    names those without a value, ``refused`` the others with the code of the reason; ``entry`` and
    ``index`` say where the log accounts for it; ``since`` gives the day a value came in (ISO 8601).
    """

    reference: UUID
    values: Mapping[FieldName, JsonValue]
    missing: tuple[FieldName, ...] = ()
    refused: tuple[tuple[FieldName, str], ...] = ()
    duties: tuple[Duty, ...] = ()
    entry: UUID | None = None
    index: int = 0
    since: Mapping[FieldName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into one parcel: people in one format, and what its pages say about the whole.

    ``total`` counts the people in it; ``refused`` names by reference who was asked for and left
    out, with the code of the reason; ``entry`` and ``index`` are those of the parent in the log.
    """

    form: "FileFormat"
    cover: Cover
    people: Iterable[Person]
    total: int
    refused: tuple[tuple[UUID, str], ...]
    entry: UUID
    index: int


Look = Callable[[bytes], None]
"""A last look at a whole file; it raises where something in it may not leave."""


class Packing(Protocol):
    """How a file, its companion page and its manifest are put together."""

    def pack(self, sink: "Sink", contents: Contents, look: Look | None) -> None:
        """Write the parcel; with ``look`` each file in it is looked at whole before it goes in."""
        ...


class Sink(Protocol):
    """Where a file is written to, from front to back."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...

    def flush(self) -> None:
        """Pass on what was taken."""
        ...


class FileFormat(Protocol):
    """A format in which people leave as a file; ``single`` says that each person has her own file."""

    @property
    def media_type(self) -> str:
        """The media type of the file."""
        ...

    @property
    def suffix(self) -> str:
        """How the file's name ends, with its dot."""
        ...

    @property
    def single(self) -> bool:
        """Whether a file holds one person."""
        ...

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write people one by one; ``people`` can be read again and again, and is never held whole."""
        ...


def plain(text: bytes) -> bool:
    """Tell at one glance whether JSON text surely holds nothing for ``visible`` to take out."""
    return text.isascii() and b"\\u" not in text and b"\x7f" not in text


def visible(value: JsonValue) -> JsonValue:
    """Return the value without characters that nobody sees: bidi and other controls."""
    if isinstance(value, str):
        return value if value.isprintable() and value.isascii() else _HIDDEN.sub("", value)
    if isinstance(value, list):
        return [visible(item) for item in value]
    if isinstance(value, dict):
        return {name: visible(item) for name, item in value.items()}
    return value
