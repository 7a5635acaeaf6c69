"""Searching without names: what the form keeps to itself, what is shown, and what is not."""

from typing import Final

import pytest

from tests.edges.api.door import FOUND, OWN, Door
from tests.web.visitor import NOOR, ROBIN, Visitor, signed_in, tree, words

GEVONDEN: Final = "/kandidaten/gevonden"
PICKED: Final = "//input[@name='kandidaat']/@value"


@pytest.fixture(name="noor")
def fixture_noor(door: Door) -> Visitor:
    """Sign in as the matcher of the agency."""
    return signed_in(door, NOOR)


def seek(visitor: Visitor, **filters: str) -> None:
    """Search, and check that the way to the outcome tells nothing of it."""
    sent = visitor.submit("/kandidaten/zoek", **filters)
    assert (sent.status_code, sent.headers["location"]) == (303, GEVONDEN)


def test_what_was_searched_stands_in_no_address_and_opens_for_her_only(
    noor: Visitor, door: Door
) -> None:
    """The search is kept sealed in a cookie of these pages; in another session it means nothing."""
    sent = noor.submit("/kandidaten/zoek", nt2_niveau_spreken="A2")
    (cookie,) = [one for one in sent.headers.get_list("set-cookie") if "zoekvraag" in one]
    assert {"httponly", "samesite=strict", "path=/kandidaten"} <= set(cookie.lower().split("; "))
    other = signed_in(door, NOOR)
    other.cookies["zoekvraag"] = noor.cookies["zoekvraag"]
    assert other.get(GEVONDEN).headers["location"] == "/kandidaten"
    other.cookies["zoekvraag"] = "geen hex"
    assert other.get(GEVONDEN).headers["location"] == "/kandidaten"


def test_candidates_are_shown_without_names_numbers_or_rank(noor: Visitor) -> None:
    """A group is shown with a rounded count and its order stated; nobody is named."""
    seek(noor, nt2_niveau_spreken="A2")
    answer = noor.get(GEVONDEN)
    told = words(answer)
    assert "Ongeveer 15 kandidaten" in told
    assert "er is geen rangschikking" in told
    assert "Nederlands spreken: minstens A2" in told
    assert "Voorbeeld1" not in answer.text
    assert "Selam" not in answer.text
    assert len(tree(answer).xpath(PICKED)) == len({OWN, *FOUND})


def test_each_search_names_candidates_anew(noor: Visitor) -> None:
    """The references of one search mean nothing in the next; a refresh keeps them."""
    seek(noor)
    first = tree(noor.get(GEVONDEN)).xpath(PICKED)
    assert tree(noor.get(GEVONDEN)).xpath(PICKED) == first
    seek(noor)
    assert not set(first) & set(tree(noor.get(GEVONDEN)).xpath(PICKED))


def test_a_group_that_is_too_small_is_said_and_not_counted(noor: Visitor) -> None:
    """Fewer than ten: nobody, no number, and a way to widen the search."""
    seek(noor, engels_niveau="C2")
    answer = noor.get(GEVONDEN)
    assert answer.status_code == 200
    told = words(answer)
    assert "De groep is te klein" in told
    assert "Engels: minstens C2" in told
    assert not tree(answer).xpath("//tbody")
    assert tree(answer).xpath("//main//a[@href='/kandidaten']")


def test_the_form_comes_back_as_it_was(noor: Visitor) -> None:
    """After a search the filters stand as they were chosen."""
    seek(noor, nt2_niveau_spreken="A2", werktijden="nacht")
    form = tree(noor.get("/kandidaten"))
    assert form.xpath("//select[@name='nt2_niveau_spreken']/option[@selected]/@value") == ["A2"]
    assert form.xpath("//input[@name='werktijden'][@checked]/@value") == ["nacht"]


def test_the_filters_can_be_wiped(noor: Visitor) -> None:
    """One press, and the browser keeps nothing of the last search."""
    seek(noor, nt2_niveau_spreken="A2")
    wiped = noor.submit("/kandidaten/zoek", wis="1", nt2_niveau_spreken="A2")
    assert wiped.headers["location"] == "/kandidaten"
    assert "zoekvraag" not in noor.cookies
    assert noor.get(GEVONDEN).headers["location"] == "/kandidaten"


