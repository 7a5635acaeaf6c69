"""What every page promises: headers, plain refusals, and names that stay text."""

from typing import Final

import pytest

from tests.edges.api.door import OWN, Door, row
from tests.web.visitor import HERE, Visitor, signed_in, tree, turned, words

MARKUP: Final = "<script>alert(1)</script>"
DIRT: Final = (MARKUP, '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "=1+1")
PERSON: Final = 40


@pytest.fixture(scope="module", name="dirty")
def fixture_dirty(door: Door) -> str:
    """Deliver someone with dirt in every text; return her page's path."""
    texts = {"roepnaam": DIRT[0], "achternaam": DIRT[1], "voornamen": DIRT[2]}
    job = {"beroep": DIRT[0], "isco": "8332", "van": "2010", "taken": DIRT[1]}
    study = {"naam": DIRT[3], "land": "SY", "van": "2000", "tot": "2004", "diploma": True}
    delivered = door.deliver(
        row(PERSON, **texts, werkambitie=DIRT[2], werkervaring=[job], opleidingen=[study])
    )
    assert delivered.status_code == 201
    return f"/overdrachten/{door.reference('gemeente_klantmanager', PERSON)}"


def test_names_with_markup_stay_text(sanne: Visitor, dirty: str) -> None:
    """Markup in a name is shown as it is written, on the list and in the dossier, and never runs."""
    for pages in (turned(sanne, "/overdrachten"), [sanne.get(dirty)]):
        assert {page.status_code for page in pages} == {200}
        assert not any(MARKUP in page.text for page in pages)
        assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in page.text for page in pages)
        for page in map(tree, pages):
            assert not page.xpath("//img[@onerror]")
            assert "49" not in {name.text for name in page.xpath("//h1//bdi")}


def test_a_page_has_nothing_inline(sanne: Visitor, dirty: str) -> None:
    """No style, no script and no handler stands in a page; all come from our own files."""
    for path in (
        "/aanmelden/extra",
        "/rol",
        "/overdrachten",
        dirty,
        dirty + "/waarom/bsn",
        "/taal/x",
    ):
        page = tree(sanne.get(path))
        assert not page.xpath("//style | //@style | //script[not(@src)]")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        assert all(src.startswith("/static/") for src in page.xpath("//script/@src | //img/@src"))


@pytest.mark.parametrize("path", ["/aanmelden", "/overdrachten", "/static/manifest.json"])
def test_headers_are_strict(sanne: Visitor, path: str) -> None:
    """A page cannot be framed, sniffed or stored, and may load nothing but our own files."""
    headers = sanne.get(path).headers
    policy = dict(
        part.partition(" ")[::2] for part in headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    for directive in ("script-src", "style-src", "font-src", "connect-src", "form-action"):
        assert policy[directive] == "'self'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_are_not_stored_and_files_are(sanne: Visitor) -> None:
    """No cache keeps a page; a built file may be kept for a year, since its name changes with it."""
    page = sanne.get("/overdrachten")
    assert page.headers["cache-control"] == "no-store"
    (sheet,) = tree(page).xpath("//link[@rel='stylesheet']/@href")
    kept = sanne.get(sheet)
    assert kept.status_code == 200
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_addresses_and_titles_hold_no_person(sanne: Visitor, dirty: str) -> None:
    """An address holds this organisation's own reference; a title names the page, not the person."""
    page = tree(sanne.get(dirty))
    assert page.findtext(".//title") == "Dossier - Doelpoort"
    rows = [
        address
        for one in turned(sanne, "/overdrachten")
        for address in tree(one).xpath("//tbody//a/@href")
    ]
    assert f"/overdrachten/{door_reference(sanne)}" in rows
    assert not any("Voorbeeld" in address or "0999" in address for address in rows)


def door_reference(visitor: Visitor) -> str:
    """Return the reference of the first person, as Harderwijk knows her."""
    return visitor.door.reference("gemeente_klantmanager", OWN)


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/overdrachten/nergens", 404, "Deze pagina is er niet"),
        ("/taal/xx", 404, "Deze pagina is er niet"),
        ("/logboek/" + "9" * 5_000, 404, "Deze pagina is er niet"),
        ("/aanmelden/terug?code=x&state=geheim", 401, "Aanmelden is niet gelukt"),
        ("/aanmelden/vertrek", 400, "Dit verzoek klopt niet"),
        ("/afmelden", 405, "Dit verzoek klopt niet"),
    ],
)
def test_what_cannot_be_shown_is_said_plainly(
    sanne: Visitor, path: str, status: int, title: str
) -> None:
    """A fault has its own page and status, and repeats nothing that was sent."""
    answer = sanne.get(path)
    assert (answer.status_code, tree(answer).findtext(".//h1")) == (status, title)
    assert "geheim" not in answer.text


