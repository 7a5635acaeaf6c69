"""The root key's file is made once, for its owner only, and refused in any other state."""

import stat
from pathlib import Path

import pytest

from gateway.crypto.root import RootKeyFile, read_secret
from gateway.domain.errors import SettingsError


@pytest.fixture(name="path")
def fixture_path(tmp_path: Path) -> Path:
    """Make a root key file."""
    path = tmp_path / "root.key"
    RootKeyFile(path).create()
    return path


def test_made_for_the_owner_only(path: Path) -> None:
    """A new file has mode 0600 and says its version in its first line."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"doelpoort root key v1\n")


def test_reads_the_key_it_wrote(path: Path) -> None:
    """The key is 32 bytes and stays the same."""
    key = RootKeyFile(path).read()
    assert len(key) == 32
    assert RootKeyFile(path).read() == key


def test_no_two_keys_alike(path: Path, tmp_path: Path) -> None:
    """Two files hold two keys."""
    other = RootKeyFile(tmp_path / "other.key")
    other.create()
    assert other.read() != RootKeyFile(path).read()


def test_never_replaced(path: Path) -> None:
    """Making a key where a file is changes nothing and says so."""
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="never replaced"):
        RootKeyFile(path).create()
    assert path.read_bytes() == before


def test_needs_its_folder(tmp_path: Path) -> None:
    """Where the folder is absent, the error says to look there."""
    with pytest.raises(SettingsError, match="check its folder"):
        RootKeyFile(tmp_path / "absent" / "root.key").create()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o660])
def test_refused_when_open_to_others(path: Path, mode: int) -> None:
    """Any right of group or others is refused, with the command that takes it away."""
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        RootKeyFile(path).read()


def test_refused_when_absent(tmp_path: Path) -> None:
    """An absent file is an error that says to make one."""
    with pytest.raises(SettingsError, match="make one"):
        RootKeyFile(tmp_path / "root.key").read()


def test_refused_through_a_link(path: Path, tmp_path: Path) -> None:
    """A symbolic link is refused, even to a good file."""
    link = tmp_path / "link.key"
    link.symlink_to(path)
    with pytest.raises(SettingsError, match="cannot be opened"):
        RootKeyFile(link).read()


def test_refused_when_a_folder(tmp_path: Path) -> None:
    """A folder is no key file."""
    with pytest.raises(SettingsError, match="not a regular file"):
        RootKeyFile(tmp_path).read()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"doelpoort root key v1\n",
        b"doelpoort root key v1\n" + b"0" * 62 + b"\n",
        b"doelpoort root key v1\n" + b"0" * 64 + b"\n\n",
        b"doelpoort root key v2\n" + b"0" * 64 + b"\n",
        b"doelpoort root key v1\n" + b"g" * 64 + b"\n",
        b"doelpoort root key v1\n" + b"00 " * 21 + b" \n",
        b"doelpoort root key v1\n" + b"\xff" * 64 + b"\n",
        bytes(32),
    ],
    ids=["empty", "header", "short", "long", "version", "letters", "spaces", "bytes", "raw"],
)
def test_refused_when_it_is_no_root_key(tmp_path: Path, content: bytes) -> None:
    """Any other content is refused, and the error does not show it."""
    path = tmp_path / "root.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="not a root key of version 1") as refused:
        RootKeyFile(path).read()
    assert "000" not in str(refused.value)


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is not there, or holds no text, is told; nothing of it is repeated."""
    strange = tmp_path / "strange"
    strange.write_bytes(b"\xff5e5e")
    for path in (tmp_path / "nowhere", strange):
        with pytest.raises(SettingsError, match=r"^root secret file: cannot be read$"):
            read_secret(path)
