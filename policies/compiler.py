"""Turns the catalogue into casbin lines for review and into the table of bit masks for use.

``policy.csv`` is committed, so that a change of rights shows in the diff line by line::

    p, role, purpose, rule, allow      the rule's field set is allowed
    p, role, purpose, never-granted, deny
    g, field, rule                     the field belongs to the set

``python -m policies.compiler`` writes it; with ``--check`` it fails when the file differs.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib.resources.abc import Traversable
from itertools import zip_longest
from pathlib import Path
from typing import Final

from gateway.domain.errors import PolicyError
from gateway.domain.identifiers import PurposeCode, RoleId
from gateway.domain.purposes import Cell, Matrix, Rule
from policies.catalogue import Catalogue, load, shipped
from policies.documents import Source, digest_of
from policies.vocabulary import never_granted

# Not the shape of a field (no hyphen there) nor of a rule (P and two digits): it cannot collide.
NEVER_GRANTED: Final = "never-granted"
POLICY_FILE: Final = "policy.csv"
HEADER: Final = "# Written by python -m policies.compiler from purposes/*.yaml; do not edit."


def compile_policy(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the casbin lines: what each rule allows, what no third party gets, the field sets."""
    rules = _rules(catalogue)
    never = never_granted(catalogue.fields)
    pairs = sorted({(rule.role, rule.purpose) for rule in rules})
    denied = [pair for pair in pairs if never and catalogue.roles[pair[0]].third_party]
    return (
        *(f"p, {rule.role}, {rule.purpose}, {rule.rule_id}, allow" for rule in rules),
        *(f"p, {role}, {purpose}, {NEVER_GRANTED}, deny" for role, purpose in denied),
        *(
            f"g, {name}, {rule.rule_id}"
            for rule in rules
            for name in catalogue.fields.names(catalogue.fields.mask(rule.fields))
        ),
        *(f"g, {name}, {NEVER_GRANTED}" for name in sorted(never) if denied),
    )


def compile_matrix(catalogue: Catalogue) -> Matrix:
    """Return the table: per role and purpose each rule's mask, and apart from it what is denied.

    The digest is the SHA-256 over the catalogue's digest, the model and the casbin lines.
    """
    fields = catalogue.fields
    granted: dict[tuple[RoleId, PurposeCode], list[tuple[Rule, int]]] = {}
    for rule in _rules(catalogue):
        granted.setdefault((rule.role, rule.purpose), []).append((rule, fields.mask(rule.fields)))
    never = fields.mask(never_granted(fields))
    cells = {
        (role, purpose): Cell(tuple(rules), never if catalogue.roles[role].third_party else 0)
        for (role, purpose), rules in granted.items()
    }
    return Matrix(catalogue.purposes, cells, _digest(catalogue))


def committed_policy(catalogue: Catalogue, folder: Traversable | None = None) -> tuple[str, ...]:
    """Return the lines of the committed ``policy.csv``.

    Raises ``PolicyError`` naming the first line that is not what the catalogue says today.
    """
    file = (folder or shipped()).joinpath(POLICY_FILE)
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    wanted = (HEADER, *compile_policy(catalogue))
    for number, (line, right) in enumerate(zip_longest(text.splitlines(), wanted), start=1):
        if line != right:
            reason = "differs from the catalogue; run python -m policies.compiler"
            raise PolicyError(f"{POLICY_FILE}:{number}: line: {reason}")
    return wanted[1:]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check ``policy.csv``; returns the exit status."""
    parser = argparse.ArgumentParser(prog="policies.compiler", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when policy.csv differs")
    parser.add_argument("--folder", type=Path, default=Path(str(shipped())), help="the policies")
    asked = parser.parse_args(arguments)
    try:
        catalogue = load(asked.folder)
        if asked.check:
            committed_policy(catalogue, asked.folder)
        else:
            _write(compile_policy(catalogue), asked.folder)
    except PolicyError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _write(lines: Iterable[str], folder: Path) -> None:
    text = "\n".join((HEADER, *lines)) + "\n"
    folder.joinpath(POLICY_FILE).write_text(text, encoding="utf-8", newline="\n")


def _rules(catalogue: Catalogue) -> tuple[Rule, ...]:
    return tuple(rule for purpose in catalogue.purposes.values() for rule in purpose.rules)


def _digest(catalogue: Catalogue) -> str:
    lines = "\n".join(compile_policy(catalogue))
    return digest_of(
        (
            Source("catalogue", catalogue.digest.encode()),
            Source("model.conf", catalogue.model.encode()),
            Source(POLICY_FILE, lines.encode()),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
