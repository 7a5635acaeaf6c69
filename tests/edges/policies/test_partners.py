"""Partners and their agreements are read as their files say."""

from datetime import date
from pathlib import Path

import pytest

from gateway.domain.identifiers import GemeenteCode, Oin
from gateway.domain.partners import PartnerKind
from policies.catalogue import Catalogue, load


@pytest.mark.parametrize(
    ("slug", "kind", "gemeenten"),
    [
        ("coa", PartnerKind.COA, set()),
        ("harderwijk", PartnerKind.GEMEENTE, {"0243"}),
        ("utrecht", PartnerKind.GEMEENTE, {"0344"}),
        ("instelling", PartnerKind.INSTELLING, {"0243"}),
        ("uitzendbureau", PartnerKind.UITZENDBUREAU, set()),
        ("werkgever", PartnerKind.WERKGEVER, set()),
        ("betrokkene", PartnerKind.BETROKKENE, set()),
        ("ap", PartnerKind.TOEZICHTHOUDER, set()),
    ],
)
def test_partners_are_of_their_kind(
    slug: str, kind: PartnerKind, gemeenten: set[str], catalogue: Catalogue
) -> None:
    """Each partner is of one kind and stands for the municipalities it is or works for."""
    (partner,) = (p for p in catalogue.partners.values() if p.slug == slug)
    assert partner.kind is kind
    assert partner.gemeenten == {GemeenteCode(code) for code in gemeenten}
    assert partner.oin.startswith("00000099")
    assert catalogue.partners[partner.oin] is partner


def test_an_agreement_ends_on_its_last_day(catalogue: Catalogue) -> None:
    """The agency's agreement runs through its last day; COA's has no end."""
    agency = catalogue.partners[Oin("00000099000000004000")].agreement
    assert agency.runs(date(2031, 12, 31))
    assert not agency.runs(date(2032, 1, 1))
    assert catalogue.partners[Oin("00000099000000001000")].agreement.valid_until is None


def test_a_partner_may_give_up_fields(folder: Path) -> None:
    """Fields listed under without are in the agreement as given up."""
    file = folder / "partners/uitzendbureau.yaml"
    text = file.read_text(encoding="utf-8")
    given = text.replace("  roles:\n", "  without:\n    - cv_document\n  roles:\n", 1)
    file.write_text(given, encoding="utf-8")
    assert load(folder).partners[Oin("00000099000000004000")].agreement.without == {"cv_document"}
