"""The environment is pinned by hash, and the locks say nothing about where it was made."""

import re
import tomllib

import pytest

from tests.house.source import ROOT, texts

LOCKS = [path for path in texts() if re.fullmatch(r"requirements/\w+\.lock", path)]
PINNED = re.compile(r"([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\]+?)?((?: --hash=sha256:[0-9a-f]{64})+)")


def pins(lock: str) -> dict[str, str]:
    """Read name and version of every requirement; each must carry a hash."""
    found: dict[str, str] = {}
    for line in texts()[lock].replace("\\\n", "").splitlines():
        pinned = PINNED.fullmatch(re.sub(r" +", " ", line).strip())
        assert pinned, f"{lock}: not pinned by hash: {line[:60]}"
        found[pinned[1]] = pinned[2]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_carries_a_hash(lock: str) -> None:
    """Each line of the lock is one version with at least one SHA-256."""
    assert pins(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    """A lock holds no URL, so that any mirror may serve it."""
    assert "://" not in texts()[lock]


@pytest.mark.parametrize("lock", LOCKS)
def test_what_runs_is_what_was_tested(lock: str) -> None:
    """The development lock, with which tests run, holds each version of every lock."""
    assert pins(lock).items() <= pins("requirements/dev.lock").items()


def test_every_dependency_is_locked() -> None:
    """Each dependency of the project stands in the production lock."""
    project = tomllib.loads(texts()["pyproject.toml"])["project"]
    names = {re.split(r"[\[<>=~! ]", wanted)[0] for wanted in project["dependencies"]}
    assert names <= set(pins("requirements/base.lock"))


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml"])
def test_no_lock_that_names_its_index(name: str) -> None:
    """Lock formats that record the address of their index stay out, and are ignored."""
    assert name in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert name not in texts()
