"""Subscriptions: a partner's own system is told that a notice waits for it, and can tell it was us.

1. A message carries no personal value: what it is about, the recipient's own pseudonym, and by when.
2. It is signed as Standard Webhooks 1.0.0 says; the same message keeps its id however often it is sent.
3. Taken is not confirmed: a notice is told again with each reminder, until its recipient confirms.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from gateway.domain.errors import GatewayError, InvalidRequestError
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.notices import KINDS, NoticeState

MOST: Final = 5
"""Subscriptions that one partner may have."""
LONGEST_ADDRESS: Final = 500
SECRET_SIZE: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how the standard begins every secret
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(days=1)
_DOUBLINGS: Final = 12


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a partner wants to hear of its notices; ``sealed`` is the secret, sealed by the caller."""

    subscription_id: UUID
    partner: Oin
    url: str
    sealed: bytes
    since: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """A notice that a subscription must still hear of, and how often that was tried in vain."""

    state: NoticeState
    subscription: Subscription
    attempts: int = 0

    @property
    def message_id(self) -> str:
        """The same for each try; another for each reminder (2, 3)."""
        return f"{self.state.notice.notice_id}.{self.state.reminders}"


class NotDeliveredError(GatewayError):
    """The receiver did not take a message; the same again later is safe."""

    code = "NOT_DELIVERED"


class Subscriptions(Protocol):
    """Subscriptions, and what each must still hear of."""

    async def of_partner(self, partner: Oin) -> Sequence[Subscription]:
        """List a partner's subscriptions, oldest first."""
        ...

    async def due(self, moment: datetime, limit: int) -> Sequence[Push]:
        """List what may be tried at ``moment``, first due first; nothing that was confirmed."""
        ...

    async def put_off(self, pushes: Sequence[Push], until: datetime) -> None:
        """Count a try in vain, and let them wait until then; durable on return.

        Those whose subscription is gone are left out.
        """
        ...


class Messenger(Protocol):
    """Brings messages to addresses that others gave us."""

    async def admit(self, url: str) -> None:
        """Raise ``InvalidRequestError`` for an address to which nothing may be sent."""
        ...

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        """Send; on return it was taken. Raises ``NotDeliveredError``."""
        ...


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries in vain: doubled each time, a day at most."""
    return min(FIRST_WAIT * (1 << min(attempts, _DOUBLINGS)), LONGEST_WAIT)


def require_address(url: str, *, loopback: bool) -> None:
    """Raise ``InvalidRequestError`` unless this is https, or http where ``loopback`` is allowed.

    To which addresses its host leads is for ``Messenger.admit`` to see.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidRequestError("url", "is not an address") from None
    faults = {
        f"is longer than {LONGEST_ADDRESS} characters": len(url) > LONGEST_ADDRESS,
        "holds characters that an address cannot hold": not (url.isascii() and url.isprintable())
        or " " in url,
        "is not https": parts.scheme not in ({"https", "http"} if loopback else {"https"}),
        "names no host": not parts.hostname or port == 0,
        "holds a name or password": parts.username is not None or parts.password is not None,
        "holds a fragment": bool(parts.fragment),
    }
    for why, wrong in faults.items():
        if wrong:
            raise InvalidRequestError("url", why)


def shown_secret(key: bytes) -> str:
    """Write a secret as receivers' libraries take it."""
    return SECRET_PREFIX + base64.b64encode(key).decode("ascii")


def document(push: Push, reference: UUID, listed: str) -> bytes:
    """Write a message (1); ``listed`` is where the recipient reads and confirms its notices."""
    notice = push.state.notice
    data = {
        "id": str(notice.notice_id),
        "soort": KINDS[notice.cause.kind],
        "clientRef": str(reference),
        "uiterlijk": notice.due.isoformat(),
        "herinneringen": push.state.reminders,
        "meldingen": listed,
    }
    body = {"type": "melding.open", "timestamp": notice.at.isoformat(), "data": data}
    return json.dumps(body, separators=(",", ":")).encode("ascii")


def signed(
    key: bytes, message_id: str, moment: datetime, body: bytes
) -> tuple[tuple[str, str], ...]:
    """Return the headers by which the receiver knows who sent this, and when (2)."""
    seconds = str(int(moment.timestamp()))
    content = f"{message_id}.{seconds}.".encode("ascii") + body
    mark = base64.b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
    return (
        ("webhook-id", message_id),
        ("webhook-timestamp", seconds),
        ("webhook-signature", f"v1,{mark}"),
    )


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Keep where a partner wants to hear of its notices; ``sealed`` is the secret it is signed with."""

    subscription_id: UUID
    partner: Oin
    url: str
    sealed: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Forget a subscription; refused when it is another partner's or gone."""

    subscription_id: UUID
    partner: Oin


@dataclass(frozen=True, slots=True)
class MarkPushed:
    """Note that a subscription took a notice, told with so many ``reminders``; refused once it is gone."""

    subject: SubjectId
    notice_id: UUID
    subscription_id: UUID
    reminders: int
    at: datetime
