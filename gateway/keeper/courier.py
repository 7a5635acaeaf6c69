"""Runs one errand beside the requests, in a thread and event loop of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Event, Thread
from typing import Self

Errand = Callable[[], Coroutine[object, object, None]]
"""Goes on until it is cancelled."""


class Courier:
    """Runs an errand from entering until leaving; a context manager.

    On leaving, what is under way is given up: the errand keeps what waits, and tells it next time.
    """

    def __init__(self, name: str, errand: Errand) -> None:
        self._errand = errand
        self._started = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait until the thread has ended."""
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._task = self._loop.create_task(self._errand())
            self._started.set()
            self._loop.run_until_complete(asyncio.wait([self._task]))
