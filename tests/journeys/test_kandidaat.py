"""Kandidaat: she agrees in her own language, is found without a name, named, and takes it back."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from jsonschema import (  # type: ignore[import-untyped] # ships no types and is used in tests only
    Draft202012Validator,
)

from tests.journeys.logbook import of_kind
from tests.journeys.poort import AGENCY_OIN, CASEMANAGER, MATCHER, MovableClock, Poort
from tests.journeys.residents import Resident, resident
from tests.journeys.tampering import also, also_without_consent

PEOPLE: Sequence[Resident] = [resident(n, None) for n in range(10, 22)]
FINDABLE = PEOPLE[:11]
SELAM = PEOPLE[0]
AGENCIES = "soort:uitzendbureau"
SCHEMA = Path(__file__).parents[1] / "standards" / "iso27560.schema.json"
NAMING = {
    "achternaam", "voornamen", "roepnaam", "voorvoegsel", "bsn", "vNummer", "geboortedatum",
    "geslacht", "nationaliteit", "moedertaal", "telefoonnummerAzc", "emailAzc",
}  # fmt: skip


@pytest.fixture(autouse=True)
def found_by_agencies(poort: Poort, clock: MovableClock) -> dict[str, str]:
    """Let eleven of twelve residents agree to be found (P04); give each one's consent id."""
    poort.lever(PEOPLE)
    clock.pass_by(minutes=1)
    return {one.name: poort.toestemming(one, "P04", AGENCIES)["id"] for one in FINDABLE}


def test_consent_is_kept_as_it_was_told(poort: Poort) -> None:
    """A consent's receipt says in which language, on which text and until when; the log agrees."""
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    assert (given["taal"], given["tekstVersie"], given["status"]) == ("tir", "1", "given")
    assert given["vervaltOp"].startswith("2027-05-03")
    entry = of_kind(poort.gateway, "consent")[-1]
    assert entry.index == given["ontvangstbewijs"]["index"]
    assert entry.payload["detail"] == {"consent": given["id"], "to": AGENCY_OIN}
    assert "achternaam" in entry.payload["fields"]


def test_the_words_she_was_told_are_the_words_the_consent_carries(poort: Poort) -> None:
    """The Tigrinya text on show has the digest that the consent and its receipt carry."""
    shown = poort.ask(
        CASEMANAGER, "GET", "/v1/toestemmingsteksten?doel=P05&soort=uitzendbureau&taal=tir"
    ).json()
    words = "".join(f"{part['naam']}: {part['tekst']}\n" for part in shown["delen"])
    told = f"consent text\n{shown['sleutel']}\n{shown['versie']}\n{shown['taal']}\n{words}"
    assert sha256(told.encode()).hexdigest() == shown["sha256"]
    assert any("\u1200" <= letter <= "\u137f" for letter in shown["delen"][0]["tekst"])
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    assert given["tekstSha256"] == shown["sha256"]
    receipt = poort.ask(CASEMANAGER, "GET", f"/v1/toestemmingen/{given['id']}/bewijs").json()
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator({"$ref": "#/$defs/receipt", "$defs": schema["$defs"]}).validate(receipt)
    assert receipt["dpv:hasRecordOfActivity"]["dpv:hasNotice"]["schema:sha256"] == shown["sha256"]
    entry = of_kind(poort.gateway, "consent")[-1]
    assert entry.payload["detail"] == {"consent": given["id"], "format": "iso27560"}
    assert SELAM.name not in json.dumps(receipt)


def test_search_finds_people_without_names(poort: Poort) -> None:
    """A group of eleven is shown, rounded to ten, in no rank, with nothing that names anyone."""
    answer = poort.zoek(MATCHER)
    assert (answer["teKlein"], answer["aantal"], len(answer["kandidaten"])) == (False, 10, 11)
    shown = {name for row in answer["kandidaten"] for name in row["velden"]}
    assert not shown & NAMING
    assert {row["velden"]["bemiddelingspostcode4"] for row in answer["kandidaten"]} == {"38xx"}


def test_reference_of_a_search_opens_nothing_later(poort: Poort) -> None:
    """What a search calls someone lives one session: another search, and P05, do not know it."""
    first, second = poort.zoek(MATCHER), poort.zoek(MATCHER)
    references = {row["kandidaatRef"] for row in first["kandidaten"]}
    assert not references & {row["kandidaatRef"] for row in second["kandidaten"]}
    assert poort.vraag(MATCHER, min(references), "P05").status_code == 404


def test_too_small_a_group_is_not_shown(poort: Poort) -> None:
    """Ten is the least: with two consents taken back the search shows nobody and no count."""
    ids = [poort.toestemming(one, "P04", AGENCIES) for one in PEOPLE[11:]]
    assert poort.zoek(MATCHER, {"engelsNiveau": "B1"})["teKlein"] is False
    narrow = poort.zoek(MATCHER, {"engelsNiveau": ["C1", "C2"]})
    assert narrow == {"teKlein": True, "aantal": None, "meerDan": False, "kandidaten": []}
    assert len(ids) == 1


