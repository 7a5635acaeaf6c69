"""Werk: an agency records a placement, its end and contact after, each form once and with its faults."""

from datetime import timedelta
from typing import Final

import pytest

from tests.edges.api.door import AGENCY, EMPLOYER, Door, row
from tests.web.visitor import NOOR, Visitor, signed_in, tree, words

PERSON: Final = 91
BSN: Final = "999990019"
JOB: Final = {
    "werkgever": EMPLOYER,
    "start": "2026-03-01",
    "uren": "32",
    "contract": "uitzend_fase_a",
}


@pytest.fixture(name="noor")
def fixture_noor(door: Door) -> Visitor:
    """Sign in as the agency's matcher."""
    return signed_in(door, NOOR)


def offered(door: Door, number: int, *purposes: str) -> str:
    """Deliver someone with an offer; return the path of her work."""
    assert door.deliver(row(number)).is_success
    for purpose in ("P05", *purposes):
        assert door.consent(number, purpose).status_code == 201
    assert door.relate(number, "aanbod", AGENCY).status_code == 201
    door.clock.wait(timedelta(minutes=1))
    return f"/profielen/{door.reference('uitzendbureau_matcher', number)}/werk"


def done(visitor: Visitor, path: str, **data: str) -> str:
    """Post a form, follow where it sends, and read what the page says."""
    answer = visitor.submit(path, **data)
    assert answer.status_code == 303, words(answer)
    return words(visitor.follow(answer))


def test_work_is_recorded_followed_and_ended(door: Door, noor: Visitor) -> None:
    """From the profile to a placement, a contact with a note, and the end; markup stays text."""
    path = offered(door, PERSON, "P08")
    assert path in noor.get(path.removesuffix("/werk")).text
    said = done(noor, f"{path}/plaatsing", **JOB)
    assert "32 uur · Uitzendovereenkomst fase A" in said
    assert "Leg het contact vast" not in said
    assert door.relate(PERSON, "geplaatst", AGENCY).status_code == 201
    door.clock.wait(timedelta(minutes=1))
    day = door.clock.now().date()
    care = {"dag": day.isoformat(), "hoe": "aandacht", "behoefte": "taal"}
    said = done(noor, f"{path}/contact", **care, notitie="<b>Zij fietst</b>")
    assert "Vraagt aandacht" in said
    assert "<b>Zij fietst</b>" in said
    assert path in noor.get("/nazorg").text
    said = done(noor, f"{path}/einde", einde=day.isoformat(), reden="verhuizing")
    assert "Verhuizing" in said
    assert "Leg de plaatsing vast" in said


@pytest.mark.parametrize(
    ("end", "data", "why"),
    [
        ("plaatsing", JOB | {"uren": "99"}, "60 uur per week"),
        ("plaatsing", JOB | {"uren": "veel"}, "60 uur per week"),
        ("plaatsing", JOB | {"start": "morgen"}, "binnen een jaar"),
        ("plaatsing", JOB | {"contract": "zwart"}, "soort contract"),
        ("plaatsing", JOB | {"werkgever": AGENCY}, "werkgever uit de lijst"),
        ("einde", {"einde": "2026-03-05", "reden": "twv"}, "Dit kan nu niet"),
        ("einde", {"einde": "2026-03-05", "reden": "zin"}, "waarom het werk eindigde"),
        ("contact", {"dag": "2026-03-05", "hoe": "best"}, "hoe het gaat"),
    ],
)
def test_what_is_wrong_is_said_on_the_page(
    door: Door, noor: Visitor, end: str, data: dict[str, str], why: str
) -> None:
    """The page comes back with 400, the reason, and what was typed."""
    answer = noor.submit(f"{offered(door, PERSON + 1)}/{end}", **data)
    assert (answer.status_code, why in words(answer)) == (400, True), words(answer)
    typed = tree(answer).xpath("//input[@name='uren']/@value")
    assert typed == [data.get("uren", "")]


def test_a_number_set_by_law_is_not_taken(door: Door, noor: Visitor) -> None:
    """Typed in a note or a search it is refused as such and written nowhere; the page goes on opening."""
    path = offered(door, PERSON + 3, "P08")
    done(noor, f"{path}/plaatsing", **JOB)
    size = door.gateway.audit.head().size
    care = {"dag": door.clock.now().date().isoformat(), "hoe": "aandacht"}
    for where, sent in (
        (f"{path}/contact", care | {"notitie": f"Haar nummer is {BSN}."}),
        (f"{path}/contact", care | {"hoe": BSN}),
        ("/kandidaten/zoek", {"vaardigheden": f"lassen, {BSN}"}),
    ):
        answer = noor.submit(where, **sent)
        assert answer.status_code == 400
        assert "Er staat een burgerservicenummer in" in answer.text
        assert BSN not in answer.text
    assert door.gateway.audit.head().size == size
    assert noor.get(path).status_code == 200


def test_who_gave_the_agency_nothing_is_not_there(door: Door, noor: Visitor) -> None:
    """Delivered without consent she is as unknown as nobody."""
    assert door.deliver(row(PERSON + 2)).is_success
    reference = door.reference("uitzendbureau_matcher", PERSON + 2)
    answer = noor.get(f"/profielen/{reference}/werk")
    assert answer.status_code == 404
    assert noor.submit(f"/profielen/{reference}/werk/plaatsing", **JOB).status_code == 404
