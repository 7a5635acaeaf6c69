"""Every error is one plain problem: named, never echoing, with the same headers as an answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from traceback import format_exception
from typing import Any

import httpx
import pytest
from starlette.responses import StreamingResponse

from gateway import wiring
from gateway.api.bounds import MOST_BYTES
from gateway.api.problems import on_gateway_error
from gateway.app import API_VERSION, HEADERS, create_app
from gateway.domain.errors import LedgerUnavailableError, PolicyError
from gateway.settings import Settings
from tests.edges.api.door import JSON, NOON, OWN, Door, unknown
from tests.fakes.clock import Clock

CANARY = "kanarie-0999000001-999959086"


@pytest.fixture(name="broken", scope="module")
def fixture_broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate with routes that fail: before the answer begins, halfway, and by a fault it knows."""
    clock = Clock(NOON)
    folder = tmp_path_factory.mktemp("broken") / "data"
    gateway = wiring.build(Settings(data=folder), create=True, clock=clock)
    app = gateway.app()

    async def boom() -> None:
        raise RuntimeError(CANARY)

    async def ours() -> None:
        raise PolicyError(CANARY)

    async def halfway() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"some"
            raise RuntimeError(CANARY)

        return StreamingResponse(body())

    app.add_api_route("/boom", boom)
    app.add_api_route("/ours", ours)
    app.add_api_route("/halfway", halfway)
    yield Door(gateway, app, clock)
    gateway.close()


def wrong_requests(door: Door) -> Iterator[tuple[str, httpx.Response]]:
    """Send a canary wherever a request has room for text."""
    reference = door.reference("coa_casemanager", OWN)
    bodies: dict[str, list[object]] = {
        "/v1/verstrekkingen": [
            {"clientRef": CANARY, "doel": "P02"},
            {"clientRef": unknown(), "doel": CANARY},
            {"clientRef": unknown(), "doel": CANARY * 3},
            {"clientRef": unknown(), "doel": "P02", "velden": [CANARY]},
            {"clientRef": unknown(), "doel": "P02", "velden": CANARY},
            {"clientRef": unknown(), "doel": "P02", "velden": ["roepnaam", {CANARY: 1}]},
            {"clientRef": unknown(), "doel": "P02", CANARY: CANARY},
            [CANARY],
            CANARY,
        ],
        "/v1/kandidaten/_zoek": [
            {"filters": {CANARY: "x"}},
            {"filters": {CANARY: {CANARY: CANARY}}},
            {"filters": {"engelsNiveau": [[CANARY]]}},
            {"filters": {"beschikbaarUren": CANARY}},
            {"sessie": CANARY},
            {"vanaf": CANARY},
        ],
        "/v1/toestemmingen": [
            {"clientRef": reference, "doel": CANARY, "ontvanger": CANARY, "taal": "tir"},
            {"vNummer": CANARY, "doel": "P05"},
            {"vNummer": CANARY[:10], "doel": "P05", "ontvanger": CANARY, "taal": CANARY},
            {
                "clientRef": reference,
                "doel": "P05",
                "ontvanger": "00000099000000004000",
                "taal": "tir",
                "tekstVersie": "1",
                "velden": [CANARY],
            },
        ],
        "/v1/koppelingen": [
            {"clientRef": reference, "soort": CANARY, "partij": "0243"},
            {"clientRef": reference, "soort": "gekoppeld", "partij": CANARY},
            {"clientRef": reference, "soort": "gekoppeld", "partij": "0243", "op": CANARY},
        ],
    }
    for path, tries in bodies.items():
        for body in tries:
            yield f"{path} {body}", door.ask("POST", path, _role(path), json=body)
    broken = '{"doel":"' + CANARY
    for path in bodies:
        yield path, door.ask("POST", path, _role(path), content=broken, headers=JSON)
        yield path, door.ask("POST", path, _role(path), content=CANARY)
        yield (
            path,
            door.ask("POST", path, _role(path), content=b'"\xff' + CANARY.encode(), headers=JSON),
        )
    for path in (f"/v1/leveringen/{CANARY}", f"/v1/clienten?na={CANARY}", f"/{CANARY}"):
        yield path, door.ask("GET", path)
    yield "doel", door.ask("GET", f"/v1/clienten?doel={CANARY * 3}")
    yield "doel", door.ask("GET", f"/v1/clienten?doel={CANARY}")
    yield "intrekken", door.ask("POST", f"/v1/toestemmingen/{CANARY}/_intrekken")
    key = {"Idempotency-Key": CANARY * 9}
    wish = {"clientRef": reference, "doel": "P05", "ontvanger": "x", "taal": "tir"}
    yield "key", door.ask("POST", "/v1/toestemmingen", json=wish, headers=key)
    yield "token", door.ask("GET", "/v1/clienten", headers={"Authorization": f"Bearer {CANARY}"})
    yield "type", door.ask("POST", "/v1/leveringen", headers={"Content-Type": CANARY})
    yield "file", door.ask("POST", "/v1/leveringen", content=CANARY, headers=JSON)


