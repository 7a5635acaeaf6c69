"""Folds SQLite's write-ahead log into its file beside the writer, not within one of its commits.

A commit that must fold it in waits for two more syncs, and so does all that waits for that commit.
Under writing without a pause the log has no end at which it can begin anew: then the next commit
that finds it too long (``wal_autocheckpoint``) ends the little that is left, and does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Final

import sqlalchemy as sa

AFTER: Final = 16
"""Commits: who writes less is served well enough by the commits themselves."""

BETWEEN: Final = 0.5
"""Seconds from one to the next, so that a page that changes all the time is not copied each time."""


class Checkpoints:
    """A thread that begins with the first need; ``connect`` opens its own connection."""

    def __init__(self, connect: Callable[[], sa.Connection]) -> None:
        self._connect = connect
        self._lock = Lock()
        self._due = Event()
        self._closed = Event()
        self._commits = 0
        self._thread: Thread | None = None

    def committed(self) -> None:
        """Count a commit; another thread may do the same, as a count that is a little off will do."""
        self._commits += 1
        if self._commits >= AFTER and not self._due.is_set():
            self._commits = 0
            self._due.set()
            if self._thread is None:  # asked without the lock: no commit waits for the disk here
                self._begin()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold off: two that fold the same log turn each other away."""
        with self._lock:
            yield

    def close(self) -> None:
        """Stop, once what is under way is done."""
        with self._lock:
            self._closed.set()
            thread, self._thread = self._thread, None
        self._due.set()
        if thread is not None:
            thread.join()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self._thread = Thread(target=self._run, name="store-checkpoints", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        with self._connect() as connection:
            while self._due.wait() and not self._closed.wait(BETWEEN):
                self._due.clear()
                # A disk that fails here is met by the writer too; the log keeps all it has.
                with self._lock, suppress(sa.exc.DBAPIError):
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").close()
