"""Push notices to whoever subscribed: at least once, again with each reminder, until it is confirmed.

1. A notice waits until its receiver took it: that goes on record, and whatever stops before it does,
   the notice is told again under the same id.
2. Where a receiver does not answer, all that is due there waits, twice as long each time, up to a
   day; other receivers do not wait for it.
3. Confirming stays the recipient's own act: what was taken and not confirmed is told again with the
   next reminder.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import uuid4

from gateway.actions.gate import Gate
from gateway.actions.subscribe import LABEL
from gateway.domain.errors import GatewayError, UnreadableValueError
from gateway.domain.events import NoticesUndelivered, RoundFailed
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.subscriptions import (
    MarkPushed,
    Messenger,
    NotDeliveredError,
    Push,
    Subscriptions,
    document,
    signed,
    wait_after,
)
from gateway.domain.upkeep import Job, Noted, unnoted

BATCH: Final = 200
IDLE: Final = 5.0
"""Seconds between looks."""
ACTOR: Final = "poort"

Sleep = Callable[[float], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many notices were taken, and how many wait longer."""

    taken: int = 0
    put_off: int = 0

    def __add__(self, other: "Pushed") -> "Pushed":
        """Count together."""
        return Pushed(self.taken + other.taken, self.put_off + other.put_off)


class PushNotices:
    """Carries notices to subscriptions; ``listed`` is where recipients read and confirm them."""

    def __init__(
        self, gate: Gate, subscriptions: Subscriptions, messenger: Messenger, listed: str
    ) -> None:
        self._gate = gate
        self._subscriptions = subscriptions
        self._messenger = messenger
        self._listed = listed

    async def round(self) -> Pushed:
        """Try all that is due now, once; raises ``LedgerUnavailableError``."""
        done = Pushed()
        moment = self._gate.clock.now()
        while due := await self._subscriptions.due(moment, BATCH):
            by_receiver = sorted(due, key=_receiver)  # stable: first due stays first
            groups = [tuple(group) for _, group in groupby(by_receiver, _receiver)]
            work = (self._to_one(group) for group in groups)
            for found in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(found, BaseException):
                    raise found  # after all have ended, so that no two rounds overlap
                done += found
        return done

    async def run(self, sleep: Sleep = asyncio.sleep, noted: Noted = unnoted) -> None:
        """Push as notices come, until cancelled; operators hear of what stopped a round."""
        while True:
            try:
                with noted(Job.NOTICES):
                    await self.round()
            except GatewayError as error:
                self._gate.telemetry.tell(RoundFailed("push", type(error).__name__))
            await sleep(IDLE)

    async def _to_one(self, pushes: Sequence[Push]) -> Pushed:
        """Bring one receiver what is due, until it does not answer (2)."""
        for place, push in enumerate(pushes):
            try:
                await self._post(push)
            except (NotDeliveredError, UnreadableValueError):
                await self._put_off(pushes[place:])
                return Pushed(place, len(pushes) - place)
            await self._record(push)
        return Pushed(len(pushes))

    async def _post(self, push: Push) -> None:
        to, gate = push.subscription, self._gate
        key = gate.vault.open_blob(LABEL, to.subscription_id.bytes, to.sealed)
        body = document(
            push, gate.pseudonyms.reference(to.partner, push.state.subject), self._listed
        )
        headers = signed(key, push.message_id, gate.clock.now(), body)
        await self._messenger.post(to.url, headers, body)

    async def _record(self, push: Push) -> None:
        """Note that it was taken (1); where the subscription ended meanwhile, nothing is left to note."""
        state, moment = push.state, self._gate.clock.now()
        notice, to = state.notice, push.subscription
        record = AuditRecord(
            uuid4(),
            RecordKind.NOTICE,
            moment,
            "pushed",
            recipient=notice.recipient,
            subject=state.subject,
            actor=ACTOR,
            detail={
                "notice": str(notice.notice_id),
                "subscription": str(to.subscription_id),
                "reminders": state.reminders,
            },
        )
        mark = MarkPushed(
            state.subject, notice.notice_id, to.subscription_id, state.reminders, moment
        )
        await self._gate.ledger.append([Entry(record, (mark,))])

    async def _put_off(self, pushes: Sequence[Push]) -> None:
        until = self._gate.clock.now() + wait_after(pushes[0].attempts)
        await self._subscriptions.put_off(pushes, until)
        partner = pushes[0].subscription.partner
        self._gate.telemetry.tell(NoticesUndelivered(partner, len(pushes)))


def _receiver(push: Push) -> str:
    return str(push.subscription.subscription_id)
