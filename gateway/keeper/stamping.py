"""Has the newest head timestamped by an authority (RFC 3161), and checks the tokens that are kept.

What is timestamped is the checkpoint's text: origin, size and root, as the log signed them.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from audit.treehead import parse_checkpoint
from gateway.domain.anchors import (
    AnchoredHead,
    AnchoredHeads,
    Exchange,
    TimestampError,
    Timestamps,
)
from gateway.keeper.publishing import PublishedHeads

QUERY = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class Stamped:
    """A head and the time that the authority vouches for."""

    size: int
    at: datetime


class Stamping:
    """Asks one authority; what it answers is checked before it is kept."""

    def __init__(
        self,
        timestamps: Timestamps,
        exchange: Exchange,
        url: str,
        published: PublishedHeads,
        anchored: AnchoredHeads,
    ) -> None:
        self._timestamps = timestamps
        self._exchange = exchange
        self._url = url
        self._published = published
        self._anchored = anchored

    def __call__(self) -> Stamped | None:
        """Timestamp the newest head; ``None`` while the log is empty.

        Raises ``TimestampError`` for a refusal or a token that does not hold, and ``OSError``.
        """
        note = self._published.newest()
        if not note:
            return None
        text = text_of(note)
        request = self._timestamps.request(text.encode())
        reply = self._exchange.post(self._url, request.der, QUERY)
        if reply.status != HTTPStatus.OK:
            raise TimestampError(f"the authority answers with status {reply.status}")
        at = self._timestamps.check(text.encode(), reply.body, request.nonce)
        size = parse_checkpoint(text).size
        base = self._published.base(note)
        self._anchored.keep(AnchoredHead(size, at, note, token=reply.body, base=base))
        return Stamped(size, at)


def text_of(note: str) -> str:
    """Return the text of a signed checkpoint, without its signatures."""
    return note.rpartition("\n\n")[0] + "\n"
