"""From claims to a worker: an organisation that is a partner, and roles that it agreed on."""

from datetime import date

import pytest

from adapters.oidc.claims import ClaimNames, identity_of
from gateway.domain.identifiers import Oin, PurposeCode, RoleId
from gateway.domain.partners import Agreement, Partner, PartnerKind
from gateway.domain.sessions import SignInRefusedError

OIN = Oin("00000099000000002430")
KLANTMANAGER = RoleId("gemeente_klantmanager")
AGREEMENT = Agreement("A", date(2022, 1, 1), None, {KLANTMANAGER: frozenset({PurposeCode("P02")})})
PARTNERS = {OIN: Partner(OIN, "harderwijk", "Harderwijk", PartnerKind.GEMEENTE, AGREEMENT)}
NAMES = ClaimNames(strong=frozenset({"loa3"}))
CLAIMS = {"sub": "s-1", "name": "Sanne", "oin": OIN, "roles": [KLANTMANAGER], "acr": "loa2"}


def test_claims_become_someone_of_a_partner() -> None:
    """Subject, organisation and roles are read; a strong proof is one that the settings name."""
    found = identity_of(CLAIMS, NAMES, PARTNERS, "token")
    assert (found.actor, found.name, found.partner) == ("s-1", "Sanne", OIN)
    assert (found.roles, found.strong, found.hint) == ((KLANTMANAGER,), False, "token")
    assert identity_of(CLAIMS | {"acr": "loa3"}, NAMES, PARTNERS, "").strong


def test_a_provider_gives_no_role_that_was_not_agreed() -> None:
    """A role outside the agreement falls away, whoever claims it; without any, nobody comes in."""
    more = CLAIMS | {"roles": "privacy_officer gemeente_klantmanager gemeente_klantmanager"}
    assert identity_of(more, NAMES, PARTNERS, "").roles == (KLANTMANAGER,)
    with pytest.raises(SignInRefusedError):
        identity_of(CLAIMS | {"roles": ["privacy_officer"]}, NAMES, PARTNERS, "")


@pytest.mark.parametrize("wrong", [{"oin": "1"}, {"oin": None}, {"sub": ""}, {"roles": None}])
def test_who_is_of_no_partner_is_refused(wrong: dict[str, object]) -> None:
    """Without a known organisation, a subject or a role there is nobody to let in."""
    with pytest.raises(SignInRefusedError):
        identity_of(CLAIMS | wrong, NAMES, PARTNERS, "")
