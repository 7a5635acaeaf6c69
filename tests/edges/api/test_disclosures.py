"""Verstrekkingen and cliënten over HTTP: the shapes, and what a refusal looks like from outside."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

import pytest

from gateway.domain.relations import RelationKind
from tests.edges.api.door import AGENCY, EMPLOYER, FOUND, OTHER, OWN, SPARE, Door, unknown

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def test_a_disclosure_has_the_agreed_shape(door: Door) -> None:
    """Fields, what is missing, what is refused and why, duties, and a receipt."""
    answer = door.disclose(
        "gemeente_klantmanager", "P02", OWN, "achternaam", "voorvoegsel", "religie", "clientRef"
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["velden", "ontbreekt", "geweigerd", "verplichtingen", "ontvangstbewijs"]
    reference = door.reference("gemeente_klantmanager", OWN)
    assert body["velden"] == {"achternaam": "Voorbeeld1", "clientRef": reference}
    assert body["ontbreekt"] == ["voorvoegsel"]
    assert body["geweigerd"] == [{"veld": "religie", "reden": "SPECIAL_CATEGORY"}]
    (duty,) = body["verplichtingen"]
    assert (duty["regel"], set(duty["velden"])) == (
        "P02-gemeente_klantmanager",
        {"achternaam", "voorvoegsel", "clientRef"},
    )
    assert "30 days" in duty["bewaartermijn"]
    receipt = body["ontvangstbewijs"]
    assert list(receipt) == ["id", "index", "leafHash", "checkpoint"]
    assert len(bytes.fromhex(receipt["leafHash"])) == 32
    assert receipt["checkpoint"].startswith("doelpoort.example/log\n")


def test_the_receipt_leads_to_the_entry(door: Door) -> None:
    """The entry at the receipt's index says who asked for which fields."""
    receipt = door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").json()[
        "ontvangstbewijs"
    ]
    payload = door.payload(receipt["index"])
    assert payload["fields"] == ["roepnaam"]
    assert payload["actor"] == "gemeente_klantmanager-1"
    assert payload["subject"] == str(door.subject(OWN))


@pytest.mark.parametrize("doel", ["P02", "P02_warme_overdracht_brede_intake"])
def test_a_purpose_goes_by_number_or_whole_code(door: Door, doel: str) -> None:
    """Both spellings ask the same."""
    answer = door.disclose("gemeente_klantmanager", doel, OWN, "achternaam")
    assert answer.json()["velden"] == {"achternaam": "Voorbeeld1"}


def test_fields_may_be_named_as_in_the_dictionary(door: Door) -> None:
    """A snake_case name is taken too; the answer is camelCase."""
    answer = door.disclose("gemeente_klantmanager", "P02", OWN, "koppel_datum", "koppelDatum")
    assert answer.json()["velden"] == {"koppelDatum": "2026-02-01"}


def test_without_names_all_that_the_purpose_names_is_asked(door: Door) -> None:
    """Every field of the purpose is shown or named as missing."""
    body = door.disclose("gemeente_klantmanager", "P02", OWN).json()
    assert "achternaam" in body["velden"]
    assert "bsn" in body["ontbreekt"]
    assert body["geweigerd"] == []


