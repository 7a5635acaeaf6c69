"""RFC 3161 timestamps: what is asked of an authority, and what of its answer is believed.

1. The answer is granted, over this message, and carries the request's nonce where that is known.
2. It is signed by a certificate for timestamping only, that leads to a root given by the operator
   and was valid at the time stated.
"""

from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from gateway.domain.anchors import TimestampError, TimestampRequest
from gateway.domain.errors import SettingsError


class TrustedTimestamps:
    """Timestamps under given roots; the port is ``gateway.domain.anchors.Timestamps``.

    ``chain`` is PEM: certificates that sign themselves are roots, others lead to them. Raises
    ``SettingsError`` when it holds no root.
    """

    def __init__(self, chain: bytes) -> None:
        try:
            certificates = x509.load_pem_x509_certificates(chain)
        except ValueError:
            raise SettingsError("timestamp roots: not certificates in PEM") from None
        self._roots = [one for one in certificates if one.subject == one.issuer]
        self._between = [one for one in certificates if one.subject != one.issuer]
        if not self._roots:
            raise SettingsError("timestamp roots: no certificate signs itself")

    def request(self, message: bytes) -> TimestampRequest:
        """Return a request over the message's SHA-256, with a nonce of its own."""
        builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
        made = builder.build()
        return TimestampRequest(made.as_bytes(), made.nonce)

    def check(self, message: bytes, answer: bytes, nonce: int | None = None) -> datetime:
        """Return the time that an answer vouches for (1, 2); raises ``TimestampError``."""
        try:
            response = decode_timestamp_response(answer)
            verifier = VerifierBuilder(
                roots=self._roots, intermediates=self._between, nonce=nonce
            ).build()
            verifier.verify_message(response, message)
        except (VerificationError, ValueError) as error:
            why = str(error).partition(":")[0]  # what follows is OpenSSL's own
            raise TimestampError(f"the timestamp does not hold: {why}") from None
        return response.tst_info.gen_time
