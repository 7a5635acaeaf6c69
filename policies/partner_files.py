"""Reads one partner a file: who it is, and what its agreement lets it ask.

Each (role, purpose) in an agreement needs a rule of the matrix, and the partner must be of a kind
that may hold the role. Who answers for the rules, or keeps the gate running, asks about nobody: such
a role lists no purpose.
"""

import re
from collections.abc import Mapping
from typing import Final

from gateway.domain.identifiers import FieldName, GemeenteCode, Oin, PurposeCode, RoleId
from gateway.domain.partners import Agreement, Partner, PartnerKind
from gateway.domain.purposes import Purpose
from policies.documents import Problems, Section, Source, Text, read_yaml
from policies.vocabulary import Vocabulary

OIN: Final = re.compile(r"[0-9]{20}")
PARTNER_KEYS: Final = ("partner", "oin", "name", "kind", "gemeenten", "agreement")
ASK_NOBODY: Final = frozenset({RoleId("beleidseigenaar"), RoleId("beheerder")})
AGREEMENT_KEYS: Final = ("reference", "valid_from", "valid_until", "roles", "without")


class PartnerReader:
    """Reads partners against the words and purposes of one catalogue."""

    def __init__(
        self, words: Vocabulary, purposes: Mapping[PurposeCode, Purpose], problems: Problems
    ) -> None:
        self._words = words
        self._purposes = purposes
        self._ruled = {(rule.role, rule.purpose) for p in purposes.values() for rule in p.rules}
        self._problems = problems

    def read(self, source: Source) -> tuple[Text, Partner] | None:
        """Read a partner with the place of its OIN; ``None`` when too broken to make one."""
        file = read_yaml(source, self._problems)
        if file is None:
            return None
        file.only(*PARTNER_KEYS)
        slug, name = file.text("partner"), file.text("name")
        if slug and slug != source.stem:
            self._problems.add(slug.where, "partner", "differs from the name of the file")
        oin = file.text("oin")
        if oin and not OIN.fullmatch(oin):
            self._problems.add(oin.where, "oin", "is not twenty digits")
        kind = file.choice("kind", PartnerKind)
        gemeenten = self._gemeenten(file, kind)
        section = file.section("agreement")
        agreement = self._agreement(section, kind) if section else None
        if kind is None or agreement is None:
            return None
        return oin, Partner(Oin(str(oin)), str(slug), str(name), kind, agreement, gemeenten)

    def _gemeenten(self, file: Section, kind: PartnerKind | None) -> frozenset[GemeenteCode]:
        codes = file.texts("gemeenten")
        for code in codes:
            if GemeenteCode(str(code)) not in self._words.codes.gemeenten:
                self._problems.unknown("gemeenten", code, self._words.codes.gemeenten)
        if kind is PartnerKind.GEMEENTE and len(codes) != 1:
            self._problems.add(file.where, "gemeenten", "a gemeente is exactly one")
        if kind not in {PartnerKind.GEMEENTE, PartnerKind.INSTELLING} and codes:
            self._problems.add(file.where, "gemeenten", "are for a gemeente or an instelling")
        return frozenset(GemeenteCode(str(code)) for code in codes)

    def _agreement(self, section: Section, kind: PartnerKind | None) -> Agreement | None:
        section.only(*AGREEMENT_KEYS)
        start, end = section.term()
        reference = str(section.text("reference"))
        roles = section.section("roles")
        if roles is None or start is None:
            return None
        purposes = {RoleId(str(role)): self._granted(roles, role, kind) for role in roles.names()}
        return Agreement(reference, start, end, purposes, self._without(section))

    def _granted(
        self, roles: Section, role: Text, kind: PartnerKind | None
    ) -> frozenset[PurposeCode]:
        known = self._words.roles.get(RoleId(role))
        if known is None:
            self._problems.unknown("roles", role, self._words.roles)
            return frozenset()
        if kind is not None and kind not in known.kinds:
            self._problems.add(role.where, role, f"is not held by a partner of kind {kind}")
        codes = roles.texts(role)
        if not codes and known.role not in ASK_NOBODY:
            self._problems.add(role.where, role, "must list its purposes")
        return frozenset(self._purpose(code, known.role) for code in codes)

    def _purpose(self, code: Text, role: RoleId) -> PurposeCode:
        purpose = PurposeCode(str(code))
        if purpose not in self._purposes:
            self._problems.unknown(role, code, self._purposes)
        elif (role, purpose) not in self._ruled:
            self._problems.add(code.where, role, f"no rule of {purpose} names this role")
        return purpose

    def _without(self, section: Section) -> frozenset[FieldName]:
        names = section.texts("without")
        for name in names:
            if name not in self._words.fields:
                known = (spec.name for spec in self._words.fields)
                self._problems.unknown("without", name, known)
        return frozenset(FieldName(str(name)) for name in names)
