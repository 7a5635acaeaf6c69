"""Subscriptions of a small world."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.identifiers import Oin
from gateway.domain.subscriptions import Push, Subscription
from tests.fakes.notices import Notices
from tests.fakes.post_room import Told
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Walks over all notices and all subscriptions."""

    world: World

    async def of_partner(self, partner: Oin) -> Sequence[Subscription]:
        """List a partner's, oldest first."""
        known = self.world.post.subscriptions.values()
        own = [one for one in known if one.partner == partner]
        return sorted(own, key=lambda one: (one.since, one.subscription_id))

    async def due(self, moment: datetime, limit: int) -> Sequence[Push]:
        """List what may be tried."""
        found = []
        for state in await Notices(self.world).unconfirmed():
            own = await self.of_partner(state.notice.recipient)
            for one in sorted(own, key=lambda one: one.subscription_id):
                told = self.world.post.told.get((state.notice.notice_id, one.subscription_id))
                waits = told and (told.reminders >= state.reminders or told.next_try > moment)
                if not waits:
                    found.append(Push(state, one, told.attempts if told else 0))
        return found[:limit]

    async def put_off(self, pushes: Sequence[Push], until: datetime) -> None:
        """Let them wait."""
        told = dict(self.world.post.told)
        for push in pushes:
            one = push.subscription.subscription_id
            if one in self.world.post.subscriptions:
                place = push.state.notice.notice_id, one
                before = told.get(place, Told(-1, 0, until))
                told[place] = replace(before, attempts=push.attempts + 1, next_try=until)
        self.world.post = replace(self.world.post, told=told)
