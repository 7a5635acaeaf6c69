"""Sessions in a dictionary, by the digest of their id."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain.identifiers import ActorId
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

    async def end_of_provider(self, provider_session: str | None, actor: ActorId | None) -> int:
        """Forget all of one session at the provider, or of one worker."""
        over = {provider_session, None} if provider_session else {*self._named(), None}
        return self._forget(
            {
                key
                for key, one in self.kept.items()
                if one.provider_session in over
                and (one.actor == actor or one.provider_session == provider_session is not None)
            }
        )

    def _named(self) -> set[str | None]:
        return {one.provider_session for one in self.kept.values()}

    async def sweep(self, opened_before: datetime) -> int:
        """Forget those opened before a moment."""
        return self._forget({k for k, s in self.kept.items() if s.opened < opened_before})

    def _forget(self, keys: set[bytes]) -> int:
        for key in keys:
            del self.kept[key]
        return len(keys)