def test_the_form_offers_only_what_a_matcher_may_read(noor: Visitor) -> None:
    """No filter stands on a field outside the purpose, and an invented one is not searched by."""
    names = {*tree(noor.get("/kandidaten")).xpath("//main//select/@name | //main//input/@name")}
    assert names == {
        "csrf", "beroepen_gewenst", "setu_beroepscategorie", "arbeidsmarktregio",
        "bemiddelingspostcode4", "afstand", "nt2_niveau_spreken", "engels_niveau",
        "opleidingsniveau_hoogste", "beschikbaar_uren", "beschikbaar_vanaf", "rijbewijs",
        "inzetbaarheid", "werktijden", "contractvoorkeur", "vervoermiddel", "vaardigheden",
        "ervaring_jaren", "reisafstand_max_km",
    }  # fmt: skip
    seek(noor, nationaliteit="0110", engels_niveau="Z9")
    assert "Zonder filters" in words(noor.get(GEVONDEN))


ASKED_FOR: Final = {
    "vaardigheden": "koken, lassen",
    "ervaring_jaren": "3",
    "reisafstand_max_km": "20",
    "beschikbaar_vanaf": "2026-12-31",
    "bemiddelingspostcode4": "3841",
    "afstand": "30",
}


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("nl", ("Vaardigheden: koken, lassen", "Jaren ervaring: minstens 3 jaar",
                "Maximale reisafstand (km): minstens 20 km", "Beschikbaar vanaf: 31 dec 2026",
                "Afstand tot die postcode: hoogstens 30 km")),
        ("en", ("Skills: koken, lassen", "Years of experience: at least 3 years",
                "Max travel distance (km): at least 20 km", "Available from: 31 Dec 2026",
                "Distance from that postcode: at most 30 km")),
    ],
)  # fmt: skip
def test_every_filter_is_told_in_words(
    noor: Visitor, language: str, lines: tuple[str, ...]
) -> None:
    """Skills, experience, travel, the day and the distance come back on the outcome and on the form."""
    noor.get(f"/taal/{language}")
    seek(noor, **ASKED_FOR)
    told = words(noor.get(GEVONDEN))
    assert [line for line in lines if line not in told] == []
    form = tree(noor.get("/kandidaten"))
    typed = {one.get("name"): one.get("value") for one in form.xpath("//main//input[@id]")}
    assert typed == {k: v for k, v in ASKED_FOR.items() if k in typed}
    chosen = form.xpath("//select/option[@selected][@value != '']/@value")
    assert chosen == ["3", "30", "20"]


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("beschikbaar_vanaf", "morgen", "beschikbaar_vanaf"),
        ("beschikbaar_vanaf", "20261231", "beschikbaar_vanaf"),
        ("vaardigheden", ",".join(map(str, range(21))), "vaardigheden"),
        ("vaardigheden", "x" * 101, "vaardigheden"),
        ("bemiddelingspostcode4", "0941", "bemiddelingspostcode4"),
        ("afstand", "20", "bemiddelingspostcode4"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(
    noor: Visitor, name: str, value: str, wrong: str
) -> None:
    """A day that is none, too many skills, or a distance from nowhere: 400, and the field says why."""
    answer = noor.submit("/kandidaten/zoek", **{name: value})
    assert answer.status_code == 400
    assert tree(answer).xpath("//input[@aria-invalid]/@name") == [wrong]


def test_a_postcode_that_cannot_be_one_is_said_at_its_field(noor: Visitor) -> None:
    """The form comes back with what is wrong, and repeats the entry escaped."""
    answer = noor.submit("/kandidaten/zoek", bemiddelingspostcode4="<b>")
    assert answer.status_code == 400
    assert "Vul vier cijfers in, of de eerste twee." in words(answer)
    (field,) = tree(answer).xpath("//input[@name='bemiddelingspostcode4']")
    assert field.get("aria-invalid") == "true"
    assert "<b>" not in answer.text


def test_each_page_says_how_often_one_may_still_search(noor: Visitor) -> None:
    """What is left goes down by one with each look at an outcome, and the form tells the same."""
    seek(noor)
    before = _left(noor, "/kandidaten")
    assert _left(noor, GEVONDEN) == before - 1
    assert _left(noor, "/kandidaten") == before - 1


def test_a_matcher_of_a_municipality_searches_but_asks_for_nobody(door: Door) -> None:
    """She has the search and no introductions: there is nothing to choose, and no door to them."""
    robin = signed_in(door, ROBIN)
    robin.submit("/rol/kies", rol="gemeente_matcher")
    seek(robin)
    page = tree(robin.get(GEVONDEN))
    assert page.xpath("//tbody/tr")
    assert not page.xpath(PICKED)


def _left(visitor: Visitor, path: str) -> int:
    told = words(visitor.get(path))
    return int(told.partition("U kunt vandaag nog ")[2].partition(" ")[0])