def test_no_relation_is_byte_for_byte_an_unknown_reference(door: Door) -> None:
    """An existing stranger, an invented reference and another's reference answer alike."""
    answers = [
        door.ask(
            "POST",
            "/v1/verstrekkingen",
            "gemeente_klantmanager",
            json={"clientRef": reference, "doel": "P02"},
        )
        for reference in (
            door.reference("gemeente_klantmanager", OTHER),
            unknown(),
            door.reference("uitzendbureau_matcher", OWN),
            str(door.subject(OWN)),
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert "reden" not in answers[0].json()


def test_nothing_granted_is_403_with_its_reason(door: Door) -> None:
    """Where the relation holds, the problem says why in a code and in words."""
    answer = door.disclose("gemeente_klantmanager", "P02", OWN, "religie")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:doelpoort:probleem:special_category",
        "title": "Niet toegestaan",
        "status": 403,
        "detail": "Dit is een bijzonder persoonsgegeven; geen regel noemt een uitzondering.",
        "reden": "SPECIAL_CATEGORY",
    }


@pytest.mark.parametrize(
    ("languages", "english"),
    [("en", True), ("en-GB,nl;q=0.5", True), ("nl", False), ("nl,en", False), ("", False)],
)
def test_a_refusal_is_told_in_dutch_or_english(
    door: Door,
    languages: str,
    english: bool,  # noqa: FBT001 - a table
) -> None:
    """``Accept-Language`` chooses the words; the code stays the same."""
    answer = door.disclose(
        "gemeente_klantmanager", "P02", OWN, "religie", headers={"Accept-Language": languages}
    )
    assert ("special category" in answer.json()["detail"]) is english
    assert answer.json()["reden"] == "SPECIAL_CATEGORY"


def test_a_refused_consent_is_told_as_none(door: Door) -> None:
    """An agency that was offered and then refused hears that there is no consent."""
    number = SPARE + 1
    door.relate(number, "voorgesteld", AGENCY)
    door.consent(number, "P05", gegeven=False)
    answer = door.disclose("uitzendbureau_matcher", "P05", number)
    assert (answer.status_code, answer.json()["reden"]) == (403, "CONSENT_NOT_FOUND")


def test_the_trace_is_kept_in_the_payload(door: Door) -> None:
    """Trace and span of a W3C header stand in the entries about that request."""
    answer = door.disclose(
        "gemeente_klantmanager", "P02", OWN, headers={"traceparent": TRACEPARENT}
    )
    index = answer.json()["ontvangstbewijs"]["index"]
    assert door.payload(index)["trace"] == f"{TRACE}-b7ad6b7169203331"
    assert door.payload(index + 1)["trace"] == f"{TRACE}-b7ad6b7169203331"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00-short-b7ad6b7169203331-01",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE.upper()}-b7ad6b7169203331-01",
        "00-JanJansenGeboren19900501Alkmaarx-b7ad6b7169203331-01",
        f"{TRACE}",
    ],
)
def test_what_is_no_trace_is_not_kept(door: Door, header: str) -> None:
    """Text in the shape of a header does not get into the log."""
    answer = door.disclose("gemeente_klantmanager", "P02", OWN, headers={"traceparent": header})
    assert "trace" not in door.payload(answer.json()["ontvangstbewijs"]["index"])


def test_values_come_out_as_they_went_in(door: Door) -> None:
    """Numbers, booleans, lists and quotes survive the splice."""
    number = SPARE + 2
    odd = 'a "quoted" \\ word, é'
    door.deliver(
        {
            "v_nummer": f"09990{number:05d}",
            "opvanglocatie_code": "AZC-HDW-01",
            "koppel_gemeente_code": "0243",
            "koppel_status": "gekoppeld",
            "doelgroep": "nareiziger",
            "profiel_peildatum": "2026-03-02",
            "achternaam": odd,
            "gezinsgrootte": 3,
            "tolk_nodig": True,
            "vaardigheden": ["lassen", "koken"],
        }
    )
    names = ("achternaam", "gezinsgrootte", "tolkNodig", "vaardigheden")
    body = door.disclose("gemeente_klantmanager", "P02", number, *names).json()
    assert body["velden"] == {
        "achternaam": odd,
        "gezinsgrootte": 3,
        "tolkNodig": True,
        "vaardigheden": ["lassen", "koken"],
    }


def test_withdrawal_closes_at_the_next_request(door: Door) -> None:
    """A named profile is open before the withdrawal and closed after it."""
    number = SPARE + 3
    given = door.consent(number, "P05").json()["id"]
    assert door.disclose("uitzendbureau_matcher", "P05", number).status_code == 200
    door.ask("POST", f"/v1/toestemmingen/{given}/_intrekken")
    answer = door.disclose("uitzendbureau_matcher", "P05", number)
    assert (answer.status_code, answer.json()["reden"]) == (403, "CONSENT_WITHDRAWN")


# --- the list -------------------------------------------------------------------------------


def test_the_list_has_the_agreed_shape(door: Door) -> None:
    """People with their own reference and the worklist's columns, a way on, a receipt."""
    body = door.ask("GET", "/v1/clienten", "gemeente_klantmanager").json()
    assert list(body) == ["clienten", "ontvangstbewijs", "volgende"]
    assert list(body["clienten"][0]) == ["clientRef", "velden"]
    listed = door.listed("/v1/clienten", "clienten", "gemeente_klantmanager")
    references = {one["clientRef"] for one in listed}
    assert door.reference("gemeente_klantmanager", OWN) in references
    assert door.reference("gemeente_klantmanager", OTHER) not in references
    assert "achternaam" in body["clienten"][0]["velden"]


def test_a_listed_reference_can_be_asked_about(door: Door) -> None:
    """What the list calls someone, the disclosure knows."""
    listed = door.ask("GET", "/v1/clienten", "gemeente_klantmanager").json()["clienten"]
    body = {"clientRef": listed[0]["clientRef"], "doel": "P02"}
    answer = door.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body)
    assert answer.status_code == 200


