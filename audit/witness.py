"""A witness: cosigns a log's checkpoint only when it goes on from the last one (c2sp.org/tlog-witness).

It answers, in this order:

400 the request cannot be read, or its old size is larger than the checkpoint's.
404 the checkpoint's origin is of no log known here.
403 no key known for that log signed it, or one did so wrongly.
409 the old size is not that of the last checkpoint cosigned here; the body is that size.
422 the consistency proof does not hold; at equal sizes, the roots differ.
200 it was cosigned; the body holds the cosignatures.

Check and store are one atomic step: the store replaces only what the check has seen, and has it
durably before the answer. One witness may serve several threads.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from audit.cosigner import Cosigner
from audit.encoding import NoteError, decode_base64, encode_base64
from audit.note import VerifierKey, add_lines, keep_signatures, open_note
from audit.tree import EMPTY_ROOT, HASH_BYTES, ProofError, verify_consistency
from audit.treehead import Checkpoint, parse_checkpoint

ADD_CHECKPOINT = "add-checkpoint"
PLAIN = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"
MAX_BYTES = 1_100_000

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE_BODY = re.compile(r"(0|[1-9][0-9]{0,18})\n")
_MAX_HASHES = 63
_OK, _BAD, _FORBIDDEN, _UNKNOWN, _CONFLICT, _UNPROVEN = 200, 400, 403, 404, 409, 422


class WitnessError(ValueError):
    """A request or answer that is not as the protocol says, or a refusal; the text says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint to cosign, with the proof that it goes on from the ``old`` size."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def encode(self) -> str:
        """Write the body of the request."""
        lines = (f"old {self.old}", *(encode_base64(hashed) for hashed in self.proof))
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def decode(cls, body: str) -> "Request":
        """Read the body of a request; raises ``WitnessError``. The checkpoint is not opened yet."""
        head, separator, checkpoint = body.partition("\n\n")
        old, *lines = head.split("\n")
        match = _OLD.fullmatch(old)
        if not separator or not match:
            raise WitnessError("the request does not begin with an old size and a proof")
        if len(lines) > _MAX_HASHES:
            raise WitnessError("the proof holds more than 63 hashes")
        proof = tuple(hashed for line in lines if (hashed := decode_base64(line)) is not None)
        if len(proof) != len(lines) or any(len(hashed) != HASH_BYTES for hashed in proof):
            raise WitnessError("the proof holds what is not a hash in base64")
        return cls(int(match[1]), proof, checkpoint)


@dataclass(frozen=True, slots=True)
class Response:
    """What the witness answers, for whoever speaks HTTP."""

    status: int
    body: str
    media_type: str = PLAIN


class WitnessStore(Protocol):
    """Where a witness remembers; the key is the origin's SHA-256 in hexadecimal."""

    def latest(self, key: str) -> str | None:
        """Return the last checkpoint cosigned for a log; ``None`` when there is none."""
        ...

    def replace(self, key: str, old: str | None, new: str) -> bool:
        """Put ``new`` in the place of ``old``, durably; ``False`` when another stands there."""
        ...


