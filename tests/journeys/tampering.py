"""Gates whose rules are not what the law says: to see what still holds when the matrix does not."""

from collections.abc import Callable
from dataclasses import replace

from gateway.actions.clients import ListClients
from gateway.actions.disclose import Disclose
from gateway.actions.search import Search, SearchIndex
from gateway.domain.identifiers import FieldName, RoleId
from gateway.domain.policy_changes import Edition
from gateway.domain.purposes import Cell, ConsentNeed, Matrix, Purpose, Rule
from gateway.store.candidates import Candidates
from gateway.wiring import Gateway
from tests.fakes.rules import Rules

Change = Callable[[Rule], Rule]


def also(name: str) -> Change:
    """Let a rule name one more field, a special one with a made-up exception."""
    more = frozenset({FieldName(name)})
    return lambda rule: replace(rule, fields=rule.fields | more, exception="none in the law")


def also_without_consent(name: str) -> Change:
    """Let a rule name one more field, and rest on no consent that could leave it out."""
    return lambda rule: replace(also(name)(rule), consent=ConsentNeed.NO)


def tampered(gateway: Gateway, short: str, role: str, change: Change) -> Gateway:
    """Change the rules of one purpose and role in everything that discloses, and deny nothing there."""
    matrix = _changed(gateway, short, role, change)
    known = gateway.actions
    gate = replace(known.gate, rules=Rules(Edition(matrix, gateway.catalogue.fields, {})))
    disclose = Disclose(gate)
    areas = gateway.catalogue.codes.postcode_areas
    found_by = SearchIndex(Candidates(gateway.database, known.index), known.index, areas)
    search = Search(gate, disclose, found_by, 200)
    actions = replace(
        known, gate=gate, disclose=disclose, clients=ListClients(gate, disclose), search=search
    )
    return replace(gateway, actions=actions)


def _changed(gateway: Gateway, short: str, role: str, change: Change) -> Matrix:
    matrix, fields = gateway.actions.gate.matrix, gateway.catalogue.fields

    def changed(purpose: Purpose) -> Purpose:
        rules = (change(rule) if rule.role == role else rule for rule in purpose.rules)
        return replace(purpose, rules=tuple(rules)) if purpose.short == short else purpose

    def cell(purpose: Purpose, of: RoleId) -> Cell:
        known = matrix.cell(of, purpose.code)
        denied = 0 if known is None or (purpose.short, of) == (short, role) else known.denied
        rules = tuple((r, fields.mask(r.fields)) for r in purpose.rules if r.role == of)
        return Cell(rules, denied)

    purposes = {purpose.code: changed(purpose) for purpose in matrix.purposes()}
    pairs = {(rule.role, code) for code, p in purposes.items() for rule in p.rules}
    cells = {(of, code): cell(purposes[code], of) for of, code in pairs}
    return Matrix(purposes, cells, matrix.digest)
