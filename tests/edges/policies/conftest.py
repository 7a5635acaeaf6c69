"""The shipped policy, loaded once, and a copy of its folder in which a test may break one thing."""

import shutil
from pathlib import Path

import pytest

from gateway.domain.purposes import Matrix
from policies.catalogue import Catalogue, load, shipped
from policies.compiler import compile_matrix, compile_policy
from policies.enforcer import Enforcer


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the program."""
    return load()


@pytest.fixture(scope="session")
def matrix(catalogue: Catalogue) -> Matrix:
    """Compile its table."""
    return compile_matrix(catalogue)


@pytest.fixture(scope="session")
def enforcer(catalogue: Catalogue) -> Enforcer:
    """Hold casbin over the same catalogue."""
    return Enforcer(catalogue.model, compile_policy(catalogue))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the policy files to a place where they may be broken."""
    copy = tmp_path / "policies"
    shutil.copytree(
        Path(str(shipped())), copy, ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    return copy
