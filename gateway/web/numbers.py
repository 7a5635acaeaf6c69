"""Reads whole numbers from an address or a form, where anything at all may stand."""

from typing import Final

from starlette.convertors import IntegerConvertor, register_url_convertor

_DIGITS: Final = 15
"""More digits than are ever meant; of thousands the interpreter refuses to make a number."""


class _Whole(IntegerConvertor):
    """A number in a path; with more digits there is no such page."""

    regex = f"[0-9]{{1,{_DIGITS}}}"


register_url_convertor("whole", _Whole())


def whole(text: str, otherwise: int) -> int:
    """Return a number that is written in at most fifteen digits; ``otherwise`` for any other text."""
    plain = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if plain else otherwise
