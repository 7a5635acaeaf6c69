"""What the grouped fields of a klantprofiel hold inside: members of a list or object, and their kind.

The dictionary names the members in words; this is the one place where they are data. A key that
is not here is unknown and is left behind, like an unknown column.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.identifiers import FieldName

_CONTACT: Final = {"naam": "string(200)", "email": "email", "telefoon": "phone"}
_TAAL: Final = "A1 | A2 | B1 | B2 | C1 | C2"

MEMBERS: Final[Mapping[FieldName, Mapping[str, str]]] = MappingProxyType(
    {
        FieldName("opleidingen"): {
            "naam": "string(200)",
            "land": "country",
            "van": "period",
            "tot": "period",
            "status": "Onbekend | Succesvol afgerond | Afgebroken | Lopend",
            "diploma": "boolean",
        },
        FieldName("werkervaring"): {
            "beroep": "string(200)",
            "isco": "isco",
            "esco": "string(200)",
            "sector": "string(200)",
            "land": "country",
            "van": "period",
            "tot": "period",
            "taken": "string(500)",
        },
        FieldName("talen"): {
            "taal": "language",
            "spreken": _TAAL,
            "luisteren": _TAAL,
            "lezen": _TAAL,
            "schrijven": _TAAL,
        },
        FieldName("certificaten"): {
            "naam": "string(200)",
            "uitgever": "string(200)",
            "geldig_van": "date",
            "geldig_tot": "date",
        },
        FieldName("gezinsleden"): {
            "relatie": "partner | kind | ouder | broer_zus | overig",
            "geboortejaar": "integer(1900..2100)",
        },
        FieldName("participatie_activiteiten"): {
            "soort": "string(100)",
            "organisatie": "string(200)",
            "van": "period",
            "tot": "period",
            "uren": "integer(0..168)",
        },
        FieldName("rijbewijs"): {"categorie": "AM | A | B | C | D | E | T", "land": "country"},
        FieldName("casemanager_coa"): _CONTACT,
        FieldName("klantmanager_gemeente"): _CONTACT,
    }
)
