"""The log's keys take and refuse signatures as the Wycheproof project says they must."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature

from audit.note import COSIGNATURE_MLDSA44, ED25519, VerifierKey

VECTORS: Final = Path(__file__).parents[1] / "vectors" / "crypto"


def _takes(kind: int, public: str, message: str, signature: str) -> bool:
    try:
        key = VerifierKey("log.example", kind, b64decode(public))
        key._check(b64decode(signature), b64decode(message))
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [(ED25519, "ed25519", 210), (COSIGNATURE_MLDSA44, "mldsa44", 117)],
)
def test_signatures_are_taken_and_refused_as_published(kind: int, name: str, count: int) -> None:
    """Each valid one is taken; each invalid one, malleable or of a wrong length too, is refused.

    What is acceptable to some comes from keys of small order, which no log of ours has.
    """
    groups = json.loads((VECTORS / f"wycheproof_{name}.json").read_text("utf-8"))["groups"]
    wrong, asked = [], 0
    for group in groups:
        for number, message, signature, result in group["cases"]:
            asked += 1
            taken = _takes(kind, group["key"], message, signature)
            if result != "acceptable" and taken != (result == "valid"):
                wrong.append(number)
    assert (asked, wrong) == (count, [])
