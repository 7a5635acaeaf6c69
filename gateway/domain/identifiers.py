"""Names by which the gate knows people and things; a number set by law masks itself in text."""

from typing import NewType
from uuid import UUID

from stdnum.nl import bsn as bsn_check

SubjectId = NewType("SubjectId", UUID)
Oin = NewType("Oin", str)
RoleId = NewType("RoleId", str)
PurposeCode = NewType("PurposeCode", str)
RuleId = NewType("RuleId", str)
FieldName = NewType("FieldName", str)
ConsentId = NewType("ConsentId", UUID)
GemeenteCode = NewType("GemeenteCode", str)
ActorId = NewType("ActorId", str)

V_NUMMER_LENGTH = 10


class MaskedNumber:
    """A number prescribed by law (UAVG art. 46): text shows a mask, ``reveal`` shows the number."""

    __slots__ = ("_number",)

    def __init__(self, number: str) -> None:
        self._number = number

    def reveal(self) -> str:
        """Return the bare digits; each caller of this method is a place to review."""
        return self._number

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._number == self._number

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._number))


class Bsn(MaskedNumber):
    """A burgerservicenummer: nine digits that pass the 11-proof."""

    __slots__ = ()

    def __init__(self, number: str) -> None:
        if len(number) != 9 or not bsn_check.is_valid(number):  # noqa: PLR2004 - the length is the law's
            raise ValueError("bsn fails the 11-proef")
        super().__init__(number)


class VNummer(MaskedNumber):
    """A vreemdelingennummer: ten digits, leading zeros kept (Vw 2000 art. 107(3))."""

    __slots__ = ()

    def __init__(self, number: str) -> None:
        if len(number) != V_NUMMER_LENGTH or not (number.isascii() and number.isdigit()):
            raise ValueError("v_nummer is not ten digits")
        super().__init__(number)
