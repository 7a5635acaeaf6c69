"""Column types: each value of the domain has one shape at rest, the same in every database."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER: Final = datetime.max.replace(tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Impl = sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]]


def to_moment(stored: int) -> datetime:
    """Return the moment, in UTC, of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=stored)


def to_mask(stored: str) -> int:
    """Return the field mask written as hexadecimal digits."""
    return int(stored, 16)


def to_names(stored: str) -> tuple[str, ...]:
    """Return the codes written with commas between them."""
    return tuple(stored.split(",")) if stored else ()


class Id(sa.types.TypeDecorator[UUID]):
    """A UUID as its 16 bytes, which sort as the UUIDs do."""

    impl: Impl = sa.LargeBinary(16)
    cache_ok: bool | None = True

    def process_bind_param(self, value: UUID | None, _: sa.Dialect) -> bytes | None:
        """Write a UUID."""
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, _: sa.Dialect) -> UUID | None:
        """Read a UUID."""
        return None if value is None else UUID(bytes=value)


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment as microseconds since 1970: exact, ordered, and without a time zone to lose."""

    impl: Impl = sa.BigInteger
    cache_ok: bool | None = True

    def process_bind_param(self, value: datetime | None, _: sa.Dialect) -> int | None:
        """Write a moment; one without a time zone is a programming error and raises."""
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, _: sa.Dialect) -> datetime | None:
        """Read a moment."""
        return None if value is None else to_moment(value)


class Mask(sa.types.TypeDecorator[int]):
    """A field mask (161 bits, one a field) as hexadecimal digits."""

    impl: Impl = sa.String(64)
    cache_ok: bool | None = True

    def process_bind_param(self, value: int | None, _: sa.Dialect) -> str | None:
        """Write a mask."""
        return None if value is None else format(value, "x")

    def process_result_value(self, value: str | None, _: sa.Dialect) -> int | None:
        """Read a mask."""
        return None if value is None else to_mask(value)


class Names(sa.types.TypeDecorator[Iterable[str]]):
    """Codes, in alphabetical order with commas between; none of them holds a comma."""

    impl: Impl = sa.Text
    cache_ok: bool | None = True

    def process_bind_param(self, value: Iterable[str] | None, _: sa.Dialect) -> str | None:
        """Write codes."""
        return None if value is None else ",".join(sorted(value))

    def process_result_value(self, value: str | None, _: sa.Dialect) -> tuple[str, ...] | None:
        """Read codes."""
        return None if value is None else to_names(value)
