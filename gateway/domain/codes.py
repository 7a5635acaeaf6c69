"""The code lists of the klantprofiel: which codes each field may hold, and what places belong where."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.identifiers import FieldName, GemeenteCode


@dataclass(frozen=True, slots=True)
class OpvangLocatie:
    """A reception site: the municipality it stands in and the COA region it belongs to."""

    gemeente: GemeenteCode
    regio: str


@dataclass(frozen=True, slots=True)
class CodeLists:
    """``enums`` holds the codes of each coded field; the other two map a code to its place.

    ``gemeenten`` maps a CBS code to the municipality's name, ``opvanglocaties`` a site to its place.
    """

    enums: Mapping[FieldName, frozenset[str]]
    gemeenten: Mapping[GemeenteCode, str]
    opvanglocaties: Mapping[str, OpvangLocatie]
