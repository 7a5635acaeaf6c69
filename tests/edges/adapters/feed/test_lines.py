"""Lines of a feed: read whole, refused by place and reason, and never by value."""

import io
import json
from typing import Any
from uuid import UUID

import pytest

from adapters.feed import EventLines
from gateway.domain.errors import DeliveryRefusedError

LINES = EventLines(max_bytes=2_000, max_events=3)
CANARY = "kanarie"


def line(**values: object) -> bytes:
    """Write an event as a line."""
    whole: dict[str, Any] = {
        "bron": "IBIS",
        "id": "00000000-0000-4000-8000-000000000007",
        "volgnummer": 7,
        "klantprofiel": {"v_nummer": "0999000001"},
    }
    return json.dumps(whole | values).encode()


def read(content: bytes) -> list[tuple[str, int, UUID]]:
    """Read a feed."""
    return [(e.source, e.number, e.event_id) for e in LINES.read(io.BytesIO(content))]


def test_each_line_is_an_event() -> None:
    """In the order in which they came; empty lines are nothing, and the last needs no end."""
    content = line() + b"\r\n\n" + line(volgnummer=6, id=str(UUID(int=6)))
    name = UUID("00000000-0000-4000-8000-000000000007")
    assert read(content) == [("IBIS", 7, name), ("IBIS", 6, UUID(int=6))]


def test_the_same_event_is_the_same_bytes() -> None:
    """However its members are ordered and spaced; another value is another document."""
    (one,) = LINES.read(io.BytesIO(line()))
    shuffled = json.dumps(dict(reversed(json.loads(line()).items())), indent=None).encode()
    (same,) = LINES.read(io.BytesIO(shuffled.replace(b": ", b" :  ")))
    (other,) = LINES.read(io.BytesIO(line(klantprofiel={"v_nummer": "0999000002"})))
    assert one.document == same.document
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "holds no event"),
        (b"{" + CANARY.encode(), "line 1: not well-formed JSON"),
        (line() + b"\n[1]", "line 2: not an object"),
        (b'{"a": NaN}', "line 1: holds NaN"),
        (b'{"bron": 1, "bron": 1}', "line 1: an object holds the same name twice"),
        (b'{"a": "\xff"}', "line 1: not UTF-8 text"),
        (b"[" * 100_000, "more than 2,000"),
        (line(extra=CANARY), "line 1: an event has bron, id, klantprofiel, volgnummer only"),
        (line(bron=CANARY), "line 1: bron: is not one of IBIS, TVS"),
        (line(bron=[]), "line 1: bron: is not one of"),
        (line(id=CANARY), "line 1: id: is not a UUID"),
        (line(id=7), "line 1: id: is not a UUID"),
        (line(volgnummer=0), "line 1: volgnummer: is not a whole number from 1"),
        (line(volgnummer=True), "line 1: volgnummer"),
        (line(volgnummer="7"), "line 1: volgnummer"),
        (line(volgnummer=2**53), "line 1: volgnummer"),
        (line(klantprofiel=[]), "line 1: klantprofiel: is not an object"),
        (line() + b"\n" + line(bron="TVS"), "bron: events of more than one source"),
        (b"\n".join([line()] * 4), "events: more than 3"),
        (line().ljust(2_001), "bytes in the feed: more than 2,000"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, why: str) -> None:
    """The refusal names line and reason and repeats nothing of what came."""
    with pytest.raises(DeliveryRefusedError) as refused:
        read(content)
    assert why in str(refused.value)
    assert CANARY not in str(refused.value)


def test_brackets_without_end_are_refused() -> None:
    """Nesting that no parser can follow is a refusal and no fault."""
    with pytest.raises(DeliveryRefusedError, match="nested far too deep"):
        EventLines(1_000_000, 1).read(io.BytesIO(b"[" * 200_000))


def test_a_line_without_end_is_refused_unread() -> None:
    """No more of it is held than a line may be long."""
    stream = io.BytesIO(b" " * 5_000_000)
    with pytest.raises(DeliveryRefusedError, match=r"line 1: more than 4,000,000 bytes"):
        EventLines(10_000_000, 1).read(stream)
    assert stream.tell() == 4_000_001
