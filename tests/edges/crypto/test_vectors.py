"""The primitives answer as the Wycheproof project, the RFCs and NIST say they must."""

import pytest
from cryptography.exceptions import InvalidTag

from gateway.crypto.primitives import Algorithm, Tagger, aead, hkdf_sha256, permutation
from tests.edges.crypto.published import Case, is_our_size, load, wycheproof


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
    cases = wycheproof(name, is_our_size)
    wrong = [
        case["tcId"] for case in cases if _opens(algorithm, case) != (case["result"] == "valid")
    ]
    assert (len(cases), wrong) == (count, [])


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [(Algorithm.AES_256_GCM, "aes_gcm"), (Algorithm.AES_256_GCM_SIV, "aes_gcm_siv")],
)
def test_aead_seals_asload(algorithm: Algorithm, name: str) -> None:
    """Sealing the message of each valid case gives the published bytes."""
    for case in wycheproof(name, is_our_size):
        if case["result"] == "valid":
            key, nonce, aad, message = (
                bytes.fromhex(case[part]) for part in ("key", "iv", "aad", "msg")
            )
            sealed = aead(algorithm, key).encrypt(nonce, message, aad)
            assert sealed.hex() == case["ct"] + case["tag"], case["tcId"]


def test_shorter_keys_are_refused() -> None:
    """A key of 128 or 192 bits makes no cipher, though the library would take it."""
    short = wycheproof("aes_gcm", lambda group: group["keySize"] < 256)
    assert len(short) == 211
    for case in short:
        with pytest.raises(ValueError, match="32 bytes"):
            aead(Algorithm.AES_256_GCM, bytes.fromhex(case["key"]))


def test_hkdf_derives_asload() -> None:
    """Each valid case derives its bytes, and too long an output is refused."""
    cases = wycheproof("hkdf_sha256")
    assert len(cases) == 86
    for case in cases:
        key, salt, info = (bytes.fromhex(case[part]) for part in ("ikm", "salt", "info"))
        if case["result"] == "valid":
            assert hkdf_sha256(key, salt, info, case["size"]).hex() == case["okm"], case["tcId"]
        else:
            with pytest.raises(ValueError, match="Cannot derive keys larger"):
                hkdf_sha256(key, salt, info, case["size"])


def test_hmac_cuts_asload() -> None:
    """Each valid case has the published tag, whole or cut, and each invalid one another."""
    cases = wycheproof("hmac_sha256")
    assert len(cases) == 174
    for case in cases:
        key, message = bytes.fromhex(case["key"]), bytes.fromhex(case["msg"])
        tag = Tagger(key).tag(message, case["tagSize"] // 8).hex()
        assert (tag == case["tag"]) == (case["result"] == "valid"), case["tcId"]


def test_gcm_siv_is_that_of_the_rfc() -> None:
    """RFC 8452, appendix C: each case with a key of 256 bits seals and opens as printed."""
    cases = [case for case in load("rfc8452_aes_gcm_siv")["vectors"] if len(case["key"]) == 64]
    assert len(cases) == 24
    for case in cases:
        parts = ("key", "nonce", "aad", "plaintext", "ciphertext", "tag")
        key, nonce, aad, plain, text, tag = (bytes.fromhex(case[part]) for part in parts)
        cipher = aead(Algorithm.AES_256_GCM_SIV, key)
        assert cipher.encrypt(nonce, plain, aad) == text + tag
        assert cipher.decrypt(nonce, text + tag, aad) == plain


def test_derivation_is_that_of_the_rfcs() -> None:
    """RFC 5869, appendix A, and RFC 4231: what is derived and what is marked is as printed."""
    document = load("rfc5869_rfc4231_hkdf_hmac")
    for case in document["hkdf_sha256"]:
        key, salt, info = (bytes.fromhex(case[part]) for part in ("IKM", "salt", "info"))
        assert hkdf_sha256(key, salt, info, int(case["L"])).hex() == case["OKM"]
    for case in document["hmac_sha256"]:
        key, message, mark = (bytes.fromhex(case[part]) for part in ("Key", "Msg", "MD"))
        assert Tagger(key).tag(message, len(mark)) == mark
    assert (len(document["hkdf_sha256"]), len(document["hmac_sha256"])) == (3, 6)


def test_permutation_is_that_of_nist() -> None:
    """Each known answer of NIST for one block of AES-256 holds, forth and back."""
    cases = load("nist_aes_256_block")["cases"]
    assert len(cases) == 405
    for case in cases:
        key, plain, text = map(bytes.fromhex, case)
        both = permutation(key)
        assert (both.forth.update(plain), both.back.update(text)) == (text, plain)