def _role(path: str) -> str:
    roles = {
        "/v1/verstrekkingen": "gemeente_klantmanager",
        "/v1/kandidaten/_zoek": "uitzendbureau_matcher",
    }
    return roles.get(path, "coa_casemanager")


def test_no_problem_repeats_what_was_sent(door: Door) -> None:
    """Wherever the canary goes in, it does not come out, in body or headers."""
    for what, answer in wrong_requests(door):
        assert 400 <= answer.status_code < 500, (what, answer.text)
        assert b"kanarie" not in answer.content, what
        assert "kanarie" not in str(answer.headers), what


def test_every_problem_has_the_shape_of_rfc_9457(door: Door) -> None:
    """Type, title, status and detail; a wrong request is 400 with fields named, never 422."""
    for what, answer in wrong_requests(door):
        assert answer.headers["content-type"] == "application/problem+json", what
        body = answer.json()
        assert {"type", "title", "status", "detail"} <= set(body), what
        assert body["status"] == answer.status_code != 422
        assert body["type"].startswith("urn:doelpoort:probleem:")
        if body.get("reden") == "INVALID_REQUEST":
            assert all(set(fault) == {"veld", "reden"} for fault in body["fouten"]), what


def test_no_canary_gets_into_the_leaves(door: Door) -> None:
    """What nobody can erase does not hold what anybody sent."""
    list(wrong_requests(door))
    head = door.gateway.audit.head()
    for row in door.gateway.audit.storage.rows(0, head.size):
        assert b"kanarie" not in row.leaf


