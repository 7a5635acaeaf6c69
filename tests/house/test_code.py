"""The code keeps the laws of ``lints``, and each lint sees the fault it is for."""

from collections.abc import Callable, Iterator
from statistics import quantiles

import pytest

from tests.house.lints import LINTS, functions, length
from tests.house.source import Module, modules, parse

Lint = Callable[[Module], Iterator[str]]

LONG = '"""Do much."""\n' + "def much(x):\n" + "    x += 1\n" * 60
ROUTE = '@router.get("/x")\nasync def show(x):\n' + "    x += 1\n" * 16

PLANTS = {
    "logs_quietly": ("gateway/api/x.py", "from logging import getLogger"),
    "catches_what_it_names": (
        "gateway/api/x.py",
        "try:\n    x()\nexcept Exception as e:\n    y(e)",
    ),
    "takes_time_as_argument": ("gateway/app.py", "import datetime as d\nd.datetime.now(d.UTC)"),
    "routes_translate": ("gateway/api/x.py", ROUTE),
    "fits_on_a_screen": ("audit/x.py", LONG),
    "opens_with_a_sentence": ("audit/x.py", '"""Things"""'),
    "is_named_for_a_thing": ("policies/utils/x.py", ""),
    "has_one_way_out": ("gateway/api/x.py", "disclosures.Released(receipt, chunks, kind)"),
    "excuses_itself": ("gateway/api/x.py", "x = y()  # noqa" + ": E501"),
}


@pytest.mark.parametrize("lint", LINTS, ids=lambda lint: lint.__name__)
def test_the_code_keeps_the_law(lint: Lint) -> None:
    """No module of the four packages breaks the law."""
    assert [fault for module in modules() for fault in lint(module)] == []


@pytest.mark.parametrize("lint", LINTS, ids=lambda lint: lint.__name__)
def test_a_lint_sees_its_fault(lint: Lint) -> None:
    """A planted fault is found, so that silence means something."""
    assert list(lint(parse(*PLANTS[lint.__name__])))


def test_nine_in_ten_functions_are_short() -> None:
    """The ninetieth percentile of function length stays under 27 lines."""
    lengths = [length(function) for module in modules() for function in functions(module)]
    assert quantiles(lengths, n=10)[-1] < 27
