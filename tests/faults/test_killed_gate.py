"""Kill the gate at any moment: the log is whole, and holds an entry for all that anyone received."""

import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway.wiring import SystemClock
from tests.faults.served import Answer, Served
from tests.journeys.logbook import Logged, logged
from tests.journeys.poort import (
    AGENCY_OIN,
    CASEMANAGER,
    KLANTMANAGER,
    MATCHER,
    UTRECHTER,
    Poort,
    Worker,
)
from tests.journeys.residents import UTRECHT, Resident, resident
from tests.journeys.watch import Watch

ROUNDS = 6
DEEP_ROUNDS = 60
LIVES_MS = 1500
PEOPLE = [resident(number, town) for number, town in ((1, "0243"), (2, "0243"), (3, UTRECHT))]
OK = 200
ENTRY_OF = {OK: "disclosure.intent", 404: "disclosure.denied"}
DISCLOSE, CONSENTS = "/v1/verstrekkingen", "/v1/toestemmingen"


@dataclass(slots=True)
class Received:
    """What clients had in hand when the gate died, by the trace of their request."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def note(self, trace: str, answer: Answer) -> None:
        """Keep an answer of which at least one byte came."""
        self.answers[trace] = answer


@dataclass(frozen=True, slots=True)
class Client:
    """Asks the same thing again and again, each time under a trace of its own."""

    token: str
    body: dict[str, object]

    def ask_until_it_dies(self, served: Served, received: Received) -> None:
        """Ask until no answer comes any more."""
        while True:
            trace = secrets.token_hex(16)
            answer = served.ask(self.token, DISCLOSE, self.body, trace)
            if answer is None:
                return
            received.note(trace, answer)


def _change_mind(token: str, served: Served, acknowledged: list[dict[str, Any]]) -> None:
    """Give consent and take it back until no answer comes; keep what was acknowledged."""
    wish = {
        "vNummer": PEOPLE[1].v_nummer,
        "doel": "P05",
        "ontvanger": AGENCY_OIN,
        "taal": "tir",
        "tekstVersie": "1",
    }
    while (given := served.ask(token, CONSENTS, wish)) and given.whole:
        assert given.status == 201, given.body
        acknowledged.append(json.loads(given.body))
        path = f"{CONSENTS}/{acknowledged[-1]['id']}/_intrekken"
        ended = served.ask(token, path, {})
        if ended is None or not ended.whole:
            return
        assert ended.status == OK, ended.body
        acknowledged.append(json.loads(ended.body))


def _prepare(folder: Path, watch: Watch) -> tuple[list[Client], str, int]:
    """Fill a gate; return clients who are granted and refused things, and a casemanager's token."""
    with Poort(folder, SystemClock(), watch) as poort:
        poort.lever(PEOPLE)
        poort.toestemming(PEOPLE[0], "P05", AGENCY_OIN)

        def client(who: Worker, doel: str, one: Resident) -> Client:
            reference = poort.known_as(who, one)
            return Client(poort.token(who), {"clientRef": reference, "doel": doel})

        clients = [
            client(KLANTMANAGER, "P02", PEOPLE[0]),
            client(KLANTMANAGER, "P02", PEOPLE[1]),
            client(MATCHER, "P05", PEOPLE[0]),
            client(UTRECHTER, "P02", PEOPLE[2]),
            client(UTRECHTER, "P02", PEOPLE[0]),
        ]
        return clients, poort.token(CASEMANAGER), poort.gateway.audit.head().size


def _live_and_die(
    folder: Path, watch: Watch, clients: list[Client], casemanager: str
) -> tuple[Received, list[dict[str, Any]]]:
    """Serve, let everyone ask at once, and kill at a random moment."""
    received, acknowledged = Received(), list[dict[str, Any]]()
    with Served(folder, watch) as served, ThreadPoolExecutor(len(clients) + 1) as threads:
        waits = [threads.submit(c.ask_until_it_dies, served, received) for c in clients]
        waits.append(threads.submit(_change_mind, casemanager, served, acknowledged))
        time.sleep(secrets.randbelow(LIVES_MS) / 1000)
        served.kill()
        for wait in waits:
            wait.result()
    return received, acknowledged


