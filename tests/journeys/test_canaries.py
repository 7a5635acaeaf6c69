"""The marks themselves: the watch sees one wherever it stands, and bad input never brings one out."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tests.journeys.poort import CASEMANAGER, KLANTMANAGER, MATCHER, UTRECHTER, Poort
from tests.journeys.residents import delivery, resident
from tests.journeys.watch import Watch

SELAM = resident(1)
MARK = SELAM.name
Slip = Callable[[Watch, Path], None]


def _in_log_line(_: Watch, __: Path) -> None:
    logging.getLogger("uvicorn.error").debug("sent to %s", MARK)


def _in_traceback(_: Watch, __: Path) -> None:
    try:
        int(MARK)
    except ValueError:
        logging.getLogger("gateway").exception("failed")


def _in_span(watch: Watch, _: Path) -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(watch.spans))
    with provider.get_tracer("planted").start_as_current_span("sent") as span:
        span.add_event("opened", {"who": MARK})


def _in_address(watch: Watch, _: Path) -> None:
    watch.saw(httpx.Response(200, request=httpx.Request("GET", f"http://poort/v1?naam={MARK}")))


def _in_header(watch: Watch, _: Path) -> None:
    request = httpx.Request("GET", "http://poort/v1")
    watch.saw(httpx.Response(201, headers={"Location": f"/v1/{MARK}"}, request=request))


def _in_problem(watch: Watch, _: Path) -> None:
    request = httpx.Request("GET", "http://poort/v1")
    watch.saw(httpx.Response(400, text=f"{MARK} is not a field", request=request))


def _in_file(watch: Watch, folder: Path) -> None:
    (folder / "gateway.db-wal").write_bytes(b"\0\1" + MARK.upper().encode() + b"\2")
    watch.search_folder(folder)


@pytest.mark.parametrize(
    "slip",
    [_in_log_line, _in_traceback, _in_span, _in_address, _in_header, _in_problem, _in_file],
)
def test_watch_finds_a_planted_mark(slip: Slip, tmp_path: Path) -> None:
    """A mark planted in a line, traceback, span, address, header, problem or file is found."""
    watch = Watch(marks={MARK})
    watch.begin()
    slip(watch, tmp_path)
    watch.end()
    assert {found.mark for found in watch.found()} == {MARK}


def test_watch_lets_granted_answers_be_but_for_what_is_blocked(tmp_path: Path) -> None:
    """A granted body may hold a value, never one of a field that may not even be stored."""
    request = httpx.Request("GET", "http://poort/v1")
    watch = Watch(marks={MARK})
    watch.saw(httpx.Response(200, text=MARK, request=request))
    assert watch.found() == []
    watch.blocked.add(MARK)
    assert len(watch.found()) == 1


def test_every_resident_is_marked_throughout() -> None:
    """No two residents share a mark, and each has one for every kind of personal value."""
    one, other = resident(1), resident(2)
    assert not (one.marks | one.blocked) & (other.marks | other.blocked)
    assert len(one.marks) == 26
    text = delivery([one]).decode()
    assert all(mark in text for mark in one.marks | one.blocked)


def _misplaced(mark: str, reference: str) -> Iterator[tuple[str, object]]:
    """Put a mark wherever a request has room for it."""
    good = {"clientRef": reference, "doel": "P02"}
    yield "/v1/verstrekkingen", {"clientRef": mark, "doel": "P02"}
    yield "/v1/verstrekkingen", good | {"doel": mark}
    yield "/v1/verstrekkingen", good | {"doel": f"P{mark}"}
    yield "/v1/verstrekkingen", good | {"velden": [mark]}
    yield "/v1/verstrekkingen", good | {mark: mark}
    yield "/v1/verstrekkingen", [mark]
    yield "/v1/kandidaten/_zoek", {"filters": {mark: "x"}}
    yield "/v1/kandidaten/_zoek", {"filters": {mark: {"x": mark}}}
    yield "/v1/kandidaten/_zoek", {"filters": {"engelsNiveau": mark}, "sessie": mark}
    yield "/v1/kandidaten/_zoek", {"filters": {"beschikbaarUren": mark}, "doel": mark}
    everything = {"vNummer": mark, "doel": mark, "ontvanger": mark, "taal": mark}
    yield "/v1/toestemmingen", everything
    yield "/v1/koppelingen", {"vNummer": mark, "soort": mark, "partij": mark}
    linked = {"vNummer": SELAM.v_nummer, "soort": "gekoppeld", "partij": mark}
    yield "/v1/koppelingen", linked


def test_bad_input_is_never_echoed(poort: Poort) -> None:
    """A name or number in the wrong place comes back in no problem, log line or leaf."""
    poort.lever([SELAM])
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    for mark in (SELAM.v_nummer, SELAM.name, str(SELAM.profile["bsn"])):
        for path, body in _misplaced(mark, reference):
            for who in (CASEMANAGER, KLANTMANAGER, MATCHER, None):
                answer = poort.ask(who, "POST", path, body)
                assert 400 <= answer.status_code < 500, f"{path}: {answer.text}"
                assert answer.headers["content-type"] == "application/problem+json"


def test_broken_delivery_is_never_echoed(poort: Poort) -> None:
    """A file cut short, or in another format than it says, is refused without a word of it."""
    poort.watch.marks |= SELAM.marks
    for content, media_type in (
        (delivery([SELAM])[:-40], "application/json"),
        (delivery([SELAM]), "text/csv"),
        (delivery([SELAM]), "application/xml"),
        (f'{{"klantprofielen":[{{"{MARK}":1,"{MARK}":2}}]}}'.encode(), "application/json"),
        (delivery([SELAM]), MARK),
    ):
        answer = poort.deliver(content, media_type)
        assert answer.status_code in {400, 415}, media_type


def test_quarantined_and_held_rows_stay_sealed(poort: Poort) -> None:
    """What is not accepted is kept sealed, and a held text is refused to all until someone looks."""
    wrong = resident(4, bsn="999970001")
    held = resident(5, werkambitie=f"ernstig ziek {resident(5).profile['werkambitie']}")
    report = poort.lever([SELAM, wrong, held])
    assert (report["accepted"], report["held"], report["quarantined"]) == (1, 1, 1)
    reference = poort.reference(KLANTMANAGER, "P02", held)
    answer = poort.vraag(KLANTMANAGER, reference, "P02", ["werkambitie", "achternaam"]).json()
    assert answer["geweigerd"] == [{"veld": "werkambitie", "reden": "HELD_FOR_REVIEW"}]
    assert set(answer["velden"]) == {"achternaam"}
    again = poort.ask(CASEMANAGER, "GET", f"/v1/leveringen/{report['id']}").json()
    assert json.dumps(again["rows"]) == json.dumps(report["rows"])
    assert wrong.name not in json.dumps(report)


def test_reports_are_for_coa_alone(poort: Poort) -> None:
    """A report names V-nummers: a municipality, a stranger and nobody are turned away."""
    report = poort.lever([SELAM])
    for who in (KLANTMANAGER, UTRECHTER, MATCHER, None):
        answer = poort.ask(who, "GET", f"/v1/leveringen/{report['id']}")
        assert answer.status_code == (403 if who else 401)
    assert poort.ask(CASEMANAGER, "GET", f"/v1/leveringen/{UUID(int=9)}").status_code == 404
