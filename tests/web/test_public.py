"""What anyone may read without signing in: the purposes, and the annex to a DPIA of the same rules."""

from lxml import html

from tests.edges.api.door import Door
from tests.web.visitor import Visitor, tree, words


def test_anyone_reads_every_purpose_with_its_rules(door: Door) -> None:
    """Each rule in force stands there with who, what, why and how long; nobody signs in."""
    page = Visitor(door).get("/openbaar/doelen")
    assert page.status_code == 200
    shown, matrix = tree(page), door.gateway.actions.gate.matrix
    titles = [text.strip() for text in shown.xpath("//section//h2/text()")]
    wanted = [f"{one.short} {one.title_nl}" for one in matrix.purposes()]
    assert titles[: len(wanted)] == wanted
    rules = [rule for purpose in matrix.purposes() for rule in purpose.rules]
    assert len(shown.xpath("//section//h3")) == len(rules)
    assert "AVG art. 6 lid 1 onder c en e: Wet inburgering 2021 art. 35 lid 2" in words(page)
    assert matrix.digest in words(page)


def test_the_page_speaks_english_too(door: Door) -> None:
    """With the language of the browser, and the bases as the rules have them."""
    page = Visitor(door).get("/openbaar/doelen", Accept_Language="en")
    assert "What data are shared for" in words(page)
    assert "GDPR 6(1)(c)/(e): Wet inburgering 2021 art 35(2)" in words(page)


def test_the_annex_holds_each_rule_with_its_risks(door: Door) -> None:
    """It stands alone as a page, names every rule by its place, and says what it does not judge."""
    answer = Visitor(door).get("/openbaar/dpia")
    assert answer.headers["content-disposition"] == 'attachment; filename="dpia.html"'
    document = html.fromstring(answer.text)
    matrix = door.gateway.actions.gate.matrix
    rules = [rule for purpose in matrix.purposes() for rule in purpose.rules]
    assert len(document.xpath("//h3")) == len(document.xpath("//h4")) == len(rules)
    for rule in rules:
        assert rule.where in answer.text
    assert "beoordeelt de verwerkingsverantwoordelijke" in answer.text
    assert "FIELD_NOT_IN_PURPOSE" in answer.text
