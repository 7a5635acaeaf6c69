"""The policy in force, as every action asks for it, and the log that tells when it is no longer.

1. Whoever decides takes the table once for a question; an entry of it is taken by the log only while
   that policy is in force, so that nothing has to be looked up beforehand.
2. Rejected for that reason, the gate takes up the version in force and the question is decided anew.
3. A version is compiled once; the work is done beside the event loop.
"""

import asyncio
from collections.abc import Sequence
from threading import Lock
from typing import Final

from gateway.domain.policy_changes import Edition
from gateway.domain.policy_versions import (
    MOVED,
    Drafts,
    Files,
    PolicyMovedError,
    PolicyVersions,
    Rules,
    in_force,
    named,
)
from gateway.domain.ports import Clock, Entry, Ledger, Rejected
from gateway.domain.purposes import Matrix
from gateway.domain.records import Receipt

OFTEN: Final = 1.0
"""Seconds after which a gate that decides nothing knows of a version that came into force."""


class PolicyInForce:
    """Holds the table in force, and every edition that was asked for."""

    def __init__(
        self, shipped: Edition, drafts: Drafts, versions: PolicyVersions, clock: Clock
    ) -> None:
        self._shipped = shipped
        self._matrix = shipped.matrix
        self._drafts = drafts
        self._versions = versions
        self._clock = clock
        self._editions = {named(drafts.shipped()): shipped}
        self._compiling = Lock()

    @property
    def matrix(self) -> Matrix:
        """The table in force, as far as this gate knows (1)."""
        return self._matrix

    async def renew(self) -> None:
        """Take up the version that is in force now (2)."""
        now = in_force(await self._versions.activations(), self._clock.now())
        if now is None:
            self._matrix = self._shipped.matrix
        elif now.policy != self._matrix.digest:
            self._matrix = (await self.edition(now.version)).matrix

    async def under(self, policy: str) -> Edition | None:
        """Return the edition of a policy by its digest; ``None`` when it is not kept."""
        if policy == self._shipped.matrix.digest:
            return self._shipped
        version = await self._versions.version_of(policy)
        return None if version is None else await self.edition(version)

    async def edition(self, version: str) -> Edition:
        """Return a version that is kept, compiled; raises ``PolicyError`` where it does not hold."""
        known = self._editions.get(version)
        if known is not None:
            return known
        files = await self._versions.files(version)
        if files is None:
            raise LookupError("no such version of the policy")
        return await self.compiled(files)

    async def compiled(self, files: Files) -> Edition:
        """Compile files, once (3); raises ``PolicyError`` with every mistake by file and line."""
        return await asyncio.to_thread(self._compile, files)

    def _compile(self, files: Files) -> Edition:
        name = named(files)
        with self._compiling:
            if name not in self._editions:
                self._editions[name] = self._drafts.compile(files)
            return self._editions[name]

    async def watch(self) -> None:
        """Go on looking which version is in force; for gates that decide nothing for a while."""
        while True:
            await asyncio.sleep(OFTEN)
            await self.renew()


class CurrentLedger:
    """A ledger that takes up the policy in force when an entry of another one is rejected."""

    def __init__(self, inner: Ledger, rules: Rules) -> None:
        self._inner = inner
        self._rules = rules

    async def append(self, entries: Sequence[Entry]) -> Sequence[Receipt | Rejected]:
        """Take entries as the ledger does; raises ``PolicyMovedError`` where they must be made anew."""
        answers = await self._inner.append(entries)
        if any(isinstance(one, Rejected) and one.why == MOVED for one in answers):
            await self._rules.renew()
            raise PolicyMovedError("another version of the policy is in force; ask again")
        return answers