def test_no_canary_gets_into_the_counts(door: Door) -> None:
    """What operators read does not hold what anybody sent."""
    list(wrong_requests(door))
    text = door.ask("GET", "/metrics", None).text
    assert "kanarie" not in text
    assert "doelpoort_disclosure_decided_total{" in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nergens", 404),
        ("GET", "/v1", 404),
        ("GET", "/v2/clienten", 404),
        ("GET", "/v1/clienten/", 404),
        ("POST", "/v1/verstrekkingen/", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/v1/verstrekkingen", 405),
        ("DELETE", "/v1/clienten", 405),
        ("PUT", "/v1/toestemmingen", 405),
        ("POST", "/health/live", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    door: Door, method: str, path: str, status: int
) -> None:
    """Unknown paths, trailing slashes and wrong methods answer as problems."""
    answer = door.ask(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (status == 405) is ("allow" in answer.headers)


def test_headers_stand_on_every_answer(door: Door, broken: Door) -> None:
    """Security headers and version on answers, refusals, wrong questions and faults alike."""
    answers = [
        door.ask("GET", "/health/live", None),
        door.ask("GET", "/v1/clienten", "gemeente_klantmanager"),
        door.ask("GET", "/v1/clienten", None),
        door.ask("GET", "/nergens", None),
        door.ask("POST", "/v1/verstrekkingen", json={}),
        door.disclose("gemeente_klantmanager", "P02", OWN, "religie"),
        door.ask("GET", "/v1/openapi.json", None),
        broken.ask("GET", "/boom", None),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 404, 400, 403, 200, 500]
    for answer in answers:
        assert answer.headers["api-version"] == API_VERSION == "1.0.0"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_fault_is_told_without_its_text(broken: Door) -> None:
    """An exception inside a route becomes one plain problem; nothing of it comes out or goes on."""
    answer = broken.ask("GET", "/boom", None)
    assert answer.json() == {
        "type": "urn:doelpoort:probleem:internal-server-error",
        "title": "Fout in de poort",
        "status": 500,
        "detail": "De poort kon dit verzoek niet afmaken.",
    }


def test_operators_hear_the_kind_and_place_of_a_fault(broken: Door) -> None:
    """The count names the exception's type and the line of code, and not its text."""
    broken.ask("GET", "/boom", None)
    text = broken.ask("GET", "/metrics", None).text
    assert f'doelpoort_request_failed_total{{error="RuntimeError",place="{__name__}:' in text
    assert "kanarie" not in text


def test_an_answer_that_breaks_off_ends_the_connection(broken: Door) -> None:
    """A fault after the first byte cannot become a problem; the server hears of a broken answer."""
    sent: list[MutableMapping[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "path": "/halfway",
        "raw_path": b"/halfway",
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": True}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    with pytest.raises(ConnectionAbortedError) as broke:
        asyncio.run(broken.app(scope, receive, send))
    assert CANARY not in "".join(format_exception(broke.value))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


def test_a_gate_whose_log_is_frozen_is_not_ready(broken: Door) -> None:
    """Readiness is a problem with its cause, so that no traffic is sent here."""
    gateway = broken.gateway
    assert gateway.ready() is None
    app = create_app(gateway.actions, lambda: "the log is frozen", str, lambda: None)
    answer = Door(gateway, app, broken.clock).ask("GET", "/health/ready", None)
    assert (answer.status_code, answer.json()["detail"]) == (503, "the log is frozen")


def test_an_unavailable_log_says_when_to_come_back() -> None:
    """503 carries Retry-After."""
    answer = on_gateway_error(None, LedgerUnavailableError("the commit failed"))  # type: ignore[arg-type]  # not read
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_an_error_that_is_ours_tells_its_code_only(broken: Door) -> None:
    """An error of the gate that has no status of its own is 500 without its text, and is counted."""
    answer = broken.ask("GET", "/ours", None)
    assert (answer.status_code, answer.json()["reden"]) == (500, "POLICY")
    assert "kanarie" not in answer.text
    text = broken.ask("GET", "/metrics", None).text
    assert f'doelpoort_request_failed_total{{error="PolicyError",place="{__name__}:' in text


@pytest.mark.parametrize("path", ["/v1/verstrekkingen", "/access/v1/evaluation"])
def test_a_body_without_end_is_not_read_to_its_end(door: Door, path: str) -> None:
    """A stranger's request is refused once it holds more than any but a delivery."""
    body = b'"' + b"x" * MOST_BYTES + b'"'
    answer = door.ask("POST", path, None, content=body, headers=JSON)
    assert answer.status_code == 413


def test_the_openapi_document_is_published_to_all(door: Door) -> None:
    """The description is readable from any site, and tells of every public route."""
    answer = door.ask("GET", "/v1/openapi.json", None)
    assert answer.headers["access-control-allow-origin"] == "*"
    body = answer.json()
    assert body["openapi"].startswith("3.1")
    assert body["info"]["version"] == API_VERSION
    assert "/v1/verstrekkingen" in body["paths"]
    assert "/health/live" not in body["paths"]


def test_no_other_answer_is_open_to_other_sites(door: Door) -> None:
    """Personal data is not offered to scripts of strangers."""
    answer = door.ask(
        "GET", "/v1/clienten", "gemeente_klantmanager", headers={"Origin": "https://else.example"}
    )
    assert "access-control-allow-origin" not in answer.headers
