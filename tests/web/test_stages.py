"""COA's coordinator records how far someone is with an organisation: offer, placement, end."""

from collections.abc import Iterator

import pytest

from tests.edges.api.door import AGENCY, OTHER, Door, opened, unknown
from tests.web.visitor import ILSE, NOOR, Visitor, signed_in, tree, words


@pytest.fixture(scope="module", name="door")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate for this desk alone: a stage opens doors."""
    one = opened(tmp_path_factory.mktemp("stages") / "data")
    yield one
    one.gateway.close()


@pytest.fixture(name="ilse")
def fixture_ilse(door: Door) -> Visitor:
    """Sign in as the coordinator."""
    return signed_in(door, ILSE)


def here(door: Door, number: int = OTHER) -> str:
    """Return the address of someone's steps."""
    return f"/plaatsingen/{door.reference('coa_coordinator_meedoenbalie', number)}"


def standing(visitor: Visitor, path: str) -> str:
    """Read how far she is."""
    (part,) = tree(visitor.get(path)).xpath("//section[@aria-labelledby='kop-stappen']")
    return " ".join(part.text_content().split())


def test_steps_are_recorded_one_after_the_other(ilse: Visitor, door: Door) -> None:
    """Offer and placement stand beside each other; the end takes both away."""
    path = here(door)
    assert path in tree(ilse.get("/plaatsingen")).xpath("//tbody//th/a/@href")
    assert "geen organisatie" in standing(ilse, path)
    for step in ("aanbod", "geplaatst"):
        sent = ilse.submit(f"{path}/stap", partij=AGENCY, soort=step)
        assert sent.headers["location"] == f"{path}?gedaan={step}"
    assert "Aanbod gedaan Geplaatst" in standing(ilse, path)
    ended = ilse.follow(ilse.submit(f"{path}/stap", partij=AGENCY, soort="beeindigd"))
    assert "Vastgelegd: Beëindigd." in words(ended)
    assert "geen organisatie" in standing(ilse, path)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"partij": AGENCY, "soort": "gekoppeld"}, "welke stap is gezet"),
        ({"partij": "0344", "soort": "aanbod"}, "Kies een organisatie"),
        ({}, "welke stap is gezet"),
    ],
    ids=["another-kind", "a-town", "nothing"],
)
def test_what_is_not_on_the_lists_is_not_recorded(
    ilse: Visitor, door: Door, sent: dict[str, str], said: str
) -> None:
    """The page says what to choose, and how far she is stays as it was."""
    before = standing(ilse, here(door))
    answer = ilse.submit(f"{here(door)}/stap", **sent)
    assert answer.status_code == 400
    assert said in words(answer)
    assert standing(ilse, here(door)) == before


def test_nobody_looks_as_someone_else_does(ilse: Visitor) -> None:
    """An invented reference has no page, and takes no step."""
    path = f"/plaatsingen/{unknown()}"
    assert ilse.get(path).status_code == 404
    assert ilse.submit(f"{path}/stap", partij=AGENCY, soort="aanbod").status_code == 404


@pytest.mark.parametrize(
    ("path", "said"), [("/plaatsingen", "Er is niets te regelen"), ("/nazorg", "Nog niemand")]
)
def test_an_offer_alone_brings_nobody_on_the_agencys_lists(
    door: Door, path: str, said: str
) -> None:
    """Who has an offer and agreed to no more than a meeting is not there; the page has words instead."""
    page = signed_in(door, NOOR).get(path)
    assert said in words(page)
    assert not tree(page).xpath("//tbody")


def test_each_step_is_in_the_log(ilse: Visitor, door: Door) -> None:
    """With the organisation, under the coordinator's name."""
    size = _size(door)
    ilse.submit(f"{here(door)}/stap", partij=AGENCY, soort="aanbod")
    found = [door.payload(index) for index in range(size, _size(door))]
    (told,) = [one for one in found if one.get("detail", {}).get("party") == AGENCY]
    assert told["actor"] == ILSE
    ilse.submit(f"{here(door)}/stap", partij=AGENCY, soort="beeindigd")


def _size(door: Door) -> int:
    return door.gateway.audit.storage.head().size
