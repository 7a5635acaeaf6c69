"""A TVS delivery as JSON: an object with the list ``klantprofielen``, names as in the dictionary."""

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from adapters.tvs.layout import Layout, Left
from adapters.tvs.limits import Bounded, Limits
from adapters.tvs.nesting import checked
from adapters.tvs.rows import Raw, read_whole
from gateway.domain.deliveries import JsonValue, ReadDelivery
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary

PROFILES: Final = "klantprofielen"
FIRST_ROW: Final = 2
LONGEST_INTEGER: Final = 15


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """Reads JSON profile by profile; rows are counted from 2, as if under a header."""

    fields: FieldDictionary
    limits: Limits

    @contextmanager
    def read(self, stream: BinaryIO) -> Iterator[ReadDelivery]:
        """Open a delivery; raises ``DeliveryRefusedError`` when it cannot be read."""
        left = Left(self.limits)
        yield read_whole(self._rows(_Text(Bounded(stream, self.limits), self.limits), left), left)

    def _rows(self, text: "_Text", left: Left) -> Iterator[Raw]:
        layout = Layout(self.fields)
        for row, profile in enumerate(_profiles(text), start=FIRST_ROW):
            where = f"row {row}"
            value = checked(profile, self.limits, where)
            if not isinstance(value, dict):
                raise DeliveryRefusedError(f"{where}: not an object")
            yield row, layout.profile(value.items(), left, where)


def _profiles(text: "_Text") -> Iterator[JsonValue]:
    """Walk the outer object and yield what its list of profiles holds."""
    if text.peek() != "{":
        raise DeliveryRefusedError("not a TVS delivery: no JSON object")
    found = False
    for key in _members(text):
        if key != PROFILES:
            text.value()
            continue
        if found or text.peek() != "[":
            raise DeliveryRefusedError(f"not a TVS delivery: {PROFILES} is not one list")
        found = True
        yield from _items(text)
    if not found:
        raise DeliveryRefusedError(f"not a TVS delivery: no list {PROFILES}")
    if text.peek():
        raise DeliveryRefusedError("something follows the end of the JSON object")


def _members(text: "_Text") -> Iterator[JsonValue]:
    """Yield each key of an object; the caller takes its value before going on."""
    for _ in _sequence(text, "{", "}"):
        key = text.value()
        text.take(":")
        yield key


def _items(text: "_Text") -> Iterator[JsonValue]:
    for row, _ in enumerate(_sequence(text, "[", "]"), start=FIRST_ROW):
        text.where = f"row {row}: "
        yield text.value()
    text.where = ""


def _sequence(text: "_Text", opening: str, closing: str) -> Iterator[None]:
    """Stand before each item between brackets in turn."""
    text.take(opening)
    more = text.peek() != closing
    while more:
        yield
        more = text.peek() == ","
        if more:
            text.take(",")
    text.take(closing)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DeliveryRefusedError("an object holds the same name twice")
    return found


def _whole(digits: str) -> int | str:
    """Keep what is too long for a number of ours as text."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else digits


def _no_number(_word: str) -> object:
    raise DeliveryRefusedError("holds NaN or Infinity, which are not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=str, parse_constant=_no_number
)
_SPACE: Final = re.compile(r"[ \t\n\r]*")


class _Text:
    """JSON text as a window that moves forward, so that no more than one profile is held whole."""

    def __init__(self, stream: Bounded, limits: Limits) -> None:
        self._stream = stream
        self._longest = limits.max_profile_chars
        self.where = ""
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._window = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is no space; empty at the end."""
        while True:
            space = _SPACE.match(self._window, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._window):
                return self._window[self._at]
            if self._ended:
                return ""
            self._more()

    def take(self, mark: str) -> None:
        """Step over a mark; anything else is no JSON."""
        if self.peek() != mark:
            raise self._refused("not well-formed JSON")
        self._at += 1

    def value(self) -> JsonValue:
        """Read one whole value."""
        self.peek()
        while True:
            try:
                found: tuple[JsonValue, int] = _DECODER.raw_decode(self._window, self._at)
            except DeliveryRefusedError as error:
                raise self._refused(str(error)) from None
            except RecursionError:
                raise self._refused("nested far too deep") from None
            except ValueError:
                if self._ended or len(self._window) - self._at > self._longest:
                    raise self._refused(
                        f"not well-formed JSON, or a profile of more than {self._longest:,} characters"
                    ) from None
            else:
                value, end = found
                # A number that touches the edge of the window may go on behind it.
                if end < len(self._window) or self._ended:
                    self._at = end
                    return value
            self._more()

    def _more(self) -> None:
        chunk = self._stream.read()
        self._ended = not chunk
        try:
            fresh = self._decoder.decode(chunk, final=self._ended)
        except UnicodeDecodeError:
            raise self._refused("not UTF-8 text") from None
        self._window = self._window[self._at :] + fresh
        self._at = 0

    def _refused(self, why: str) -> DeliveryRefusedError:
        """Say in which row it is."""
        return DeliveryRefusedError(f"{self.where}{why}")
