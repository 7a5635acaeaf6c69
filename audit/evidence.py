"""An evidence bundle: some entries of a log, each with its proof, in one file that verifies offline.

It is made for the person it is about, a court or a supervisor, who has neither our log nor our
program. ``audit/verifier.html`` checks it in any browser; ``verify_evidence`` checks the same here:

1. The bundle reads as its format says, and its key is the key one already trusts.
2. The checkpoint is signed by that key for its own log.
3. Each leaf is canonical, of this log, and included under the checkpoint at its index.
4. Each payload that is shown is the one its leaf commits to, of the same event, and counts on from
   the entry before it about the same subject where that is shown too.
5. Where the check is given a trust policy (c2sp.org/tlog-policy), the checkpoint meets it.

Entries of several shards (``audit.shards``) make a bundle each, as each shard has a key and a
checkpoint of its own; they are checked together, so that counts run on from one to the next. A bundle
of a later shard says how many entries all before it have (``base``): links speak of places.

Entries come in order of index, each once. A log with witnesses shows its entries under the newest
checkpoint that they cosigned, once that reaches them all. The policy's digest names the rules by
which its keeper asked them; it and the instructions are for reading, and nothing vouches for them:
who asks for witnesses judges by a policy of her own (5).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

from audit.encoding import decode_base64, encode_base64
from audit.entry import NO_ENTRY, SALT_BYTES, canonical
from audit.export import Publication, open_payload
from audit.findings import Fault, Findings
from audit.note import VerifierKey
from audit.policy import Policy, Witnessed
from audit.proof import TlogProof
from audit.storage import Entries, PayloadSealer, StoredHead
from audit.tree import ProofError

FORMAT = "audit-evidence@v1"
LATER_FORMAT = "audit-evidence@v2"
"""Of a later shard: with its base."""

VERIFIER = Path(__file__).with_name("verifier.html")
INSTRUCTIONS = (
    "Open verifier.html in a browser; it needs no network. Choose this file, and give the key of the "
    "log as you know it from elsewhere: published by the organisation, or kept by someone you trust. "
    "Every line it then shows as proven stood in the log when the checkpoint was signed, unchanged."
)

_TEXTS = {"format", "vkey", "policy", "checkpoint", "instructions"}
_KEYS = {*_TEXTS, "entries"}
_FORMATS = {False: FORMAT, True: LATER_FORMAT}
_ENTRY_KEYS = {"index", "leaf", "payload", "salt", "proof"}
_SALT = re.compile(r"[0-9a-f]{64}")
_HALF = re.compile(r"[\ud800-\udfff]")
"""Half of a surrogate pair, which JSON can write and UTF-8 cannot."""


class EvidenceError(ValueError):
    """What is no evidence bundle, or cannot be put in one; the text says why."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One entry: leaf and payload as texts, the salt in hexadecimal, the proof's hashes in base64.

    Payload and salt are empty where the payload is not shown or is gone.
    """

    index: int
    leaf: str
    payload: str
    salt: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bundle; ``policy`` is the SHA-256 of a trust policy in hexadecimal, or empty."""

    vkey: str
    policy: str
    checkpoint: str
    instructions: str
    entries: tuple[Exhibit, ...]
    base: int = 0

    @property
    def origin(self) -> str:
        """The origin of its shard, as it says itself."""
        return self.vkey.partition("+")[0]

    def encode(self) -> bytes:
        """Write the bundle."""
        stored = {"format": _FORMATS[bool(self.base)], **asdict(self)}
        if not self.base:
            del stored["base"]
        return canonical(stored) + b"\n"

    @classmethod
    def decode(cls, raw: bytes) -> "Evidence":
        """Read a bundle; raises ``EvidenceError``."""
        try:
            stored = json.loads(raw)
            entries = [_exhibit(entry) for entry in stored["entries"]]
        except EvidenceError:
            raise
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise EvidenceError("the file is no evidence bundle") from error
        base = stored.get("base", 0)
        later = "base" in stored
        if stored.keys() - {"base"} != _KEYS or stored["format"] != _FORMATS[later]:
            raise EvidenceError("the bundle is of another format")
        if later and (type(base) is not int or base < 1):
            raise EvidenceError("the bundle's base is no number of entries")
        for key in _TEXTS:
            _text(stored[key])
        return cls(
            stored["vkey"],
            stored["policy"],
            stored["checkpoint"],
            stored["instructions"],
            tuple(entries),
            base,
        )


@dataclass(frozen=True, slots=True)
class Examined:
    """What a check found; ``complete`` when the payloads shown count from 1, each on the one before.

    Then they are about one person, and there is none of hers before the last one but these.
    """

    faults: tuple[Fault, ...]
    complete: bool


def gather_evidence(
    storage: Entries,
    key: VerifierKey,
    indexes: Iterable[int],
    opener: PayloadSealer | None = None,
    witnessed: Witnessed | None = None,
) -> Evidence:
    """Gather entries under one checkpoint; payloads are shown only with an ``opener``.

    That is the ``witnessed`` one, if it meets its policy and reaches every entry. Raises
    ``EvidenceError`` without an index, and for the rest as ``Publication.prove`` does.
    """
    chosen = sorted(set(indexes))
    if not chosen:
        raise EvidenceError("a bundle has at least one entry")
    head, digest = _head(storage.head(), chosen, witnessed)
    proofs = Publication(storage, key).prove_each(chosen, head)
    entries = tuple(_gather(storage, proof, opener) for proof in proofs)
    base = storage.head().base
    return Evidence(str(key), digest, head.checkpoint, INSTRUCTIONS, entries, base)


