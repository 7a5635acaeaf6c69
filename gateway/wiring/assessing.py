"""Writes the annex to a DPIA of a catalogue; it holds no rule."""

from datetime import date
from pathlib import Path

from gateway.domain.register import register
from gateway.domain.sentences import Language
from gateway.web import annex
from gateway.web.rule_words import Told
from policies.enforcer import load_policy
from policies.parameters import load_parameters


def dpia(folder: Path | None, day: date, language: Language, *, as_html: bool) -> str:
    """Return the annex of the rules in a folder (default: ours), with the numbers of a day."""
    catalogue, matrix = load_policy(folder)
    nl = language is Language.NL
    roles = {name: role.nl if nl else role.en for name, role in catalogue.roles.items()}
    told = Told(catalogue.fields, roles, load_parameters(folder).on(day), language)
    found = register(matrix, catalogue.fields, catalogue.partners.values())
    blocks = annex.blocks(told, found, matrix.digest, language)
    return annex.html(blocks, language) if as_html else annex.markdown(blocks)