class Witness:
    """Cosigns for the logs whose keys it is given; every key stands under its log's origin."""

    def __init__(
        self, keys: Sequence[VerifierKey], cosigners: Sequence[Cosigner], store: WitnessStore
    ) -> None:
        self._logs = _by_origin(keys)
        self._keys = {origin_key(origin): origin for origin in self._logs}
        self._cosigners = cosigners
        self._store = store

    def add_checkpoint(self, body: bytes, time: int) -> Response:
        """Answer a request; ``time`` in seconds since 1970 goes into the cosignatures."""
        try:
            request = Request.decode(_text(body))
            seen = parse_checkpoint(request.checkpoint.rpartition("\n\n")[0] + "\n")
        except (WitnessError, NoteError) as error:
            return Response(_BAD, f"{error}\n")
        keys = self._logs.get(seen.origin)
        if keys is None:
            return Response(_UNKNOWN, "unknown log\n")
        try:
            note = keep_signatures(request.checkpoint, keys)
        except NoteError as error:
            return Response(_FORBIDDEN, f"invalid signature: {error}\n")
        if request.old > seen.size:
            return Response(_BAD, "the old size is larger than the checkpoint's\n")
        return self._judge(request, seen, note, time)

    def checkpoint(self, key: str) -> Response:
        """Answer a monitor: the last cosigned checkpoint of the log with this origin key."""
        note = self._store.latest(key) if key in self._keys else None
        return Response(_UNKNOWN, "unknown log\n") if note is None else Response(_OK, note)

    def _judge(self, request: Request, seen: Checkpoint, note: str, time: int) -> Response:
        key = origin_key(seen.origin)
        stored = self._store.latest(key)
        last = None if stored is None else self._last(stored)
        if request.old != (last.size if last else 0):
            return _conflict(last)
        if not _goes_on(last, seen, request):
            return Response(_UNPROVEN, "the consistency proof does not hold\n")
        text = note.rpartition("\n\n")[0] + "\n"
        lines = [cosigner.cosign(text, time) for cosigner in self._cosigners]
        if not self._store.replace(key, stored, add_lines(note, lines)):
            now = self._store.latest(key)
            return _conflict(None if now is None else self._last(now))
        return Response(_OK, "".join(lines))

    def _last(self, note: str) -> Checkpoint:
        """Open what was stored; raises ``NoteError`` when the store was changed."""
        return parse_checkpoint(
            open_note(note, [cosigner.verifier for cosigner in self._cosigners])
        )


def origin_key(origin: str) -> str:
    """Return the name of a log's monitoring path: SHA-256 of its origin, in hexadecimal."""
    return sha256(origin.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness cosigned: the checkpoint with its signatures added."""

    checkpoint: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The witness has seen this size last: send a proof from there.

    A size that this log has never signed is a sign of a rollback; ``audit.guard.witnessed`` judges
    the checkpoint that the witness shows.
    """

    size: int


def build_request(old: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """Write the body of an add-checkpoint request, from the size the witness has seen last."""
    return Request(old, tuple(proof), checkpoint).encode()


def read_answer(
    response: Response, checkpoint: str, witnesses: Sequence[VerifierKey]
) -> Cosigned | Behind:
    """Read what a witness answered to a request for this checkpoint.

    Of each of ``witnesses`` one signature is kept, of other keys none: a note has room for so many.
    Raises ``WitnessError`` for a refusal or an answer that does not verify.
    """
    if response.status == _CONFLICT and (match := _SIZE_BODY.fullmatch(response.body)):
        return Behind(int(match[1]))
    if response.status != _OK:
        raise WitnessError(f"the witness refuses with status {response.status}")
    text = checkpoint.rpartition("\n\n")[0] + "\n"
    try:
        kept = keep_signatures(f"{text}\n{response.body}", witnesses)
        return Cosigned(add_lines(checkpoint, [kept.removeprefix(f"{text}\n")]))
    except NoteError as error:
        raise WitnessError(f"the cosignature does not verify: {error}") from error


def _by_origin(keys: Sequence[VerifierKey]) -> Mapping[str, list[VerifierKey]]:
    logs: dict[str, list[VerifierKey]] = {}
    for key in keys:
        logs.setdefault(key.name, []).append(key)
    return logs


def _text(body: bytes) -> str:
    if len(body) > MAX_BYTES:
        raise WitnessError("the request is too large")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise WitnessError("the request is not UTF-8") from error


def _goes_on(last: Checkpoint | None, seen: Checkpoint, request: Request) -> bool:
    """Tell whether the proof leads from the last checkpoint, or from nothing, to the one seen."""
    if last is None or not last.size:
        return not request.proof and (seen.size > 0 or seen.root == EMPTY_ROOT)
    try:
        verify_consistency(last.size, seen.size, request.proof, last.root, seen.root)
    except ProofError:
        return False
    return True


def _conflict(last: Checkpoint | None) -> Response:
    return Response(_CONFLICT, f"{last.size if last else 0}\n", SIZE_TYPE)
