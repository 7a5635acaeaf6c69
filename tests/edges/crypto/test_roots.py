"""The root key may be a file, a secret, a Transit engine or an HSM; each opens only what it wrapped."""

import json
import os
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pkcs11
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.crypto.hsm import HsmRoot
from gateway.crypto.keyring import Keyring
from gateway.crypto.root import LocalRoot, RootKey, RootKeyFile, UnavailableRootError
from gateway.crypto.roots import HsmPlace, Roots, TransitPlace
from gateway.crypto.rotation import KeyKeeper
from gateway.crypto.transit import TransitRoot
from gateway.domain.errors import SettingsError, UnreadableValueError
from gateway.domain.keys import RootKind
from tests.edges.crypto.published import Case, is_our_size, wycheproof
from tests.fakes.key_store import FakeKeyStore

KEY = bytes(range(32, 64))
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "4321"


class FakeTransit(httpx2.BaseTransport):
    """What the documentation says of a Transit engine's encrypt and decrypt, with one key."""

    def __init__(self, token: str = "good") -> None:
        self.token = token
        self.cipher = AESGCM(bytes(32))
        self.down = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as the engine would: 403 without the token, 400 for what does not open."""
        if self.down:
            raise httpx2.ConnectError("no route")
        if request.headers["X-Vault-Token"] != self.token:
            return httpx2.Response(403, json={"errors": ["permission denied"]})
        asked = json.loads(request.content)
        bound = b64decode(asked["associated_data"])
        if request.url.path == "/v1/transit/encrypt/doelpoort":
            sealed = self.cipher.encrypt(bytes(12), b64decode(asked["plaintext"]), bound)
            return _data(ciphertext="vault:v1:" + b64encode(sealed).decode())
        try:
            body = b64decode(asked["ciphertext"].removeprefix("vault:v1:"), validate=True)
            return _data(plaintext=b64encode(self.cipher.decrypt(bytes(12), body, bound)).decode())
        except (InvalidTag, ValueError):
            return httpx2.Response(400, json={"errors": ["invalid ciphertext"]})


def _data(**values: str) -> httpx2.Response:
    return httpx2.Response(200, json={"data": values})


@pytest.fixture(name="token")
def fixture_token(tmp_path: Path) -> Path:
    """Write the engine's token to a file."""
    path = tmp_path / "token"
    path.write_text("good\n", encoding="ascii")
    return path


@pytest.fixture(name="hsm", scope="module")
def fixture_hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HsmPlace]:
    """Make a token of SoftHSM with a key that cannot be taken out."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "pin").write_text(PIN, encoding="ascii")
    settings = folder / "softhsm2.conf"
    settings.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n", encoding="ascii"
    )
    os.environ["SOFTHSM2_CONF"] = str(settings)  # noqa: TID251 - how the library is told
    words = ["--init-token", "--free", "--label", "doelpoort", "--so-pin", PIN, "--pin", PIN]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)  # noqa: S603, S607 - our own words
    token = pkcs11.lib(str(MODULE)).get_token(token_label="doelpoort")
    with token.open(rw=True, user_pin=PIN) as session:
        hidden = {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True}
        session.generate_key(
            pkcs11.KeyType.AES, 256, label="doelpoort-root", store=True, template=hidden
        )
    yield HsmPlace(MODULE, "doelpoort", "doelpoort-root", folder / "pin")
    del os.environ["SOFTHSM2_CONF"]  # noqa: TID251 - how the library is told


@pytest.fixture(name="root", params=["local", "transit", "hsm"])
def fixture_root(request: pytest.FixtureRequest, token: Path, hsm: HsmPlace) -> RootKey:
    """Take each kind of root that wraps for itself."""
    if request.param == "hsm":
        return HsmRoot(hsm.module, hsm.token, hsm.key, hsm.pin_file)
    if request.param == "transit":
        return TransitRoot("http://bao.test", "doelpoort", token, FakeTransit())
    return LocalRoot(bytes(32))


def test_what_is_wrapped_opens_in_its_place(root: RootKey) -> None:
    """A key comes back, and is not to be seen in what is stored."""
    sealed = root.wrap(KEY, b"place")
    assert KEY not in sealed
    assert root.unwrap(sealed, b"place") == KEY


def test_what_is_moved_does_not_open(root: RootKey) -> None:
    """A key bound to one place is refused in another."""
    with pytest.raises(UnreadableValueError, match="moved or changed"):
        root.unwrap(root.wrap(KEY, b"place"), b"elsewhere")


def test_what_is_changed_does_not_open(root: RootKey) -> None:
    """No bit may change, none may be missing, and none be added."""
    sealed = root.wrap(KEY, b"place")
    for bad in (sealed[:-1] + bytes((sealed[-1] ^ 1,)), sealed[:-1], sealed + b"\0", b"", b"\xff"):
        with pytest.raises(UnreadableValueError, match="moved or changed"):
            root.unwrap(bad, b"place")


def test_a_keyring_works_on_any_root(root: RootKey) -> None:
    """Named keys are made and found again, whatever the root."""
    keys = FakeKeyStore()
    assert Keyring(root, keys).named("index") == Keyring(root, keys).named("index")


def test_an_engine_that_does_not_answer_is_named(token: Path) -> None:
    """Without the engine there is an error that says so, and no key."""
    engine = FakeTransit()
    root = TransitRoot("http://bao.test", "doelpoort", token, engine)
    sealed = root.wrap(KEY, b"place")
    engine.down = True
    with pytest.raises(UnavailableRootError, match="transit: no answer"):
        root.unwrap(sealed, b"place")


def test_an_engine_that_refuses_is_named(token: Path) -> None:
    """A token that may not is told with the engine's answer, never with the token."""
    root = TransitRoot("http://bao.test", "doelpoort", token, FakeTransit("another"))
    with pytest.raises(UnavailableRootError, match="transit: encrypt answered 403"):
        root.wrap(KEY, b"place")


