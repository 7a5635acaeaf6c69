"""Every reason has a step and plain words, and some tell less than the log knows."""

import pytest

from gateway.domain.reasons import EXPLANATIONS, Reason, step, told


@pytest.mark.parametrize("reason", list(Reason), ids=str)
def test_every_reason_is_explained_in_two_languages(reason: Reason) -> None:
    """A sentence in Dutch, a sentence in English, and one of the steps that refuse."""
    words = EXPLANATIONS[reason]
    assert step(reason) == words.step
    assert 1 <= words.step <= 7
    assert words.nl.endswith(".")
    assert words.en.endswith(".")
    assert words.nl != words.en


def test_reasons_stand_in_the_order_of_the_steps() -> None:
    """The list of explanations reads like the law."""
    steps = [words.step for words in EXPLANATIONS.values()]
    assert steps == sorted(steps)
    assert list(EXPLANATIONS) == list(dict.fromkeys(EXPLANATIONS))


def test_unknown_and_shielded_are_told_in_the_same_words() -> None:
    """The words do not give away that someone is shielded."""
    unknown, shielded = EXPLANATIONS[Reason.SUBJECT_UNKNOWN], EXPLANATIONS[Reason.SHIELDED]
    assert (unknown.nl, unknown.en) == (shielded.nl, shielded.en)


@pytest.mark.parametrize("reason", list(Reason), ids=str)
def test_only_a_refused_consent_is_told_as_something_else(reason: Reason) -> None:
    """That she said no is told as no consent, in the same words; every other reason as it is."""
    said = told(reason)
    if reason is Reason.CONSENT_REFUSED:
        assert said is Reason.CONSENT_NOT_FOUND
        assert EXPLANATIONS[said] == EXPLANATIONS[reason]
    else:
        assert said is reason
