"""The demo: told once it ends well; on a gate that misbehaves it stops loudly, at the right point."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

import pytest
from rich.console import Console

from gateway import wiring
from gateway.commands.population import fill
from gateway.commands.story import Story, StoryFailedError
from gateway.domain.purposes import ConsentNeed, RelationTest
from gateway.settings import Settings
from tests import servers
from tests.journeys.conftest import LONG_STORES
from tests.journeys.intruder import swap
from tests.journeys.poort import command
from tests.journeys.tampering import Change, also, also_without_consent, tampered

PEOPLE = 90


@dataclass(frozen=True, slots=True)
class Filled:
    """A gate with the demo's people and consents, closed; whoever would change it copies it."""

    folder: Path
    clone: servers.Clone | None

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Path]:
        """Give a copy; every gate and command finds its database in the environment."""
        copytree(self.folder, folder)
        if self.clone is None:
            yield folder
            return
        with servers.clone(self.clone.cluster, of=self.clone.name) as copy, at(copy):
            yield folder


@contextmanager
def at(clone: servers.Clone) -> Iterator[None]:
    """Let gates and commands go to a server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOELPOORT_DATABASE_URL", clone.url())
        yield


@pytest.fixture(scope="module", params=LONG_STORES)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """Fill a gate on each database."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    if request.param == "sqlite":
        _fill(folder)
        yield Filled(folder, None)
        return
    with servers.clone(servers.newest()) as clone:
        with at(clone):
            _fill(folder)
        yield Filled(folder, clone)


def _fill(folder: Path) -> None:
    gateway = wiring.build(Settings(data=folder), create=True)
    try:
        asyncio.run(fill(gateway, PEOPLE))
    finally:
        gateway.close()


@pytest.fixture
def folder(filled: Filled, tmp_path: Path) -> Iterator[Path]:
    """Give a copy of its own to each test."""
    with filled.copied(tmp_path / "data") as copy:
        yield copy


@pytest.fixture
def gateway(folder: Path) -> Iterator[wiring.Gateway]:
    """Open the gate of a copy."""
    gateway = wiring.build(Settings(data=folder))
    yield gateway
    gateway.close()


def _tell(gateway: wiring.Gateway) -> None:
    asyncio.run(Story(gateway, Console(quiet=True)).tell())


@pytest.mark.usefixtures("each_store")
def test_demo_told_once_ends_well() -> None:
    """`demo --once` tells every step from delivery to offline proof and exits 0."""
    told = command("demo", "--once", "--people", "60")
    assert "the story ends well" in told
    assert [n for n in range(1, 20) if f"─ {n}. " in told] == [*range(1, 11)]


def test_demo_goes_on_where_it_was(folder: Path) -> None:
    """On a gate that was filled before it delivers nothing twice, and ends well again."""
    told = command("demo", "--once", "--people", str(PEOPLE), "--data", str(folder))
    assert "consents 0" in told


@pytest.mark.parametrize(
    ("short", "role", "change", "claim"),
    [
        ("P02", "gemeente_klantmanager", also("religie"), "religion never leaves"),
        (
            "P02",
            "gemeente_klantmanager",
            lambda rule: replace(rule, relation=RelationTest.OWN_ORGANISATION_LOG),
            "Harderwijk has linked people",
        ),
        ("P04", "uitzendbureau_matcher", also_without_consent("achternaam"), "nobody is named"),
        (
            "P05",
            "uitzendbureau_matcher",
            lambda rule: replace(rule, consent=ConsentNeed.NO),
            "was answered where the law says no",
        ),
    ],
)
def test_story_fails_loudly_where_a_rule_was_tampered_with(
    gateway: wiring.Gateway, short: str, role: str, change: Change, claim: str
) -> None:
    """Religion, a name in a search or a withdrawn consent that opens: the story stops right there."""
    with pytest.raises(StoryFailedError, match=claim):
        _tell(tampered(gateway, short, role, change))


def test_story_ends_well_on_an_unchanged_copy_of_the_rules(gateway: wiring.Gateway) -> None:
    """The way in which rules are tampered with does not itself break the story."""
    _tell(tampered(gateway, "P02", "gemeente_klantmanager", lambda rule: rule))


def test_demo_exits_1_where_the_log_was_tampered_with(folder: Path) -> None:
    """A log in which one leaf was changed ends the story with exit code 1."""
    swap(folder, "log_entry", "leaf", 3)
    told = command("demo", "--once", "--people", str(PEOPLE), "--data", str(folder), code=1)
    assert "the story ends well" not in told
