"""Watches whether the log still signs, and tells operators once when it stops."""

from threading import Lock

from audit.log import Log
from audit.storage import LogStorage
from gateway.domain.events import LogStopped
from gateway.domain.ports import Telemetry


class LogWatch:
    """Looks at a log that is open for writing; may be called from several threads."""

    def __init__(self, log: Log, storage: LogStorage, telemetry: Telemetry) -> None:
        self._log = log
        self._storage = storage
        self._telemetry = telemetry
        self._told = False
        self._telling = Lock()

    def why_not(self) -> str | None:
        """Say why the log signs nothing more, or ``None``; the first time tell operators."""
        frozen = self._log.frozen or self._storage.head().frozen
        if frozen is not None:
            self._tell(frozen)
        return frozen

    def _tell(self, frozen: str) -> None:
        with self._telling:
            if not self._told:
                self._told = True
                self._telemetry.tell(LogStopped(frozen.partition(":")[0]))