def test_a_token_file_is_read_at_each_use(token: Path) -> None:
    """An agent may renew the token while the gate runs; a lost file is named."""
    engine = FakeTransit("renewed")
    root = TransitRoot("http://bao.test", "doelpoort", token, engine)
    token.write_text("renewed", encoding="ascii")
    assert root.unwrap(root.wrap(KEY, b"place"), b"place") == KEY
    token.unlink()
    with pytest.raises(SettingsError, match="transit token file: cannot be read"):
        root.wrap(KEY, b"place")


def test_an_hsm_opens_and_refuses_as_published(hsm: HsmPlace) -> None:
    """The module's own AES-GCM, asked as a root asks it, does as Wycheproof says with a root's sizes."""
    cases = wycheproof("aes_gcm", is_our_size)
    wanted = [case["msg"] if case["result"] == "valid" else "refused" for case in cases]
    assert len(cases) == 66
    assert [opened_by(hsm, case) for case in cases] == wanted


def opened_by(hsm: HsmPlace, case: Case) -> str:
    """Give the token a published key, and let it open what was sealed under that."""
    parts = ("key", "iv", "aad", "ct", "tag")
    key, nonce, aad, text, tag = (bytes.fromhex(case[part]) for part in parts)
    what = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
        pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES,
        pkcs11.Attribute.TOKEN: True,
        pkcs11.Attribute.LABEL: "published",
        pkcs11.Attribute.VALUE: key,
    }
    slot = pkcs11.lib(str(hsm.module)).get_token(token_label=hsm.token)
    with slot.open(rw=True, user_pin=PIN) as session:
        session.create_object(what)
    root = HsmRoot(hsm.module, hsm.token, "published", hsm.pin_file)
    try:
        return root.unwrap(nonce + text + tag, aad).hex()
    except UnreadableValueError:
        return "refused"
    finally:
        with slot.open(rw=True, user_pin=PIN) as session:
            session.get_key(pkcs11.ObjectClass.SECRET_KEY, label="published").destroy()


def test_an_hsm_key_that_is_not_there_is_named(hsm: HsmPlace) -> None:
    """A wrong label is told by the module's own word."""
    with pytest.raises(UnavailableRootError, match="pkcs11: NoSuchKey"):
        HsmRoot(hsm.module, hsm.token, "another", hsm.pin_file).wrap(KEY, b"place")


def test_a_module_that_is_not_there_is_named(hsm: HsmPlace, tmp_path: Path) -> None:
    """A library that cannot be loaded, or a PIN file that cannot be read, is told."""
    with pytest.raises(SettingsError, match="pkcs11 module: cannot be loaded"):
        HsmRoot(tmp_path / "none.so", hsm.token, hsm.key, hsm.pin_file).wrap(KEY, b"place")
    with pytest.raises(SettingsError, match="pkcs11 pin file: cannot be read"):
        HsmRoot(hsm.module, hsm.token, hsm.key, tmp_path / "none").wrap(KEY, b"place")


