"""Where each role starts, and that what stands in its bar opens for it and says something."""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx
import pytest
from lxml.html import HtmlElement

from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.sessions import Identity
from gateway.web.navigation import doors
from tests.edges.api.door import OWN, ROLES, Door
from tests.web.visitor import Visitor, tree, words

COOKIE: Final = "doelpoort-demo"


@pytest.fixture(scope="module", name="roles")
def fixture_roles(door: Door) -> Mapping[str, Visitor]:
    """Sign in once in each role."""
    return {role: _in_role(door, role) for role in ROLES}


def _in_role(door: Door, role: str) -> Visitor:
    oin = door.partner(ROLES[role]).oin
    identity = Identity(ActorId(f"start-{role}"), "Test", oin, (RoleId(role),))
    opened = asyncio.run(door.gateway.web.rooms.desks.sessions.open(identity, None, "test"))
    return Visitor(door, {COOKIE: opened.id})


@pytest.mark.parametrize("role", ROLES)
def test_everything_in_the_bar_opens(roles: Mapping[str, Visitor], door: Door, role: str) -> None:
    """Each screen answers, and is called as the bar or its tab calls it; who has none is told why.

    Words that are one in Dutch are one message, so they are one in English.
    """
    visitor, screens = roles[role], doors(RoleId(role), door.partner(ROLES[role]).kind)
    start = visitor.get("/")
    if not screens:
        assert "Voor uw rol zijn er geen schermen" in words(start)
        assert tree(start).xpath("//section[@aria-labelledby='kop-doelen']//li")
    for path, label in screens:
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert tree(answer).xpath(f"//nav//a[@href='{path}'][@aria-current]")
        tabs = {one.get("href"): _read(one) for one in tree(answer).xpath(_TABS)}
        assert _headed(answer) in {label, tabs.pop(path, label)}
        for tab, called in tabs.items():
            assert _headed(visitor.get(tab)) == called


_TABS: Final = "//main//nav//a[not(span)][not(@rel)][starts-with(@href, '/')]"


def _headed(answer: httpx.Response) -> str:
    """Return the heading of a page, which is its title too."""
    (heading,), (title,) = tree(answer).xpath("//h1"), tree(answer).xpath("//title")
    assert _read(title) == f"{_read(heading)} - Doelpoort"
    return _read(heading)


def _read(one: HtmlElement) -> str:
    return str(one.text_content()).strip()


def test_a_tab_leads_nowhere_that_is_closed(roles: Mapping[str, Visitor]) -> None:
    """The authority is offered what it can ask within a case, and not the daily work of officers."""
    authority = roles["autoriteit_persoonsgegevens"]
    for start in ("/onderzoek", "/verantwoording"):
        tabs = tree(authority.get(start)).xpath("//main//nav//a/@href")
        assert tabs
        assert [authority.get(tab).status_code for tab in tabs] == [200] * len(tabs)


def test_an_employer_sees_who_agreed_and_no_more(roles: Mapping[str, Visitor], door: Door) -> None:
    """By the name she is called, without a way to reach her; who did not agree is not there."""
    employer = roles["werkgever"]
    page = employer.get("/profielen")
    assert len(tree(page).xpath("//tbody/tr")) == 1
    opened = employer.get(f"/profielen/{door.reference('werkgever', OWN)}")
    assert opened.status_code == 200
    assert f"Voorbeeld{OWN}" not in opened.text
    assert "Telefoon" not in words(opened)
