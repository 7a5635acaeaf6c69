"""Timestamps are believed under the operator's roots only: the published answers, good and bad."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from gateway.crypto.timestamps import TrustedTimestamps
from gateway.domain.anchors import TimestampError
from gateway.domain.errors import SettingsError

VECTORS: Final = json.loads(
    (Path(__file__).parents[2] / "vectors" / "crypto" / "rfc3161_timestamps.json").read_bytes()
)
FILES: Final = {name: b64decode(raw) for name, raw in VECTORS["files_base64"].items()}
CHAIN: Final = VECTORS["ts_chain_pem"].encode()
MESSAGE: Final = b"hello"
NONCE: Final = 3937359519792308179
GOOD: Final = "test_tsa/response.tsr"


@pytest.fixture(name="trusted", scope="module")
def fixture_trusted() -> TrustedTimestamps:
    """Trust the test authority."""
    return TrustedTimestamps(CHAIN)


@pytest.mark.parametrize("name", [GOOD, "test_tsa/response-injected-certs.tsr"])
def test_a_good_answer_tells_its_time(trusted: TrustedTimestamps, name: str) -> None:
    """Signed under the root, over the message, with the request's nonce; foreign certificates beside it change nothing."""
    when = datetime(2024, 10, 8, 15, 40, 32, tzinfo=UTC)
    assert trusted.check(MESSAGE, FILES[name], NONCE) == when
    assert trusted.check(MESSAGE, FILES[name]) == when


@pytest.mark.parametrize("name", sorted(n for n in FILES if n.endswith(".tsr")))
def test_only_answers_under_the_root_are_believed(trusted: TrustedTimestamps, name: str) -> None:
    """Another authority, a broken signature, no certificate: each is refused, in words of ours."""
    if name in {GOOD, "test_tsa/response-injected-certs.tsr"}:
        assert trusted.check(MESSAGE, FILES[name]).year == 2024
        return
    with pytest.raises(TimestampError) as refused:
        trusted.check(MESSAGE, FILES[name])
    assert "openssl" not in str(refused.value).lower()
    assert "crypto/" not in str(refused.value)


def test_requests_are_not_answers(trusted: TrustedTimestamps) -> None:
    """What is no answer at all is refused, like nothing and noise."""
    for raw in (FILES["test_tsa/request.der"], FILES["test_tsa/other_request.der"], b"", b"x" * 99):
        with pytest.raises(TimestampError):
            trusted.check(MESSAGE, raw)


def test_an_answer_over_something_else_is_refused(trusted: TrustedTimestamps) -> None:
    """The message, the nonce, and every byte of the answer count."""
    for message, nonce in ((b"hallo", NONCE), (MESSAGE, NONCE + 1)):
        with pytest.raises(TimestampError):
            trusted.check(message, FILES[GOOD], nonce)


def test_a_changed_answer_is_refused(trusted: TrustedTimestamps) -> None:
    """A flipped bit in the time or the hash of a token breaks its signature."""
    raw = FILES[GOOD]
    for place in (raw.index(b"20241008"), raw.index(b"\x9b\x71\xd2\x24")):
        changed = bytearray(raw)
        changed[place + 3] ^= 1
        with pytest.raises(TimestampError):
            trusted.check(MESSAGE, bytes(changed))


def test_a_request_asks_over_the_hash_with_a_new_nonce(trusted: TrustedTimestamps) -> None:
    """Each request carries the message's SHA-256 and another number."""
    one, other = trusted.request(MESSAGE), trusted.request(MESSAGE)
    assert sha256(MESSAGE).digest() in one.der
    assert one.nonce != other.nonce


@pytest.mark.parametrize("chain", [b"", b"no pem", CHAIN[: CHAIN.index(b"-----END") + 25]])
def test_roots_are_needed(chain: bytes) -> None:
    """Without a certificate that signs itself nothing could be believed: the gate says so at start."""
    with pytest.raises(SettingsError, match="timestamp roots"):
        TrustedTimestamps(chain)
