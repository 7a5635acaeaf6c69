"""Toestemmingen and koppelingen over HTTP: shapes, retries, and questions that are wrong."""

from uuid import UUID

import pytest

from tests.edges.api.door import AGENCY, EMPLOYER, OTHER, SPARE, Door, unknown, v_nummer

ONE = SPARE
TWO = SPARE + 4


def test_a_consent_has_the_agreed_shape(door: Door) -> None:
    """What was agreed, to whom, in which language and text, until when, and a receipt."""
    answer = door.consent(ONE, "P05", EMPLOYER, velden=["roepnaam", "rijbewijs"], tolk=True)
    assert answer.status_code == 201
    body = answer.json()
    receipt = body.pop("ontvangstbewijs")
    assert list(receipt) == ["id", "index", "leafHash", "checkpoint"]
    assert str(UUID(body["id"])) == body.pop("id")
    assert body == {
        "status": "given",
        "doel": "P05_arbeidsbemiddeling_voorstellen",
        "ontvanger": EMPLOYER,
        "velden": ["rijbewijs", "roepnaam"],
        "taal": "tir",
        "tekstVersie": "1",
        "tekstSha256": door.gateway.actions.wording.texts.get("P05", "werkgever", "ti").sha256,
        "vastgelegdOp": "2026-03-02T12:00:00+00:00",
        "vervaltOp": "2026-08-31T12:00:00+00:00",
        "beeindigdOp": None,
        "besluitOverBewoner": False,
    }


def test_a_refusal_is_recorded_too(door: Door) -> None:
    """A resident who says no gets a record of it, without a term."""
    body = door.consent(ONE, "P05", gegeven=False).json()
    assert (body["status"], body["vervaltOp"]) == ("refused", None)


def test_a_term_may_be_chosen(door: Door) -> None:
    """A term in another time zone means the same moment."""
    body = door.consent(ONE, "P08", vervaldatum="2026-04-01T00:00:00+02:00").json()
    assert body["vervaltOp"].startswith(("2026-03-31T22:00:00", "2026-04-01T00:00:00+02:00"))


