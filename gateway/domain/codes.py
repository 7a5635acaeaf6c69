"""The code lists of the klantprofiel: which codes each field may hold, and what places belong where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.domain.identifiers import FieldName, GemeenteCode
from gateway.domain.nearby import Areas


@dataclass(frozen=True, slots=True)
class OpvangLocatie:
    """A reception site: the municipality it stands in and the COA region it belongs to."""

    gemeente: GemeenteCode
    regio: str


@dataclass(frozen=True, slots=True)
class CodeLists:
    """``enums`` holds the codes of each coded field; the others map a code to its place.

    ``gemeenten`` maps a CBS code to the municipality's name, ``opvanglocaties`` a site to its place,
    ``postcode_areas`` the first two digits of a postcode to towns that lie there, ``landen`` and
    ``nationaliteiten`` the codes of BRP tables 34 and 32 to names, those that ended too.
    """

    enums: Mapping[FieldName, frozenset[str]]
    gemeenten: Mapping[GemeenteCode, str]
    opvanglocaties: Mapping[str, OpvangLocatie]
    postcode_areas: Areas = field(default_factory=dict)
    landen: Mapping[str, str] = field(default_factory=dict)
    nationaliteiten: Mapping[str, str] = field(default_factory=dict)
