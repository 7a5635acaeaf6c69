"""Where a person may object (GDPR art. 21(1)): only what rests on a public task or an interest.

1. Art. 21(1) opens objection to processing under art. 6(1)(e) or (f), and to nothing else.
2. What rests on consent ends by withdrawing it (art. 7(3)); a legal duty (c) cannot be objected to.
"""

import re
from typing import Final

from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import PurposeCode
from gateway.domain.purposes import Matrix, Purpose, Rule

_GROUNDS: Final = re.compile(r"6\(1\)((?:\([a-f]\)/?)+)")


def grounds(rule: Rule) -> frozenset[str]:
    """Return the letters of GDPR art. 6(1) that a rule's basis names."""
    return frozenset("".join(_GROUNDS.findall(rule.legal_basis))) & frozenset("abcdef")


def open_to_objection(purpose: Purpose) -> bool:
    """Tell whether any rule of a purpose rests on art. 6(1)(e) or (f) (1)."""
    return any(grounds(rule) & {"e", "f"} for rule in purpose.rules)


def objectionable(matrix: Matrix, named: frozenset[PurposeCode]) -> frozenset[PurposeCode]:
    """Return the purposes an objection covers: those named, or all that are open to one.

    Raises ``InvalidRequestError`` where a named purpose rests on something else (2).
    """
    if not named:
        return frozenset(p.code for p in matrix.purposes() if open_to_objection(p))
    for code in sorted(named):
        purpose = matrix.purpose(code)
        if purpose is None or not open_to_objection(purpose):
            raise InvalidRequestError("doelen", _why_not(purpose))
    return named


def _why_not(purpose: Purpose | None) -> str:
    consent = purpose is not None and any("a" in grounds(rule) for rule in purpose.rules)
    if consent:
        return "holds a purpose that rests on consent; withdraw the consent instead"
    return "holds a purpose that rests on neither a public task nor an interest"