def test_a_list_goes_by_the_purpose_that_is_asked(door: Door) -> None:
    """Without a purpose the role's own is taken; one that is not agreed is refused."""
    agency = door.listed("/v1/clienten", "clienten", "uitzendbureau_matcher")
    assert door.reference("uitzendbureau_matcher", OWN) in {one["clientRef"] for one in agency}
    refused = door.ask("GET", "/v1/clienten?doel=P05", "gemeente_klantmanager")
    assert (refused.status_code, refused.json()["reden"]) == (403, "PURPOSE_NOT_IN_AGREEMENT")


def test_a_way_on_that_leads_past_everyone_is_an_empty_page(door: Door) -> None:
    """An invented place in the list shows whoever comes after it, and nothing else."""
    highest = door.gateway.actions.gate.pseudonyms.reference(
        f"{door.partner('harderwijk').oin}:volgende",
        UUID(int=2**128 - 1),  # type: ignore[arg-type]  # nobody's id
    )
    answer = door.ask("GET", f"/v1/clienten?na={highest}", "gemeente_klantmanager")
    assert answer.json()["clienten"] == []


def test_fifty_people_make_a_page(door: Door) -> None:
    """An employer with sixty introductions follows ``volgende`` and sees each once."""
    numbers = range(101, 161)
    rows = [
        {
            "v_nummer": f"09990{number:05d}",
            "roepnaam": f"Naam{number}",
            "opvanglocatie_code": "AZC-HDW-01",
            "profiel_peildatum": "2026-03-01",
        }
        for number in numbers
    ]
    assert door.deliver(*rows).status_code == 201
    site = door.ask("GET", "/v1/clienten", "coa_casemanager").json()
    assert 40 < len(site["clienten"]) <= 50, "a page holds fifty, but for whom may not be shown"
    seen = {one["clientRef"] for one in site["clienten"]}
    while site["volgende"]:
        site = door.ask("GET", f"/v1/clienten?na={site['volgende']}", "coa_casemanager").json()
        fresh = {one["clientRef"] for one in site["clienten"]}
        assert seen & fresh == set()
        seen |= fresh
    assert {door.reference("coa_casemanager", number) for number in numbers} <= seen


# --- an answer that breaks off ---------------------------------------------------------------


def test_a_client_that_goes_away_is_on_record(door: Door) -> None:
    """When the connection breaks while sending, the outcome says so and nobody is told a fault."""
    before = door.gateway.audit.head().size
    body = (
        b'{"clientRef":"%s","doel":"P02"}' % door.reference("gemeente_klantmanager", OWN).encode()
    )
    token = door.token("gemeente_klantmanager")
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/verstrekkingen",
        "raw_path": b"/v1/verstrekkingen",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {token}".encode()),
            (b"content-type", b"application/json"),
        ],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            raise OSError("connection reset")

    asyncio.run(door.app(scope, receive, send))
    payload = door.payload(before + 1)
    assert door.gateway.audit.head().size == before + 2
    assert payload["subject"] == str(door.subject(OWN))
    assert (
        b'"outcome":"recipient gone"'
        in next(iter(door.gateway.audit.storage.rows(before + 1, before + 2))).leaf
    )


def test_a_value_that_does_not_open_is_no_blank(door: Door) -> None:
    """A changed byte: a named problem without values, on record with its reason, and counted."""
    with door.spoilt(OWN):
        answer = door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
        payload = door.payload(door.gateway.audit.head().size - 1)
        listed = door.listed("/v1/clienten", "clienten", "gemeente_klantmanager")
    assert (answer.status_code, answer.json()["reden"]) == (500, "UNREADABLE_VALUE")
    assert "velden" not in answer.json()
    assert payload["detail"] == {"bytes": 0, "why": "UNREADABLE_VALUE"}
    (shut,) = [one for one in listed if "onleesbaar" in one]
    reference = door.reference("gemeente_klantmanager", OWN)
    assert shut == {
        "clientRef": reference,
        "velden": {"clientRef": reference},
        "onleesbaar": "UNREADABLE_VALUE",
    }
    assert all("achternaam" in one["velden"] for one in listed if one is not shut)
    counts = door.ask("GET", "/metrics", None).text
    assert 'doelpoort_request_failed_total{error="UnreadableValueError"' in counts
    assert door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").status_code == 200


def test_work_relations_come_through_the_desk(door: Door) -> None:
    """An offer recorded over HTTP is what the law of the next stage asks for."""
    number = FOUND[-1]
    answer = door.relate(number, RelationKind.AANBOD, EMPLOYER)
    assert answer.status_code == 201
    assert answer.json()["soort"] == "aanbod"
    refused = door.disclose("werkgever", "P06", number)
    assert refused.json()["reden"] == "CONSENT_NOT_FOUND"
