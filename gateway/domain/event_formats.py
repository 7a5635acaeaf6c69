"""A format in which entries of the log are told to others."""

from typing import Any, Protocol

from gateway.domain.reviewing import SeenEntry


class EventFormat(Protocol):
    """Writes one entry as one JSON document; a person is named by pseudonym only."""

    @property
    def media_type(self) -> str:
        """The media type of documents, one a line."""
        ...

    def write(self, seen: SeenEntry) -> dict[str, Any] | None:
        """Return the document of an entry; ``None`` where the format has none for it."""
        ...
