"""A vault without ciphers that polices its port, and notes each field it opens and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KeyStore, WrappedKey
from gateway.domain.subjects import SealedProfile
from gateway.domain.versions import ReplayedValueError
from tests.fakes.world import LawBrokenError


@dataclass(slots=True)
class Vault:
    """Keeps what it sealed in drawers; ``journal`` is shared with a ledger to see who came first."""

    keys: KeyStore
    journal: list[str] = field(default_factory=list)
    opened: list[tuple[SubjectId, int]] = field(default_factory=list)
    _parts: dict[bytes, tuple[SealedProfile, dict[int, bytes]]] = field(default_factory=dict)
    _blobs: dict[bytes, tuple[str, bytes, bytes]] = field(default_factory=dict)

    def create_keys(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, bytes]:
        """Make profile keys."""
        made = {subject: b"key of " + subject.bytes for subject in subjects}
        self.keys.add([WrappedKey(s.bytes, "profile", 1, key) for s, key in made.items()])
        return made

    def seal(self, profile: SealedProfile, values: Mapping[int, bytes]) -> bytes:
        """Lay values in a drawer that is bound to subject, version and key."""
        if profile.wrapped_key != b"key of " + profile.subject.bytes:
            raise LawBrokenError("this key is not the subject's")
        token = uuid4().bytes
        self._parts[token] = (profile, dict(values))
        return token

    def open(self, profile: SealedProfile, fields: int) -> Mapping[int, bytes]:
        """Open the fields of a mask, and note them."""
        if profile.version < profile.logged:
            raise ReplayedValueError(profile.version, profile.logged)
        sealed_for, values = self._parts[profile.parts]
        if (profile.subject, profile.version) != (sealed_for.subject, sealed_for.version):
            raise UnreadableValueError("the value was moved")
        if profile.wrapped_key != sealed_for.wrapped_key:
            raise UnreadableValueError("the key is gone")
        self.journal.append("open")
        self.opened.append((profile.subject, fields))
        return {number: value for number, value in values.items() if fields >> number & 1}

    def seal_blob(self, label: str, context: bytes, plaintext: bytes) -> bytes:
        """Lay bytes in a drawer that is bound to label and context."""
        token = uuid4().bytes
        self._blobs[token] = (label, context, plaintext)
        return token

    def open_blob(self, label: str, context: bytes, sealed: bytes) -> bytes:
        """Take bytes out again."""
        bound_to, where, plaintext = self._blobs[sealed]
        if (bound_to, where) != (label, context):
            raise UnreadableValueError("the blob was moved")
        return plaintext
