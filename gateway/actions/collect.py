"""Collect deliveries from an inbox: each file processed once, acknowledged, and put away.

1. A file goes the way of every delivery (``Ingest``): the same checks, the same entries in the log,
   known by the digest of its bytes. Stopped anywhere, the next round ends what was begun.
2. A file that cannot be read is put away refused, with the reason; nothing of it was stored.
3. What stops one file for now, such as a log that does not answer, leaves it for the next round and
   holds up no other.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from gateway.actions.ingest import Ingest, digest_of
from gateway.domain import acknowledgements
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import DeliveryRefusedError, GatewayError
from gateway.domain.events import RoundFailed
from gateway.domain.inboxes import DroppedFile, Inbox, Place
from gateway.domain.partners import Caller
from gateway.domain.ports import Source, Telemetry
from gateway.domain.upkeep import Job, Noted, unnoted

Sleep = Callable[[float], Coroutine[object, object, None]]
Progress = Callable[[int], None]
EVERY: Final = 10.0
"""Seconds between looks."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How many files a round processed, refused, and left for the next one."""

    done: int = 0
    refused: int = 0
    left: int = 0

    def __add__(self, other: "Collected") -> "Collected":
        """Count together."""
        return Collected(
            self.done + other.done, self.refused + other.refused, self.left + other.left
        )


class Collect:
    """Empties an inbox for the worker in whose name it stands open."""

    def __init__(
        self, ingest: Ingest, source_for: Callable[[str], Source], telemetry: Telemetry
    ) -> None:
        self._ingest = ingest
        self._source_for = source_for
        self._telemetry = telemetry

    async def __call__(
        self, caller: Caller, inbox: Inbox, progress: Progress = lambda _: None
    ) -> Collected:
        """Take every file that lies still, once; nothing while another gate is at it."""
        await self._ingest.admit(caller)
        done = Collected()
        with inbox.held() as ours:
            for name in inbox.settled() if ours else ():
                done += await self._one(caller, inbox, name, progress)
        return done

    async def run(
        self, caller: Caller, inbox: Inbox, sleep: Sleep = asyncio.sleep, noted: Noted = unnoted
    ) -> None:
        """Collect until cancelled; operators hear of what stopped a round."""
        while True:
            try:
                with noted(Job.INTAKE):
                    await self(caller, inbox)
            except (GatewayError, OSError) as error:
                self._telemetry.tell(RoundFailed("intake", type(error).__name__))
            await sleep(EVERY)

    async def _one(self, caller: Caller, inbox: Inbox, name: str, progress: Progress) -> Collected:
        try:
            with inbox.open(name) as file:
                return await self._take(caller, file, progress)
        except (GatewayError, OSError) as error:  # (3)
            self._telemetry.tell(RoundFailed("intake", type(error).__name__))
            return Collected(left=1)

    async def _take(self, caller: Caller, file: DroppedFile, progress: Progress) -> Collected:
        source = self._source_for(file.name)
        try:
            delivered = await self._ingest(caller, file.stream, source, progress)
        except DeliveryRefusedError as error:
            file.stream.seek(0)
            why = acknowledgements.refused(digest_of(file.stream), str(error))
            moved = file.put_away(Place.REFUSED, _document(why))
            return Collected(refused=1) if moved else Collected(left=1)
        moved = file.put_away(Place.DONE, _document(delivered.acknowledgement))
        return Collected(done=1) if moved else Collected(left=1)


def _document(acknowledgement: dict[str, JsonValue]) -> bytes:
    return json.dumps(acknowledgement, ensure_ascii=False, indent=1).encode() + b"\n"
