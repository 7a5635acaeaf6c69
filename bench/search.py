"""Search a whole population by three filters: how long it takes, and whether it finds whom it should.

``python -m bench.search [--people 64405] [--questions 200] [--store sqlite] [--data FOLDER]``: on SQLite,
and on PostgreSQL too where a server for tests is at hand (``tests.servers``). Both are asked the same
questions. A folder keeps SQLite's store, to be asked again. Beside the time by the clock stands the CPU
time of this process, which other work on the machine does not lengthen; a server's is not in it.

The oracle knows nothing of terms or of SQL: it looks at each person's plain values in turn. For the
scale, the same question is put to a list of profiles in memory, without any protection.
"""

import argparse
import asyncio
import os
import random  # noqa: TID251 - questions, no keys
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

import sqlalchemy as sa

from adapters.synthetic import population
from bench import machine
from bench.stores import STORES, file_gate, served, server_gate
from gateway import wiring
from gateway.domain.criteria import (
    ENGLISH_LEVELS,
    NT2_LEVELS,
    Wanted,
    buckets_asked,
    terms_of,
)
from gateway.domain.deliveries import JsonValue
from gateway.domain.findable import kept_from
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.ports import BlindIndex
from gateway.store.candidates import Candidates
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import candidate, candidate_term, subject

DAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
AGENCY = "00000099000000004000"
AGENCIES = "soort:uitzendbureau"
LIMIT = 250
PORTION = 10_000

Profile = Mapping[FieldName, JsonValue]
People = Mapping[SubjectId, Profile]
Filters = Mapping[str, str]
Fits = Callable[[JsonValue, str], bool]


def _among(value: JsonValue, asked: str) -> bool:
    return isinstance(value, list) and asked in value


def _level(levels: Sequence[str]) -> Fits:
    return lambda value, asked: levels.index(str(value)) >= levels.index(asked)


