"""The field dictionary: what each of the 161 fields is, how sensitive, and whether it may be kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from gateway.domain.identifiers import FieldName

MASKS_KEPT: Final = 4_096
"""How many masks a dictionary keeps the names of: people are granted and refused few different ones."""


class Sensitivity(IntEnum):
    """Class of a field, from technical to criminal.

    0 technical, 1 ordinary, 2 sensitive in context, 3 number set by law (UAVG art. 46),
    4 special category (GDPR art. 9), 5 criminal data and incidents (GDPR art. 10).
    """

    S0 = 0
    S1 = 1
    S2 = 2
    S3 = 3
    S4 = 4
    S5 = 5


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One line of the dictionary; ``number`` is its bit in every field mask and never changes."""

    number: int
    name: FieldName
    label_nl: str
    label_en: str
    type: str
    code_list: str
    sensitivity: Sensitivity
    stored: bool
    source: str

    @property
    def bit(self) -> int:
        """The field's own mask."""
        return 1 << self.number


class FieldDictionary:
    """All fields by name and by number; turns names into a bit mask and back.

    ``special`` is the mask of classes S4 and S5, ``numbers_by_law`` that of class S3.
    """

    def __init__(self, specs: Iterable[FieldSpec]) -> None:
        ordered = tuple(sorted(specs, key=lambda spec: spec.number))
        self._by_name: Mapping[FieldName, FieldSpec] = MappingProxyType(
            {spec.name: spec for spec in ordered}
        )
        self._by_number: Mapping[int, FieldSpec] = MappingProxyType(
            {spec.number: spec for spec in ordered}
        )
        self._bits: Mapping[FieldName, int] = {spec.name: spec.bit for spec in ordered}
        self.special = self._mask_from(Sensitivity.S4)
        self.numbers_by_law = self._mask_from(Sensitivity.S3) & ~self.special
        self._specs = lru_cache(MASKS_KEPT)(self._read)
        self._names = lru_cache(MASKS_KEPT)(
            lambda mask: tuple(one.name for one in self.specs(mask))
        )
        self._numbered = lru_cache(MASKS_KEPT)(
            lambda mask: tuple((one.number, one.name) for one in self.specs(mask))
        )

    def __iter__(self) -> Iterator[FieldSpec]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: FieldName) -> FieldSpec:
        return self._by_name[name]

    def mask(self, names: Iterable[FieldName]) -> int:
        """Return the bit mask of ``names``; an unknown name raises ``KeyError``."""
        bits = 0
        for name in names:
            bits |= self._bits[name]
        return bits

    def _mask_from(self, floor: Sensitivity) -> int:
        return self.mask(spec.name for spec in self if spec.sensitivity >= floor)

    def specs(self, mask: int) -> tuple[FieldSpec, ...]:
        """Return the fields whose bits are set, in dictionary order."""
        return self._specs(mask)

    def names(self, mask: int) -> tuple[FieldName, ...]:
        """Return the names of the fields whose bits are set, in dictionary order."""
        return self._names(mask)

    def numbered(self, mask: int) -> tuple[tuple[int, FieldName], ...]:
        """Return number and name of the fields whose bits are set, in dictionary order."""
        return self._numbered(mask)

    def _read(self, mask: int) -> tuple[FieldSpec, ...]:
        found = []
        while mask:
            low = mask & -mask
            found.append(self._by_number[low.bit_length() - 1])
            mask ^= low
        return tuple(found)
