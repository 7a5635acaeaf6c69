"""Every text of the screens has its English, with the same gaps to fill."""

import ast
import re
from functools import cache
from importlib.resources import files

from babel.messages.extract import extract_from_dir

from gateway.domain.sentences import Language
from gateway.web import bases
from gateway.web.outcome_words import OUTCOMES
from gateway.web.retention import DUTCH, in_words
from gateway.web.words import catalogue, count, day, say
from policies.enforcer import load_policy
from tests.house.source import ROOT

METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"newstyle_gettext": "true"}}
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2), "count": (1, 2)}


@cache
def texts() -> dict[str, tuple[str, ...]]:
    """Collect the Dutch texts from source and templates, each with its forms."""
    found = {}
    folder = str(files("gateway.web"))
    extracted = extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS)
    for _, _, message, _, _ in extracted:
        forms = (message,) if isinstance(message, str) else tuple(message)
        found[forms[0]] = forms
    return found


def test_every_text_has_its_english() -> None:
    """No text is left in Dutch for who reads English, and the catalogue holds no text of the past."""
    known, wanted = catalogue(Language.EN), texts()
    assert len(wanted) > 200
    assert sorted(wanted.keys() - known.keys()) == []
    assert sorted(known.keys() - wanted.keys()) == []


def test_a_translation_fills_the_same_gaps() -> None:
    """Each placeholder of the Dutch stands in the English; a lost one would be a fault at run time."""
    gap = re.compile(r"%\(\w+\)[sd]")
    for source, forms in texts().items():
        for english in catalogue(Language.EN)[source]:
            assert set(gap.findall(english)) <= set(gap.findall(forms[-1])), source
        assert set(gap.findall(catalogue(Language.EN)[source][-1])) == set(gap.findall(forms[-1]))


def test_every_term_of_the_rules_has_its_dutch() -> None:
    """How long data may be kept is told in Dutch for each rule, and nothing is told of no rule."""
    matrix = load_policy()[1]
    terms = {rule.retention for purpose in matrix.purposes() for rule in purpose.rules}
    assert terms == set(DUTCH)
    assert in_words("session only", Language.NL) == "alleen tijdens de sessie"
    assert in_words("session only", Language.EN) == "session only"


def test_every_basis_of_the_rules_has_its_dutch() -> None:
    """On which law a rule rests is told in Dutch for each rule, and nothing is told of no rule."""
    rules = [rule for purpose in load_policy()[1].purposes() for rule in purpose.rules]
    named = {rule.legal_basis for rule in rules} | {rule.exception for rule in rules}
    assert named - {None} == set(bases.DUTCH)
    assert bases.in_words("GDPR 58(1)", Language.NL) == "AVG art. 58 lid 1"
    assert bases.in_words("GDPR 58(1)", Language.EN) == "GDPR 58(1)"


def test_words_and_days_follow_the_language() -> None:
    """Dutch is the source, English is looked up, and days are written as the language does."""
    assert say("Afmelden", Language.NL) == "Afmelden"
    assert say("Afmelden", Language.EN) == "Sign off"
    assert count("nog 1 dag", "nog %(num)d dagen", 1, Language.EN) == "1 day left"
    assert count("nog 1 dag", "nog %(num)d dagen", 2, Language.NL) == "nog %(num)d dagen"
    assert day("2026-03-02", Language.NL) == "2 mrt 2026"
    assert day("2026-03-02", Language.EN) == "2 Mar 2026"
    assert day("1990", Language.NL) == "1990"


def _outcomes(call: ast.Call) -> set[str]:
    """Name the outcomes that a call writes into the log: beside its kind, or first of a deed."""
    named = any(
        isinstance(one, ast.Attribute) and _is(one.value, "RecordKind") for one in call.args
    )
    if not named and not _is(call.func, "Deed"):
        return set()
    parts = [part for one in (call.args if named else call.args[:1]) for part in ast.walk(one)]
    said = [one.value for one in parts if isinstance(one, ast.Constant)]
    return {one for one in said if isinstance(one, str) and one}


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def test_an_officer_reads_each_outcome_in_words() -> None:
    """What an action writes as an outcome is told in the log's own words, and not in the code's."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "gateway" / "actions").glob("*.py")]
    calls = [one for tree in trees for one in ast.walk(tree) if isinstance(one, ast.Call)]
    written = {name for call in calls for name in _outcomes(call)}
    assert {"handed on", "taken back", "refused", "listed"} <= written
    assert written - set(OUTCOMES) == set()
