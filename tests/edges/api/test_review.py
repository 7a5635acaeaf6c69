"""Looking back over HTTP: shapes, pages, four eyes, and what is never said."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import pytest

from audit.tree import append, root
from tests.edges.api.door import OWN, Door, opened, unknown, v_nummer

CASE: Final = "AVG33-2026-0042"
DAY: Final = {"van": "2026-03-01T12:00:00Z", "tot": "2026-03-03T00:00:00Z"}
NOTE: Final = "Nagegaan met de leidinggevende, alles verklaard."


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate with two disclosures by the klantmanager, one by the matcher, one refusal."""
    door = opened(tmp_path_factory.mktemp("review") / "data")
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam", "achternaam")
    door.disclose("uitzendbureau_matcher", "P05", OWN)
    body = {"clientRef": unknown(), "doel": "P02"}
    assert door.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body).is_error
    yield door
    door.gateway.close()


def ask(
    door: Door, path: str, actor: str = "fg-1", partner: str = "harderwijk", **body: object
) -> Any:  # noqa: ANN401 - JSON can be anything
    """Look back as a privacy officer."""
    assert door.gateway.actions.tokens is not None
    persona = door.persona("privacy_officer", partner, actor)
    token = door.gateway.actions.tokens.issue(persona, door.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    return door.ask("POST", f"/v1/logboek/{path}", json=DAY | body, headers=headers)


def test_an_overview_has_the_agreed_shape(door: Door) -> None:
    """Who saw, per worker, with numbers; the receipt of the look-up comes along."""
    answer = ask(door, "_overzicht", per="medewerker").json()
    assert list(answer) == ["groepen", "volgende", "ontvangstbewijs"]
    klantmanager = next(g for g in answer["groepen"] if g["sleutel"] == "gemeente_klantmanager-1")
    assert klantmanager | {"eerste": "", "laatste": ""} == {
        "sleutel": "gemeente_klantmanager-1",
        "regels": 5,
        "betrokkenen": 1,
        "verstrekt": 2,
        "geweigerd": 1,
        "noodtoegang": 0,
        "zonderUitkomst": 0,
        "eerste": "",
        "laatste": "",
    }


@pytest.mark.parametrize(
    ("per", "key"),
    [
        ("reden", "SUBJECT_UNKNOWN"),
        ("partner", "00000099000000002430"),
        ("doel", "P02_warme_overdracht_brede_intake"),
        ("dag", "2026-03-02"),
    ],
)
def test_an_overview_goes_by_what_is_asked(door: Door, per: str, key: str) -> None:
    """Why refused, for whom, for what, on which day."""
    groups = ask(door, "_overzicht", per=per).json()["groepen"]
    assert key in {group["sleutel"] for group in groups}


def test_a_person_s_timeline_is_found_by_her_pseudonym(door: Door) -> None:
    """From the overview to her entries without ever naming her."""
    (hers,) = ask(door, "_overzicht", per="betrokkene").json()["groepen"]
    body = {"betrokkene": hers["sleutel"]}
    assert door.gateway.actions.tokens is not None
    persona = door.persona("privacy_officer", "harderwijk")
    token = door.gateway.actions.tokens.issue(persona, door.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    page = door.ask("POST", "/v1/logboek/_zoek", json=body, headers=headers).json()
    assert {line["betrokkene"] for line in page["regels"]} == {hers["sleutel"]}
    assert len(page["regels"]) == hers["regels"]
    elsewhere = ask(door, "_overzicht", partner="utrecht", per="dag", betrokkene=hers["sleutel"])
    assert elsewhere.json()["groepen"] == []


def test_signals_say_why_and_two_officers_close_them(door: Door) -> None:
    """Rule, Dutch words, reason, entries, state, hit rates; proposed by one, closed by another."""
    found = ask(door, "_signalen").json()
    signal = next(one for one in found["signalen"] if one["regel"] == "no-relation")
    assert (signal["stand"], signal["oordeel"], len(signal["indexen"])) == ("open", None, 1)
    assert signal["uitleg"].startswith("Er is gevraagd naar iemand")
    rate = next(one for one in found["trefkans"] if one["regel"] == "no-relation")
    assert rate["gemarkeerd"] == 1
    path = f"signalen/{signal['id']}/_beoordelen"
    opinion = {"oordeel": "breach", "toelichting": NOTE}
    proposed = ask(door, path, **opinion).json()
    assert (proposed["geslotenOp"], proposed["meldenVoor"]) == (None, "2026-03-05T12:00:00+00:00")
    again = ask(door, path, **opinion)
    assert (again.status_code, again.json()["reden"]) == (403, "SECOND_PERSON_NEEDED")
    closed = ask(door, path, "fg-2", **opinion).json()
    assert (closed["voorgesteldDoor"], closed["geslotenDoor"]) == ("fg-1", "fg-2")
    after = ask(door, "_signalen").json()["signalen"]
    assert next(one for one in after if one["id"] == signal["id"])["stand"] == "closed"


def test_workers_are_named_within_a_case_only(door: Door) -> None:
    """A municipality by V-nummer or reference; without a case nobody; a private party by no number."""
    staff = [{"actor": "gemeente_klantmanager-1", "vNummer": v_nummer(OWN)}]
    refused = ask(door, "_signalen", medewerkers=staff)
    assert (refused.status_code, refused.json()["reden"]) == (403, "SECOND_PERSON_NEEDED")
    found = ask(door, "_signalen", medewerkers=staff, zaaknummer=CASE).json()["signalen"]
    assert "own-record" in {one["regel"] for one in found}
    private = ask(door, "_signalen", partner="uitzendbureau", medewerkers=staff, zaaknummer=CASE)
    assert private.status_code == 400
    near = [{"actor": "gemeente_klantmanager-1", "achternaam": "VOORBEELD1"}]
    answer = ask(door, "_signalen", medewerkers=near, zaaknummer=CASE)
    assert "same-name-or-address" in {one["regel"] for one in answer.json()["signalen"]}
    assert "oorbeeld1" not in answer.text.casefold()


def test_a_breach_is_told_by_field(door: Door) -> None:
    """How many people, by field, and who received it when; only within an art. 33 case."""
    found = ask(door, "_datalek", zaaknummer=CASE, velden=["achternaam"]).json()
    assert (found["betrokkenen"], found["verstrekkingen"]) == (1, 1)
    assert found["perVeld"] == {"achternaam": 1}
    (line,) = found["regels"]
    assert (line["velden"], line["afloop"], line["gewist"]) == (["achternaam"], "sent", False)
    assert re.fullmatch("[0-9a-f-]{36}", line["betrokkene"])
    assert ask(door, "_datalek").status_code == 403
    assert ask(door, "_datalek", zaaknummer="AVG15-2026-0042").status_code == 400


def test_a_sample_can_be_drawn_again(door: Door) -> None:
    """From the answer's root and the indexes alone, and the root from the log's own tiles."""
    body = {"van": "2026-03-01T12:00:00Z", "tot": "2026-03-02T12:00:00Z"}
    door.clock.moment = door.clock.moment.replace(day=3)
    try:
        body["tot"] = "2026-03-03T00:00:00Z"
        ask(door, "_overzicht", per="dag")
        drawn = ask(door, "_steekproef", aantal=1, **body).json()
        again = ask(door, "_steekproef", aantal=1, **body).json()
    finally:
        door.clock.moment = door.clock.moment.replace(day=2)
    assert (drawn["uit"], len(drawn["regels"])) == (2, 1)
    assert drawn["regels"] == again["regels"]
    rows = door.gateway.audit.storage.rows(0, drawn["grootte"])

    leaves = [row.leaf_hash for row in rows]
    assert root(append(0, (), leaves)).hex() == drawn["wortel"]
    found = ask(door, "_datalek", zaaknummer=CASE).json()["regels"]
    lots = {
        sha256(bytes.fromhex(drawn["wortel"]) + line["index"].to_bytes(8)).digest(): line["index"]
        for line in found
    }
    assert drawn["regels"][0]["index"] == lots[min(lots)]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("_overzicht", {"per": "naam"}, "per"),
        ("_overzicht", {"per": "dag", "tot": DAY["van"]}, "tot"),
        ("_overzicht", {"per": "dag", "doel": "P99"}, "doel"),
        ("_overzicht", {"per": "dag", "na": -1}, "na"),
        ("_signalen", {"medewerkers": [{"naam": "Selam"}]}, "medewerkers.0"),
        ("_datalek", {"zaaknummer": CASE, "velden": ["schoenmaat"]}, "velden"),
        ("_steekproef", {"aantal": 0}, "aantal"),
        ("_steekproef", {"aantal": 5, "tot": "2027-03-03T00:00:00Z"}, "tot"),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(
    door: Door, path: str, body: dict[str, Any], field: str
) -> None:
    """A 400 names the member and the reason."""
    answer = ask(door, path, **body)
    assert answer.status_code == 400
    assert answer.json()["fouten"][0]["veld"] == field
    assert "Selam" not in answer.text


def test_no_look_back_names_a_person(door: Door) -> None:
    """No id, tag, number or reference of hers in any answer."""
    tag = door.gateway.audit.sealer.tag(door.subject(OWN).bytes)
    secrets = {str(door.subject(OWN)), tag.hex(), v_nummer(OWN), "Voorbeeld1"}
    secrets |= {door.reference("gemeente_klantmanager", OWN), door.subject(OWN).hex}
    answers = [
        ask(door, "_overzicht", per="betrokkene"),
        ask(door, "_signalen"),
        ask(door, "_datalek", zaaknummer=CASE),
    ]
    assert [s for s in secrets for answer in answers if s in answer.text] == []
