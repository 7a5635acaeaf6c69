"""The last look at outgoing bytes: no burgerservicenummer, and none of the numbers named, may pass.

What counts as a burgerservicenummer: nine digits that pass the 11-proof,

1. written together, in two to four groups, or digit by digit, with one kind of separator (space,
   dash or dot; two groups around a dot are a fraction);
2. in the decimal digits of any script, with any of its spaces and dashes, also those that do not show,
   also as JSON escapes;
3. not part of a longer run of digits, of a hexadecimal word, of a fraction, or of a telephone number
   that begins with its country (``+31 …``, ``0031 …``) or with ``(0)``. Letters of another word that
   touch the number do not make it one.

A number that is named is found in any grouping. ``scan`` reads text only; ``inspect`` looks at a whole
file, and into what is packed (ZIP, XLSX) or printed (PDF).
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import decimal

from gateway.crypto.packed import texts
from gateway.domain.errors import GatewayError

_BSN_LENGTH = 9
_KNOWN_LONGEST = 20
_GROUPS_MOST = 4
_COUNTRY_DIGITS = 3
_SEPARATORS = b" .-"
_SHAPE = bytes(0x30 if byte in b"0123456789" + _SEPARATORS else 0x78 for byte in range(256))
_LONG_ENOUGH = b"0" * _BSN_LENGTH
_HEX_DIGITS = b"0123456789abcdefABCDEF"
_WORD = 64
_INERT = (b'"', b"\n", b",", b"<", b";")
_GROUP = re.compile(rb"([0-9]+)([ .\-]*)")
_ESCAPE = re.compile(rb'\\(?:u([0-9a-fA-F]{4})|[\\"/bfnrt])')
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_FOREIGN_SEPARATOR = re.compile("[\xa0\xad\u2000-\u2015\u202f\u2060\u2212\u3000\ufeff]")
_COUNTRY = re.compile(rb"00[1-9][0-9]{1,2}")


class ForbiddenNumberError(GatewayError):
    """Outgoing bytes hold a number set by law; no byte of it and nothing after it was passed on."""

    code = "FORBIDDEN_NUMBER"


class Firewall:
    """Passes bytes on after it has looked at them."""

    @staticmethod
    def scan(chunks: Iterable[bytes], known: frozenset[str]) -> Iterator[bytes]:
        """Yield the same bytes, cut elsewhere; a number across a border is seen whole.

        ``known`` are numbers of 9 to 20 digits that may not pass, such as V-nummers, else
        ``ValueError``. Raises ``ForbiddenNumberError``. Memory stays at one chunk where the bytes
        hold a quote, comma, semicolon, ``<`` or line end now and then.
        """
        numbers = frozenset(_known(number) for number in known)
        held: list[bytes] = []
        for chunk in chunks:
            cut = 1 + max(chunk.rfind(mark) for mark in _INERT)
            if cut == 0:
                held.append(chunk)
            else:
                yield _passed(b"".join((*held, chunk[:cut])), numbers)
                held = [chunk[cut:]]
        yield _passed(b"".join(held), numbers)

    @staticmethod
    def inspect(data: bytes) -> None:
        """Look at a whole file, unpacked; raises ``ForbiddenNumberError``."""
        for text in texts(data):
            _passed(text, frozenset())


def passes_eleven_proof(digits: bytes) -> bool:
    """Tell whether nine ASCII digits are a burgerservicenummer (weights 9 to 2, and -1)."""
    weighed = sum((_BSN_LENGTH - at) * (digit - 48) for at, digit in enumerate(digits[:-1]))
    return (weighed - (digits[-1] - 48)) % 11 == 0 and digits.strip(b"0") != b""


class _Stretch(NamedTuple):
    """Digits and separators between other bytes; ``groups`` pairs digits with what follows them.

    ``torn`` is the numbers of the groups that run on into a hexadecimal word; ``dialled`` counts the
    leading digits at which a part of a telephone number may begin.
    """

    groups: list[tuple[bytes, bytes]]
    torn: tuple[int, ...]
    dialled: int


class _Window(NamedTuple):
    """Neighbouring groups of a stretch, taken as one number."""

    first: int
    last: int
    digits: bytes


def _known(number: str) -> bytes:
    if not (number.isascii() and number.isdigit()):
        raise ValueError("known: not all digits")
    if not _BSN_LENGTH <= len(number) <= _KNOWN_LONGEST:
        raise ValueError("known: not 9 to 20 digits")
    return number.encode("ascii")


def _passed(data: bytes, known: frozenset[bytes]) -> bytes:
    if _carries(data, known):
        raise ForbiddenNumberError("a number set by law was about to leave")
    return data


def _carries(data: bytes, known: frozenset[bytes]) -> bool:
    return any(
        window.digits in known or _is_bsn(stretch, window)
        for stretch in _stretches(_plain(data))
        for window in _windows(stretch.groups)
    )


def _plain(data: bytes) -> bytes:
    text = _ESCAPE.sub(_unescaped, data) if b"\\" in data else data
    if text.isascii():
        return text
    words = text.decode("utf-8", "replace")
    return _FOREIGN_SEPARATOR.sub(" ", _FOREIGN_DIGIT.sub(_western, words)).encode()


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1] is None:  # its letter is part of no word
        return b"\n"
    return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")


def _western(digit: re.Match[str]) -> str:
    return str(decimal(digit[0]))


def _stretches(text: bytes) -> Iterator[_Stretch]:
    shape = text.translate(_SHAPE)
    start = shape.find(_LONG_ENOUGH)
    while start >= 0:
        end = shape.find(b"x", start)
        end = len(shape) if end < 0 else end
        if len(text[start:end].translate(None, _SEPARATORS)) >= _BSN_LENGTH:
            before, after = text[max(start - _WORD, 0) : start], text[end : end + _WORD]
            yield _stretch(before, text[start:end], after)
        start = shape.find(_LONG_ENOUGH, end)


def _stretch(before: bytes, stretch: bytes, after: bytes) -> _Stretch:
    groups = _GROUP.findall(stretch)
    torn = []
    left, right = before.rstrip(_HEX_DIGITS), after.lstrip(_HEX_DIGITS)
    if stretch[0] not in _SEPARATORS and left != before and not left[-1:].isalnum():
        torn.append(0)
    if stretch[-1] not in _SEPARATORS and right != after and not right[:1].isalnum():
        torn.append(len(groups) - 1)
    return _Stretch(groups, tuple(torn), _dialled(before, groups[0][0]))


def _dialled(before: bytes, first: bytes) -> int:
    if before.endswith(b"+"):
        return _COUNTRY_DIGITS + 1
    if _COUNTRY.fullmatch(first):
        return _COUNTRY_DIGITS + 3
    return 1 if before.endswith(b"(0)") else 0


def _windows(groups: list[tuple[bytes, bytes]]) -> Iterator[_Window]:
    for first in range(len(groups)):
        digits = b""
        for last in range(first, len(groups)):
            digits += groups[last][0]
            if len(digits) > _KNOWN_LONGEST:
                break
            if len(digits) >= _BSN_LENGTH:
                yield _Window(first, last, digits)


def _is_bsn(stretch: _Stretch, window: _Window) -> bool:
    return (
        len(window.digits) == _BSN_LENGTH
        and passes_eleven_proof(window.digits)
        and not any(group in stretch.torn for group in (window.first, window.last))
        and sum(len(digits) for digits, _ in stretch.groups[: window.first]) >= stretch.dialled
        and _is_spelled_as_one(stretch.groups, window)
    )


def _is_spelled_as_one(groups: list[tuple[bytes, bytes]], window: _Window) -> bool:
    count = window.last - window.first + 1
    inner = {separator for _, separator in groups[window.first : window.last]}
    if count == 1:
        return window.first == 0 or groups[window.first - 1][1] != b"."
    if count == 2:  # noqa: PLR2004 - two groups around a dot are a fraction
        return inner != {b"."}
    return len(inner) == 1 and (count <= _GROUPS_MOST or count == _BSN_LENGTH)
