"""The wheel holds all that runs, works without the source, and stands in nobody's way."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, kept

IMPORT_ALL = """
import importlib, pkgutil, sys
from pathlib import Path

target, source, *names = sys.argv[1:]
sys.path[:] = [target, *(path for path in sys.path if Path(path).resolve() != Path(source))]
for name in names:
    package = importlib.import_module(name)
    print(package.__file__)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a tool of this environment; return what it said, or fail with it."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - tools of our own environment
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a clean copy of what belongs in it."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=copy)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into an empty folder."""
    target = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile", "--target", target)
    run(sys.executable, "-m", "pip", "install", *options, wheel, cwd=target)
    return target


def test_the_wheel_is_well_made(wheel: Path) -> None:
    """check-wheel-contents finds no stray, doubled or empty file."""
    checker = Path(sys.executable).with_name("check-wheel-contents")
    assert run(checker, wheel, cwd=ROOT).endswith("OK\n")


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Data goes along: purposes, tables, the model, migrations and type markers."""
    files = {path.relative_to(ROOT).as_posix() for name in PACKAGES for path in kept(ROOT / name)}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == files
    assert {f"{name}/py.typed" for name in PACKAGES} <= held


def test_every_module_can_be_imported_from_the_wheel(installed: Path) -> None:
    """The installed wheel imports whole, with the source out of reach."""
    said = run(sys.executable, "-P", "-c", IMPORT_ALL, installed, ROOT, *PACKAGES, cwd=installed)
    assert said.split() == [str(installed / name / "__init__.py") for name in PACKAGES]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_our_name(package: str) -> None:
    """Installers overwrite each other's packages in silence, so nobody else may bring this name."""
    assert set(packages_distributions().get(package, ())) <= {"doelpoort"}


def test_the_right_casbin_is_installed() -> None:
    """The import name ``casbin`` comes from pycasbin, and the distribution of that name is absent."""
    assert set(packages_distributions()["casbin"]) == {"pycasbin"}
    with pytest.raises(PackageNotFoundError):
        distribution("casbin")
