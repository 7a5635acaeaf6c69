"""The stories of the policy hold, and one that does not is told by file, line and title."""

from pathlib import Path

import pytest

from gateway.domain.errors import PolicyError
from policies.stories import StoryReport, tell

NAME = "stories/overdracht.yaml"
ONE = """\
verhalen:
  - verhaal: Proef
    rol: gemeente_klantmanager
    partner: harderwijk
    doel: P02
    op: 2026-03-02
    bewoner:
      - {wat: gekoppeld, partij: harderwijk, sinds: 2026-02-01}
"""


def told(folder: Path, more: str, story: str = ONE) -> StoryReport:
    """Tell one story with an expectation."""
    for file in (folder / "stories").iterdir():
        file.unlink()
    (folder / NAME).write_text(story + more, encoding="utf-8")
    return tell(folder)


def test_the_shipped_stories_hold() -> None:
    """Every story beside the purposes comes out as it says."""
    report = tell()
    assert report.stories >= 14
    assert report.broken == ()


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        ("    ziet: [rijbewijs, bsn, arbeidsmarktregio, client_ref]\n", "is not seen"),
        ("    ziet_niet: [{veld: achternaam}]\n", "achternaam is seen"),
        (
            "    ziet_niet: [{veld: religie, omdat: NOT_LINKED}]\n",
            "religie is not seen, but for SPECIAL_CATEGORY, not NOT_LINKED",
        ),
        ("    niets_omdat: NOT_LINKED\n", "fields are seen, among them"),
    ],
)
def test_a_story_that_comes_out_otherwise_is_told(folder: Path, expected: str, why: str) -> None:
    """What is seen and should not be, what is not and should be, and a wrong reason are named."""
    (line,) = told(folder, expected).broken[:1]
    assert line.startswith(f"{NAME}:2: Proef: ")
    assert why in line


def test_nothing_for_the_wrong_reason_is_told(folder: Path) -> None:
    """Seeing nothing is not enough: the reason must be the one of the story."""
    stranger = ONE.replace("partner: harderwijk", "partner: utrecht")
    (line,) = told(folder, "    niets_omdat: SHIELDED\n", stranger).broken
    assert line.endswith("nothing is seen, but for NOT_LINKED, not SHIELDED")


def test_a_story_falls_with_the_rule_it_tells_of(folder: Path) -> None:
    """A field taken from a rule breaks the story that needs it, before anything is activated."""
    rule = folder / "purposes" / "P02_warme_overdracht_brede_intake.yaml"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("      - roepnaam\n", "", 1), encoding="utf-8")
    (line,) = tell(folder).broken
    assert line.endswith("roepnaam is not seen")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("doel: P02", "doel: P99", f"{NAME}:5: doel: unknown value 'P99'"),
        ("rol: gemeente", "rol: Gemeente", "write 'gemeente_klantmanager'"),
        ("partner: harderwijk", "partner: ergens", f"{NAME}:4: partij: unknown value 'ergens'"),
        ("wat: gekoppeld", "wat: verloofd", f"{NAME}:8: wat: unknown value 'verloofd'"),
        ("sinds: 2026-02-01", "sinds: gisteren", f"{NAME}:8: sinds: is not a date"),
        ("    op: 2026-03-02\n", "", f"{NAME}:2: op: is missing"),
        ("    doel", "    locatie: ergens\n    doel", "locatie: unknown value 'ergens'"),
        ("verhalen:", "stories:", "verhalen: must be a list"),
    ],
)
def test_a_story_that_cannot_be_read_is_refused(
    folder: Path, old: str, new: str, says: str
) -> None:
    """A word outside the vocabulary is refused by file and line, with the spelling that was meant."""
    with pytest.raises(PolicyError) as refused:
        told(folder, "    ziet: [achternaam]\n", ONE.replace(old, new))
    assert says in str(refused.value)


def test_a_story_that_expects_nothing_is_refused(folder: Path) -> None:
    """A story without an expectation would hold under any policy."""
    with pytest.raises(PolicyError, match=r"overdracht.yaml:2: verhaal: expects nothing"):
        told(folder, "")


def test_what_a_resident_holds_back_is_held_back(folder: Path) -> None:
    """A restriction without fields takes all, and the term of a consent ends on its day."""
    restricted = "      - {wat: beperking, sinds: 2026-02-03}\n    niets_omdat: RESTRICTED\n"
    assert told(folder, restricted).broken == ()
    ended = (
        ONE.replace("gemeente_klantmanager", "uitzendbureau_matcher")
        .replace("partner: harderwijk", "partner: uitzendbureau")
        .replace("doel: P02", "doel: P05")
    )
    consent = (
        "      - {wat: voorgesteld, partij: uitzendbureau, sinds: 2026-02-01}\n"
        "      - {wat: toestemming, doel: P05, partij: uitzendbureau, sinds: 2026-02-01,"
        " tot: 2026-03-01}\n"
        "    niets_omdat: CONSENT_EXPIRED\n"
    )
    assert told(folder, consent, ended).broken == ()
