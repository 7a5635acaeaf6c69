"""Give everyone new references under the next version of the pseudonym key; the older ones stay good.

Partners meet the new references in what they are told from then on. The older ones lead to nobody
once an operator retires their version, when partners have refreshed theirs: that cannot be undone.
"""

from collections.abc import Awaitable, Callable, Mapping

from gateway.actions.gate import Gate
from gateway.actions.keys import tell
from gateway.domain.errors import InvalidRequestError
from gateway.domain.keys import PSEUDONYM, SETTLED, KeyTurns
from gateway.domain.partners import Caller

Pause = Callable[[float], Awaitable[object]]


class Repseudonymise:
    """Turns the pseudonym key over, on the record."""

    def __init__(self, gate: Gate, turns: KeyTurns, pause: Pause) -> None:
        self._gate = gate
        self._turns = turns
        self._pause = pause

    def progress(self) -> Mapping[str, object]:
        """Return the living versions."""
        return self._turns.versions(PSEUDONYM).told("pseudonym")

    async def begin(self, caller: Caller) -> int:
        """Make references under a next version from now on; return it.

        Raises ``InvalidRequestError`` while an older one has not been retired.
        """
        if self._turns.versions(PSEUDONYM).older:
            raise InvalidRequestError("pseudonyms", "have an older version; retire that first")
        coming = self._turns.announce(PSEUDONYM)
        await tell(self._gate, caller, "pseudonyms announced", {"version": coming})
        await self._pause(SETTLED)
        version = self._turns.take_up(PSEUDONYM)
        await tell(self._gate, caller, "pseudonyms re-keyed", {"version": version})
        return version

    async def retire(self, caller: Caller) -> tuple[int, ...]:
        """Let the older references lead to nobody, for good; return which versions went."""
        older = self._turns.versions(PSEUDONYM).older
        await tell(self._gate, caller, "retiring of pseudonyms begun", {"versions": len(older)})
        retired = self._turns.retire(PSEUDONYM)
        await tell(self._gate, caller, "pseudonyms retired", {"versions": len(retired)})
        return retired
