"""Opens the store of a gate with the root of its keys; copies it, puts copies back. It holds no rule."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.crypto.keyring import Keyring
from gateway.crypto.root import RootKeyFile, read_secret
from gateway.crypto.roots import HsmPlace, Roots, TransitPlace
from gateway.domain.errors import SettingsError
from gateway.domain.keys import KeyStore as Keys
from gateway.domain.ports import Clock
from gateway.keeper.adoption import ADOPTABLE, Adopted
from gateway.keeper.destroyed import NAME, DestroyedList
from gateway.settings import Settings
from gateway.store import copies
from gateway.store.copies import BackupError, Folders, Manifest
from gateway.store.database import Database
from gateway.store.key_store import KeyStore
from gateway.store.places import Folder, Place, ServedDatabase
from gateway.store.postgres import Server
from gateway.wiring.logs import Cabinet, adopt_store, open_office

FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: the manifests, the size the guard knew, and what speaks against the log.

    ``against`` is ``None`` when the log goes on by itself. ``buried`` counts keys that the copy held
    though they were destroyed since.
    """

    data: Manifest
    keys: Manifest
    marked: int | None
    against: str | None
    buried: int


def open_store(settings: Settings, *, create: bool) -> Database:
    """Open the store, making folder, root key and schema where asked; refuse a lost root key."""
    place = place_of(settings)
    if not create and not place.exists():
        raise _no_store(settings)
    _make_folders(settings, guard=create)
    roots_of(settings).prepare(known=place.in_use())
    return place.open(create=create)


def roots_of(settings: Settings) -> Roots:
    """Return every place in which the root key may be."""
    token, module, pin = settings.transit_token_file, settings.hsm_module, settings.hsm_pin_file
    return Roots(
        settings.root,
        RootKeyFile(settings.root_key),
        settings.root_key,
        _root_secret(settings),
        settings.root_secret_next.get_secret_value() if settings.root_secret_next else None,
        TransitPlace(settings.transit_url, settings.transit_key, token) if token else None,
        HsmPlace(module, settings.hsm_token, settings.hsm_key, pin) if module and pin else None,
    )


def _root_secret(settings: Settings) -> str | None:
    if settings.root_secret_file is not None:
        return read_secret(settings.root_secret_file)
    return settings.root_secret.get_secret_value() if settings.root_secret else None


def cabinet_of(settings: Settings, database: Database) -> Cabinet:
    """Return the keys of a store, opened by their root."""
    keys = KeyStore(database)
    return Cabinet(database, Keyring(roots_of(settings).current(keys), keys), keys)


def place_of(settings: Settings) -> Place:
    """Return where the store is."""
    if settings.database_url is None:
        return Folder(settings.data)
    owner = settings.database_owner_url or settings.database_url
    served, owned = (
        Server(url.get_secret_value(), settings.tenant, settings.database_readers)
        for url in (settings.database_url, owner)
    )
    return ServedDatabase(served, owned)


def existing_place(settings: Settings) -> Place:
    """Return where the store is; ``SettingsError`` when none was made."""
    place = place_of(settings)
    if not place.exists():
        raise _no_store(settings)
    return place


def destroyed_list(settings: Settings) -> DestroyedList:
    """Return the list, beside the guard, of keys that were destroyed."""
    return DestroyedList(settings.guard_file.with_name(NAME))


def bury(settings: Settings, keys: Keys) -> int:
    """Destroy again what was destroyed before and came back with a copy; return how many keys."""
    unknown = destroyed_list(settings).read() - set(keys.all_destroyed())
    back = {*unknown, *keys.returned()}
    return keys.bury(back) if back else 0


def adopt_guard(settings: Settings, clock: Clock) -> Adopted:
    """Take the log as it is in the store; the gate must not run. Raises ``NotAdoptableError``."""
    database = open_store(settings, create=False)
    try:
        return adopt_store(settings, cabinet_of(settings, database), clock)
    finally:
        database.close()


def back_up(settings: Settings, clock: Clock, folders: Folders) -> tuple[Manifest, Manifest]:
    """Copy data and keys while the gate may serve; raises ``BackupError``."""
    place = existing_place(settings)
    return place.back_up(folders, settings.tenant, clock.now())


def restore(settings: Settings, clock: Clock, folders: Folders, *, replace: bool) -> Restored:
    """Put a backup in the place of the store; no gate may run. Raises ``BackupError``.

    Which keys may not come back is known from the list beside the guard, from the store that stands
    here and from the backup itself. A log that has ended is refused, and the old store stays.
    """
    backup = copies.read(folders)
    if backup.data.tenant != settings.tenant or backup.keys.tenant != settings.tenant:
        raise BackupError("the backup is of another tenant; set DOELPOORT_TENANT")
    place = place_of(settings)
    if place.exists() and not replace:
        raise BackupError("a store stands here; to replace it say --replace")
    _make_folders(settings, guard=True)
    destroyed_list(settings).write_all(place.destroyed())
    found: list[Restored] = []
    place.restore(backup, _judging(settings, clock, backup, found.append))
    return found[0]


def _judging(
    settings: Settings, clock: Clock, backup: copies.Backup, tell: Callable[[Restored], None]
) -> Callable[[Database], None]:
    def settle(database: Database) -> None:
        cabinet = cabinet_of(settings, database)
        buried = bury(settings, cabinet.keys)
        office = open_office(settings, cabinet, clock)
        if office.head().checkpoint != backup.data.checkpoint:
            raise BackupError("the log in the backup is not the one that its manifest names")
        seen = office.examine()
        for cause in (seen.judged, seen.followed):
            if cause is not None and cause.partition(":")[0] not in ADOPTABLE:
                raise BackupError(f"the log in the backup cannot go on here ({cause})")
        against = seen.judged or seen.followed
        if seen.marked is None and seen.size:
            against = "unguarded: no guard knows this log here"
        destroyed_list(settings).write_all(cabinet.keys.all_destroyed())
        tell(Restored(backup.data, backup.keys, seen.marked, against, buried))

    return settle


def _make_folders(settings: Settings, *, guard: bool) -> None:
    settings.data.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if guard:
        settings.guard_file.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def _no_store(settings: Settings) -> SettingsError:
    where: Path | str = settings.data if settings.database_url is None else "the database"
    return SettingsError(f"{where} holds no store; make one with: doelpoort init")
