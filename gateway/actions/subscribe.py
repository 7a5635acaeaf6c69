"""Subscribe a partner's own system to its notices, so that it need not ask for them.

1. Whoever may read the partner's notices may subscribe its system; a resident has none.
2. The secret is shown once, and kept sealed.
3. Subscribing and its end are on record; the log names no address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_bytes
from uuid import UUID, uuid4

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate, commit, deny
from gateway.actions.notices import admit_recipient
from gateway.domain.changes import Change
from gateway.domain.decisions import Decision
from gateway.domain.errors import InvalidRequestError
from gateway.domain.partners import Caller
from gateway.domain.ports import Entry
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt, RecordKind
from gateway.domain.subscriptions import (
    MOST,
    SECRET_SIZE,
    Messenger,
    Subscribe,
    Subscription,
    Subscriptions,
    Unsubscribe,
    shown_secret,
)

LABEL = "subscription"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A new subscription with its secret, shown this once."""

    subscription: Subscription
    secret: str
    receipt: Receipt


class SubscriptionDesk:
    """Where partners subscribe their systems."""

    def __init__(self, gate: Gate, subscriptions: Subscriptions, messenger: Messenger) -> None:
        self._gate = gate
        self._subscriptions = subscriptions
        self._messenger = messenger

    async def add(self, caller: Caller, url: str) -> Subscribed:
        """Subscribe; raises ``InvalidRequestError`` for a bad address, or one too many."""
        context = await self._admit(caller)
        partner = caller.partner.oin
        if len(await self._subscriptions.of_partner(partner)) >= MOST:
            raise InvalidRequestError("url", f"an organisation has at most {MOST} subscriptions")
        await self._messenger.admit(url)
        subscription_id, key = uuid4(), token_bytes(SECRET_SIZE)
        sealed = self._gate.vault.seal_blob(LABEL, subscription_id.bytes, key)
        change = Subscribe(subscription_id, partner, url, sealed, context.moment)
        receipt = await self._write(context, "subscribed", subscription_id, change)
        made = Subscription(subscription_id, partner, url, sealed, context.moment)
        return Subscribed(made, shown_secret(key), receipt)

    async def of_partner(self, caller: Caller) -> Sequence[Subscription]:
        """List the subscriptions of the caller's organisation."""
        await self._admit(caller)
        return await self._subscriptions.of_partner(caller.partner.oin)

    async def remove(self, caller: Caller, subscription_id: UUID) -> Receipt:
        """End a subscription; another's looks like none, and raises ``DisclosureRefusedError``."""
        context = await self._admit(caller)
        own = await self._subscriptions.of_partner(caller.partner.oin)
        if subscription_id not in {one.subscription_id for one in own}:
            unknown = Decision.refusal(Reason.SUBJECT_UNKNOWN, hidden=True)
            await deny(self._gate, context, unknown)
        change = Unsubscribe(subscription_id, caller.partner.oin)
        return await self._write(context, "unsubscribed", subscription_id, change)

    async def _admit(self, caller: Caller) -> Context:
        context = await admit_recipient(self._gate, caller)
        if caller.subject is not None:
            refused = Decision.refusal(Reason.ACTOR_NOT_ALLOWED, hidden=True)
            await deny(self._gate, context, refused)
        return context

    async def _write(
        self, context: Context, outcome: str, subscription_id: UUID, change: Change
    ) -> Receipt:
        detail: dict[str, str | int] = {"subscription": str(subscription_id)}
        record = context.record(RecordKind.NOTICE, outcome, detail=detail)
        return await commit(self._gate, Entry(record, (change,)))
