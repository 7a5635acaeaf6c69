"""Tell the log to another logbook: at least once, in order, and never more than it may know.

1. An entry waits in the outbox from the commit that wrote it until the other logbook confirmed it;
   whatever stops in between, it is told again, under the same trace and span.
2. Where nothing is certain the wait doubles, up to a limit; nothing is skipped.
3. What is refused for good is kept aside one by one, so that it holds up no other, and operators
   hear of it.
4. Whom an entry is about is told under a pseudonym made for that logbook.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Final
from uuid import UUID

from gateway.domain.archive import LogArchive
from gateway.domain.events import LogbookBehind
from gateway.domain.identifiers import SubjectId
from gateway.domain.logbook import LoggedEvent
from gateway.domain.ports import Pseudonyms, Telemetry
from gateway.domain.projection import (
    Logbook,
    LogbookRefusedError,
    LogbookUnreachableError,
    Outbox,
    Projected,
    Waiting,
)
from gateway.domain.upkeep import Job, Noted, unnoted

BATCH: Final = 200
IDLE: Final = 1.0
LONGEST: Final = 300.0
"""Seconds between tries: when there was nothing to tell, and at most."""
LDV: Final = "ldv"

Sleep = Callable[[float], Coroutine[object, object, None]]


class Project:
    """Carries entries from the outbox to one logbook."""

    def __init__(
        self,
        outbox: Outbox,
        archive: LogArchive,
        logbook: Logbook,
        pseudonyms: Pseudonyms,
        telemetry: Telemetry,
    ) -> None:
        self._outbox = outbox
        self._archive = archive
        self._logbook = logbook
        self._pseudonyms = pseudonyms
        self._telemetry = telemetry

    async def batch(self) -> int:
        """Tell the first entries that wait; return how many there were, 0 when none did.

        Raises ``LogbookUnreachableError``: they still wait then.
        """
        indexes = await self._outbox.waiting(BATCH)
        if not indexes:
            return 0
        events = await self._archive.each(indexes)
        told = [self._named(event) for event in events if self._logbook.tells(event)]
        refused = await self._tell(told) if told else []
        if refused:
            await self._outbox.refuse(refused)
            self._telemetry.tell(LogbookBehind("refused", len(refused)))
        await self._outbox.done([index for index in indexes if index not in set(refused)])
        return len(indexes)

    async def drain(self) -> None:
        """Tell everything that waits; raises ``LogbookUnreachableError``."""
        while await self.batch():
            pass

    async def again(self) -> int:
        """Let what was refused wait again; return how many."""
        return await self._outbox.restore()

    async def standing(self) -> Waiting:
        """Count what waits and what was refused."""
        return await self._outbox.count()

    async def run(self, sleep: Sleep = asyncio.sleep, noted: Noted = unnoted) -> None:
        """Tell entries as they come, until cancelled (2)."""
        wait = IDLE
        while True:
            try:
                with noted(Job.LOGBOOK):
                    await self.drain()
            except LogbookUnreachableError:
                waiting = (await self._outbox.count()).waiting
                self._telemetry.tell(LogbookBehind("unreachable", waiting))
                wait = min(2 * wait, LONGEST)
            else:
                wait = IDLE
            await sleep(wait)

    async def _tell(self, entries: Sequence[Projected]) -> list[int]:
        """Deliver entries, halving what is refused until each refusal stands alone (3)."""
        try:
            await self._logbook.tell(entries)
        except LogbookRefusedError:
            if len(entries) == 1:
                return [entries[0].event.index]
            middle = len(entries) // 2
            return [*await self._tell(entries[:middle]), *await self._tell(entries[middle:])]
        return []

    def _named(self, event: LoggedEvent) -> Projected:
        """Give whom an entry is about the name this logbook knows her by (4)."""
        if event.tag is None:
            return Projected(event, None)
        tag = SubjectId(UUID(bytes=event.tag))
        return Projected(event, self._pseudonyms.reference(LDV, tag))
