"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clock:
    """Tells ``moment``, a moment in UTC."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def wait(self, time: timedelta) -> datetime:
        """Let time pass, and return the new moment."""
        self.moment += time
        return self.moment
