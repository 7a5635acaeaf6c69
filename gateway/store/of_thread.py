"""A connection for each thread that reads, closed when its thread has ended: a server has not many."""

from collections.abc import Callable
from threading import Thread, current_thread

import sqlalchemy as sa


class OfThread:
    """Keeps what ``make`` opens for each living thread, and gives it to ``drop`` in the end."""

    def __init__(
        self, make: Callable[[], sa.Connection], drop: Callable[[sa.Connection], None]
    ) -> None:
        self._make = make
        self._drop = drop
        self._held: dict[Thread, sa.Connection] = {}

    def get(self) -> sa.Connection:
        """Return this thread's connection."""
        thread = current_thread()
        held = self._held.get(thread)
        if held is None:
            self._let_go(*(one for one in tuple(self._held) if not one.is_alive()))
            held = self._held[thread] = self._make()
        return held

    def let_go(self) -> None:
        """Close this thread's connection; its next one is another."""
        self._let_go(current_thread())

    def close(self) -> None:
        """Close every connection; no thread may be using one."""
        self._let_go(*tuple(self._held))

    def _let_go(self, *threads: Thread) -> None:
        for thread in threads:
            connection = self._held.pop(thread, None)
            if connection is not None:
                self._drop(connection)
