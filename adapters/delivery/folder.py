"""Deliver into a folder: a file appears whole and private, or not at all."""

import os
from pathlib import Path

from gateway.domain.disclosures import Released
from gateway.domain.identifiers import Oin

PRIVATE = 0o600


class FolderDelivery:
    """Writes each disclosure to ``<root>/<oin>/<name>``; an existing file is never replaced."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def hand_over(self, recipient: Oin, name: str, released: Released) -> str:
        """Write all chunks, make them durable, then give the file its name."""
        folder = self._root / recipient
        folder.mkdir(parents=True, exist_ok=True)
        target, partial = folder / name, folder / f".{name}.part"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in released.chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.link(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        return str(target)
