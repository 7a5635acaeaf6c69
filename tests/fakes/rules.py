"""A policy that stays in force until a test puts another in its place."""

from dataclasses import dataclass, field

from gateway.domain.policy_changes import Edition
from gateway.domain.purposes import Matrix


@dataclass(slots=True)
class Rules:
    """Keeps ``edition``, and ``kept`` for decisions of before; ``coming`` is what a renewal finds."""

    edition: Edition
    kept: list[Edition] = field(default_factory=list)
    coming: Edition | None = None

    @property
    def matrix(self) -> Matrix:
        """The table in force."""
        return self.edition.matrix

    async def under(self, policy: str) -> Edition | None:
        """Return the edition of a policy."""
        every = [self.edition, *self.kept]
        return next((one for one in every if one.matrix.digest == policy), None)

    async def renew(self) -> None:
        """Take up what came into force."""
        if self.coming is not None:
            self.kept.append(self.edition)
            self.edition, self.coming = self.coming, None
