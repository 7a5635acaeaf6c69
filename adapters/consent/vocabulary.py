"""Our fields and purposes in the terms of the Data Privacy Vocabulary (DPV 2.3, CC-BY/W3C)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from gateway.domain.identifiers import FieldName, PurposeCode

# DPV knows no purpose of public integration work, so ours stand below its nearest (skos:broader).
_BROADER: Final[Mapping[str, str]] = {
    "P01": "ServiceProvision",
    "P04": "RecruitmentManagement",
    "P05": "RecruitmentApplicationManagement",
    "P06": "PersonnelHiring",
    "P07": "PersonnelOnboarding",
    "P08": "PersonnelManagement",
}


@dataclass(frozen=True, slots=True)
class Category:
    """What a field is in DPV; ``special`` marks a category of GDPR art. 9."""

    term: str
    special: bool


ANY_DATA: Final = Category("dpv:PersonalData", special=False)


@cache
def _categories() -> Mapping[FieldName, Category]:
    text = files("adapters.consent").joinpath("fields.csv").read_text(encoding="utf-8")
    return {
        FieldName(row["field"]): Category(f"pd:{row['category']}", row["special"] == "yes")
        for row in csv.DictReader(text.splitlines())
    }


def category(field: FieldName) -> Category:
    """Return the DPV category of a field, or the top of its tree for a field it does not know."""
    return _categories().get(field, ANY_DATA)


def broader_purpose(code: PurposeCode) -> str:
    """Return the DPV purpose above ours, or the top of its tree."""
    return f"dpv:{_BROADER.get(code.split('_', 1)[0], 'Purpose')}"
