"""Reads files that are in no folder, a draft or a kept version of the policy, as one edition.

A proposal can change purposes, laws and stories. All else here comes with the program, which is built
on it (forms, parsers, search terms), and changes with a release.
"""

import io
import re
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import IO, Any, Final

from gateway.domain.errors import PolicyError
from gateway.domain.policy_changes import Edition
from gateway.domain.policy_versions import Files
from policies.catalogue import load, shipped
from policies.compiler import HEADER, POLICY_FILE, compile_policy
from policies.editions import edition_of
from policies.enforcer import load_policy
from policies.stories import tell

KINDS: Final = (".yaml", ".csv", ".conf")
CHANGEABLE: Final = re.compile(rf"(purposes|stories)/\w+\.yaml|laws\.csv|{re.escape(POLICY_FILE)}")


class Bundle(Traversable):
    """A folder that is not on a disk: ``files`` by path, seen from ``at``."""

    def __init__(self, files: Files, at: str = "") -> None:
        self._files = files
        self._at = at

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._at.rsplit("/", 1)[-1]

    def joinpath(self, *descendants: str) -> "Bundle":  # type: ignore[override]  # text is all that readers pass
        """Go down a path."""
        return Bundle(self._files, "/".join(filter(None, (self._at, *descendants))))

    def iterdir(self) -> Iterator["Bundle"]:
        """List what lies directly below."""
        start = f"{self._at}/" if self._at else ""
        below = {p[len(start) :].split("/", 1)[0] for p in self._files if p.startswith(start)}
        return (self.joinpath(one) for one in sorted(below))

    def is_file(self) -> bool:
        """Tell whether there is such a file."""
        return self._at in self._files

    def is_dir(self) -> bool:
        """Tell whether some file lies below."""
        return any(path.startswith(f"{self._at}/") for path in self._files)

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:  # noqa: ANN401 - as the protocol says it
        """Open for reading."""
        stream = io.BytesIO(self.read_bytes())
        return stream if "b" in mode else io.TextIOWrapper(stream, *args, **kwargs)

    def read_bytes(self) -> bytes:
        """Return the content."""
        return self._files[self._at]

    def read_text(self, encoding: str | None = None) -> str:
        """Return the content as text."""
        return self.read_bytes().decode(encoding or "utf-8")


class PolicyDrafts:
    """Reads drafts; see ``gateway.domain.policy_versions.Drafts``."""

    def shipped(self) -> Files:
        """Return the files that came with the program."""
        return read_files(shipped())

    def laid(self, base: Files, changes: Mapping[str, bytes | None]) -> Files:
        """Lay changes over what can be changed of ``base``; the compiled lines are written anew.

        Raises ``PolicyError`` where a file that no proposal can change differs from the program's,
        or one cannot be read.
        """
        fixed = {path: one for path, one in self.shipped().items() if not changeable(path)}
        foreign = [p for p, one in changes.items() if not changeable(p) and one != fixed.get(p)]
        if foreign:
            reason = "file: comes with the program; no proposal changes it"
            raise PolicyError("\n".join(f"{path}:1: {reason}" for path in sorted(foreign)))
        kept = {p: one for p, one in base.items() if changeable(p) and p != POLICY_FILE}
        laid = {**kept, **changes, **fixed}
        whole = {path: one for path, one in laid.items() if one is not None}
        if POLICY_FILE not in whole:
            lines = (HEADER, *compile_policy(load(Bundle(whole))))
            whole[POLICY_FILE] = ("\n".join(lines) + "\n").encode()
        return whole

    def compile(self, files: Files) -> Edition:
        """Check and compile a whole version; raises ``PolicyError``."""
        folder = Bundle(files)
        return edition_of(*load_policy(folder), folder)

    def tell(self, files: Files) -> tuple[int, tuple[str, ...]]:
        """Tell its stories; raises ``PolicyError`` for one that cannot be read."""
        report = tell(Bundle(files))
        return report.stories, report.broken


def changeable(path: str) -> bool:
    """Tell whether a proposal can change this file."""
    return CHANGEABLE.fullmatch(path) is not None


def read_files(folder: Traversable, below: str = "") -> Mapping[str, bytes]:
    """Read every file of the policy in a folder (a ``Path`` will do)."""
    found: dict[str, bytes] = {}
    for one in folder.iterdir():
        path = f"{below}{one.name}"
        if one.is_dir():
            found |= read_files(one, f"{path}/")
        elif path.endswith(KINDS):
            found[path] = one.read_bytes()
    return found
