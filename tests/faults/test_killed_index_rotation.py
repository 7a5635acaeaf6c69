"""Kill a rotation of the index at any step: whoever is asked for is found as before, and it is finished."""

import asyncio
import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import orjson
import pytest

from gateway import wiring
from gateway.actions.references import numbered
from gateway.commands.population import SEED, fill
from gateway.commands.recall import operator
from gateway.crypto.keyring import COMING, NAMED
from gateway.domain.blind import version_of
from gateway.domain.criteria import Wanted, buckets_asked
from gateway.domain.identifiers import FieldName, SubjectId, VNummer
from gateway.domain.keys import FRESH
from gateway.settings import Settings
from gateway.store.candidates import Candidates
from gateway.store.indexing import IndexStock
from gateway.store.key_store import KeyStore
from tests.conftest import DEEP
from tests.faults.served import ROOT

PEOPLE: Final = 10_000 if DEEP else 300
HALTS: Final = 10 if DEEP else 0
"""How many more times it is killed while it goes past everyone."""

LONGEST: Final = 600.0
ROTATE: Final = [sys.executable, "-m", "gateway", "keys", "rotate-index", "--json", "--data"]
SPOKEN: Final = FieldName("nt2_niveau_spreken")
LEVELS: Final = ("A1", "A2", "B1", "B2")


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that goes on serving, on the same store, while others rotate its index and die."""

    gateway: wiring.Gateway
    numbers: Mapping[str, SubjectId]

    @property
    def keys(self) -> KeyStore:
        """The keys as they stand."""
        return KeyStore(self.gateway.database)

    def found(self) -> list[frozenset[SubjectId]]:
        """Search by level, as every agency may."""
        index = self.gateway.actions.index
        stock = Candidates(self.gateway.database, index)
        moment = self.gateway.actions.gate.clock.now()

        def terms_of(level: str) -> list[bytes]:
            buckets = buckets_asked(SPOKEN, level)
            return [term for one in buckets for term in reversed(index.terms(SPOKEN, one))]

        towns = [f"gemeente:{code}" for code in self.gateway.catalogue.codes.gemeenten]
        return [
            frozenset(asyncio.run(stock.find(Wanted([terms], to, moment, 9_999))))
            for terms in map(terms_of, LEVELS)
            for to in (["soort:uitzendbureau"], towns)
        ]

    def named(self) -> Mapping[str, SubjectId | None]:
        """Look up everyone by number."""
        actions = self.gateway.actions

        async def all_of_them() -> dict[str, SubjectId | None]:
            return {
                number: one.subject if one else None
                for number in self.numbers
                for one in [await numbered(actions.gate.subjects, actions.index, VNummer(number))]
            }

        return asyncio.run(all_of_them())

    def left(self) -> int:
        """Count who stands under an older version than the one that is written with."""
        return asyncio.run(IndexStock(self.gateway.database).left(self.newest()))

    def floor(self) -> int:
        """Return the oldest version that may be written with."""
        return asyncio.run(IndexStock(self.gateway.database).floor())

    def newest(self) -> int:
        """Return the version that is written with."""
        row = self.keys.get(b"index", NAMED)
        return row.version if row else 0

    def announced(self) -> bool:
        """Tell whether a version is coming."""
        return self.keys.get(b"index", COMING) is not None


@pytest.fixture(name="gate", scope="module")
def fixture_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """Fill a gate with people of whom some agreed to be found."""
    gateway = wiring.build(
        Settings(data=tmp_path_factory.mktemp("index") / "data", mode="demo"), create=True
    )
    asyncio.run(fill(gateway, PEOPLE))
    yield Gate(gateway, _numbers(gateway))
    gateway.close()


def _numbers(gateway: wiring.Gateway) -> Mapping[str, SubjectId]:
    gate = gateway.actions.gate
    mask = gate.fields.mask([FieldName("v_nummer")])

    async def everyone() -> dict[str, SubjectId]:
        people = await gate.subjects.everyone(None, PEOPLE + 1)
        found = {}
        for subject, dossier in (await gate.subjects.load(people)).items():
            assert dossier.profile is not None
            (number,) = gate.vault.open(dossier.profile, mask).values()
            found[str(orjson.loads(number))] = subject
        return found

    return asyncio.run(everyone())


def _kill_when(gate: Gate, reached: Callable[[], bool]) -> None:
    """Start a rotation, and kill it as soon as it has come so far."""
    folder = gate.gateway.settings.data
    with subprocess.Popen([*ROTATE, folder], cwd=ROOT, stdout=subprocess.DEVNULL) as child:  # noqa: S603 - our own words
        until = time.monotonic() + LONGEST
        while child.poll() is None and time.monotonic() < until and not reached():
            time.sleep(0.01)
        child.kill()


def test_a_killed_rotation_finds_everyone_and_is_finished(gate: Gate) -> None:
    """Killed when announced, taken up, and half-way: all searches and look-ups stay as they were.

    A delivery in between makes nobody twice. One more run ends it, while this gate goes on serving.
    """
    found, named = gate.found(), gate.named()
    assert len(named) == len(set(named.values())) == PEOPLE
    assert all(found)
    steps: tuple[Callable[[], bool], ...] = (
        gate.announced,
        lambda: gate.newest() == 2,
        lambda: gate.floor() == 2 and gate.left() < PEOPLE,
    )
    met = []
    for fewer, reached in enumerate(steps, 1):
        _kill_when(gate, reached)
        met.append((gate.announced(), gate.newest(), gate.floor(), gate.left()))
        assert (gate.found(), gate.named()) == (found, named)
        _deliver_again(gate, PEOPLE - fewer)
    for halt in range(HALTS):
        _kill_when(gate, partial(_few_left, gate, PEOPLE * (HALTS - 1 - halt) // HALTS))
        assert (gate.found(), gate.named()) == (found, named)
    assert met[0] == (True, 1, 1, 0)
    assert met[1][1:3] == (2, 1)
    assert met[2][1:3] == (2, 2)
    _finish(gate, found, named)
    terms = gate.gateway.actions.index.terms(SPOKEN, "x")
    assert [version_of(term) for term in terms] == [2]


def _few_left(gate: Gate, few: int) -> bool:
    return gate.left() <= few


def _deliver_again(gate: Gate, people: int) -> None:
    """Send most of the population once more: nobody becomes known twice, nothing is stored twice."""
    gateway, body, before = gate.gateway, io.BytesIO(), _versions(gate)
    wiring.write_population(body, people, SEED)
    body.seek(0)
    source = gateway.source_for("levering.json")
    delivered = asyncio.run(gateway.actions.ingest(operator(gateway), body, source))
    assert not delivered.seen_before
    assert _versions(gate) == before


def _versions(gate: Gate) -> int:
    """Count the versions of all profiles."""
    rows = gate.gateway.database.data.reading().exec_driver_sql(
        "SELECT count(*) FROM profile_version"
    )
    return int(rows.scalar_one())


def _finish(
    gate: Gate, found: list[frozenset[SubjectId]], named: Mapping[str, SubjectId | None]
) -> None:
    folder = gate.gateway.settings.data
    with subprocess.Popen([*ROTATE, folder], cwd=ROOT, stdout=subprocess.PIPE) as child:  # noqa: S603 - our own words
        while child.poll() is None:
            assert gate.found() == found
            time.sleep(0.3)
        assert child.stdout is not None
        told = orjson.loads(child.stdout.read())
    assert child.returncode == 0
    assert (told["version"], told["left"], told["unreadable"], told["retired"]) == (2, 0, 0, [1])
    assert gate.left() == 0
    assert [row.version for row in gate.keys.versions(b"index", NAMED)] == [2]
    time.sleep(FRESH)
    assert (gate.found(), gate.named()) == (found, named)
