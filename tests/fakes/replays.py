"""Used tokens in a dictionary."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Replays:
    """Remembers what was used, until it could not be any more."""

    used: dict[bytes, datetime] = field(default_factory=dict)

    async def first(self, token: bytes, until: datetime, now: datetime) -> bool:
        """Remember a token; tell whether this was its first use."""
        self.used = {one: end for one, end in self.used.items() if end > now}
        new = token not in self.used
        self.used.setdefault(token, until)
        return new
