"""Small logs to try things on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from audit.draft import draft
from audit.entry import canonical
from audit.erasure import ERASURE, erasure_of
from audit.guard import Guard
from audit.log import Limits, Log, Receipt, Submission
from audit.note import Signer
from tests.fakes.log_storage import MemoryLogStorage
from tests.fakes.payload_sealer import MemoryPayloadSealer

ORIGIN = "gateway.example.nl/audit/test/2026"
AT = 1_785_000_000_000


def signer(seed: int = 1) -> Signer:
    """Make a signer of the test log."""
    return Signer(ORIGIN, bytes([seed]) * 32)


def event(number: int) -> bytes:
    """Make an event id."""
    return sha256(number.to_bytes(8)).digest()[:16]


def submission(number: int, subject: bytes | None = None, *companions: object) -> Submission:
    """Make a submission like the gateway's."""
    leaf: dict[str, str | int] = {
        "type": "disclosure.intent",
        "at": AT + number,
        "outcome": "permit",
        "purpose": "P02",
        "basis": "R-017,R-018",
        "recipient": "00000099000000000001",
    }
    payload = {
        "actor": "casemanager-7",
        "fields": ["opleiding", "werkervaring"],
        "detail": {"reden": "intake één", "aantal": number},
    }
    return Submission(event(number), leaf, payload, subject, companions)


def erasure(number: int, indexes: Iterable[int]) -> Submission:
    """Make the entry that names whose payloads are gone."""
    payload = {"reason": "term passed", **erasure_of(indexes)}
    return Submission(event(number), {"type": ERASURE, "at": AT + number}, payload)


def write_leaf(
    event_id: bytes, leaf: Mapping[str, str | int], origin: str, commitment: bytes
) -> bytes:
    """Write a leaf's bytes."""
    return draft(Submission(event_id, leaf, {}), canonical(origin)).leaf(commitment)


def write_payload(
    event_id: bytes, payload: Mapping[str, object], link: tuple[int, int] | None, salt: bytes
) -> bytes:
    """Write salt || payload."""
    leaf: dict[str, str | int] = {"type": "t", "at": 1}
    return draft(Submission(event_id, leaf, payload), canonical(ORIGIN)).payload(link, salt)


@dataclass(slots=True)
class World:
    """One log with its fakes."""

    storage: MemoryLogStorage = field(default_factory=MemoryLogStorage)
    sealer: MemoryPayloadSealer = field(default_factory=MemoryPayloadSealer)
    signer: Signer = field(default_factory=signer)

    @contextmanager
    def open(self, limits: Limits | None = None, guard: Guard | None = None) -> Iterator[Log]:
        """Open the log for writing, and close it."""
        log = Log(self.storage, self.sealer, self.signer, limits or Limits(), guard)
        try:
            yield log
        finally:
            log.close()

    def fill(self, size: int, subjects: int = 3) -> "World":
        """Append entries; of each ``subjects + 1`` in a row one is about nobody."""
        given = []
        for number in range(size):
            subject = number % (subjects + 1)
            given.append(submission(number, b"subject-%d" % subject if subject else None))
        with self.open() as log:
            for start in range(0, size, 100):
                log.append(given[start : start + 100])
        return self


def received(answers: Sequence[object]) -> list[Receipt]:
    """Take the receipts out of answers, and fail where one is refused."""
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(receipts) == len(answers)
    return receipts


def copied(world: World) -> World:
    """Copy a log as one copies a database file; keys and signer are the same."""
    storage = MemoryLogStorage(world.storage.state, list(world.storage.stored))
    return World(storage, world.sealer, world.signer)
