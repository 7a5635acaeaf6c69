"""Everyone outside the gate, made for tests: witnesses and authorities one can talk to in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from audit.cosigner import Ed25519Cosigner
from audit.policy import Policy
from audit.shelf import Shelf
from audit.trust import Freeze
from audit.witness import Witness
from gateway.domain.anchors import (
    Reply,
    TimestampError,
    TimestampRequest,
)
from gateway.keeper.publishing import PublishedHeads
from gateway.keeper.witnessing import OpenLog, Witnessing
from tests.audit.worlds import World, signer, submission
from tests.fakes.anchored_heads import AnchoredHeads
from tests.fakes.clock import Clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = "http://witness.example"


@dataclass(slots=True)
class Wire:
    """Carries requests to witnesses by their address; ``broken`` ones do not answer."""

    witnesses: dict[str, Witness] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    forged: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> Reply:
        """Ask what a witness has seen."""
        place, key, _ = url.rsplit("/", 2)
        witness = self._at(place, url)
        answer = witness.checkpoint(key)
        return Reply(answer.status, answer.body.encode(), answer.media_type)

    def post(self, url: str, body: bytes, media_type: str) -> Reply:
        """Send a checkpoint."""
        place, _ = url.rsplit("/", 1)
        witness = self._at(place, url)
        if place in self.forged:
            return self.forged[place]
        answer = witness.add_checkpoint(body, int(NOON.timestamp()))
        return Reply(answer.status, answer.body.encode(), answer.media_type)

    def _at(self, place: str, url: str) -> Witness:
        self.asked.append(url)
        if place in self.broken:
            raise OSError("no answer (ConnectError)")
        return self.witnesses[place]


@dataclass(slots=True)
class Court:
    """Hears accusations."""

    found: list[Freeze] = field(default_factory=list)

    def accuse(self, found: Freeze) -> None:
        """Remember one."""
        self.found.append(found)


@dataclass(slots=True)
class Case:
    """A log, its witnesses and what it keeps of them."""

    world: World
    wire: Wire
    policy: Policy
    heads: AnchoredHeads = field(default_factory=AnchoredHeads)
    court: Court = field(default_factory=Court)
    clock: Clock = field(default_factory=lambda: Clock(NOON))

    def witnessing(self) -> Witnessing:
        """Begin anew, as after a start."""
        storage, keys = self.world.storage, self.world.signer.key
        opened = OpenLog(Shelf(storage, keys), self.court)
        published = PublishedHeads(storage, lambda _: (), self.heads, self.clock)
        return Witnessing(opened, self.policy, self.wire, (published, self.heads), self.clock)

    def grow(self, entries: int) -> None:
        """Append entries."""
        size = self.world.storage.head().size
        with self.world.open() as log:
            log.append([submission(number) for number in range(size, size + entries)])


def cosigner(number: int) -> Ed25519Cosigner:
    """Make the key of a witness."""
    return Ed25519Cosigner(f"witness.example/{number}", bytes([number]) * 32)


def policy_of(numbers: Sequence[int], quorum: str) -> Policy:
    """Write the policy of a log with witnesses."""
    lines = [f"log {signer().verifier}"]
    lines += [f"witness w{n} {cosigner(n).verifier} {PLACE}/{n}" for n in numbers]
    members = " ".join(f"w{n}" for n in numbers)
    lines += [f"group g {quorum} {members}", "quorum g"]
    return Policy.parse("\n".join(lines).encode())


@dataclass(slots=True)
class Notary:
    """A timestamp authority whose tokens are the message's hash, its time and the nonce."""

    at: datetime = NOON
    nonce: int = 41
    status: int = 200
    answer: Callable[[bytes], bytes] = lambda token: token

    def request(self, message: bytes) -> TimestampRequest:
        """Write a request."""
        self.nonce += 1
        return TimestampRequest(sha256(message).digest() + bytes([self.nonce]), self.nonce)

    def check(self, message: bytes, answer: bytes, nonce: int | None = None) -> datetime:
        """Check a token."""
        if answer[:32] != sha256(message).digest() or nonce not in {None, answer[32]}:
            raise TimestampError("the timestamp does not hold: mismatch")
        return self.at + timedelta(seconds=1)

    def get(self, url: str) -> Reply:
        """Show nothing."""
        return Reply(404, b"", "")

    def post(self, url: str, body: bytes, media_type: str) -> Reply:
        """Stamp."""
        return Reply(self.status, self.answer(body), "application/timestamp-reply")
