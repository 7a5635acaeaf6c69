"""An outbox over what a fake ledger took: all of it waits until it is said to be done."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.domain.projection import Waiting
from tests.fakes.ledger import Ledger
from tests.fakes.world import LawBrokenError


@dataclass(slots=True)
class Outbox:
    """Knows indexes that are ``gone``, and those that were ``refused``."""

    ledger: Ledger
    gone: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)

    async def waiting(self, limit: int) -> Sequence[int]:
        """Return the first that wait, in order."""
        return [index for index in self._kept() if index not in self.refused][:limit]

    async def done(self, indexes: Sequence[int]) -> None:
        """Forget entries."""
        if not set(indexes) <= set(self._kept()) - self.refused:
            raise LawBrokenError("what was not waiting is said to be done")
        self.gone |= set(indexes)

    async def refuse(self, indexes: Sequence[int]) -> None:
        """Keep entries aside."""
        self.refused |= set(indexes)

    async def restore(self) -> int:
        """Let what was refused wait again."""
        count = len(self.refused)
        self.refused.clear()
        return count

    async def count(self) -> Waiting:
        """Count."""
        return Waiting(len(self._kept()) - len(self.refused), len(self.refused))

    def _kept(self) -> list[int]:
        return [index for index in range(len(self.ledger.records)) if index not in self.gone]
