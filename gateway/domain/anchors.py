"""Anchors: heads of the log that someone outside the gate vouches for, and how they are asked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.errors import GatewayError


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """A head that someone outside vouches for: witnesses, a timestamp authority, or both.

    ``note`` is the signed checkpoint with every cosignature; ``token`` the answer of the timestamp
    authority (RFC 3161, DER) over the checkpoint's text. ``base`` is how many entries all shards
    before its own have.
    """

    size: int
    at: datetime
    note: str
    cosigned: bool = False
    token: bytes | None = None
    base: int = 0

    @property
    def end(self) -> int:
        """How many entries all shards had up to here."""
        return self.base + self.size


class AnchoredHeads(Protocol):
    """The anchored heads of one log; called from the keeper's thread and from the event loop's."""

    def keep(self, head: AnchoredHead) -> None:
        """Keep a head; of one that is there already, what is new is added.

        Heads without a timestamp that a newer cosigned one of their shard makes needless are dropped.
        """
        ...

    def newest_cosigned(self) -> AnchoredHead | None:
        """Return the last head that witnesses cosigned, as they were asked to; ``None`` without one."""
        ...

    def all(self) -> Sequence[AnchoredHead]:
        """List what is kept, in the order of the log."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What another server answered, whatever it says."""

    status: int
    body: bytes
    media_type: str


class Exchange(Protocol):
    """Speaks HTTP with witnesses and timestamp authorities."""

    def get(self, url: str) -> Reply:
        """Fetch; raises ``OSError`` when no whole answer came in time."""
        ...

    def post(self, url: str, body: bytes, media_type: str) -> Reply:
        """Send; raises ``OSError`` when no whole answer came in time."""
        ...


class TimestampError(GatewayError):
    """A timestamp that does not hold, or a refusal; the text says why."""

    code = "TIMESTAMP"


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """A request as it is sent (DER), and the number by which its answer is known."""

    der: bytes
    nonce: int | None


class Timestamps(Protocol):
    """Writes RFC 3161 requests and checks the answers."""

    def request(self, message: bytes) -> TimestampRequest:
        """Return a request over the message, with a nonce of its own."""
        ...

    def check(self, message: bytes, answer: bytes, nonce: int | None = None) -> datetime:
        """Return the time that an answer vouches for.

        It must be over ``message``, signed under a trusted root, and carry the nonce where one is
        given. Raises ``TimestampError``.
        """
        ...
