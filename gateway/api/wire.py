"""What travels over the wire: camelCase names, and nothing that was not agreed."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from gateway.domain.errors import InvalidRequestError

After = Annotated[UUID | None, Query(description="Waarde uit `volgende`")]
"""Where a list goes on, as the page before said."""


class Wire(BaseModel):
    """Base of all request bodies: unknown members are refused, values are not coerced loosely."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, populate_by_name=False, hide_input_in_errors=True
    )


def in_utc(field: str, moment: datetime) -> datetime:
    """Return a request's moment in UTC; ``field`` is the member that gives it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidRequestError(field, "is no moment that the calendar holds") from error
