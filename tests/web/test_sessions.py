"""Sessions on the screens: who comes in, under which id, in which role, until when."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gateway.domain.sessions import IDLE, LONGEST
from tests.edges.api.door import OWN, Door, row
from tests.web.visitor import HERE, JORIS, NOOR, ROBIN, SANNE, Visitor, signed_in, tree, words

COOKIE = "doelpoort-demo"


@pytest.fixture(autouse=True)
def fixture_time_stands(door: Door) -> Iterator[None]:
    """Put the clock back after each test: the gate is everyone's, and here working days go by."""
    before = door.clock.moment
    yield
    door.clock.moment = before


def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(door: Door) -> None:
    """A page without a session leads to sign-in, and after it back to the same page."""
    visitor = Visitor(door)
    sent = visitor.get("/overdrachten?toon=te-laat")
    assert sent.headers["location"] == "/aanmelden?terug=%2Foverdrachten%3Ftoon%3Dte-laat"
    assert visitor.follow(sent).status_code == 200
    back = visitor.sign_in(SANNE, "/overdrachten?toon=te-laat")
    assert back.headers["location"] == "/overdrachten?toon=te-laat"


def test_every_page_says_who_you_are_for_whom_and_in_which_role(sanne: Visitor) -> None:
    """The header names the worker, her role and her organisation."""
    text = words(sanne.get("/overdrachten"))
    assert "Sanne Bakker" in text
    assert "Klantmanager gemeente · Gemeente Harderwijk" in text


def test_signing_in_makes_a_new_id(door: Door) -> None:
    """An id that was there before, an attacker's too, is worth nothing after signing in."""
    planted = signed_in(door, JORIS).cookies[COOKIE]
    victim = Visitor(door, {COOKIE: planted})
    victim.sign_in(SANNE)
    assert victim.cookies[COOKIE] != planted
    assert Visitor(door, {COOKIE: planted}).get("/overdrachten").status_code == 303


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(door: Door) -> None:
    """The cookie is HttpOnly and SameSite=Lax, for the whole host and no other."""
    (cookie,) = Visitor(door).sign_in(SANNE).headers.get_list("set-cookie")
    assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
    assert "domain" not in cookie.lower()


def test_the_id_is_nowhere_in_the_store(door: Door) -> None:
    """The store knows a digest of the id, so that reading it lets nobody in."""
    visitor = signed_in(door)
    id_ = visitor.cookies[COOKIE].encode()
    for file in door.gateway.settings.data.glob("*.db*"):
        content = file.read_bytes()
        assert id_ not in content
        assert b"Sanne Bakker" not in content


@pytest.mark.parametrize("pause", [IDLE, LONGEST])
def test_a_session_ends_by_itself_and_says_so(door: Door, pause: timedelta) -> None:
    """After half an hour without use, or a working day, one signs in again and reads why."""
    visitor = signed_in(door)
    assert visitor.get("/overdrachten").status_code == 200
    door.clock.wait(pause)
    sent = visitor.get("/overdrachten")
    assert sent.status_code == 303
    assert "reden=verlopen" in sent.headers["location"]
    assert "Uw sessie is beëindigd" in words(visitor.follow(sent))


def test_use_keeps_a_session_alive_but_not_beyond_a_working_day(door: Door) -> None:
    """Who works on stays signed in, until the longest a session may last."""
    visitor = signed_in(door)
    half = IDLE / 2
    for _ in range(int(LONGEST / half) - 1):
        door.clock.wait(half)
        assert visitor.get("/overdrachten").status_code == 200
    door.clock.wait(half)
    assert visitor.get("/overdrachten").status_code == 303


def test_signing_off_ends_the_session_everywhere(door: Door) -> None:
    """After signing off a copy of the cookie is worth nothing, and the browser is told to forget."""
    visitor = signed_in(door)
    copy = Visitor(door, dict(visitor.cookies))
    gone = visitor.submit("/afmelden")
    assert "U bent afgemeld" in words(gone)
    assert gone.headers["clear-site-data"] == '"cache", "storage"'
    assert COOKIE not in visitor.cookies
    assert copy.get("/overdrachten").status_code == 303


