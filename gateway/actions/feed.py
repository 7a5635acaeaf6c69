"""Take in a feed of events: each kept durably as it comes, and given effect in its turn.

1. Every event is kept, sealed and on record, before any of them takes effect: what stops in between,
   the next call goes on with.
2. An event in its turn goes the way of every delivery (``Ingest``): the same checks, quarantine and
   acknowledgement. Its row in quarantine holds nothing up.
3. What takes no effect (``gateway.domain.feeds`` (2)) goes that way too, with the reason against it.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, commit
from gateway.actions.ingest import KEY, Arrival, Delivered, Ingest, digest_of
from gateway.domain.breakglass import checked_words
from gateway.domain.deliveries import JsonValue, RowOutcome
from gateway.domain.errors import DeliveryRefusedError, InvalidRequestError
from gateway.domain.feeds import (
    SOURCES,
    ApplyEvent,
    EventSource,
    EventStatus,
    FeedEvent,
    Feeds,
    KeepEvent,
    KeptEvent,
    SkipEvents,
    Standing,
    against,
    place_of_event,
)
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry, Source
from gateway.domain.records import Receipt, RecordKind

BATCH: Final = 250


@dataclass(frozen=True, slots=True)
class EventLine:
    """What became of one event, and as which delivery it came in; it names nobody."""

    number: int
    event_id: UUID
    status: EventStatus
    delivery: UUID | None = None

    def as_json(self) -> dict[str, JsonValue]:
        """Write the line as acknowledgements do."""
        delivery = str(self.delivery) if self.delivery else None
        line: dict[str, JsonValue] = {"volgnummer": self.number, "id": str(self.event_id)}
        return line | {"status": self.status, "levering": delivery}


@dataclass(frozen=True, slots=True)
class Fed:
    """What became of every event that was sent, or was parked and had its turn; and how it stands."""

    lines: tuple[EventLine, ...]
    standing: Standing

    @property
    def acknowledgement(self) -> dict[str, JsonValue]:
        """What the source is told: no value, and nobody's number."""
        lines: list[JsonValue] = [one.as_json() for one in self.lines]
        return {**written(self.standing), "gebeurtenissen": lines}


def written(standing: Standing) -> dict[str, JsonValue]:
    """Write how far a feed is: its position, what is parked, and what is waited for."""
    gaps: list[JsonValue] = [{"van": low, "tot": high} for low, high in standing.missing]
    parked: list[JsonValue] = [
        {"volgnummer": one.number, "id": str(one.event_id), "sinds": one.at.isoformat()}
        for one in standing.parked
    ]
    position: dict[str, JsonValue] = {"bron": standing.source, "positie": standing.position}
    return {**position, "geparkeerd": parked, "ontbreekt": gaps}


