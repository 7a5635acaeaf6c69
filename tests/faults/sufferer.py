"""Appends to a log while system calls fail: one process imports once, and forks a life per order.

An order is a line of JSON. A life prints what it was answered at once, each on its line, so that
nothing it knew dies with it; then the parent prints how it ended. Faults are counted per thread
and system call, so the writer thread first makes as many calls on a scratch file as it takes for
the fault to strike where the order says.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from audit.log import Log, Receipt, Submission
from audit.storage import UnavailableError
from gateway.domain.changes import SpendQuery
from gateway.domain.identifiers import ActorId
from gateway.domain.ports import Entry
from gateway.domain.records import AuditRecord, RecordKind
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from tests.edges.store.appender import LEAF, NOON, SEARCH, signer
from tests.fakes.payload_sealer import MemoryPayloadSealer

FIRST: Final = 100
"""Which call of a thread is the first that can fail."""

TRIES: Final = 3
CALLS: Final[Mapping[str, Callable[[int], object]]] = {
    "pwrite64": lambda file: os.pwrite(file, b"x", 0),
    "fdatasync": os.fdatasync,
    "ftruncate": lambda file: os.ftruncate(file, 0),
}
SUBJECTS: Final = tuple(b"subject %d" % number for number in range(3))


@dataclass(frozen=True, slots=True)
class Order:
    """One life: the events to append, and at which call of its kind the (first) fault strikes.

    ``dies``: it kills itself as soon as it hears of a failure, as a machine that falls over does.
    """

    folder: str
    events: tuple[str, ...]
    call: str
    at: int
    dies: bool

    def line(self) -> str:
        """Write the order."""
        return json.dumps(asdict(self)) + "\n"


def sealer() -> MemoryPayloadSealer:
    """Make the sealer that all lives share."""
    made = MemoryPayloadSealer()
    made.keys |= {made.tag(subject): sha256(subject).digest() for subject in SUBJECTS}
    return made


def submission(event: str) -> Submission:
    """Make the entry of an event, the same each time: a search spent, about one of three people."""
    event_id = UUID(event)
    deed = SpendQuery(ActorId("matcher-7"), SEARCH, NOON)
    entry = Entry(AuditRecord(event_id, RecordKind.SEARCH, NOON, "searched"), (deed,))
    about = SUBJECTS[event_id.int % len(SUBJECTS)]
    payload = {"actor": "matcher-7"}
    return Submission(event_id.bytes, LEAF, payload, about, (entry,), retry=True)


def _live(order: Order) -> None:
    database = Database.open(Path(order.folder))
    log = Log(LogStorage(database), sealer(), signer())
    _approach(log, order)
    for nth, event in enumerate(order.events):
        for said in _append(log, event):
            _say(said)
            if order.dies and said[1] == "failed":
                os.kill(os.getpid(), signal.SIGKILL)
        if nth % 4 == 3:
            log.submit([], lambda _: database.data.scrub())  # empties the WAL, in the writer thread
    log.close()
    database.close()


def _approach(log: Log, order: Order) -> None:
    """Bring the writer thread close to the call that fails."""
    with tempfile.TemporaryFile() as scratch:

        def calls(_: object) -> None:
            for _ in range(FIRST - order.at):
                CALLS[order.call](scratch.fileno())

        log.submit([], calls)
        log.append([])


def _append(log: Log, event: str) -> Iterator[tuple[str, ...]]:
    """Append, and try again with the same event where it is not certain."""
    for _ in range(TRIES):
        try:
            (answer,) = log.append([submission(event)])
        except UnavailableError:
            yield event, "failed"
            continue
        assert isinstance(answer, Receipt), answer
        yield event, "taken", str(answer.index), answer.leaf_hash.hex()
        return


def _say(words: tuple[str, ...]) -> None:
    os.write(sys.stdout.fileno(), (" ".join(words) + "\n").encode())


def main() -> None:
    """Fork a life for each order, until there are no more."""
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if not child:
            _live(order)
            os._exit(0)
        _say(("ended", str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))))


if __name__ == "__main__":
    main()
