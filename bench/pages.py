"""Ask for the pages that are opened most, over everyone: how long the gate takes, and how large they are.

``python -m bench.pages [--people 64405] [--requests 200] [--store sqlite] [--data FOLDER]``: on SQLite,
whose store a folder keeps, to be asked again, and on PostgreSQL where a server for tests is at hand.

People are sealed straight into the tables, spread over all towns, one in twenty in one large town;
the handover of one in two was confirmed and is handled by someone; all agreed to be found. Pages are
asked for inside the process, signed in, one after another: the time is from the request to the last
byte, its disclosure written to the log; beside it the time of CPU of this process, which other work on
the machine does not lengthen. The size is that of the page as gzip would send it; styles and scripts
are in the browser's cache by then.
"""

import argparse
import asyncio
import gzip
import os
import random  # noqa: TID251 - people, no keys
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa

from adapters.synthetic import population
from bench import machine
from bench.exports import PORTION, Profile, sealed
from bench.search import AGENCIES, Crowd
from bench.stores import STORES, file_gate, served, server_gate
from gateway import wiring
from gateway.domain.criteria import terms_of
from gateway.domain.identifiers import ActorId, Oin, RoleId, SubjectId
from gateway.domain.sessions import Identity
from gateway.store import handover_tables
from gateway.store.caseload import renew
from gateway.store.events import relations_of
from gateway.store.tables import (
    candidate,
    candidate_term,
    consent_event,
    delivery,
    profile_version,
    relation_event,
    subject,
)

DAY: Final = date(2026, 11, 2)
TOWN, LARGE = "0243", "0344"
ONE_IN: Final = 20
HERE: Final = "http://127.0.0.1"
COOKIE: Final = "doelpoort-demo"
TARGET_MS, TARGET_BYTES = 60.0, 50_000

