"""Beperkingen, afschermingen and meldingen over HTTP: what goes in, what comes out, what is refused."""

from collections.abc import Iterator

import pytest

from tests.edges.api.door import AGENCY, NOON, SPARE, Door, opened, unknown

NUMBER = SPARE + 4


@pytest.fixture(name="own", scope="module")
def fixture_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate of our own: what is withheld here, others still see."""
    door = opened(tmp_path_factory.mktemp("own") / "data")
    yield door
    door.gateway.close()


def ask(door: Door, path: str, **body: object) -> tuple[int, dict[str, object]]:
    """Send a wish about one person as her casemanager."""
    whole = {"clientRef": door.reference("coa_casemanager", NUMBER)} | body
    answer = door.ask("POST", path, json=whole)
    return answer.status_code, answer.json()


def test_a_restriction_is_recorded_and_lifted(own: Door) -> None:
    """The answer says what is withheld since when; what it closes, lifting opens."""
    status, made = ask(
        own, "/v1/beperkingen", soort="beperking", velden=["roepnaam"], doelen=["P02"]
    )
    assert (status, made["soort"], made["velden"]) == (201, "beperking", ["roepnaam"])
    assert made["doelen"] == ["P02_warme_overdracht_brede_intake"]
    assert made["sinds"] == NOON.isoformat()
    refused = own.disclose("gemeente_klantmanager", "P02", NUMBER, "roepnaam")
    assert (refused.status_code, refused.json()["reden"]) == (403, "RESTRICTED")
    lifted = own.ask("POST", f"/v1/beperkingen/{made['id']}/_opheffen")
    assert (lifted.status_code, lifted.json()["opgehevenOp"]) == (200, NOON.isoformat())
    assert own.disclose("gemeente_klantmanager", "P02", NUMBER, "roepnaam").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"soort": "bezwaar", "doelen": ["P05"]}, "doelen"),
        ({"soort": "beperking", "doelen": ["P77"]}, "doelen"),
        ({"soort": "beperking", "velden": ["schoenmaat"]}, "velden"),
        ({"soort": "verzoek"}, "soort"),
        ({"soort": "beperking", "reden": "omdat"}, "body"),
    ],
)
def test_a_wish_that_reaches_nothing_is_a_wrong_question(
    door: Door, body: dict[str, object], field: str
) -> None:
    """The problem names the member and never what stood in it."""
    status, problem = ask(door, "/v1/beperkingen", **body)
    assert status == 400
    assert isinstance(problem["fouten"], list)
    assert [fault["veld"] for fault in problem["fouten"]] == [field]
    assert "schoenmaat" not in str(problem)


def test_a_shield_is_the_same_404_as_nobody(own: Door) -> None:
    """To her town someone shielded is an invented reference, byte for byte, until she is shown again."""
    assert ask(own, "/v1/afschermingen", afgeschermd=True)[0] == 201
    body = {"clientRef": unknown(), "doel": "P02"}
    nobody = own.ask("POST", "/v1/verstrekkingen", "gemeente_klantmanager", json=body)
    hidden = own.disclose("gemeente_klantmanager", "P02", NUMBER)
    assert hidden.status_code == nobody.status_code == 404
    assert hidden.content == nobody.content
    assert ask(own, "/v1/afschermingen", afgeschermd=False)[1]["afgeschermd"] is False
    assert own.disclose("gemeente_klantmanager", "P02", NUMBER).status_code == 200


def test_a_notice_shows_a_reference_and_nothing_of_her(own: Door) -> None:
    """The members are as agreed; someone else's notice is the 404 of nobody."""
    given = own.consent(NUMBER, "P05").json()["id"]
    own.ask("POST", f"/v1/toestemmingen/{given}/_intrekken")
    listed = own.ask("GET", "/v1/meldingen", "uitzendbureau_matcher").json()
    (notice,) = listed["meldingen"]
    assert listed["meer"] is False
    assert set(notice) == {
        "id", "soort", "clientRef", "doel", "toestemming", "gemeldOp", "uiterlijk",
    }  # fmt: skip
    assert notice["clientRef"] == own.reference("uitzendbureau_matcher", NUMBER)
    path = f"/v1/meldingen/{notice['id']}/_bevestigen"
    theirs = own.ask("POST", path, "gemeente_klantmanager")
    nobodys = own.ask("POST", f"/v1/meldingen/{unknown()}/_bevestigen", "gemeente_klantmanager")
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    confirmed = own.ask("POST", path, "uitzendbureau_matcher").json()
    assert confirmed["bevestigdOp"] == NOON.isoformat()


def test_a_guardian_agrees_for_a_child(own: Door) -> None:
    """Without ``voogd`` a child's consent is a wrong question; with it, it is recorded."""
    number = 9_500
    child = {
        "v_nummer": f"09990{number:05d}",
        "geboortedatum": "2012-01-01",
        "opvanglocatie_code": "AZC-HDW-01",
        "profiel_peildatum": "2026-03-01",
    }
    assert own.deliver(child).status_code == 201
    alone = own.consent(number, "P05", AGENCY)
    assert alone.status_code == 400
    assert alone.json()["fouten"][0]["veld"] == "voogd"
    assert own.consent(number, "P05", AGENCY, voogd=True).status_code == 201
