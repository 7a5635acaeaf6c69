"""Subscriptions of a small world, and what each was told: a value that a refused entry leaves as it was."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.domain.subscriptions import MarkPushed, Subscribe, Subscription, Unsubscribe

Place = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Told:
    """With how many reminders a notice was taken, how often it was tried since, when it may be next."""

    reminders: int
    attempts: int
    next_try: datetime


@dataclass(frozen=True, slots=True)
class PostRoom:
    """Who subscribed, and by notice and subscription what was told."""

    subscriptions: dict[UUID, Subscription] = field(default_factory=dict)
    told: dict[Place, Told] = field(default_factory=dict)

    def after(self, change: Subscribe | Unsubscribe | MarkPushed) -> "PostRoom | None":
        """Return how it stands after a change; ``None`` where that does not hold."""
        known = self.subscriptions.get(change.subscription_id)
        match change:
            case Subscribe(one, partner, url, sealed, at):
                made = Subscription(one, partner, url, sealed, at)
                kept = {**self.subscriptions, one: made}
                return replace(self, subscriptions=kept) if known is None else None
            case Unsubscribe(one, partner):
                left = {k: v for k, v in self.subscriptions.items() if k != one}
                told = {place: v for place, v in self.told.items() if place[1] != one}
                return PostRoom(left, told) if known and known.partner == partner else None
            case MarkPushed(_, notice, one, reminders, at):
                taken = {**self.told, (notice, one): Told(reminders, 0, at)}
                return replace(self, told=taken) if known else None


NO_POST: Final = PostRoom()
