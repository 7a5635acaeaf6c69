"""A firewall that stops at one word, so that a test can send that word into it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.domain.errors import GatewayError


class StoppedError(GatewayError):
    """The word was about to leave."""

    code = "FORBIDDEN_NUMBER"


@dataclass(slots=True)
class Firewall:
    """Passes chunks on until one holds ``word``; ``scans`` counts how often it was asked to look."""

    word: bytes
    scans: list[frozenset[str]] = field(default_factory=list)

    def scan(self, chunks: Iterable[bytes], known: frozenset[str]) -> Iterator[bytes]:
        """Look at each chunk before it is passed on."""
        self.scans.append(known)
        return self._looked(chunks)

    def inspect(self, data: bytes) -> None:
        """Look at a whole file."""
        if self.word in data:
            raise StoppedError("a number set by law was about to leave")

    def _looked(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self.word in chunk:
                raise StoppedError("a number set by law was about to leave")
            yield chunk