Ask = Callable[[int], Awaitable[httpx.Response]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What the requests of one page took: milliseconds each, by the clock and of CPU; and its size."""

    name: str
    times: Sequence[float]
    cpu: Sequence[float]
    size: int

    def line(self) -> str:
        """Write it as a row of a table."""
        p95, cpu95 = (quantiles(one, n=20)[-1] for one in (self.times, self.cpu))
        met = "yes" if p95 <= TARGET_MS and self.size <= TARGET_BYTES else "no"
        return (
            f"| {self.name:<24} | {median(self.times):8.1f} | {p95:8.1f} | {median(self.cpu):8.1f} "
            f"| {cpu95:8.1f} | {self.size / 1000:6.1f} | {met:<3} |"
        )


def fill(gateway: wiring.Gateway, count: int) -> None:
    """Seal people into the tables with a town, clocks, a consent to be found, and terms."""
    since = _now() - timedelta(days=40)
    others = sorted(set(gateway.catalogue.codes.gemeenten) - {TOWN, LARGE})
    towns = [TOWN, *map(str, others)]
    source: Row = {"id": uuid4(), "digest": os.urandom(32), "at": since}
    with gateway.database.data.writing() as connection:
        connection.execute(sa.insert(delivery), [source])
    numbered = enumerate(population(count, 11, DAY, gateway.catalogue.codes))
    while portion := {SubjectId(uuid4()): one for one in islice(numbered, PORTION)}:
        homes = {
            who: LARGE if number % ONE_IN == 0 else towns[number % len(towns)]
            for who, (number, _) in portion.items()
        }
        people = {who: profile for who, (_, profile) in portion.items()}
        rows = list(sealed(gateway, people, source["id"], since))
        with gateway.database.data.writing() as connection:
            connection.execute(sa.insert(subject), list(_facts(people, since)))
            connection.execute(sa.insert(profile_version), rows)
            connection.execute(sa.insert(relation_event), list(_links(homes, since)))
            for table in (handover_tables.confirmation, handover_tables.assignment):
                connection.execute(sa.insert(table), list(_begun(homes, since)))
            connection.execute(sa.insert(consent_event), list(_consents(gateway, people, since)))
            connection.execute(sa.insert(candidate), list(_windows(people, since)))
            connection.execute(sa.insert(candidate_term), list(_terms(gateway, people)))
            for who in people:
                renew(connection, who, relations_of(connection, who), since)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a bench has no clock to be given


def _facts(people: Mapping[SubjectId, Profile], at: datetime) -> Iterable[Row]:
    for who in people:
        linked = (at + timedelta(days=who.bytes[0] % 40)).date()
        yield {"id": who, "v_tag": who.bytes, "epoch": 1, "version": 1, "shielded": False,
               "held": 0, "doelgroep": "statushouder", "created": at, "search_closed": False,
               "koppel_datum": linked.isoformat(),
               "pip_deadline": (linked + timedelta(weeks=10)).isoformat()}  # fmt: skip


def _links(homes: Mapping[SubjectId, str], at: datetime) -> Iterable[Row]:
    for who, town in homes.items():
        yield {"subject": who, "kind": "gekoppeld", "party": town, "at": at, "source": "bench"}


def _begun(homes: Mapping[SubjectId, str], at: datetime) -> Iterable[Row]:
    """Confirm, or assign to one of five workers, the handover of one in two."""
    for who, town in homes.items():
        if who.bytes[1] % 2:
            yield {"id": uuid4(), "subject": who, "gemeente": town, "since": at, "at": at,
                   "actor": "bench", "worker": f"worker-{who.bytes[2] % 5}"}  # fmt: skip


def _consents(
    gateway: wiring.Gateway, people: Mapping[SubjectId, Profile], at: datetime
) -> Iterable[Row]:
    purpose = next(one for one in gateway.catalogue.purposes.values() if one.short == "P04")
    fields = {name for rule in purpose.rules for name in rule.fields}
    for who in people:
        yield {"subject": who, "consent_id": uuid4(), "kind": "given", "at": at,
               "recorded_by": "bench", "interpreter": False, "purpose": purpose.code,
               "recipient": AGENCIES, "fields": fields, "text_version": "1", "language": "nld",
               "expires": at + timedelta(days=300)}  # fmt: skip


def _windows(people: Mapping[SubjectId, Profile], at: datetime) -> Iterable[Row]:
    for who in people:
        yield {"recipient": AGENCIES, "subject": who, "since": at,
               "until": at + timedelta(days=300)}  # fmt: skip


def _terms(gateway: wiring.Gateway, people: Mapping[SubjectId, Profile]) -> Iterable[Row]:
    index = gateway.actions.index
    for who, profile in people.items():
        for term in {index.term(*pair) for pair in terms_of(profile)}:
            yield {"term": term, "subject": who, "seal": index.seal(term, who)}


async def session(gateway: wiring.Gateway, partner: str, role: str) -> httpx.AsyncClient:
    """Sign someone in, and return her browser."""
    oin = next(one.oin for one in gateway.catalogue.partners.values() if one.slug == partner)
    identity = Identity(ActorId(f"bench-{partner}"), "Bench", Oin(oin), (RoleId(role),))
    opened = await gateway.web.rooms.desks.sessions.open(identity, None, "bench")
    transport = httpx.ASGITransport(gateway.app(), raise_app_exceptions=True)
    cookies = {COOKIE: opened.id}
    return httpx.AsyncClient(transport=transport, base_url=HERE, cookies=cookies, timeout=60)


async def measure(name: str, ask: Ask, requests: int) -> Taken:
    """Ask so many times, after ten that do not count."""
    for number in range(10):
        await ask(number)
    times, cpu, size = [], [], 0
    for number in range(requests):
        begun, used = time.perf_counter(), time.process_time()
        answer = await ask(number)
        times.append((time.perf_counter() - begun) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
        if answer.status_code != httpx.codes.OK:
            raise SystemExit(f"{name}: {answer.status_code}")
        size = max(size, len(gzip.compress(answer.content, 6)))
    return Taken(name, times, cpu, size)


def references(gateway: wiring.Gateway, partner: str, town: str) -> Sequence[UUID]:
    """Return a town's own references of some of its people."""
    oin = next(one.oin for one in gateway.catalogue.partners.values() if one.slug == partner)
    here = sa.select(relation_event.c.subject).where(relation_event.c.party == town).limit(100)
    with gateway.database.data.writing() as connection:
        people = [SubjectId(one) for one in connection.scalars(here)]
    return [gateway.actions.gate.pseudonyms.reference(oin, one) for one in people]


async def pages(gateway: wiring.Gateway, requests: int) -> Sequence[Taken]:
    """Ask for each page."""
    small = await session(gateway, "harderwijk", "gemeente_klantmanager")
    large = await session(gateway, "utrecht", "gemeente_klantmanager")
    agency = await session(gateway, "uitzendbureau", "uitzendbureau_matcher")
    people = references(gateway, "harderwijk", TOWN)
    questions = _questions(requests)
    token = next(iter((await agency.get("/kandidaten")).text.split('name="csrf" value="')[1:]))
    csrf = token.split('"', 1)[0]

    async def search(number: int) -> httpx.Response:
        data = {"csrf": csrf, **questions[number % len(questions)]}
        sent = await agency.post("/kandidaten/zoek", data=data, headers={"Origin": HERE})
        return await agency.get(sent.headers["location"])

    asked: Mapping[str, Ask] = {
        "worklist, small town": lambda _: small.get("/overdrachten"),
        "worklist, large town": lambda _: large.get("/overdrachten"),
        "workload, large town": lambda _: large.get("/werkverdeling"),
        "dossier": lambda number: small.get(f"/overdrachten/{people[number % len(people)]}"),
        "search: asked and shown": search,
    }
    return [await measure(name, ask, requests) for name, ask in asked.items()]


def _questions(count: int) -> Sequence[Mapping[str, str]]:
    """Make questions of two filters for what people have, as the bench of search does."""
    dice = random.Random(7)  # noqa: S311 - the same questions in each run
    crowd = Crowd.of(500, dice)
    made = (crowd.question(dice) for _ in range(count))
    known = ("arbeidsmarktregio", "setu_beroepscategorie", "nt2_niveau_spreken", "engels_niveau")
    return [{name: value for name, value in one.items() if name in known} for one in made]


def main() -> int:
    """Fill each store, ask, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--people", type=int, default=64_405)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--store", choices=STORES, help="ask one store only")
    parser.add_argument("--data", type=Path, help="keep SQLite's store here, and use it again")
    asked = parser.parse_args()
    if asked.store != "postgresql":
        with file_gate(asked.data) as (gateway, fresh):
            if fresh:
                fill(gateway, asked.people)
            told("SQLite", gateway, asked.requests)
    if asked.store != "sqlite" and served():
        with server_gate() as (gateway, tidy):
            fill(gateway, asked.people)
            tidy()
            told("PostgreSQL", gateway, asked.requests)
    return 0


def told(store: str, gateway: wiring.Gateway, requests: int) -> None:
    """Ask one store, and print a table."""
    wiring.settle_down()
    stolen = machine.stolen()
    taken = asyncio.run(pages(gateway, requests))
    stolen = (machine.stolen() - stolen) / len(taken) / requests * 1e3
    load = os.getloadavg()[0]
    print(f"\n{requests} requests each, load {load:.1f}, {stolen:.1f} ms stolen for each request")
    print(f"| {store:<24} | p50 ms | p95 ms | p50 CPU | p95 CPU | kB | met |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for one in taken:
        print(one.line(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
