"""Each test of an action has a house of its own."""

import pytest

from tests.actions.house import House


@pytest.fixture(name="house")
def fixture_house() -> House:
    """Build a gate on fakes."""
    return House()