def test_who_has_two_roles_chooses_and_the_choice_is_logged(door: Door) -> None:
    """Several roles: one chooses first, may change, under a new id, and the log tells of it."""
    visitor = signed_in(door, ROBIN)
    sent = visitor.get("/overdrachten")
    assert sent.headers["location"] == "/rol?terug=%2Foverdrachten"
    before = visitor.cookies[COOKIE]
    chosen = visitor.submit("/rol/kies", rol="gemeente_klantmanager", terug="/overdrachten")
    assert chosen.headers["location"] == "/overdrachten"
    assert visitor.cookies[COOKIE] != before
    assert visitor.get("/overdrachten").status_code == 200
    last = door.payload(_entries(door) - 1)  # the choice, and then the page's own entries
    changed = visitor.submit("/rol/kies", rol="gemeente_matcher")
    assert changed.status_code == 303
    told = door.payload(_entries(door) - 1)
    assert last != told
    assert (told["role"], told["actor"]) == ("gemeente_matcher", ROBIN)
    assert visitor.get("/overdrachten").status_code == 403


def test_a_role_that_is_not_yours_cannot_be_chosen(door: Door) -> None:
    """Choosing someone else's role changes nothing."""
    visitor = signed_in(door, ROBIN)
    assert visitor.submit("/rol/kies", rol="privacy_officer").status_code == 400
    assert visitor.get("/overdrachten").status_code == 303


def test_a_bsn_is_shown_after_a_stronger_proof_only(door: Door) -> None:
    """Without extra proof the BSN is not even opened; after it the page shows the number."""
    number = "999990019"
    door.deliver(row(OWN, bsn=number))
    visitor = signed_in(door)
    path = f"/overdrachten/{door.reference('gemeente_klantmanager', OWN)}"
    plain = visitor.get(path)
    assert number not in plain.text
    (link,) = tree(plain).xpath("//a[starts-with(@href, '/aanmelden/extra')]/@href")
    assert "Extra zekerheid" in words(visitor.get(link))
    raised = visitor.submit("/aanmelden/bewijs", terug=path)
    assert raised.headers["location"] == path
    assert number in visitor.get(path).text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nb",
    ],
)
def test_nobody_is_sent_elsewhere(door: Door, elsewhere: str) -> None:
    """A page to come back to is one of our own, or the start."""
    assert Visitor(door).sign_in(SANNE, elsewhere).headers["location"] == "/"
    english = Visitor(door).get("/taal/en?terug=" + elsewhere.replace("\r\n", "%0d%0a"))
    assert english.headers["location"] == "/"


def test_a_form_of_another_site_is_refused(sanne: Visitor) -> None:
    """A post without the session's token, with another one, or from another origin changes nothing."""
    token = sanne.token()
    forged = (
        sanne.post("/afmelden", {}, Origin=HERE),
        sanne.post("/afmelden", {"csrf": "x" * 43}, Origin=HERE),
        sanne.post("/afmelden", {"csrf": token}, Origin="https://evil.example"),
        sanne.post("/afmelden", {"csrf": token}, Origin="null"),
        sanne.post("/afmelden", {"csrf": token}, Origin="http://["),
        sanne.post("/afmelden", {"csrf": token}, Sec_Fetch_Site="cross-site"),
    )
    assert {answer.status_code for answer in forged} == {403}
    assert sanne.get("/overdrachten").status_code == 200
    assert sanne.post("/afmelden", {"csrf": token}, Origin=HERE).status_code == 200


def test_signing_in_by_a_form_of_another_site_is_refused(door: Door) -> None:
    """Nobody can be signed in as someone else by a page of another site."""
    visitor = Visitor(door)
    answer = visitor.post("/aanmelden/wie", {"wie": SANNE}, Origin="https://evil.example")
    assert answer.status_code == 403
    assert not visitor.cookies


def test_the_open_door_knows_its_own_people_only(door: Door) -> None:
    """The demo's door lets in whom it lists, and repeats no other name."""
    answer = Visitor(door).sign_in("<b>admin</b>")
    assert answer.status_code == 400
    assert "admin" not in answer.text


def test_each_role_starts_at_its_own_screen(door: Door) -> None:
    """The start leads to the role's first screen, or says that it has none."""
    assert signed_in(door).get("/").headers["location"] == "/overdrachten"
    assert signed_in(door, NOOR).get("/").status_code in {200, 303}


def _entries(door: Door) -> int:
    return int(door.gateway.audit.head().size)
