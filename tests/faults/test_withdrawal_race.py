"""A withdrawal races with disclosures: in the order of the log none stands after it."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest

from gateway.wiring import Gateway, SystemClock
from tests.journeys.logbook import logged
from tests.journeys.poort import AGENCY_OIN, MATCHER, Poort
from tests.journeys.residents import resident
from tests.journeys.watch import Watch

pytestmark = pytest.mark.usefixtures("each_store")

ROUNDS = 12
DEEP_ROUNDS = 200
AT_ONCE = 8
SELAM = resident(1)
BUSY = 503


@pytest.fixture
def gates(tmp_path: Path, watch: Watch) -> Iterator[tuple[Poort, Poort]]:
    """Give two gates on one store: one where she withdraws, one that is asked all the time."""
    folder = tmp_path / "data"
    with Poort(folder, SystemClock(), watch) as desk, Poort(folder, SystemClock(), watch) as asked:
        desk.lever([SELAM])
        yield desk, asked


async def _hammer(
    gateway: Gateway, token: str, question: dict[str, str], answers: list[int], begun: Event
) -> None:
    """Ask the same many times at once until every asker was refused."""
    transport = httpx.ASGITransport(gateway.app())
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://poort.example") as client:

        async def ask() -> None:
            status = 200
            while status in {200, BUSY}:
                answer = await client.post("/v1/verstrekkingen", json=question, headers=headers)
                status = answer.status_code
                answers.append(status)
                if status == 200:
                    begun.set()

        await asyncio.gather(*(ask() for _ in range(AT_ONCE)))


def _race(desk: Poort, asked: Poort, other_gate: bool) -> tuple[str, list[int]]:  # noqa: FBT001 - named where it is called
    """Let her withdraw at a random moment of the hammering; return the consent and all answers."""
    consent = desk.toestemming(SELAM, "P05", AGENCY_OIN)
    target = asked if other_gate else desk
    question = {"clientRef": target.reference(MATCHER, "P05", SELAM), "doel": "P05"}
    answers, begun = list[int](), Event()
    with ThreadPoolExecutor(1) as threads:
        token = target.token(MATCHER)
        hammering = threads.submit(
            asyncio.run, _hammer(target.gateway, token, question, answers, begun)
        )
        assert begun.wait(120)
        time.sleep(secrets.randbelow(60) / 1000)
        desk.trek_in(consent)
        hammering.result(120)
    return str(consent["id"]), answers


@pytest.mark.parametrize("other_gate", [False, True], ids=["same gate", "other gate"])
def test_no_disclosure_stands_after_the_withdrawal(
    gates: tuple[Poort, Poort], *, deep: bool, other_gate: bool
) -> None:
    """Every intent on a consent comes before its withdrawal, and each asker is refused in the end."""
    desk, asked = gates
    for _ in range(DEEP_ROUNDS if deep else ROUNDS):
        start = desk.gateway.audit.head().size
        consent, answers = _race(desk, asked, other_gate)
        entries = list(logged(desk.gateway, start))
        intents = [
            entry.index
            for entry in entries
            if entry.kind == "disclosure.intent" and consent in entry.payload["consents"]
        ]
        (withdrawn,) = (
            entry.index
            for entry in entries
            if (entry.kind, entry.leaf["outcome"]) == ("consent", "withdrawn")
        )
        assert intents
        assert max(intents) < withdrawn
        assert answers.count(403) == AT_ONCE
        assert set(answers) <= {200, 403, BUSY}
    assert desk.gateway.audit.verify() == []
