"""Abonnement: the agency's own system hears of a withdrawal, is chased, and never learns who it is."""

import base64
import hashlib
import hmac
import json
from time import monotonic, sleep
from typing import Any

from tests.edges.adapters.webhooks.receiver import Receiver, receiving
from tests.fakes.messenger import Sent
from tests.journeys.poort import AGENCY_OIN, KLANTMANAGER, MATCHER, MovableClock, Poort
from tests.journeys.residents import resident

SELAM = resident(1)


def subscribe(poort: Poort, receiver: Receiver) -> dict[str, Any]:
    """Let the agency subscribe its system."""
    answer = poort.ask(MATCHER, "POST", "/v1/abonnementen", {"url": receiver.url + "/meldingen"})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def push(poort: Poort) -> dict[str, int]:
    """Let the operator push what is due."""
    found: dict[str, int] = json.loads(poort.command("notices", "push", "--json"))
    return found


def is_ours(sent: Sent, secret: str) -> bool:
    """Check a message as any library of Standard Webhooks does."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}."
    mark = base64.b64encode(hmac.new(key, head.encode() + sent.body, hashlib.sha256).digest())
    return sent.headers["webhook-signature"] == f"v1,{mark.decode()}"


def test_a_withdrawal_reaches_the_agencys_own_system(poort: Poort, clock: MovableClock) -> None:
    """Told at the address it gave, signed, by its own reference; away it is tried again; then confirmed."""
    clock.pass_by(days=-365)  # what is put off waits by the wall clock of the command
    poort.lever([SELAM], "2025-11-01")
    with receiving() as receiver:
        made = subscribe(poort, receiver)
        given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
        clock.pass_by(hours=1)
        poort.trek_in(given)
        assert push(poort) == {"taken": 1, "put_off": 0}
        assert push(poort) == {"taken": 0, "put_off": 0}
        poort.command("notices", "remind")
        receiver.answers.append(503)
        assert push(poort) == {"taken": 0, "put_off": 1}
    first, second = receiver.sent
    for sent in (first, second):
        assert sent.url == "/meldingen"
        assert is_ours(sent, made["geheim"])
        poort.watch.keep("webhook", sent.body + json.dumps(sent.headers).encode())
    told = json.loads(first.body)["data"]
    assert told["clientRef"] == poort.known_as(MATCHER, SELAM)
    assert (told["soort"], told["herinneringen"]) == ("toestemmingIngetrokken", 0)
    assert json.loads(second.body)["data"]["herinneringen"] == 1
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    path = f"/v1/meldingen/{told['id']}/_bevestigen"
    assert poort.ask(MATCHER, "POST", path).status_code == 200
    assert push(poort) == {"taken": 0, "put_off": 0}


def test_the_agency_sees_its_own_subscription_and_ends_it(poort: Poort) -> None:
    """Its list shows no secret; the town sees none of it and cannot end it; a bad address is refused."""
    with receiving() as receiver:
        made = subscribe(poort, receiver)
    listed = poort.ask(MATCHER, "GET", "/v1/abonnementen")
    assert listed.json() == {"abonnementen": [{k: made[k] for k in ("id", "url", "sinds")}]}
    assert poort.ask(KLANTMANAGER, "GET", "/v1/abonnementen").json() == {"abonnementen": []}
    path = f"/v1/abonnementen/{made['id']}"
    assert poort.ask(KLANTMANAGER, "DELETE", path).status_code == 404
    bad = poort.ask(MATCHER, "POST", "/v1/abonnementen", {"url": "https://10.0.0.1/hier"})
    assert (bad.status_code, "10.0.0.1" in bad.text) == (400, False)
    assert "url" in bad.text
    assert poort.ask(MATCHER, "DELETE", path).status_code == 200
    assert poort.ask(MATCHER, "DELETE", path).status_code == 404
    assert poort.ask(MATCHER, "GET", "/v1/abonnementen").json() == {"abonnementen": []}


def test_a_gate_that_serves_pushes_by_itself(poort: Poort, clock: MovableClock) -> None:
    """Nobody runs a command: within seconds of starting, the agency's system was told."""
    poort.lever([SELAM])
    with receiving() as receiver:
        subscribe(poort, receiver)
        given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
        clock.pass_by(hours=1)
        poort.trek_in(given)
        until = monotonic() + 120
        with poort.gateway._beside():
            while not receiver.sent and monotonic() < until:
                sleep(0.02)
    assert len(receiver.sent) == 1
