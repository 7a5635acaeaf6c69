"""What a DPIA must look at (GDPR art. 35(7)), by rule: the risks that the rules show, and the steps against each.

1. A risk is named where the rules give cause: a class of data, a private recipient, consent, a search.
2. A measure is a step that the gate takes itself; the reasons are those with which it then refuses.
3. Whether a purpose is needed and in proportion the controller judges; no rule holds that.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.domain.breakglass import broken_for
from gateway.domain.fields import Sensitivity
from gateway.domain.purposes import ConsentNeed, RelationTest, Stage
from gateway.domain.reasons import Reason
from gateway.domain.register import RegisteredRule

SEARCHED: Final = frozenset({RelationTest.FINDABLE, RelationTest.LINKED_OR_FINDABLE})


class Risk(StrEnum):
    """What may go wrong for a person when a rule is used."""

    ONLOOKER = "onlooker"
    EXCESS = "excess"
    LASTING = "lasting"
    CONSENT = "consent"
    EARLY = "early"
    NUMBER = "number"
    SPECIAL = "special"
    PRIVATE = "private"
    RECOGNISED = "recognised"
    SMALL = "small"
    EMERGENCY = "emergency"


REFUSALS: Final[Mapping[Risk, tuple[Reason, ...]]] = MappingProxyType(
    {
        Risk.ONLOOKER: (
            Reason.ACTOR_NOT_ALLOWED,
            Reason.AGREEMENT_NOT_RUNNING,
            Reason.PURPOSE_NOT_IN_AGREEMENT,
        ),
        Risk.EXCESS: (
            Reason.FIELD_NOT_IN_PURPOSE,
            Reason.FIELD_NOT_IN_AGREEMENT,
            Reason.RESTRICTED,
            Reason.OBJECTED,
        ),
        Risk.LASTING: (Reason.RETENTION_PASSED,),
        Risk.CONSENT: (
            Reason.CONSENT_NOT_FOUND,
            Reason.CONSENT_WITHDRAWN,
            Reason.CONSENT_EXPIRED,
            Reason.CONSENT_SCOPE_MISMATCH,
        ),
        Risk.EARLY: (Reason.STAGE_NOT_REACHED,),
        Risk.NUMBER: (Reason.FIELD_NOT_IN_PURPOSE,),
        Risk.SPECIAL: (Reason.SPECIAL_CATEGORY, Reason.HELD_FOR_REVIEW),
        Risk.PRIVATE: (),
        Risk.RECOGNISED: (Reason.GROUP_TOO_SMALL, Reason.QUERY_BUDGET_SPENT),
        Risk.SMALL: (Reason.AGGREGATES_ONLY, Reason.WOULD_REVEAL),
        Risk.EMERGENCY: (),
    }
)
"""With which reasons the gate refuses where a measure holds (2)."""


def risks(registered: RegisteredRule) -> tuple[Risk, ...]:
    """Name the risks of a rule, in order of ``Risk`` (1)."""
    rule, classes = registered.rule, registered.categories
    given = {
        Risk.ONLOOKER: True,
        Risk.EXCESS: True,
        Risk.LASTING: True,
        Risk.CONSENT: rule.consent is not ConsentNeed.NO,
        Risk.EARLY: rule.stage is not Stage.NONE,
        Risk.NUMBER: Sensitivity.S3 in classes,
        Risk.SPECIAL: any(one >= Sensitivity.S4 for one in classes),
        Risk.PRIVATE: any(one.kind.private for one in registered.recipients),
        Risk.RECOGNISED: rule.relation in SEARCHED,
        Risk.SMALL: rule.relation is RelationTest.AGGREGATES_ONLY,
        Risk.EMERGENCY: rule.purpose.partition("_")[0] in broken_for(rule.role),
    }
    return tuple(risk for risk in Risk if given[risk])
