"""XML: no DTD, no entities, nothing from outside, and nothing lost beside elements."""

from pathlib import Path

import pytest

from adapters.tvs import Limits
from tests.edges.adapters.tvs.conftest import Read, Refusal

BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


def delivery(inside: str, before: str = "") -> bytes:
    """Write a delivery around one profile."""
    profile = f"<klantprofiel><v_nummer>0307000001</v_nummer>{inside}</klantprofiel>"
    return f"{before}<tvsLevering>{profile}</tvsLevering>".encode()


def test_attributes_and_namespaces_are_read(read: Read) -> None:
    """A field may be an attribute, a name may have a namespace, and blocked ones are left."""
    data = (
        b'<t:tvsLevering xmlns:t="urn:tvs" peildatum="2026-11-01"><!-- x -->'
        b'<t:klantprofiel v_nummer="0307000001" religie="geheim"><t:achternaam>Haddad</t:achternaam>'
        b"</t:klantprofiel></t:tvsLevering>"
    )
    got = read("x.xml", data)
    assert got.values == [{"v_nummer": "0307000001", "achternaam": "Haddad"}]
    assert got.blocked == ("religie",)


def test_one_element_makes_a_list_too(read: Read) -> None:
    """A list field with one element is a list; an empty element adds nothing."""
    got = read("x.xml", delivery("<vaardigheden>koken</vaardigheden><talen/>"))
    assert got.values[0]["vaardigheden"] == ["koken"]
    assert got.values[0]["talen"] == []


def test_a_strange_part_is_told(read: Read) -> None:
    """An element beside the profiles is left behind and told."""
    got = read("x.xml", b"<tvsLevering><kop><x>geheim</x></kop></tvsLevering>")
    assert (got.rows, got.unknown) == ([], ("kop",))


@pytest.mark.parametrize(
    "before",
    [
        f'<!DOCTYPE x [<!ENTITY e0 "geheim">{BOMB}]>',
        '<!DOCTYPE x [<!ENTITY e11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY e11 SYSTEM "http://127.0.0.1:9/geheim">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/geheim.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
    ],
    ids=["bomb", "file", "http", "dtd", "parameter"],
)
def test_dtd_and_entities_are_refused(refusal: Refusal, before: str) -> None:
    """Neither a bomb nor a look outside comes to life."""
    body = "<achternaam>&e11;</achternaam>" if "e11" in before else ""
    assert refusal("x.xml", delivery(body, before)) == "XML with a DTD or entities"


def test_an_include_is_only_a_name(read: Read, tmp_path: Path) -> None:
    """XInclude is not followed; it is an unknown name like any other."""
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    got = read("x.xml", delivery(include))
    assert got.values == [{"v_nummer": "0307000001"}]
    assert got.unknown == ("include",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<levering/>", "the root is not tvsLevering"),
        (b"<tvsLevering>", "not well-formed"),
        (b'<?xml version="1.0" encoding="geheim"?><tvsLevering/>', "not well-formed"),
        (delivery("<achternaam>a</achternaam><achternaam>b</achternaam>"), "twice"),
        (delivery("<achternaam>a</achternaam><Achternaam>b</Achternaam>"), "twice"),
        (delivery("<werkambitie>geheim <b>vet</b></werkambitie>"), "text beside elements"),
        (delivery("geheim"), "text beside elements"),
    ],
)
def test_what_is_no_delivery_is_refused(refusal: Refusal, data: bytes, said: str) -> None:
    """Each way to be no TVS delivery in XML has its own words."""
    assert said in refusal("x.xml", data)


def test_depth_is_limited(refusal: Refusal) -> None:
    """A tower of elements is refused at its thirteenth floor."""
    assert "levels of nesting" in refusal("x.xml", delivery("<a>" * 50_000))


def test_elements_are_limited(refusal: Refusal) -> None:
    """A profile of endless small elements is refused before it fills the memory."""
    assert "elements in one profile" in refusal("x.xml", delivery("<a/>" * 20_000), Limits())
