"""A resident on her own pages: in with a code and a birth date, and out without leaving a trace."""

import asyncio
import gzip
import json
import re
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from starlette.requests import Request

from gateway.domain.callers import acting
from gateway.domain.own_access import SESSION_LASTS, TRIES
from gateway.web.own import address
from gateway.web.own_files import FORMS
from tests.edges.api.door import AGENCY, EMPLOYER, FOUND, OWN, SPARE, Door, opened, row, v_nummer
from tests.suites import DEEP
from tests.web.visitor import CASEMANAGER, SANNE, Visitor, signed_in, tree, words
from tests.web.visitor import HERE as SITE

DOOR: Final = "/mijn-gegevens"
SHARED: Final = DOOR + "/overzicht"
LOOKED: Final = DOOR + "/wie-keek"
BORN: Final = {"dag": "1", "maand": "5", "jaar": "1990"}
COOKIE: Final = "mijn-gegevens-demo"
PAGES: Final = ("overzicht", "wie-keek", "alles", "meenemen", "klopt-niet")
LIGHT: Final = 50_000
FONT: Final = re.compile(r'url\("\./([^"]+)"\)')


@pytest.fixture(scope="module", name="door")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate for residents alone: what they stop here stays stopped."""
    one = opened(tmp_path_factory.mktemp("own") / "data")
    yield one
    one.gateway.close()


def code_for(door: Door, number: int) -> str:
    """Let the casemanager make a code."""
    rooms = door.gateway.web.rooms
    caller = acting(door.persona("coa_casemanager"), rooms.codes.opvanglocaties)
    return asyncio.run(rooms.desks.own.access.make(caller, door.subject(number)))


def paper(door: Door, number: int, **form: str) -> str:
    """Let the casemanager make a code on her screen, and read it from the paper."""
    fatima = signed_in(door, CASEMANAGER)
    here = f"/bewoners/{door.reference('coa_casemanager', number)}/code"
    page = fatima.submit(f"{here}/maak", **form)
    assert page.status_code == 200
    (shown,) = re.findall(r"\d{3}(?: \d{3}){3}", words(page))
    return str(shown)


def device(door: Door, language: str = "nl") -> Visitor:
    """Take a phone, and choose a language on it."""
    phone = Visitor(door)
    phone.get(f"{DOOR}/taal/{language}")
    return phone


def enter(phone: Visitor, code: str, **born: str) -> httpx.Response:
    """Send the form of the door."""
    return phone.post(f"{DOOR}/openen", {"code": code, **BORN, **born}, Origin=SITE)


def inside(door: Door, number: int, language: str = "nl") -> Visitor:
    """Come in as a resident."""
    phone = device(door, language)
    assert enter(phone, code_for(door, number)).headers["location"] == SHARED
    return phone


def send(phone: Visitor, path: str, **form: str) -> httpx.Response:
    """Send a form of one of her pages."""
    (token,) = set(re.findall(r'name="csrf" value="([^"]+)"', phone.get(f"{DOOR}/meenemen").text))
    return phone.post(f"{DOOR}/{path}", {"csrf": token, **form}, Origin=SITE)


def test_a_language_is_chosen_first(door: Door) -> None:
    """Ten, each by its own name and in its own direction; then the door speaks it."""
    phone = Visitor(door)
    assert DOOR in tree(phone.get("/aanmelden")).xpath("//main//a/@href")
    links = tree(phone.get(DOOR)).xpath("//main//a")
    assert [one.get("lang") for one in links] == [
        "nl",
        "en",
        "ar",
        "ti",
        "fa",
        "tr",
        "uk",
        "so",
        "ps",
        "ku",
    ]
    assert phone.get(f"{DOOR}/taal/ar").headers["location"] == DOOR
    page = tree(phone.get(DOOR))
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert page.xpath("//form[@action='/mijn-gegevens/openen']")


def test_the_paper_speaks_two_languages_and_names_nobody(door: Door) -> None:
    """Her language beside Dutch, a picture and the address; the page shows nothing of her."""
    fatima = signed_in(door, CASEMANAGER)
    here = f"/bewoners/{door.reference('coa_casemanager', OWN)}/code"
    form = tree(fatima.get(f"{here}?taal=tir"))
    assert form.xpath("//select[@name='taal']/option[@selected]/@value") == ["ti"]
    page = fatima.submit(f"{here}/maak", taal="ti")
    assert tree(page).xpath("//section/@lang") == ["ti", "nl"]
    assert tree(page).xpath("//*[local-name()='svg']")
    for mark in ("Selam", "Voorbeeld", "1990", v_nummer(OWN)):
        assert mark not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_child_s_code_takes_her_representative(door: Door) -> None:
    """The form says so and shows no code; with the box ticked there is one."""
    child = 40
    assert door.deliver(row(child, geboortedatum="2015-05-01")).status_code == 201
    fatima = signed_in(door, CASEMANAGER)
    here = f"/bewoners/{door.reference('coa_casemanager', child)}/code"
    refused = fatima.submit(f"{here}/maak", taal="so")
    assert refused.status_code == 400
    assert "Onder de 16 jaar is de wettelijk vertegenwoordiger erbij." in words(refused)
    assert tree(refused).xpath("//option[@selected]/@value") == ["so"]
    code = paper(door, child, voogd="1")
    assert enter(device(door), code, jaar="2015").headers["location"] == SHARED


def test_a_scanned_code_waits_for_her_birth_date(door: Door) -> None:
    """It goes from the address into the form; used once, it is gone from the device."""
    phone, code = device(door), code_for(door, SPARE)
    answer = phone.get(f"{DOOR}/code/{code}")
    assert answer.headers["location"] == DOOR
    assert tree(phone.follow(answer)).xpath("//input[@name='code']/@value") == [code]
    assert enter(phone, code).headers["location"] == SHARED
    assert code not in phone.cookies.values()


@pytest.mark.parametrize("code", ["%D9%A3", "%FF", "%0d%0aA", "1" * 41])
def test_what_is_no_code_is_no_page(door: Door, code: str) -> None:
    """Other letters than a code's, and more than one has, are kept on no device."""
    phone = device(door)
    answer = phone.get(f"{DOOR}/code/{code}")
    assert (answer.status_code, answer.headers.get("set-cookie")) == (404, None)


