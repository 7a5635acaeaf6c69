"""Reads one purpose a file and refuses every rule that would break the law of the matrix.

1. A rule has a retention term, and a legal basis that is in force as long as its purpose is.
2. It names known fields, once; ``*`` stands for all stored fields and only in P11, for the person
   herself (GDPR art. 15).
3. It names no blocked field, and for a third party none of the fields no third party ever gets.
4. A party outside government gets no number set by law (UAVG art. 46) and nothing above it.
5. A field of class S4 or S5 needs a named exception (GDPR art. 9(2), 10), and only then is one
   named.
6. Two rules of one role with the same relation test share no field but those that tell whose data
   they are (S0 and the numbers, S3); else it would not be clear which basis carries the field.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import Final

from gateway.domain.fields import FieldSpec, Sensitivity
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId, RuleId
from gateway.domain.purposes import ConsentNeed, Purpose, RelationTest, Rule, Stage
from policies.documents import Problems, Section, Source, Text, read_yaml
from policies.laws import check_basis
from policies.vocabulary import NOT_FOR_THIRD_PARTIES, Role, Vocabulary

PURPOSE_CODE: Final = re.compile(r"P\d{2}_[a-z][a-z_]*")
RULE_PART: Final = re.compile(r"(-[a-z]+)?")
EVERYTHING: Final = "*"
EVERYTHING_ONLY_IN: Final = "P11"
RULE_KEYS: Final = (
    "rule",
    "role",
    "basis",
    "exception",
    "retention",
    "consent",
    "relation",
    "stage",
    "not_for",
    "fields",
    "notes",
)
Term = tuple[date | None, date | None]
SHARED_CLASSES: Final = frozenset({Sensitivity.S0, Sensitivity.S3})


def read_purpose(source: Source, words: Vocabulary, problems: Problems) -> Purpose | None:
    """Read a purpose with its rules; ``None`` when it is too broken to make one."""
    file = read_yaml(source, problems)
    if file is None:
        return None
    file.only("purpose", "title_nl", "title_en", "valid_from", "valid_until", "rules")
    code = _code(file.text("purpose"), source, problems)
    start, end = file.term()
    title_nl, title_en = str(file.text("title_nl")), str(file.text("title_en"))
    rules = _read_rules(file, code, (start, end), words, problems)
    return Purpose(code, title_nl, title_en, start, end, rules) if start else None


def _read_rules(
    file: Section, code: PurposeCode, term: Term, words: Vocabulary, problems: Problems
) -> tuple[Rule, ...]:
    read = []
    for section in file.sections("rules"):
        rule = _read_rule(section, code, words, problems)
        if term[0] is not None:
            check_basis(section.text("basis"), (term[0], term[1]), words.laws, problems)
        if rule is not None:
            read.append((section, rule))
    _check_twice(read, problems)
    _check_overlap(read, words, problems)
    return tuple(rule for _, rule in read)


def _code(value: Text, source: Source, problems: Problems) -> PurposeCode:
    if value and not PURPOSE_CODE.fullmatch(value):
        problems.add(value.where, "purpose", "must read like P01_huisvesting_koppeling")
    if value and value != source.stem:
        problems.add(value.where, "purpose", "differs from the name of the file")
    return PurposeCode(str(value))


def _read_rule(
    section: Section, purpose: PurposeCode, words: Vocabulary, problems: Problems
) -> Rule | None:
    section.only(*RULE_KEYS)
    role = _role(section.text("role"), words, problems)
    relation = section.choice("relation", RelationTest)
    stage = section.choice("stage", Stage)
    consent = section.choice("consent", ConsentNeed)
    basis, retention = section.text("basis"), section.text("retention")
    exception = str(section.text("exception")) if section.has("exception") else None
    if section.has("notes"):
        section.text("notes")
    if role is None or relation is None or stage is None or consent is None:
        return None
    return Rule(
        rule_id=_rule_id(section.text("rule"), purpose, role, problems),
        purpose=purpose,
        role=role.role,
        relation=relation,
        stage=stage,
        legal_basis=str(basis),
        consent=consent,
        fields=_fields(section, purpose, role, words, problems),
        retention=str(retention),
        exception=exception,
        not_for=_not_for(section.texts("not_for"), words, problems),
        where=str(section.where),
    )


def _role(value: Text, words: Vocabulary, problems: Problems) -> Role | None:
    role = words.roles.get(RoleId(value))
    if value and role is None:
        problems.unknown("role", value, words.roles)
    return role


def _rule_id(value: Text, purpose: PurposeCode, role: Role, problems: Problems) -> RuleId:
    start = f"{purpose[:3]}-{role.role}"
    if value and not (value.startswith(start) and RULE_PART.fullmatch(value[len(start) :])):
        problems.add(value.where, "rule", f"must read {start} or {start}-part")
    return RuleId(str(value))


def _not_for(groups: Iterable[Text], words: Vocabulary, problems: Problems) -> frozenset[str]:
    known = words.codes.enums.get(FieldName("doelgroep"), frozenset())
    for group in groups:
        if group not in known:
            problems.unknown("not_for", group, known)
    return frozenset(str(group) for group in groups)


def _fields(
    section: Section, purpose: PurposeCode, role: Role, words: Vocabulary, problems: Problems
) -> frozenset[FieldName]:
    names = section.texts("fields")
    if not names:
        problems.add(section.where, "fields", "must be a list of fields")
    if EVERYTHING in names:
        named = _everything(names, purpose, role, words, problems)
    else:
        named = _named(names, role, words, problems)
    _check_exception(section, named, words, problems)
    return named


def _everything(
    names: tuple[Text, ...],
    purpose: PurposeCode,
    role: Role,
    words: Vocabulary,
    problems: Problems,
) -> frozenset[FieldName]:
    if purpose[:3] != EVERYTHING_ONLY_IN or role.third_party or len(names) > 1:
        reason = f"'*' stands alone, in {EVERYTHING_ONLY_IN}, for the person herself"
        problems.add(names[0].where, "fields", reason)
    return frozenset(spec.name for spec in words.fields if spec.stored)


def _named(
    names: tuple[Text, ...], role: Role, words: Vocabulary, problems: Problems
) -> frozenset[FieldName]:
    seen: set[FieldName] = set()
    for value in names:
        name = FieldName(str(value))
        if name not in words.fields:
            problems.unknown("fields", value, (spec.name for spec in words.fields))
        elif name in seen:
            problems.add(value.where, name, "stands here twice")
        elif reason := _barred(words.fields[name], role):
            problems.add(value.where, name, reason)
        else:
            seen.add(name)
    return frozenset(seen)


def _barred(spec: FieldSpec, role: Role) -> str | None:
    if not spec.stored:
        return "is blocked at intake and never leaves"
    if role.third_party and spec.name in NOT_FOR_THIRD_PARTIES:
        return "is never granted to a third party"
    if role.private and spec.sensitivity >= Sensitivity.S3:
        return "is not for a party outside government (UAVG art. 46)"
    return None


def _check_exception(
    section: Section, named: frozenset[FieldName], words: Vocabulary, problems: Problems
) -> None:
    special = [name for name in sorted(named) if words.fields[name].sensitivity >= Sensitivity.S4]
    if special and not section.has("exception"):
        reason = f"is missing; {', '.join(special)} is of class S4 or S5"
        problems.add(section.where, "exception", reason)
    if section.has("exception") and not special:
        problems.add(section.where, "exception", "no field here is of class S4 or S5")


def _check_twice(read: Iterable[tuple[Section, Rule]], problems: Problems) -> None:
    seen: set[RuleId] = set()
    for section, rule in read:
        if rule.rule_id in seen:
            problems.add(section.where, "rule", f"{rule.rule_id} stands here twice")
        seen.add(rule.rule_id)


def _check_overlap(
    read: Iterable[tuple[Section, Rule]], words: Vocabulary, problems: Problems
) -> None:
    for (_, rule), (section, other) in combinations(read, 2):
        if (rule.role, rule.relation) != (other.role, other.relation):
            continue
        shared = sorted(
            name
            for name in rule.fields & other.fields
            if words.fields[name].sensitivity not in SHARED_CLASSES
        )
        if shared:
            reason = f"{', '.join(shared)} already in {rule.rule_id}"
            problems.add(section.where, "fields", reason)
