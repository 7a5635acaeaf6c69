"""The demo: told once it ends well; on a gate that misbehaves it stops loudly, at the right point."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from rich.console import Console

from gateway import wiring
from gateway.commands.population import fill
from gateway.commands.story import Story, StoryFailedError
from gateway.domain.purposes import ConsentNeed, RelationTest
from gateway.settings import Settings
from gateway.store.database import DATA_FILE
from tests.journeys.poort import command
from tests.journeys.tampering import Change, also, also_without_consent, tampered

PEOPLE = 90


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the demo's people and consents; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    gateway = wiring.build(Settings(data=folder), create=True)
    try:
        asyncio.run(fill(gateway, PEOPLE))
    finally:
        gateway.close()
    return folder


@pytest.fixture
def gateway(filled: Path, tmp_path: Path) -> Iterator[wiring.Gateway]:
    """Give a gate of its own to each test."""
    folder = copytree(filled, tmp_path / "data")
    gateway = wiring.build(Settings(data=folder))
    yield gateway
    gateway.close()


def _tell(gateway: wiring.Gateway) -> None:
    asyncio.run(Story(gateway, Console(quiet=True)).tell())


def test_demo_told_once_ends_well() -> None:
    """`demo --once` tells every step from delivery to offline proof and exits 0."""
    told = command("demo", "--once", "--people", "60")
    assert "the story ends well" in told
    assert [n for n in range(1, 20) if f"─ {n}. " in told] == [*range(1, 11)]


def test_demo_goes_on_where_it_was(filled: Path, tmp_path: Path) -> None:
    """On a folder that was filled before it delivers nothing twice, and ends well again."""
    folder = copytree(filled, tmp_path / "data")
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


def test_demo_exits_1_where_the_log_was_tampered_with(filled: Path, tmp_path: Path) -> None:
    """A log in which one leaf was changed ends the story with exit code 1."""
    folder = copytree(filled, tmp_path / "data")
    with closing(sqlite3.connect(folder / DATA_FILE)) as database, database:
        database.execute("DROP TRIGGER log_entry_no_update")
        database.execute(
            "UPDATE log_entry SET leaf = replace(leaf, 'stored', 'stoned') WHERE \"index\" = 3"
        )
    told = command("demo", "--once", "--people", str(PEOPLE), "--data", str(folder), code=1)
    assert "the story ends well" not in told
