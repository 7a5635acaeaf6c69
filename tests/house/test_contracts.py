"""Every import contract holds, and breaks when the import it forbids is planted."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

# For each contract: the files to write into, and the line that must not be there.
PLANTS: dict[str, dict[str, str]] = {
    "house": {"gateway/domain/fields.py": "import gateway.actions"},
    "rooms": {"gateway/attic.py": "import gateway.domain"},
    "called": {"policies/__init__.py": "import gateway.actions"},
    "pure": {"gateway/domain/fields.py": "import pydantic"},
    "actions": {"gateway/actions/__init__.py": "import sqlalchemy"},
    "verifier": {"audit/__init__.py": "import gateway.domain"},
    "one-way-out": {"adapters/synthetic/__init__.py": "import gateway.domain.delivery"},
    "sql": {"policies/__init__.py": "import sqlalchemy"},
    "casbin": {"policies/catalogue.py": "import casbin"},
    "cryptography": {"gateway/actions/__init__.py": "import cryptography"},
    "families": {"adapters/tvs/__init__.py": "import adapters.delivery"},
    "acyclic": {
        "policies/left.py": "import policies.right",
        "policies/right.py": "import policies.left",
    },
}


def contracts() -> list[str]:
    """List the contracts by id, as written in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["id"] for contract in project["tool"]["importlinter"]["contracts"]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy the four packages and their contracts."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(tree: Path, *options: str) -> str:
    """Check the contracts of a tree, and return what import-linter said."""
    command = [str(LINT_IMPORTS), "--no-cache", "--no-logo", *options]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - a tool of our own environment
    return done.stdout + done.stderr


def test_the_house_keeps_every_contract(tree: Path) -> None:
    """The code as it stands keeps all contracts."""
    assert f"Contracts: {len(contracts())} kept, 0 broken." in lint_imports(tree)


@pytest.mark.parametrize("contract", contracts())
def test_a_forbidden_import_breaks_its_contract(contract: str, tree: Path) -> None:
    """Planting the import that a contract forbids breaks that contract."""
    for name, line in PLANTS[contract].items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else '"""Planted."""\n'
        path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    assert "Contracts: 0 kept, 1 broken." in lint_imports(tree, "--contract", contract)
