"""Made-up subjects and a vault of their own for each test."""

from dataclasses import dataclass, field
from uuid import UUID

from gateway.crypto.keyring import Keyring
from gateway.crypto.primitives import Algorithm
from gateway.crypto.root import LocalRoot
from gateway.crypto.sealing import FieldVault
from gateway.domain.identifiers import SubjectId
from gateway.domain.subjects import SealedProfile
from tests.fakes.key_store import FakeKeyStore

ROOT = bytes(range(32))
AMAL = SubjectId(UUID("00000000-0000-4000-8000-00000000a3a1"))
BASHIR = SubjectId(UUID("00000000-0000-4000-8000-0000000ba541"))


@dataclass(frozen=True, slots=True)
class Strongroom:
    """A vault with its keys, all in memory."""

    keys: FakeKeyStore = field(default_factory=FakeKeyStore)
    tenant: str = "COA"
    algorithm: Algorithm = Algorithm.AES_256_GCM

    @property
    def keyring(self) -> Keyring:
        """A keyring as a gateway has it that starts on these keys."""
        return Keyring(LocalRoot(ROOT), self.keys)

    @property
    def vault(self) -> FieldVault:
        """A vault as a gateway has it that starts on these keys."""
        return FieldVault(self.keyring, self.keys, self.tenant, self.algorithm)

    def empty(self, subject: SubjectId, version: int = 1) -> SealedProfile:
        """Return a profile of a new subject, with keys and without values."""
        return SealedProfile(subject, version, self.vault.create_keys([subject])[subject], b"")