def test_what_is_wrong_is_not_told(door: Door) -> None:
    """A used code, one that is none, a wrong date, no date, a dead code: the same bytes."""
    used, dead = code_for(door, SPARE), code_for(door, SPARE + 1)
    enter(device(door), used)
    answers = [enter(device(door), dead, jaar="1991") for _ in range(TRIES)]
    answers += [
        enter(device(door), used),
        enter(device(door), dead),
        enter(device(door), "000 000 000 000"),
        enter(device(door), "Selam", dag="?", maand="", jaar=""),
        device(door).post(f"{DOOR}/openen", {}, Origin=SITE),
    ]
    assert {(one.status_code, one.content) for one in answers} == {(403, answers[0].content)}
    heads = {re.sub("expires=[^;]*", "", str(sorted(one.headers.items()))) for one in answers}
    assert len(heads) == 1


def test_a_form_from_another_site_opens_nothing(door: Door) -> None:
    """Nobody is let in, or made to stop or leave, by a page that is not ours."""
    phone, code = device(door), code_for(door, SPARE)
    sent = phone.post(f"{DOOR}/openen", {"code": code, **BORN}, Origin="https://elders.example")
    assert sent.status_code == 403
    assert COOKIE not in phone.cookies
    assert enter(phone, code).status_code == 303
    assert phone.post(f"{DOOR}/einde", {}, Origin=SITE).status_code == 403
    assert phone.get(SHARED).status_code == 200


def test_the_device_keeps_a_random_id_and_nothing_else(door: Door) -> None:
    """Cookies that end with the window; no page is kept, and none names her in title or address."""
    phone = inside(door, SPARE)
    assert set(phone.cookies) == {"mijn-taal", COOKIE}
    assert re.fullmatch(r"[\w-]{43}", phone.cookies[COOKIE])
    for name in PAGES:
        page = phone.get(f"{DOOR}/{name}")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert tree(page).findtext("head/title") == "Mijn gegevens"
        addresses = " ".join(tree(page).xpath("//@href | //@action"))
        assert not re.search("Selam|Voorbeeld|1990", addresses)
        assert "<script" not in page.text


def test_cookies_end_with_the_window_and_stay_on_the_site(door: Door) -> None:
    """No script reads them, no other site sends them, and none but a scanned code has a term."""
    phone, code = device(door), code_for(door, SPARE)
    answers = [phone.get(f"{DOOR}/taal/nl"), enter(phone, code)]
    for cookie in [one for answer in answers for one in answer.headers.get_list("set-cookie")]:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Max-Age" not in cookie or "Max-Age=0" in cookie


