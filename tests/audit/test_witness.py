"""A witness answers as the protocol says, and never cosigns two heads that do not fit each other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from audit.checkpoint import sign_checkpoint, verify_checkpoint
from audit.cosigner import Ed25519Cosigner, MlDsaCosigner
from audit.durable import replace_file
from audit.export import ExportError, Publication
from audit.note import NoteError, Signer, VerifierKey, add_lines, signatures_of
from audit.tree import EMPTY_ROOT
from audit.witness import (
    Behind,
    Cosigned,
    Request,
    Response,
    Witness,
    WitnessError,
    build_request,
    origin_key,
    read_answer,
)
from audit.witness_store import FolderWitnessStore
from tests.audit.published import load
from tests.audit.worlds import ORIGIN, World, copied, signer, submission

TIME = 1_785_000_000
KEY = signer().verifier
COSIGNERS = (
    Ed25519Cosigner("example.com/witness", b"\x05" * 32),
    MlDsaCosigner("example.com/witness", b"\x05" * 32),
)
WITNESSES = [cosigner.verifier for cosigner in COSIGNERS]
TALK = load("witness_add_checkpoint")


@dataclass(slots=True)
class MemoryStore:
    """A witness store in memory; ``race`` is put in place just before the next replacement."""

    notes: dict[str, str] = field(default_factory=dict)
    race: str | None = None
    lock: Lock = field(default_factory=Lock)

    def latest(self, key: str) -> str | None:
        """Return the last checkpoint of a log."""
        return self.notes.get(key)

    def replace(self, key: str, old: str | None, new: str) -> bool:
        """Compare and replace."""
        with self.lock:
            if self.race is not None:
                self.notes[key], self.race = self.race, None
            if self.notes.get(key) != old:
                return False
            self.notes[key] = new
            return True


def witness(store: MemoryStore | FolderWitnessStore | None = None) -> Witness:
    """Make a witness of the test log."""
    return Witness([KEY], COSIGNERS, store or MemoryStore())


@dataclass(slots=True)
class Growing:
    """A log that grows, and what it sends to a witness."""

    world: World = field(default_factory=World)

    def grow(self, size: int) -> str:
        """Append up to a size; return the checkpoint."""
        head = self.world.storage.head()
        with self.world.open() as log:
            log.append([submission(number) for number in range(head.size, size)])
        return self.world.storage.head().checkpoint

    def request(self, old: int, size: int) -> bytes:
        """Grow, and write the request from an old size."""
        checkpoint = self.grow(size)
        proof = Publication(self.world.storage, KEY).prove_consistency(old, size) if old else ()
        return build_request(old, proof, checkpoint).encode()


def test_the_published_conversation() -> None:
    """All nine steps are answered as published; an unknown origin by now with 404."""
    keys = [VerifierKey.parse(TALK["log_vkey"])]
    named = [replace_name(cosigner) for cosigner in COSIGNERS]
    asked = Witness(keys, named, MemoryStore())
    assert len(TALK["steps"]) == 9
    for number, step in enumerate(TALK["steps"], start=1):
        answer = asked.add_checkpoint(step["request_body_utf8"].encode(), TIME)
        want: dict[str, Any] = step["want_body"]
        assert answer.status == (404 if number == 3 else step["want_status"])
        assert want.get("contains", "") in answer.body
        assert answer.body == want.get("==", answer.body)


def replace_name(cosigner: Ed25519Cosigner | MlDsaCosigner) -> Ed25519Cosigner | MlDsaCosigner:
    """Give a cosigner the name in the published conversation."""
    return type(cosigner)(TALK["witness_name"], b"\x05" * 32)


def test_a_log_is_cosigned_as_it_grows() -> None:
    """From nothing, onwards, and again at the same size: each answer verifies, and is kept."""
    log, store = Growing(), MemoryStore()
    asked = witness(store)
    for moment, (old, size) in enumerate([(0, 1), (1, 3), (3, 300), (300, 300)], TIME):
        answer = asked.add_checkpoint(log.request(old, size), moment)
        read = read_answer(answer, log.world.storage.head().checkpoint, WITNESSES)
        assert isinstance(read, Cosigned)
        signed = signatures_of(read.checkpoint, [KEY, *WITNESSES])[1]
        assert [(one.key, one.time) for one in signed] == [
            (KEY, None),
            *((key, moment) for key in WITNESSES),
        ]
        assert asked.checkpoint(origin_key(ORIGIN)) == Response(200, read.checkpoint)


def test_a_witness_says_where_it_stands() -> None:
    """A wrong old size is answered with 409, the right one, and the type of a size."""
    log, asked = Growing(), witness()
    body = log.request(0, 5)
    assert asked.add_checkpoint(body, TIME).status == 200
    for old in (0, 3, 6):
        answer = asked.add_checkpoint(log.request(old, 8), TIME)
        assert answer == Response(409, "5\n", "text/x.tlog.size")
        assert read_answer(answer, log.grow(8), WITNESSES) == Behind(5)
    fresh = witness().add_checkpoint(log.request(3, 8), TIME)
    assert fresh == Response(409, "0\n", "text/x.tlog.size")


def test_an_old_size_beyond_the_checkpoint_is_a_bad_request() -> None:
    """The log contradicts itself."""
    body = Growing().request(0, 5).replace(b"old 0", b"old 6")
    assert witness().add_checkpoint(body, TIME).status == 400


def test_another_root_at_the_same_size_is_refused() -> None:
    """A rewritten log is not cosigned, whoever holds its key."""
    log, asked = Growing(), witness()
    asked.add_checkpoint(log.request(0, 5), TIME)
    forged = sign_checkpoint(5, bytes(32), signer())
    answer = asked.add_checkpoint(build_request(5, (), forged).encode(), TIME)
    assert answer.status == 422
    with pytest.raises(WitnessError, match="422"):
        read_answer(answer, forged, WITNESSES)


def test_another_branch_is_refused() -> None:
    """A longer log that does not go on from the cosigned head is not cosigned."""
    log, asked = Growing(), witness()
    log.grow(4)
    branch = Growing(copied(log.world))
    asked.add_checkpoint(log.request(0, 5), TIME)
    with branch.world.open() as other:
        other.append([submission(100 + n) for n in range(4)])
    assert asked.add_checkpoint(branch.request(5, 8), TIME).status == 422
    assert asked.add_checkpoint(log.request(5, 8), TIME).status == 200


@pytest.mark.parametrize(
    ("size", "root", "proof", "status"),
    [
        (0, EMPTY_ROOT, (), 200),
        (0, bytes(32), (), 422),
        (0, EMPTY_ROOT, (bytes(32),), 422),
        (5, bytes(32), (bytes(32),), 422),
    ],
)
def test_from_nothing_no_proof_is_needed_or_taken(
    size: int, root: bytes, proof: tuple[bytes, ...], status: int
) -> None:
    """Old size 0 has an empty proof, and an empty log the empty root."""
    body = build_request(0, proof, sign_checkpoint(size, root, signer())).encode()
    assert witness().add_checkpoint(body, TIME).status == status


def test_a_log_may_begin_empty() -> None:
    """After the empty checkpoint the first entries need no proof."""
    asked = witness()
    empty = build_request(0, (), sign_checkpoint(0, EMPTY_ROOT, signer())).encode()
    assert asked.add_checkpoint(empty, TIME).status == 200
    assert asked.add_checkpoint(Growing().request(0, 3), TIME).status == 200


def test_strangers_lines_are_dropped() -> None:
    """A forged witness line in the request is not kept as if it had been checked."""
    store, log = MemoryStore(), Growing()
    stranger = Ed25519Cosigner("stranger.example", b"\x09" * 32)
    checkpoint = log.grow(3)
    line = stranger.cosign(checkpoint.rpartition("\n\n")[0] + "\n", TIME)
    body = build_request(0, (), add_lines(checkpoint, [line])).encode()
    assert witness(store).add_checkpoint(body, TIME).status == 200
    assert "stranger" not in store.notes[origin_key(ORIGIN)]


def test_extension_lines_are_cosigned_as_they_are() -> None:
    """What an Ed25519 cosignature covers is the whole text."""
    note = signer().sign(f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n")
    answer = witness().add_checkpoint(build_request(0, (), note).encode(), TIME)
    assert isinstance(read_answer(answer, note, WITNESSES), Cosigned)


def test_the_key_must_be_the_logs() -> None:
    """Another key under the log's name, or a bad signature, is 403; another log is 404."""
    body = Growing().request(0, 3)
    forged = build_request(0, (), sign_checkpoint(3, bytes(32), signer(2))).encode()
    other = Signer("other.example/log", b"\x01" * 32)
    unknown = build_request(0, (), sign_checkpoint(3, bytes(32), other)).encode()
    asked = witness()
    assert asked.add_checkpoint(body.replace(b"\n3\n", b"\n4\n"), TIME).status == 403
    assert asked.add_checkpoint(forged, TIME).status == 403
    assert asked.add_checkpoint(unknown, TIME).status == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1\n",
        b"old 01\n\nlog\n",
        b"old -1\n\nlog\n",
        b"new 1\n\nlog\n",
        b"old 1\nAAAA\n\nlog\n",
        b"old 1\nnot base64\n\nlog\n",
        b"old 1\n" + b"A" * 43 + b"=\n" * 1 + b"\nno checkpoint",
        b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\nlog\n1\n",
        b"old 0\n\n\xff\n",
        b"old 0\n\n" + b"x" * 1_100_000,
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_a_bad_request(body: bytes) -> None:
    """Every malformed body is answered with 400 and a reason."""
    answer = witness().add_checkpoint(body, TIME)
    assert answer.status == 400
    assert answer.body.endswith("\n")


