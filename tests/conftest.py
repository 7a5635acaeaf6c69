"""What every suite shares: how hard properties are tried, and whether the full numbers are asked."""

import os

import pytest
from hypothesis import HealthCheck, settings

DEEP = os.environ.get("DOELPOORT_DEEP") == "1"  # noqa: TID251 - the switch of make test-deep

settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=200,
    deadline=None,
    # A loaded machine is slow; that is no fault of the property.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    max_examples=5_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("deep" if DEEP else "ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the suites of API and screens be run on a server too."""
    stores, what = ("sqlite", "postgres"), "where gates of edges/api and web keep their data"
    parser.addoption("--store", choices=stores, default="sqlite", help=what)


@pytest.fixture(scope="session")
def deep() -> bool:
    """Tell whether the full numbers are asked for (``make test-deep``)."""
    return DEEP