@pytest.mark.parametrize("digits", ["", "00", "z" * 64, "0" * 63, "0" * 65])
def test_a_secret_is_64_digits(digits: str) -> None:
    """Anything else is refused, and not repeated."""
    with pytest.raises(SettingsError, match="root secret: is not 64 hexadecimal digits") as error:
        LocalRoot.from_digits(digits)
    assert not digits or digits not in str(error.value)


@pytest.mark.parametrize("kind", [RootKind.SECRET, RootKind.TRANSIT, RootKind.HSM])
def test_incomplete_settings_are_named(kind: RootKind, tmp_path: Path) -> None:
    """A kind of root without its settings does not open."""
    path = tmp_path / "root.key"
    with pytest.raises(SettingsError, match=f"root {kind}: its settings are not complete"):
        Roots(kind, RootKeyFile(path), path).current(FakeKeyStore())


class _House:
    """A gate's keys, and the roots its settings name."""

    def __init__(self, folder: Path, hsm: HsmPlace, token: Path) -> None:
        self.keys = FakeKeyStore()
        self.path = folder / "root.key"
        self.places = (TransitPlace("http://bao.test", "doelpoort", token), hsm)

    def roots(self, kind: RootKind) -> Roots:
        """Read the settings with this kind in force."""
        secrets = ("0" * 64, "1" * 64)
        return Roots(kind, RootKeyFile(self.path), self.path, *secrets, *self.places)

    def keyring(self, kind: RootKind) -> Keyring:
        """Start a gate."""
        roots = self.roots(kind)
        roots.prepare(known=bool(self.keys.rows))
        return Keyring(roots.current(self.keys), self.keys)

    def keeper(self, kind: RootKind) -> KeyKeeper:
        """Start a gate and go to its keeper of keys."""
        return KeyKeeper(self.keyring(kind), self.keys, self.roots(kind))


@pytest.mark.parametrize("target", [RootKind.FILE, RootKind.SECRET, RootKind.HSM])
def test_the_root_moves_from_a_file(
    target: RootKind, tmp_path: Path, hsm: HsmPlace, token: Path
) -> None:
    """A gate that starts on the new root finds every key; the old file opens none."""
    house = _House(tmp_path, hsm, token)
    index = house.keyring(RootKind.FILE).named("index")
    old = RootKeyFile(house.path).read()
    assert house.keeper(RootKind.FILE).move_root(target) == 1
    assert house.keyring(target).named("index") == index
    assert not Keyring(LocalRoot(old), house.keys).opens()
    assert not RootKeyFile(house.path).successor.exists


def test_a_secret_follows_a_secret(tmp_path: Path, hsm: HsmPlace, token: Path) -> None:
    """The next secret of the settings takes over."""
    house = _House(tmp_path, hsm, token)
    index = house.keyring(RootKind.SECRET).named("index")
    house.keeper(RootKind.SECRET).move_root(RootKind.SECRET)
    assert Keyring(LocalRoot.from_digits("1" * 64), house.keys).named("index") == index


def test_a_move_broken_off_before_the_file_took_over_is_finished_at_start(
    tmp_path: Path, hsm: HsmPlace, token: Path
) -> None:
    """The keys are under the successor already, so the gate that starts puts it in its place."""
    house = _House(tmp_path, hsm, token)
    ring = house.keyring(RootKind.FILE)
    index = ring.named("index")
    successor = house.roots(RootKind.FILE).next(RootKind.FILE)
    kek = house.keys.versions(b"kek", "kek")[0]
    assert house.keyring(RootKind.FILE).named("index") == index  # made, and nothing moved yet
    house.keys.rewrap([(kek, ring.moved(kek, successor))])
    assert house.keyring(RootKind.FILE).named("index") == index
    assert not RootKeyFile(house.path).successor.exists


def test_a_lost_key_file_is_not_replaced(tmp_path: Path, hsm: HsmPlace, token: Path) -> None:
    """A store whose root key is gone says so; a new key would open nothing."""
    house = _House(tmp_path, hsm, token)
    house.keyring(RootKind.FILE).named("index")
    house.path.unlink()
    with pytest.raises(SettingsError, match="is gone; restore it"):
        house.keyring(RootKind.FILE)