def test_leaving_leaves_nothing(door: Door) -> None:
    """Her cookies go, the browser is asked to clear, and the old id opens nothing any more."""
    phone = inside(door, SPARE)
    id_ = phone.cookies[COOKIE]
    page = send(phone, "einde")
    assert "Deze pagina laat niets achter" in words(page)
    assert page.headers["clear-site-data"] == '"cache", "storage"'
    assert phone.cookies == {}
    again = Visitor(door, {COOKIE: id_})
    assert again.get(SHARED).headers["location"] == DOOR


def test_her_time_runs_out(door: Door) -> None:
    """Then every page of hers leads to the door, which says so once and forgets the id."""
    phone = inside(door, SPARE)
    door.clock.wait(SESSION_LASTS)
    try:
        assert phone.get(SHARED).headers["location"] == DOOR
        assert "De tijd is om." in words(phone.get(DOOR))
        assert COOKIE not in phone.cookies
        assert "De tijd is om." not in words(phone.get(DOOR))
    finally:
        door.clock.wait(-SESSION_LASTS)


def test_no_worker_s_session_opens_her_pages(door: Door) -> None:
    """Neither who guides her nor another comes in by her own role."""
    for who in (CASEMANAGER, SANNE):
        assert signed_in(door, who).get(SHARED).headers["location"] == DOOR


def test_she_sees_who_gets_what_why_and_until_when(door: Door) -> None:
    """Each yes in the words in which it was asked, with a term; and what the law carries."""
    door.disclose("gemeente_klantmanager", "P02", OWN, "achternaam")
    page = inside(door, OWN, "en").get(SHARED)
    yes = tree(page).xpath("//section[@aria-labelledby='ja']/article")
    assert len(yes) == 3
    told = " ".join(yes[0].text_content().split())
    assert "Uitzendbureau Voorbeeld" in words(page)
    assert "Until" in told
    law = tree(page).xpath("//section[@aria-labelledby='wet']/article")
    said = " ".join(" ".join(one.text_content().split()) for one in law)
    assert "Harderwijk" in said
    assert "Until 5 years after your integration" in said
    assert "Helping you" in said or "gets to know you" in said


def test_she_stops_it(door: Door) -> None:
    """One press; it is withdrawn at once, the recipient is told, and another's cannot be stopped."""
    number = FOUND[0]
    phone = inside(door, number)
    (path,) = tree(phone.get(SHARED)).xpath("//form[contains(@action, '/stoppen/')]/@action")
    end = path.removeprefix(f"{DOOR}/")
    assert send(inside(door, FOUND[1]), end).status_code in {403, 404}
    done = phone.follow(send(phone, end))
    assert "U bent gestopt." in words(done)
    assert tree(done).xpath("//section[@aria-labelledby='ja']/article") == []
    assert "U bent gestopt (" in words(done)


def test_who_looked_is_counted_without_gap(door: Door) -> None:
    """From 1 to the last, over the pages; her own look is among them."""
    phone = inside(door, OWN)
    page, counts = phone.get(LOOKED), list[int]()
    total = int(re.findall(r"er (\d+) nummers", words(page))[0])
    while True:
        counts += [int(one) for one in tree(page).xpath("//ol/li/@value")]
        older = tree(page).xpath("//p[@class='pages']/a[last()]/@href")
        if not older or 1 in counts:
            break
        page = phone.get(older[0])
    assert counts[:total] == [*range(total, 0, -1)]
    assert "Er ontbreekt geen nummer." in words(page)
    assert "Uzelf: kreeg uw gegevens" in words(phone.get(LOOKED))


def test_a_strange_place_in_the_count_is_no_fault(door: Door) -> None:
    """What somebody writes behind the address shows a page, or an empty one."""
    phone = inside(door, SPARE)
    for asked in ("0", "1", "x", "99999", "-3"):
        assert phone.get(f"{LOOKED}?voor={asked}").status_code == 200


def test_each_look_is_her_own_disclosure(door: Door) -> None:
    """It is in the log under P11 before a byte leaves; the overview opens no field of hers."""
    phone = inside(door, SPARE)
    phone.get(SHARED)
    phone.get(f"{DOOR}/alles")
    seen = tree(phone.get(LOOKED)).xpath("//ol/li")
    told = [" ".join(one.text_content().split()) for one in seen[:5]]
    assert sum("U bekijkt uw eigen gegevens" in one for one in told) == 5


