"""Each algorithm by which a provider may sign takes and refuses what the Wycheproof project says."""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from adapters.oidc.tokens import ALGORITHMS

VECTORS: Final = Path(__file__).parents[3] / "vectors" / "crypto"
KINDS: Final[Mapping[str, type[ECKey | OKPKey | RSAKey]]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}
COUNTS: Final = {
    "RS256": 259, "PS256": 108, "ES256": 262, "ES384": 280, "EdDSA": 210, "Ed25519": 210,
}  # fmt: skip


def _groups(algorithm: str) -> list[dict[str, Any]]:
    if algorithm not in {"EdDSA", "Ed25519"}:
        document = json.loads((VECTORS / "wycheproof_jws.json").read_text("utf-8"))
        return list(document["algorithms"][algorithm])
    document = json.loads((VECTORS / "wycheproof_ed25519.json").read_text("utf-8"))
    return [
        {"key": {"kty": "OKP", "crv": "Ed25519", "x": _url_safe(group["key"])}}
        | {"cases": group["cases"]}
        for group in document["groups"]
    ]


def _url_safe(text: str) -> str:
    return text.rstrip("=").replace("+", "-").replace("/", "_")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signatures_are_taken_and_refused_as_published(algorithm: str) -> None:
    """Each valid one is taken and each invalid one refused; what some accept, anyone may refuse."""
    signed, wrong, asked = JWSRegistry.algorithms[algorithm], [], 0
    for group in _groups(algorithm):
        key = KINDS[group["key"]["kty"]].import_key(group["key"])
        for number, message, signature, result in group["cases"]:
            asked += 1
            try:
                taken = signed.verify(b64decode(message), b64decode(signature), key)
            except ValueError:
                taken = False
            if result != "acceptable" and taken != (result == "valid"):
                wrong.append(number)
    assert (asked, wrong) == (COUNTS[algorithm], [])
