"""A policy file that does not hold is refused, with the file, the line and the reason."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from gateway.domain.errors import PolicyError
from policies.catalogue import load

P01 = "purposes/P01_huisvesting_koppeling.yaml"
P02 = "purposes/P02_warme_overdracht_brede_intake.yaml"
P04 = "purposes/P04_arbeidsbemiddeling_zoeken.yaml"
P06 = "purposes/P06_plaatsing_twv.yaml"
P07 = "purposes/P07_bsn_administratie.yaml"
P08 = "purposes/P08_nazorg_jobcoaching.yaml"
P10 = "purposes/P10_audit_toezicht.yaml"
P12 = "purposes/P12_overdracht_andere_gemeente.yaml"
P11 = "purposes/P11_inzage_betrokkene.yaml"
HARDERWIJK = "partners/harderwijk.yaml"
COA = "partners/coa.yaml"
AGENCY = "partners/uitzendbureau.yaml"


@dataclass(frozen=True)
class Break:
    """Replace the first ``old`` by ``new``; the complaint names the line and says ``says``.

    ``at`` is text on the line complained of, where that is not the line changed.
    """

    name: str
    file: str
    old: str
    new: str
    says: str
    at: str = ""


BREAKS = [
    # words that are not in the vocabulary
    Break(
        "key",
        P01,
        "    retention: gateway",
        "    retentie: gateway",
        "key: unknown value 'retentie'",
    ),
    Break("field", P01, "- achternaam", "- achternamen", "fields: unknown value 'achternamen'"),
    Break(
        "role", P01, "role: coa_regievoerder", "role: coa_baas", "role: unknown value 'coa_baas'"
    ),
    Break("relation", P01, "relation: linked_or_housed", "relation: knows", "relation: unknown"),
    Break("stage", P01, "stage: none", "stage: later", "stage: unknown value 'later'"),
    Break("consent", P01, "consent: no", "consent: maybe", "consent: unknown value 'maybe'"),
    Break("target group", P06, "- statushouder", "- toerist", "not_for: unknown value 'toerist'"),
    Break("purpose key", P01, "title_en:", "title_fr:", "key: unknown value 'title_fr'"),
    # spelling
    Break("case of a field", P01, "- achternaam", "- Achternaam", "write 'achternaam'"),
    Break("case of a role", P01, "role: coa_reg", "role: COA_reg", "write 'coa_regievoerder'"),
    Break("case of a consent", P01, "consent: no", "consent: No", "write 'no'"),
    Break("stray space", P01, "- achternaam", '- "achternaam "', "fields: has stray spaces"),
    Break(
        "stray space inside",
        P01,
        "title_nl: Huisvesting en",
        "title_nl: |\n  Huisvesting  en",
        "title_nl: has stray spaces",
    ),
    # said twice
    Break("field twice", P01, "- voorvoegsel", "- achternaam", "achternaam: stands here twice"),
    Break(
        "rule twice",
        P01,
        "- rule: P01-gemeente_huisvesting-functional",
        "- rule: P01-gemeente_huisvesting",
        "P01-gemeente_huisvesting stands here twice",
    ),
    Break(
        "key twice",
        P01,
        "    stage: none",
        "    stage: none\n    stage: offer",
        "stage: stands here twice",
        "stage: offer",
    ),
    Break(
        "overlap",
        P02,
        "      - opleidingen",
        "      - opleidingen\n      - talen",
        "talen already in P02-gemeente_klantmanager",
        "- rule: P02-gemeente_klantmanager-work",
    ),
    Break(
        "overlap of class S2",
        P02,
        "      - opleidingen",
        "      - opleidingen\n      - nationaliteit",
        "nationaliteit already in P02-gemeente_klantmanager",
        "- rule: P02-gemeente_klantmanager-work",
    ),
    # what a rule must have
    Break(
        "basis",
        P08,
        "    basis: GDPR 6(1)(a) specific consent (if not the employer)\n",
        "",
        "basis: is missing",
        "- rule: P08-uitzendbureau_matcher",
    ),
    Break(
        "retention",
        P08,
        "    retention: 3 months after placement ends\n",
        "",
        "retention: is missing",
        "- rule: P08-uitzendbureau_matcher",
    ),
    Break(
        "empty basis",
        P08,
        "basis: GDPR 6(1)(a) specific consent (if not the employer)",
        'basis: ""',
        "basis: must be a text",
    ),
    Break(
        "no fields",
        P07,
        "    fields:\n      - client_ref\n      - bsn_status\n",
        "    fields: []\n",
        "fields: must be a list of fields",
        "- rule: P07-werkgever",
    ),
    Break(
        "fields no list",
        P07,
        "    fields:\n      - client_ref\n      - bsn_status\n",
        "    fields: bsn_status\n",
        "fields: must be a list",
        "fields: bsn_status",
    ),
    Break(
        "rule id",
        P08,
        "- rule: P08-jobcoach_gemeente",
        "- rule: P09-jobcoach_gemeente",
        "must read P08-jobcoach_gemeente",
    ),
    # what a rule must not have
    Break(
        "special category",
        P01,
        "- kinderen_leerplichtig",
        "- hard_medische_behandeling",
        "exception: is missing; hard_medische_behandeling",
        "- rule: P01-gemeente_huisvesting\n",
    ),
    Break(
        "exception without need",
        P01,
        "    consent: no",
        "    exception: because\n    consent: no",
        "exception: no field here is of class S4 or S5",
        "- rule: P01-gemeente_huisvesting\n",
    ),
    Break(
        "exception gone",
        P11,
        '    exception: "GDPR 15: the data are the person\'s own"\n',
        "",
        "exception: is missing",
        "- rule: P11-betrokkene",
    ),
    Break("blocked field", P01, "- achternaam", "- religie", "religie: is blocked at intake"),
    Break(
        "reception town",
        P01,
        "- opvanglocatie_code",
        "- opvanglocatie_gemeente_code",
        "never granted to a third party",
    ),
    Break(
        "number for an agency",
        P04,
        "- client_ref",
        "- bsn",
        "bsn: is not for a party outside government",
    ),
    Break(
        "number for an employer",
        P06,
        "- client_ref",
        "- v_nummer",
        "v_nummer: is not for a party outside government",
    ),
    Break("star", P01, "- achternaam", '- "*"', "'*' stands alone, in P11", "- client_ref"),
    Break(
        "star in company", P11, '- "*"', '- "*"\n      - bsn', "'*' stands alone, in P11", '- "*"'
    ),
    Break(
        "star for another",
        P11,
        "role: betrokkene",
        "role: analist",
        "'*' stands alone, in P11",
        '- "*"',
    ),
    Break(
        "number for a role an agency may hold",
        P10,
        "- client_ref",
        "- bsn",
        "bsn: is not for a party outside government",
    ),
    # purpose and term
    Break(
        "purpose number",
        P01,
        "purpose: P01_",
        "purpose: P13_",
        "purpose: differs from the name of the file",
    ),
    Break(
        "purpose form",
        P01,
        "purpose: P01_huisvesting_koppeling",
        "purpose: huisvesting",
        "must read like P01_",
    ),
    Break(
        "no date",
        P01,
        "valid_from: 2022-01-01",
        "valid_from: 1 januari",
        "valid_from: is not a date",
    ),
    Break(
        "date of another form",
        P01,
        "valid_from: 2022-01-01",
        "valid_from: 2022-W01-1",
        "valid_from: is not a date",
    ),
    Break(
        "ended before it began",
        P01,
        "valid_from: 2022-01-01",
        "valid_from: 2022-01-01\nvalid_until: 2021-12-31",
        "valid_until: lies before valid_from",
        "valid_until",
    ),
    Break(
        "overlong",
        AGENCY,
        "valid_until: 2031-12-31",
        "valid_until: 2032-01-01",
        "valid_until: lies 10 years or more",
    ),
    Break("rules gone", P11, "rules:", "rules: none\nregels:", "rules: must be a list"),
    # YAML itself
    Break("yaml", P01, "title_nl: Huisvesting", "title_nl: [", "yaml: ", "title_en"),
    Break(
        "rule is text",
        P11,
        "  - rule: P11-betrokkene\n",
        "  - nothing\n  - rule: P11-betrokkene\n",
        "rules: must be a list",
        "rules:",
    ),
    # partners
    Break(
        "oin", COA, '"00000099000000001000"', '"0000009900000000100"', "oin: is not twenty digits"
    ),
    Break("kind", COA, "kind: coa", "kind: ministerie", "kind: unknown value 'ministerie'"),
    Break(
        "slug", COA, "partner: coa", "partner: coa2", "partner: differs from the name of the file"
    ),
    Break(
        "unknown purpose",
        COA,
        "- P03_doorlopende_integratielijn",
        "- P33_iets",
        "coa_casemanager: unknown value 'P33_iets'",
    ),
    Break(
        "role without rule",
        COA,
        "- P03_doorlopende_integratielijn",
        "- P04_arbeidsbemiddeling_zoeken",
        "no rule of P04_arbeidsbemiddeling_zoeken names this role",
    ),
    Break("unknown role", COA, "analist:", "analyst:", "roles: unknown value 'analyst'"),
    Break(
        "role of another kind",
        COA,
        "analist:",
        "werkgever:",
        "is not held by a partner of kind coa",
    ),
    Break(
        "role without purposes",
        COA,
        "    analist:\n      - P09_statistiek_monitoring\n",
        "    analist: []\n",
        "analist: must list its purposes",
        "analist",
    ),
    Break(
        "gemeente unknown", HARDERWIJK, '- "0243"', '- "9999"', "gemeenten: unknown value '9999'"
    ),
    Break(
        "two gemeenten",
        HARDERWIJK,
        '- "0243"',
        '- "0243"\n  - "0344"',
        "gemeenten: a gemeente is exactly one",
        "partner:",
    ),
    Break(
        "gemeente of an agency",
        AGENCY,
        "kind: uitzendbureau\n",
        'kind: uitzendbureau\ngemeenten:\n  - "0243"\n',
        "are for a gemeente or an instelling",
        "partner:",
    ),
    Break(
        "given up",
        COA,
        "  roles:",
        "  without:\n    - naam\n  roles:",
        "without: unknown value 'naam'",
        "- naam",
    ),
    Break(
        "agreement gone",
        COA,
        "agreement:\n",
        "agreement: none\nother:\n",
        "agreement: must be a mapping",
    ),
    Break(
        "roles gone", COA, "  roles:\n", "  roles: none\n  rollen:\n", "roles: must be a mapping"
    ),
    Break("partner yaml", COA, "name: Centraal", "name: [", "yaml: ", "kind"),
    # fields, roles and codes
    Break("field number", "fields.csv", "1,v_nummer,", "7,v_nummer,", "number: must be 1"),
    Break("field name", "fields.csv", "1,v_nummer,", "1,V-nummer,", "field: must be a new name"),
    Break("field again", "fields.csv", "1,v_nummer,", "1,client_ref,", "field: must be a new name"),
    Break(
        "class", "fields.csv", ",S3,store,GGM", ",S9,store,GGM", "sensitivity: unknown value 'S9'"
    ),
    Break("intake", "fields.csv", ",S3,store,GGM", ",S3,keep,GGM", "intake: unknown value 'keep'"),
    Break("header", "fields.csv", "number,field", "nr,field", "header: must read number,field"),
    Break(
        "short row",
        "roles.csv",
        "analist,Analist,Analyst,coa",
        "analist,Analist",
        "row: has 2 values, not 4",
    ),
    Break(
        "space in a cell",
        "roles.csv",
        "analist,Analist,",
        "analist, Analist,",
        "nl: has stray spaces",
    ),
    Break("role name", "roles.csv", "analist,", "coa_casemanager,", "role: must be a new name"),
    Break(
        "role kind",
        "roles.csv",
        "Analyst,coa",
        "Analyst,COA",
        "kinds: unknown value 'COA', write 'coa'",
    ),
    Break("quote", "roles.csv", "analist,Analist", 'analist,"Ana"list', "csv: cannot be read"),
    Break(
        "gemeente code",
        "codes/gemeenten.csv",
        "0034,",
        "34,",
        "code: must be a new code of four digits",
    ),
    Break(
        "postcode area",
        "codes/postcode_areas.csv",
        "10,Amsterdam",
        "01,Amsterdam",
        "area: must be two digits, and its place in degrees",
    ),
    Break(
        "place of an area",
        "codes/postcode_areas.csv",
        "Amsterdam,52.37",
        "Amsterdam,north",
        "area: must be two digits, and its place in degrees",
    ),
    Break(
        "site twice", "codes/opvanglocaties.csv", "AZC-HDW-01", "AZC-ALM-01", "stands here twice"
    ),
    Break(
        "expired law",
        P12,
        "Wet inburgering 2021 art 35(4)",
        "Wet inburgering 2013 art 35(4)",
        "basis: Wet inburgering 2013 is out of force after 2021-12-31; name Wet inburgering 2021",
    ),
    Break(
        "law to come",
        P12,
        "valid_from: 2022-01-01",
        "valid_from: 2021-12-31",
        "basis: Wet inburgering 2021 is in force from 2022-01-01 on",
        at="basis:",
    ),
    Break("law twice", "laws.csv", "UAVG,", "GDPR,", "law: must be a new name"),
    Break("law without a day", "laws.csv", "2014-01-05", "2014", "valid_until: is not a date"),
    Break(
        "site nowhere",
        "codes/opvanglocaties.csv",
        "0243",
        "0000",
        "gemeentecode: unknown value '0000'",
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_a_broken_file_is_refused(broken: Break, folder: Path) -> None:
    """The error names file and line of what was broken, and says why."""
    file = folder / broken.file
    text = file.read_text(encoding="utf-8")
    assert broken.old in text
    changed = text.replace(broken.old, broken.new, 1)
    file.write_text(changed, encoding="utf-8")
    start = changed.index(broken.at) if broken.at else text.index(broken.old)
    line = changed[:start].count("\n") + 1

    with pytest.raises(PolicyError) as refused:
        load(folder)

    complaints = str(refused.value).splitlines()
    assert any(
        complaint.startswith(f"{broken.file}:{line}: ") and broken.says in complaint
        for complaint in complaints
    ), complaints


def test_a_purpose_may_hold_for_one_day(folder: Path) -> None:
    """The last day may be the first; it counts."""
    file = folder / P01
    text = file.read_text(encoding="utf-8")
    day = text.replace("valid_from: 2022-01-01", "valid_from: 2022-01-01\nvalid_until: 2022-01-01")
    file.write_text(day, encoding="utf-8")
    (purpose,) = (p for p in load(folder).purposes.values() if p.short == "P01")
    assert purpose.active(date(2022, 1, 1))
    assert not purpose.active(date(2022, 1, 2))


def test_the_copy_itself_is_good(folder: Path) -> None:
    """Unbroken, the copy loads as the shipped folder does, to the same digest."""
    assert load(folder).digest == load().digest


def test_all_problems_are_told_at_once(folder: Path) -> None:
    """Three faults in three files give three complaints in one error, one a line."""
    for name, old, new in (
        (P01, "role: coa_regievoerder", "role: baas"),
        (P08, "stage: placed", "stage: later"),
        (COA, "kind: coa", "kind: bedrijf"),
    ):
        file = folder / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load(folder)
    told = {line.split(":")[0] for line in str(refused.value).splitlines()}
    assert {P01, P08, COA} <= told


def test_an_oin_belongs_to_one_partner(folder: Path) -> None:
    """Two partners with one OIN are refused at the second."""
    file = folder / HARDERWIJK
    text = file.read_text(encoding="utf-8")
    taken = text.replace("00000099000000002430", "00000099000000001000")
    file.write_text(taken, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^partners/harderwijk\.yaml:2: oin: is that of coa$"):
        load(folder)


def test_a_purpose_number_belongs_to_one_purpose(folder: Path) -> None:
    """Two files with the number P01 are refused at the second."""
    text = (folder / P01).read_text(encoding="utf-8")
    second = text.replace("P01_huisvesting_koppeling", "P01_wonen")
    (folder / "purposes/P01_wonen.yaml").write_text(second, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^purposes/P01_wonen\.yaml:1: purpose: P01 is taken$"):
        load(folder)


@pytest.mark.parametrize("name", ["fields.csv", "roles.csv", "model.conf", "codes/gemeenten.csv"])
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    """A file that is not there is a problem of its own."""
    (folder / name).unlink()
    with pytest.raises(PolicyError, match=f"{name}:1: file: is missing"):
        load(folder)


def test_a_folder_without_purposes_is_refused(folder: Path) -> None:
    """A catalogue without purposes is no catalogue."""
    for file in (folder / "purposes").iterdir():
        file.unlink()
    with pytest.raises(PolicyError, match="purposes:1: folder: holds no YAML file"):
        load(folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "yaml: must be a mapping"),
        (b"- a\n- b\n", "yaml: must be a mapping"),
        (b"purpose: \xff\n", "file: is not UTF-8"),
        (b"purpose: \x00\n", "yaml: cannot be read"),
        (b"purpose: P01_x\n? [a]\n: b\n", "key: unknown value"),
        (b"a: 1\n---\nb: 2\n", "yaml: but found another document"),
    ],
)
def test_a_file_that_is_no_purpose_is_refused(content: bytes, reason: str, folder: Path) -> None:
    """Empty, listed, undecodable and doubled documents are all refused by name."""
    (folder / P01).write_bytes(content)
    with pytest.raises(PolicyError, match=f"{P01}:[0-9]+: {reason}"):
        load(folder)
