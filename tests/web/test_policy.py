"""The policy's screens: from a proposal to force and back, by those to whom each step falls."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.edges.api.door import OWN, Door, opened
from tests.edges.api.steward import proposed
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


def test_a_period_is_taken_again_on_the_page(own: Door, which: UUID) -> None:
    """The recorded decisions come out as recorded, and each difference follows from the change."""
    seen = words(visitor(own, "anouk-meijer").get(f"/beleid/{which}{PERIOD}"))
    assert "Onder hun eigen regels komen zij precies uit zoals zij vastliggen." in seen
    assert "Elk verschil volgt uit een wijziging hierboven." in seen
    assert "- Roepnaam" in seen


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
