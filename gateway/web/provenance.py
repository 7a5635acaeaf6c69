"""Where a value comes from, and on what word: as the delivery tells it, and no surer than that.

A delivery says who delivers and as of when; of most fields it does not say whether the resident
stated them or somebody saw a paper. Then the page says that this is not known.
"""

from enum import StrEnum
from typing import Final

from gateway.domain.derived import DERIVABLE
from gateway.domain.disclosures import Disclosed
from gateway.domain.identifiers import FieldName
from gateway.web.values import text
from gateway.web.words import N_


class Source(StrEnum):
    """Who put a value here; the value is its words."""

    DELIVERY = N_("COA")
    COMPUTED = N_("berekend")
    EITHER = N_("COA of berekend")


class Word(StrEnum):
    """On whose word a value stands; the value is its words."""

    RESIDENT = N_("verklaard door bewoner")
    DOCUMENT = N_("document gezien")
    UNKNOWN = N_("niet gemeld")
    RECKONED = ""


_WISHES: Final = frozenset({"beroepen_gewenst", "werkambitie", "zacht_toekomstambitie"})
"""A wish can have been stated by herself only."""
_STUDIES: Final = frozenset(
    {"diploma_in_bezit", "diplomawaardering_niveau", "opleidingen", "opleidingsniveau_hoogste"}
)
_DELIVERED_FIRST: Final = frozenset({"ervaring_jaren", "mag_werken"})
"""A delivered value of these goes before a computed one, and nothing tells which it is."""


def source(name: str) -> Source:
    """Return who put the value of a field here."""
    if name in _DELIVERED_FIRST:
        return Source.EITHER
    return Source.COMPUTED if FieldName(name) in DERIVABLE else Source.DELIVERY


def word(name: str, one: Disclosed) -> Word:
    """Return on whose word a value stands; who values a diploma has seen it."""
    if source(name) is Source.COMPUTED:
        return Word.RECKONED
    if name in _WISHES:
        return Word.RESIDENT
    valued = text(one, "diplomawaardering_status") == "ontvangen"
    return Word.DOCUMENT if valued and name in _STUDIES else Word.UNKNOWN
