"""The documents know the product: every command, every setting, every decision that was recorded."""

import ast
import re
from collections.abc import Iterator

from typer.core import TyperGroup
from typer.main import get_command

from adapters.oidc.tokens import ALGORITHMS
from gateway.__main__ import app
from gateway.api.identity import ALGORITHM
from gateway.crypto.parcels import _KINDS, CONTENT
from gateway.settings import Settings
from tests.house.source import texts


def pages() -> dict[str, str]:
    """Read the README and every page under docs/."""
    return {
        path: text
        for path, text in texts().items()
        if path == "README.md" or re.fullmatch(r"docs/.*\.md", path)
    }


def commands(command: object, name: str) -> Iterator[str]:
    """Walk the command line down to what can be run, each with its full name."""
    if isinstance(command, TyperGroup):
        for word, below in command.commands.items():
            yield from commands(below, f"{name} {word}")
    else:
        yield name


def test_every_command_is_documented() -> None:
    """Each command stands in a document as one would type it."""
    said = "\n".join(pages().values())
    assert [name for name in commands(get_command(app), "doelpoort") if name not in said] == []


def test_every_setting_is_documented() -> None:
    """Each setting stands in a document by the name of its environment variable."""
    said = "\n".join(pages().values())
    names = [f"DOELPOORT_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if not re.search(rf"\b{name}\b", said)] == []


def test_links_between_pages_lead_somewhere() -> None:
    """A relative link in a page names a file of the project."""
    broken = [
        f"{path} -> {link}"
        for path, text in pages().items()
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if "://" not in link and not target(path, link)
    ]
    assert broken == []


def target(page: str, link: str) -> bool:
    """Tell whether a link, read from its page, names a file or a folder."""
    parts = page.split("/")[:-1]
    for word in link.split("/"):
        match word:
            case "..":
                parts = parts[:-1]
            case "." | "":
                pass
            case _:
                parts = [*parts, word]
    name = "/".join(parts)
    return any(path == name or path.startswith(f"{name}/") for path in texts())


NAMED = r"`([A-Z][a-z]\w+|(?:gateway|audit|policies|adapters)\.[\w.]+)`"
DEFINED = r"(?m)^(?:(?:class|def|async def) )?(\w+)"


def test_prose_names_what_the_code_defines() -> None:
    """Each module, class and function of ours in the two pages about the code is still there."""
    code = {path: text for path, text in texts().items() if path.endswith(".py")}
    known = {path[:-3].removesuffix("/__init__").replace("/", ".") for path in code}
    known |= {name for text in code.values() for name in re.findall(DEFINED, text)}
    missing = [
        f"{path}: {name}"
        for path in ("docs/architecture.md", "docs/request.md")
        for name in re.findall(NAMED, texts()[path])
        if name not in known and name.rpartition(".")[2] not in known
    ]
    assert missing == []


def test_every_decision_says_what_got_worse() -> None:
    """A record of a decision has a question, choices, a decision, and both sides of the balance."""
    records = {path: text for path, text in pages().items() if path.startswith("docs/adr/")}
    parts = ("Question", "Choices", "Decision", "Better", "Worse")
    assert records
    assert [
        f"{path}: {part}"
        for path, text in records.items()
        for part in parts
        if f"**{part}.**" not in text
    ] == []


def primitives() -> Iterator[str]:
    """Name what the rooms that touch keys take from the libraries, and the algorithms of JOSE."""
    for path, text in texts().items():
        if re.match(r"(gateway/crypto|audit)/.*\.py$", path):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ImportFrom) and re.match(KEYED, node.module or ""):
                    yield from (one.name for one in node.names)
            yield from re.findall(r"\b(?:algorithms|modes|Mechanism)\.(\w+)", text)
    yield from (*ALGORITHMS, ALGORITHM, CONTENT, *(name for name, _ in _KINDS.values()))


KEYED = r"cryptography(\.hazmat\.primitives(?!\.serialization)|$)"
NO_PRIMITIVES = {"CipherContext", "algorithms", "modes"}


def test_every_primitive_has_vectors() -> None:
    """Each primitive that is used has its row in the table of vectors."""
    table = pages()["docs/trust.md"].partition("checked by which vectors")[2].partition("\n## ")[0]
    used = set(primitives()) - NO_PRIMITIVES
    assert len(used) > 15
    assert [name for name in sorted(used) if f"`{name}`" not in table] == []