def verify_evidence(
    raws: Sequence[bytes], keys: Sequence[VerifierKey], policy: Policy | None = None
) -> Examined:
    """Check bundles of shards of one log together, each against the one of the keys that it names.

    Keys and policy are the ones one trusts (1 to 5); only the bundles are read.
    """
    try:
        bundles = sorted(map(Evidence.decode, raws), key=lambda one: one.base)
    except EvidenceError as error:
        return Examined((Fault("bundle", str(error)),), complete=False)
    links: dict[int, tuple[int, int]] = {}
    faults: list[Fault] = []
    for evidence in bundles:
        key = next((key for key in keys if str(key) == evidence.vkey), keys[0])
        one = _Bundle(Findings(key, policy=policy), evidence.base, links)
        one.check(evidence)
        shard = f"{key.name}, " if len(bundles) > 1 else ""
        faults += [replace(fault, where=shard + fault.where) for fault in one.findings.faults]
    return Examined(tuple(faults), complete=_gapless(links) and not faults)


def _gapless(links: Mapping[int, tuple[int, int]]) -> bool:
    """Tell whether entries count from 1 without a gap, none on one that is not shown."""
    counts = sorted(count for count, _ in links.values())
    linked = {before for _, before in links.values()}
    return bool(counts) and counts == [*range(1, len(counts) + 1)] and linked <= {*links, NO_ENTRY}


@dataclass(slots=True)
class _Bundle:
    """Checks the entries of one bundle; ``links`` gives count and place before by place."""

    findings: Findings
    base: int
    links: dict[int, tuple[int, int]]

    def check(self, evidence: Evidence) -> None:
        findings = self.findings
        findings.at = "bundle"
        if evidence.vkey != str(findings.key):
            findings.fault("its key is not the key this check was given")
        if any(one.index >= other.index for one, other in pairwise(evidence.entries)):
            findings.fault("its entries are not in order, each once")
        if not evidence.entries:
            findings.fault("has no entries")
        if findings.checkpoint(evidence.checkpoint) is None:  # (2, 5)
            return
        for exhibit in evidence.entries:
            findings.at = f"entry {exhibit.index}"
            self._entry(exhibit, evidence.checkpoint)

    def _entry(self, exhibit: Exhibit, checkpoint: str) -> None:
        findings, raw = self.findings, exhibit.leaf.encode()
        leaf = findings.leaf(raw)
        hashes = tuple(decode_base64(text) or b"" for text in exhibit.proof)
        try:
            TlogProof(exhibit.index, hashes, checkpoint).verify(raw, findings.key)
        except ProofError as error:
            findings.fault(str(error))
        if leaf is None or not (exhibit.payload or exhibit.salt):
            return
        if not _SALT.fullmatch(exhibit.salt):
            findings.fault("payload: its salt is not 32 bytes in hexadecimal")
            return
        payload = findings.payload(leaf, bytes.fromhex(exhibit.salt) + exhibit.payload.encode())
        if payload is not None and payload.link is not None:
            self._link(self.base + exhibit.index, payload.link)

    def _link(self, place: int, link: tuple[int, int]) -> None:
        count, before = link
        known = (0, NO_ENTRY) if before == NO_ENTRY else self.links.get(before, (count - 1, 0))
        if before >= place or known[0] != count - 1:
            self.findings.fault("payload: count and prev do not fit the entry before it")
        self.links[place] = link


def _head(
    newest: StoredHead, indexes: Sequence[int], witnessed: Witnessed | None
) -> tuple[StoredHead, str]:
    """Choose the head to prove under, and name the policy that it meets."""
    if witnessed is None or not indexes[-1] < witnessed.size <= newest.size:
        return newest, ""
    return witnessed.head, witnessed.policy.digest


def _gather(storage: Entries, proof: TlogProof, opener: PayloadSealer | None) -> Exhibit:
    row = next(iter(storage.rows(proof.index, proof.index + 1)))
    salted = None if opener is None else open_payload(row, opener)
    return Exhibit(
        proof.index,
        row.leaf.decode(),
        "" if salted is None else salted[SALT_BYTES:].decode(),
        "" if salted is None else salted[:SALT_BYTES].hex(),
        tuple(encode_base64(hashed) for hashed in proof.hashes),
    )


def _exhibit(entry: Mapping[str, object]) -> Exhibit:
    texts = [entry["leaf"], entry["payload"], entry["salt"]]
    index, proof = entry["index"], entry["proof"]
    if entry.keys() != _ENTRY_KEYS or type(index) is not int or not isinstance(proof, list):
        raise EvidenceError("an entry of the bundle is of another format")
    leaf, payload, salt = (_text(text) for text in texts)
    return Exhibit(index, leaf, payload, salt, tuple(_text(text) for text in proof))


def _text(value: object) -> str:
    if not isinstance(value, str) or _HALF.search(value):
        raise EvidenceError("the bundle holds what is no text")
    return value
