"""Files for one recipient: only her key opens them, one algorithm a key, and the gate's signature."""

import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDH
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from joserfc import jwe, jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.crypto.parcels import JoseParcels
from gateway.domain.errors import InvalidRequestError
from tests.edges.crypto.people import Strongroom
from tests.edges.crypto.published import Case, load

Key = ECKey | OKPKey | RSAKey


@pytest.fixture(scope="module")
def parcels() -> JoseParcels:
    """Make parcels under a fresh root."""
    return JoseParcels(Strongroom().keyring)


OTHERS: Final[dict[type[Key], Key]] = {
    ECKey: ECKey.generate_key("P-256"),
    OKPKey: OKPKey.generate_key("X25519"),
    RSAKey: RSAKey.generate_key(2048),
}


def elliptic() -> Key:
    """Make a recipient's elliptic key."""
    return ECKey.generate_key("P-256", {"alg": "ECDH-ES", "use": "enc", "kid": "one"})


def public(key: Key) -> dict[str, Any]:
    """Return what a recipient hands over."""
    return dict(key.as_dict(private=False))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (elliptic(), "ECDH-ES"),
        (OKPKey.generate_key("X25519", {"alg": "ECDH-ES"}), "ECDH-ES"),
        (RSAKey.generate_key(2048, {"alg": "RSA-OAEP-256"}), "RSA-OAEP-256"),
    ],
    ids=["EC", "X25519", "RSA"],
)
def test_only_the_recipient_opens_it(parcels: JoseParcels, key: Key, algorithm: str) -> None:
    """The parcel names its one algorithm and A256GCM, and opens under the private key alone."""
    sealed = parcels.seal(b"parcel", public(key))
    opened = jwe.decrypt_compact(sealed, key, algorithms=[algorithm, "A256GCM"])
    assert opened.plaintext == b"parcel"
    assert (opened.headers()["alg"], opened.headers()["enc"]) == (algorithm, "A256GCM")
    other = OTHERS[type(key)]
    with pytest.raises(JoseError):
        jwe.decrypt_compact(sealed, other, algorithms=[algorithm, "A256GCM"])


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "oct", "k": "c2VjcmV0", "alg": "A256KW"},
        public(elliptic()) | {"alg": "ECDH-ES+A256KW"},
        public(elliptic()) | {"use": "sig"},
        public(elliptic()) | {"x": "AA"},
        {"kty": "EC", "alg": "ECDH-ES"},
        dict(elliptic().as_dict(private=True)),
        public(OKPKey.generate_key("Ed25519")) | {"alg": "ECDH-ES"},
        {"kty": "RSA", "alg": "RSA-OAEP-256", "e": "AQAB", "n": "v" * 171},
        public(RSAKey.generate_key(2048, {"alg": "RSA-OAEP"})),
        {name: value for name, value in public(elliptic()).items() if name != "alg"},
    ],
)
def test_what_is_no_fitting_key_is_refused(parcels: JoseParcels, key: dict[str, Any]) -> None:
    """Secret, private, short, signing and unreadable keys, and other algorithms, are named and refused."""
    with pytest.raises(InvalidRequestError, match="sleutel") as caught:
        parcels.check(key)
    assert str(key.get("x", "x" * 9)) not in str(caught.value)


def test_a_signature_is_checked_without_the_gate(parcels: JoseParcels) -> None:
    """Put back between its dots, the content verifies under the gate's public key; other bytes don't."""
    head, empty, tail = parcels.sign(b"parcel").split(".")
    assert empty == ""
    key = OKPKey.import_key(json.loads(json.dumps(dict(parcels.public_key()))))
    assert not key.is_private
    whole = jws.serialize_compact(
        {"alg": "Ed25519"}, b"parcel", OKPKey.generate_key("Ed25519"), algorithms=["Ed25519"]
    )
    content = whole.split(".")[1]
    found = jws.deserialize_compact(f"{head}.{content}.{tail}", key, algorithms=["Ed25519"])
    assert found.payload == b"parcel"
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(f"{head}.{content[:-2]}AA.{tail}", key, algorithms=["Ed25519"])


@pytest.mark.parametrize(
    "case", load("wycheproof_bad_public_keys")["keys"], ids=lambda one: one["name"]
)
def test_no_parcel_is_made_for_a_point_that_is_none(parcels: JoseParcels, case: Case) -> None:
    """A point off its curve, of low order, or of another curve: named and refused, never sealed for."""
    with pytest.raises(InvalidRequestError, match="sleutel"):
        parcels.seal(b"parcel", case["key"] | {"alg": "ECDH-ES"})


