"""Type a command as one would in a shell, in this process: what it prints, and its exit code."""

import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

import orjson
from typer.core import TyperGroup
from typer.main import get_command

from gateway import __main__ as command_line
from tests.edges.api.door import document, row


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON can be anything
        """Read what was printed as JSON."""
        return orjson.loads(self.out)


def doelpoort(*words: object) -> Outcome:
    """Run ``doelpoort`` with these words."""
    out, err, before = StringIO(), StringIO(), sys.argv
    sys.argv = ["doelpoort", *map(str, words)]
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            command_line.main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = before
    return Outcome(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def commands(command: object, *words: str) -> list[tuple[str, ...]]:
    """Walk the command line down to what can be run."""
    if not isinstance(command, TyperGroup):
        return [words]
    below = command.commands.items()
    return [found for word, one in below for found in commands(one, *words, word)]


COMMANDS: Final = commands(get_command(command_line.app))


def delivery() -> bytes:
    """Write a delivery of two sound rows and one that is quarantined."""
    return document(row(1), row(2), row(3, bsn="123456789"))
