"""Which areas of a postcode lie within a distance of a place; a candidate is nowhere told nearer.

1. Searching (P04) knows two digits of a candidate's postcode and shows no more: a distance is asked
   between areas, however exactly the place was given. So no ring of questions closes in on anyone.
2. It is as the crow flies, from the nearest town of the one area to the nearest of the other.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import asin, cos, radians, sin, sqrt
from typing import Final, TypeAlias

from gateway.domain.errors import InvalidRequestError

EARTH_KM: Final = 6371.0
STEPS_KM: Final = (10, 20, 30, 50)
POSTCODE: Final = "bemiddelingspostcode4"

Point: TypeAlias = tuple[float, float]
Areas: TypeAlias = Mapping[str, Sequence[Point]]


def areas_within(postcode: str, km: int, areas: Areas) -> tuple[str, ...]:
    """Return the areas, two digits each, within ``km`` of the area of a postcode, its own included.

    Points are degrees north and east. Raises ``InvalidRequestError`` for a postcode of no area.
    """
    place = areas.get(postcode[:2])
    if place is None:
        raise InvalidRequestError(POSTCODE, "is not in the Netherlands")
    return tuple(
        area
        for area, towns in areas.items()
        if min(distance_km(one, other) for one, other in product(place, towns)) <= km
    )


def distance_km(one: Point, other: Point) -> float:
    """Return the distance of two points over a sphere (haversine)."""
    (north, east), (north_too, east_too) = map(radians, one), map(radians, other)
    half = sin((north_too - north) / 2) ** 2
    half += cos(north) * cos(north_too) * sin((east_too - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
