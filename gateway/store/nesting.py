"""Rows within rows, as JSON text: one law, written the way of each database."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Nested(FunctionElement[str]):
    """Gathers a subquery's rows as one JSON list of lists; order is the reader's to restore."""

    inherit_cache: bool | None = True
    type: sa.types.TypeEngine[str] = sa.Text()


class Hexed(FunctionElement[str]):
    """Writes bytes as hexadecimal digits, so that they fit in JSON."""

    inherit_cache: bool | None = True
    type: sa.types.TypeEngine[str] = sa.Text()


@compiles(Nested, "sqlite")
def _nested_by_sqlite(element: Nested, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


@compiles(Nested, "postgresql")
def _nested_by_postgres(element: Nested, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    rows = f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"
    return f"coalesce({rows}, '[]')::text"


@compiles(Hexed, "sqlite")
def _hexed_by_sqlite(element: Hexed, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"hex({compiler.process(element.clauses, **how)})"


@compiles(Hexed, "postgresql")
def _hexed_by_postgres(element: Hexed, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"encode({compiler.process(element.clauses, **how)}, 'hex')"
