"""Finds values in raw bytes, however they are spelled: cases, UTF-16, hexadecimal digits, base64."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 8
STEP = 4
PIECE = SHORTEST - STEP + 1


def spellings(value: str) -> frozenset[bytes]:
    """Return the ways in which a value may stand in a file."""
    texts = {value, value.lower(), value.upper()}
    plain = {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts}
    hexed = {raw.hex().encode() for raw in plain}
    return frozenset(plain | hexed | {digits.upper() for digits in hexed} | set(_base64(value)))


def _base64(value: str) -> Iterator[bytes]:
    """Yield what is certain of a value within a longer text, at each of the three places."""
    raw = value.encode()
    for before in range(3):
        whole = b64encode(bytes(before) + raw)
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        yield whole[first:last]


class Needles:
    """Many values at once; one pass over the bytes, whatever their number.

    It looks at every fourth place: the pieces that a needle has at its first four fall on one.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._pieces: dict[bytes, list[tuple[int, bytes, str]]] = {}
        for value in values:
            for needle in spellings(value):
                assert len(needle) >= SHORTEST, "too short to mean anything"
                for off in range(STEP):
                    known = self._pieces.setdefault(needle[off : off + PIECE], [])
                    known.append((off, needle, value))

    def within(self, raw: bytes) -> frozenset[str]:
        """Return the values that stand in these bytes."""
        pieces = self._pieces
        spots = (at for at in range(0, len(raw), STEP) if raw[at : at + PIECE] in pieces)
        return frozenset(
            value
            for at in spots
            for off, needle, value in pieces[raw[at : at + PIECE]]
            if at >= off and raw.startswith(needle, at - off)
        )


def slipped(values: Iterable[str], places: Mapping[str, bytes]) -> list[str]:
    """List where any value stands, without repeating more of it than its first letters."""
    needles = Needles(values)
    return [
        f"{place}: {found[:6]}…" for place, raw in places.items() for found in needles.within(raw)
    ]