FITS: Mapping[str, Fits] = {
    "arbeidsmarktregio": lambda value, asked: value == asked,
    "bemiddelingspostcode4": lambda value, asked: str(value)[:2] == asked[:2],
    "beroepen_gewenst": _among,
    "beschikbaar_uren": lambda value, asked: int(str(value)) >= int(asked),
    "beschikbaar_vanaf": lambda value, asked: str(value)[:7] <= asked[:7],
    "contractvoorkeur": _among,
    "engels_niveau": _level(ENGLISH_LEVELS),
    "nt2_niveau_spreken": _level(NT2_LEVELS),
    "opleidingsniveau_hoogste": lambda value, asked: value == asked,
    "reisafstand_max_km": lambda value, asked: int(str(value)) >= int(asked),
    "setu_beroepscategorie": lambda value, asked: value == asked,
    "vaardigheden": _among,
    "vervoermiddel": _among,
    "werktijden": _among,
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Synthetic people by random ids, and those among them who agreed to be found."""

    people: People
    findable: frozenset[SubjectId]

    @classmethod
    def of(cls, count: int, dice: random.Random, share: float = 1.0) -> "Crowd":
        """Make a crowd of whom about ``share`` may be found."""
        codes = wiring.load_policy().catalogue.codes
        made = population(count, 1, DAY, codes)
        people = {SubjectId(UUID(int=dice.getrandbits(128))): profile for profile in made}
        return cls(people, frozenset(one for one in people if dice.random() < share))

    def question(self, dice: random.Random) -> Filters:
        """Ask by three fields for what someone has; one time in four of three different people."""
        mixed = dice.random() < 0.25
        everyone = list(self.people.values())
        one, *others = dice.choices(everyone, k=3)
        asked: dict[str, str] = {}
        for field in dice.sample(sorted(FITS), len(FITS)):
            value = (dice.choice(others) if mixed else one).get(FieldName(field))
            if value and len(asked) < 3:
                asked[field] = str(dice.choice(value) if isinstance(value, list) else value)
        return asked

    def answer(self, filters: Filters) -> list[SubjectId]:
        """Look at each person in turn."""
        return sorted(one for one in self.findable if _fits(self.people[one], filters))


def _fits(profile: Profile, filters: Filters) -> bool:
    for field, asked in filters.items():
        value = profile.get(FieldName(field))
        if value is None or not FITS[field](value, asked):
            return False
    return True


def fill(database: Database, crowd: Crowd, index: BlindIndex) -> None:
    """Put people, whom may find them and their terms straight into the tables."""
    term = cache(index.term)
    put = Prepared(sa.insert(candidate_term), "term", "subject", "seal")
    for people in _portions(list(crowd.people)):
        with database.data.writing() as connection:
            connection.execute(sa.insert(subject), [_row(one) for one in people])
            found = [one for one in people if one in crowd.findable]
            windows = [
                {"recipient": AGENCIES, "subject": one, "since": NOON - timedelta(days=1),
                 "until": NOON + timedelta(days=1)}
                for one in found
            ]  # fmt: skip
            terms = [
                (hers, one.bytes, index.seal(hers, one))
                for one in found
                for hers in {term(*pair) for pair in terms_of(crowd.people[one])}
            ]
            if found:
                connection.execute(sa.insert(candidate), windows)
                put.many_as_stored(connection, sorted(terms))


def _portions(people: Sequence[SubjectId]) -> Iterable[Sequence[SubjectId]]:
    return (people[at : at + PORTION] for at in range(0, len(people), PORTION))


def _row(one: SubjectId) -> dict[str, object]:
    return {"id": one, "v_tag": one.bytes, "epoch": 0, "version": 1, "shielded": False, "held": 0,
            "created": NOON, "search_closed": False}  # fmt: skip


def wanted(index: BlindIndex, filters: Filters, start: SubjectId) -> Wanted:
    """Ask the index as a search does."""
    groups = [
        [term for b in buckets_asked(FieldName(f), v) for term in index.terms(f, b)]
        for f, v in filters.items()
    ]
    kept = kept_from(AGENCY, AGENCIES)
    return Wanted(groups, (AGENCY, AGENCIES), NOON, LIMIT, start, (kept,))


def expected(crowd: Crowd, filters: Filters, start: SubjectId) -> list[SubjectId]:
    """Turn the oracle's answer as the index is asked to, and cut it."""
    everyone = crowd.answer(filters)
    after = [one for one in everyone if one >= start]
    return [*after, *(one for one in everyone if one < start)][:LIMIT]


@dataclass(frozen=True, slots=True)
class Taken:
    """What questions took, in seconds by the clock and of CPU, and how many answers differed.

    ``stolen`` are the seconds for which the host kept our processors, in all.
    """

    clock: Sequence[float]
    cpu: Sequence[float]
    stolen: float
    wrong: int = 0

    def line(self, name: str) -> str:
        """Write it as a row of a table, in milliseconds."""
        told = [f(one) for one in (self.clock, self.cpu) for f in (median, _p95)]
        cells = " | ".join(f"{one * 1e3:8.2f}" for one in told)
        stolen = self.stolen / len(self.clock) * 1e3
        return f"| {name:<10} | {cells} | {stolen:6.2f} | {self.wrong:6} |"


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def main() -> int:
    """Fill a store, ask, compare, and print the times."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--people", type=int, default=64_405)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--store", choices=STORES, help="search one store only")
    parser.add_argument("--data", type=Path, help="keep SQLite's store here, and use it again")
    asked = parser.parse_args()
    dice = random.Random(7)  # noqa: S311 - the same questions in each run
    crowd = Crowd.of(asked.people, dice)
    questions = [crowd.question(dice) for _ in range(asked.questions)]
    plain, right = _look(crowd, questions)
    taken = {}
    if asked.store != "postgresql":
        with file_gate(asked.data) as (gateway, fresh):
            if fresh:
                fill(gateway.database, crowd, gateway.actions.index)
            taken["SQLite"] = _ask(gateway, questions, right)
    if asked.store != "sqlite" and served():
        with server_gate() as (gateway, tidy):
            fill(gateway.database, crowd, gateway.actions.index)
            tidy()
            taken["PostgreSQL"] = _ask(gateway, questions, right)
    load = os.getloadavg()[0]
    print(f"{asked.people} people, {asked.questions} questions, load {load:.1f}")
    print(
        f"| {'way':<10} | {'p50 ms':>8} | {'p95 ms':>8} | {'p50 CPU':>8} | {'p95 CPU':>8} | stolen | differ |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, one in {**taken, "plain list": plain}.items():
        print(one.line(name))
    return 1 if any(one.wrong for one in taken.values()) else 0


def _begin(number: int) -> SubjectId:
    return SubjectId(UUID(int=(number * 2**121) % 2**128))


def _look(crowd: Crowd, questions: Sequence[Filters]) -> tuple[Taken, Sequence[list[SubjectId]]]:
    """Put each question to the plain list."""
    clock, cpu, right = [], [], []
    stolen = machine.stolen()
    for number, filters in enumerate(questions):
        begun, used = time.perf_counter(), time.process_time()
        right.append(expected(crowd, filters, _begin(number)))
        clock.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    return Taken(clock, cpu, machine.stolen() - stolen), right


def _ask(
    gateway: wiring.Gateway, questions: Sequence[Filters], right: Sequence[list[SubjectId]]
) -> Taken:
    """Put each question to a store that was filled."""
    index = gateway.actions.index
    stock = Candidates(gateway.database, index)
    clock, cpu, wrong = [], [], 0
    wiring.settle_down()
    stolen = machine.stolen()
    with asyncio.Runner() as loop:
        for number, filters in enumerate(questions):
            begun, used = time.perf_counter(), time.process_time()
            found = loop.run(stock.find(wanted(index, filters, _begin(number))))
            clock.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
            wrong += list(found) != right[number]
    return Taken(clock, cpu, machine.stolen() - stolen, wrong)


if __name__ == "__main__":
    sys.exit(main())
