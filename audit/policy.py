"""A trust policy: which logs, which witnesses, and how many of them make a checkpoint valid.

The file format is c2sp.org/tlog-policy: lines ``log <vkey> [<url>]``, ``witness <name> <vkey>
[<url>]``, ``group <name> <all|any|k> <member>...`` and exactly one ``quorum <name>``. Names are bytes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from audit.note import (
    COSIGNATURE,
    COSIGNATURE_MLDSA44,
    ED25519,
    NoteError,
    Signature,
    VerifierKey,
    signatures_of,
)
from audit.storage import StoredHead
from audit.treehead import Checkpoint, parse_checkpoint

NOBODY = b"none"

_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_COUNT = re.compile(rb"[1-9][0-9]{0,3}")
_LOG_KINDS = frozenset({ED25519, COSIGNATURE_MLDSA44})
_WITNESS_KINDS = frozenset({COSIGNATURE, COSIGNATURE_MLDSA44})
_WITH_URL = 2


class PolicyError(ValueError):
    """A policy that cannot be read, or a checkpoint that does not meet one; the text says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A log or witness: its key, and its address where one is given."""

    key: VerifierKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Members of which ``least`` must have cosigned."""

    least: int
    members: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A checkpoint that meets a policy, with every signature that was checked on the way."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a verifier is configured with; ``raw`` is the file it was read from."""

    logs: tuple[Peer, ...]
    witnesses: Mapping[bytes, Peer]
    groups: Mapping[bytes, Group]
    quorum: bytes
    raw: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, in hexadecimal."""
        return sha256(self.raw).hexdigest()

    @classmethod
    def parse(cls, raw: bytes) -> "Policy":
        """Read a policy file; raises ``PolicyError`` naming the line."""
        if _FORBIDDEN.search(raw):
            raise PolicyError("policy: holds a control character")
        reading = _Reading()
        for number, line in enumerate(raw.split(b"\n"), 1):
            words = re.split(rb"[ \t]+", line.strip(b" \t"))
            if not words[0].startswith(b"#") and words != [b""]:
                reading.line(number, words)
        if reading.quorum is None:
            raise PolicyError("policy: has no quorum line")
        return cls(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum, raw)

    def evaluate(self, note: str) -> Verdict:
        """Accept a checkpoint that a listed log signed and the quorum cosigned.

        Raises ``PolicyError``, or ``NoteError`` for a note that is malformed or wrongly signed.
        """
        log_keys = [peer.key for peer in self.logs]
        witness_keys = [peer.key for peer in self.witnesses.values()]
        text, signatures = signatures_of(note, log_keys + witness_keys)
        checkpoint = parse_checkpoint(text)
        signed = {signature.key for signature in signatures}
        if not any(key.name == checkpoint.origin for key in signed.intersection(log_keys)):
            raise PolicyError("the checkpoint is not signed by a log of the policy")
        if not self._met(self.quorum, signed):
            raise PolicyError("the checkpoint is not cosigned by the quorum")
        return Verdict(checkpoint, signatures)

    def _met(self, name: bytes, signed: set[VerifierKey]) -> bool:
        if name == NOBODY:
            return True
        if name in self.witnesses:
            return self.witnesses[name].key in signed
        group = self.groups[name]
        return sum(self._met(member, signed) for member in group.members) >= group.least


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that others cosigned, and the policy that says whose word is asked for."""

    policy: Policy
    note: str

    @property
    def size(self) -> int:
        """How many entries its checkpoint covers; 0 where it does not meet the policy."""
        try:
            return self.policy.evaluate(self.note).checkpoint.size
        except (PolicyError, NoteError):
            return 0

    @property
    def head(self) -> StoredHead:
        """That head as one to read up to; its frontier is not kept."""
        return StoredHead(self.size, (), self.note)


@dataclass(slots=True)
class _Reading:
    """What was read so far; names must be defined on lines before the one that uses them."""

    logs: list[Peer] = field(default_factory=list)
    witnesses: dict[bytes, Peer] = field(default_factory=dict)
    groups: dict[bytes, Group] = field(default_factory=dict)
    members: set[bytes] = field(default_factory=set)
    quorum: bytes | None = None

    def line(self, number: int, words: Sequence[bytes]) -> None:
        """Take one line; raises ``PolicyError``."""
        kinds: Mapping[bytes, Callable[[Sequence[bytes]], None]] = {
            b"log": self._log,
            b"witness": self._witness,
            b"group": self._group,
            b"quorum": self._quorum,
        }
        try:
            kinds.get(words[0], _refuse)(words[1:])
        except (PolicyError, NoteError) as error:
            raise PolicyError(f"policy line {number}: {error}") from error

    def _log(self, words: Sequence[bytes]) -> None:
        peer = _peer(words, _LOG_KINDS)
        if any(peer.key.public == other.key.public for other in self.logs):
            raise PolicyError("the log's key is there already")
        self.logs.append(peer)

    def _witness(self, words: Sequence[bytes]) -> None:
        name = self._new_name(words)
        peer = _peer(words[1:], _WITNESS_KINDS)
        if any(peer.key.public == other.key.public for other in self.witnesses.values()):
            raise PolicyError("the witness's key is there already")
        self.witnesses[name] = peer

    def _group(self, words: Sequence[bytes]) -> None:
        name = self._new_name(words)
        members = tuple(words[2:])
        if not members:
            raise PolicyError("a group has a count and at least one member")
        for member in members:
            self._require_known(member)
            if member in self.members:
                raise PolicyError("a name is a group's member twice")
            self.members.add(member)
        self.groups[name] = Group(_least(words[1], len(members)), members)

    def _quorum(self, words: Sequence[bytes]) -> None:
        if len(words) != 1 or self.quorum is not None:
            raise PolicyError("there is one quorum line, and it has one name")
        if words[0] != NOBODY:
            self._require_known(words[0])
        self.quorum = words[0]

    def _new_name(self, words: Sequence[bytes]) -> bytes:
        if not words or words[0] == NOBODY or words[0] in {*self.witnesses, *self.groups}:
            raise PolicyError("the name is missing, taken, or the one that means nobody")
        return words[0]

    def _require_known(self, name: bytes) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyError("a name is not defined on a line before")


def _refuse(_: Sequence[bytes]) -> None:
    raise PolicyError("is no log, witness, group or quorum")


def _peer(words: Sequence[bytes], kinds: frozenset[int]) -> Peer:
    if not 1 <= len(words) <= _WITH_URL:
        raise PolicyError("a log or witness has a key, and at most an address after it")
    key = VerifierKey.parse(words[0].decode(errors="surrogateescape"))
    if key.kind not in kinds:
        raise PolicyError("the key is not of a type that fits")
    url = words[1].decode(errors="surrogateescape") if len(words) == _WITH_URL else None
    return Peer(key, url)


def _least(word: bytes, count: int) -> int:
    if word == b"all":
        return count
    if word == b"any":
        return 1
    if not _COUNT.fullmatch(word) or int(word) > count:
        raise PolicyError("the count is all, any, or a number of at most all members")
    return int(word)
