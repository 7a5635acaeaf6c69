"""Sessions in a dictionary, by the digest of their id."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain.sessions import KeptSession
from tests.fakes.world import LawBrokenError

DIGEST = 32


@dataclass(slots=True)
class Sessions:
    """Keeps what it was given, and takes no key that could be an id."""

    kept: dict[bytes, KeptSession] = field(default_factory=dict)

    async def keep(self, session: KeptSession) -> None:
        """Write a new session."""
        if len(session.key) != DIGEST or session.key in self.kept:
            raise LawBrokenError("a session is kept once, under a digest")
        self.kept[session.key] = session

    async def find(self, key: bytes) -> KeptSession | None:
        """Find one."""
        return self.kept.get(key)

    async def see(self, key: bytes, moment: datetime) -> None:
        """Note that it was used."""
        if key in self.kept:
            self.kept[key] = replace(self.kept[key], seen=moment)

    async def end(self, key: bytes) -> None:
        """Forget one."""
        self.kept.pop(key, None)

    async def end_of_provider(self, provider_session: str) -> int:
        """Forget all of one session at the provider."""
        return self._forget(
            {k for k, s in self.kept.items() if s.provider_session == provider_session}
        )

    async def sweep(self, opened_before: datetime) -> int:
        """Forget those opened before a moment."""
        return self._forget({k for k, s in self.kept.items() if s.opened < opened_before})

    def _forget(self, keys: set[bytes]) -> int:
        for key in keys:
            del self.kept[key]
        return len(keys)