def test_a_form_that_names_a_charset_is_refused(sanne: Visitor) -> None:
    """A charset can name any of the interpreter's, none of which says what a page of ours sent."""
    for named in ("unicode_escape", "utf-7", "a\0b"):
        kind = f"multipart/form-data; boundary=x; charset={named}"
        answer = sanne.post("/afmelden", {"csrf": "x"}, Origin=HERE, Content_Type=kind)
        assert answer.status_code == 400
        assert "Dit verzoek klopt niet" in answer.text


def test_a_form_without_end_is_not_read_to_its_end(door: Door) -> None:
    """A stranger's form is refused once it is larger than any of ours."""
    answer = Visitor(door).post("/aanmelden/wie", {"wie": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "Dit is te groot" in answer.text


def test_a_fault_of_ours_is_a_page_too(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """When our own code breaks, the visitor reads so, and operators hear where."""
    visitor = signed_in(door)
    monkeypatch.setattr("gateway.web.handovers.called", lambda *_: 1 / 0)
    answer = visitor.get("/overdrachten")
    assert answer.status_code == 500
    assert "Er ging iets mis" in answer.text
    assert 'error="ZeroDivisionError"' in door.gateway.telemetry.exposition()


def test_what_a_browser_reports_is_counted_by_directive_only(door: Door) -> None:
    """A report of a broken policy becomes a count; an unknown or empty one counts as other."""
    reports = (
        b'[{"body":{"effectiveDirective":"script-src-elem","documentURL":"https://x/geheim"}}]',
        b'{"csp-report":{"effective-directive":"style-src-attr"}}',
        b'{"csp-report":{"effective-directive":"geheim"}}',
        b"not json",
    )
    for body in reports:
        assert door.ask("POST", "/csp-meldingen", None, content=body).status_code == 204
    told = door.gateway.telemetry.exposition()
    for directive in ("script-src", "style-src", "other"):
        assert f'doelpoort_page_broke_its_policy_total{{directive="{directive}"}}' in told
    assert "geheim" not in told
    assert door.ask("POST", "/csp-meldingen", None, content=b"x" * 9_000).status_code == 413


def test_the_interface_keeps_its_own_paths(door: Door) -> None:
    """Beside the screens the API answers as before, also on a path that nobody has."""
    answer = door.ask("GET", "/v1/nergens")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_view_that_holds_nobody_says_so(sanne: Visitor) -> None:
    """An empty selection has words and a way out."""
    answer = sanne.get("/overdrachten?toon=nieuw&van=mij&pagina=0")
    assert "Niemand in deze selectie" in words(answer)
    assert tree(answer).xpath("//main//a[@href='/overdrachten']")


def test_english_is_remembered(sanne: Visitor) -> None:
    """Choosing English goes back to the same page, in English from then on."""
    chosen = sanne.get("/taal/en?terug=/overdrachten")
    assert chosen.headers["location"] == "/overdrachten"
    page = tree(sanne.get("/overdrachten"))
    assert page.get("lang") == "en"
    assert page.findtext(".//h1") == "My handovers"


@pytest.mark.parametrize("number", ["9" * 5_000, "²", "-1", "٣"])
def test_a_number_that_is_none_is_the_first_page(sanne: Visitor, number: str) -> None:
    """Whatever stands in the place of a page's number, the first page comes."""
    first, other = sanne.get("/overdrachten"), sanne.get(f"/overdrachten?pagina={number}")
    assert other.status_code == 200
    assert tree(other).xpath("//main//a/@href") == tree(first).xpath("//main//a/@href")
