"""What takes from search (P04): a restriction or objection by fields, a newer consent as a whole.

1. A field that is withheld from searching is not searched by: being found by it tells its value.
2. Someone of whom nothing is left to show is not found, and does not count in any group.
3. Who agreed to be found by one organisation and by all of its kind is found by it as the newer of the
   two says, also where that ended and the older still stands.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gateway.domain.fields import FieldDictionary, Sensitivity
from gateway.domain.identifiers import PurposeCode
from gateway.domain.purposes import Matrix
from gateway.domain.subjects import Withholding

SEARCHING: Final = "P04"
BY_KIND: Final = "soort:"
"""How the name of all organisations of a kind begins, where it stands as a recipient."""


def kept_from(organisation: str, kind: str) -> str:
    """Name what keeps someone from an organisation of a kind, though either may find her (3)."""
    return f"niet:{organisation}:{kind}"


def withheld_from_search(withholdings: Iterable[Withholding], moment: datetime) -> int:
    """Return the mask of fields that are withheld from searching at ``moment`` (1)."""
    mask = 0
    for one in withholdings:
        codes = [code for code in one.purposes if code.split("_", 1)[0] == SEARCHING]
        if one.holds(codes[0] if codes else PurposeCode(SEARCHING), moment):
            mask |= one.fields
    return mask


def closed_to_search(withheld: int, matrix: Matrix, fields: FieldDictionary) -> bool:
    """Tell whether no rule for searching has anything left to show of her but a reference (2)."""
    purpose = matrix.purpose(SEARCHING)
    rules = purpose.rules if purpose else ()
    named = fields.mask({name for rule in rules for name in rule.fields})
    return all(spec.sensitivity is Sensitivity.S0 for spec in fields.specs(named & ~withheld))