def test_she_reads_all_that_is_kept(door: Door) -> None:
    """Her profile by subject, numbers set by law too: it is hers."""
    page = inside(door, SPARE).get(f"{DOOR}/alles")
    for value in ("Selam", f"Voorbeeld{SPARE}", v_nummer(SPARE), "1 mei 1990"):
        assert value in words(page)


def test_she_says_that_something_is_not_right(door: Door) -> None:
    """It waits at the desk with her words; sent twice it waits once, and empty it is asked again."""
    phone = inside(door, SPARE + 2)
    form = phone.get(f"{DOOR}/klopt-niet")
    (once,) = tree(form).xpath("//input[@name='eenmalig']/@value")
    empty = send(phone, "klopt-niet/stuur", woorden=" ", veld="talen")
    assert empty.status_code == 400
    assert tree(empty).xpath("//option[@selected]/@value") == ["talen"]
    for _ in range(2):
        sent = send(phone, "klopt-niet/stuur", woorden="ኣይኮነን", veld="talen", eenmalig=str(once))
        assert "Wij hebben uw bericht." in words(phone.follow(sent))
    waiting = door.ask("GET", "/v1/rectificaties").json()
    mine = [one for one in waiting["rectificaties"] if one["toelichting"] == "ኣይኮነን"]
    assert len(mine) == 1
    assert send(phone, "klopt-niet/stuur", woorden="x", veld="schoenmaat").status_code == 400


@pytest.mark.parametrize("form", ["json", "cv", *(["pdf"] if DEEP else [])])
def test_she_takes_her_data_along(door: Door, form: str) -> None:
    """In a file that bears no name, made for her and kept by nobody."""
    phone = inside(door, OWN)
    answer = send(phone, f"meenemen/{form}")
    name = FORMS[form]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF" if form == "pdf" else b"{")
    seen = tree(phone.get(LOOKED)).xpath("//ol/li")[1]
    assert "Uzelf: " in " ".join(seen.text_content().split())


def test_what_she_takes_is_all_of_it(door: Door) -> None:
    """As the interface tells it, and as a CV; in a form that there is not, nothing."""
    phone = inside(door, OWN)
    told = json.loads(send(phone, "meenemen/json").content)
    assert told["velden"]["vNummer"] == v_nummer(OWN)
    assert told["volledigheid"]["sluitend"]
    assert {one["ontvanger"] for one in told["toestemmingen"]} >= {AGENCY, EMPLOYER}
    resume = json.loads(send(phone, "meenemen/cv").content)
    assert resume["basics"]["name"] == f"Selam Voorbeeld{OWN}"
    assert send(phone, "meenemen/xls").status_code == 404


def test_a_fault_speaks_her_language(door: Door) -> None:
    """A page that is not there, too, without a word of staff's Dutch."""
    phone = inside(door, SPARE, "tr")
    page = phone.get(f"{DOOR}/nergens")
    assert page.status_code == 404
    assert tree(page).get("lang") == "tr"
    assert "Bir şey yanlış gitti" in words(page)  # noqa: RUF001 - Turkish


@pytest.mark.parametrize("language", ["ps", "ti"])
def test_a_page_with_all_it_loads_is_light(door: Door, language: str) -> None:
    """Compressed it stays below 50 kB on every page, style, picture and font with it; no script."""
    phone = inside(door, OWN, language)
    for name in PAGES:
        page = phone.get(f"{DOOR}/{name}")
        loads = {*tree(page).xpath("//link/@href | //img/@src | //script/@src")}
        (sheet,) = (one for one in loads if one.endswith(".css"))
        loads |= {f"/static/{one}" for one in FONT.findall(phone.get(sheet).text)}
        sizes = [len(gzip.compress(phone.get(one).content)) for one in loads]
        assert len(sizes) == 3
        assert len(gzip.compress(page.content)) + sum(sizes) < LIGHT
        assert "<script" not in page.text


@pytest.mark.parametrize(
    ("host", "counted"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("pipe", "pipe")],
)
def test_a_device_is_counted_by_its_network(host: str, counted: str) -> None:
    """Who has a whole IPv6 network does not guess anew from each of its addresses."""
    assert address(Request({"type": "http", "client": (host, 1), "headers": []})) == counted
