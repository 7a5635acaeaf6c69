"""A messenger that remembers what it brought; receivers can be away, and some addresses are refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.domain.errors import InvalidRequestError
from gateway.domain.subscriptions import NotDeliveredError, require_address


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as it arrived."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Messenger:
    """``away`` are addresses where nobody answers, ``inside`` those within the gate's own network.

    ``meanwhile`` happens while a message is under way; ``tries`` counts every call.
    """

    sent: list[Sent] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    tries: int = 0

    async def admit(self, url: str) -> None:
        """Refuse what is inside."""
        require_address(url, loopback=False)
        if url in self.inside:
            raise InvalidRequestError("url", "its host is not a public address")

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        """Bring it."""
        self.tries += 1
        if url in self.away:
            raise NotDeliveredError("nobody is there")
        self.sent.append(Sent(url, dict(headers), body))
        if self.meanwhile:
            self.meanwhile.pop()()
