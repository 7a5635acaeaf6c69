"""What erasing needs: who decides, and the ports to keys and to what they open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, SubjectId


@dataclass(frozen=True, slots=True)
class ErasureDecision:
    """Who decided that something is erased and why; ``second`` is the other person, where asked."""

    actor: ActorId
    reason: str
    second: ActorId | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidRequestError("reason", "is needed")
        if self.second is not None and self.second == self.actor:
            raise InvalidRequestError("second", "is the same person")


class Shredder(Protocol):
    """Destroys a subject's keys, and with them what they open, everywhere."""

    def profile(self, subject: SubjectId) -> bool:
        """Destroy the key of her profile; tell whether there was one."""
        ...

    def log(self, subject: SubjectId) -> bool:
        """Destroy the key of what the log tells about her; tell whether there was one."""
        ...

    def shredded_profiles(self) -> Sequence[SubjectId]:
        """Return whose profile key was destroyed."""
        ...

    def shredded_tags(self) -> Sequence[bytes]:
        """Return the log's tags of those whose log key was destroyed."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What the log says was erased: whose profiles, and the indexes whose payloads are named."""

    profiles: frozenset[SubjectId]
    indexes: frozenset[int]


class Traces(Protocol):
    """Where the log holds what only a subject's log key opens."""

    def of(self, subject: SubjectId) -> Sequence[int]:
        """Return the indexes of her entries whose payloads are sealed under her key; ascending."""
        ...

    def under(self, tag: bytes) -> Sequence[int]:
        """Return the same for the tag under which the log knows someone."""
        ...

    def told(self) -> Told:
        """Read the whole log for what it says was erased."""
        ...
