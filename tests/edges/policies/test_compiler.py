"""What is compiled is what is committed; a change of rights cannot pass unseen."""

from pathlib import Path

import pytest

from gateway.domain.errors import PolicyError
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId
from gateway.domain.purposes import Matrix
from policies.catalogue import Catalogue, load
from policies.compiler import committed_policy, compile_matrix, compile_policy, main
from policies.vocabulary import never_granted

P12 = "purposes/P12_overdracht_andere_gemeente.yaml"


def test_the_committed_policy_is_that_of_the_catalogue(catalogue: Catalogue) -> None:
    """policy.csv holds what the YAML says, and --check agrees."""
    assert committed_policy(catalogue) == compile_policy(catalogue)
    assert main(["--check"]) == 0


def test_a_stale_policy_is_told_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Take a field from a rule: --check names the first line that differs, and writing mends it."""
    file = folder / P12
    file.write_text(file.read_text(encoding="utf-8").replace("      - bsn\n", ""), encoding="utf-8")
    before = (folder / "policy.csv").read_text(encoding="utf-8").splitlines()
    line = before.index("g, bsn, P12-gemeente_klantmanager") + 1

    assert main(["--check", "--folder", str(folder)]) == 1
    assert f"policy.csv:{line}: line: differs from the catalogue" in capsys.readouterr().err
    assert main(["--folder", str(folder)]) == 0
    assert main(["--check", "--folder", str(folder)]) == 0


def test_a_missing_policy_is_stale(folder: Path, catalogue: Catalogue) -> None:
    """Without policy.csv nothing is allowed to start."""
    (folder / "policy.csv").unlink()
    with pytest.raises(PolicyError, match=r"policy\.csv:1: line: differs"):
        committed_policy(catalogue, folder)


def test_the_compiler_tells_what_is_wrong_with_the_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken catalogue is not compiled; its problems go to the error stream."""
    (folder / P12).write_text("purpose: P12\n", encoding="utf-8")
    before = (folder / "policy.csv").read_bytes()
    assert main(["--folder", str(folder)]) == 1
    assert f"{P12}:1: purpose: must read like" in capsys.readouterr().err
    assert (folder / "policy.csv").read_bytes() == before


def test_compiling_twice_gives_the_same_bytes(folder: Path) -> None:
    """The lines do not depend on the run."""
    before = (folder / "policy.csv").read_bytes()
    assert main(["--folder", str(folder)]) == 0
    assert (folder / "policy.csv").read_bytes() == before


def test_no_third_party_gets_one_of_the_thirteen(catalogue: Catalogue, matrix: Matrix) -> None:
    """Every cell of every role but betrokkene denies all thirteen by name; hers denies none."""
    never = catalogue.fields.mask(never_granted(catalogue.fields))
    for purpose in catalogue.purposes.values():
        for rule in purpose.rules:
            cell = matrix.cell(rule.role, purpose.code)
            assert cell is not None
            assert cell.denied == (0 if rule.role == "betrokkene" else never)


def test_a_cell_keeps_the_rules_in_the_order_of_the_file(matrix: Matrix) -> None:
    """A field named by two rules is carried by the first one written."""
    cell = matrix.cell(RoleId("coa_casemanager"), PurposeCode("P03_doorlopende_integratielijn"))
    assert cell is not None
    assert [rule.rule_id for rule, _ in cell.rules] == [
        "P03-coa_casemanager-feedback",
        "P03-coa_casemanager-guidance",
    ]


def test_masks_are_apart_for_each_rule(catalogue: Catalogue, matrix: Matrix) -> None:
    """The functional need stands in a mask of its own, never in that of the base set."""
    cell = matrix.cell(RoleId("gemeente_huisvesting"), PurposeCode("P01_huisvesting_koppeling"))
    assert cell is not None
    (_, base), (rule, functional) = cell.rules
    need = catalogue.fields.mask([FieldName("woning_aanpassing_functioneel")])
    assert rule.rule_id == "P01-gemeente_huisvesting-functional"
    assert functional & need
    assert not base & need


def test_a_pair_no_rule_names_has_no_cell(matrix: Matrix) -> None:
    """A role without a rule for a purpose gets nothing at all."""
    assert matrix.cell(RoleId("werkgever"), PurposeCode("P01_huisvesting_koppeling")) is None


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (P12, "      - bsn\n", ""),
        (P12, "Wet inburgering 2021 art 35(4)", "Wet inburgering 2021 art 35"),
        ("fields.csv", "Family name", "Surname"),
        ("roles.csv", "Analyst", "Statistician"),
        ("model.conf", "Nothing else", "No more"),
        ("laws.csv", "With the GDPR", "With it"),
        ("parameters/work.yaml", "value: 24", "value: 23"),
        ("consent_texts/1.yaml", "texts:", "texts: # all of them"),
        ("consent_texts/1/nl.yaml", "hoogstens", "ten hoogste"),
    ],
)
def test_the_digest_follows_every_source(
    name: str, old: str, new: str, folder: Path, matrix: Matrix
) -> None:
    """A change of rules, words, model, law or number, however small, is another policy version."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert compile_matrix(load(folder)).digest != matrix.digest


def test_the_digest_does_not_follow_partners(folder: Path, matrix: Matrix) -> None:
    """Agreements change on their own clock; the policy version stays."""
    file = folder / "partners/coa.yaml"
    text = file.read_text(encoding="utf-8").replace("opvang asielzoekers", "Opvang Asielzoekers")
    file.write_text(text, encoding="utf-8")
    assert compile_matrix(load(folder)).digest == matrix.digest
