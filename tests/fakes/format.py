"""A format that shows its shares to the test, and one line a share to the recipient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateway.domain.disclosures import Disclosed
from gateway.domain.records import Receipt


@dataclass(slots=True)
class Lines:
    """Renders ``name=value`` words; ``shares`` and ``receipt`` are those of the last rendering."""

    media_type: str = "text/plain"
    shares: Sequence[Disclosed] = ()
    receipt: Receipt | None = None
    rendered: list[bytes] = field(default_factory=list)

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield a line for each share, when it is asked for."""
        self.receipt, self.shares = receipt, disclosed
        return self._lines()

    def _lines(self) -> Iterator[bytes]:
        for share in self.shares:
            words = (b"%s=%s" % (name.encode(), value) for name, value in share.values.items())
            line = b" ".join((str(share.reference).encode(), *words)) + b"\n"
            self.rendered.append(line)
            yield line