def test_a_request_reads_back() -> None:
    """What the client writes the witness reads."""
    request = Request(7, (bytes(32), b"\x01" * 32), "note\n")
    assert Request.decode(request.encode()) == request
    assert Request.decode(Request(0, (), "note\n").encode()) == Request(0, (), "note\n")


def test_a_race_is_lost_with_the_size_that_won() -> None:
    """When another head came in between check and store, nothing is cosigned."""
    log, store = Growing(), MemoryStore()
    asked = witness(store)
    asked.add_checkpoint(log.request(0, 3), TIME)
    early = log.request(3, 5)
    rival = MemoryStore(dict(store.notes))
    witness(rival).add_checkpoint(log.request(3, 9), TIME)
    store.race = rival.notes[origin_key(ORIGIN)]
    assert asked.add_checkpoint(early, TIME) == Response(409, "9\n", "text/x.tlog.size")


def test_a_race_on_a_store_that_was_emptied_is_lost() -> None:
    """What vanished between check and store is size 0 to the client."""

    class Emptied(MemoryStore):
        def replace(self, key: str, old: str | None, new: str) -> bool:
            self.notes.clear()
            return False

    answer = witness(Emptied()).add_checkpoint(Growing().request(0, 3), TIME)
    assert answer.body == "0\n"


