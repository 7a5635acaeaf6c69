"""Which root key a gate uses: a file, a secret of its environment, a Transit engine, or an HSM."""

from dataclasses import dataclass
from pathlib import Path

from gateway.crypto.hsm import HsmRoot
from gateway.crypto.keyring import Keyring
from gateway.crypto.root import LocalRoot, RootKey, RootKeyFile
from gateway.crypto.transit import TransitRoot
from gateway.domain.errors import SettingsError
from gateway.domain.keys import KeyStore, RootKind


@dataclass(frozen=True, slots=True)
class TransitPlace:
    """Where a Transit key is."""

    address: str
    key: str
    token_file: Path


@dataclass(frozen=True, slots=True)
class HsmPlace:
    """Where a token's key is."""

    module: Path
    token: str
    key: str
    pin_file: Path


@dataclass(frozen=True, slots=True)
class Roots:
    """Every root that the settings name, opened on demand; ``kind`` is the one in force."""

    kind: RootKind
    file: RootKeyFile
    key_path: Path
    secret: str | None = None
    next_secret: str | None = None
    transit: TransitPlace | None = None
    hsm: HsmPlace | None = None

    def prepare(self, *, known: bool) -> None:
        """Make the key file of a new store; a known store whose key file is gone is refused."""
        if self.kind is not RootKind.FILE or self.file.exists:
            return
        if known:
            raise SettingsError(f"the root key {self.key_path} is gone; restore it")
        self.file.create()

    def current(self, keys: KeyStore) -> RootKey:
        """Open the root in force; a file whose successor had taken over gives way to it."""
        if self.kind is not RootKind.FILE:
            return self._opened(self.kind, self.secret)
        if self.file.successor.exists:
            successor = LocalRoot(self.file.successor.read())
            if not self._opens(keys) and Keyring(successor, keys).opens():
                self.file.successor.succeed(self.key_path)
        return LocalRoot(self.file.read())

    def next(self, kind: RootKind) -> RootKey:
        """Open the root to move to; a new key file is made beside the one in force."""
        if kind is not RootKind.FILE:
            secret = self.next_secret if self.kind is kind else self.secret
            return self._opened(kind, secret)
        target = self.file.successor if self.kind is kind else self.file
        if not target.exists:
            target.create()
        return LocalRoot(target.read())

    def moved(self, kind: RootKind) -> None:
        """Finish a move from file to file: the successor takes the place of the old key."""
        if kind is self.kind is RootKind.FILE:
            self.file.successor.succeed(self.key_path)

    def _opens(self, keys: KeyStore) -> bool:
        return self.file.exists and Keyring(LocalRoot(self.file.read()), keys).opens()

    def _opened(self, kind: RootKind, secret: str | None) -> RootKey:
        if kind is RootKind.SECRET and secret:
            return LocalRoot.from_digits(secret)
        if kind is RootKind.TRANSIT and self.transit:
            return TransitRoot(self.transit.address, self.transit.key, self.transit.token_file)
        if kind is RootKind.HSM and self.hsm:
            return HsmRoot(self.hsm.module, self.hsm.token, self.hsm.key, self.hsm.pin_file)
        raise SettingsError(f"root {kind}: its settings are not complete")
