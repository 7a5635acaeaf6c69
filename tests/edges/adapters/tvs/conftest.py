"""The dictionary the sources read by, and a way to read bytes as a delivery."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from adapters.tvs import Limits, source_for
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import DeliveryRefusedError
from gateway.domain.fields import FieldDictionary
from policies.catalogue import Catalogue, load


@dataclass(frozen=True, slots=True)
class Got:
    """A delivery as read, in plain lists."""

    rows: list[tuple[int, Mapping[str, JsonValue]]]
    blocked: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def values(self) -> list[dict[str, JsonValue]]:
        """Return the values of each row."""
        return [dict(values) for _, values in self.rows]


Read = Callable[..., Got]
Refusal = Callable[..., str]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the program."""
    return load()


@pytest.fixture(scope="session")
def fields(catalogue: Catalogue) -> FieldDictionary:
    """Give the field dictionary."""
    return catalogue.fields


@pytest.fixture(scope="session")
def read(fields: FieldDictionary) -> Read:
    """Read bytes as a delivery of some name, under some limits."""

    def reading(name: str, data: bytes, limits: Limits | None = None) -> Got:
        source = source_for(name, fields, limits or Limits())
        with source.read(io.BytesIO(data)) as delivery:
            rows = list(delivery.rows)
            assert list(delivery.rows) == rows
            plain = [(row.row, {str(k): v for k, v in row.values.items()}) for row in rows]
            return Got([*plain], delivery.blocked_columns, delivery.unknown_columns)

    return reading


@pytest.fixture(scope="session")
def refusal(read: Read) -> Refusal:
    """Read what must be refused, and give the words of the refusal."""

    def refused(name: str, data: bytes, limits: Limits | None = None) -> str:
        with pytest.raises(DeliveryRefusedError) as caught:
            read(name, data, limits)
        assert "geheim" not in str(caught.value), "a refusal repeats no content"
        return str(caught.value)

    return refused
