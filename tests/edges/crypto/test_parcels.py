"""Files for one recipient: only her key opens them, one algorithm a key, and the gate's signature."""

import json
from typing import Any, Final

import pytest
from joserfc import jwe, jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.crypto.parcels import JoseParcels
from gateway.domain.errors import InvalidRequestError
from tests.edges.crypto.people import Strongroom

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