class Feed:
    """Where feeds come in; ``source`` reads an event's document as a delivery in JSON."""

    def __init__(
        self, gate: Gate, feeds: Feeds, ingest: Ingest, source: Source, events: EventSource
    ) -> None:
        self._gate = gate
        self._feeds = feeds
        self._ingest = ingest
        self._source = source
        self._events = events

    async def __call__(
        self, caller: Caller, stream: BinaryIO, progress: Callable[[int], None] = lambda _: None
    ) -> Fed:
        """Take in events; raises ``DeliveryRefusedError`` when any of them cannot be read."""
        context = await self._ingest.admit(caller)
        events = await self._read(context, stream)
        settled: list[EventLine] = []
        kept: list[FeedEvent] = []
        for portion in _portions(events):
            for event, is_new in await self._keep(context, portion):
                if is_new:
                    kept.append(event)
                else:
                    settled.append(await self._beside(caller, event))
        applied = await self._apply_all(caller, context, events[0].source, progress)
        return await self._told(events[0].source, kept, settled, applied)

    async def standings(self, caller: Caller) -> Sequence[Standing]:
        """Tell how far each feed is that anything came from."""
        await self._ingest.admit(caller)
        found = [await self._feeds.standing(source) for source in sorted(SOURCES)]
        return [one for one in found if one.position or one.parked]

    async def skip(self, caller: Caller, source: str, through: int, reason: str) -> Fed:
        """Give up the events through a number, on record, and go on with those that were parked.

        Raises ``InvalidRequestError`` when one of them came, or all had their turn.
        """
        context = await self._ingest.admit(caller)
        why = checked_words("reden", reason)
        standing = await self._skippable(source, through)
        detail: dict[str, str | int] = {
            "source": source,
            "after": standing.position,
            "through": through,
            "why": why,
        }
        record = context.record(RecordKind.DELIVERY, "events given up", detail=detail)
        await commit(self._gate, Entry(record, (SkipEvents(source, through, context.moment),)))
        applied = await self._apply_all(caller, context, source, lambda _: None)
        return await self._told(source, (), (), applied)

    async def _skippable(self, source: str, through: int) -> Standing:
        if source not in SOURCES:
            raise InvalidRequestError("bron", f"is not one of {', '.join(sorted(SOURCES))}")
        standing = await self._feeds.standing(source)
        first = standing.parked[0].number if standing.parked else through + 1
        if not standing.position < through < first:
            raise InvalidRequestError("tot", "is not the number of an event that is waited for")
        return standing

    async def _read(self, context: Context, stream: BinaryIO) -> Sequence[FeedEvent]:
        """Read all events and see that each is a profile; a feed that is not is refused on record."""
        digest = digest_of(stream)
        try:
            events = self._events.read(stream)
            for event in events:
                self._check(event)
        except DeliveryRefusedError as error:
            detail: dict[str, str | int] = {"sha256": digest.hex(), "why": str(error)}
            record = context.record(RecordKind.DELIVERY, "events refused", detail=detail)
            await self._gate.ledger.append([Entry(record)])
            raise
        return events

    def _check(self, event: FeedEvent) -> None:
        try:
            with self._source.read(io.BytesIO(event.document)) as read:
                list(read.rows)
        except DeliveryRefusedError as error:
            raise DeliveryRefusedError(f"volgnummer {event.number}: {error}") from None

    async def _keep(
        self, context: Context, events: Sequence[FeedEvent]
    ) -> Iterator[tuple[FeedEvent, bool]]:
        """Keep events in one go; say of each whether it was new."""
        answers = await self._gate.ledger.append([self._entry(context, one) for one in events])
        return zip(events, (isinstance(one, Receipt) for one in answers), strict=True)

    def _entry(self, context: Context, event: FeedEvent) -> Entry:
        sealed = self._gate.vault.seal_blob(KEY, place_of_event(event), event.document)
        kept = KeptEvent(
            event.source, event.number, event.event_id, event.digest, context.moment, sealed
        )
        record = context.record(RecordKind.DELIVERY, "event received", detail=_named(kept))
        return Entry(record, (KeepEvent(kept),))

    async def _beside(self, caller: Caller, event: FeedEvent) -> EventLine:
        """Tell a repeated event from one that has no place in the feed, which goes to quarantine."""
        known = await self._feeds.alike(event.source, event.number, event.event_id)
        why = against(event, known)
        if why is None:
            before = next(one for one in known if one.event_id == event.event_id)
            return _line(before, EventStatus.DUPLICATE, before.delivery)
        delivered = await self._ingest(
            caller, io.BytesIO(event.document), self._source, arrival=Arrival(against=why)
        )
        return _line(event, EventStatus.QUARANTINED, delivered.delivery)

    async def _apply_all(
        self, caller: Caller, context: Context, source: str, progress: Callable[[int], None]
    ) -> Mapping[int, EventLine]:
        """Give effect to one event after another, until one is missing."""
        done: dict[int, EventLine] = {}
        while (event := await self._feeds.following(source)) is not None:
            done[event.number] = await self._apply(caller, context, event)
            progress(1)
        return done

    async def _apply(self, caller: Caller, context: Context, event: KeptEvent) -> EventLine:
        plain = self._gate.vault.open_blob(KEY, place_of_event(event), event.sealed)

        def closing(delivery: UUID) -> tuple[ApplyEvent, ...]:
            return (ApplyEvent(event.source, event.number, delivery, context.moment),)

        delivered = await self._ingest(
            caller, io.BytesIO(plain), self._source, arrival=Arrival(closing)
        )
        if delivered.seen_before:  # quarantined once, before its number came free again
            record = context.record(RecordKind.DELIVERY, "event repeated", detail=_named(event))
            await commit(self._gate, Entry(record, closing(delivered.delivery)))
        return _line(event, _status(delivered), delivered.delivery)

    async def _told(
        self,
        source: str,
        kept: Sequence[FeedEvent],
        settled: Sequence[EventLine],
        applied: Mapping[int, EventLine],
    ) -> Fed:
        """Say what became of all."""
        waiting = [await self._now(one) for one in kept if one.number not in applied]
        lines = sorted((*settled, *waiting, *applied.values()), key=lambda one: one.number)
        return Fed(tuple(lines), await self._feeds.standing(source))

    async def _now(self, event: FeedEvent) -> EventLine:
        """Say of an event that was kept whether another gate gave it effect meanwhile."""
        (kept,) = await self._feeds.alike(event.source, event.number, event.event_id)
        status = EventStatus.PARKED if kept.delivery is None else EventStatus.APPLIED
        return _line(event, status, kept.delivery)


def _portions(events: Sequence[FeedEvent]) -> Iterator[Sequence[FeedEvent]]:
    rest = iter(events)
    while portion := tuple(islice(rest, BATCH)):
        yield portion


def _named(event: KeptEvent) -> dict[str, str | int]:
    return {"source": event.source, "number": event.number, "event": str(event.event_id)}


def _line(event: FeedEvent | KeptEvent, status: EventStatus, delivery: UUID | None) -> EventLine:
    return EventLine(event.number, event.event_id, status, delivery)


def _status(delivered: Delivered) -> EventStatus:
    quarantined = delivered.report[RowOutcome.QUARANTINED] == 1
    return EventStatus.QUARANTINED if quarantined else EventStatus.APPLIED
