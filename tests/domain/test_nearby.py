"""Distances are asked between areas of a postcode, and never tell more of a candidate than her area."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import InvalidRequestError
from gateway.domain.nearby import STEPS_KM, areas_within, distance_km
from gateway.wiring import load_policy

AREAS: Final = load_policy().catalogue.codes.postcode_areas
AMSTERDAM, UTRECHT, MAASTRICHT = (52.37, 4.89), (52.09, 5.12), (50.85, 5.69)
postcodes = st.integers(1000, 9999).map(str)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [(AMSTERDAM, UTRECHT, 35), (AMSTERDAM, MAASTRICHT, 178), (UTRECHT, UTRECHT, 0)],
)
def test_distances_are_those_of_the_map(
    one: tuple[float, float], other: tuple[float, float], km: int
) -> None:
    """As the crow flies, to the kilometre."""
    assert round(distance_km(one, other)) == km


def test_every_postcode_lies_in_an_area() -> None:
    """There are ninety areas, 10 to 99, each with a town within the country."""
    assert sorted(AREAS) == [str(number) for number in range(10, 100)]
    towns = [town for area in AREAS.values() for town in area]
    assert all(50.7 < north < 53.6 and 3.3 < east < 7.3 for north, east in towns)


@given(postcodes, st.sampled_from(STEPS_KM))
def test_a_wider_ring_holds_the_smaller_and_its_own_area(postcode: str, km: int) -> None:
    """Her own area is always in it, and nothing falls out as the ring grows."""
    near, far = areas_within(postcode, km, AREAS), areas_within(postcode, 2 * km, AREAS)
    assert postcode[:2] in near
    assert set(near) <= set(far) < set(AREAS)


@given(postcodes, postcodes, st.sampled_from(STEPS_KM))
def test_near_is_near_from_both_sides(one: str, other: str, km: int) -> None:
    """An area lies within a distance of another exactly when the other does of it."""
    assert (other[:2] in areas_within(one, km, AREAS)) is (
        one[:2] in areas_within(other, km, AREAS)
    )


@given(st.sampled_from(sorted(AREAS)), st.integers(0, 99), st.integers(0, 99))
def test_no_place_within_an_area_asks_nearer_than_another(area: str, one: int, other: int) -> None:
    """The last two digits change nothing: rings around streets close in on nobody."""
    asked = {areas_within(f"{area}{last:02}", 20, AREAS) for last in (one, other)}
    assert len(asked) == 1


def test_neighbours_are_found_and_strangers_not() -> None:
    """Around Harderwijk and Amersfoort lie Apeldoorn, Utrecht and Zwolle, not Groningen."""
    assert {"38", "37", "35", "73", "80"} <= set(areas_within("3841", 30, AREAS))
    assert "97" not in areas_within("3841", 50, AREAS)


def test_a_postcode_of_nowhere_is_a_wrong_question() -> None:
    """No area begins with a nought."""
    with pytest.raises(
        InvalidRequestError, match="bemiddelingspostcode4: is not in the Netherlands"
    ):
        areas_within("0841", 10, AREAS)
