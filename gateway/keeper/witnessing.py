"""Asks the witnesses of the log's policy to cosign its newest head (c2sp.org/tlog-witness).

1. Each witness gets the proof that this head goes on from the last one it cosigned.
2. A witness that has seen something else (409 with a larger size or none, 422) must show its head.
   Only one that this log itself signed counts, and one that the store does not go on from freezes
   the log: a rollback or a fork. A witness's word alone stops nothing.
3. A witness that cannot be reached, or answers what it should not, stops nothing; it is named.
4. After a turn to the next shard (``audit.shards``) the last head of the one before goes first, until
   it was cosigned.
5. A head is kept once the policy's quorum cosigned it, so that no witness alone takes the place of
   what several vouched for. A cosignature of a time to come is no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final, Protocol

from audit.guard import witnessed
from audit.note import NoteError, signatures_of
from audit.policy import Peer, Policy, PolicyError
from audit.shelf import Shelf
from audit.treehead import parse_checkpoint
from audit.trust import Freeze
from audit.witness import (
    ADD_CHECKPOINT,
    PLAIN,
    SIZE_TYPE,
    Behind,
    Cosigned,
    Response,
    WitnessError,
    build_request,
    origin_key,
    read_answer,
)
from gateway.domain.anchors import AnchoredHead, AnchoredHeads, Exchange, Reply
from gateway.domain.errors import GatewayError
from gateway.domain.ports import Clock
from gateway.keeper.publishing import PublishedHeads

AHEAD: Final = timedelta(minutes=5)
"""By how much a witness's clock may run before ours."""


class Accused(Protocol):
    """A log that can be frozen for what was found elsewhere."""

    def accuse(self, found: Freeze) -> None:
        """Freeze the log."""
        ...


class QuorumMissedError(GatewayError):
    """Too few witnesses cosigned the head; disclosures go on."""

    code = "QUORUM_MISSED"


@dataclass(frozen=True, slots=True)
class OpenLog:
    """The log whose heads are witnessed."""

    shelf: Shelf
    accused: Accused


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought: who cosigned the head of this size, who did not and why."""

    size: int
    cosigned: tuple[str, ...]
    failed: tuple[str, ...]
    quorum: bool


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What a witness has seen of a log, for its guard (``audit.guard.Elsewhere``)."""

    exchange: Exchange
    url: str

    def latest(self, origin: str) -> str | None:
        """Return the newest checkpoint that the witness shows; raises ``OSError``."""
        reply = self.exchange.get(f"{self.url.rstrip('/')}/{origin_key(origin)}/checkpoint")
        if reply.status != HTTPStatus.OK:
            return None
        return reply.body.decode(errors="replace")


