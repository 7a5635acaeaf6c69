"""Recall notices of a small world."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.identifiers import Oin
from gateway.domain.notices import NoticeState
from tests.fakes.world import World


@dataclass(frozen=True, slots=True)
class Notices:
    """Looks through all notices."""

    world: World

    async def by_id(self, notice: UUID) -> NoticeState | None:
        """Find one."""
        return self.world.notices.get(notice)

    async def unconfirmed(self, recipient: Oin | None = None) -> Sequence[NoticeState]:
        """List what waits, first due first."""
        waiting = [
            state
            for state in self.world.notices.values()
            if state.confirmed is None and recipient in {None, state.notice.recipient}
        ]
        return sorted(waiting, key=lambda state: (state.notice.due, state.notice.notice_id))
