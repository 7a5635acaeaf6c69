"""A server reads back what was sent to it as whole columns."""

import psycopg
import pytest
import sqlalchemy as sa

from gateway.store.arrays import array_of, teach
from tests import servers

BYTES = sa.Column("bytes", sa.LargeBinary)
NUMBER = sa.Column("number", sa.BigInteger)


@pytest.mark.parametrize(
    ("bytes_", "numbers"),
    [
        ([b"one"], [0]),
        ([b"", None, b"\0\xff" * 40_000], [None, -1, 2**53]),
        ([b"%d" % number for number in range(1_024)], list(range(-1_024, 0))),
        ([None, None], [None, None]),
    ],
)
def test_columns_come_back_as_they_went(
    served: servers.Clone, bytes_: list[bytes | None], numbers: list[int | None]
) -> None:
    """Empty, long and missing byte strings, and numbers of either sign, keep value and order."""
    with psycopg.connect(served.url()) as connection:
        teach(connection)
        sent = array_of(BYTES, bytes_), array_of(NUMBER, numbers)
        found = connection.execute("SELECT * FROM unnest(%s, %s)", sent).fetchall()
    assert found == list(zip(bytes_, numbers, strict=True))
