"""The policy's screens: from a proposal to force and back, by those to whom each step falls."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from policies.drafts import PolicyDrafts
from tests.edges.api.door import OWN, Door, opened
from tests.edges.api.steward import INTAKE, files, proposed
from tests.web.visitor import Visitor, tree, words

PERIOD = "?van=2026-03-01&tot=2026-03-31"


@pytest.fixture(name="own", scope="module")
def fixture_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate whose policy may change."""
    door = opened(tmp_path_factory.mktemp("policy") / "data")
    door.disclose("gemeente_klantmanager", "P02", OWN)
    yield door
    door.gateway.close()


@pytest.fixture(name="which", scope="module")
def fixture_which(own: Door) -> UUID:
    """Propose a small change."""
    return proposed(own)


def visitor(door: Door, who: str) -> Visitor:
    """Sign in as someone of the demo."""
    one = Visitor(door)
    assert one.sign_in(f"demo-{who}").status_code == 303
    return one


def buttons(page: str, one: Visitor) -> list[str]:
    """Name the buttons of a page."""
    return [b.text_content().strip() for b in tree(one.get(page)).xpath("//main//button")]


def test_a_proposal_is_judged_approved_and_brought_into_force(own: Door, which: UUID) -> None:
    """Two officers see what changes and for how many, approve, and it holds; one takes it back."""
    page = f"/beleid/{which}"
    anouk, daan = visitor(own, "anouk-meijer"), visitor(own, "daan-peters")
    seen = words(anouk.get(page))
    assert "P02 Warme overdracht en brede intake" in seen
    assert "eraf Roepnaam" in seen
    assert "alle verhalen kloppen" in seen
    assert "In werking" not in buttons(page, anouk)
    for officer in (anouk, daan):
        assert officer.submit(f"{page}/goedkeuren").status_code == 303
        assert "Keur goed" not in buttons(page, officer)
    assert anouk.submit(f"{page}/in-werking", ingang="").status_code == 303
    shown = own.disclose("gemeente_klantmanager", "P02", OWN).json()
    assert "roepnaam" not in shown["velden"]
    standing = visitor(own, "iris-de-boer").get("/beleid")
    assert own.gateway.actions.gate.matrix.digest in standing.text
    assert daan.submit("/beleid/terugdraaien", reden="Toch nodig").status_code == 303
    assert "roepnaam" in own.disclose("gemeente_klantmanager", "P02", OWN).json()["velden"]


def test_a_version_that_waits_is_not_said_to_hold(own: Door) -> None:
    """Brought into force from a moment ahead, the page says that until then the rules of now hold."""
    page = f"/beleid/{proposed(own)}"
    anouk, daan = visitor(own, "anouk-meijer"), visitor(own, "daan-peters")
    for officer in (anouk, daan):
        assert officer.submit(f"{page}/goedkeuren").status_code == 303
    said = words(anouk.follow(anouk.submit(f"{page}/in-werking", ingang="2026-03-20T00:00")))
    assert "Tot dan gelden de regels van nu." in said
    assert "Geen poort beslist nog" not in said
    assert daan.submit("/beleid/terugdraaien", reden="Toch niet nodig").status_code == 303


def test_a_period_is_taken_again_on_the_page(own: Door, which: UUID) -> None:
    """The recorded decisions come out as recorded, and each difference follows from the change."""
    seen = words(visitor(own, "anouk-meijer").get(f"/beleid/{which}{PERIOD}"))
    assert "Onder hun eigen regels komen zij precies uit zoals zij vastliggen." in seen
    assert "Elk verschil volgt uit een wijziging hierboven." in seen
    assert "- Roepnaam" in seen


def test_an_owner_proposes_files_and_reads_what_is_wrong(own: Door) -> None:
    """A mistake is told by file and line and keeps nothing; mended, it is a proposal."""
    iris = visitor(own, "iris-de-boer")
    known = PolicyDrafts().shipped()[INTAKE]
    name = INTAKE.rpartition("/")[2]
    line = known[: known.index(b"      - roepnaam")].count(b"\n") + 1
    broken = known.replace(b"- roepnaam", b"- schoenmaat", 1)
    answer = iris.upload("/beleid/voorstel", [("bestand", (name, broken))], reden="Maat erbij")
    assert answer.status_code == 400
    assert f"{INTAKE}:{line}" in words(answer)
    assert "schoenmaat" in words(answer)
    before = iris.get("/beleid").text.count("/beleid/")
    changed = [(path.rpartition("/")[2], one) for path, one in files().items() if one]
    sent = [("bestand", (name, one + b"\n# Nagekeken\n")) for name, one in changed]
    done = iris.follow(iris.upload("/beleid/voorstel", sent, reden="Roepnaam past hier niet"))
    assert "Uw voorstel staat in het logboek" in words(done)
    assert "eraf Roepnaam" in words(done)
    assert iris.get("/beleid").text.count("/beleid/") == before + 1


@pytest.mark.parametrize(
    ("sent", "reason", "said"),
    [
        ([], "Zomaar", "Kies bestanden van het beleid"),
        ([("wachtwoorden.yaml", b"x: 1")], "Zomaar", "Kies bestanden van het beleid"),
        ([("../../" + INTAKE, b"x: 1")], "Zomaar", "Kies bestanden van het beleid"),
        ([("fields.csv", b"")], "Zomaar", "Kies bestanden van het beleid"),
        ([(INTAKE.rpartition("/")[2], b"x: 1")], "", "Geef een reden"),
    ],
)
def test_files_without_a_place_are_no_proposal(
    own: Door, sent: list[tuple[str, bytes]], reason: str, said: str
) -> None:
    """Nothing, another name, a path and an empty file are refused on the page, as is no reason."""
    iris = visitor(own, "iris-de-boer")
    posted = [("bestand", one) for one in sent] or [("ander", ("a", b"b"))]
    answer = iris.upload("/beleid/voorstel", posted, reden=reason)
    assert (answer.status_code, said in words(answer)) == (400, True), words(answer)


def test_more_than_a_mebibyte_is_not_read(own: Door) -> None:
    """A file that is too large is refused before it is looked at; an officer has no such form."""
    iris, anouk = visitor(own, "iris-de-boer"), visitor(own, "anouk-meijer")
    large = [("bestand", ("fields.csv", b"x" * ((1 << 20) + 10_000)))]
    assert iris.upload("/beleid/voorstel", large, reden="Zomaar").status_code == 413
    assert "Stel voor" in buttons("/beleid", iris)
    assert "Stel voor" not in buttons("/beleid", anouk)


def test_an_officer_elsewhere_has_no_such_screen(own: Door) -> None:
    """The privacy officer of a municipality is not offered it, and refused on record."""
    officer = visitor(own, "willem-de-groot")
    assert "/beleid" not in officer.follow(officer.get("/")).text
    assert officer.get("/beleid").status_code == 403


def test_a_reason_that_cannot_be_is_refused(own: Door) -> None:
    """Nor is a moment that is none; nothing changes."""
    iris = visitor(own, "iris-de-boer")
    assert iris.submit("/beleid/terugdraaien", reden="").status_code == 400
    assert iris.submit(f"/beleid/{UUID(int=7)}/in-werking", ingang="morgen").status_code == 400
