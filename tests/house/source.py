"""What the house checks look at: the four packages as syntax trees, and every file as text."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "policies", "adapters", "audit")


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file: its path from the root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module


def parse(path: str, text: str) -> Module:
    """Read a module from text."""
    return Module(path, text, ast.parse(text, path))


@cache
def ignored() -> tuple[str, ...]:
    """List the patterns of ``.gitignore``, which are all plain names here."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return (".git", *(line.rstrip("/") for line in lines))


def kept(folder: Path) -> Iterator[Path]:
    """Walk the files that belong to the project, whether or not they are committed yet."""
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in ignored()):
            continue
        if path.is_dir():
            yield from kept(path)
        else:
            yield path


@cache
def modules() -> tuple[Module, ...]:
    """Parse every module of the four packages."""
    paths = (path for name in PACKAGES for path in kept(ROOT / name) if path.suffix == ".py")
    return tuple(
        parse(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths
    )


@cache
def texts() -> dict[str, str]:
    """Read every text file of the project, by its path from the root."""
    found: dict[str, str] = {}
    for path in kept(ROOT):
        content = path.read_bytes()
        if b"\0" not in content:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found
