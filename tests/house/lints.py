"""Laws of the code that imports cannot say; each tells the harm it prevents."""

import ast
import re
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import PurePath

from tests.house.source import Module

Function = ast.FunctionDef | ast.AsyncFunctionDef

LOUD = {"gateway/telemetry.py", "gateway/__main__.py"}
CLOCK = {"gateway/wiring/gate.py"}
DOOR = {"gateway/actions/disclose.py"}
CATCH_ALL = {
    "gateway/frame.py",  # the last frame before the socket: a fault becomes one plain answer
    "gateway/keeper/rounds.py",  # the keeper's thread: a round that breaks is counted, and no other ends
    "audit/log.py",  # the writer thread: whatever broke a commit, each caller must hear of it
    "audit/verify.py",  # what a verifier cannot read is itself its finding
}

LONGEST = 60
LONGEST_ROUTE = 15
CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"),
}  # fmt: skip
VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "api_route"}
NOT_A_THING = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
REASONED = re.compile(
    r"(noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|type: ignore\[[\w\-, ]+\]|pragma: no \w+) +\W* *\w.{2,}"
)


def functions(module: Module) -> Iterator[Function]:
    """Walk every function and method."""
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Count the lines of a function from ``def`` to its end, its docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def dotted(node: ast.expr) -> tuple[str, ...]:
    """Split ``a.b.c`` into its names; anything else has none."""
    match node:
        case ast.Name(name):
            return (name,)
        case ast.Attribute(owner, name):
            return (*dotted(owner), name)
        case _:
            return ()


def wide(caught: ast.expr) -> bool:
    """Tell whether an expression names the root of all exceptions."""
    names = {dotted(node)[-1:] for node in ast.walk(caught) if isinstance(node, ast.expr)}
    return bool(names & {("Exception",), ("BaseException",)})


def imported(node: ast.AST) -> tuple[str, ...]:
    """Name the modules an import statement brings in."""
    match node:
        case ast.Import(names):
            return tuple(alias.name for alias in names)
        case ast.ImportFrom(module=str(name)):
            return (name,)
        case _:
            return ()


def logs_quietly(module: Module) -> Iterator[str]:
    """Leave log lines to telemetry, which writes typed events.

    People who may open no profile read the log. One f-string of a profile in a debug line would
    hand them all profiles, and keep them long after erasure; so no one else can log at all.
    """
    if module.path in LOUD:
        return
    for node in ast.walk(module.tree):
        if {"logging", "syslog", "structlog", "loguru"} & set(imported(node)):
            yield f"{module.path}:{node.lineno} imports a logger"  # type: ignore[attr-defined]  # an import has a line


def catches_what_it_names(module: Module) -> Iterator[str]:
    """Name what a handler expects, or raise again.

    A handler that takes everything turns a broken check into a passed one: the decision failed,
    the handler went on, and the field left. A refusal has a type; the rest must stop the request.
    """
    if module.path in CATCH_ALL:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.ExceptHandler(type=None):
                yield f"{module.path}:{node.lineno} catches everything"
            case ast.ExceptHandler(type=ast.expr() as caught, body=[*_, last]):
                if wide(caught) and not isinstance(last, ast.Raise):
                    yield f"{module.path}:{node.lineno} catches everything"
            case ast.Call(func, args) if dotted(func)[-1:] == ("suppress",):
                if any(map(wide, args)):
                    yield f"{module.path}:{node.lineno} suppresses everything"


def takes_time_as_argument(module: Module) -> Iterator[str]:
    """Take time as an argument; wiring alone has a clock.

    Consent, agreement and retention end at a moment. With two clocks in one decision a consent
    can be alive in one step and expired in the next, and no test can hold the moment still.
    """
    if module.path in CLOCK:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and dotted(node)[-2:] in CLOCKS:
            yield f"{module.path}:{node.lineno} reads a clock"


def routes_translate(module: Module) -> Iterator[str]:
    """Keep a route to three things: parse, call one action, render.

    A rule that lives in a route holds for that route only: the file, the page and the next API
    version forget it. Short routes leave no room for rules. The signature does not count: there
    FastAPI reads what the route takes.
    """
    for function in functions(module):
        calls = [node.func for node in function.decorator_list if isinstance(node, ast.Call)]
        route = any(isinstance(call, ast.Attribute) and call.attr in VERBS for call in calls)
        body = length(function) - (function.body[0].lineno - function.lineno)
        if route and body > LONGEST_ROUTE:
            yield f"{module.path}:{function.lineno} {function.name} is a route of {body} lines"


def fits_on_a_screen(module: Module) -> Iterator[str]:
    """Fit each function on a screen.

    What a reviewer cannot see at once she cannot judge, and this code is judged by people who
    must answer for each field that leaves.
    """
    for function in functions(module):
        if length(function) > LONGEST:
            yield f"{module.path}:{function.lineno} {function.name} has {length(function)} lines"


def opens_with_a_sentence(module: Module) -> Iterator[str]:
    """Open a module with one sentence: what it is for, or which law it keeps.

    Who cannot write that sentence has two modules, or none.
    """
    sentence = (ast.get_docstring(module.tree) or "").partition("\n")[0]
    if not re.fullmatch(r"\S.{8,}[.?]", sentence):
        yield f"{module.path}:1 does not open with a sentence"


def is_named_for_a_thing(module: Module) -> Iterator[str]:
    """Name a module for a thing or a verb of the trade.

    A drawer for what has no place fills up, everything imports it, and the layers are gone.
    """
    if NOT_A_THING & set(PurePath(module.path).with_suffix("").parts):
        yield f"{module.path}:1 is named for no thing"


def has_one_way_out(module: Module) -> Iterator[str]:
    """Construct ``Released`` in disclose alone, where the intent is already durable.

    Senders take nothing else. A second constructor would be a second door, and the log would not
    know who went through it.
    """
    if module.path in DOOR:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func)[-1:] == ("Released",):
            yield f"{module.path}:{node.lineno} opens a second way out"


def excuses_itself(module: Module) -> Iterator[str]:
    """Give an ignored warning its code, and its reason on the same line.

    A bare ``noqa`` also silences the warning of next year, which nobody has seen.
    """
    for number, line in enumerate(module.text.splitlines(), start=1):
        comment = "#".join(dropwhile(lambda part: not IGNORES.match(part), line.split("#")))
        if comment and not REASONED.match(comment.strip()):
            yield f"{module.path}:{number} ignores a warning without code or reason"


IGNORES = re.compile(r"\s*(noqa|type: ?ignore|pragma: ?no)\b")

LINTS = (
    logs_quietly, catches_what_it_names, takes_time_as_argument, routes_translate,
    fits_on_a_screen, opens_with_a_sentence, is_named_for_a_thing, has_one_way_out, excuses_itself,
)  # fmt: skip
