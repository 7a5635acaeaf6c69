"""Write the reference pages from the code and the catalogue; ``--check`` fails where one is stale.

Run as ``python -m gateway.commands.reference [--check]``.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from adapters import ggm
from gateway import wiring
from gateway.domain import decisions
from gateway.domain.purposes import Purpose, Rule
from gateway.domain.reasons import EXPLANATIONS
from gateway.settings import Settings

GENERATED = "_Generated from the code: `python -m gateway.commands.reference`._"


def decision_page() -> Iterator[str]:
    """Yield the page on decisions: the steps of the law, and every reason with its step."""
    yield from ("# Decisions and reasons", "", GENERATED, "", "```text")
    yield (decisions.__doc__ or "").strip()
    yield from ("```", "", "## Reasons", "")
    yield from ("| step | code | Nederlands | English |", "| --- | --- | --- | --- |")
    for reason, why in sorted(EXPLANATIONS.items(), key=lambda item: item[1].step):
        yield f"| {why.step} | `{reason}` | {why.nl} | {why.en} |"
    yield from (
        "",
        "Whoever has no relation to the subject is not told a reason of step 3: she gets the same",
        "404 as for a reference that stands for no one.",
    )


def purposes_page() -> Iterator[str]:
    """Yield the page on purposes: each rule with its basis, relation, consent, fields, retention."""
    yield from ("# Purposes", "", GENERATED)
    for purpose in wiring.load_policy().matrix.purposes():
        yield from _purpose(purpose)


def _purpose(purpose: Purpose) -> Iterator[str]:
    yield from ("", f"## {purpose.code}", "", f"{purpose.title_nl} · {purpose.title_en}")
    for rule in purpose.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield from ("", f"### {rule.rule_id}", "")
    yield f"- role `{rule.role}`, relation `{rule.relation}`, stage `{rule.stage}`"
    yield f"- basis: {rule.legal_basis}"
    yield f"- consent: `{rule.consent}`"
    if rule.exception:
        yield f"- exception for special categories: {rule.exception}"
    if rule.not_for:
        yield f"- not for: {', '.join(sorted(rule.not_for))}"
    yield f"- retention: {rule.retention}"
    yield f"- {len(rule.fields)} fields: {', '.join(f'`{name}`' for name in sorted(rule.fields))}"


def settings_page() -> Iterator[str]:
    """Yield the page on settings: name, default, meaning."""
    yield from ("# Settings", "", GENERATED, "", "Read once, from the environment.", "")
    yield from ("| variable | default | meaning |", "| --- | --- | --- |")
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        yield f"| `DOELPOORT_{name.upper()}` | {default} | {field.description} |"


def ggm_page() -> Iterator[str]:
    """Yield the page on the Gemeentelijk Gegevensmodel: each field with its entity and attribute."""
    labels = {spec.name: spec.label_nl for spec in wiring.load_policy().catalogue.fields}
    yield from ("# Fields in the Gemeentelijk Gegevensmodel", "", GENERATED, "")
    yield from (
        "The export format `ggm` writes these names. *genoemd*: the public model was seen to name the",
        "entity or the attribute; *voorstel*: a proposal in its style. Fields that are not here have no",
        "place in the two models looked at (Inburgering, Werk).",
        "",
    )
    yield from ("| field | label | model | entity | attribute | status |", "| --- " * 6 + "|")
    for one in ggm.targets():
        place = f"{one.model} | {one.entity} | {one.attribute} | {one.status}"
        yield f"| `{one.field}` | {labels[one.field]} | {place} |"


PAGES = {
    "decision.md": decision_page,
    "ggm.md": ggm_page,
    "purposes.md": purposes_page,
    "settings.md": settings_page,
}


def main(folder: Path = Path("docs"), *, check: bool) -> int:
    """Write all pages, or compare them; return how many were stale."""
    stale = 0
    for name, page in PAGES.items():
        text = "\n".join(page()) + "\n"
        path = folder / name
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            sys.stderr.write(f"{path} is stale\n")
            stale += 1
        elif not check:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(1 if main(check="--check" in sys.argv[1:]) else 0)
