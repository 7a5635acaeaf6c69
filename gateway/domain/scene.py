"""One subject, one caller, one moment: what the steps of a decision look at, worked out once."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.consents import Consent, fold
from gateway.domain.fields import FieldDictionary
from gateway.domain.partners import Caller
from gateway.domain.relations import MunicipalTie, RelationKind, municipal_ties, work_ties
from gateway.domain.subjects import Situation


@dataclass(frozen=True, slots=True)
class Scene:
    """The situation as it stands at ``moment``: periods with municipalities, consents, work stages.

    ``work`` holds the stages reached between the subject and the caller's own organisation.
    """

    caller: Caller
    situation: Situation
    fields: FieldDictionary
    moment: datetime
    ties: tuple[MunicipalTie, ...]
    consents: tuple[Consent, ...]
    work: frozenset[RelationKind]

    @classmethod
    def at(
        cls, moment: datetime, caller: Caller, situation: Situation, fields: FieldDictionary
    ) -> "Scene":
        """Fold the situation's events up to ``moment``."""
        return cls(
            caller,
            situation,
            fields,
            moment,
            municipal_ties(situation.relations, moment),
            fold(situation.consents, moment),
            work_ties(situation.relations, caller.partner.oin, moment),
        )
