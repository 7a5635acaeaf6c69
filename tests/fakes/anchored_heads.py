"""Anchored heads in memory; they keep and drop as a database would."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.domain.anchors import AnchoredHead


@dataclass(slots=True)
class AnchoredHeads:
    """The anchored heads of one log; ``kept`` is open, so that a test can change one."""

    kept: dict[int, AnchoredHead] = field(default_factory=dict)

    def keep(self, head: AnchoredHead) -> None:
        """Keep a head, with what is known of it; drop what a newer cosigned one replaces."""
        known = self.kept.get(head.end)
        if known is not None:
            first = known if known.cosigned and not head.cosigned else head
            head = replace(first, token=head.token or known.token)
        self.kept[head.end] = head
        for end, one in list(self.kept.items()):
            if head.cosigned and head.base < end < head.end and one.token is None:
                del self.kept[end]

    def newest_cosigned(self) -> AnchoredHead | None:
        """Return the last head that a witness cosigned."""
        cosigned = [head for head in self.kept.values() if head.cosigned]
        return max(cosigned, key=lambda head: head.end, default=None)

    def all(self) -> Sequence[AnchoredHead]:
        """List what is kept, in the order of the log."""
        return [self.kept[end] for end in sorted(self.kept)]
