"""Runs the projection beside the requests, in a thread and event loop of its own."""

import asyncio
from threading import Event, Thread
from typing import Self

from gateway.actions.project import Project


class Courier:
    """Tells another logbook what waits, from entering until leaving; a context manager.

    On leaving, what is under way is given up: it waits in the outbox, and is told again next time.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._started = Event()
        self._thread = Thread(target=self._run, name="log-courier", daemon=True)

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
            self._task = self._loop.create_task(self._project.run())
            self._started.set()
            self._loop.run_until_complete(asyncio.wait([self._task]))