class Witnessing:
    """Takes the newest head round the witnesses, and keeps what they cosigned."""

    def __init__(
        self,
        log: OpenLog,
        policy: Policy,
        exchange: Exchange,
        heads: tuple[PublishedHeads, AnchoredHeads],
        clock: Clock,
    ) -> None:
        self._log = log
        self._policy = policy
        self._exchange = exchange
        self._published, self._anchored = heads
        self._clock = clock
        self._seen: dict[tuple[str, bytes], int] = {}

    def __call__(self) -> Round | None:
        """Ask every witness that has an address; ``None`` while the log is empty."""
        last = self._last()
        if last is not None:
            self._round(last)
        note = self._published.newest()
        return self._round(note) if note else None

    def _last(self) -> str | None:
        """Return the last head of the shard closed before, while it was not cosigned (4)."""
        for shard in self._log.shelf.shards()[-2:-1]:
            head = shard.head()
            if not any(one.cosigned and one.end == head.end for one in self._anchored.all()):
                return self._published.of(head)
        return None

    def _round(self, note: str) -> Round:
        size = _size(note)
        result, cosigned, failed = note, list[str](), list[str]()
        for name, peer in self._policy.witnesses.items():
            if peer.url is None:
                continue
            try:
                result = self._ask(name, peer, note, result)
                cosigned.append(_word(name))
            except (WitnessError, OSError, ValueError) as error:
                failed.append(f"{_word(name)}: {error}")
        quorum = _met(self._policy, result)
        if cosigned and quorum:  # (5)
            now, base = self._clock.now(), self._published.base(note)
            self._anchored.keep(AnchoredHead(size, now, result, cosigned=True, base=base))
        return Round(size, tuple(cosigned), tuple(failed), quorum)

    def demand(self) -> None:
        """Do a round, and raise ``QuorumMissedError`` when too few cosigned."""
        done = self()
        if done is not None and not done.quorum:
            raise QuorumMissedError("too few witnesses cosigned")

    def _ask(self, name: bytes, peer: Peer, note: str, result: str) -> str:
        """Return ``result`` with the witness's line added; raises ``WitnessError``, ``OSError``."""
        size, seen = _size(note), (_origin(note), name)
        answer = self._submit(peer, self._seen.get(seen, 0), note, result)
        if isinstance(answer, Behind) and answer.size <= size:
            answer = self._submit(peer, answer.size, note, result)
        if isinstance(answer, Behind):
            self._confront(peer, _origin(note))
            raise WitnessError(f"has seen {answer.size} entries")
        self._seen[seen] = size
        self._require_past(answer.checkpoint, peer)
        return answer.checkpoint

    def _submit(self, peer: Peer, old: int, note: str, result: str) -> Cosigned | Behind:
        size = _size(note)
        shelf = self._log.shelf
        publication = shelf.publication(shelf.named(_origin(note)))
        proof = publication.prove_consistency(old, size) if old else ()
        body = build_request(old, proof, note).encode()
        reply = self._exchange.post(f"{_address(peer)}/{ADD_CHECKPOINT}", body, PLAIN)
        if _refuses_tree(reply):
            self._confront(peer, _origin(note))
        text = reply.body.decode(errors="replace")
        answer = Response(reply.status, text, reply.media_type)
        return read_answer(answer, result, [peer.key])

    def _require_past(self, note: str, peer: Peer) -> None:
        """Raise ``WitnessError`` where the witness signed for a time to come (5)."""
        latest = (self._clock.now() + AHEAD).timestamp()
        if any((one.time or 0) > latest for one in signatures_of(note, [peer.key])[1]):
            raise WitnessError("signs for a time to come")

    def _confront(self, peer: Peer, origin: str) -> None:
        """Freeze the log when the witness shows a head of ours that the store does not go on from."""
        note = SeenBy(self._exchange, _address(peer)).latest(origin)
        if note is None:
            return
        shelf = self._log.shelf
        shard = shelf.named(origin)
        found = witnessed(note, shelf.key(shard), shard.head(), shard.hashes)
        if found is not None:
            self._log.accused.accuse(found)


def seen_by(policy: Policy, exchange: Exchange) -> Sequence[SeenBy]:
    """List the witnesses that can be asked what they have seen of a log."""
    peers = policy.witnesses.values()
    return [SeenBy(exchange, peer.url) for peer in peers if peer.url is not None]


def _size(note: str) -> int:
    return parse_checkpoint(note.rpartition("\n\n")[0] + "\n").size


def _origin(note: str) -> str:
    return note.partition("\n")[0]


def _address(peer: Peer) -> str:
    return (peer.url or "").rstrip("/")


def _refuses_tree(reply: Reply) -> bool:
    """Tell whether the witness has seen another tree; for one of this size some answer 409."""
    sized = reply.media_type.startswith(SIZE_TYPE)
    conflict = reply.status == HTTPStatus.CONFLICT and not sized
    return conflict or reply.status == HTTPStatus.UNPROCESSABLE_ENTITY


def _met(policy: Policy, note: str) -> bool:
    try:
        policy.evaluate(note)
    except (PolicyError, NoteError):
        return False
    return True


def _word(name: bytes) -> str:
    return name.decode(errors="replace")