def _check_round(
    entries: list[Logged], received: Received, acknowledged: list[dict[str, Any]]
) -> None:
    decided = {ENTRY_OF[200], ENTRY_OF[404]}
    by_trace = {e.payload["trace"].split("-")[0]: e for e in entries if e.kind in decided}
    by_index = {entry.index: entry for entry in entries}
    for trace, answer in received.answers.items():
        if answer.status not in ENTRY_OF:
            assert (answer.status, b"velden" in answer.body) == (503, False)
            continue
        assert trace in by_trace, f"bytes left without an entry: {answer.status}"
        entry = by_trace[trace]
        assert entry.kind == ENTRY_OF[answer.status]
        if answer.status == OK and answer.whole:
            receipt = json.loads(answer.body)["ontvangstbewijs"]
            assert (entry.index, entry.leaf_hash) == (receipt["index"], receipt["leafHash"])
    for consent in acknowledged:
        entry = by_index[consent["ontvangstbewijs"]["index"]]
        assert entry.leaf_hash == consent["ontvangstbewijs"]["leafHash"]
        assert (entry.kind, entry.payload["detail"]["consent"]) == ("consent", consent["id"])


def _check_consents(poort: Poort, acknowledged: list[dict[str, Any]]) -> None:
    """See that the last acknowledged word about each consent is how it stands."""
    told = {consent["id"]: consent["status"] for consent in acknowledged}
    subject = next(
        entry.payload["subject"]
        for entry in logged(poort.gateway)
        if entry.kind == "consent" and entry.payload["detail"]["consent"] in told
    )
    kept = [str(e.consent_id) for e in poort.dossier(subject).situation.consents]
    assert all(kept.count(one) >= (2 if told[one] == "withdrawn" else 1) for one in told)


def test_killed_at_any_moment_no_byte_left_without_an_entry(
    tmp_path: Path, watch: Watch, *, deep: bool
) -> None:
    """After each SIGKILL the log verifies, every received receipt is in it, no consent was lost."""
    folder = tmp_path / "data"
    clients, casemanager, size = _prepare(folder, watch)
    answers = changes = 0
    enough = DEEP_ROUNDS if deep else ROUNDS
    for nth in count(1):
        received, acknowledged = _live_and_die(folder, watch, clients, casemanager)
        with Poort(folder, SystemClock(), watch) as poort:
            assert poort.gateway.audit.verify() == []
            _check_round(list(logged(poort.gateway, size)), received, acknowledged)
            if acknowledged:
                _check_consents(poort, acknowledged)
            size = poort.gateway.audit.head().size
        answers += len(received.answers)
        changes += len(acknowledged)
        if nth >= enough and answers > 50 and changes > 4:
            break
        assert nth < 10 * enough, f"{answers} answers and {changes} changes are too few to tell"


@pytest.mark.usefixtures("each_store")
def test_withdrawal_at_one_process_is_refused_by_the_other(tmp_path: Path, watch: Watch) -> None:
    """Two processes serve one store: each knows at its next request what the other was told."""
    folder = tmp_path / "data"
    clients, casemanager, _ = _prepare(folder, watch)
    matcher = clients[2]
    with Served(folder, watch) as one, Served(folder, watch) as other:
        for told, asked in ((one, other), (other, one)) * 3:
            consent = _consent(told, casemanager)
            granted = asked.ask(matcher.token, DISCLOSE, matcher.body)
            assert granted is not None
            assert granted.status == 200
            ended = told.ask(casemanager, f"{CONSENTS}/{consent}/_intrekken", {})
            assert ended is not None
            assert ended.status == 200
            refused = asked.ask(matcher.token, DISCLOSE, matcher.body)
            assert refused is not None
            assert (refused.status, json.loads(refused.body)["reden"]) == (403, "CONSENT_WITHDRAWN")
        _at_once([lambda: _some(one, clients[0]), lambda: _some(other, clients[1])])
    with Poort(folder, SystemClock(), watch) as poort:
        assert poort.gateway.audit.verify() == []
        entries = list(logged(poort.gateway))
        assert [entry.index for entry in entries] == [*range(len(entries))]


def _consent(served: Served, token: str) -> str:
    """Give consent anew, as the one before was taken back."""
    wish = {
        "vNummer": PEOPLE[0].v_nummer,
        "doel": "P05",
        "ontvanger": AGENCY_OIN,
        "taal": "tir",
        "tekstVersie": "1",
        "tolk": True,
    }
    answer = served.ask(token, CONSENTS, wish)
    assert answer is not None
    assert answer.status == 201, answer.body
    return str(json.loads(answer.body)["id"])


def _some(served: Served, client: Client) -> None:
    for _ in range(25):
        answer = served.ask(client.token, DISCLOSE, client.body)
        assert answer is not None
        assert answer.status == 200


def _at_once(deeds: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(deeds)) as threads:
        for wait in [threads.submit(deed) for deed in deeds]:
            wait.result()