def test_many_clients_at_once_never_roll_back(tmp_path: Path) -> None:
    """Whatever order requests arrive in, the stored size only grows, and each 200 verifies."""
    log = Growing()
    sizes = range(1, 25)
    checkpoints = {size: log.grow(size) for size in sizes}
    public = Publication(log.world.storage, KEY)
    asked = [witness(FolderWitnessStore(tmp_path / "witness")) for _ in range(2)]

    def push(size: int) -> list[int]:
        old, seen = 0, []
        while old < size:
            proof = public.prove_consistency(old, size)
            body = build_request(old, proof, checkpoints[size]).encode()
            answer = asked[size % 2].add_checkpoint(body, TIME)
            read = read_answer(answer, checkpoints[size], WITNESSES)
            old = size if isinstance(read, Cosigned) else read.size
            seen.append(old)
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(push, sizes))
    assert all(steps == sorted(steps) for steps in seen)
    kept = FolderWitnessStore(tmp_path / "witness").latest(origin_key(ORIGIN))
    assert kept is not None
    assert verify_checkpoint(kept, KEY).size == 24


def test_a_changed_store_is_not_trusted(tmp_path: Path) -> None:
    """A remembered head that the witness did not sign stops it."""
    store = FolderWitnessStore(tmp_path)
    log = Growing()
    witness(store).add_checkpoint(log.request(0, 3), TIME)
    replace_file(tmp_path / origin_key(ORIGIN), sign_checkpoint(1, bytes(32), signer()).encode())
    with pytest.raises(NoteError):
        witness(store).add_checkpoint(log.request(3, 5), TIME)


def test_a_monitor_gets_nothing_of_a_log_unknown() -> None:
    """Unknown keys, and paths that are none, are 404."""
    asked = witness(MemoryStore({"other": "note"}))
    for key in (origin_key(ORIGIN), "other", "../lock", ""):
        assert asked.checkpoint(key).status == 404


def test_a_witness_that_signs_wrongly_is_not_believed() -> None:
    """An answer of another key, for another head, or none at all is an error."""
    log = Growing()
    body = log.request(0, 3)
    good = witness().add_checkpoint(body, TIME)
    later = log.grow(4)
    for response, checkpoint in (
        (good, later),
        (replace(good, body=""), later),
        (Response(409, "five\n"), later),
        (Response(500, ""), later),
    ):
        with pytest.raises(WitnessError):
            read_answer(response, checkpoint, WITNESSES)


def test_a_proof_beyond_the_log_is_not_given() -> None:
    """A log proves only sizes it has reached, in order."""
    log = Growing()
    log.grow(3)
    public = Publication(log.world.storage, KEY)
    for first, second in ((0, 4), (3, 2), (-1, 2)):
        with pytest.raises(ExportError):
            public.prove_consistency(first, second)