def test_a_retry_answers_with_the_first_outcome(door: Door) -> None:
    """The same Idempotency-Key records once; another key records another consent."""
    headers = {"Idempotency-Key": "sleutel-1"}
    first = door.consent(TWO, "P05", EMPLOYER, headers=headers)
    again = door.consent(TWO, "P05", EMPLOYER, headers=headers)
    other = door.consent(TWO, "P05", EMPLOYER, headers={"Idempotency-Key": "sleutel-2"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"] != other.json()["id"]
    assert again.json()["ontvangstbewijs"] != first.json()["ontvangstbewijs"]


def test_withdrawing_ends_a_consent_once(door: Door) -> None:
    """The first withdrawal says when it ended, the second is a wrong question."""
    given = door.consent(ONE, "P08").json()["id"]
    ended = door.ask("POST", f"/v1/toestemmingen/{given}/_intrekken")
    assert (ended.status_code, ended.json()["status"]) == (200, "withdrawn")
    assert ended.json()["beeindigdOp"] == "2026-03-02T12:00:00+00:00"
    again = door.ask("POST", f"/v1/toestemmingen/{given}/_intrekken")
    assert again.status_code == 400
    assert again.json()["fouten"][0]["veld"] == "toestemming"


def test_a_strangers_consent_and_none_answer_alike(door: Door) -> None:
    """Withdrawing an invented consent looks like withdrawing one about somebody else."""
    answer = door.ask("POST", f"/v1/toestemmingen/{unknown()}/_intrekken")
    assert answer.status_code == 404
    stranger = door.ask(
        "POST",
        "/v1/verstrekkingen",
        json={"clientRef": door.reference("coa_casemanager", OTHER), "doel": "P03"},
    )
    assert stranger.content == answer.content


def test_coa_may_name_someone_by_v_nummer(door: Door) -> None:
    """The desk may use the number that COA itself gave out."""
    answer = door.ask("POST", "/v1/toestemmingen", json=wish(vNummer=v_nummer(ONE)))
    assert answer.status_code == 201


def test_an_unknown_v_nummer_is_an_unknown_person(door: Door) -> None:
    """A number that nobody has and that of somebody elsewhere answer alike."""
    answers = [
        door.ask("POST", "/v1/toestemmingen", json=wish(vNummer=number))
        for number in ("0000000000", v_nummer(OTHER))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def wish(**differs: object) -> dict[str, object]:
    """Wish to agree."""
    whole: dict[str, object] = {
        "doel": "P05",
        "ontvanger": AGENCY,
        "taal": "tir",
        "tekstVersie": "1",
    }
    return whole | differs


@pytest.mark.parametrize(
    ("differs", "field"),
    [
        ({}, "clientRef"),
        ({"vNummer": "12"}, "vNummer"),
        ({"vNummer": "0" * 11}, "vNummer"),
        ({"clientRef": "x"}, "clientRef"),
        ({"vNummer": v_nummer(ONE), "doel": "P02", "ontvanger": "00000099000000002430"}, "doel"),
        ({"vNummer": v_nummer(ONE), "doel": "P77"}, "doel"),
        ({"vNummer": v_nummer(ONE), "ontvanger": "nobody"}, "ontvanger"),
        ({"vNummer": v_nummer(ONE), "velden": ["bsn"]}, "velden"),
        ({"vNummer": v_nummer(ONE), "velden": ["geenVeld"]}, "velden"),
        ({"vNummer": v_nummer(ONE), "taal": "Nederlands"}, "taal"),
        ({"vNummer": v_nummer(ONE), "vervaldatum": "2026-04-01"}, "vervaldatum"),
        ({"vNummer": v_nummer(ONE), "vervaldatum": "2026-04-01T00:00:00"}, "vervaldatum"),
        ({"vNummer": v_nummer(ONE), "vervaldatum": "2020-01-01T00:00:00Z"}, "vervaldatum"),
        ({"vNummer": v_nummer(ONE), "vervaldatum": "0001-01-01T00:00:00+02:00"}, "vervaldatum"),
        ({"vNummer": v_nummer(ONE), "tekstVersie": None}, "tekstVersie"),
    ],
)
def test_a_wrong_wish_names_its_field(door: Door, differs: dict[str, object], field: str) -> None:
    """Each is a 400 that names the field, and records nothing."""
    answer = door.ask("POST", "/v1/toestemmingen", json=wish(**differs))
    assert answer.status_code == 400
    assert field in {fault["veld"].partition(".")[0] for fault in answer.json()["fouten"]}


def test_only_coa_names_people_by_number(door: Door) -> None:
    """For anyone else a V-nummer is not a way to ask, whoever has it."""
    for number in (v_nummer(ONE), "0000000000"):
        answer = door.ask(
            "POST", "/v1/toestemmingen", "gemeente_klantmanager", json=wish(vNummer=number)
        )
        assert answer.status_code == 400
        assert answer.json()["fouten"] == [
            {"veld": "vNummer", "reden": "only COA may name people by number; use clientRef"}
        ]


def test_a_relation_has_the_agreed_shape(door: Door) -> None:
    """The kind, and a receipt."""
    answer = door.relate(ONE, "voorgesteld", AGENCY)
    assert answer.status_code == 201
    assert list(answer.json()) == ["soort", "ontvangstbewijs"]


def test_a_relation_may_be_dated(door: Door) -> None:
    """A moment in another time zone is kept as the same moment."""
    body = {
        "vNummer": v_nummer(ONE),
        "soort": "aanbod",
        "partij": AGENCY,
        "op": "2026-03-01T01:00:00+02:00",
    }
    receipt = door.ask("POST", "/v1/koppelingen", json=body).json()["ontvangstbewijs"]
    assert door.payload(receipt["index"])["detail"] == {
        "party": AGENCY,
        "at": "2026-02-28T23:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("differs", "field"),
    [
        ({"partij": "9999"}, "partij"),
        ({"soort": "getrouwd"}, "soort"),
        ({"soort": "verblijft", "partij": AGENCY}, "soort"),
        ({"soort": "aanbod"}, "partij"),
        ({"op": "0001-01-01T00:00:00+02:00"}, "op"),
        ({"op": "9999-12-31T23:59:59-02:00"}, "op"),
        ({"op": "gisteren"}, "op"),
    ],
)
def test_a_wrong_relation_names_its_field(
    door: Door, differs: dict[str, object], field: str
) -> None:
    """Each is a 400 that names the field, and records nothing."""
    body = {"vNummer": v_nummer(ONE), "soort": "gekoppeld", "partij": "0243"} | differs
    answer = door.ask("POST", "/v1/koppelingen", json=body)
    assert answer.status_code == 400
    assert [fault["veld"] for fault in answer.json()["fouten"]] == [field]


def test_a_request_waits_as_gevraagd_until_it_is_answered(door: Door) -> None:
    """It is listed for her casemanager with all that was asked, and closes with her answer."""
    asked = door.consent(ONE, "P08", status="gevraagd", velden=["roepnaam"])
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    verzoek = asked.json()["id"]
    listed = door.listed("/v1/toestemmingsverzoeken", "verzoeken")
    (line,) = [one for one in listed if one["id"] == verzoek]
    assert line == {
        "clientRef": door.reference("coa_casemanager", ONE),
        "id": verzoek,
        "status": "gevraagd",
        "doel": "P08_nazorg_jobcoaching",
        "ontvanger": AGENCY,
        "velden": ["roepnaam"],
        "taal": "tir",
        "tekstVersie": "1",
        "gevraagdOp": "2026-03-02T12:00:00+00:00",
        "gevraagdDoor": "coa_casemanager-1",
        "vervaltOp": "2026-04-01T12:00:00+00:00",
        "besluitOverBewoner": False,
    }
    answer = door.consent(ONE, "P08", opVerzoek=verzoek, gegeven=False)
    assert (answer.json()["id"], answer.json()["status"]) == (verzoek, "refused")
    listed = door.listed("/v1/toestemmingsverzoeken", "verzoeken")
    assert verzoek not in [one["id"] for one in listed]


@pytest.mark.parametrize(
    ("differs", "field"),
    [
        ({"status": "gegeven"}, "status"),
        ({"status": "gevraagd", "gegeven": True}, "gegeven"),
        ({"status": "gevraagd", "vervaldatum": "2026-03-09T12:00:00Z"}, "vervaldatum"),
        ({"opVerzoek": unknown()}, "opVerzoek"),
    ],
)
def test_a_wrong_request_names_its_field(
    door: Door, differs: dict[str, object], field: str
) -> None:
    """A request has no answer and no other term, and an answer names a request that is there."""
    answer = door.consent(TWO, "P08", AGENCY, **differs)
    assert answer.status_code == 400
    assert [fault["veld"] for fault in answer.json()["fouten"]] == [field]
