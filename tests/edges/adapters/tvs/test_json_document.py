"""JSON: read profile by profile, strict about what JSON is, and never too deep."""

import json

import pytest

from adapters.tvs import Limits
from adapters.tvs.limits import CHUNK
from tests.edges.adapters.tvs.conftest import Read, Refusal
from tests.edges.adapters.tvs.forms import document


@pytest.mark.parametrize("space", ["", " ", "\n\t\r "])
def test_what_stands_around_the_list_is_passed_over(read: Read, space: str) -> None:
    """Other members of the outer object, before and after, and blanks do not matter."""
    text = '{"a":{"klantprofielen":[1]},"klantprofielen":[{"v_nummer":1}],"b":[1.5,null,"x"]}'
    spaced = space.join(text)
    if space:
        spaced = json.dumps(json.loads(text), indent=1).replace("\n", f"{space}\n")
    assert read("x.json", spaced.encode()).values == [{"v_nummer": 1}]


def test_a_byte_order_mark_is_forgiven(read: Read) -> None:
    """Windows programs write a mark before UTF-8."""
    assert read("x.json", b"\xef\xbb\xbf" + document({"v_nummer": "1"})).values == [
        {"v_nummer": "1"}
    ]


def test_profiles_across_the_edge_of_the_window_are_whole(read: Read) -> None:
    """A delivery longer than the window that is read gives every profile unharmed."""
    people = [{"v_nummer": f"{n:010d}", "werkambitie": "é" * 1_000} for n in range(1_500)]
    got = read("x.json", document(*people))
    assert got.values == people


def test_a_number_across_the_edge_of_the_window_is_whole(refusal: Refusal, read: Read) -> None:
    """A number is read to its end, wherever the window ends."""
    head = b'{"a":' + b" " * (CHUNK - 7) + b"12"
    assert len(head) == CHUNK
    assert read("x.json", head + b'34,"klantprofielen":[]}').rows == []
    assert "not well-formed" in refusal("x.json", head + b' 34,"klantprofielen":[]}')


def test_numbers_keep_their_digits(read: Read) -> None:
    """Broken and very long numbers come as the text that was written."""
    data = b'{"klantprofielen":[{"v_nummer":1.50,"bsn":99999999999999999999,"gezinsgrootte":-3}]}'
    assert read("x.json", data).values == [
        {"v_nummer": "1.50", "bsn": "99999999999999999999", "gezinsgrootte": -3}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "no JSON object"),
        ('"geheim"', "no JSON object"),
        ("{}", "no list klantprofielen"),
        ('{"klantprofielen":{"v_nummer":"geheim"}}', "not one list"),
        ('{"klantprofielen":[],"klantprofielen":[]}', "not one list"),
        ('{"klantprofielen":["geheim"]}', "row 2: not an object"),
        ('{"klantprofielen":[{"v_nummer":"geheim","v_nummer":"x"}]}', "same name twice"),
        ('{"klantprofielen":[{"taken":{"geheim":1,"geheim":2}}]}', "same name twice"),
        ('{"klantprofielen":[{"werkervaring":[{"taken":1,"Taken":2}]}]}', "twice in werkervaring"),
        ('{"klantprofielen":[{"v_nummer":NaN}]}', "NaN or Infinity"),
        ('{"klantprofielen":[{},]}', "not well-formed"),
        ('{"klantprofielen":[{}}', "not well-formed"),
        ('{"klantprofielen":[{"geheim', "not well-formed"),
        ('{"klantprofielen":[]} geheim', "follows the end"),
        ('{"klantprofielen" []}', "not well-formed"),
        ('{"klantprofielen":[{"v_nummer":"\\ud800"}]}', "no Unicode text"),
    ],
)
def test_what_is_no_delivery_is_refused(refusal: Refusal, text: str, said: str) -> None:
    """Each way to be no TVS delivery in JSON has its own words."""
    assert said in refusal("x.json", text.encode())


def test_other_encodings_are_refused(refusal: Refusal) -> None:
    """JSON is UTF-8; Windows-1252 is refused as such."""
    data = '{"klantprofielen":[{"achternaam":"Müller geheim"}]}'.encode("cp1252")
    assert refusal("x.json", data) == "not UTF-8 text"


@pytest.mark.parametrize("depth", [13, 500, 100_000])
def test_depth_is_limited(refusal: Refusal, depth: int) -> None:
    """Lists in lists are refused above twelve levels, and a tower of them topples nothing."""
    tower = "[" * depth + "]" * depth
    said = refusal("x.json", f'{{"klantprofielen":[{{"talen":{tower}}}]}}'.encode())
    assert "levels of nesting" in said or "far too deep" in said


def test_a_profile_without_end_is_refused(refusal: Refusal) -> None:
    """A profile that goes on for megabytes is refused before all of it is read."""
    data = b'{"klantprofielen":[{"talen":[' + b'"geheim",' * 1_000_000
    said = refusal("x.json", data, Limits(max_profile_chars=2_000_000))
    assert "a profile of more than 2,000,000 characters" in said
