"""A feed as lines of JSON (NDJSON): ``bron``, ``id`` (a UUID), ``volgnummer`` and ``klantprofiel`` each.

No public description of the feed of IBIS exists; this form is the project's assumption.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.feeds import SOURCES, FeedEvent, document_of

MEDIA_TYPE: Final = "application/x-ndjson"
MEMBERS: Final = frozenset({"bron", "id", "volgnummer", "klantprofiel"})
LAST_NUMBER: Final = 2**53 - 1
LONGEST_LINE: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class EventLines:
    """Reads at most ``max_events`` events from at most ``max_bytes`` bytes; empty lines are nothing."""

    max_bytes: int
    max_events: int

    def read(self, stream: BinaryIO) -> Sequence[FeedEvent]:
        """Read every line; raises ``DeliveryRefusedError``, which names the line and never a value."""
        events = [_event(line, f"line {number}") for number, line in self._lines(stream)]
        if not events:
            raise DeliveryRefusedError("not a feed: it holds no event")
        if len({one.source for one in events}) > 1:
            raise DeliveryRefusedError("bron: events of more than one source")
        return events

    def _lines(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that hold something, with their numbers, within the limits."""
        total = count = number = 0
        while line := stream.readline(LONGEST_LINE + 1):
            number, total = number + 1, total + len(line)
            if len(line) > LONGEST_LINE:
                raise DeliveryRefusedError(f"line {number}: more than {LONGEST_LINE:,} bytes")
            if total > self.max_bytes:
                raise DeliveryRefusedError(f"bytes in the feed: more than {self.max_bytes:,}")
            if line.strip():
                count += 1
                if count > self.max_events:
                    raise DeliveryRefusedError(f"events: more than {self.max_events:,}")
                yield number, line


def _event(line: bytes, where: str) -> FeedEvent:
    event = _object(line, where)
    if event.keys() != MEMBERS:
        raise DeliveryRefusedError(f"{where}: an event has {', '.join(sorted(MEMBERS))} only")
    source, number, profile = event["bron"], event["volgnummer"], event["klantprofiel"]
    if not isinstance(source, str) or source not in SOURCES:
        raise DeliveryRefusedError(f"{where}: bron: is not one of {', '.join(sorted(SOURCES))}")
    if type(number) is not int or not 1 <= number <= LAST_NUMBER:
        raise DeliveryRefusedError(f"{where}: volgnummer: is not a whole number from 1")
    if not isinstance(profile, dict):
        raise DeliveryRefusedError(f"{where}: klantprofiel: is not an object")
    name = _uuid(event["id"], where)
    return FeedEvent(source, number, name, document_of(source, number, name, profile))


def _uuid(value: JsonValue, where: str) -> UUID:
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise DeliveryRefusedError(f"{where}: id: is not a UUID") from None


def _object(line: bytes, where: str) -> dict[str, JsonValue]:
    try:
        found = _DECODER.decode(line.decode().strip())
    except DeliveryRefusedError as error:
        raise DeliveryRefusedError(f"{where}: {error}") from None
    except UnicodeDecodeError:
        raise DeliveryRefusedError(f"{where}: not UTF-8 text") from None
    except RecursionError:
        raise DeliveryRefusedError(f"{where}: nested far too deep") from None
    except ValueError:
        raise DeliveryRefusedError(f"{where}: not well-formed JSON") from None
    if not isinstance(found, dict):
        raise DeliveryRefusedError(f"{where}: not an object")
    return found


def _once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DeliveryRefusedError("an object holds the same name twice")
    return found


def _no_number(_word: str) -> object:
    raise DeliveryRefusedError("holds NaN or Infinity, which are not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=str, parse_constant=_no_number
)
