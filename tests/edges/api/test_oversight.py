"""Logboek and register over HTTP: shapes, proofs that verify offline, and what is never said."""

import re
from typing import Any

import pytest

from audit.note import VerifierKey
from audit.proof import TlogProof
from tests.edges.api.door import HERE, OTHER, OWN, Door, unknown, v_nummer

CASE = "AVG15-2026-0042"
HIDDEN = "Mijn geboortedatum klopt niet, ik ben jonger."


def search(door: Door, role: str = "privacy_officer", **body: object) -> dict[str, Any]:
    """Search the log."""
    answer = door.ask("POST", "/v1/logboek/_zoek", role, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def as_officer(door: Door, partner: str) -> dict[str, str]:
    """Return the headers of an organisation's privacy officer."""
    return {"Authorization": f"Bearer {door.token('privacy_officer', partner)}"}


def test_an_entry_has_the_agreed_shape(door: Door) -> None:
    """Leaf and payload side by side: who, what, when, why, names of fields, and no id of a person."""
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    body = {"soort": "disclosure.intent", "doel": "P02", "actor": "gemeente_klantmanager-1"}
    answer = door.ask(
        "POST", "/v1/logboek/_zoek", json=body, headers=as_officer(door, "harderwijk")
    )
    page = answer.json()
    assert list(page) == ["regels", "volgende", "ontvangstbewijs"]
    line = page["regels"][0]
    assert line["velden"] == ["roepnaam"]
    assert (line["doel"], line["rol"]) == (
        "P02_warme_overdracht_brede_intake",
        "gemeente_klantmanager",
    )
    assert line["gewist"] is False
    assert re.fullmatch(r"[0-9a-f-]{36}", line["betrokkene"])
    assert str(door.subject(OWN)) not in answer.text
    assert door.reference("gemeente_klantmanager", OWN) not in answer.text
    assert {one["ontvanger"] for one in page["regels"]} == {door.partner("harderwijk").oin}


def test_a_person_is_named_by_reference_or_number_within_a_case(door: Door) -> None:
    """COA's officer by number, the agency's by her own reference; a private party never by number."""
    number = {"vNummer": v_nummer(OWN), "zaaknummer": CASE}
    coa = door.ask("POST", "/v1/logboek/_zoek", json=number, headers=as_officer(door, "coa"))
    assert coa.json()["regels"]
    door.disclose("uitzendbureau_matcher", "P05", OWN)
    own = {"clientRef": door.reference("privacy_officer", OWN), "zaaknummer": CASE}
    kinds = [line["soort"] for line in search(door, **own)["regels"]]
    assert kinds[0] == "oversight"
    assert "disclosure.intent" in kinds
    private = door.ask("POST", "/v1/logboek/_zoek", "privacy_officer", json=number)
    assert (private.status_code, private.json()["fouten"][0]["veld"]) == (400, "vNummer")


def test_without_a_case_a_person_is_not_to_be_named(door: Door) -> None:
    """403 with the reason, the same for someone who exists and for an invented reference."""
    answers = [
        door.ask("POST", "/v1/logboek/_zoek", "privacy_officer", json={"clientRef": reference})
        for reference in (door.reference("privacy_officer", OWN), unknown())
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json()["reden"] == "SECOND_PERSON_NEEDED"
    assert answers[0].content == answers[1].content


def test_an_unknown_person_is_an_empty_page(door: Door) -> None:
    """An invented reference has no entries, and someone of another organisation none of ours."""
    for reference in (unknown(), door.reference("privacy_officer", OTHER)):
        page = search(door, clientRef=reference, zaaknummer=CASE)
        asked = {"oversight", "disclosure.denied", "decision.explained", "notice"}
        assert {line["soort"] for line in page["regels"]} <= asked


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"doel": "P99"}, "doel"),
        ({"soort": "gossip"}, "soort"),
        ({"reden": "NO_IDEA"}, "reden"),
        ({"van": "2026-03-02"}, "van"),
        ({"van": "0001-01-01T00:00:00+14:00"}, "van"),
        ({"na": -1}, "na"),
        ({"zaaknummer": "zaak van Selam"}, "zaaknummer"),
        ({"vNummer": "12", "zaaknummer": CASE}, "vNummer"),
        ({"naam": "Selam"}, "body"),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(
    door: Door, body: dict[str, object], field: str
) -> None:
    """A 400 names the member and the reason."""
    headers = as_officer(door, "coa")
    answer = door.ask("POST", "/v1/logboek/_zoek", json=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["fouten"][0]["veld"] == field
    assert "Selam" not in answer.text


def test_a_resident_s_words_are_not_shown_to_an_officer(door: Door) -> None:
    """The request is seen with its field; her words stay in the sealed payload."""
    asked = door.ask(
        "POST",
        "/v1/inzage/_klopt-niet",
        "betrokkene",
        json={"veld": "geboortedatum", "toelichting": HIDDEN},
    )
    assert asked.status_code == 202
    assert door.payload(asked.json()["index"])["detail"] == {"words": HIDDEN}
    answer = door.ask(
        "POST",
        "/v1/logboek/_zoek",
        json={"soort": "rectification"},
        headers=as_officer(door, "coa"),
    )
    line = answer.json()["regels"][0]
    assert (line["index"], line["velden"]) == (asked.json()["index"], ["geboortedatum"])
    assert HIDDEN not in answer.text
    assert line["bijzonderheden"] == {}


def test_a_proof_verifies_with_the_published_key(door: Door) -> None:
    """Leaf and proof convince a stranger who has nothing but the verifier key."""
    (line, *_) = search(door)["regels"]
    answer = door.ask("GET", f"/v1/logboek/{line['index']}/bewijs", "privacy_officer").json()
    key = VerifierKey.parse(door.ask("GET", "/auditlog/vkey", None).text.strip())
    proof = TlogProof.decode(answer["bewijs"])
    assert proof.verify(answer["blad"].encode(), key).size > answer["index"] == line["index"]


def test_another_s_entry_is_as_good_as_none(door: Door) -> None:
    """The proof of another's entry and of one that is not there answer with the same bytes."""
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    theirs = door.gateway.audit.head().size - 1
    answers = [
        door.ask("GET", f"/v1/logboek/{index}/bewijs", "privacy_officer")
        for index in (theirs, 2**50)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert door.ask("GET", "/v1/logboek/-1/bewijs", "privacy_officer").status_code == 400


def test_the_register_lists_every_purpose_and_names_nobody(door: Door) -> None:
    """All purposes with rules, data by class, recipients and the line of the source."""
    answer = door.ask("GET", "/v1/verwerkingsactiviteiten", "werkgever")
    body = answer.json()
    assert body["beleid"] == door.gateway.actions.gate.matrix.digest
    assert [one["doel"][:3] for one in body["verwerkingsactiviteiten"]] == [
        f"P{number:02d}" for number in range(1, 13)
    ]
    (rule,) = (
        rule
        for activity in body["verwerkingsactiviteiten"]
        for rule in activity["regels"]
        if rule["regel"] == "P02-gemeente_klantmanager"
    )
    assert "roepnaam" in rule["gegevens"]["S1"]
    assert {"oin": door.partner("harderwijk").oin, "naam": "Gemeente Harderwijk"}.items() <= (
        rule["ontvangers"][0].items()
    )
    assert re.fullmatch(r"purposes/P02_\w+\.yaml:\d+", rule["bron"])
    for secret in ("0999000001", "Voorbeeld1", HERE, "klantmanager-1"):
        assert secret not in answer.text


def test_a_consent_recorded_by_who_decides_about_her_is_put_before_the_officer(door: Door) -> None:
    """Looking for what the gate marked finds it, with the mark; and nothing that was not marked."""
    given = door.consent(OWN, "P08", besluitOverBewoner=True)
    assert given.json()["besluitOverBewoner"] is True
    answer = door.ask(
        "POST",
        "/v1/logboek/_zoek",
        json={"gemarkeerd": True},
        headers=as_officer(door, "coa"),
    )
    lines = answer.json()["regels"]
    assert given.json()["ontvangstbewijs"]["index"] in {line["index"] for line in lines}
    assert {line["bijzonderheden"]["flag"] for line in lines} == {"recorder decides"}
