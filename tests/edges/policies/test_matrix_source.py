"""The policy files say what the purpose matrix and the field dictionary of the research say."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from gateway.domain.identifiers import FieldName
from gateway.domain.purposes import ConsentNeed, Rule, Stage
from policies.catalogue import Catalogue, shipped
from policies.vocabulary import never_granted
from tests.worlds.oracle import NEVER_TO_A_THIRD_PARTY

DATA = Path(__file__).parents[2] / "data"

# The matrix refers to the row it means; an obligation that travels has to say it in full.
RETENTION_AS = {
    "P02-gemeente_klantmanager-work": "P02-gemeente_klantmanager",
    "P04-gemeente_matcher": "P04-uitzendbureau_matcher",
    "P12-gemeente_klantmanager": "P03-gemeente_klantmanager",
}
CONSENT = {
    "no": ConsentNeed.NO,
    "no (information duty; DPO sign-off)": ConsentNeed.NO,
    "yes": ConsentNeed.YES,
    "yes_specific": ConsentNeed.SPECIFIC,
    "yes_explicit": ConsentNeed.EXPLICIT,
    "no for own linked clients; yes otherwise": ConsentNeed.UNLESS_LINKED,
}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


MATRIX: Mapping[str, dict[str, str]] = {row["rule_id"]: row for row in _rows("purpose_matrix.csv")}


@pytest.fixture(scope="module")
def rules(catalogue: Catalogue) -> Mapping[str, Rule]:
    """All rules by their id."""
    return {rule.rule_id: rule for p in catalogue.purposes.values() for rule in p.rules}


@pytest.fixture(scope="module")
def notes() -> Mapping[str, str]:
    """Read the notes of all rules, which only people read, straight from the files."""
    files = sorted(Path(str(shipped())).glob("purposes/*.yaml"))
    read = [yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader) for file in files]  # noqa: S506 - BaseLoader makes nothing but text
    return {rule["rule"]: rule.get("notes", "") for purpose in read for rule in purpose["rules"]}


def test_there_are_the_same_rules(rules: Mapping[str, Rule]) -> None:
    """The catalogue holds the 28 rules of the matrix and no other."""
    assert len(MATRIX) == 28
    assert rules.keys() == MATRIX.keys()


@pytest.mark.parametrize("rule_id", MATRIX)
def test_fields_are_the_same(rule_id: str, rules: Mapping[str, Rule], catalogue: Catalogue) -> None:
    """Each rule names exactly the fields of its row; the star means all that is stored."""
    wanted = MATRIX[rule_id]["fields"]
    stored = {spec.name for spec in catalogue.fields if spec.stored}
    named = stored if wanted == "*" else set(map(FieldName, wanted.split(";")))
    assert rules[rule_id].fields == named


@pytest.mark.parametrize("rule_id", MATRIX)
def test_conditions_are_the_same(rule_id: str, rules: Mapping[str, Rule]) -> None:
    """Purpose, role, relation, stage, basis and consent are those of the row."""
    rule, row = rules[rule_id], MATRIX[rule_id]
    assert (rule.purpose, rule.role) == (row["purpose"], row["role_id"])
    assert (rule.relation, rule.stage) == (row["relation"], Stage(row["stage"]))
    assert rule.legal_basis == row["legal_basis"]
    assert rule.consent is CONSENT[row["consent_required"]]


@pytest.mark.parametrize("rule_id", MATRIX)
def test_retention_is_the_same(rule_id: str, rules: Mapping[str, Rule]) -> None:
    """The retention is that of the row, or in full that of the row it refers to."""
    referred = RETENTION_AS.get(rule_id, rule_id)
    assert MATRIX[rule_id]["retention"].startswith("as ") or referred == rule_id
    assert rules[rule_id].retention == MATRIX[referred]["retention"]


@pytest.mark.parametrize("rule_id", MATRIX)
def test_notes_are_the_same(rule_id: str, notes: Mapping[str, str]) -> None:
    """The notes are those of the row, with the remark that stood in its consent column."""
    row = MATRIX[rule_id]
    remark = re.search(r"\((.*)\)", row["consent_required"])
    assert notes[rule_id] == "; ".join(filter(None, [row["notes"], remark and remark[1]]))


def test_statushouders_are_skipped_where_the_notes_say_so(rules: Mapping[str, Rule]) -> None:
    """The two P06 rules for third parties do not concern a statushouder (BuWav art 6.1)."""
    skipping = {rule_id for rule_id, rule in rules.items() if rule.not_for == {"statushouder"}}
    noted = {i for i, row in MATRIX.items() if "skipped for statushouders" in row["notes"]}
    assert skipping == noted == {"P06-werkgever", "P06-uitzendbureau_matcher"}


def test_only_two_rules_name_an_exception(rules: Mapping[str, Rule]) -> None:
    """Special categories leave under explicit consent or the right of access, and no other way."""
    grounds = {rule_id: rule.exception for rule_id, rule in rules.items() if rule.exception}
    assert grounds.keys() == {"P01-gemeente_huisvesting-functional", "P11-betrokkene"}
    assert "GDPR 9(2)(a)" in str(grounds["P01-gemeente_huisvesting-functional"])
    assert "GDPR 15" in str(grounds["P11-betrokkene"])


def test_field_numbers_never_change(catalogue: Catalogue) -> None:
    """The first 161 fields keep their number and meaning, as sealed parts are found by it."""
    for number, row in enumerate(_rows("klantprofiel_fields.csv")):
        spec = catalogue.fields[FieldName(row["field"])]
        assert spec.number == number
        assert (spec.label_nl, spec.label_en) == (row["nl_label"], row["en_label"])
        assert (spec.type, spec.code_list, spec.source) == (
            row["type"],
            row["code_list"],
            row["source"],
        )
        assert (spec.sensitivity.name, spec.stored) == (
            row["sensitivity"],
            row["intake"] == "store",
        )


def test_every_role_of_the_matrix_is_held_by_a_partner(catalogue: Catalogue) -> None:
    """No rule is dead: some partner's agreement gives its role and purpose."""
    held = {
        (role, purpose)
        for partner in catalogue.partners.values()
        for role, purposes in partner.agreement.purposes.items()
        for purpose in purposes
    }
    assert held == {(row["role_id"], row["purpose"]) for row in MATRIX.values()}


def test_the_thirteen_fields_by_name(catalogue: Catalogue) -> None:
    """The fields no third party ever gets are these thirteen."""
    assert never_granted(catalogue.fields) == NEVER_TO_A_THIRD_PARTY