def test_withdrawal_takes_her_out_of_the_search(
    poort: Poort, found_by_agencies: dict[str, str]
) -> None:
    """After a withdrawal the very next search counts one fewer; below ten it shows nobody."""
    poort.trek_in({"id": found_by_agencies[SELAM.name]})
    assert len(poort.zoek(MATCHER)["kandidaten"]) == 10
    poort.trek_in({"id": found_by_agencies[FINDABLE[1].name]})
    assert poort.zoek(MATCHER)["teKlein"] is True


def test_named_after_consent_and_refused_after_withdrawal(poort: Poort) -> None:
    """P05 opens the name and never a number; after withdrawal the very next request is refused."""
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    asked = ["achternaam", "telefoonnummerAzc", "bsn", "vNummer", "geboortedatum"]
    named = poort.vraag(MATCHER, reference, "P05", asked).json()
    assert named["velden"] == {
        "achternaam": SELAM.name,
        "telefoonnummerAzc": SELAM.profile["telefoonnummer_azc"],
    }
    why = {row["veld"]: row["reden"] for row in named["geweigerd"]}
    assert why == dict.fromkeys(("bsn", "vNummer", "geboortedatum"), "FIELD_NOT_IN_PURPOSE")
    assert poort.trek_in(given)["status"] == "withdrawn"
    refused = poort.vraag(MATCHER, reference, "P05", asked)
    assert (refused.status_code, refused.json()["reden"]) == (403, "CONSENT_WITHDRAWN")
    assert poort.clienten(MATCHER, "P05") == []


def test_consent_to_one_agency_names_her_to_no_one_else(poort: Poort) -> None:
    """Consent for one recipient and purpose does not carry another purpose: P06 stays closed."""
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    assert poort.vraag(MATCHER, reference, "P06").status_code in {403, 404}
    other = poort.known_as(MATCHER, FINDABLE[1])
    assert poort.vraag(MATCHER, other, "P05").status_code == 404


@pytest.mark.parametrize(("days", "open_"), [(181, True), (182, False)])
def test_consent_expires_by_itself(
    poort: Poort, clock: MovableClock, days: int, *, open_: bool
) -> None:
    """At the end of its term a consent opens nothing: not by name, and not in the search."""
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    clock.pass_by(days=days)
    answer = poort.vraag(MATCHER, reference, "P05", ["achternaam"])
    assert answer.status_code == (200 if open_ else 403)
    assert open_ or answer.json()["reden"] == "CONSENT_EXPIRED"
    assert poort.zoek(MATCHER)["teKlein"] is not open_


def test_same_wish_sent_twice_is_recorded_once(poort: Poort) -> None:
    """A repeated Idempotency-Key names the same consent, and withdrawing it once is enough."""
    wens = {
        "vNummer": SELAM.v_nummer,
        "doel": "P05",
        "ontvanger": AGENCY_OIN,
        "taal": "tir",
        "tekstVersie": "1",
        "tolk": True,
    }
    answers = [
        poort.ask(CASEMANAGER, "POST", "/v1/toestemmingen", wens, idempotency_key="keten-1")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, again = (answer.json() for answer in answers)
    assert first["id"] == again["id"]
    reference = poort.reference(MATCHER, "P05", SELAM)
    poort.trek_in(first)
    assert poort.vraag(MATCHER, reference, "P05").status_code == 403


def test_consent_holds_where_a_rule_does_not(poort: Poort) -> None:
    """A tampered rule that names one field too many opens no more than she agreed to."""
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    poort.tamper("P05", "uitzendbureau_matcher", also("geboortedatum"))
    answer = poort.vraag(MATCHER, reference, "P05", ["achternaam", "geboortedatum"]).json()
    assert set(answer["velden"]) == {"achternaam"}
    assert answer["geweigerd"] == [{"veld": "geboortedatum", "reden": "CONSENT_SCOPE_MISMATCH"}]


def test_number_set_by_law_stays_closed_to_an_agency_whatever_a_rule_says(poort: Poort) -> None:
    """A tampered rule that names the BSN, and asks no consent, still opens no number to an agency."""
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    poort.tamper("P05", "uitzendbureau_matcher", also_without_consent("bsn"))
    answer = poort.vraag(MATCHER, reference, "P05", ["achternaam", "bsn"])
    assert str(SELAM.profile["bsn"]) not in answer.text


def test_number_hidden_in_a_text_is_stopped_at_the_door(poort: Poort, clock: MovableClock) -> None:
    """A BSN that someone typed into an ambition reaches no agency: not one byte of the answer leaves."""
    bsn = str(SELAM.profile["bsn"])
    clock.pass_by(days=1)
    poort.lever([resident(SELAM.number, None, werkambitie=f"kok worden, bsn {bsn}")], "2026-11-03")
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    reference = poort.reference(MATCHER, "P05", SELAM)
    answer = poort.vraag(MATCHER, reference, "P05", ["achternaam", "werkambitie"])
    assert (answer.status_code, answer.json().get("reden")) == (500, "FORBIDDEN_NUMBER")
    outcome = of_kind(poort.gateway, "disclosure.outcome")[-1]
    assert (outcome.leaf["outcome"], outcome.payload["detail"]["bytes"]) == ("failed", 0)
