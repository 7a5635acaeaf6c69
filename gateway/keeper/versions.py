"""Compares the versions of profiles with the log, which nobody can put back (``gateway.domain.versions``)."""

from collections.abc import Iterator

from audit.verify import Fault
from gateway.domain.versions import VersionBook, VersionEntry


def version_faults(book: VersionBook) -> Iterator[Fault]:
    """Yield what is not kept as the log says, and whose profile is older than that, or not there."""
    newest: dict[bytes, int] = {}
    for entry in book.entries():
        wrong = _wrong(entry, newest)
        if wrong is not None:
            yield Fault(f"entry {entry.index}", wrong)
    for one in book.standing():
        newest.pop(one.tag, None)
        if one.replayed:
            what = f"profile: version {one.version}, though the log knows version {one.logged}"
            yield Fault(f"subject {one.subject}", what)
    for tag in newest:
        yield Fault(f"tag {tag.hex()}", "profile: was stored, and nobody in the store has it")


def _wrong(entry: VersionEntry, newest: dict[bytes, int]) -> str | None:
    """Count on for whom an entry stores a version; say what is not kept like that."""
    if not entry.stores:
        return "version: is kept of an entry that stores none"
    if entry.tag is None:
        return "version: was stored, and of nobody"
    version = newest[entry.tag] = newest.get(entry.tag, 0) + 1
    if entry.kept is None:
        return f"version: {version} was stored, and is not kept"
    if (entry.kept.tag, entry.kept.version) != (entry.tag, version):
        return f"version: {version} was stored, and another is kept"
    return None
