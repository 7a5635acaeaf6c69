"""The primitives answer as the Wycheproof project says they must."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from gateway.crypto.primitives import Algorithm, aead, hkdf_sha256, hmac_sha256

VECTORS = Path(__file__).parents[2] / "vectors" / "crypto"

Case = dict[str, Any]


def _cases(name: str, fits: Callable[[Case], bool] = lambda _: True) -> list[Case]:
    document = json.loads((VECTORS / f"wycheproof_{name}_test.json").read_text("utf-8"))
    return [
        {**group, **case}
        for group in document["testGroups"]
        if fits(group)
        for case in group["tests"]
    ]


def _is_our_size(group: Case) -> bool:
    return bool(group["keySize"] == 256 and group["ivSize"] == 96)


def _opens(algorithm: Algorithm, case: Case) -> bool:
    key, nonce, aad, sealed = (
        bytes.fromhex(text)
        for text in (case["key"], case["iv"], case["aad"], case["ct"] + case["tag"])
    )
    try:
        message: str = case["msg"]
        return aead(algorithm, key).decrypt(nonce, sealed, aad).hex() == message
    except InvalidTag:
        return False


@pytest.mark.parametrize(
    ("algorithm", "name", "count"),
    [(Algorithm.AES_256_GCM, "aes_gcm", 66), (Algorithm.AES_256_GCM_SIV, "aes_gcm_siv", 103)],
)
def test_aead_opens_valid_and_refuses_invalid(algorithm: Algorithm, name: str, count: int) -> None:
    """Each valid case opens to its message and each invalid one is refused."""
    cases = _cases(name, _is_our_size)
    wrong = [
        case["tcId"] for case in cases if _opens(algorithm, case) != (case["result"] == "valid")
    ]
    assert (len(cases), wrong) == (count, [])


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [(Algorithm.AES_256_GCM, "aes_gcm"), (Algorithm.AES_256_GCM_SIV, "aes_gcm_siv")],
)
def test_aead_seals_as_published(algorithm: Algorithm, name: str) -> None:
    """Sealing the message of each valid case gives the published bytes."""
    for case in _cases(name, _is_our_size):
        if case["result"] == "valid":
            key, nonce, aad, message = (
                bytes.fromhex(case[part]) for part in ("key", "iv", "aad", "msg")
            )
            sealed = aead(algorithm, key).encrypt(nonce, message, aad)
            assert sealed.hex() == case["ct"] + case["tag"], case["tcId"]


def test_shorter_keys_are_refused() -> None:
    """A key of 128 or 192 bits makes no cipher, though the library would take it."""
    short = _cases("aes_gcm", lambda group: group["keySize"] < 256)
    assert len(short) == 211
    for case in short:
        with pytest.raises(ValueError, match="32 bytes"):
            aead(Algorithm.AES_256_GCM, bytes.fromhex(case["key"]))


def test_hkdf_derives_as_published() -> None:
    """Each valid case derives its bytes, and too long an output is refused."""
    cases = _cases("hkdf_sha256")
    assert len(cases) == 86
    for case in cases:
        key, salt, info = (bytes.fromhex(case[part]) for part in ("ikm", "salt", "info"))
        if case["result"] == "valid":
            assert hkdf_sha256(key, salt, info, case["size"]).hex() == case["okm"], case["tcId"]
        else:
            with pytest.raises(ValueError, match="Cannot derive keys larger"):
                hkdf_sha256(key, salt, info, case["size"])


def test_hmac_cuts_as_published() -> None:
    """Each valid case has the published tag, whole or cut, and each invalid one another."""
    cases = _cases("hmac_sha256")
    assert len(cases) == 174
    for case in cases:
        key, message = bytes.fromhex(case["key"]), bytes.fromhex(case["msg"])
        tag = hmac_sha256(key, message, case["tagSize"] // 8).hex()
        assert (tag == case["tag"]) == (case["result"] == "valid"), case["tcId"]
