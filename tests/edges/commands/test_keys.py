"""Keys are turned over from the command line, on the record, and none is shown."""

import shutil
from pathlib import Path

import pytest

from gateway import wiring
from gateway.settings import Settings
from tests.edges.commands.shell import doelpoort


@pytest.fixture(name="copy")
def fixture_copy(store: Path, tmp_path: Path) -> Path:
    """Copy the store of two people, to turn its keys over."""
    return Path(shutil.copytree(store, tmp_path / "copy"))


def test_keys_are_counted_and_not_shown(store: Path) -> None:
    """Kind of root, versions, and how many keys of each kind; two people have two profile keys."""
    told = doelpoort("keys", "status", "--data", store, "--json").json
    assert (told["root"], told["kek versions"], told["profile"]) == ("file", [1], 2)


def test_every_key_of_a_store_opens(store: Path) -> None:
    """A sound store has no key that does not open."""
    done = doelpoort("keys", "verify", "--data", store, "--json")
    assert (done.code, done.json) == (0, {"unreadable": 0, "lost": 0, "replayed": 0, "orphans": 0})


def test_a_rotation_is_told_and_logged(copy: Path) -> None:
    """After a rotation one version is left, every key opens, and the log says that it was done."""
    before = wiring.build(Settings(data=copy))
    size = before.audit.head().size
    before.close()
    done = doelpoort("keys", "rotate", "--data", copy, "--json")
    assert done.code == 0
    told = done.json
    assert (told["version"], told["unreadable"], told["left"], told["scrubbed"]) == (2, 0, [], True)
    assert doelpoort("keys", "status", "--data", copy, "--json").json["kek versions"] == [2]
    assert doelpoort("keys", "verify", "--data", copy).code == 0
    assert doelpoort("audit", "verify", "--data", copy).code == 0
    after = wiring.build(Settings(data=copy))
    assert after.audit.head().size == size + 2  # begun, done
    after.close()


def test_a_changed_key_is_found(copy: Path) -> None:
    """A key that was changed on disk, or is not there: verify counts both and exits 1."""
    gateway = wiring.build(Settings(data=copy))
    with gateway.database.keys.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE wrapped_key SET wrapped = zeroblob(70) WHERE kind = 'log'"
        )
        connection.exec_driver_sql("DELETE FROM wrapped_key WHERE kind = 'profile'")
    gateway.close()
    done = doelpoort("keys", "verify", "--data", copy, "--json")
    assert (done.code, done.json) == (1, {"unreadable": 2, "lost": 2, "replayed": 0, "orphans": 0})


def test_the_root_moves_to_a_secret(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once moved the key file opens nothing, and the secret everything; the secret is not printed.

    A mounted file holds it as well as the environment does.
    """
    secret = "5e" * 32
    monkeypatch.setenv("DOELPOORT_ROOT_SECRET", secret)
    done = doelpoort("keys", "move-root", "secret", "--data", copy, "--json")
    assert (done.code, done.json) == (0, {"root": "secret", "keks": 1})
    assert secret not in done.out + done.err
    assert doelpoort("keys", "verify", "--data", copy).code == 1
    mounted = tmp_path / "secret"
    mounted.write_text(secret + "\n", "ascii")
    monkeypatch.delenv("DOELPOORT_ROOT_SECRET")
    monkeypatch.setenv("DOELPOORT_ROOT_SECRET_FILE", str(mounted))
    monkeypatch.setenv("DOELPOORT_ROOT", "secret")
    assert doelpoort("keys", "verify", "--data", copy).code == 0


def test_the_index_is_rotated_and_told(copy: Path) -> None:
    """After a rotation of the index nobody is left, the older version is gone, and status says so."""
    before = doelpoort("keys", "status", "--data", copy, "--json").json
    assert (before["index version"], before["index older"], before["index left"]) == (1, [], 0)
    done = doelpoort("keys", "rotate-index", "--data", copy, "--json")
    assert done.code == 0
    assert done.json == {"version": 2, "moved": 2, "unreadable": 0, "left": 0, "retired": [1]}
    told = doelpoort("keys", "status", "--data", copy, "--json").json
    assert (told["index version"], told["index coming"], told["index left"]) == (2, None, 0)
    assert doelpoort("audit", "verify", "--data", copy).code == 0


def test_pseudonyms_are_rotated_and_retired(copy: Path) -> None:
    """Older references live until they are retired; before that there is no second rotation."""
    done = doelpoort("keys", "rotate-pseudonyms", "--data", copy, "--json")
    assert (done.code, done.json) == (0, {"version": 2})
    told = doelpoort("keys", "status", "--data", copy, "--json").json
    assert (told["pseudonym version"], told["pseudonym older"]) == (2, [1])
    again = doelpoort("keys", "rotate-pseudonyms", "--data", copy)
    assert again.code != 0
    assert "retire" in again.err
    retired = doelpoort("keys", "retire-pseudonyms", "--data", copy, "--json")
    assert (retired.code, retired.json) == (0, {"retired": [1]})
    assert doelpoort("keys", "status", "--data", copy, "--json").json["pseudonym older"] == []


def test_an_older_profile_is_told(copy: Path) -> None:
    """Profiles that are older than the log knows are counted by one check and named by the other."""
    gateway = wiring.build(Settings(data=copy))
    with gateway.database.data.writing() as connection:
        connection.exec_driver_sql("UPDATE subject SET version = 0")
    gateway.close()
    done = doelpoort("keys", "verify", "--data", copy, "--json")
    assert (done.code, done.json) == (1, {"unreadable": 0, "lost": 0, "replayed": 2, "orphans": 0})
    done = doelpoort("audit", "verify", "--data", copy, "--json")
    assert done.code == 1
    assert ["though the log knows version 1" in fault for fault in done.json["faults"]] == [
        True,
        True,
    ]
