"""Files for one recipient: encrypted to her public key, and signed by the gate without their content.

1. A key serves one algorithm, which it names itself: an elliptic key ``ECDH-ES`` (P-256, P-384,
   P-521, X25519), an RSA key of 2048 bits or more ``RSA-OAEP-256``. Content is always ``A256GCM``.
2. The gate signs with Ed25519, under a key kept for nothing else.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.crypto.keyring import Keyring
from gateway.domain.errors import InvalidRequestError

CONTENT: Final = "A256GCM"
NAME: Final = "parcel-signing"
_SHORTEST_RSA: Final = 2048
_BITS_A_LETTER: Final = 6  # of base64url
_SIGNATURE: Final = "Ed25519"
_KINDS: Final[Mapping[str, tuple[str, type[ECKey | OKPKey | RSAKey]]]] = {
    "EC": ("ECDH-ES", ECKey),
    "OKP": ("ECDH-ES", OKPKey),
    "RSA": ("RSA-OAEP-256", RSAKey),
}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class JoseParcels:
    """The port ``gateway.domain.exports.Parcels``, by JOSE."""

    def __init__(self, keyring: Keyring) -> None:
        key = Ed25519PrivateKey.from_private_bytes(keyring.named(NAME))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = OKPKey.import_key(pem)
        self._kid = self._key.thumbprint()

    @staticmethod
    def check(key: Mapping[str, object]) -> None:
        """Raise ``InvalidRequestError`` when this is no public key that a file can be sealed for."""
        _public(key)

    @staticmethod
    def seal(data: bytes, key: Mapping[str, object]) -> bytes:
        """Encrypt for the holder of the key (JWE, compact)."""
        algorithm, public = _public(key)
        header = {"alg": algorithm, "enc": CONTENT, "cty": "application/zip"}
        if isinstance(kid := key.get("kid"), str):
            header["kid"] = kid
        allowed = [algorithm, CONTENT]
        return jwe.encrypt_compact(header, data, public, algorithms=allowed).encode()

    def sign(self, data: bytes) -> str:
        """Sign as the gate; a JWS without its content (RFC 7515, appendix F)."""
        header = {"alg": _SIGNATURE, "kid": self._kid}
        whole = jws.serialize_compact(header, data, self._key, algorithms=[_SIGNATURE])
        head, _, signature = whole.split(".")
        return f"{head}..{signature}"

    def public_key(self) -> Mapping[str, object]:
        """Return the gate's public key (JWK), by which its signatures are checked."""
        return {
            **self._key.as_dict(private=False),
            "kid": self._kid,
            "alg": _SIGNATURE,
            "use": "sig",
        }


def _public(key: Mapping[str, object]) -> tuple[str, ECKey | OKPKey | RSAKey]:
    kind = _KINDS.get(str(key.get("kty")))
    if kind is None or not _PRIVATE.isdisjoint(key):
        raise InvalidRequestError("sleutel", "is not a public key (JWK) of kind EC, OKP or RSA")
    algorithm, make = kind
    if key.get("alg") != algorithm or key.get("use", "enc") != "enc":
        raise InvalidRequestError("sleutel", f"does not say that it is for {algorithm} alone")
    short = "n" in key and len(str(key["n"])) * _BITS_A_LETTER < _SHORTEST_RSA
    if short or key.get("crv") in {"Ed25519", "Ed448", "secp256k1"}:
        raise InvalidRequestError("sleutel", "is a key for signatures, or too short")
    try:
        named: Any = json.loads(json.dumps(key))
        public = make.import_key(named)
        _agree(public)
    except (JoseError, ValueError, KeyError, TypeError):
        raise InvalidRequestError("sleutel", "cannot be read as a key") from None
    return algorithm, public


def _agree(public: ECKey | OKPKey | RSAKey) -> None:
    """Try a key of X25519: ``ValueError`` for a point of low order, whose secrets anyone knows."""
    if isinstance(public.public_key, X25519PublicKey):
        X25519PrivateKey.generate().exchange(public.public_key)