def test_agreement_is_that_of_the_rfc() -> None:
    """RFC 7518, appendix C: the key that both sides derive, by which parcels are opened here."""
    shared = bytes([
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156,
        251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
    ])  # fmt: skip
    derived = agreed(shared, b"A128GCM", b"Alice", b"Bob", 128)
    assert derived == decode_base64url("VqqN6vgjbSBcIijNcacQGg")


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521", "X25519"])
def test_a_parcel_opens_without_the_library_that_made_it(parcels: JoseParcels, curve: str) -> None:
    """Written out from RFC 7518, 4.6 and 5.3, what is sealed for a key of each curve opens."""
    kind: Any = OKPKey if curve == "X25519" else ECKey
    key = kind.generate_key(curve, {"alg": "ECDH-ES"})
    head, empty, nonce, text, tag = parcels.seal(b"parcel", public(key)).split(b".")
    said = json.loads(decode_base64url(head))
    ours: Any = key.private_key
    theirs = kind.import_key(said["epk"]).public_key
    shared = ours.exchange(theirs) if curve == "X25519" else ours.exchange(ECDH(), theirs)
    opener = AESGCM(agreed(shared, b"A256GCM", b"", b"", 256))
    sealed = decode_base64url(text) + decode_base64url(tag)
    assert (empty, said["enc"]) == (b"", "A256GCM")
    assert opener.decrypt(decode_base64url(nonce), sealed, head) == b"parcel"


def agreed(shared: bytes, algorithm: bytes, one: bytes, other: bytes, bits: int) -> bytes:
    """Derive the key of an agreement: Concat KDF as RFC 7518, 4.6.2, asks."""
    named = (len(part).to_bytes(4, "big") + part for part in (algorithm, one, other))
    return ConcatKDFHash(SHA256(), bits // 8, b"".join(named) + bits.to_bytes(4, "big")).derive(
        shared
    )


def test_a_parcel_for_rsa_opens_by_the_published_rules(parcels: JoseParcels) -> None:
    """What takes and refuses all that Wycheproof says of OAEP with SHA-256 opens a parcel's key."""
    published = load("wycheproof_rsa_oaep")
    key = RSAKey.import_key(published["key"])
    opened = [
        unwrapped(key, b64decode(sealed), b64decode(label))
        for _, _, sealed, label, _ in published["cases"]
    ]
    wanted = [b64decode(one[1]) if one[4] == "valid" else None for one in published["cases"]]
    assert (len(opened), opened) == (37, wanted)
    named = {name: published["key"][name] for name in ("kty", "n", "e")} | {"alg": "RSA-OAEP-256"}
    head, sealed, nonce, text, tag = parcels.seal(b"parcel", named).split(b".")
    content = unwrapped(key, decode_base64url(sealed), b"")
    assert content is not None
    whole = decode_base64url(text) + decode_base64url(tag)
    assert AESGCM(content).decrypt(decode_base64url(nonce), whole, head) == b"parcel"


def unwrapped(key: RSAKey, sealed: bytes, label: bytes) -> bytes | None:
    """Open by OAEP with SHA-256; ``None`` for what does not open."""
    private = key.private_key
    assert private is not None
    try:
        return private.decrypt(sealed, OAEP(MGF1(SHA256()), SHA256(), label))
    except ValueError:
        return None


def decode_base64url(text: str | bytes) -> bytes:
    """Read base64url without padding."""
    raw = text.encode() if isinstance(text, str) else text
    return urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))


def test_a_signature_is_checked_without_the_library_that_made_it(parcels: JoseParcels) -> None:
    """It is plain Ed25519 over header, dot and content (RFC 7515, RFC 8037), and of nothing longer."""
    head, _, tail = parcels.sign(b"parcel").encode().split(b".")
    key = Ed25519PublicKey.from_public_bytes(decode_base64url(str(parcels.public_key()["x"])))
    signed = head + b"." + urlsafe_b64encode(b"parcel").rstrip(b"=")
    key.verify(decode_base64url(tail), signed)
    with pytest.raises(InvalidSignature):
        key.verify(decode_base64url(tail), signed + b"A")
