"""A guard: remembers, outside the database, the last head that was signed.

A database that was put back, copied or rewritten together with its head looks whole from within.
The guard finds it before the next signature:

1. The store has fewer entries than were signed (a rollback), or does not go on from them (a fork).
2. The store carries another instance name than the guard (a copy, or another log's store). A log
   gets its name, at random, with its first entry; the guard holds it durably before that.
3. The store has entries and the guard has never seen them: a copy that woke up elsewhere, or a
   guard that was lost. Only a person can tell which: ``FileGuard.adopt`` takes the store as it is.
4. A witness or partner has seen a head that the store does not go on from. They are asked once, at
   the start; one that cannot be reached stops nothing.
5. The store has turned to a later shard (``audit.shards``) since: then the one that was marked must
   have gone on to its close, and each shard from the one before.
6. A guard that cannot be written refuses the next signature: a log that grows unwatched is not
   guarded. It is written at most once a second, when the log falls quiet, and at close. What was
   signed after the last write before a crash is checked to go on from it.

Several processes on one machine may share the file; each reads it again when it changed, and puts
no older head in the place of a later one.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Protocol

from audit.checkpoint import verify_checkpoint
from audit.durable import locked
from audit.mark import INSTANCE_BYTES, Mark, MarkError
from audit.note import NoteError, VerifierKey
from audit.shards import Keys, Shard, parted
from audit.storage import LogStorage, StoredHead, UnavailableError
from audit.tree import append, root
from audit.trust import Cause, Freeze, Hashes, follow

BETWEEN_WRITES = 1.0
"""Seconds."""

_NEVER = float("-inf")


class Elsewhere(Protocol):
    """Someone outside this gateway who sees heads of this log: a witness, a partner."""

    def latest(self, origin: str) -> str | None:
        """Return the newest checkpoint they have seen of a shard; raises ``OSError``."""
        ...


class Guard(Protocol):
    """What a log asks of its guard, in its writer thread."""

    def name(self) -> str:
        """Return the instance name that the next head bears; raises ``UnavailableError`` (6)."""
        ...

    def check(self, head: StoredHead, storage: LogStorage) -> Freeze | None:
        """Say what speaks against signing on this head; raises ``UnavailableError`` (6)."""
        ...

    def keep(self, head: StoredHead) -> None:
        """Remember a head that is durable."""
        ...

    def flush(self) -> None:
        """Write what was not written yet, if that can be."""
        ...


class FileGuard:
    """A guard in one file; best on another volume than the database, and outside its backups."""

    def __init__(
        self,
        path: Path,
        keys: Keys,
        elsewhere: Sequence[Elsewhere] = (),
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._path = path
        self._keys = keys
        self._to_ask = list(elsewhere)
        self._elapsed = elapsed
        self._mark: Mark | None = None
        self._version: tuple[int, int] | None = None
        self._written = _NEVER
        self._waits = False

    def adopt(self, head: StoredHead) -> None:
        """Take a store as it is (3), for a person who knows that it is the only one.

        Raises ``OSError``. A store without a name bears the guard's from its next signature on.
        """
        self._mark = Mark.of(head) if head.instance else _named(head)
        self._write(self._mark, adopted=True)

    def name(self) -> str:
        """Return the instance name that the next head bears; raises ``UnavailableError`` (6)."""
        if self._mark is None:
            self._mark = _named(StoredHead(0, (), ""))
            self._write_or_refuse(self._mark)
        return self._mark.instance

    def check(self, head: StoredHead, storage: LogStorage) -> Freeze | None:
        """Say what speaks against signing on this head (1 to 5); raises ``UnavailableError`` (6)."""
        if self._mark is not None and self._waits and self._written == _NEVER:
            self._write_or_refuse(self._mark)
        try:
            marks = self._marks()
        except (MarkError, OSError) as error:
            return Freeze(Cause.UNGUARDED, f"the mark cannot be read ({type(error).__name__})")
        if not marks and head.end:
            return Freeze(Cause.UNGUARDED, "the store has entries that this guard never saw")
        for mark in marks:
            found = against(mark, head, storage, self._keys)
            if found is not None:
                return found
            self._mark = replace(Mark.of(head), instance=mark.instance)
        return self._ask(head, storage)

    def keep(self, head: StoredHead) -> None:
        """Remember a head that is durable; write it when a second has passed."""
        self._mark = Mark.of(head)
        self._waits = True
        if self._elapsed() - self._written >= BETWEEN_WRITES:
            self.flush()

    def flush(self) -> None:
        """Write what was not written yet; what fails here is tried again before the next signature."""
        if self._mark is not None and self._waits:
            try:
                self._write(self._mark)
            except OSError:
                self._written = _NEVER

    def _marks(self) -> list[Mark]:
        """Gather what is known: this process's own mark, and the file's where that is news."""
        known = [] if self._mark is None else [self._mark]
        version = _version(self._path)
        if version is not None and version != self._version:
            known.append(Mark.read(self._path, self._keys))
            self._version = version
        return known

    def _write(self, mark: Mark, *, adopted: bool = False) -> None:
        """Write a mark, unless another process wrote a later one since this one looked."""
        with locked(self._path.with_name(f"{self._path.name}.lock")):
            if adopted or not self._outrun(mark):
                mark.write(self._path)
                self._version = _version(self._path)
        self._written = self._elapsed()
        self._waits = False

    def _outrun(self, mark: Mark) -> bool:
        """Tell whether the file has a later mark; one that cannot be read is written over."""
        if _version(self._path) in {None, self._version}:
            return False
        try:
            return Mark.read(self._path, self._keys).end > mark.end
        except MarkError:
            return False

    def _write_or_refuse(self, mark: Mark) -> None:
        try:
            self._write(mark)
        except OSError as error:
            raise UnavailableError(f"the guard fails ({type(error).__name__})") from error

    def _ask(self, head: StoredHead, storage: LogStorage) -> Freeze | None:
        """Ask once who else has seen this log (4)."""
        key, shard = self._keys(head.label), Shard(storage, head.base, head.label)
        while self._to_ask:
            try:
                note = self._to_ask.pop().latest(key.name)
            except OSError:
                continue
            found = None if note is None else witnessed(note, key, head, shard.hashes)
            if found is not None:
                return found
        return None


def witnessed(note: str, key: VerifierKey, head: StoredHead, hashes: Hashes) -> Freeze | None:
    """Say whether a head goes on from a checkpoint that someone else shows of its shard.

    A checkpoint that this log did not sign says nothing against it.
    """
    try:
        seen = verify_checkpoint(note, key)
    except NoteError:
        return None
    if seen.size > head.size:
        return Freeze(Cause.ROLLBACK, f"the store has {head.size} entries, {seen.size} were seen")
    if root(append(0, (), hashes(0, seen.size))) != seen.root:
        return Freeze(Cause.FORK, f"the store does not go on from the {seen.size} entries seen")
    return None


def _named(head: StoredHead) -> Mark:
    return replace(Mark.of(head), instance=secrets.token_hex(INSTANCE_BYTES))


def against(mark: Mark, head: StoredHead, storage: LogStorage, keys: Keys) -> Freeze | None:
    """Say what speaks against a head in the light of a mark (1, 2, 5)."""
    if head.instance not in {mark.instance, ""}:
        return Freeze(Cause.COPY, "the store is of another instance of this log")
    if head.base < mark.base:
        return Freeze(Cause.ROLLBACK, f"the store has {head.end} entries, {mark.end} were signed")
    past = storage.closed() if head.base > mark.base else ()
    since = [*(one for one in past if mark.base <= one.base < head.base), head]
    if (since[0].base, since[0].label) != (mark.base, mark.label):
        return Freeze(Cause.FORK, "the store has not the shard that was signed before")
    shard = Shard(storage, mark.base, mark.label)
    found = follow(since[0], mark.size, mark.frontier, shard.hashes)
    turns = (parted(storage, *pair, keys) for pair in pairwise(since))
    return found or next(filter(None, turns), None)


def _version(path: Path) -> tuple[int, int] | None:
    """Tell one version of the file from the next; ``None`` when there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns
