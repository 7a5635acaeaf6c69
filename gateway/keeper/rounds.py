"""The keeper's rounds: what is done for the log again and again, in one thread of its own.

A round that fails is counted and tried again at its next turn; it stops no other and no disclosure.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Self

from gateway.domain.events import RoundFailed
from gateway.domain.ports import Telemetry
from gateway.domain.upkeep import Job, Noted, unnoted


@dataclass(frozen=True, slots=True)
class Work:
    """What to do, and every how many seconds; ``job`` is what an operator knows it by, if she does."""

    name: str
    every: float
    do: Callable[[], object]
    job: Job | None = None


class Rounds:
    """Runs while the gate is served: enter to start, leave to stop after the work at hand."""

    def __init__(self, works: Sequence[Work], telemetry: Telemetry, noted: Noted = unnoted) -> None:
        self.works = tuple(works)
        self._telemetry = telemetry
        self._noted = noted
        self._stop = Event()
        self._thread = Thread(target=self._run, name="log-keeper", daemon=True)

    def __enter__(self) -> Self:
        """Start; everything has its first turn at once."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait for what is being done."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due = {work: monotonic() for work in self.works}
        while due:
            work = min(due, key=lambda one: due[one])
            if self._stop.wait(max(0.0, due[work] - monotonic())):
                return
            self._turn(work)
            due[work] = monotonic() + work.every

    def _turn(self, work: Work) -> None:
        try:
            with self._noted(work.job) if work.job else nullcontext():
                work.do()
        except Exception as error:  # noqa: BLE001 - one round must not end all rounds
            self._telemetry.tell(RoundFailed(work.name, type(error).__name__))
