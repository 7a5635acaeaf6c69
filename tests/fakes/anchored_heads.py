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
        known = self.kept.get(head.size)
        if known is not None:
            first = known if known.cosigned and not head.cosigned else head
            head = replace(first, token=head.token or known.token)
        self.kept[head.size] = head
        for size, one in list(self.kept.items()):
            if head.cosigned and size < head.size and one.token is None:
                del self.kept[size]

    def newest_cosigned(self) -> AnchoredHead | None:
        """Return the largest head that a witness cosigned."""
        cosigned = [head for head in self.kept.values() if head.cosigned]
        return max(cosigned, key=lambda head: head.size, default=None)

    def all(self) -> Sequence[AnchoredHead]:
        """List what is kept, smallest first."""
        return [self.kept[size] for size in sorted(self.kept)]
